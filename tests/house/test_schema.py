"""The migrated schema is the declared one, and a schema that is not ours is told so."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import tracker.api
import tracker.digest.tables  # noqa: F401  (declares its tables)
from tracker.database import migrate
from tracker.database.engine import Database
from tracker.database.schema import REVISION, metadata
from tracker.errors import LogUnavailable, SchemaMismatch
from tracker.resources import resource


def test_migrated_schema_equals_the_declared_one(tmp_path: Path) -> None:
    """What `migrations/` makes is what the rooms declare, table by table."""
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    migrate.ensure(database)
    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    database.close()
    assert differences == []
    assert len(metadata.tables) >= 5


def test_the_program_knows_the_newest_migration() -> None:
    """`REVISION` saves importing Alembic on every start; it has to be the newest."""
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """A database of a newer program is left alone, with the mend in one line."""
    path = tmp_path / "x.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrate.ensure(database)
    database.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(SchemaMismatch, match="newer than this program's"):
        migrate.ensure(Database(f"sqlite:///{path}"))


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """One line, and the file stays as it was."""
    path = tmp_path / "thesis.txt"
    path.write_text("years of work " * 100)
    with pytest.raises(LogUnavailable, match="no SQLite database"):
        migrate.ensure(Database(f"sqlite:///{path}"))
    assert path.read_text() == "years of work " * 100
