"""What a user may write about feeds, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.feeds.settings import FeedSettings, FetchSettings, duration, path_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2s", 2), ("30m", 1800), ("1h", 3600), ("1.5h", 5400), ("1d", 86400), ("1w", 604800), ("1h 30m", 5400)],
)
def test_durations_are_read(text: str, seconds: int) -> None:
    """A number and a unit, or several."""
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "30", "m", "0s", "-1h", "1 hour", "1y", "9999w", "1h30", "٣h"])
def test_what_is_no_duration_is_refused_in_one_line(text: str) -> None:
    """The message repeats the text and says what to write."""
    with pytest.raises(ValueError, match="duration") as caught:
        duration(text)
    assert repr(text) in str(caught.value) and "\n" not in str(caught.value)


@given(st.integers(1, 10**6), st.sampled_from("smh"))
def test_durations_are_what_they_say(number: int, unit: str) -> None:
    """Any whole number within ten years."""
    expected = timedelta(seconds=number * {"s": 1, "m": 60, "h": 3600}[unit])
    if expected <= timedelta(days=3660):
        assert duration(f"{number}{unit}") == expected


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("feeds/wire.xml", Path("feeds/wire.xml")),
        ("/srv/wire.xml", Path("/srv/wire.xml")),
        ("file:///srv/my%20wire.xml", Path("/srv/my wire.xml")),
        ("https://example.org/feed", None),
        ("HTTP://example.org/feed", None),
    ],
)
def test_a_feed_is_a_file_or_an_address(url: str, path: Path | None) -> None:
    """Without a scheme, or with file:, it is a file."""
    assert path_of(url) == path == FeedSettings(name="f", url=url).path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"url": "ftp://example.org/feed"}, "cannot be fetched"),
        ({"url": "https:///feed"}, "cannot be fetched"),
        ({"url": " "}, "url must not be empty"),
        ({"name": ""}, "name must not be empty"),
        ({"interval": "hourly"}, "no duration"),
        ({"zone": "Korea/Seoul"}, "no time zone"),
        ({"max_entries": 0}, "max_entries must be above zero"),
    ],
)
def test_a_wrong_feed_is_refused(changes: dict[str, object], message: str) -> None:
    """Each with one line that names what is wrong."""
    with pytest.raises(ValueError, match=message):
        FeedSettings(**{"name": "f", "url": "https://example.org/feed", **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("nan")}, "timeout must be above zero"),
        ({"timeout": float("inf")}, "timeout must be above zero"),
        ({"max_bytes": -1}, "max_bytes"),
        ({"max_redirects": -1}, "max_redirects"),
        ({"proxy": "proxy.example:3128"}, "proxy: 'proxy.example:3128' is no address of a proxy"),
        ({"proxy": "http://proxy.example:99999"}, "is no address of a proxy; write http://host:port"),
        ({"allow_hosts": ("10.0.0.0/99",)}, "allow_hosts: '10.0.0.0/99' is no network"),
    ],
)
def test_wrong_bounds_are_refused(changes: dict[str, object], message: str) -> None:
    """A bound of zero, less or none at all is a mistake, and so is a place that can be none."""
    with pytest.raises(ValueError, match=message):
        FetchSettings(**changes)  # type: ignore[arg-type]


def test_private_places_and_a_proxy_are_taken_as_they_are_written() -> None:
    """Hosts, addresses, networks in either family; a proxy with a password."""
    places = ("intranet", "10.1.2.3", "10.1.2.3/8", "fd00::/8", "[::1]")
    taken = FetchSettings(allow_hosts=places, proxy="http://me:secret@proxy.example:3128")
    assert taken.allow_hosts == places


def test_the_publisher_falls_back_to_the_name() -> None:
    """A feed without publisher is its own."""
    assert FeedSettings(name="wire", url="a.xml").source == "wire"
    assert FeedSettings(name="wire", url="a.xml", publisher="Pacific Wire").source == "Pacific Wire"
