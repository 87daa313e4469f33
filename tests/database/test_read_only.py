"""A database that nobody may write still answers; what would write says so in one line."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.api.test_api import DOSSIER
from tests.cli.test_cli import CONFIG, desk, run

assert desk  # a fixture

NOBODY = 65534
ASKED = (
    ("status", "--as-of", "2024-03-01"),
    ("show", "open-bridge"),
    ("explain", "open-bridge"),
    ("log", "verify"),
    ("log", "show"),
    ("documents", "list"),
)


@contextmanager
def frozen(folder: Path) -> Iterator[None]:
    """Nobody may write in the folder or its files, not even root, who becomes nobody meanwhile."""
    for parent in folder.parents:
        # Pytest's folders are private. They stay passable: what other workers test lies below them, too.
        if not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o111)
    modes = {path: path.stat().st_mode for path in [folder, *folder.iterdir()]}
    for path in modes:
        path.chmod(0o555 if path == folder else 0o444)
    is_root = os.geteuid() == 0
    try:
        if is_root:
            os.seteuid(NOBODY)
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for path, mode in modes.items():
            path.chmod(mode)


def answers(folder: Path) -> list[str]:
    """What the questions are answered with."""
    told = []
    for question in ASKED:
        done = run(*question, cwd=folder)
        assert done.returncode == 0, (question, done.stderr)
        assert done.stderr == ""
        told.append(done.stdout)
    return told


def forget_projections(folder: Path) -> None:
    """As after an upgrade of the program, or a crash: the views are gone or behind."""
    with closing(sqlite3.connect(folder / "tracker.sqlite3")) as raw, raw:
        raw.execute("DELETE FROM history_rows_1 WHERE commitment = 'open-bridge'")
        raw.execute("UPDATE projections SET position = 3 WHERE name = 'history'")
        raw.execute("UPDATE projections SET version = 1 WHERE name = 'inbox'")


def test_a_read_only_folder_still_answers(desk: Path) -> None:
    """A file in WAL mode, nothing beside it, in a folder where SQLite can make nothing either."""
    told = answers(desk)
    before = (desk / "tracker.sqlite3").read_bytes()
    with frozen(desk):
        assert answers(desk) == told
    assert (desk / "tracker.sqlite3").read_bytes() == before


def test_views_that_are_behind_are_folded_in_memory(desk: Path) -> None:
    """The answer is that of a database that could catch up, and nothing is written."""
    told = answers(desk)
    forget_projections(desk)
    before = (desk / "tracker.sqlite3").read_bytes()
    with frozen(desk):
        assert answers(desk) == told
        assert answers(desk) == told
    assert (desk / "tracker.sqlite3").read_bytes() == before
    assert answers(desk) == told


def test_a_database_opened_for_reading_alone_answers_and_folds_too(desk: Path) -> None:
    """`mode=ro` in the URL is a promise that SQLite keeps, whoever asks."""
    told = answers(desk)
    forget_projections(desk)
    url = f"sqlite:///file:{desk / 'tracker.sqlite3'}?mode=ro&uri=true"
    (desk / "config.toml").write_text(CONFIG.replace("[tracker]", f'[tracker]\ndatabase = "{url}"'))
    assert answers(desk) == told
    done = run("record", "open-bridge", "fulfilled", "--occurred", "2024-05-20", "--because", "x", cwd=desk)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "the database is read-only" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("load",),
        ("record", "open-bridge", "fulfilled", "--occurred", "2024-05-20", "--because", "x"),
        ("retract", "EVENT", "--reason", "x"),
    ],
)
def test_what_would_write_is_one_line_and_status_2(desk: Path, arguments: tuple[str, ...]) -> None:
    """It names the database and the mend."""
    (desk / "pledges.toml").write_text(DOSSIER.replace("No new tax", "No tax"))
    facts = json.loads(run("show", "open-bridge", "--format", "json", cwd=desk).stdout)
    given = [word.replace("EVENT", facts[-1]["id"]) for word in arguments]
    with frozen(desk):
        done = run(*given, cwd=desk)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "the database is read-only; check who may write the file and its folder" in done.stderr


def test_a_log_left_beside_a_read_only_file_is_told_and_not_ignored(desk: Path) -> None:
    """Without its write-ahead log the file would answer with less than was recorded."""
    done = ("record", "open-bridge", "fulfilled", "--occurred", "2024-05-20", "--because", "opened")
    with closing(sqlite3.connect(desk / "tracker.sqlite3")) as reader:
        reader.execute("SELECT count(*) FROM events").fetchall()
        assert run(*done, cwd=desk).returncode == 0
        wal = (desk / "tracker.sqlite3-wal").read_bytes()
    assert wal
    (desk / "tracker.sqlite3-wal").write_bytes(wal)
    with frozen(desk):
        told = run("status", cwd=desk)
    assert told.returncode == 2
    assert "copy both files to a folder that can be written" in told.stderr


def test_an_older_schema_that_cannot_be_upgraded_is_told(desk: Path) -> None:
    """The mend is in the line."""
    with closing(sqlite3.connect(desk / "tracker.sqlite3")) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '0000'")
    with frozen(desk):
        done = run("status", cwd=desk)
    assert done.returncode == 2
    assert "older schema 0000 and cannot be upgraded, being read-only" in done.stderr
