"""Keeping views of the log up to date: each batch and its checkpoint move in one transaction.

A new build becomes the current one in the transaction in which it reaches the head of the log, so nobody ever
sees half of it; a build that was interrupted goes on where it was.

What a projection cannot take in parks it: its own transaction is rolled back, the event is tried again by
itself, and then the build waits before it, with the error in its row, while all other projections go on.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from attrs import evolve as but
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from tracker.commitments.events import Fact
from tracker.database.engine import Database, is_outage
from tracker.errors import ProjectionParked, ReadOnlyDatabase
from tracker.log.log import read_batch, read_head
from tracker.projections.builds import (
    BUILDING,
    CURRENT,
    RETIRED,
    Build,
    Kind,
    all_builds,
    answering,
    begin,
    builds,
    change,
    enter,
    move,
    take_over,
    unfinished_of,
)
from tracker.projections.projection import Projection, bound

BATCH = 2000

ATTEMPTS = 3

# Modules in which nobody looks for what a projection did wrong.
_BELOW = ("sqlalchemy.", "psycopg.", "tracker.database.")

logger = logging.getLogger(__name__)

P = TypeVar("P", bound=Projection)


class View:
    """A read transaction with projections at the head of the log."""

    def __init__(self, connection: Connection, head: int, numbers: dict[str, int]) -> None:
        self.connection = connection
        self.head = head
        self._numbers = numbers

    def of(self, kind: type[P]) -> P:
        """The build of a projection that answers in this transaction."""
        return bound(kind, self._numbers[kind.name])


def catch_up(database: Database, kinds: Sequence[Kind]) -> int:
    """Bring every projection to the head of the log; returns the head's position.

    Does not write where nothing is behind. Two runners at once are safe: both go through the write lock, and
    each reads the checkpoint behind it. A parked projection stays where it is, and the others go on.
    """
    with database.reading() as connection:
        head = read_head(connection).position
        found = all_builds(connection)
    for kind in kinds:
        build = answering(found, kind)
        while not _is_there(build, head) and not (build and build.error):
            build = _advance(database, kind)
    return head


@contextmanager
def caught_up(database: Database, kinds: Sequence[Kind]) -> Iterator[View]:
    """A read transaction with every projection at the head of the log.

    Where an SQLite database cannot be written and a projection is behind, the tail is folded in memory, for
    this transaction alone. Raises `ProjectionParked`.
    """
    head: int | None = None
    try:
        head = catch_up(database, kinds)
    except ReadOnlyDatabase:
        if not database.is_sqlite:
            raise
    with database.reading(scratch=head is None) as connection:
        if head is None:
            head = read_head(connection).position
            _fold_in_memory(connection, kinds, head)
        found = all_builds(connection)
        numbers = {}
        for kind in kinds:
            build = answering(found, kind)
            if build is None or not _is_there(build, head):
                raise _parked(build, kind)
            numbers[kind.name] = build.build
        yield View(connection, head, numbers)


def rebuild(database: Database, kind: Kind, progress: Callable[[int], None] = lambda done: None) -> Build:
    """Fill a new build from the first event, beside the current one, which answers until it takes over.

    Goes on with one that was interrupted. `progress` is told each position reached. Returns the
    build. Raises `ProjectionParked`, and leaves the current build as it is.
    """
    with database.writing() as connection:
        found = all_builds(connection)
        answering(found, kind)  # or it is refused: an older program would take the place of a newer version
        unfinished = unfinished_of(found, kind)
        if unfinished is None:
            unfinished = begin(connection, kind)
        elif unfinished.error:
            unfinished = change(connection, unfinished, error="")
    return _fill(database, kind, unfinished, progress)


def _fill(
    database: Database, kind: Kind, build: Build, progress: Callable[[int], None] = lambda done: None
) -> Build:
    """Bring a build to the head of the log, where it takes over."""
    while build.state == BUILDING:
        build = _advance(database, kind, build.build)
        if build.error:
            raise _parked(build, kind)
        progress(build.position)
    return build


def resume(database: Database, kind: Kind) -> Build:
    """Let a parked projection try again, and bring it to the head; raises `ProjectionParked`.

    A rebuild that was parked goes on, too. Returns the build that answers.
    """
    with database.writing() as connection:
        mine = [build for build in all_builds(connection) if build.name == kind.name and build.error]
        parked = [change(connection, build, error="") for build in mine if build.state != RETIRED]
    head = catch_up(database, [kind])
    for build in parked:
        if build.version == kind.version:
            _fill(database, kind, build)
    with database.reading() as connection:
        found = answering(all_builds(connection), kind)
    if found is None or not _is_there(found, head):
        raise _parked(found, kind)
    return found


def _is_there(build: Build | None, head: int) -> bool:
    return build is not None and build.state == CURRENT and build.position >= head


def _parked(build: Build | None, kind: Kind) -> ProjectionParked:
    if build is None or not build.error:
        return ProjectionParked(f"projection {kind.name!r} was not brought up to date; try again")
    return ProjectionParked(
        f"projection {kind.name!r} waits at position {build.position}: {build.error}; "
        f"mend it and run `tracker projections resume {kind.name}`"
    )


def _advance(database: Database, kind: Kind, number: int | None = None) -> Build:
    """Take a batch further the build with this number, or without one that which answers or will.

    A batch that fails is tried again by halves, down to the event that the projection cannot take in.
    """
    size, attempts = BATCH, 0
    while True:
        try:
            with database.writing() as connection:
                return _step(connection, kind, number, size)
        except _Poison as problem:
            poison = problem
            attempts += poison.size == 1
            size = max(1, poison.size // 2)
        if attempts == ATTEMPTS:
            break
    with database.writing() as connection:
        build = _chosen(connection, kind, number)
        if (build.build, build.position) != (poison.build, poison.position):
            return build  # somebody else went on meanwhile, perhaps with a mended program
        logger.error("projection %s is parked at position %s: %s", kind.name, build.position, poison.problem)
        return change(connection, build, error=poison.problem)


class _Poison(Exception):
    """A build failed on what follows a position; leaves the transaction, so that it is rolled back."""

    def __init__(self, build: int, batch: Sequence[Fact], error: Exception) -> None:
        self.build = build
        self.position = batch[0].position - 1
        self.size = len(batch)
        said = next(iter(str(error).strip().splitlines()), "")
        told = f"{type(error).__name__}: {said} ({_place(error)})"
        # As every database stores it; or the parking would fail, and all other projections with it.
        self.problem = told.encode(errors="backslashreplace").decode().replace("\0", "\\x00")


def _place(error: Exception) -> str:
    """File and line where a projection failed: its own, where it was the database that refused."""
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_globals.get("__name__", "").startswith(_BELOW):
            break
        place = f"{Path(frame.f_code.co_filename).name}:{line}"
    return place


def _step(connection: Connection, kind: Kind, number: int | None, size: int) -> Build:
    """Apply the next facts to a build, `size` at the most; at the head of the log a new one takes over."""
    build = _chosen(connection, kind, number)
    if build.error or (number is not None and build.state != BUILDING):
        return build
    batch = read_batch(connection, build.position, batch=size)
    if batch:
        # Before the projection's own work, so that a database that takes no writes is not taken for poison.
        build = move(connection, build, batch[-1].position)
        _apply(connection, bound(kind, build.build), batch)
    if build.state == BUILDING and len(batch) < size:
        build = take_over(connection, build)
    return build


def _apply(connection: Connection, projection: Projection, batch: Sequence[Fact]) -> None:
    try:
        projection.apply(batch, connection)
    except Exception as problem:
        # Whatever it is: a projection may be anybody's. For an outage of the database it is not to blame.
        is_lost = isinstance(problem, DBAPIError) and problem.connection_invalidated
        if is_lost or connection.invalidated or is_outage(problem):
            raise
        raise _Poison(projection.build, batch, problem) from problem


def _chosen(connection: Connection, kind: Kind, number: int | None) -> Build:
    found = all_builds(connection)
    numbered = [build for build in found if build.name == kind.name and build.build == number]
    return next(iter(numbered), None) or answering(found, kind) or begin(connection, kind)


def _fold_in_memory(connection: Connection, kinds: Sequence[Kind], head: int) -> None:
    """Bring copies of the projections' tables to the head.

    The copies are temporary tables: SQLite finds those before the stored ones of the same name, so that
    projections and reads need not know.
    """
    found = all_builds(connection)
    _shadow(connection, [builds], filled=True)
    for kind in kinds:
        known = answering(found, kind)
        # Current at once: the stored tables of another version cannot be dropped.
        build = change(connection, known or enter(connection, kind), state=CURRENT)
        _shadow(connection, bound(kind, build.build).tables, filled=known is not None)
        size = BATCH
        while not build.error and build.position < head:
            try:
                with connection.begin_nested():
                    build = _step(connection, kind, None, size)
            except _Poison as poison:
                if poison.size == 1:
                    raise _parked(but(build, error=poison.problem), kind) from poison
                size = poison.size // 2  # down to the event, so that the message names its place


def _shadow(connection: Connection, tables: Sequence[sa.Table], *, filled: bool) -> None:
    # In one MetaData, because one may refer to another.
    scratch = sa.MetaData()
    for table, temporary in [(table, table.to_metadata(scratch, schema="temp")) for table in tables]:
        temporary.create(connection, checkfirst=False)
        if filled:
            stored = sa.table(
                table.name, *(sa.column(column.name) for column in table.columns), schema="main"
            )
            names = [column.name for column in table.columns]
            connection.execute(temporary.insert().from_select(names, stored.select()))
