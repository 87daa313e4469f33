"""Keeping views of the log up to date: each batch and its checkpoint move in one transaction.

A projection's tables are made here, not by migrations: they hold nothing that the log does not. When a
projection's version changes, its tables are dropped and filled anew from the first event.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.commitments.events import Fact
from tracker.database.engine import Database, upsert
from tracker.database.schema import metadata
from tracker.errors import ReadOnlyDatabase
from tracker.log.log import read_all, read_head

BATCH = 500

checkpoints = sa.Table(
    "projections",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
)


class Projection(Protocol):
    """A view of the log: a name, a version to change whenever `apply` would fill its tables otherwise."""

    @property
    def name(self) -> str:
        """Its name, the key of its checkpoint."""

    @property
    def version(self) -> int:
        """Another one drops the tables and fills them anew."""

    @property
    def tables(self) -> Sequence[sa.Table]:
        """The tables it fills."""

    def apply(self, batch: Sequence[Fact], connection: Connection) -> None:
        """Bring the tables from the position before the first fact of `batch` to that of the last."""


def catch_up(database: Database, projections: Sequence[Projection]) -> int:
    """Bring every projection to the head of the log; returns the head's position.

    Does not write where nothing is behind. Two runners at once are safe: both go through the write lock,
    and each reads the checkpoint behind it.
    """
    with database.reading() as connection:
        head = read_head(connection).position
        positions = _positions(connection)
    for projection in projections:
        while positions.get((projection.name, projection.version), -1) < head:
            with database.writing() as connection:
                positions[projection.name, projection.version] = _advance(connection, projection)
    return head


@contextmanager
def caught_up(database: Database, projections: Sequence[Projection]) -> Iterator[tuple[Connection, int]]:
    """A read transaction with every projection at the head of the log, and the head's position.

    Where an SQLite database cannot be written and a projection is behind, the tail is folded in memory, for
    this transaction alone.
    """
    head: int | None = None
    try:
        head = catch_up(database, projections)
    except ReadOnlyDatabase:
        if not database.is_sqlite:
            raise
    if head is not None:
        with database.reading() as connection:
            yield connection, head
        return
    with database.reading(scratch=True) as connection:
        head = read_head(connection).position
        _fold_in_memory(connection, projections, head)
        yield connection, head


def _fold_in_memory(connection: Connection, projections: Sequence[Projection], head: int) -> None:
    """Bring copies of the projections' tables to the head.

    The copies are temporary tables: SQLite finds those before the stored ones of the same name, so that
    projections and reads need not know.
    """
    positions = _positions(connection)
    _shadow(connection, checkpoints, filled=True)
    for projection in projections:
        at = positions.get((projection.name, projection.version))
        for table in projection.tables:
            _shadow(connection, table, filled=at is not None)
        row = {"name": projection.name, "version": projection.version, "position": at or 0}
        upsert(checkpoints, connection, row, ("name",))
        while (at or 0) < head:
            at = _advance(connection, projection)


def _shadow(connection: Connection, table: sa.Table, *, filled: bool) -> None:
    temporary = table.to_metadata(sa.MetaData(), schema="temp")
    temporary.create(connection, checkfirst=False)
    if filled:
        stored = sa.table(table.name, *(sa.column(column.name) for column in table.columns), schema="main")
        connection.execute(temporary.insert().from_select([c.name for c in table.columns], stored.select()))


def _advance(connection: Connection, projection: Projection) -> int:
    """Apply one batch; returns the position reached."""
    at = _positions(connection).get((projection.name, projection.version))
    if at is None:
        for table in projection.tables:
            table.drop(connection, checkfirst=True)
            table.create(connection)
        at = 0
    batch: list[Fact] = []
    for fact in read_all(connection, after=at, batch=BATCH):
        batch.append(fact)
        if len(batch) == BATCH:
            break
    if batch:
        projection.apply(batch, connection)
        at = batch[-1].position
    row = {"name": projection.name, "version": projection.version, "position": at}
    upsert(checkpoints, connection, row, ("name",))
    return at


def _positions(connection: Connection) -> dict[tuple[str, int], int]:
    return {(row.name, row.version): row.position for row in connection.execute(sa.select(checkpoints))}
