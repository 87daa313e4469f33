"""When something happened: an interval, with the precision and the zone it was reported in.

"9 May 2018" said in Seoul is a different interval than "9 May 2018" said in Washington, and "in May" is a
wider one than either. Everything is kept as a half-open interval `[start, end)` in UTC; an instant has
`start == end`. What counts at a moment T is what has `end <= T`, and the end of a day is the midnight after
it, so a date given as `as_of` covers exactly the things reported for that date in the same zone.

Pure: knows no clock. `now` and zones are arguments.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import frozen

from tracker.errors import BadDate


class Precision(StrEnum):
    """How exactly an occurrence was reported."""

    INSTANT = "instant"
    DAY = "day"
    MONTH = "month"


@frozen
class Occurred:
    """An interval of valid time: `[start, end)` in UTC, reported with `precision` in `zone` (IANA name)."""

    start: datetime
    end: datetime
    precision: Precision = Precision.INSTANT
    zone: str = "UTC"

    @classmethod
    def at(cls, moment: datetime, zone: str = "UTC") -> Occurred:
        """The instant `moment` (aware)."""
        moment = moment.astimezone(UTC)
        return cls(moment, moment, Precision.INSTANT, zone)

    @classmethod
    def on(cls, day: date, zone: str = "UTC") -> Occurred:
        """The whole of `day` as clocks in `zone` had it."""
        return cls(midnight(day, zone), midnight(day + timedelta(days=1), zone), Precision.DAY, zone)

    @classmethod
    def in_month(cls, year: int, month: int, zone: str = "UTC") -> Occurred:
        """The whole of a month as clocks in `zone` had it."""
        following = date(year + month // 12, month % 12 + 1, 1)
        return cls(midnight(date(year, month, 1), zone), midnight(following, zone), Precision.MONTH, zone)

    def __str__(self) -> str:
        """As it was reported: `2018-05-09`, `2018-05`, or an instant with its offset."""
        local = self.start.astimezone(zone_of(self.zone))
        match self.precision:
            case Precision.MONTH:
                return f"{local:%Y-%m}"
            case Precision.DAY:
                return f"{local:%Y-%m-%d}"
            case Precision.INSTANT:
                return local.isoformat(timespec="minutes")


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone `name`; raises `BadDate` when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise BadDate(f"{name!r} is no time zone; use an IANA name such as 'Asia/Seoul'") from problem


def midnight(day: date, zone: str) -> datetime:
    """The instant at which `day` began in `zone`, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone_of(zone)).astimezone(UTC)


def end_of_day(moment: datetime, zone: str) -> datetime:
    """The first midnight in `zone` that is not before `moment` (aware), in UTC."""
    day = moment.astimezone(zone_of(zone)).date()
    begin = midnight(day, zone)
    return begin if begin == moment else midnight(day + timedelta(days=1), zone)


_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def occurrence(value: str | date | datetime, zone: str) -> Occurred:
    """Read `2018-05-09`, `2018-05` or an ISO date-time (naive ones are meant in `zone`).

    Raises `BadDate` for anything else.
    """
    try:
        if isinstance(value, datetime):
            aware = value if value.tzinfo else value.replace(tzinfo=zone_of(zone))
            return Occurred.at(aware, zone)
        if isinstance(value, date):
            return Occurred.on(value, zone)
        text = value.strip()
        if found := _MONTH.fullmatch(text):
            return Occurred.in_month(int(found[1]), int(found[2]), zone)
        if _DAY.fullmatch(text):
            return Occurred.on(date.fromisoformat(text), zone)
        moment = datetime.fromisoformat(text)
        return Occurred.at(moment if moment.tzinfo else moment.replace(tzinfo=zone_of(zone)), zone)
    except (ValueError, OverflowError) as problem:
        raise BadDate(
            f"{value!r} is no date; write 2018-05-09, 2018-05 or 2018-05-09T14:30+09:00"
        ) from problem


def moment(value: str | date | datetime, zone: str) -> datetime:
    """The instant meant by an `as_of` or a `known_at`: a day or a month means its end in `zone`."""
    return occurrence(value, zone).end
