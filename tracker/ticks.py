"""Which ticks of which daemons ran, and how they ended: what `health` reads.

A row for each tick of each daemon, written where the tick begins and where it ends. Knows nothing of what a
tick does; what is due stands in the tables of the rooms.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from attrs import field, frozen
from sqlalchemy.engine import Connection

from tracker.database.engine import upsert
from tracker.database.schema import Moment, metadata
from tracker.feeds.settings import duration

# `seconds` is how often the tick comes, `ended_at` when it last ended, `error` how: empty is well. It is
# under way where it began after it last ended.
ticks = sa.Table(
    "daemon_ticks",
    metadata,
    sa.Column("daemon", sa.Text, primary_key=True),
    sa.Column("tick", sa.Text, primary_key=True),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.BigInteger, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("began_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("error", sa.Text, nullable=False),
)

FORMS = ("auto", "plain", "json")

# A daemon that took no tick down for so long is dead; its rows are kept that long for whoever asks why.
DEAD = timedelta(days=2)


@frozen(kw_only=True)
class RunSettings:
    """`[run]`: `every` is how often the daemon looks what is due, a duration such as "30s"; `log` how it
    tells: "plain", "json", or "auto", which is plain on a terminal and JSON lines elsewhere."""

    every: str = field(default="30s", validator=lambda _, __, value: duration(value))
    log: str = field(default="auto", validator=lambda _, __, value: _is_form(value))


def _is_form(value: str) -> None:
    if value not in FORMS:
        raise ValueError(f"log: {value!r} is none of {', '.join(FORMS)}")


@frozen(kw_only=True)
class Daemon:
    """One running daemon: a name that is never again, where it runs and its process id."""

    name: str
    host: str
    pid: int

    @classmethod
    def here(cls) -> Daemon:
        """This process."""
        host, pid = socket.gethostname(), os.getpid()
        return cls(name=f"{host}/{pid}/{uuid.uuid4().hex[:8]}", host=host, pid=pid)


def began(connection: Connection, daemon: Daemon, tick: str, every: timedelta, now: datetime) -> None:
    """A tick begins; how the last one ended stays until this one has ended."""
    where = sa.and_(ticks.c.daemon == daemon.name, ticks.c.tick == tick)
    if connection.execute(ticks.update().where(where).values(began_at=now)).rowcount:
        return
    row = {
        "daemon": daemon.name,
        "tick": tick,
        "host": daemon.host,
        "pid": daemon.pid,
        "seconds": every.total_seconds(),
        "began_at": now,
        "error": "",
    }
    upsert(ticks, connection, row, ("daemon", "tick"))


def ended(connection: Connection, daemon: Daemon, tick: str, now: datetime, error: str) -> None:
    """A tick ended; `error` is one line, empty where it did what it should."""
    where = sa.and_(ticks.c.daemon == daemon.name, ticks.c.tick == tick)
    connection.execute(ticks.update().where(where).values(ended_at=now, error=error))


def gone(connection: Connection, daemon: Daemon) -> None:
    """A daemon that was told to end leaves no rows."""
    connection.execute(ticks.delete().where(ticks.c.daemon == daemon.name))


def forget(connection: Connection, before: datetime) -> int:
    """Remove the rows of daemons of which nothing was heard since `before`; returns how many daemons."""
    last = sa.func.max(sa.func.coalesce(ticks.c.ended_at, ticks.c.began_at))
    query = sa.select(ticks.c.daemon).group_by(ticks.c.daemon)
    dead = connection.execute(query.having(last < before, sa.func.max(ticks.c.began_at) < before)).scalars()
    names = list(dead)
    if names:
        connection.execute(ticks.delete().where(ticks.c.daemon.in_(names)))
    return len(names)


def read(connection: Connection) -> Sequence[sa.Row[Any]]:
    """All rows, by tick, what ended last first."""
    order = (ticks.c.tick, ticks.c.ended_at.desc(), ticks.c.daemon)
    return connection.execute(sa.select(ticks).order_by(*order)).all()
