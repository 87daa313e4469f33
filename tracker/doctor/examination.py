"""Everything that a person would look at who was called because something is wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from tracker import ticks
from tracker.api import TABLES, Tracker
from tracker.commitments.policy import PolicySettings
from tracker.config import Config, database_url, tracker_settings
from tracker.database.engine import Database
from tracker.database.schema import from_micros
from tracker.digest.mail import connected
from tracker.digest.settings import DigestSettings, Recipient, SmtpSettings
from tracker.digest.tables import outbox
from tracker.doctor.finding import Found, Grade, fail, safely, some, warn, well
from tracker.doctor.health import MISSED, UNDER_WAY, beating, mailed, reached
from tracker.errors import ConfigError, TrackerError, did_you_mean
from tracker.evidence.source import Source
from tracker.feeds.settings import FeedSettings, FetchSettings
from tracker.feeds.tables import feeds as feeds_table
from tracker.log import log
from tracker.log.checkpoint import Checkpoint
from tracker.log.sql import END_AT
from tracker.ticks import RunSettings

# Events at the end of the log whose chain is looked at; all of a long log take a while.
LAST = 2_000

# Apart so far, two clocks are told; further, they make a mess of what is recorded.
DRIFT = timedelta(seconds=5)
ASTRAY = timedelta(minutes=5)

# Positions that a view may lag behind the log: whoever asks brings it up in a moment.
BEHIND = 1_000

# Bytes that have to be free.
LEAST_ROOM = 50_000_000
ROOM = 500_000_000

_SECTIONS: dict[str, Callable[[Config], object]] = {
    "tracker": tracker_settings,
    "policy": lambda config: config.section("policy", PolicySettings),
    "run": lambda config: config.section("run", RunSettings),
    "fetch": lambda config: config.section("fetch", FetchSettings),
    "feed": lambda config: config.sections("feed", FeedSettings),
    "source": lambda config: config.sections("source", Source),
    "digest": lambda config: config.sections("digest", DigestSettings),
    "smtp": lambda config: config.section("smtp", SmtpSettings),
}


def examined(
    path: str | os.PathLike[str], *, offline: bool = False, now: Callable[[], datetime] | None = None
) -> Iterator[Found]:
    """Look at one thing after another; `offline` leaves the mail server alone. `now` is for tests."""
    clock = now or (lambda: datetime.now(UTC))
    try:
        config = Config.load(Path(path))
    except ConfigError as problem:
        yield fail("config", str(problem))
        return
    broken = list(_config(config))
    yield from broken or [well("config", f"{config.name} is understood")]
    if not offline:
        yield from safely("smtp", partial(_smtp, config))
    try:
        database = Database(database_url(config))
    except TrackerError as problem:
        yield fail("database", str(problem))
        return
    try:
        found = list(safely("database", lambda: reached(database)))
        yield from found
        yield from safely("disk", lambda: _disk(database))
        if any(each.grade is Grade.FAIL for each in found):
            return
        yield from safely("log", lambda: _chain(database))
        yield from safely("clock", lambda: _clock(database, clock()))
        yield from safely("daemons", lambda: _daemons(database, clock()))
    finally:
        database.close()
    if broken:
        return  # a tracker does not open with it
    yield from safely("tracker", lambda: _opened(config, clock))


def _config(config: Config) -> Iterator[Found]:
    """What is wrong with it; each table by itself, so that one mistake does not hide the next."""
    known = set(_SECTIONS) & set(TABLES)
    for name in config.tables:
        if name not in known:
            yield fail("config", f"{config.name}: unknown table [{name}]{did_you_mean(name, known)}")
    for read in _SECTIONS.values():
        try:
            read(config)
        except TrackerError as problem:
            yield fail("config", str(problem))


def _smtp(config: Config) -> Iterator[Found]:
    """Connect, greet, encrypt and log in as for a mail, and leave."""
    digests = config.sections("digest", DigestSettings)
    if not any(digest.recipients for digest in digests):
        yield well("smtp", "no digest has recipients; the mail server is not needed")
        return
    smtp = config.section("smtp", SmtpSettings)
    with connected(smtp) as server:
        code, words = server.noop()
    place = f"mail server {smtp.host}:{smtp.port}"
    if code != 250:
        yield fail("smtp", f"{place} answered {code} {words.decode(errors='replace')}", "check [smtp]")
        return
    how = {"none": "without encryption", "starttls": "by STARTTLS", "tls": "by TLS"}[smtp.security]
    login = f", logged in as {smtp.username}" if smtp.username else ""
    is_far = smtp.host not in ("localhost", "127.0.0.1", "::1")
    if smtp.username and smtp.security == "none" and is_far:
        yield warn("smtp", f"{place} gets the password in the open", 'set [smtp] security = "starttls"')
    yield well("smtp", f"{place} answers, {how}{login}")


def _disk(database: Database) -> Iterator[Found]:
    """Whether the database has room to grow, and once more for what rewrites it whole."""
    if database.file is None:
        yield well("disk", "the database is a server's; it looks after its own")
        return
    folder = database.file.resolve().parent
    if not folder.is_dir():
        yield fail("disk", f"no folder {folder}", f"mkdir -p {folder}")
        return
    free = shutil.disk_usage(folder).free
    size = database.file.stat().st_size if database.file.exists() else 0
    told = f"{folder}: {free / 1e6:,.0f} MB free, the database has {size / 1e6:,.0f} MB"
    mend = "make room; `tracker documents prune` gives up old words"
    if free < LEAST_ROOM:
        yield fail("disk", told, mend)
    elif free < max(ROOM, size):
        yield warn("disk", f"{told}, which a backup or a forgotten document needs once more", mend)
    else:
        yield well("disk", told)


def _chain(database: Database) -> Iterator[Found]:
    """Whether the end of the log is what it was when it was written."""
    with database.reading() as connection:
        head = log.read_head(connection).position
        since = None
        if head > LAST:
            recorded_at, digest = END_AT.run(connection, head - LAST).fetchone()
            since = Checkpoint(head - LAST, from_micros(recorded_at), digest)
        log.verify(connection, since)
    if not head:
        yield warn("log", "it is empty", "run `tracker load`")
    elif since is None:
        yield well("log", f"the chain of all {head:,} events holds")
    else:
        yield well("log", f"the chain of the last {LAST:,} of {head:,} events holds; "
                          "`tracker log verify` looks at all")  # fmt: skip


def _clock(database: Database, now: datetime) -> Iterator[Found]:
    """This machine's clock, against the log's end and the database server's."""
    with database.reading() as connection:
        last = log.read_head(connection).recorded_at
        server = None
        if not database.is_sqlite:
            server = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one().astimezone(UTC)
    mend = "set the clock of this machine (timedatectl set-ntp true)"
    if last is not None and last - now > DRIFT:
        yield fail(
            "clock",
            f"the log was last written at {last:%Y-%m-%d %H:%M:%S} UTC, which is to come by this clock; "
            "everything is recorded as of then until it has",
            mend,
        )
        return
    apart = abs(server - now) if server is not None else timedelta(0)
    told = f"the database server's clock is {apart.total_seconds():,.0f} s apart from this machine's"
    if apart > ASTRAY:
        yield fail("clock", told, mend)
    elif apart > DRIFT:
        yield warn("clock", told, mend)
    else:
        against = "the log's end" if database.is_sqlite else "the log's end and the database server"
        yield well("clock", f"it agrees with {against}")


