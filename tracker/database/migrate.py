"""Bringing a database to this program's schema, by Alembic.

SQLite databases open and upgrade by themselves; PostgreSQL ones only by `tracker db upgrade`, because they
are shared. Alembic is imported only where there is something to do: it takes longer than a status report.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from tracker.database.engine import Database
from tracker.database.schema import REVISION
from tracker.errors import SchemaMismatch
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

    revision_of(database)  # refuses what is not ours before anything in it is changed
    if database.is_sqlite and database.url.database not in (None, "", ":memory:"):
        database.write_ahead()
    config = Config()
    config.set_main_option("script_location", str(_scripts()))
    config.set_main_option("path_separator", "os")
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _scripts() -> Path:
    return resource("migrations")
