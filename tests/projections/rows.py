"""What stands in the tables of projections, for tests that compare builds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.database.engine import Database
from tracker.projections.builds import BUILDING, CURRENT, RETIRED, Build, Kind, all_builds, builds
from tracker.projections.projection import Projection, bound


def rows_of(connection: Connection, projection: Projection) -> list[list[tuple[Any, ...]]]:
    """The rows of each of its tables, sorted, without the numbers that rows of the history have."""
    found = []
    for table in projection.tables:
        columns = [column for column in table.columns if column.name != "row"]
        rows = connection.execute(sa.select(*columns))
        found.append(sorted((tuple(row) for row in rows), key=repr))
    return found


def current_rows(database: Database, kind: Kind) -> list[list[tuple[Any, ...]]]:
    """The rows of the build that answers."""
    with database.reading() as connection:
        return rows_of(connection, bound(kind, current(connection, kind).build))


def current(connection: Connection, kind: Kind) -> Build:
    """The one build that answers."""
    (found,) = (b for b in all_builds(connection) if b.name == kind.name and b.state == CURRENT)
    return found


def tables_there(connection: Connection, kinds: Sequence[Kind]) -> set[str]:
    """The tables of any builds of projections, dropped or not, that the database holds."""
    prefixes = tuple(kind.name.replace("-", "_") + "_" for kind in kinds)
    return {name for name in sa.inspect(connection).get_table_names() if name.startswith(prefixes)}


def tables_told(connection: Connection, kinds: Sequence[Kind]) -> set[str]:
    """The tables that the rows of `projections` tell of."""
    names = {kind.name for kind in kinds}
    return {table for b in all_builds(connection) if b.name in names for table in b.tables.split()}


def assert_whole(database: Database, kinds: Sequence[Kind]) -> None:
    """Of each at most one build answers and one is being filled; their tables are there, and no others."""
    with database.reading() as connection:
        found = all_builds(connection)
        assert tables_there(connection, kinds) == tables_told(connection, kinds)
    for kind in kinds:
        states = [build.state for build in found if build.name == kind.name]
        assert max(states.count(CURRENT), states.count(BUILDING)) <= 1
        assert not (database.is_sqlite and RETIRED in states)
    assert [build.error for build in found if build.error] == []


def forget_builds(connection: Connection) -> None:
    """As before the first read."""
    for build in all_builds(connection):
        for name in reversed(build.tables.split()):
            connection.exec_driver_sql(f"DROP TABLE {name}")
    connection.execute(builds.delete())


def begin_anew(connection: Connection) -> None:
    """An empty log, and no projections."""
    forget_builds(connection)
    connection.exec_driver_sql("DELETE FROM events")
