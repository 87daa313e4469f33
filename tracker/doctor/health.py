"""What a probe asks: the database, its schema, the ticks of the daemons, the outbox. No network beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from tracker import ticks
from tracker.api import TABLES
from tracker.config import Config, database_url
from tracker.database import migrate
from tracker.database.engine import Database
from tracker.database.schema import REVISION
from tracker.digest.settings import DigestSettings
from tracker.digest.tables import outbox, subscribers
from tracker.doctor.finding import Found, fail, safely, some, warn, well

# So many of its intervals a tick may let pass.
MISSED = 3

# A tick that began no longer ago may still be under way: a first visit to a thousand feeds takes minutes.
UNDER_WAY = timedelta(minutes=15)

# A mail that is due so long ago is sent by nobody; one that was made so long ago was tried in vain.
UNSENT = timedelta(minutes=15)
TRIED = timedelta(hours=6)

TICKS = ("gather", "digests", "housekeeping")


def health(path: str | os.PathLike[str], *, now: datetime | None = None) -> list[Found]:
    """How the daemons over the database of a config are doing; `now` is for tests.

    Raises `ConfigError` where the config says nothing that could be looked at.
    """
    config = Config.load(Path(path))
    config.only(*TABLES)
    digests = config.sections("digest", DigestSettings)
    at = now or datetime.now(UTC)
    with closing(Database(database_url(config))) as database:
        found = list(safely("database", lambda: reached(database)))
        if all(each.grade != "fail" for each in found):
            found += safely("daemons", lambda: beating(database, at))
            found += safely("outbox", lambda: mailed(database, digests, at))
    return found


def reached(database: Database) -> Iterator[Found]:
    """Whether the database answers and has this program's schema."""
    if database.file is not None and not database.file.exists():
        yield fail("database", f"{database.place}: there is none yet", "run `tracker load`")
        return
    found = migrate.revision_of(database)
    yield well("database", f"{database.place} answers")
    if found == REVISION:
        yield well("schema", f"it is {REVISION}")
    elif found is None:
        yield fail("schema", "the database has no tables of ours", "run `tracker db upgrade`")
    elif found < REVISION:
        yield fail(
            "schema", f"it is {found}, older than this program's {REVISION}", "run `tracker db upgrade`"
        )
    else:
        yield fail("schema", f"it is {found}, newer than this program's {REVISION}", "upgrade tracker")


def beating(database: Database, now: datetime) -> Iterator[Found]:
    """Whether each tick comes, in whichever daemon."""
    with database.reading() as connection:
        rows = ticks.read(connection)
    if not rows:
        yield fail("daemons", "none is running", "start `tracker run`; docs/run.md has a unit for systemd")
        return
    for name in TICKS:
        yield _tick(name, [row for row in rows if row.tick == name], now)


def _tick(name: str, rows: Sequence[Row[Any]], now: datetime) -> Found:
    what = f"tick {name}"
    alive = [row for row in rows if _is_alive(row, now)]
    mend = "see what the daemon logged, and start `tracker run` again"
    if not alive:
        last = max((row.ended_at or row.began_at for row in rows), default=None)
        told = f"no daemon has ended it since {last:%Y-%m-%d %H:%M:%S} UTC" if last else "no daemon has it"
        return fail(what, told, mend)
    errors = [row.error for row in alive if row.error]
    if len(errors) == len(alive):
        return fail(what, f"it fails: {errors[0]}", mend)
    daemons = "one daemon" if len(alive) == 1 else f"{len(alive)} daemons"
    ends = [row.ended_at for row in alive if row.ended_at]
    last_end = f"last ended at {max(ends):%Y-%m-%d %H:%M:%S} UTC" if ends else "under way for the first time"
    return well(what, f"{daemons}, {last_end}")


def _is_alive(row: Row[Any], now: datetime) -> bool:
    """Whether it ended not long ago, or began not long ago and is under way."""
    allowed = MISSED * timedelta(seconds=row.seconds)
    if row.ended_at is not None and now - row.ended_at <= allowed:
        return True
    is_under_way: bool = row.ended_at is None or row.ended_at < row.began_at
    began: datetime = row.began_at
    return is_under_way and now - began <= max(allowed, UNDER_WAY)


def mailed(database: Database, digests: Sequence[DigestSettings], now: datetime) -> Iterator[Found]:
    """Whether mails go out, and to everybody. What is of no configured digest waits for nothing."""
    names = [digest.name for digest in digests]
    with database.reading() as connection:
        waiting = _waiting(connection, names, now)
        lost = _counted(connection, names, ("failed", "unknown"))
        paused = connection.execute(
            sa.select(subscribers)
            .where(subscribers.c.digest.in_(names), subscribers.c.paused_at.is_not(None))
            .order_by(subscribers.c.digest, subscribers.c.recipient)
        ).all()
    if waiting:
        reasons = {row.error for row in waiting if row.error}
        because = f": {some(sorted(reasons))}" if reasons else ""
        oldest = min(row.made_at for row in waiting)
        yield fail(
            "outbox",
            f"{len(waiting)} mails wait, the oldest since {oldest:%Y-%m-%d %H:%M} UTC{because}",
            "`tracker doctor` tries the mail server",
        )
    elif lost:
        told = " and ".join(f"{count} mails are {state}" for state, count in sorted(lost.items()))
        mend = "see `tracker digest outbox`; `tracker digest retry NAME`, with --unknown, sends them again"
        yield warn("outbox", told, mend)
    else:
        yield well("outbox", "no mail waits" if names else "no digest is configured")
    for row in paused:
        words = f"digest {row.digest!r}: {row.recipient} is paused: {row.paused_because}"
        yield warn("recipients", words, f"`tracker digest resume {row.digest} {row.recipient}`")


def _waiting(connection: Connection, names: Sequence[str], now: datetime) -> Sequence[Row[Any]]:
    """The mails that have waited for too long, but for those of recipients who are paused."""
    held = sa.exists().where(
        subscribers.c.digest == outbox.c.digest,
        subscribers.c.recipient == outbox.c.recipient,
        subscribers.c.paused_at.is_not(None),
    )
    unsent = sa.and_(outbox.c.state == "pending", outbox.c.next_at <= now - UNSENT)
    tried = sa.and_(outbox.c.state.in_(("pending", "sending")), outbox.c.made_at <= now - TRIED)
    query = sa.select(outbox).where(outbox.c.digest.in_(names), sa.or_(unsent, tried), ~held)
    return connection.execute(query).all()


def _counted(connection: Connection, names: Sequence[str], states: Sequence[str]) -> dict[str, int]:
    query = (
        sa.select(outbox.c.state, sa.func.count().label("count"))
        .where(outbox.c.digest.in_(names), outbox.c.state.in_(states))
        .group_by(outbox.c.state)
    )
    return {row.state: row._mapping["count"] for row in connection.execute(query)}
