"""What is done to a database as a whole: upgrade, backup, restore.

Works where `Tracker` would not open: the schema may be old, the file not there yet.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.api import TABLES
from tracker.config import Config, database_url
from tracker.database import migrate
from tracker.database.backup import backup, restore
from tracker.database.engine import Database
from tracker.database.schema import REVISION
from tracker.errors import UserError
from tracker.log.checkpoint import Checkpoint
from tracker.log.eventlog import EventLog


def upgrade_database(path: str | os.PathLike[str] = "config.toml") -> str:
    """Bring the database of a config to this program's schema; returns the schema's revision."""
    with _database(path) as database:
        migrate.upgrade(database)
    return REVISION


def backup_database(path: str | os.PathLike[str], target: str | os.PathLike[str]) -> Checkpoint:
    """Copy the SQLite database of a config, in use or not, to a new file; returns where its log ends.

    The chain of the copy is verified before the file gets its name. The schema stays what it is. Raises
    `UserError` where the file exists, and for PostgreSQL, which has tools of its own.
    """
    with _database(path) as database:
        if not database.is_sqlite:
            raise UserError(
                f"{database.place}: PostgreSQL makes its own backups; run: "
                f"pg_dump --format=custom --file={target} {database.without_password}"
            )

        def check(copy: Database) -> Checkpoint:
            migrate.ours(copy, name=database.place)
            return EventLog(copy).verify()

        return backup(database, Path(target), check)


def restore_database(path: str | os.PathLike[str], source: str | os.PathLike[str]) -> Checkpoint:
    """Put a backup where the config's SQLite database should be; returns where its log ends.

    An older schema is brought to this program's on the way. Raises `UserError` where there is a database
    already, `SchemaMismatch` for a file that is none of ours, `ChainBroken` for a log that was tampered with;
    then nothing is put in place.
    """
    with _database(path) as database:
        if not database.is_sqlite:
            raise UserError(
                f"{database.place}: PostgreSQL restores its own backups; make an empty database and run: "
                f"pg_restore --no-owner --dbname={database.without_password} {source}"
            )

        def check(copy: Database) -> Checkpoint:
            migrate.ours(copy, name=str(source))
            migrate.ensure(copy)
            return EventLog(copy).verify()

        return restore(Path(source), database, check)


@contextmanager
def _database(path: str | os.PathLike[str]) -> Iterator[Database]:
    """The database of a config as it is, without a look at its schema."""
    config = Config.load(Path(path))
    config.only(*TABLES)
    database = Database(database_url(config))
    try:
        yield database
    finally:
        database.close()
