"""A full disk, and a place that may not be written: one line with place and mend, and a whole log."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.databases import VARIABLE, Postgres, opened
from tests.log.happenings import draft, drafts
from tracker.errors import LogUnavailable
from tracker.log.eventlog import EventLog
from tracker.log.log import Expected

ROOT = Path(__file__).parents[2]

# A process whose files may not grow beyond a limit; without the signal ignored, it would be killed instead.
LIMITED = """
import resource, signal, sys
from contextlib import closing
from tests.log.happenings import drafts
from tracker.database.engine import Database
from tracker.errors import LogUnavailable
from tracker.log.eventlog import EventLog
from tracker.log.log import Expected

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
with closing(Database(sys.argv[1])) as database:
    log = EventLog(database)
    try:
        while True:
            print(log.append({"a": (Expected.ANY, drafts(40))})[-1].position, flush=True)
    except LogUnavailable as problem:
        print(problem)
    print(log.verify().position)
"""


@pytest.mark.parametrize("limit", [200_000, 233_333])
def test_a_file_that_may_not_grow_is_told_and_stays_whole(sqlite_url: str, limit: int) -> None:
    """Wherever the writing stops: each append that was told is there, the next one works once it may grow."""
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, sqlite_url, str(limit)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    *told, complaint, verified = ran.stdout.splitlines()
    assert told
    assert told[-1] == verified
    with opened(sqlite_url) as database:
        assert complaint.startswith(f"{database.place}: the file cannot be read or written (disk I/O error)")
        assert "check the disk, its room and what size a file may have" in complaint
        assert_goes_on(EventLog(database), int(verified))


def test_a_full_disk_is_told_and_the_log_stays_whole(sqlite_url: str) -> None:
    """SQLite's own word for no room, brought about by its own limit on a file's pages."""
    with opened(sqlite_url) as database:
        log = EventLog(database)
        log.append({"a": (Expected.NEW, drafts(40))})
        with database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    with opened(sqlite_url) as database:

        @sa.event.listens_for(database.engine, "connect")
        def _limit(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages + 10}")

        log = EventLog(database)
        with pytest.raises(LogUnavailable) as refusal:
            while True:
                log.append({"a": (Expected.EXISTS, drafts(40))})
        assert str(refusal.value) == f"{database.place}: the disk is full; make room and try again"
        written = log.head().position
    with opened(sqlite_url) as database:
        assert_goes_on(EventLog(database), written)


@pytest.fixture
def small_disk(postgres: Postgres) -> Iterator[tuple[str, Callable[[], None]]]:
    """A PostgreSQL database whose files lie on a disk of 16 MB of their own, and what makes room there."""
    if VARIABLE in os.environ:
        pytest.skip("only a server that we started can be given a disk")
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        with psycopg.connect(postgres.url.render_as_string(hide_password=False)) as raw:
            server = Path(f"/proc/{raw.info.backend_pid}")
            owner = server.stat().st_uid if server.exists() else 0
        disk = ["mount", "-t", "tmpfs", "-o", f"size=16m,uid={owner},mode=700", "tmpfs", folder]
        mounted = subprocess.run(disk, capture_output=True, text=True, check=False)
        if mounted.returncode:
            pytest.skip(f"only who may mount can make a disk to fill: {mounted.stderr.strip()}")
        stack.callback(subprocess.run, ["umount", folder], check=True)
        postgres.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(sql.Literal(folder)))
        stack.callback(postgres.execute, sql.SQL("DROP TABLESPACE small").format())
        url = stack.enter_context(postgres.migrated())
        name = sql.Identifier(make_url(url).database or "")
        postgres.execute(sql.SQL("ALTER DATABASE {} SET TABLESPACE small").format(name))

        def make_room() -> None:
            subprocess.run(["mount", "-o", "remount,size=32m", folder], check=True)

        yield url, make_room


def test_a_full_disk_of_postgresql_is_told_and_the_log_stays_whole(
    small_disk: tuple[str, Callable[[], None]],
) -> None:
    """The same words as SQLite's; what was acknowledged is there, and with room the log goes on."""
    url, make_room = small_disk
    chance = Random(0)
    with opened(url) as database:
        log = EventLog(database)
        with pytest.raises(LogUnavailable) as refusal:
            while True:  # hex of random bytes, because what repeats itself would be compressed
                log.append({"a": (Expected.ANY, [draft(chance.randbytes(50_000).hex())])})
        assert str(refusal.value) == f"{database.place}: the disk is full; make room and try again"
        written = log.head().position
        assert log.verify().position == written > 50
        make_room()
        assert_goes_on(log, written)


def test_a_file_opened_for_reading_is_read_and_not_written(sqlite_url: str) -> None:
    """The refusal says who to ask; reading and verifying go on."""
    with opened(sqlite_url) as database:
        EventLog(database).append({"a": (Expected.NEW, drafts(2))})
        place = database.place
        with opened(f"sqlite:///file:{place}?mode=ro&uri=true") as read_only:
            log = EventLog(read_only)
            assert_refused(log, "the database is read-only; check who may write the file and its folder")
            assert [fact.version for fact in log.read("a")] == [1, 2]
        assert_goes_on(EventLog(database), 2)


def test_a_postgresql_that_only_reads_is_told(postgres_url: str) -> None:
    """A standby, or a database set so: the same refusal, naming the database without its password."""
    with opened(postgres_url) as database:
        EventLog(database).append({"a": (Expected.NEW, drafts(2))})
    _set_read_only(postgres_url, "on")
    with opened(postgres_url) as database:
        log = EventLog(database)
        assert_refused(log, "the database is read-only; check who may write")
        assert log.verify().position == 2
    _set_read_only(postgres_url, "off")
    with opened(postgres_url) as database:
        assert_goes_on(EventLog(database), 2)


def _set_read_only(url: str, switch: str) -> None:
    with psycopg.connect(url, autocommit=True) as raw:
        raw.execute("SET default_transaction_read_only = off")
        raw.execute(f"ALTER DATABASE {raw.info.dbname} SET default_transaction_read_only = {switch}".encode())


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    """One line that names the server, and never the password."""
    with opened(f"postgresql://me:secret@/tracker?host={tmp_path}") as database:
        with pytest.raises(LogUnavailable) as refusal:
            EventLog(database).head()
        assert str(refusal.value).startswith(database.place)
        assert "secret" not in str(refusal.value)
        assert len(str(refusal.value).splitlines()) == 1


def assert_refused(log: EventLog, reason: str) -> None:
    """An append is refused in one line that names the place and the reason."""
    with pytest.raises(LogUnavailable) as refusal:
        log.append({"a": (Expected.ANY, drafts(1))})
    assert str(refusal.value).startswith(f"{log.database.place}: {reason}")
    assert len(str(refusal.value).splitlines()) == 1


def assert_goes_on(log: EventLog, written: int) -> None:
    """The log has what was written and nothing else, verifies, and takes the next event."""
    assert log.verify().position == written
    (fact,) = log.append({"a": (Expected.EXISTS, drafts(1))})
    assert fact.position == written + 1 == log.verify().position
