"""Bringing a database to this program's schema, by Alembic.

SQLite databases open and upgrade by themselves; PostgreSQL ones only by `tracker db upgrade`, because they
are shared. Alembic is imported only where there is something to do: it takes longer than a status report.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from tracker.database.engine import Database
from tracker.database.schema import REVISION
from tracker.errors import ReadOnlyDatabase, SchemaMismatch
from tracker.resources import resource


def revision_of(database: Database) -> str | None:
    """The migration the database is at, or None where it has none of our tables yet.

    Raises `SchemaMismatch` for an SQLite file with tables of another program: it is there by mistake.
    """
    with database.reading() as connection:
        names = sa.inspect(connection).get_table_names()
        if "alembic_version" not in names:
            if names and database.is_sqlite:
                raise SchemaMismatch(
                    f"{database.place}: it holds the tables of another program ({', '.join(names[:3])}); "
                    "[tracker] database must name another file"
                )
            return None
        if "events" not in names:
            raise SchemaMismatch(
                f"{database.place}: another program keeps its schema's version there; "
                "[tracker] database must name another"
            )
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def ours(database: Database, *, name: str = "") -> str:
    """The migration that a database of ours is at, the newest or an older one; `name` is for the messages.

    Raises `SchemaMismatch` where it is none of ours or newer.
    """
    found = revision_of(database)
    if found is None:
        raise SchemaMismatch(
            f"{name or database.place}: it has no tables of ours; it is no tracker's database"
        )
    _refuse_newer(database, found)
    return found


def ensure(database: Database) -> None:
    """Make sure the schema is ours; raises `SchemaMismatch` with the mend where it is not."""
    found = revision_of(database)
    if found == REVISION:
        return
    _refuse_newer(database, found)
    if not database.is_sqlite:
        state = "no tables of ours" if found is None else f"the older schema {found}"
        raise SchemaMismatch(f"{database.place}: it has {state}; run `tracker db upgrade`")
    try:
        upgrade(database)
    except ReadOnlyDatabase as problem:
        if found is None:
            raise
        raise SchemaMismatch(
            f"{database.place}: it has the older schema {found} and cannot be upgraded, being read-only; "
            "open a copy that can be written"
        ) from problem


def upgrade(database: Database) -> None:
    """Run the missing migrations, all or none of them. Safe for many processes at once.

    Raises `SchemaMismatch` for a newer schema and for the database of another program.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    found = revision_of(database)
    _refuse_newer(database, found)
    if found == REVISION:
        return
    if database.file is not None:
        database.write_ahead()
    config = Config()
    config.set_main_option("script_location", str(_scripts()))
    config.set_main_option("path_separator", "os")
    with database.writing() as connection:
        if database.is_sqlite:
            # On a read-only file even BEGIN IMMEDIATE succeeds; let it fail before Alembic has begun.
            connection.exec_driver_sql("PRAGMA user_version = 0")
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as problem:
            raise SchemaMismatch(
                f"{database.place}: its schema {found} is none that this program knows ({problem}); "
                "open it with the program that made it, or restore a backup"
            ) from problem


def _refuse_newer(database: Database, found: str | None) -> None:
    if found is not None and found > REVISION:
        raise SchemaMismatch(
            f"{database.place}: its schema {found} is newer than this program's {REVISION}; upgrade tracker"
        )


def _scripts() -> Path:
    return resource("migrations")
