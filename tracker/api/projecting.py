"""The views of the log: how they are doing, how they are made anew, and how to ask one of your own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tracker.api.base import Base
from tracker.log import log
from tracker.projections import runner
from tracker.projections.answers import ProjectionHealth
from tracker.projections.builds import all_builds
from tracker.projections.projection import Projection
from tracker.projections.registry import registry
from tracker.projections.runner import View


class Projecting(Base):
    """What can be done with projections, our own and those of installed packages."""

    def catch_up(self) -> int:
        """Bring all projections to the head of the log; returns its position.

        Reads bring what they read up to date by themselves. A projection that is parked is left out.
        """
        return runner.catch_up(self.database, list(registry().kinds.values()))

    def projections(self) -> tuple[ProjectionHealth, ...]:
        """Every build of every projection, and how far it has got."""
        known = registry()
        with self.database.reading() as connection:
            head = log.read_head(connection).position
            builds = all_builds(connection)
        healths = [
            ProjectionHealth(
                name=build.name,
                version=build.version,
                build=build.build,
                state="parked" if build.error else build.state,
                position=build.position,
                behind=head - build.position,
                error=build.error if build.name in known.kinds else "not installed",
            )
            for build in builds
        ]
        there = {build.name for build in builds}
        healths += [_without_build(name, "new", head) for name in known.kinds if name not in there]
        healths += [_without_build(name, "broken", head, error) for name, error in known.broken.items()]
        return tuple(sorted(healths, key=lambda health: (health.name, health.build)))

    def rebuild(self, name: str, progress: Callable[[int], None] = lambda done: None) -> int:
        """Fill a projection anew from the first event, beside the build that answers until it takes over.

        One that was interrupted goes on where it was. `progress` is told each position reached.
        Returns the number of the build. Raises `UnknownProjection` and `ProjectionParked`.
        """
        return runner.rebuild(self.database, registry().one(name), progress).build

    def resume(self, name: str) -> int:
        """Let a parked projection try again; returns the position it reached.

        Raises `UnknownProjection`, and `ProjectionParked` where it still cannot go on.
        """
        return runner.resume(self.database, registry().one(name)).position

    @contextmanager
    def view(self, *kinds: type[Projection]) -> Iterator[View]:
        """One consistent read of projections, brought up to the head of the log.

        `view.of(kind)` is the build to ask, `view.connection` what to ask it with, `view.head` the position
        that it knows. Raises `ProjectionParked`.
        """
        with runner.caught_up(self.database, kinds) as view:
            yield view


def _without_build(name: str, state: str, head: int, error: str = "") -> ProjectionHealth:
    return ProjectionHealth(name=name, version=0, build=0, state=state, position=0, behind=head, error=error)
