"""When an act is said to have happened, read against the day the text was published.

Weekdays mean the latest such day, dates without a year the nearest one, and nothing that is reported as done
can be later than its report. Days are days of the zone given. Pure: the publication date is an argument.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta

from attrs import frozen

from tracker.errors import BadDate
from tracker.evidence.document import Span
from tracker.evidence.when import Occurred, Precision, midnight, zone_of

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name and name != "May"}
_MONTHS["sept"] = 9
_DAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
} | {"a": 1, "an": 1, "several": 3, "some": 3}

_MONTH = r"(?P<{0}>January|February|March|April|May|June|July|August|September|October|November|December" + (
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"
)
_EXPRESSION = re.compile(
    r"\b(?:"
    r"(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?P<dmy>\d{1,2})(?:st|nd|rd|th)?(?:\sof)?\s"
    + _MONTH.format("dmy_month")
    + r"\b(?:,?\s(?P<dmy_year>(?:19|20)\d\d))?"
    r"|"
    + _MONTH.format("mdy_month")
    + r"\s(?P<mdy>\d{1,2})(?:st|nd|rd|th)?(?!\d|:)(?:,?\s(?P<mdy_year>(?:19|20)\d\d))?"
    r"|" + _MONTH.format("my_month") + r",?\s(?P<my>(?:19|20)\d\d)"
    r"|(?:in|during|since|early|late|earlier\sin|of|by|until|from)\s(?:early\s|late\s|mid-)?"
    + _MONTH.format("month")
    + r"\b(?!\s\d)"
    r"|(?:(?P<which>last|next|this|coming)\s)?(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
    r"|(?P<near>today|tonight|yesterday|tomorrow|overnight|this\s(?:morning|afternoon|evening))\b"
    r"|(?P<count>\d{1,4}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|some)\s"
    r"(?P<unit>day|week|month|year|decade)s?\s(?:ago|earlier)\b"
    r"|(?P<rel>last|past|previous|next|coming|this|later\sthis|earlier\sthis)\s"
    r"(?P<rel_unit>week|month|year|decade|century|spring|summer|autumn|fall|winter)\b"
    r"|(?P<ages>years|decades|months|weeks|(?<!not\s)long)\sago\b"
    r"|(?:in|since|of|from|during|back\sin|until|by)\s(?P<year>(?:19|20)\d\d)\b"
    r")",
    re.IGNORECASE,
)
_OLD = timedelta(days=45)


@frozen
class Time:
    """One expression of time: `[first, last]` days, and whether its month alone is known (`precision`)."""

    span: Span
    first: date
    last: date
    precision: Precision
    rule: str
    loose: bool = False  # "years ago": far back, but nobody can say when

    def is_past(self, published: date) -> bool:
        """Whether it lies so far before the publication that the text looks back."""
        return self.last < published - _OLD

    def is_future(self, published: date) -> bool:
        """Whether it begins after the day of publication."""
        return self.first > published


def local_day(published: datetime, zone: str) -> date:
    """The day of publication as clocks in `zone` had it; in UTC where there is no such zone."""
    try:
        return published.astimezone(zone_of(zone)).date()
    except (BadDate, OverflowError):
        return published.date()


def times(text: str, start: int, end: int, published: date | None) -> list[Time]:
    """Every expression of time in `text[start:end]`; without a publication date only complete dates."""
    found = []
    for match in _EXPRESSION.finditer(text, start, end):
        try:
            time = _read(match, published)
        except (ValueError, OverflowError):
            continue  # "31 June", "year 9999 plus one": no date at all
        if time is not None:
            found.append(time)
    return found


def _read(match: re.Match[str], published: date | None) -> Time | None:
    """What one expression means, or None where nothing can be said without a publication date."""
    span = Span(match.start(), match.end())
    groups = match.groupdict()
    if groups["iso"]:
        day = date.fromisoformat(groups["iso"])
        return Time(span, day, day, Precision.DAY, "date")
    for key in ("dmy", "mdy"):
        if groups[key]:
            month = _month(groups[f"{key}_month"])
            year = groups[f"{key}_year"]
            if year:
                day = date(int(year), month, int(groups[key]))
            elif published is None:
                return None
            else:
                day = _nearest(month, int(groups[key]), published)
            return Time(span, day, day, Precision.DAY, "date")
    if groups["my"]:
        return _whole_month(span, int(groups["my"]), _month(groups["my_month"]))
    if groups["year"]:
        year = int(groups["year"])
        if published is not None and year == published.year:
            return None
        return Time(span, date(year, 1, 1), date(year, 12, 31), Precision.MONTH, "year", loose=True)
    if published is None:
        return None
    if groups["month"]:
        # "may" is a verb far more often than a month.
        if groups["month"] != groups["month"].capitalize():
            return None
        month = _month(groups["month"])
        middle = _nearest(month, 15, published)
        return _whole_month(span, middle.year, month)
    return _relative(span, groups, published)


def _relative(span: Span, groups: dict[str, str | None], published: date) -> Time | None:
    """Weekdays, "yesterday", "two weeks ago", "last month"."""
    if weekday := groups["weekday"]:
        back = (published.weekday() - _DAYS[weekday.lower()]) % 7
        day = published - timedelta(days=back)
        if (groups["which"] or "").lower() in ("next", "coming"):
            day += timedelta(days=7)
        return Time(span, day, day, Precision.DAY, "weekday")
    if near := groups["near"]:
        word = near.lower()
        shift = {"yesterday": -1, "tomorrow": 1}.get(word, 0)
        day = published + timedelta(days=shift)
        return Time(span, day, day, Precision.DAY, "near day")
    if unit := groups["unit"]:
        count_text = (groups["count"] or "").lower()
        count = int(count_text) if count_text.isdigit() else _NUMBERS[count_text]
        days = {"day": 1, "week": 7, "month": 30, "year": 365, "decade": 3652}[unit.lower()] * count
        day = published - timedelta(days=days)
        return Time(span, day, day, Precision.DAY, "ago", loose=unit.lower() != "day")
    if ages := groups["ages"]:
        back = 14 if ages.lower() == "weeks" else 90
        day = published - timedelta(days=back)
        return Time(span, day, day, Precision.DAY, "ago", loose=True)
    if (unit := groups["rel_unit"]) and (which := groups["rel"]):
        return _unit(span, which.lower(), unit.lower(), published)
    return None


def _unit(span: Span, which: str, unit: str, published: date) -> Time:
    """ "Last week", "next month", "later this year"."""
    if which.startswith("earlier"):
        first = published.replace(day=1) if unit == "month" else published - timedelta(days=6)
        return Time(span, first, published, Precision.MONTH, "recently", loose=unit not in ("month",))
    if which.startswith("later") or which in ("next", "coming"):
        day = published + timedelta(days=1)
        return Time(span, day, day, Precision.DAY, "ahead", loose=True)
    if which == "this":
        return Time(span, published, published, Precision.DAY, "now", loose=True)
    if unit == "week":
        monday = published - timedelta(days=published.weekday() + 7)
        return Time(span, monday, monday + timedelta(days=6), Precision.DAY, "last week", loose=True)
    if unit == "month":
        end = published.replace(day=1) - timedelta(days=1)
        return _whole_month(span, end.year, end.month)
    day = published - timedelta(days=180)
    return Time(span, day, day, Precision.DAY, "long ago", loose=True)


def _month(name: str | None) -> int:
    return _MONTHS[(name or "").lower().rstrip(".")]


def _whole_month(span: Span, year: int, month: int) -> Time:
    last = calendar.monthrange(year, month)[1]
    return Time(span, date(year, month, 1), date(year, month, last), Precision.MONTH, "month")


def _nearest(month: int, day: int, published: date) -> date:
    """The date of that day and month which is nearest to the publication."""
    candidates = []
    for year in (published.year - 1, published.year, published.year + 1):
        try:
            candidates.append(date(year, month, day))
        except ValueError:
            continue
    if not candidates:
        raise ValueError(f"no month {month} has a day {day}")
    return min(candidates, key=lambda candidate: (abs(candidate - published), candidate))


def occurred(
    candidates: list[Time], near: int, published: date | None, zone: str
) -> tuple[Occurred | None, Time | None]:
    """When the act whose words are at character `near` happened, with the expression that told.

    The nearest expression that is not later than the publication and names days counts; otherwise the day
    of publication; None where neither is known.
    """
    try:
        usable = [
            time
            for time in candidates
            if not time.loose
            and (published is None or (not time.is_future(published) and not time.is_past(published)))
        ]
        if usable:
            best = min(usable, key=lambda time: (abs(time.span.start - near), time.span.start))
            last = best.last if published is None else min(best.last, published)
            start, end = midnight(best.first, zone), midnight(last + timedelta(days=1), zone)
            return Occurred(start, end, best.precision, zone), best
        return (Occurred.on(published, zone), None) if published is not None else (None, None)
    except (BadDate, OverflowError, ValueError):
        return None, None
