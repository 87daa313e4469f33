"""Everything that a tracker can be told to do; each command is one write transaction."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from tracker.api.base import Base, who
from tracker.archive import documents as archive
from tracker.commitments.events import Event, Fact
from tracker.database.scrub import scrub
from tracker.desk import by_hand, unread
from tracker.desk import forget as forgetting
from tracker.desk import ingest as ingesting
from tracker.desk import load as loading
from tracker.desk import record as recording
from tracker.desk import review as reviewing
from tracker.desk.by_hand import Added, Said
from tracker.desk.forget import Forgotten
from tracker.desk.load import Loaded
from tracker.desk.record import Recorded
from tracker.desk.review import Applied, Decision, Undone
from tracker.desk.sweep import last_heard, sweep, turns_at
from tracker.dossier.dossier import Dossier
from tracker.errors import UnknownFeed, did_you_mean
from tracker.evidence.document import Record
from tracker.evidence.finding import Relation
from tracker.evidence.when import Occurred, occurrence
from tracker.feeds import standing as feed_standing
from tracker.feeds.settings import FeedSettings
from tracker.log import log, transfer
from tracker.log.checkpoint import Checkpoint
from tracker.log.events import FindingMade, ReplayEnded, ReplayStarted
from tracker.log.streams import COMMITMENT, TRACKER
from tracker.projections.inbox import Inbox
from tracker.projections.runner import caught_up

_NEVER = datetime.max.replace(tzinfo=UTC)


class Writing(Base):
    """What can be recorded with an open tracker."""

    # Up to which position the clock has spoken, and when it has something to say next if nothing is added.
    _swept = (-1, _NEVER)

    def load(self, paths: Sequence[str | os.PathLike[str]] = (), *, dry_run: bool = False) -> Loaded:
        """Take dossier files into the log, or those of the config; loading them again changes nothing.

        All files are read and checked before the first is written. Raises `DossierError`.
        """
        dossiers = [self.read_dossier(Path(path)) for path in (paths or self.dossiers)]
        if dry_run:
            with self.database.reading() as connection:
                found = [loading.compare(connection, dossier, self.now()) for dossier in dossiers]
        else:
            found = [self.load_dossier(dossier) for dossier in dossiers]
        return Loaded(
            tuple(change for each in found for change in each.changes),
            (*(note for each in found for note in each.notes), *self._overridden_in_vain(dossiers)),
        )

    def _overridden_in_vain(self, dossiers: Sequence[Dossier]) -> list[str]:
        """A note for each commitment that only the policy knows; its id may be mistyped."""
        with self.database.reading() as connection:
            known = [*log.in_order(connection, COMMITMENT), *(e.id for d in dossiers for e in d.entries)]
        named = [name for override in self.policy.override for name in override.commitments]
        return [
            f"[[policy.override]] names {name!r}, which is no commitment{did_you_mean(name, known)}"
            for name in named
            if name not in known
        ]

    def load_dossier(self, dossier: Dossier) -> Loaded:
        """Take a parsed dossier into the log as of now."""
        with self._writing() as (connection, now):
            return loading.load(connection, dossier, now, who())

    def record(
        self, name: str, event: Event, occurred: str | date | datetime | Occurred, *, by: str = ""
    ) -> Recorded:
        """Record a verdict or another fact; raises `Refused` with the rule that stops it.

        A day or a month is meant in the zone of the commitment's terms.
        """
        with self._writing() as (connection, now):
            when = self._occurrence(connection, name, occurred)
            return recording.record(connection, name, event, when, now, by or who())

    def retract(
        self,
        event_id: str,
        reason: str,
        *,
        replacement: Event | None = None,
        occurred: str | date | datetime | Occurred | None = None,
    ) -> Recorded:
        """Take back one recorded fact, from now on, whatever moment is asked about.

        `replacement` is recorded in its stead in the same append; without `occurred` it happened when the
        other did. Raises `Refused`.
        """
        with self._writing() as (connection, now):
            when = None
            if occurred is not None:
                stream = recording.recorded_fact(connection, event_id).stream
                when = self._occurrence(connection, stream.removeprefix(COMMITMENT), occurred)
            return recording.retract(connection, event_id, reason, now, who(), replacement, when)

    def describe(self, name: str, kind: str, values: Mapping[str, object], *, instead_of: str = "") -> Event:
        """The event of a type that a dossier knows (`accepted`, `violated`, …), from the keys it takes there.

        What `values` leave out is carried on from the commitment's words and window, or from the recorded
        fact with the id `instead_of`. Raises `DossierError` for a key that does not fit.
        """
        from tracker.desk.describe import describe  # as above

        with self.database.reading() as connection:
            return describe(connection, name, kind, values, instead_of)

    def review_accept(
        self, finding: str, relation: str | None = None, because: str = "", *, also: Sequence[str] = ()
    ) -> Recorded:
        """Hold a finding true, and record the verdict that follows.

        `also` are other findings on the same commitment that report the same: the verdict rests on them too.
        Raises `Refused` where somebody has decided on one of them.
        """
        read_as = Relation(relation) if relation else None
        with self._writing() as (connection, now):
            return reviewing.accept(connection, (finding, *also), read_as, because, now, who())

    def review_reject(self, finding: str, because: str = "", *, also: Sequence[str] = ()) -> Recorded:
        """Hold a finding, and those of `also`, wrong or beside the point. Raises `Refused` likewise."""
        with self._writing() as (connection, now):
            return reviewing.reject(connection, (finding, *also), because, now, who())

    def review_apply(self, decisions: Sequence[Decision]) -> Applied:
        """Record decisions on findings, all or none; what has been decided so before is left as it is.

        Raises `BadDecisions`, which names each that is refused.
        """
        with self._writing() as (connection, now):
            return reviewing.apply(connection, decisions, now, who())

    def review_undo(self, event: str = "", because: str = "undone") -> Undone:
        """Take back a decision on a finding, and the verdict that had followed from it; the log keeps both.

        `event` is the id of the decision, of the verdict or of the finding; without it, your last decision.
        What was decided in one stroke is taken back in one. Raises `Refused`.
        """
        with self._writing() as (connection, now):
            return reviewing.undo(connection, event, because, now, who())

    def forget(self, numbers: Sequence[int], because: str) -> tuple[Forgotten, ...]:
        """Remove the words of captured documents, and say so in the log; forgetting again changes nothing.

        Afterwards `scrub` makes sure that the files hold them no longer. Raises `UnknownDocument`.
        """
        with self._writing() as (connection, now):
            return forgetting.forget(connection, numbers, because, now, self.zone, who())

    def prune(self, older_than: timedelta, *, dry_run: bool = False) -> int:
        """Remove the words of documents first seen longer ago than that in which nothing was found.

        Place, dates and hash stay, and the same words are not captured again. Returns how many there were.
        A finding that is made meanwhile keeps its document.
        """
        before, total, after = self.now() - older_than, 0, 0
        while True:
            with caught_up(self.database, (Inbox,)) as view:
                old = archive.seen_before(view.connection, before, after=after, limit=500)
                cited = view.of(Inbox).cited(view.connection, [digest for _, digest in old])
            if not old:
                return total
            numbers = [number for number, digest in old if digest not in cited]
            if numbers and not dry_run:
                with self._writing() as (connection, _):
                    if log.last_of(connection, (FindingMade.__name__,)) > view.head:
                        continue
                    archive.empty(connection, numbers)
            total, after = total + len(numbers), old[-1][0]

    def scrub(self) -> bool:
        """Rewrite the database, so that forgotten words are in none of its files.

        False where another process was reading all the while: what it read may still be there; scrub again.
        """
        return scrub(self.database, archive.documents.name)

    def ingest(self, records: Sequence[Record]) -> int:
        """Capture documents of an archive as of now, the oldest first; returns how many were new.

        Words that are held under the same feed and guid are known. `consider` matches what was captured.
        """
        with self._writing() as (connection, now):
            return ingesting.ingest(connection, records, now)

    def consider(self) -> int:
        """Match and judge the documents captured since the last time; returns how many there were.

        Then commitments that are new, or are to be recognised by other words, are matched against the
        documents stored before, too.
        """
        total = 0
        while True:
            with self._writing() as (connection, now):
                done = self.desk.consider(connection, now)
            total += done.new
            if not done.new and not done.again:
                return total

    def read_by_hand(self, feed: str, language: str, because: str, *, for_good: bool = False) -> Fact:
        """Say that a person dealt with what `unread` lists of a feed and language, up to the last capture.

        Later ones are listed again, unless it is `for_good`. Raises `UserError` where nothing waits.
        """
        with self._writing() as (connection, now):
            return unread.read_by_hand(
                connection, feed, language, because, now, self.zone, who(), for_good=for_good
            )

    def add_evidence(
        self,
        place: str,
        commitment: str,
        *,
        quotes: Sequence[str] = (),
        relation: str | None = None,
        occurred: str | date | datetime | None = None,
        publisher: str | None = None,
        published: str | date | datetime | None = None,
        language: str = "en",
        because: str = "",
    ) -> Added:
        """Archive a page, a PDF or a note, and make a finding of it that waits for review.

        `place` is a file or an http(s) address, fetched within the bounds of `[fetch]`. `quotes` are words
        that stand in it once each; without them and `relation` the matcher says what it finds. `publisher` is
        looked up in the source list; else it is the host of the address, and of a file the person. Doing it
        again adds nothing. Raises `UserError`.
        """
        from tracker.feeds.paper import read_paper  # as above

        when = None if published is None else occurrence(published, self.zone).start
        paper = read_paper(place, self.fetch_settings, when, language)
        with self._writing() as (connection, now):
            said = Said(
                commitment,
                tuple(quotes),
                Relation(relation) if relation else None,
                self._occurrence(connection, commitment, occurred) if occurred else None,
                because,
            )
            document = by_hand.archived(
                connection, paper.entry, publisher or paper.host or who(), language, now
            )
            matches = self.desk.match(self.desk.matcher(connection), document)
            matched = by_hand.matched_in(matches, commitment)
            added = by_hand.add(connection, document, said, matched, self.sources, now, self.zone, who())
            if added.is_new:
                self.desk.judge(connection, commitment, now)
            return added

    def sweep(self) -> int:
        """Take down deadlines that passed, windows that closed, and which commitments went quiet or were
        heard of again; returns how many facts that made."""
        now = self.now()
        head, until = self._swept
        with self.database.reading() as connection:
            if log.read_head(connection).position == head and now < until:
                return 0  # a daemon that is idle need not look at every commitment
        with self._reading(None, None) as reader:
            standings = reader.history.standings(reader.connection, None, reader.known)
            is_listening = self.quiet_after or any(each.quiet_since for each in standings.values())
            heard = last_heard(reader.connection) if is_listening else {}
        turns = {name: turns_at(each, heard.get(name), self.quiet_after) for name, each in standings.items()}
        moments = sorted((moment, name) for name, moment in turns.items() if moment is not None)
        total = 0
        for name in sorted(name for moment, name in moments if moment <= now):
            with self._writing() as (connection, moment_of):
                total += sweep(connection, name, self.policy, moment_of, self.quiet_after)
        to_come = (moment for moment, _ in moments if moment > now)
        self._swept = reader.known, next(to_come, _NEVER)
        return total

    def import_log(
        self, file: BinaryIO, name: str = "export", *, expected: Checkpoint | None = None
    ) -> Checkpoint:
        """Fill the empty log from an export, all of it or nothing; returns its end, the same as the exported.

        `name` is what messages call the file, `expected` a checkpoint that it must contain. Raises
        `ChainBroken`, `BadExport`, and `UserError` where the log is not empty.
        """
        # Not `_writing`, which begins a log: this one began where the export came from.
        with self.database.writing() as connection:
            return transfer.import_log(connection, file, name, expected)

    def pause_feed(self, name: str, because: str = "") -> bool:
        """Visit a configured feed no more until it is resumed; False where it was paused before.

        Naming it in a poll still visits it. Raises `UnknownFeed`.
        """
        feed = self._feed(name)
        with self._writing() as (connection, now):
            return feed_standing.pause(connection, feed, because, now, who())

    def resume_feed(self, name: str, because: str = "") -> bool:
        """Visit a paused feed again, at its address in the config, from the next round on; False where it
        was not paused. Raises `UnknownFeed`.
        """
        feed = self._feed(name)
        with self._writing() as (connection, now):
            return feed_standing.resume(connection, feed, because, now, who())

    def _feed(self, name: str) -> FeedSettings:
        known = {feed.name: feed for feed in self.feed_settings}
        if name not in known:
            raise UnknownFeed(f"no feed {name!r} in {self.config.name}{did_you_mean(name, known)}")
        return known[name]

    def begin_replay(self, name: str) -> None:
        """Say in the log that what follows is recorded under a simulated clock."""
        self._note(ReplayStarted(name=name))

    def end_replay(self, name: str) -> None:
        """Say in the log that the clock is the real one again."""
        self._note(ReplayEnded(name=name))

    def _note(self, event: Event) -> None:
        with self._writing() as (connection, now):
            draft = log.Draft(event, Occurred.at(now, self.zone), recorded_by=who())
            log.append(connection, {TRACKER: (log.Expected.ANY, [draft])}, now)
