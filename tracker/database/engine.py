"""Opening a database, and `writing()` and `reading()`, the only units of work.

Writers are serialised. On SQLite that is BEGIN IMMEDIATE: with a deferred BEGIN, 80 % of read-then-write
transactions of four processes failed as "locked", with IMMEDIATE none did. On PostgreSQL it is one
transaction-level advisory lock under READ COMMITTED, taken in a statement of its own before anything is
read: locking and reading the head in one statement gave 771 stale heads in 1,200 appends.

No exception of SQLAlchemy leaves this room's context managers.
"""

from __future__ import annotations

import math
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, NoSuchModuleError, SQLAlchemyError

from tracker.database import sqlite_file
from tracker.database.sqlite_file import PASSING
from tracker.errors import LogUnavailable, ReadOnlyDatabase

# Any fixed number; it only has to be the same for every writer of one database.
_ADVISORY_LOCK = 0x7472_6163_6B65_72

# The driver's own transactions are off on both databases: SQLite's would begin late, and never IMMEDIATE, and
# PostgreSQL's would be a round trip more. There, several statements may go in one: each sees the database as
# it is when its own turn comes, so what follows the lock sees what was committed before it.
_BEGIN_WRITING = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})",
}
_BEGIN_READING = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"}

BUSY_SECONDS = 30

# A PostgreSQL connection that nobody used for so long is asked whether it is still there.
IDLE_SECONDS = 1.0

# Pages of SQLite's write-ahead log before it is copied into the file: 16 MB, as much as the page cache holds.
# A page that many appends write is copied once for all of them; with the 1,000 that SQLite comes with, 100
# events took a sixth longer.
_CHECKPOINT_PAGES = 4_000

# Of SQLite's page cache, per connection. With the 2 MB that it comes with, 100 events took 1.5 times as long
# to insert: the pages of the five indexes did not fit.
_CACHE_KIB = 16_000

_PG_READ_ONLY = "25006"  # read_only_sql_transaction: a standby, or a role that may only read

_PG_DISK_FULL = "53100"

# Classes of PostgreSQL's errors that no statement is to blame for: connection, resources, operator, system.
_PG_OUTAGES = ("08", "53", "57", "58")
_SQLITE_OUTAGES = ("disk is full", "disk I/O error", "readonly database", "is locked")

READ_ONLY = "the database is read-only; check who may write the file and its folder"


