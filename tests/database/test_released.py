"""Every schema ever released opens with its data: a frozen snapshot of each, brought to the newest.

The snapshots in `released/` were made once by the program of their time (`freeze.py`) and never change.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

import tracker
from tests.database.freeze import CONFIG
from tracker.database.schema import REVISION
from tracker.digest.shown import mails, subscriptions
from tracker.resources import resource

RELEASED = Path(__file__).parent / "released"
SNAPSHOTS = sorted(RELEASED.glob("*.sql"))
TOLD = ("events", "documents", "outbox", "digest_issues")

# What a column is called now.
RENAMED = {"reason": "headline"}

each_release = pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda path: path.stem)


def scripts() -> Config:
    """Alembic's view of `migrations/`."""
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    config.set_main_option("path_separator", "os")
    return config


def thawed(snapshot: Path, place: str = ":memory:") -> sqlite3.Connection:
    """The snapshot as an SQLite database."""
    connection = sqlite3.connect(place)
    connection.executescript(snapshot.read_text(encoding="utf-8"))
    connection.row_factory = sqlite3.Row
    return connection


def rows(connection: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    """All rows of a table, none where there is no such table."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone():
        return []
    return [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]


def desk(folder: Path, database: str) -> Path:
    """A config for a database; returns its path."""
    path = folder / "config.toml"
    path.write_text(CONFIG.replace('database = "tracker.sqlite3"', f'database = "{database}"'))
    return path


def assert_intact(config: Path, before: dict[str, list[dict[str, Any]]]) -> None:
    """The newest schema, every row of before, a chain that holds, and an answer."""
    with tracker.open(config) as t:
        with t.database.reading() as connection:
            for table, old in before.items():
                found = connection.execute(sa.text(f"SELECT * FROM {table}")).mappings().all()
                kept = [{name: row[RENAMED.get(name, name)] for name in old[0]} for row in found]
                assert sorted(kept, key=repr) == sorted(old, key=repr)
            version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            assert version == REVISION
        assert t.verify().position == t.head() == len(before["events"])
        assert all(document.entry_hash == document.hash for document in t.documents())
        (told,) = subscriptions(t)
        assert told.recipient == "analyst@example.org"
        assert (told.position, told.told_at) == (len(before["events"]), mails(t)[0].made_at)
        (row,) = t.board()
        assert (row.id, row.status, row.basis) == ("open-bridge", "fulfilled", "corroborated")
        (reason,) = t.explain("open-bridge").reasons
        assert [quote.words for quote in reason.findings] == [("opened", "harbour bridge")] * 2


def test_every_released_schema_has_a_snapshot() -> None:
    """A migration comes with the snapshot of the schema it makes."""
    revisions = {script.revision for script in ScriptDirectory.from_config(scripts()).walk_revisions()}
    assert {path.stem for path in SNAPSHOTS} == revisions


@each_release
def test_an_sqlite_database_of_a_release_opens_with_its_data(snapshot: Path, tmp_path: Path) -> None:
    """It upgrades by itself when it is opened."""
    with closing(thawed(snapshot, str(tmp_path / "tracker.sqlite3"))) as old:
        before = {table: rows(old, table) for table in TOLD}
    assert_intact(desk(tmp_path, "tracker.sqlite3"), before)
