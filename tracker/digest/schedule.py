"""When an issue of a digest is due. Pure: `now` is an argument.

A slot is a time of the wall clock, named without its offset, and begins when clocks first reach it. So an
hour that comes twice brings one slot, and one that never comes brings it when the clocks jump over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen
from cronsim import CronSim, CronSimError

from tracker.feeds.settings import duration

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_MEND = 'write "daily 07:00", "weekly monday 07:00", "cron 0 7 * * 1-5" or "on change, at most every 6h"'

# Beyond what any rule of a zone shifts its clocks by at once.
_SHIFT = timedelta(hours=26)


@frozen
class Slot:
    """An issue that is due: its `name`, and when it began (UTC)."""

    name: str
    began: datetime


@frozen
class Timetable:
    """Slots at times of the wall clock, as cron text. `dated` slots are named by their day alone."""

    cron: str
    dated: bool

    def latest(self, zone: ZoneInfo, now: datetime) -> Slot | None:
        """The last slot that has begun by `now` (aware); None where none ever did."""
        horizon = now.astimezone(zone).replace(tzinfo=None) + _SHIFT
        for wall in self._back_from(horizon):
            began = reached(wall, zone)
            if began <= now:
                name = f"{wall.date()}" if self.dated else f"{wall:%Y-%m-%dT%H:%M}"
                return Slot(name, began)
        return None

    def _back_from(self, wall: datetime) -> Iterator[datetime]:
        # Nothing is there to be found only where no date matches, such as 30 February.
        yield from CronSim(self.cron, wall, reverse=True)


@frozen
class OnChange:
    """An issue whenever there is something to tell, with at least `pause` between two."""

    pause: timedelta


def read(text: str) -> Timetable | OnChange:
    """A schedule as `config.toml` has it; raises `ValueError` of one line."""
    words = text.lower().split()
    match words:
        case ["daily", clock] if found := _CLOCK.fullmatch(clock):
            return Timetable(f"{int(found[2])} {int(found[1])} * * *", dated=True)
        case ["weekly", day, clock] if day in _DAYS and (found := _CLOCK.fullmatch(clock)):
            number = (_DAYS.index(day) + 1) % 7
            return Timetable(f"{int(found[2])} {int(found[1])} * * {number}", dated=True)
        case ["cron", *fields]:
            return Timetable(_checked(text, " ".join(text.split()[1:]), len(fields)), dated=False)
        case ["on", "change," | "change", "at", "most", "every", span]:
            try:
                return OnChange(duration(span))
            except ValueError as problem:
                raise ValueError(f"schedule: {text!r}: {problem}") from problem
    raise ValueError(f"schedule: {text!r} cannot be read; {_MEND}")


def _checked(text: str, cron: str, fields: int) -> str:
    if fields != 5:
        raise ValueError(f"schedule: {text!r} has {fields} cron fields, not 5; {_MEND}")
    try:
        next(CronSim(cron, datetime(2000, 1, 1)))  # noqa: DTZ001  (wall clock)
    except CronSimError as problem:
        raise ValueError(f"schedule: {text!r}: {problem}; {_MEND}") from problem
    except StopIteration as never:
        raise ValueError(f"schedule: {text!r} never comes; {_MEND}") from never
    return cron


def reached(wall: datetime, zone: ZoneInfo) -> datetime:
    """When clocks in `zone` first show `wall` or later (UTC)."""
    early, late = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early == late or early.astimezone(zone).replace(tzinfo=None) == wall:
        return early
    # Clocks jump over it, between the two readings: find the jump, to the second.
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
