"""The builds of projections: a row for each, which says how far it has got and what it is.

The one that answers is *current*; one that is being filled beside it is *building*; one that no new reader
opens is *retired*. Knows nothing of how a build is filled.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from attrs import asdict, frozen
from attrs import evolve as but
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from tracker.database.engine import is_outage
from tracker.database.schema import metadata
from tracker.errors import LogUnavailable, SchemaMismatch
from tracker.projections.projection import Projection, bound

# A reader that began before a new build took over may still want the tables of the old one: PostgreSQL drops
# them under its feet, SQLite keeps them for it. Nobody reads as long as this.
GRACE_SECONDS = 3600

CURRENT, BUILDING, RETIRED = "current", "building", "retired"

logger = logging.getLogger(__name__)

builds = sa.Table(
    "projections",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("build", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    # Why it is parked; empty where it is not.
    sa.Column("error", sa.Text, nullable=False),
    # The names of its tables, for whoever drops them and may not know this version.
    sa.Column("tables", sa.Text, nullable=False),
    sa.Column("retired_at", sa.BigInteger),
)

Kind = type[Projection]


@frozen(kw_only=True)
class Build:
    """One build of a projection and how far it has got; `error` says why it is parked, if it is."""

    name: str
    build: int
    version: int
    position: int
    state: str
    error: str
    tables: str
    retired_at: int | None = None


def all_builds(connection: Connection) -> list[Build]:
    """Every build, by projection and number."""
    query = sa.select(builds).order_by(builds.c.name, builds.c.build)
    return [Build(**row._mapping) for row in connection.execute(query)]


def answering(found: Sequence[Build], kind: Kind) -> Build | None:
    """The build that answers for this version of a projection; or, where none does yet, the one that will."""
    for build in found:
        if build.name == kind.name and build.state == CURRENT:
            if build.version > kind.version:
                raise SchemaMismatch(
                    f"projection {kind.name!r}: its version {build.version} is newer than this program's "
                    f"{kind.version}; upgrade tracker, or what brought the projection"
                )
            if build.version == kind.version:
                return build
    return unfinished_of(found, kind)


def unfinished_of(found: Sequence[Build], kind: Kind) -> Build | None:
    """The build of this version that is being filled, or None."""
    mine = [build for build in found if build.name == kind.name and build.state == BUILDING]
    return next((build for build in mine if build.version == kind.version), None)


def begin(connection: Connection, kind: Kind) -> Build:
    """A new build, with empty tables."""
    build = enter(connection, kind)
    for table in bound(kind, build.build).tables:
        table.create(connection)
    return build


def enter(connection: Connection, kind: Kind) -> Build:
    """The row of a new build, without its tables."""
    mine = [build.build for build in all_builds(connection) if build.name == kind.name]
    projection = bound(kind, max(mine, default=0) + 1)
    build = Build(
        name=kind.name,
        build=projection.build,
        version=kind.version,
        position=0,
        state=BUILDING,
        error="",
        tables=" ".join(table.name for table in projection.tables),
    )
    connection.execute(builds.insert().values(asdict(build)))
    return build


def move(connection: Connection, build: Build, position: int) -> Build:
    """Move the checkpoint, if it is still where it was read."""
    at = (builds.c.name == build.name, builds.c.build == build.build, builds.c.position == build.position)
    moved = connection.execute(builds.update().where(*at).values(position=position)).rowcount
    if moved != 1:
        raise LogUnavailable(f"projection {build.name!r} was moved from {build.position} by somebody else")
    return but(build, position=position)


def change(connection: Connection, build: Build, **values: Any) -> Build:
    """The build with other values in its row."""
    one = (builds.c.name == build.name, builds.c.build == build.build)
    connection.execute(builds.update().where(*one).values(values))
    return but(build, **values)


def take_over(connection: Connection, build: Build) -> Build:
    """Let a build that has reached the head of the log answer from now on, in the place of all others."""
    for other in all_builds(connection):
        if other.name == build.name and other.build != build.build and other.state != RETIRED:
            change(connection, other, state=RETIRED, retired_at=int(time.time()))
    _drop_retired(connection)
    return change(connection, build, state=CURRENT)


def _drop_retired(connection: Connection) -> None:
    """Drop the tables of builds that nobody can be reading any more."""
    before = int(time.time()) - (0 if connection.dialect.name == "sqlite" else GRACE_SECONDS)
    for build in all_builds(connection):
        if build.state == RETIRED and build.retired_at is not None and build.retired_at <= before:
            try:
                with connection.begin_nested():
                    _drop(connection, build)
            except OperationalError as problem:
                if is_outage(problem):
                    raise
                logger.info("projection %s: build %s is still read; dropped later", build.name, build.build)


def _drop(connection: Connection, build: Build) -> None:
    if connection.dialect.name != "sqlite":
        connection.execute(sa.text("SET LOCAL lock_timeout = '1s'"))  # all writers wait behind this
    for name in reversed(build.tables.split()):
        sa.Table(name, sa.MetaData()).drop(connection, checkfirst=True)
    one = (builds.c.name == build.name, builds.c.build == build.build)
    connection.execute(builds.delete().where(*one))
