"""What questions and commands stand on: settings, the database, the present, one transaction for each."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.engine import Connection

from tracker.commitments.policy import PolicySettings
from tracker.config import Config, database_url, tracker_settings
from tracker.database import migrate
from tracker.database.engine import Database
from tracker.desk.consider import Desk
from tracker.desk.folder import open_folder
from tracker.dossier.dossier import Dossier
from tracker.errors import ConfigError, DossierError, UnknownCommitment, did_you_mean
from tracker.evidence.source import Source, Sources
from tracker.evidence.when import Occurred, moment, occurrence
from tracker.feeds.settings import FeedSettings, FetchSettings, duration
from tracker.feeds.worker import ParseWorkers
from tracker.log import log
from tracker.log.eventlog import EventLog
from tracker.log.events import LogStarted, PolicyChanged
from tracker.log.streams import COMMITMENT, TRACKER
from tracker.projections.answers import Commitment
from tracker.projections.history import History
from tracker.projections.inbox import Inbox
from tracker.projections.reads import Reader
from tracker.projections.runner import caught_up

When = str | date | datetime | None

# What we knew: by a moment, or as of a position of the log.
Known = When | int

TABLES = ("tracker", "run", "fetch", "feed", "source", "policy", "digest", "smtp")


def present() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def who() -> str:
    """The person at the keyboard, as the log names them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _quiet_after(config: Config) -> timedelta | None:
    text = tracker_settings(config).quiet_after
    try:
        return duration(text) if text else None
    except ValueError as problem:
        raise ConfigError(f"{config.name}: [tracker]: quiet_after: {problem}") from problem


class Base:
    """A wired tracker that can be opened and closed."""

    def __init__(self, config: Config, *, clock: Callable[[], datetime] | None = None) -> None:
        config.only(*TABLES)
        self.config = config
        settings = tracker_settings(config)
        self.zone = settings.zone
        self.dossiers = tuple(config.path(name) for name in settings.dossiers)
        self.quiet_after = _quiet_after(config)
        self.policy = config.section("policy", PolicySettings)
        self.sources = Sources(config.sections("source", Source))
        self.fetch_settings = config.section("fetch", FetchSettings)
        self.feed_settings = config.sections("feed", FeedSettings)
        self.now: Callable[[], datetime] = clock or present
        self.desk = Desk(self.sources, self.policy, self.zone)
        self.parser = ParseWorkers()
        self.database = Database(database_url(config), durable=settings.durable)
        self.events = EventLog(self.database, self.now)
        try:
            migrate.ensure(self.database)
        except BaseException:
            self.database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the database connections and the parsing process back."""
        self.parser.close()
        self.database.close()

    def read_dossier(self, path: Path) -> Dossier:
        """Read and check one dossier file; raises `DossierError`."""
        from tracker.desk.grammar import Patterns  # questions do without both rooms
        from tracker.dossier.parse import parse

        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            reason = getattr(problem, "strerror", None) or problem
            raise DossierError(f"{path}: cannot be read: {reason}") from problem
        return parse(text, str(path), Patterns())

    @contextmanager
    def _reading(self, as_of: When, known_at: Known) -> Iterator[Reader]:
        """Catch up, in memory where the database is read-only, then answer from one consistent view."""
        when = self._moment(as_of)
        position = known_at if isinstance(known_at, int) else None
        by = None if isinstance(known_at, int) else self._moment(known_at)
        with caught_up(self.database, (History, Inbox)) as view:
            if by is not None:
                position = log.position_at(view.connection, by)
            known = view.head if position is None else min(view.head, position)
            yield Reader(view, known, when, self.now())

    def _seen_by(self, reader: Reader, known_at: Known) -> datetime | None:
        """The moment by which documents had been seen: of a position, when it was recorded."""
        if not isinstance(known_at, int):
            return self._moment(known_at)
        last = log.read_batch(reader.connection, reader.known - 1, batch=1)
        return last[0].recorded_at if last else datetime.min.replace(tzinfo=UTC)

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
        known = log.in_order(reader.connection, COMMITMENT)
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
        changed = log.last_fact(connection, TRACKER, "PolicyChanged")
        known = changed.event.settings if changed and isinstance(changed.event, PolicyChanged) else ""
        if known != self.policy.hash:
            event = PolicyChanged(settings=self.policy.hash, text=repr(self.policy))
            drafts.append(log.Draft(event, Occurred.at(now, self.zone), recorded_by=who()))
        if drafts:
            log.append(connection, {TRACKER: (log.Expected.ANY, drafts)}, now)
