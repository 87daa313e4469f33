"""Bringing a database to this program's schema, by Alembic.

SQLite databases open and upgrade by themselves; PostgreSQL ones only by `tracker db upgrade`, because they
are shared. Alembic is imported only where there is something to do: it takes longer than a status report.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from tracker.database.engine import Database
from tracker.database.schema import REVISION
from tracker.errors import LogUnavailable, SchemaMismatch
from tracker.resources import resource


def revision_of(database: Database) -> str | None:
    """The migration the database is at, or None where it has none of our tables yet."""
    with database.reading() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def ensure(database: Database) -> None:
    """Make sure the schema is ours; raises `SchemaMismatch` with the mend where it is not."""
    found = revision_of(database)
    if found == REVISION:
        return
    if found is not None and found > REVISION:
        raise SchemaMismatch(
            f"{database.place}: its schema {found} is newer than this program's {REVISION}; upgrade tracker"
        )
    if not database.is_sqlite:
        state = "no tables of ours" if found is None else f"the older schema {found}"
        raise SchemaMismatch(f"{database.place}: it has {state}; run `tracker db upgrade`")
    upgrade(database)


def upgrade(database: Database) -> None:
    """Run the missing migrations, all or none of them. Safe for many processes at once."""
    from alembic import command
    from alembic.config import Config

    if database.is_sqlite and database.url.database not in (None, "", ":memory:"):
        _write_ahead(database)
    config = Config()
    config.set_main_option("script_location", str(_scripts()))
    config.set_main_option("path_separator", "os")
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _scripts() -> Path:
    return resource("migrations")


def _write_ahead(database: Database) -> None:
    """WAL lets readers go on while a writer writes. It is a property of the file, set once."""
    try:
        raw = database.engine.raw_connection()
    except sa.exc.DBAPIError:
        # The same failure, told in one line, comes from opening a transaction.
        with database.writing():
            raise LogUnavailable(f"{database.place}: could not be opened") from None
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()
