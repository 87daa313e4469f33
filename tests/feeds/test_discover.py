"""Autodiscovery: what a page names, and what it cannot make us do."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.feeds.discover import MOST, named_in

PAGE = "https://news.example/desk/index.html"
LINK = '<link rel="alternate" type="application/rss+xml" href="{}">'


def urls(markup: str, url: str = PAGE) -> list[str]:
    return [each.url for each in named_in(markup.encode(), content_type="text/html; charset=utf-8", url=url)]


@pytest.mark.parametrize(
    ("base", "href", "url"),
    [
        ("", "all.xml", "https://news.example/desk/all.xml"),
        ("", "/all.xml?a=1&amp;b=2", "https://news.example/all.xml?a=1&b=2"),
        ("", "//feeds.example/all", "https://feeds.example/all"),
        ("", "http://feeds.example/all", "http://feeds.example/all"),
        ("/en/", "all.xml", "https://news.example/en/all.xml"),
        ("https://other.example/x/", "all.xml", "https://other.example/x/all.xml"),
        ("javascript:x", "all.xml", "https://news.example/desk/all.xml"),
    ],
)
def test_addresses_are_meant_from_the_page_or_its_base(base: str, href: str, url: str) -> None:
    """As a browser reads them."""
    markup = (f'<base href="{base}">' if base else "") + LINK.format(href)
    assert urls(markup) == [url]


@pytest.mark.parametrize(
    "markup",
    [
        f"<!-- {LINK.format('x')} -->",
        f"<script>document.write('{LINK.format('x')}')</script>",
        f"<textarea>{LINK.format('x')}</textarea>",
        LINK.format("file:///etc/passwd"),
        LINK.format("javascript:alert(1)"),
        LINK.format(""),
        '<link rel="alternate" type="text/html" href="x">',
        '<link rel="stylesheet" type="application/rss+xml" href="x">',
        '<a rel="alternate" type="application/rss+xml" href="x">x</a>',
    ],
)
def test_what_names_no_feed(markup: str) -> None:
    """Comments, scripts, other schemes, other types, other relations, other elements."""
    assert urls(markup) == []


def test_titles_are_read_in_the_charset_of_the_page() -> None:
    """From the header, or else from its <meta>."""
    link = '<link rel="alternate" type="application/atom+xml" href="/f" title="약속">'
    by_meta = f'<html><head><meta charset="euc-kr">{link}'.encode("cp949")
    assert named_in(by_meta, content_type="text/html", url=PAGE)[0].title == "약속"
    by_header = link.encode("cp949")
    assert named_in(by_header, content_type="text/html; charset=euc-kr", url=PAGE)[0].title == "약속"


def test_a_page_names_so_many_feeds_and_no_more() -> None:
    """The first ones, each once."""
    found = urls("".join(LINK.format(f"/{n // 2}") for n in range(10 * MOST)))
    assert found == [f"https://news.example/{n}" for n in range(MOST)]


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<b>", "<a><p>", "<link ", "<link rel='", "<div>", "<table>", "<", "&#1;", LINK.format("x")],
)
def test_no_page_takes_long(piece: str) -> None:
    """Eight megabytes of anything."""
    started = time.monotonic()
    named_in((piece * (8_000_000 // len(piece))).encode(), url=PAGE)
    assert time.monotonic() - started < 5


@settings(max_examples=100)
@given(st.binary(max_size=300), st.binary(max_size=100))
def test_no_bytes_raise(head: bytes, tail: bytes) -> None:
    """Noise before, behind and inside of a link."""
    link = LINK.format("/x").encode()
    for page in (head, head + link + tail, link[:30] + head + link[30:]):
        assert all(each.url.startswith(("http://", "https://")) for each in named_in(page, url=PAGE))
