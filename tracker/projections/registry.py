"""Which projections there are: our own, and those that installed packages register.

A package registers one as an entry point in the group `tracker.projections`:

    [project.entry-points."tracker.projections"]
    last-breach = "my_package.breaches:LastBreach"
"""

from __future__ import annotations

from importlib.metadata import entry_points

from attrs import frozen

from tracker.errors import UnknownProjection, did_you_mean
from tracker.projections.history import History
from tracker.projections.inbox import Inbox
from tracker.projections.projection import Projection

GROUP = "tracker.projections"

OWN: tuple[type[Projection], ...] = (History, Inbox)


@frozen
class Registry:
    """The projections by name, and by its name what is wrong with each that cannot be used."""

    kinds: dict[str, type[Projection]]
    broken: dict[str, str]

    def one(self, name: str) -> type[Projection]:
        """The projection with this name; raises `UnknownProjection`."""
        if name in self.broken:
            raise UnknownProjection(f"projection {name!r} cannot be used: {self.broken[name]}")
        if name not in self.kinds:
            near = did_you_mean(name, self.kinds)
            raise UnknownProjection(f"no projection {name!r}{near}; `tracker projections list` lists them")
        return self.kinds[name]


def registry() -> Registry:
    """What is installed now. A package that cannot be used stops nobody else."""
    kinds = {kind.name: kind for kind in OWN}
    broken = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        try:
            kinds[point.name] = _fitting(point.load(), point.name, kinds)
        except Exception as problem:  # noqa: BLE001  (a stranger's module may raise anything)
            broken[point.name] = f"{point.value}: {type(problem).__name__}: {problem}"
    return Registry(kinds, broken)


def _fitting(found: object, name: str, taken: dict[str, type[Projection]]) -> type[Projection]:
    if not (isinstance(found, type) and issubclass(found, Projection)):
        raise TypeError("it is no subclass of tracker.api.Projection")
    if getattr(found, "name", None) != name:
        raise ValueError(f"its `name` must be that of the entry point, {name!r}")
    if name in taken:
        raise ValueError("the name is taken")
    return found
