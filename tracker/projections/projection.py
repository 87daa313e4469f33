"""What a view of the log is: a name, tables of its own, and how a batch of facts changes them.

Its tables are made by the runner, not by migrations: they hold nothing that the log does not. Each *build* of
a projection has tables of its own, whose names end with its number, so that a new one is filled beside the
one that answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.commitments.events import Fact
from tracker.database.schema import NAMING


class Projection:
    """Subclass it: set `name` and `version`, declare tables in `declare`, change them in `apply`.

    `version` has to change whenever `declare` or `apply` would fill the tables otherwise; the runner then
    makes a new build. An instance belongs to one build and keeps nothing between two calls: what it knows
    is in its tables. `apply` may be called again for the same facts after its transaction was rolled back.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1

    def __init__(self, build: int) -> None:
        self.build = build
        self._metadata = sa.MetaData(naming_convention=NAMING)
        self.declare()

    def declare(self) -> None:
        """Make the tables, with `self.table`, and keep them as attributes."""
        raise NotImplementedError

    def apply(self, batch: Sequence[Fact], connection: Connection) -> None:
        """Bring the tables from the position before the first fact of `batch` to that of the last."""
        raise NotImplementedError

    def table(self, name: str, *items: Any) -> sa.Table:
        """A table of this build, of what `sqlalchemy.Table` takes. Leave indexes and constraints unnamed."""
        prefix = self.name.replace("-", "_")
        return sa.Table(f"{prefix}_{name}_{self.build}", self._metadata, *items)

    @property
    def tables(self) -> list[sa.Table]:
        """Its tables, those first that others refer to."""
        return self._metadata.sorted_tables


P = TypeVar("P", bound=Projection)

_made: dict[tuple[type[Projection], int], Any] = {}


def bound(kind: type[P], build: int) -> P:
    """The instance of a build: made once, because SQLAlchemy compiles statements anew for other tables."""
    if (kind, build) not in _made:
        _made[kind, build] = kind(build)
    found: P = _made[kind, build]
    return found
