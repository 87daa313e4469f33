"""The one object a user opens. It wires the rooms together and answers every question.

    with tracker.open("config.toml") as t:
        t.commitment("dprk-shut-test-site").status

Reads take `as_of` (what was true then) and `known_at` (what we knew then), each a date, a datetime or ISO
text; a day or a month means its end in the tracker's zone. Without them: now, and all we know.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.commitments.events import Event, Fact
from tracker.commitments.policy import PolicySettings
from tracker.commitments.standing import LIVE, State, Status
from tracker.config import Config, database_url, tracker_settings
from tracker.database import migrate
from tracker.database.engine import Database
from tracker.database.scrub import scrub
from tracker.desk import forget as forgetting
from tracker.desk import load as loading
from tracker.desk import record as recording
from tracker.desk import rejudge as rejudging
from tracker.desk.consider import Desk
from tracker.desk.folder import COMMITMENT, open_folder
from tracker.desk.forget import Forgotten
from tracker.desk.load import Loaded
from tracker.desk.record import Recorded
from tracker.desk.sweep import due, sweep
from tracker.dossier.dossier import Dossier
from tracker.dossier.parse import parse
from tracker.errors import DossierError, UnknownCommitment, UnknownFeed, UserError, did_you_mean
from tracker.evidence.document import Document
from tracker.evidence.finding import Relation
from tracker.evidence.source import Source, Sources
from tracker.evidence.when import Occurred, moment, occurrence
from tracker.feeds.settings import FeedSettings, FetchSettings
from tracker.feeds.tables import feeds as feeds_table
from tracker.feeds.worker import ParseWorker
from tracker.log import log, transfer
from tracker.log.checkpoint import Checkpoint
from tracker.log.codec import registered
from tracker.log.eventlog import EventLog
from tracker.log.events import LogStarted, PolicyChanged, ReplayEnded, ReplayStarted
from tracker.projections import history
from tracker.projections.answers import (
    Change,
    Commitment,
    Explanation,
    FeedHealth,
    InboxItem,
    Rejudged,
    TimelineEntry,
)
from tracker.projections.explaining import explain
from tracker.projections.history import History
from tracker.projections.inbox import Inbox
from tracker.projections.reads import Reader
from tracker.projections.runner import catch_up, caught_up
from tracker.projections.waiting import waiting

When = str | date | datetime | None

TABLES = ("tracker", "run", "fetch", "feed", "source", "policy", "digest", "smtp")


def open(  # noqa: A001  (the public name is tracker.open)
    path: str | os.PathLike[str] = "config.toml", *, clock: Callable[[], datetime] | None = None
) -> Tracker:
    """Open the tracker that a config file describes; use it as a context manager.

    `clock` returns the present as an aware datetime; only a replay needs to give one. Raises `ConfigError`,
    `LogUnavailable` and `SchemaMismatch`.
    """
    return Tracker(Config.load(Path(path)), clock=clock)


def _present() -> datetime:
    return datetime.now(UTC)


class Tracker:
    """An open tracker."""

    def __init__(self, config: Config, *, clock: Callable[[], datetime] | None = None) -> None:
        config.only(*TABLES)
        self.config = config
        settings = tracker_settings(config)
        self.zone = settings.zone
        self.dossiers = tuple(config.path(name) for name in settings.dossiers)
        self.policy = config.section("policy", PolicySettings)
        self.sources = Sources(config.sections("source", Source))
        self.fetch_settings = config.section("fetch", FetchSettings)
        self.feed_settings = config.sections("feed", FeedSettings)
        self.now: Callable[[], datetime] = clock or _present
        self.desk = Desk(self.sources, self.policy, self.zone)
        self.parser = ParseWorker()
        self._projections = (History(), Inbox())
        self.database = Database(database_url(config), durable=settings.durable)
        self.events = EventLog(self.database, self.now)
        try:
            migrate.ensure(self.database)
        except BaseException:
            self.database.close()
            raise

    def __enter__(self) -> Tracker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the database connections and the parsing process back."""
        self.parser.close()
        self.database.close()

    # Reading

    def board(
        self, *, as_of: When = None, known_at: When = None, party: str | None = None, only: str | None = None
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
        with self._reading(as_of, known_at) as reader:
            rows = reader.board()
        if party is not None:
            rows = [row for row in rows if party in (*row.debtor, *row.creditor)]
            if not rows:
                self._must_know(party)
        return tuple(row for row in rows if only is None or only in (row.status, row.state))

    def _must_know(self, party: str) -> None:
        known = sorted({name for row in self.board() for name in (*row.debtor, *row.creditor)})
        if party not in known:
            near = did_you_mean(party.casefold(), known)
            raise UserError(f"no commitment names a party {party!r}{near}")

    def commitment(self, name: str, *, as_of: When = None, known_at: When = None) -> Commitment:
        """One commitment; raises `UnknownCommitment` where it did not exist then."""
        with self._reading(as_of, known_at) as reader:
            return self._one(reader, name)

    def history(self, name: str, *, known_at: When = None) -> tuple[Commitment, ...]:
        """How it stood over time, one view per change, oldest first, as believed at `known_at`."""
        with self._reading(None, known_at) as reader:
            self._one(reader, name)
            return tuple(reader.steps(name))

    def timeline(self, name: str, *, known_at: When = None) -> tuple[TimelineEntry, ...]:
        """Every recorded fact with both its dates, retracted and inert ones too, by occurrence."""
        with self._reading(None, known_at) as reader:
            self._one(reader, name)
            return tuple(reader.timeline(name))

    def changes(self, after: int = 0, *, known_at: When = None) -> tuple[Change, ...]:
        """Every step of belief after a log position, in order."""
        with self._reading(None, known_at) as reader:
            return tuple(reader.changes(after))

    def explain(self, name: str, *, as_of: When = None, known_at: When = None) -> Explanation:
        """Verdict, rule, findings and exact words behind a status, and what would change it."""
        with self._reading(as_of, known_at) as reader:
            return explain(reader, self._one(reader, name))

    def inbox(self, *, as_of: When = None, known_at: When = None) -> tuple[InboxItem, ...]:
        """What waits for a person, the most pressing first."""
        with self._reading(as_of, known_at) as reader:
            return tuple(waiting(reader))

    def rejudge(self, policy: PolicySettings, *, as_of: When = None) -> Rejudged:
        """What would stand otherwise had the findings been judged under `policy`; records nothing."""
        with self._reading(as_of, None) as reader:
            return rejudging.rejudge(reader, policy)

    def upcoming(self, days: int = 30, *, as_of: When = None) -> tuple[Commitment, ...]:
        """Live commitments whose window ends within `days` of the moment asked about, the next first."""
        start = self._moment(as_of) or self.now()
        end = start + timedelta(days=days)
        rows = [r for r in self.board(as_of=as_of) if r.state in LIVE and r.until and start < r.until <= end]
        return tuple(sorted(rows, key=lambda row: row.until or end))

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
                    documents=captures.get(feed.name, 0),
                )
            )
        return tuple(health)

    # Writing

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
            tuple(note for each in found for note in each.notes),
        )

    def read_dossier(self, path: Path) -> Dossier:
        """Read and check one dossier file; raises `DossierError`."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            reason = getattr(problem, "strerror", None) or problem
            raise DossierError(f"{path}: cannot be read: {reason}") from problem
        return parse(text, str(path))

    def load_dossier(self, dossier: Dossier) -> Loaded:
        """Take a parsed dossier into the log as of now."""
        with self._writing() as (connection, now):
            return loading.load(connection, dossier, now, _who())

    def record(
        self, name: str, event: Event, occurred: str | date | datetime | Occurred, *, by: str = ""
    ) -> Recorded:
        """Record a verdict or another fact; raises `Refused` with the rule that stops it.

        A day or a month is meant in the zone of the commitment's terms.
        """
        with self._writing() as (connection, now):
            when = self._occurrence(connection, name, occurred)
            return recording.record(connection, name, event, when, now, by or _who())

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
            return recording.retract(connection, event_id, reason, now, _who(), replacement, when)

    def describe(self, name: str, kind: str, values: Mapping[str, object], *, instead_of: str = "") -> Event:
        """The event of a type that a dossier knows (`accepted`, `violated`, …), from the keys it takes there.

        What `values` leave out is carried on from the commitment's words and window, or from the recorded
        fact with the id `instead_of`. Raises `DossierError` for a key that does not fit.
        """
        with self.database.reading() as connection:
            return recording.describe(connection, name, kind, values, instead_of)

    def review_accept(self, finding: str, relation: str | None = None, because: str = "") -> Recorded:
        """Hold a finding true, and record the verdict that follows."""
        read_as = Relation(relation) if relation else None
        with self._writing() as (connection, now):
            return recording.accept(connection, finding, read_as, because, now, _who())

    def review_reject(self, finding: str, because: str = "") -> Recorded:
        """Hold a finding wrong or beside the point."""
        with self._writing() as (connection, now):
            return recording.reject(connection, finding, because, now, _who())

    def forget(self, numbers: Sequence[int], because: str) -> tuple[Forgotten, ...]:
        """Remove the words of captured documents, and say so in the log; forgetting again changes nothing.

        Afterwards `scrub` makes sure that the files hold them no longer. Raises `UnknownDocument`.
        """
        with self._writing() as (connection, now):
            return forgetting.forget(connection, numbers, because, now, self.zone, _who())

    def scrub(self) -> bool:
        """Rewrite the database, so that forgotten words are in none of its files.

        False where another process was reading all the while: what it read may still be there; scrub again.
        """
        return scrub(self.database, archive.documents.name)

    def consider(self) -> int:
        """Match and judge the documents captured since the last time; returns how many there were."""
        total = 0
        while True:
            with self._writing() as (connection, now):
                count = self.desk.consider(connection, now)
            total += count
            if not count:
                return total

    def sweep(self) -> int:
        """Take down deadlines that passed and windows that closed; returns how many facts that made."""
        now = self.now()
        self.catch_up()
        with self.database.reading() as connection:
            head = log.read_head(connection).position
            standings = history.standings(connection, None, head)
        total = 0
        for name in sorted(name for name, standing in standings.items() if due(standing, now)):
            with self._writing() as (connection, moment_of):
                total += sweep(connection, name, self.policy, moment_of)
        return total

    def catch_up(self) -> int:
        """Bring the projections to the head of the log; returns its position. Reads do it by themselves."""
        return catch_up(self.database, self._projections)

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

    def begin_replay(self, name: str) -> None:
        """Say in the log that what follows is recorded under a simulated clock."""
        self._note(ReplayStarted(name=name))

    def end_replay(self, name: str) -> None:
        """Say in the log that the clock is the real one again."""
        self._note(ReplayEnded(name=name))

    def _note(self, event: Event) -> None:
        with self._writing() as (connection, now):
            draft = log.Draft(event, Occurred.at(now, self.zone), recorded_by=_who())
            log.append(connection, {"tracker": (log.Expected.ANY, [draft])}, now)

    @contextmanager
    def _reading(self, as_of: When, known_at: When) -> Iterator[Reader]:
        """Catch up, in memory where the database is read-only, then answer from one consistent view."""
        when, known_moment = self._moment(as_of), self._moment(known_at)
        with caught_up(self.database, self._projections) as (connection, head):
            known = head if known_moment is None else min(head, log.position_at(connection, known_moment))
            yield Reader(connection, known, when, self.now())

    def _moment(self, value: When) -> datetime | None:
        return None if value is None else moment(value, self.zone)

    def _occurrence(
        self, connection: Connection, name: str, occurred: str | date | datetime | Occurred
    ) -> Occurred:
        if isinstance(occurred, Occurred):
            return occurred
        return occurrence(occurred, open_folder(connection, name).standing.terms.zone)

    def _one(self, reader: Reader, name: str) -> Commitment:
        found = reader.commitment(name)
        if found is not None:
            return found
        known = log.in_order(reader.connection, history.PREFIX)
        if name in known:
            raise UnknownCommitment(f"{name!r} did not exist then, or was not known")
        raise UnknownCommitment(
            f"no commitment {name!r}{did_you_mean(name, known)}; `tracker status` lists them"
        )

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, datetime]]:
        """A write transaction at the present moment; begins the log where it is empty."""
        with self.database.writing() as connection:
            now = self.now()
            self._begin(connection, now)
            yield connection, now

    def _begin(self, connection: Connection, now: datetime) -> None:
        """The log says which program began it, and by which settings verdicts are reached from then on."""
        drafts = []
        if log.read_head(connection).position == 0:
            drafts.append(
                log.Draft(LogStarted(program="commitment-tracker 0.1"), Occurred.at(now, self.zone))
            )
        changed = log.last_fact(connection, "tracker", "PolicyChanged")
        known = changed.event.settings if changed and isinstance(changed.event, PolicyChanged) else ""
        if known != self.policy.hash:
            event = PolicyChanged(settings=self.policy.hash, text=repr(self.policy))
            drafts.append(log.Draft(event, Occurred.at(now, self.zone), recorded_by=_who()))
        if drafts:
            log.append(connection, {"tracker": (log.Expected.ANY, drafts)}, now)


def _who() -> str:
    """The person at the keyboard, as the log names them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
