"""How many new entries a day a feed has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tracker.archive import documents as archive
from tracker.database.engine import Database
from tracker.evidence.document import Entry

NOW = datetime(2024, 6, 30, tzinfo=UTC)


def brought(database: Database, feed: str, ages: list[float | None], body: str = "") -> None:
    """Entries of a feed that were published so many days ago (None: they do not say), all captured now."""
    entries = [
        Entry(
            guid=str(number),
            url="",
            title=f"{feed} {number}",
            body=body,
            published=None if age is None else NOW - timedelta(days=age),
        )
        for number, age in enumerate(ages)
    ]
    with database.writing() as connection:
        archive.capture(connection, feed=feed, publisher=feed, language="en", entries=entries, now=NOW)


@pytest.mark.parametrize(
    ("ages", "pace"),
    [
        ([9.0, 5.0, 1.0], 3 / 9),  # since the first of them
        ([400.0, 29.0, 1.0], 2 / 29),  # what is older than 30 days does not count
        ([0.1, 0.2, 0.3], 3.0),  # less than a day is a day
        ([None, None], 2.0),  # without a date: from when they were seen
        ([-3.0, 2.0], 1 / 2),  # a date that is still to come is none
    ],
)
def test_a_first_visit_is_no_flood(database: Database, ages: list[float | None], pace: float) -> None:
    """It brings many days at once; their dates say how many."""
    brought(database, "gazette", ages)
    with database.reading() as connection:
        assert archive.pace(connection, NOW) == {"gazette": pytest.approx(pace)}


def test_an_edit_is_no_new_entry_and_a_silent_feed_has_none(database: Database) -> None:
    """Each feed for itself."""
    brought(database, "gazette", [4.0, 2.0])
    brought(database, "gazette", [4.0, 2.0], "edited")
    brought(database, "courier", [40.0])
    with database.reading() as connection:
        assert archive.pace(connection, NOW) == {"gazette": pytest.approx(0.5)}
