"""Every question a tracker answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

import sqlalchemy as sa

from tracker.api.base import Base, Known, When
from tracker.archive import documents as archive
from tracker.commitments.events import Fact
from tracker.commitments.policy import PolicySettings
from tracker.commitments.standing import LIVE, State, Status
from tracker.desk import forget as forgetting
from tracker.desk import load as loading
from tracker.desk import record as recording
from tracker.desk.compare import Comparison, compare
from tracker.errors import UnknownFeed, UnknownFinding, UserError, did_you_mean
from tracker.evidence.document import Document
from tracker.evidence.when import occurrence
from tracker.evidence.wording import words_of
from tracker.feeds import standing as feed_standing
from tracker.feeds.tables import feeds as feeds_table
from tracker.log import log, transfer
from tracker.log.checkpoint import Checkpoint
from tracker.log.codec import registered
from tracker.projections.answers import (
    Change,
    Commitment,
    Evidence,
    Explanation,
    FeedHealth,
    Hit,
    InboxItem,
    Rejudged,
    Score,
    TimelineEntry,
    Unread,
)
from tracker.projections.changing import changes
from tracker.projections.explaining import explain
from tracker.projections.scoring import scorecard
from tracker.projections.searching import search
from tracker.projections.unread import open_ones
from tracker.projections.waiting import waiting
from tracker.projections.weighing import evidence


class Reading(Base):
    """What can be asked of an open tracker."""

    def board(
        self, *, as_of: When = None, known_at: Known = None, party: str | None = None, only: str | None = None
    ) -> tuple[Commitment, ...]:
        """All commitments, in the order in which they were recorded.

        `party` keeps those it owes or is owed, `only` those with that status (pending, fulfilled, violated,
        closed) or state. Raises `UserError` for a word that is neither, and for a party that no commitment
        ever named.
        """
        words = list(dict.fromkeys(word.value for word in (*Status, *State)))
        if only is not None and only not in words:
            near = did_you_mean(only, words)
            raise UserError(f"{only!r} is no status and no state{near}; write one of {', '.join(words)}")
        status = only if only in list(Status) else None
        with self._reading(as_of, known_at) as reader:
            rows = reader.board(party or "", status or "")
            if party is not None and not rows:
                known = sorted(reader.history.all_parties(reader.connection))
                if party not in known:
                    near = did_you_mean(party.casefold(), known)
                    raise UserError(f"no commitment names a party {party!r}{near}")
        return tuple(row for row in rows if only is None or only in (row.status, row.state))

    def commitment(self, name: str, *, as_of: When = None, known_at: Known = None) -> Commitment:
        """One commitment; raises `UnknownCommitment` where it did not exist then."""
        with self._reading(as_of, known_at) as reader:
            return self._one(reader, name)

    def history(self, name: str, *, known_at: Known = None) -> tuple[Commitment, ...]:
        """How it stood over time, one view per change, oldest first, as believed at `known_at`."""
        with self._reading(None, known_at) as reader:
            self._one(reader, name)
            return tuple(reader.steps(name))

    def timeline(self, name: str, *, known_at: Known = None) -> tuple[TimelineEntry, ...]:
        """Every recorded fact with both its dates, retracted and inert ones too, by occurrence."""
        with self._reading(None, known_at) as reader:
            self._one(reader, name)
            return tuple(reader.timeline(name))

    def changes(
        self,
        after: int | tuple[int, str] = 0,
        *,
        as_of: When = None,
        known_at: Known = None,
        follow: bool = False,
        every: float = 0.2,
        until: Callable[[], bool] = lambda: False,
    ) -> Iterator[Change]:
        """Every step of belief after a log position, in order, read a few hundred facts at a time.

        One position may change several commitments, which then come in the order of their ids. An `after`
        that is a position starts behind all of them; a `Change.cursor` starts behind that change, so that
        whoever stores it with what it did misses none and gets none twice. With `as_of` a step is one in
        what was believed of that moment.

        With `follow` it goes on to wait for more, looks every so many seconds, and ends once `until()` is
        true and nothing more is there. Raises `UserError` for `follow` with `known_at`: what was known then
        does not grow.
        """
        if follow and known_at is not None:
            raise UserError("what was known at a moment does not grow; follow changes without known_at")
        until = until if follow else lambda: True
        return self._changes(after, self._moment(as_of), known_at, every, until)

    def _changes(
        self,
        after: int | tuple[int, str],
        as_of: datetime | None,
        known_at: Known,
        every: float,
        until: Callable[[], bool],
    ) -> Iterator[Change]:
        cursor = (after, "") if isinstance(after, int) else (after[0], after[1])
        position = after if isinstance(after, int) else cursor[0] - 1
        while True:
            is_last, end = until(), None
            while end is None or position < end:
                with self._reading(as_of, known_at) as reader:
                    found, position = changes(reader, position)
                    end = reader.known
                yield from (change for change in found if change.cursor > cursor)
            if is_last:
                return
            time.sleep(every)

    def explain(self, name: str, *, as_of: When = None, known_at: Known = None) -> Explanation:
        """Verdict, rule, findings and exact words behind a status, and what would change it."""
        with self._reading(as_of, known_at) as reader:
            return explain(reader, self._one(reader, name))

    def inbox(self, *, as_of: When = None, known_at: Known = None) -> tuple[InboxItem, ...]:
        """What waits for a person, the most pressing first."""
        with self._reading(as_of, known_at) as reader:
            return tuple(waiting(reader, self._seen_by(reader, known_at)))

    def unread(self) -> tuple[Unread, ...]:
        """Documents in languages that the matcher cannot read, by feed and language, until a person has."""
        with self.database.reading() as connection:
            return tuple(open_ones(connection, log.read_head(connection).position))

    def rejudge(self, policy: PolicySettings, *, as_of: When = None) -> Rejudged:
        """What would stand otherwise had the findings been judged under `policy`; records nothing."""
        from tracker.desk import rejudge as rejudging  # other questions do without

        with self._reading(as_of, None) as reader:
            return rejudging.rejudge(reader, policy)

    def upcoming(
        self, days: int = 30, *, as_of: When = None, known_at: Known = None
    ) -> tuple[Commitment, ...]:
        """Live commitments whose window ends within `days` of the moment asked about, the next first.

        Raises `UserError` for a number of days that leads to no date.
        """
        start = self._moment(as_of) or self.now()
        try:
            end = start + timedelta(days=days)
        except OverflowError as problem:
            raise UserError(f"{days} days from {start:%Y-%m-%d} is no date") from problem
        board = self.board(as_of=as_of, known_at=known_at)
        rows = [row for row in board if row.state in LIVE and row.until and start < row.until <= end]
        return tuple(sorted(rows, key=lambda row: row.until or end))

    def scorecard(self, *, as_of: When = None, known_at: Known = None) -> tuple[Score, ...]:
        """How each party keeps what it owes, by id of the party; docs/api.md says what counts."""
        with self._reading(as_of, known_at) as reader:
            return tuple(scorecard(reader))

    def search(
        self, text: str, *, as_of: When = None, known_at: Known = None, limit: int = 100
    ) -> tuple[Hit, ...]:
        """Commitments, then captured documents, that hold all the words of `text`; `limit` at the most.

        Case and accents do not matter, and a word may be inside a longer one. Titles come first, then the
        order of the board, and of documents the newest. A document is there by `as_of` where it was published
        by then, and by `known_at` where we had seen it; forgotten ones are never found. Raises `UserError`
        without a word to look for.
        """
        words = words_of(text)
        if not words:
            raise UserError("name at least one word to look for")
        with self._reading(as_of, known_at) as reader:
            names = loading.parties(reader.connection)
            return tuple(search(reader, words, self._seen_by(reader, known_at), names, limit))

    def evidence(self, name: str, *, as_of: When = None, known_at: Known = None) -> tuple[Evidence, ...]:
        """Every finding on a commitment as it was made, counted or not; of a finding's id that one.

        `known_at` keeps those that had been made, `as_of` those that tell of something that had begun. Raises
        `UnknownCommitment` for what is neither or did not exist then, `UnknownFinding` for a finding that had
        not been made.
        """
        with self._reading(as_of, known_at) as reader:
            finding = next(iter(reader.shelf.findings([name])), None)
            if finding is None:
                return tuple(evidence(reader, self._one(reader, name)))
            about = evidence(reader, self._one(reader, finding.commitment))
        found = tuple(each for each in about if each.quote.id == name)
        if not found:
            raise UnknownFinding(f"finding {name} was not made by then, or tells of something later")
        return found

    def fact_of(self, event_id: str) -> Fact:
        """A recorded fact about a commitment by its id; raises `Refused` where there is none."""
        with self.database.reading() as connection:
            return recording.recorded_fact(connection, event_id)

    def parties(self) -> dict[str, str]:
        """The names of the parties of all loaded dossiers by their id."""
        with self.database.reading() as connection:
            return loading.parties(connection)

    def document(self, number: int) -> Document:
        """A captured document by its number; raises `UnknownDocument`."""
        with self.database.reading() as connection:
            return forgetting.one(connection, number)

    def diff(self, number: int, other: int | None = None) -> Comparison:
        """Which words of a document are new, and which are gone, since the version of its entry before it.

        With `other`, since that document. Raises `UnknownDocument`, and `UserError` for a first version.
        """
        with self.database.reading() as connection:
            return compare(connection, number, other)

    def last_document(self) -> int:
        """The number of the latest captured document, 0 where there is none."""
        with self.database.reading() as connection:
            return archive.last_number(connection)

    def documents(self, *, feed: str = "", since: When = None) -> Iterator[Document]:
        """Captured documents by number, of one feed or from a moment on; a day means its beginning.

        Raises `UnknownFeed` for a feed that brought none and is not configured.
        """
        with self.database.reading() as connection:
            known = {*archive.counts(connection), *(settings.name for settings in self.feed_settings)}
        if feed and feed not in known:
            raise UnknownFeed(f"no feed {feed!r}{did_you_mean(feed, known)}; `tracker feeds list` lists them")
        start = None if since is None else occurrence(since, self.zone).start
        return self._captured(feed, start)

    def _captured(self, feed: str, since: datetime | None) -> Iterator[Document]:
        after = 0
        while True:
            with self.database.reading() as connection:
                found = archive.captured(connection, feed=feed, since=since, after=after, limit=500)
            yield from found
            if len(found) < 500:
                return
            after = found[-1].number

    def head(self) -> int:
        """The last position of the log, 0 where it is empty."""
        with self.database.reading() as connection:
            return log.read_head(connection).position

    def log(self, *, after: int = 0, types: Sequence[str] = (), stream: str = "") -> Iterator[Fact]:
        """Recorded facts in order, after a position, of some types, of one stream.

        Raises `UserError` for a type that no event has. A stream that nobody wrote to is an empty one.
        """
        known = registered()
        for name in types:
            if name not in known:
                near = did_you_mean(name, known)
                raise UserError(f"no event is of type {name!r}{near}; the types: {', '.join(sorted(known))}")
        return self.events.read_all(after, types, stream)

    def verify(self, since: Checkpoint | None = None) -> Checkpoint:
        """Recompute the chain, whole or since a checkpoint; raises `ChainBroken`. Returns its end."""
        return self.events.verify(since)

    def checkpoint(self) -> Checkpoint:
        """The end of the log, to be published; as text it is the line of `tracker log checkpoint`."""
        return self.events.checkpoint()

    def export_log(self, file: BinaryIO) -> Checkpoint:
        """Write the whole log as JSON lines (docs/log.md), verified on the way; returns its end.

        Documents are not in it. Raises `ChainBroken`, and `UserError` where the log is empty.
        """
        return transfer.export_log(self.database, file)

    def feeds(self) -> tuple[FeedHealth, ...]:
        """How each configured feed is doing."""
        with self.database.reading() as connection:
            rows = {row.name: row for row in connection.execute(sa.select(feeds_table))}
            captures = archive.counts(connection)
            pace = archive.pace(connection, self.now())
        health = []
        for feed in self.feed_settings:
            row = rows.get(feed.name)
            health.append(
                FeedHealth(
                    name=feed.name,
                    url=feed.url,
                    publisher=feed.source,
                    last_success=row.last_success if row else None,
                    next_at=row.next_at if row else None,
                    failures=row.failures if row else 0,
                    error=row.error if row else "",
                    paused=row.paused if row else False,
                    paused_because=row.paused_because if row else "",
                    documents=captures.get(feed.name, 0),
                    per_day=pace.get(feed.name, 0.0),
                    asked_at=feed_standing.address(feed, row) if row else feed.url,
                )
            )
        return tuple(health)
