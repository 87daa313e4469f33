"""Backups are whole, verified and never overwrite; what is no backup of ours is never put in place."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import tracker
from tests.cli.test_cli import desk, run
from tracker.errors import ChainBroken, LogUnavailable, SchemaMismatch, UserError
from tracker.upkeep import backup_database, restore_database

assert desk  # a fixture

WRITER = """
import sys, tracker
with tracker.open("config.toml") as t:
    while True:
        t.begin_replay("x")
        print(t.head(), flush=True)
"""


def names(folder: Path) -> set[str]:
    """What is in a folder."""
    return {path.name for path in folder.iterdir()}


def test_a_backup_restores_to_the_same_answers(desk: Path) -> None:
    """There and back: status, log and documents are as they were, and the database is in WAL mode again."""
    told = run("status", cwd=desk).stdout
    log = run("log", "show", cwd=desk).stdout
    done = run("db", "backup", "copy.sqlite3", cwd=desk)
    assert done.returncode == 0, done.stderr
    assert "copy.sqlite3: the chain holds up to position" in done.stdout
    (desk / "tracker.sqlite3").unlink()
    assert run("db", "restore", "copy.sqlite3", cwd=desk).returncode == 0
    assert run("status", cwd=desk).stdout == told
    assert run("log", "show", cwd=desk).stdout == log
    assert names(desk) == {"config.toml", "pledges.toml", "tracker.sqlite3", "copy.sqlite3"}
    with closing(sqlite3.connect(desk / "tracker.sqlite3")) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_backup_is_taken_while_another_process_writes(desk: Path) -> None:
    """Neither waits for the other, and every copy is a whole prefix of the log."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER], cwd=desk, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    try:
        writer.stdout.readline()
        ends = [
            backup_database(desk / "config.toml", desk / f"copy-{index}.sqlite3").position
            for index in range(5)
        ]
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    assert ends == sorted(ends)
    assert ends[0] < ends[-1]
    with tracker.open(desk / "config.toml") as t:
        assert t.head() >= ends[-1]
        chain = [fact.id for fact in t.log()]
    with closing(sqlite3.connect(desk / "copy-4.sqlite3")) as raw:
        copied = [row[0] for row in raw.execute("SELECT id FROM events ORDER BY position")]
    assert copied == chain[: ends[-1]]


def test_nothing_is_overwritten(desk: Path) -> None:
    """Neither a file by a backup nor a database, or the rest of one, by a restore."""
    assert run("db", "backup", "copy.sqlite3", cwd=desk).returncode == 0
    before = {name: (desk / name).read_bytes() for name in ("copy.sqlite3", "tracker.sqlite3")}
    for arguments in (("backup", "copy.sqlite3"), ("restore", "copy.sqlite3")):
        done = run("db", *arguments, cwd=desk)
        assert (done.returncode, done.stdout) == (2, "")
        assert "is there already, and is not overwritten" in done.stderr
    assert {name: (desk / name).read_bytes() for name in before} == before
    (desk / "tracker.sqlite3").rename(desk / "aside.sqlite3")
    (desk / "tracker.sqlite3-wal").write_bytes(b"x")
    done = run("db", "restore", "copy.sqlite3", cwd=desk)
    assert done.returncode == 2
    assert "tracker.sqlite3-wal: left from another database" in done.stderr
    assert not (desk / "tracker.sqlite3").exists()


def test_what_is_no_backup_of_ours_is_not_put_in_place(desk: Path) -> None:
    """A missing file, a text, an empty database, another program's, a newer schema, a log tampered with."""
    assert run("db", "backup", "good.sqlite3", cwd=desk).returncode == 0
    (desk / "tracker.sqlite3").unlink()
    (desk / "text").write_text("years of work " * 100)
    (desk / "empty").touch()
    with closing(sqlite3.connect(desk / "shop")) as raw, raw:
        raw.execute("CREATE TABLE orders (day TEXT)")
    for name, change in [
        ("newer", "UPDATE alembic_version SET version_num = '9999'"),
        ("tampered", "UPDATE events SET recorded_by = 'somebody else' WHERE position = 3"),
        ("cut", "DELETE FROM events WHERE position = 3"),
    ]:
        (desk / name).write_bytes((desk / "good.sqlite3").read_bytes())
        with closing(sqlite3.connect(desk / name)) as raw, raw:
            raw.execute(change)
    before = names(desk)
    for name, error, message in [
        ("missing", LogUnavailable, "no such database"),
        ("text", LogUnavailable, "not a database"),
        ("empty", SchemaMismatch, "empty: it has no tables of ours"),
        ("shop", SchemaMismatch, "another program"),
        ("newer", SchemaMismatch, "newer than this program's"),
        ("tampered", ChainBroken, "position 3 was changed"),
        ("cut", ChainBroken, "position 3 is missing"),
    ]:
        with pytest.raises(error, match=message):
            restore_database(desk / "config.toml", desk / name)
        assert names(desk) == before, name


def test_a_tampered_log_is_told_when_it_is_backed_up(desk: Path) -> None:
    """Better to hear of it while older backups are still there."""
    with closing(sqlite3.connect(desk / "tracker.sqlite3")) as raw, raw:
        raw.execute("UPDATE events SET recorded_by = 'somebody else' WHERE position = 3")
    before = names(desk)
    with pytest.raises(ChainBroken, match="position 3 was changed"):
        backup_database(desk / "config.toml", desk / "copy.sqlite3")
    assert names(desk) == before


def test_a_place_that_cannot_be_written_is_told(desk: Path) -> None:
    """A folder that is not there, and a database that is not there."""
    with pytest.raises(UserError, match=r"make the folder first: .*missing"):
        backup_database(desk / "config.toml", desk / "missing" / "copy.sqlite3")
    (desk / "tracker.sqlite3").unlink()
    with pytest.raises(LogUnavailable, match="no such database"):
        backup_database(desk / "config.toml", desk / "copy.sqlite3")
    assert names(desk) == {"config.toml", "pledges.toml"}


@pytest.mark.parametrize(
    ("verb", "tool"),
    [("backup", "pg_dump --format=custom --file=copy"), ("restore", "pg_restore --no-owner --dbname=")],
)
def test_for_postgresql_it_says_what_to_run(desk: Path, verb: str, tool: str) -> None:
    """Its own tools are better, and no password is printed."""
    text = (desk / "config.toml").read_text()
    url = "postgresql://me:secret@db.example/tracker"
    (desk / "config.toml").write_text(text.replace("[tracker]", f'[tracker]\ndatabase = "{url}"'))
    done = run("db", verb, "copy", cwd=desk)
    assert (done.returncode, done.stdout) == (2, "")
    assert tool in done.stderr
    assert "postgresql://me@db.example/tracker" in done.stderr
    assert "secret" not in done.stderr