class Database:
    """One database. Cheap to make, connects on first use; `close()` gives its connections back.

    `busy_seconds` is how long SQLite waits for another process before it gives up. Without `durable`, it may
    lose the last commits when the power fails, never when a process is killed.
    """

    def __init__(self, url: str | URL, *, durable: bool = True) -> None:
        self.durable = durable
        self.busy_seconds = BUSY_SECONDS
        try:
            self.url = make_url(url)
            self.is_sqlite = self.url.get_backend_name() == "sqlite"
            self.engine = sa.create_engine(self._with_driver(), **self._options())
        except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as problem:
            shown = re.sub(r":[^:@/]*@", ":***@", str(url))
            raise LogUnavailable(
                f"database {shown!r}: not a URL we can open ({problem}); "
                "write sqlite:///file.sqlite3 or postgresql://user@host/name (extra: postgres)"
            ) from problem
        self._driver_error: type[Exception] = self.engine.dialect.loaded_dbapi.Error
        if self.is_sqlite:
            if self.file is not None:
                event.listen(self.engine, "do_connect", sqlite_file.on_connect)
            event.listen(self.engine, "connect", self._on_sqlite_connect)
        else:
            event.listen(self.engine, "checkin", _on_checkin)
            event.listen(self.engine, "checkout", self._on_checkout)

    @property
    def place(self) -> str:
        """The database as messages name it, without its password."""
        return self.url.database or ":memory:" if self.is_sqlite else self.url.render_as_string()

    @property
    def without_password(self) -> str:
        """The URL as other programs take it; they ask for the password or find it in their own places."""
        url = self.url
        bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
        return bare.render_as_string()

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database; None for one in memory and for PostgreSQL."""
        return sqlite_file.file_of(self.url) if self.is_sqlite else None

    def _with_driver(self) -> URL:
        if self.url.drivername in ("postgresql", "postgres"):
            return self.url.set(drivername="postgresql+psycopg")
        return self.url

    def _options(self) -> dict[str, Any]:
        if not self.is_sqlite:
            return {"isolation_level": "AUTOCOMMIT"}
        if self.file is None:
            return {"poolclass": sa.StaticPool, "connect_args": {"check_same_thread": False}}
        return {"connect_args": {"timeout": BUSY_SECONDS}}

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A serialised write transaction: commits at the end, rolls back on any exception."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            _begin(connection, _BEGIN_WRITING)
            yield connection

    @contextmanager
    def reading(self, *, scratch: bool = False) -> Iterator[Connection]:
        """A read transaction with one unchanging view of the database.

        With `scratch`, on SQLite, tables may be made in the schema `temp`: they live in memory, hide those of
        the same name, and are gone afterwards. It works where the database itself cannot be written.
        """
        with self._translated(), self.engine.connect() as connection:
            if scratch and self.is_sqlite:
                connection.info[PASSING] = True
                connection.connection.cursor().execute("PRAGMA temp_store = MEMORY")
            try:
                with connection.begin():
                    _begin(connection, _BEGIN_READING)
                    yield connection
            finally:
                if connection.info.get(PASSING):
                    connection.invalidate()

    @contextmanager
    def outside(self) -> Iterator[Connection]:
        """A connection outside of any transaction, for the few statements that must not be in one."""
        with self._translated(), self.engine.connect() as connection:
            yield connection

    def write_ahead(self) -> None:
        """Let readers of an SQLite file go on while a writer writes; a property of the file, set once."""
        with self.outside() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")

    def optimize(self) -> None:
        """Let SQLite look whether its figures about the tables are still right, as its makers advise for
        every few hours; where little changed it does nothing. PostgreSQL does so by itself."""
        if self.is_sqlite:
            with self.outside() as connection:
                connection.exec_driver_sql("PRAGMA optimize")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as problem:
            raise self._told(problem.orig) from problem
        except self._driver_error as problem:  # of a `Statement`
            raise self._told(problem) from problem
        except SQLAlchemyError as problem:
            raise LogUnavailable(f"{self.place}: {str(problem).splitlines()[0]}") from problem

    def _told(self, problem: BaseException | None) -> LogUnavailable:
        reason = _reason(problem, self.file)
        kind = ReadOnlyDatabase if reason == READ_ONLY else LogUnavailable
        return kind(f"{self.place}: {reason}")

    def _on_sqlite_connect(self, connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {self.busy_seconds * 1000}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        cursor.execute(f"PRAGMA synchronous = {'FULL' if self.durable else 'NORMAL'}")
        cursor.close()

    def _on_checkout(self, connection: Any, record: Any, _proxy: object) -> None:
        # The server may have gone away in between. Asked every time (`pool_pre_ping`), that was a sixth round
        # trip for each append.
        if time.monotonic() - record.info.get("idle since", math.inf) > IDLE_SECONDS:
            try:
                self.engine.dialect.do_ping(connection)
            except self._driver_error as problem:
                raise DisconnectionError from problem  # the pool makes a new connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _begin(connection: Connection, how: dict[str, str]) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(how[connection.dialect.name])


def _on_checkin(_connection: object, record: Any) -> None:
    record.info["idle since"] = time.monotonic()


def _reason(problem: BaseException | None, file: Path | None) -> str:
    text = next(iter(str(problem).strip().splitlines()), type(problem).__name__)
    if getattr(problem, "sqlstate", "") == _PG_READ_ONLY:
        return READ_ONLY
    if file is not None and any(words in text for words in sqlite_file.CANNOT_WRITE):
        return _unwritten(file.resolve(), is_open="readonly" in text)
    if "database or disk is full" in text or getattr(problem, "sqlstate", "") == _PG_DISK_FULL:
        return "the disk is full; make room and try again"
    if "disk I/O error" in text:
        return (
            "the file cannot be read or written (disk I/O error); "
            "check the disk, its room and what size a file may have"
        )
    if "database is locked" in text:
        return f"another process has held the database for {BUSY_SECONDS} s; try again when it is done"
    if "file is not a database" in text:
        return "this file is no SQLite database; [tracker] database must name another"
    return text


def is_outage(problem: BaseException) -> bool:
    """Whether the database itself cannot go on (its disk, its server), whatever was asked of it."""
    original = getattr(problem, "orig", None) or problem
    if isinstance(original, sqlite3.Error):
        return any(words in str(original) for words in _SQLITE_OUTAGES)
    return (getattr(original, "sqlstate", None) or "").startswith(_PG_OUTAGES)


def _unwritten(file: Path, *, is_open: bool) -> str:
    """Why a file cannot be opened or, where it could be, not be written."""
    if not file.parent.is_dir():
        return f"the database file cannot be opened; make the folder: {file.parent}"
    if not sqlite_file.may_write(file.parent) and sqlite_file.is_left_open(file):
        return (
            f"its folder cannot be written, and what was written last is still in {file.name}-wal; "
            "copy both files to a folder that can be written, or read a backup"
        )
    if is_open or (file.is_file() and os.access(file, os.R_OK) and not sqlite_file.may_write(file.parent)):
        return READ_ONLY
    return f"the database file cannot be opened; check who may write there: {file.parent}"


def upsert(table: sa.Table, connection: Connection, values: dict[str, Any], keys: tuple[str, ...]) -> None:
    """Insert a row, or update it where one with the same `keys` exists."""
    insert = import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert(table).values(values)
    changed = {name: insert.excluded[name] for name in values if name not in keys}
    statement = (
        insert.on_conflict_do_update(index_elements=list(keys), set_=changed)
        if changed
        else insert.on_conflict_do_nothing(index_elements=list(keys))
    )
    connection.execute(statement)
