"""Buckets of tokens by registrable domain: never more than the burst, never faster than the pace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.feeds.politeness import Bucket, Pace, domain_of
from tracker.feeds.settings import FetchSettings

NOW = datetime(2024, 6, 3, 9, tzinfo=UTC)
PACE = Pace(timedelta(seconds=2), 3)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://feeds.bbci.co.uk/news/rss.xml", "bbci.co.uk"),
        ("https://www.bbci.co.uk./", "bbci.co.uk"),
        ("https://NEWS.Example.ORG:8443/a", "example.org"),
        ("https://one.github.io/feed", "one.github.io"),
        ("https://a.b.newspaper.example/feed", "newspaper.example"),
        ("http://user:secret@co.uk/", "co.uk"),
        ("http://8.8.8.8/feed", "8.8.8.8"),
        ("http://127.0.0.1:8080/feed", ""),
        ("http://[::1]/feed", ""),
        ("http://10.1.2.3/feed", ""),
        ("http://intranet/feed", ""),
        ("http://wiki.example.net/feed", ""),
        ("http://203.0.113.7/feed", ""),
        ("feeds/local.xml", ""),
        ("http://[broken/", ""),
    ],
)
def test_visits_count_for_the_registrable_domain(url: str, domain: str) -> None:
    """Hosts of one owner count together; this machine, the intranet and what is allow-listed do not."""
    assert domain_of(url, ("wiki.example.net", "203.0.113.0/24")) == domain


def test_a_bucket_gives_its_burst_and_then_keeps_the_pace() -> None:
    """Three at once, then one every two seconds; what was saved up is never more than the burst."""
    bucket = Bucket(NOW)
    for left in (3, 2, 1):
        assert (bucket.room(NOW, PACE), bucket.opens_at(NOW, PACE)) == (left, NOW)
        bucket = bucket.taken(NOW, PACE)
    assert bucket.room(NOW, PACE) == 0
    assert bucket.opens_at(NOW, PACE) == NOW + timedelta(seconds=2)
    assert bucket.room(NOW + timedelta(seconds=2), PACE) == 1
    assert bucket.room(NOW + timedelta(days=9), PACE) == 3


def test_a_held_domain_has_no_room_until_then() -> None:
    """Retry-After empties the bucket; a shorter one does not end a longer one."""
    later = NOW + timedelta(hours=1)
    bucket = Bucket(NOW).held(later).held(NOW + timedelta(minutes=1))
    assert (bucket.room(NOW, PACE), bucket.opens_at(NOW, PACE)) == (0, later)
    assert bucket.room(later, PACE) == 3


@given(st.lists(st.integers(0, 5_000), max_size=60), st.integers(1, 3_000), st.integers(1, 8))
def test_no_span_of_time_sees_more_visits_than_burst_and_pace_allow(
    waits: list[int], every: int, burst: int
) -> None:
    """In any stretch: at most the burst, and one more for each interval in it."""
    pace = Pace(timedelta(milliseconds=every), burst)
    bucket, now, visits = Bucket(NOW), NOW, []
    for wait in waits:
        now += timedelta(milliseconds=wait)
        opens = bucket.opens_at(now, pace)
        assert (opens == now) == (bucket.room(now, pace) > 0)
        assert bucket.room(opens, pace) > 0
        if opens == now:
            bucket = bucket.taken(now, pace)
            visits.append(now)
    for first, begin in enumerate(visits):
        for last in range(first, len(visits)):
            assert last - first + 1 <= burst + (visits[last] - begin) / pace.every


def test_the_default_is_one_a_second_after_five() -> None:
    """As docs/feeds.md says."""
    assert Pace.of(FetchSettings()) == Pace(timedelta(seconds=1), 5)
