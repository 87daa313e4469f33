"""When the act is said to have happened."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.matching.profiles import MATCHER
from tracker.evidence.when import Occurred, Precision


def when(text: str, published: datetime | None, zone: str = "UTC") -> Occurred | None:
    """`occurred` of the release in a text."""
    match = next(m for m in MATCHER.match(text, published=published, zone=zone) if m.commitment == "release")
    return match.occurred


WEDNESDAY = datetime(2018, 5, 16, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Sylvania frees prisoners", date(2018, 5, 16)),
        ("Sylvania freed prisoners today", date(2018, 5, 16)),
        ("Sylvania freed prisoners yesterday", date(2018, 5, 15)),
        ("Sylvania freed prisoners on Monday", date(2018, 5, 14)),
        ("Sylvania freed prisoners on Wednesday", date(2018, 5, 16)),
        ("Sylvania freed prisoners last Friday", date(2018, 5, 11)),
        ("Sylvania freed prisoners two days ago", date(2018, 5, 14)),
        ("Sylvania freed prisoners on 9 May", date(2018, 5, 9)),
        ("Sylvania freed prisoners on May 9", date(2018, 5, 9)),
        ("Sylvania freed prisoners on the 9th of May 2018", date(2018, 5, 9)),
        ("Sylvania freed prisoners on 2018-05-09", date(2018, 5, 9)),
        ("On Tuesday Sylvania freed prisoners, ahead of talks on 20 May", date(2018, 5, 15)),
        ("Sylvania frees prisoners\nSylvania freed three engineers on Tuesday.", date(2018, 5, 15)),
        ("Sylvania freed prisoners that it had seized on Monday", date(2018, 5, 16)),
        ("Sylvania freed prisoners overnight", date(2018, 5, 16)),
    ],
)
def test_day(text: str, day: date) -> None:
    """A day is read against the day of publication."""
    assert when(text, WEDNESDAY) == Occurred.on(day, "UTC")


def test_month_ends_with_the_publication() -> None:
    """A month that is not over ends with the day of publication."""
    found = when("Sylvania freed prisoners in May", WEDNESDAY)
    assert found is not None
    assert found.precision is Precision.MONTH
    assert (found.start, found.end) == (datetime(2018, 5, 1, tzinfo=UTC), datetime(2018, 5, 17, tzinfo=UTC))


def test_zone_of_the_day() -> None:
    """Late in the evening in London it is the next day in Seoul."""
    late = datetime(2018, 5, 16, 22, tzinfo=UTC)
    assert when("Sylvania frees prisoners", late, "Asia/Seoul") == Occurred.on(
        date(2018, 5, 17), "Asia/Seoul"
    )


def test_never_later_than_the_publication() -> None:
    """An act that is reported as done did not happen on a day to come."""
    assert when("Sylvania freed prisoners before its vote on 20 May", WEDNESDAY) == Occurred.on(
        date(2018, 5, 16), "UTC"
    )


def test_year_across_new_year() -> None:
    """A date without a year is the nearest one."""
    found = when("Sylvania freed prisoners on 30 December", datetime(2018, 1, 2, tzinfo=UTC))
    assert found == Occurred.on(date(2017, 12, 30), "UTC")


def test_without_publication_date() -> None:
    """Nothing is known without either date; a complete date is enough."""
    assert when("Sylvania freed prisoners on Tuesday", None) is None
    assert when("Sylvania freed prisoners on 9 May 2018", None) == Occurred.on(date(2018, 5, 9), "UTC")


def test_plans_have_not_occurred() -> None:
    """Only acts that happened have a time."""
    assert when("Sylvania to free prisoners on Monday", WEDNESDAY) is None


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "UTC\0"])
def test_impossible_zone_or_date(zone: str) -> None:
    """A zone that does not exist leaves the time open, and impossible dates are none."""
    assert when("Sylvania freed prisoners on 31 February", WEDNESDAY, zone) is None
