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
import tracker.digest.tables
import tracker.ticks  # noqa: F401  (likewise)
from tracker.database import migrate
from tracker.database.engine import Database
from tracker.database.schema import REVISION, metadata
from tracker.errors import LogUnavailable, SchemaMismatch
from tracker.resources import resource


def test_migrated_schema_equals_the_declared_one(database: Database) -> None:
    """What `migrations/` makes is what the rooms declare, table by table, on every database."""
    # SQLite gives a default back in other quotes than it took it in, which Alembic takes for another one.
    options = {"compare_server_default": not database.is_sqlite}
    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
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
    for bring_up in (migrate.ensure, migrate.upgrade, migrate.ours):
        with pytest.raises(SchemaMismatch, match="newer than this program's"):
            bring_up(Database(f"sqlite:///{path}"))


def test_a_schema_that_no_release_had_is_told(tmp_path: Path) -> None:
    """Alembic's complaint becomes one line of ours, and the file stays as it was."""
    path = tmp_path / "x.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrate.ensure(database)
    database.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0000'")
    raw.close()
    with pytest.raises(SchemaMismatch, match="schema 0000 is none that this program knows"):
        migrate.ensure(Database(f"sqlite:///{path}"))


def test_a_database_with_another_programs_migrations_is_told(tmp_path: Path) -> None:
    """Its version number says nothing to us."""
    path = tmp_path / "x.sqlite3"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE alembic_version (version_num TEXT)")
        raw.execute("INSERT INTO alembic_version VALUES ('abc')")
    raw.close()
    with pytest.raises(SchemaMismatch, match="another program keeps its schema's version there"):
        migrate.ensure(Database(f"sqlite:///{path}"))


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """One line, and the file stays as it was."""
    path = tmp_path / "thesis.txt"
    path.write_text("years of work " * 100)
    with pytest.raises(LogUnavailable, match="no SQLite database"):
        migrate.ensure(Database(f"sqlite:///{path}"))
    assert path.read_text() == "years of work " * 100


def test_a_database_of_another_program_is_told_and_left_alone(tmp_path: Path) -> None:
    """Nothing of ours goes into it, and the mend is in the line."""
    path = tmp_path / "shop.sqlite3"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE orders (day TEXT)")
    raw.close()
    before = path.read_bytes()
    for bring_up in (migrate.ensure, migrate.upgrade):
        with pytest.raises(SchemaMismatch, match=r"another program \(orders\); .* must name another file"):
            bring_up(Database(f"sqlite:///{path}"))
    assert path.read_bytes() == before


def test_an_address_with_a_bad_port_is_told() -> None:
    """What the database library makes of it stays ours to tell, and the password nobody's."""
    with pytest.raises(LogUnavailable, match=r"postgresql://me:\*\*\*@db.*: not a URL we can open"):
        Database("postgresql://me:secret@db.example:five/tracker")


def test_a_database_that_may_not_be_written_is_told_on_upgrade(tmp_path: Path) -> None:
    """`tracker db upgrade` on a read-only file fails in one line, like every other command."""
    path = tmp_path / "x.sqlite3"
    path.touch()
    with pytest.raises(LogUnavailable, match="read-only; check who may write"):
        migrate.upgrade(Database(f"sqlite:///file:{path}?mode=ro&uri=true"))
