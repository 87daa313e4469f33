"""Keeping views of the log up to date: each batch and its checkpoint move in one transaction.

A projection's tables are made here, not by migrations: they hold nothing that the log does not. When a
projection's version changes, its tables are dropped and filled anew from the first event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.commitments.events import Fact
from tracker.database.engine import Database, upsert
from tracker.database.schema import metadata
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