def _daemons(database: Database, now: datetime) -> Iterator[Found]:
    """Whether their ticks come; and those that took nothing down for long, and were not stopped."""
    with database.reading() as connection:
        every = ticks.read(connection)
    if not every:
        mend = "start `tracker run`, or let cron run `tracker run --once` (docs/run.md)"
        yield warn("daemons", "none is running", mend)
        return
    yield from beating(database, now)
    rows = [row for row in every if row.tick == "gather"]
    for row in rows:
        last = max(filter(None, (row.began_at, row.ended_at)))
        if now - last > max(UNDER_WAY, MISSED * timedelta(seconds=row.seconds)):
            yield warn(
                "daemons",
                f"process {row.pid} on {row.host} was last heard of at {last:%Y-%m-%d %H:%M} UTC",
                "it died or lost the database; its row goes by itself after two days",
            )


def _opened(config: Config, clock: Callable[[], datetime]) -> Iterator[Found]:
    """What an open tracker can tell of itself."""
    with Tracker(config, clock=clock) as t:
        looks = (
            ("dossiers", _dossiers),
            ("projections", _projections),
            ("feeds", _feeds),
            ("leases", _leases),
            ("filters", _filters),
        )
        for what, look in looks:
            yield from safely(what, partial(look, t))
        digests = config.sections("digest", DigestSettings)
        yield from safely("outbox", lambda: mailed(t.database, digests, clock()))


def _dossiers(t: Tracker) -> Iterator[Found]:
    if not t.dossiers:
        yield warn("dossiers", "none is configured", "name them in [tracker] dossiers")
        return
    good = 0
    for path in t.dossiers:
        for each in safely("dossiers", partial(_dossier, t, path)):
            good += each.grade is Grade.OK
            if each.grade is not Grade.OK:
                yield each
    if good == len(t.dossiers):
        yield well("dossiers", f"{good} are in the log as they are in their files")


