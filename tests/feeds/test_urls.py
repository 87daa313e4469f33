"""Addresses of articles: cleaned for readers, and reduced to what two copies share."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.feeds.urls import absolute, canonicalise, tidy

PIECES = st.text(st.sampled_from("ab1/.:?&=#%+;@[]~ -_Ää한%2F%25\\'\"|^{}"), max_size=30)
URLS = st.builds("{}://{}/{}".format, st.sampled_from(["http", "https", "HTTP"]), st.just("ex.org"), PIECES)


@given(st.one_of(URLS, PIECES, st.text(max_size=40)))
@example("http://ex.org/%25%32%35?a=%2526&b=+%20")
@example("https://ex.org?utm_source=x#top")
def test_canonicalising_is_idempotent(url: str) -> None:
    """A canonical address is its own canonical form, and tidying a tidy one changes nothing."""
    assert canonicalise(canonicalise(url)) == canonicalise(url)
    assert tidy(tidy(url)) == tidy(url)


@given(st.one_of(URLS, st.text(max_size=40)))
def test_only_web_addresses_come_out(url: str) -> None:
    """Whatever goes in, what comes out is empty or http(s), on one line, with a host."""
    for result in (absolute(url), tidy(url, "https://base.example/x"), canonicalise(url)):
        assert not result or result.lower().startswith(("http://", "https://"))
        assert not any(character in result for character in "\r\n\t\0")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://Example.ORG:80/a", "https://example.org/a"),
        ("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
        ("https://example.org/a?utm_source=rss&utm_medium=feed", "https://example.org/a"),
        ("https://example.org/a?id=7&fbclid=xyz#comments", "https://example.org/a?id=7"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/%7ejo", "https://example.org/~jo"),
    ],
)
def test_copies_of_an_address_meet(one: str, other: str) -> None:
    """Case, default port, order, tracking, fragment and encoding make no difference."""
    assert canonicalise(one) == canonicalise(other)


@pytest.mark.parametrize(
    "url", ["https://example.org/a?id=7", "https://example.org/b?id=8", "https://www.example.org/a?id=7"]
)
def test_different_articles_stay_apart(url: str) -> None:
    """What may name another article is kept."""
    others = {
        "https://example.org/a?id=7",
        "https://example.org/b?id=8",
        "https://www.example.org/a?id=7",
    } - {url}
    assert canonicalise(url) not in {canonicalise(other) for other in others}


def test_tidying_keeps_what_a_reader_needs() -> None:
    """Only tracking goes: order, fragment, scheme and encoding stay as the publisher wrote them."""
    given_url = "http://example.org/a?z=1&utm_source=rss&b=%20x#part-2"
    assert tidy(given_url) == "http://example.org/a?z=1&b=%20x#part-2"
    assert tidy("../b?x=1", "https://example.org/feeds/all.xml") == "https://example.org/b?x=1"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "mailto:a@b", "http://", "x" * 9000],
)
def test_other_schemes_are_dropped(url: str) -> None:
    """A link that is no web address is no link."""
    assert tidy(url) == "" and canonicalise(url) == ""
