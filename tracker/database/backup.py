"""Copies of an SQLite database: out of one that is in use, and into the place of one that is not there.

Both make the copy under a temporary name beside its place, have it checked, and only then give it its name,
so that a file of that name is whole or not there. Neither ever overwrites. Knows nothing of what makes a
copy good: `check` is the caller's.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from tracker.database.engine import Database
from tracker.database.sqlite_file import beside, connect
from tracker.errors import LogUnavailable, UserError

Checked = TypeVar("Checked")
_ENDINGS = ("-wal", "-shm", "-journal")


def backup(database: Database, target: Path, check: Callable[[Database], Checked]) -> Checked:
    """Copy the database as it is at one moment to the new file `target`; returns what `check` of it did.

    Writers go on meanwhile. The copy is one file that needs nothing beside it, also in a folder that cannot
    be written. Raises `UserError` where `target` exists, `LogUnavailable` where there is nothing to copy or
    it cannot be written.
    """
    source = database.file
    if source is None:
        raise UserError(f"{database.place}: there is no file to back up")
    with _making(source, target) as copy:
        return check(copy)


def restore(source: Path, database: Database, check: Callable[[Database], Checked]) -> Checked:
    """Copy the backup `source` to where `database` should be; returns what `check` of it did.

    `source` is only read. Raises `UserError` where there is a database already, or what is left of one.
    """
    target = database.file
    if target is None:
        raise UserError(f"{database.place}: only a file can be restored to")
    for ending in _ENDINGS:
        # SQLite would take it for the new database's own, and play it back into it.
        if beside(target, ending).exists():
            raise UserError(f"{beside(target, ending)}: left from another database; move it away first")
    with _making(source, target) as copy:
        checked = check(copy)
        copy.write_ahead()
    return checked


@contextmanager
def _making(source: Path, target: Path) -> Iterator[Database]:
    """A copy of `source` under a temporary name; it gets its own if all goes well, and else vanishes."""
    target = target.absolute()
    if not source.is_file():
        raise LogUnavailable(f"{source}: there is no such database")
    if target.exists() or target.is_symlink():
        raise UserError(f"{target}: is there already, and is not overwritten; name another or move it away")
    if not target.parent.is_dir():
        raise UserError(f"{target}: make the folder first: {target.parent}")
    work = target.with_name(f".{target.name}.{os.getpid()}.making")
    copy = Database(f"sqlite:///{work}")
    try:
        _copy(source, work)
        yield copy
        copy.close()
        _publish(work, target)
    except OSError as problem:
        raise LogUnavailable(f"{target}: cannot be written: {problem.strerror or problem}") from problem
    finally:
        copy.close()
        for left in (work, *(beside(work, ending) for ending in _ENDINGS)):
            left.unlink(missing_ok=True)


def _copy(source: Path, work: Path) -> None:
    try:
        with (
            closing(connect([str(source)], {"timeout": 30})) as there,
            closing(sqlite3.connect(work)) as here,
        ):
            # In one step: it is one read transaction, which holds up no writer in WAL mode. In several, each
            # write of another process would begin it anew.
            there.backup(here)
            here.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as problem:
        raise LogUnavailable(f"{source}: cannot be copied to {work.parent}: {problem}") from problem


def _publish(work: Path, target: Path) -> None:
    """Give the finished copy its name, on the disk before it is said to be there."""
    _sync(work)
    try:
        os.link(work, target)  # unlike a rename, it never replaces what somebody put there meanwhile
    except FileExistsError:
        raise UserError(f"{target}: was made by somebody else meanwhile, and is not overwritten") from None
    except OSError:
        work.rename(target)  # a file system without links
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
