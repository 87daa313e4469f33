"""An SQLite database as a file: where it is, and how to open one that nobody may write.

SQLite wants to make a `-shm` beside a file in WAL mode even to read it. In a folder that cannot be written
that fails, so such a file is opened as `immutable`, without locks. That is right only while nobody writes:
it is done where no write-ahead log lies beside it (whoever has the database open keeps one there), and such a
connection never outlives one transaction.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy.engine import URL, Dialect
from sqlalchemy.pool import ConnectionPoolEntry

# Set in the `info` of a connection that must not go back to the pool.
PASSING = "tracker_passing"

# What SQLite says of a file in WAL mode, in a folder that cannot be written: the second where the file cannot
# be written either.
CANNOT_WRITE = ("unable to open database file", "readonly database")


def file_of(url: URL) -> Path | None:
    """The file of an SQLite URL, or None for a database in memory."""
    name = url.database or ":memory:"
    if name.startswith("file:"):
        name = unquote(name.removeprefix("file:").partition("?")[0])
    return None if name in ("", ":memory:") else Path(name)


def may_write(folder: Path) -> bool:
    """Whether this process may make files in a folder; also on a file system that is mounted read-only."""
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def has_wal(file: Path) -> bool:
    """Whether a write-ahead log with something in it lies beside a database file."""
    wal = beside(file, "-wal")
    return wal.exists() and wal.stat().st_size > 0


def is_left_open(file: Path) -> bool:
    """Whether it has a write-ahead log that cannot be read without making the index that belongs to it."""
    return has_wal(file) and not beside(file, "-shm").exists()


def beside(file: Path, ending: str) -> Path:
    """The file that SQLite keeps beside a database: `-wal`, `-shm` or `-journal`."""
    return file.with_name(file.name + ending)


def connect(arguments: list[Any], options: dict[str, Any]) -> sqlite3.Connection:
    """`sqlite3.connect`, and where a file can only be read and nobody writes it, opened for that alone."""
    given = str(arguments[0])
    connection: sqlite3.Connection = sqlite3.connect(given, **options)
    try:
        # The least that makes SQLite look at the file, and fail if it must.
        connection.execute("SELECT 1 FROM sqlite_master").close()
        return connection
    except sqlite3.OperationalError as problem:
        connection.close()
        file = Path(given).resolve()
        if not _is_frozen(file) or not any(words in str(problem) for words in CANNOT_WRITE):
            raise
    frozen: sqlite3.Connection = sqlite3.connect(
        f"file:{quote(str(file))}?mode=ro&immutable=1", **{**options, "uri": True}
    )
    return frozen


def on_connect(
    _dialect: Dialect, entry: ConnectionPoolEntry, arguments: list[Any], options: dict[str, Any]
) -> sqlite3.Connection:
    """SQLAlchemy's `do_connect`: as `connect`; a connection to a folder we cannot write is used once."""
    if not str(arguments[0]).startswith("file:") and _is_frozen(Path(arguments[0]).resolve()):
        entry.info[PASSING] = True
    return connect(arguments, options)


def _is_frozen(file: Path) -> bool:
    return file.is_file() and not may_write(file.parent) and not has_wal(file)