def _dossier(t: Tracker, path: Path) -> Iterator[Found]:
    loaded = t.load([path], dry_run=True)
    if loaded.changes:
        many = "1 change is" if len(loaded.changes) == 1 else f"{len(loaded.changes)} changes are"
        yield warn("dossiers", f"{path.name}: {many} not loaded", f"run `tracker load {path}`")
    else:
        yield well("dossiers", path.name)


def _projections(t: Tracker) -> Iterator[Found]:
    every = [each for each in t.projections() if each.state != "retired"]
    good = True
    for each in every:
        if each.state in ("parked", "broken"):
            good = False
            mend = f"`tracker projections resume {each.name}` tries again" if each.state == "parked" else ""
            yield fail("projections", f"{each.name} is {each.state}: {each.error}", mend)
        elif each.state == "current" and each.behind > BEHIND:
            good = False
            words = f"{each.name} is {each.behind:,} positions behind; the next question brings it up"
            yield warn("projections", words, "a running daemon keeps it there: start `tracker run`")
    if good:
        yield well("projections", f"{some(each.name for each in every)} are as far as the log, or close")


def _feeds(t: Tracker) -> Iterator[Found]:
    every = t.feeds()
    if not every:
        yield warn("feeds", "none is configured", "add a [[feed]]; `tracker feeds discover` finds them")
        return
    paused = [feed for feed in every if feed.paused]
    never = [feed for feed in every if feed.last_success is None and not feed.paused]
    failing = [feed for feed in every if feed.failures and feed.last_success and not feed.paused]
    for feed in paused:
        because = f": {feed.paused_because}" if feed.paused_because else ""
        yield warn("feeds", f"{feed.name} is paused{because}", f"`tracker feeds resume {feed.name}`")
    for feed in failing:
        mend = f"`tracker feeds check {feed.name}` shows how it answers"
        yield warn("feeds", f"{feed.name} failed {feed.failures} times running: {feed.error}", mend)
    tried = [feed for feed in never if feed.error]
    for feed in tried:
        mend = f"`tracker feeds check {feed.name}` shows how it answers"
        yield warn("feeds", f"{feed.name} never succeeded: {feed.error}", mend)
    if fresh := [feed.name for feed in never if not feed.error]:
        yield warn("feeds", f"never visited: {some(fresh)}", "run `tracker poll`, or start `tracker run`")
    good = len(every) - len(paused) - len(never) - len(failing)
    if not good and not fresh:
        yield fail("feeds", f"none of {len(every)} brings anything", "see above")
    elif good == len(every):
        yield well("feeds", f"{good} answer")


def _leases(t: Tracker) -> Iterator[Found]:
    """Leases that ran out: whoever had them died. They are free for everybody since."""
    with t.database.reading() as connection:
        query = sa.select(feeds_table.c.name).where(feeds_table.c.lease_until < t.now())
        over = list(connection.execute(query.order_by(feeds_table.c.name)).scalars())
        cut = sa.and_(outbox.c.state == "sending", outbox.c.lease_until < t.now())
        mails = connection.execute(sa.select(sa.func.count()).select_from(outbox).where(cut)).scalar_one()
    if mails:
        told = f"{mails} mails were cut off while they were sent"
        yield warn("leases", told, "the next round of digests deals with them; see `tracker digest outbox`")
    if over:
        told = f"whoever visited {some(over)} never came back"
        yield warn("leases", told, "they are visited again by the next round; see what the daemon logged")
    if not over and not mails:
        yield well("leases", "none ran out")


def _filters(t: Tracker) -> Iterator[Found]:
    """What digests ask for that no commitment has."""
    board = t.board()
    known = {
        "parties": {*t.parties(), *(party for row in board for party in (*row.debtor, *row.creditor))},
        "commitments": {row.id for row in board},
        "tags": {tag for row in board for tag in row.tags},
    }
    good = True
    for digest in t.config.sections("digest", DigestSettings):
        for recipient in digest.recipients:
            for key, word in _unknown(recipient, known):
                good = False
                near = did_you_mean(word, known[key])
                told = f"digest {digest.name!r}, {recipient.address}: no commitment has {key} {word!r}{near}"
                yield warn("filters", told, f"correct {key} there, or run `tracker load`")
    if good:
        yield well("filters", "digests ask for what there is")


def _unknown(recipient: Recipient, known: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    for key, names in known.items():
        yield from ((key, word) for word in getattr(recipient, key) if word not in names)
