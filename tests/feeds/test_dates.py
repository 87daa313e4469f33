"""Dates as feeds write them, read as instants."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tracker.feeds.parse import parse


def published(text: str, zone: str = "Asia/Seoul") -> datetime | None:
    """What the date of an RSS entry is read as."""
    feed = (
        f"<rss version='2.0'><channel><item><title>t</title><pubDate>{text}</pubDate></item></channel></rss>"
    )
    (entry,) = parse(feed.encode(), zone=zone).entries
    assert entry.published_given == text
    return entry.published


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("Thu, 10 May 2018 09:00:00 +0900", 0),
        ("Thu, 10 May 2018 09:00:00 GMT", 9),
        ("Thu, 10 May 2018 09:00:00 Z", 9),
        ("Thu, 10 May 2018 09:00:00 EDT", 13),
        ("Thu, 10 May 2018 09:00:00 KST", 0),
        ("Thu, 10 May 2018 09:00:00 JST", 0),
        ("Thu, 10 May 2018 09:00:00 CEST", 7),
        ("2018-05-10T09:00:00+09:00", 0),
        ("2018-05-10T09:00:00Z", 9),
    ],
)
def test_a_zone_that_is_given_counts(text: str, hour: int) -> None:
    """Offsets, and abbreviations that mean one thing, also those of Korea and Japan."""
    assert published(text, "Pacific/Kiritimati") == datetime(2018, 5, 10, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2018-05-10T09:00:00+09:00", 0),
        ("Thu, 10 May 2018 09:00:00 +0900", 0),
        ("Thu, 10 May 2018 09:00:00 GMT", 9),
        ("Thu, 10 May 2018 09:00:00 KST", 0),
        ("Thu, 10 May 2018 09:00:00", 16),
    ],
)
def test_a_json_feed_may_write_its_dates_as_mail_does(text: str, hour: int) -> None:
    """The format wants RFC 3339; real feeds write what their RSS has."""
    item = {"id": "1", "title": "t", "date_published": text, "date_modified": text}
    feed = {"version": "https://jsonfeed.org/version/1", "title": "f", "items": [item]}
    (entry,) = parse(json.dumps(feed).encode(), zone="America/Phoenix").entries
    assert entry.published == entry.updated == datetime(2018, 5, 10, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2018-05-10T09:00:00", "2018-05-10 09:00:00", "Thu, 10 May 2018 09:00:00", "10 May 2018 09:00"]
)
def test_a_date_without_zone_is_meant_in_the_feeds_own(text: str) -> None:
    """Nine o'clock without a zone is nine o'clock where the feed is written."""
    assert published(text) == datetime(2018, 5, 10, 0, tzinfo=UTC)
    assert published(text, "America/New_York") == datetime(2018, 5, 10, 13, tzinfo=UTC)


def test_a_day_alone_begins_in_the_feeds_zone() -> None:
    """A bare date is its first moment there."""
    assert published("2018-05-10") == datetime(2018, 5, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize("text", ["soon", "32 May 2018", "0000-00-00", "Thu, 99 Foo 2018 09:00:00 GMT"])
def test_what_is_no_date_is_none_and_kept(text: str) -> None:
    """The text stays as given, and no date is made up for it."""
    assert published(text) is None


def test_far_dates_are_read_as_they_stand() -> None:
    """Neither the future nor the distant past is corrected."""
    assert published("Fri, 01 Jan 2100 00:00:00 GMT") == datetime(2100, 1, 1, tzinfo=UTC)
    assert published("1953-07-27T10:00:00Z") == datetime(1953, 7, 27, 10, tzinfo=UTC)
