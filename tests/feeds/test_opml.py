"""OPML: what is read of other readers' lists, what is refused, and that a list comes back as it went out."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import BadDocument
from tracker.feeds.opml import MOST, Outline, read, write
from tracker.feeds.settings import FeedSettings

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.1"><head><title>Mine</title></head><body>
<outline text="Korea"><outline type="rss" text="Yonhap &amp; co" xmlUrl="https://yonhap.example/feed"
 htmlUrl="https://yonhap.example/" language="en"/>
<outline text="약속" title="약속 소식" xmlurl="http://feeds.example/약속"/></outline>
<outline text="a page" type="link" url="https://page.example/"/>
<outline text="again" xmlUrl="https://yonhap.example/feed"/>
<outline text="odd" xmlUrl="feed:x"/>
</body></opml>"""


def test_folders_are_flattened_and_each_address_comes_once() -> None:
    """In the order of the list; what is no http(s) address is handed back without one."""
    assert read(LIST.encode()) == (
        Outline(
            title="Yonhap & co",
            url="https://yonhap.example/feed",
            given="https://yonhap.example/feed",
            language="en",
        ),
        Outline(title="약속 소식", url="http://feeds.example/약속", given="http://feeds.example/약속"),
        Outline(title="odd", url="", given="feed:x"),
    )


def test_encodings_are_those_of_feeds() -> None:
    """UTF-16 by its mark, euc-kr by its declaration."""
    wanted = read(LIST.encode())
    assert read(LIST.encode("utf-16")) == wanted
    assert read(LIST.replace("UTF-8", "euc-kr").encode("cp949")) == wanted


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "no element found"),
        (b"words", "syntax error"),
        (b"<rss version='2.0'/>", "its first element is not <opml>"),
        (LIST.encode()[:-20], "no OPML"),
        (b"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml/>", r"declares an entity \(a\)"),
        (b"<!DOCTYPE opml [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><opml/>", "declares an entity"),
        (b"<!DOCTYPE opml [<!ENTITY % a SYSTEM 'http://127.0.0.1:9/'> %a;]><opml/>", "declares an entity"),
        (b"<opml>" + b"<outline>" * 60, "nested deeper"),
        (
            b"<opml>" + b"".join(b"<outline xmlUrl='http://x.example/%d'/>" % n for n in range(MOST + 1)),
            "more than 2,000 feeds",
        ),
    ],
)
def test_what_is_no_list_is_refused_in_one_line(body: bytes, message: str) -> None:
    """Also what is well-formed and means harm."""
    with pytest.raises(BadDocument, match=message) as caught:
        read(body)
    assert "\n" not in str(caught.value)


def test_a_document_type_without_entities_is_harmless() -> None:
    """Some lists name one, which is not fetched."""
    typed = b"<!DOCTYPE opml SYSTEM 'http://127.0.0.1:9/opml.dtd'><opml><outline xmlUrl='http://x.example/'/></opml>"
    assert [each.url for each in read(typed)] == ["http://x.example/"]


def test_a_large_attribute_takes_no_time() -> None:
    """Eight megabytes in one title; what is kept of it has an end."""
    started = time.monotonic()
    (found,) = read(b"<opml><outline text='%s' xmlUrl='http://x.example/'/></opml>" % (b"a" * 8_000_000))
    assert len(found.title) == 200 and time.monotonic() - started < 2


def test_passwords_do_not_go_out() -> None:
    """The list is for others."""
    feed = FeedSettings(
        name="kept", url="https://user:secret@feeds.example/x?a=1&b=2", publisher="Wire", language="en"
    )
    told = write([feed], "Ours")
    assert "secret" not in told and "user" not in told
    assert read(told.encode())[0].url == "https://feeds.example/x?a=1&b=2"


names = st.text(min_size=1, max_size=40).map(lambda text: " ".join(text.split())).filter(bool)


@given(st.lists(names, max_size=5, unique=True))
def test_what_is_written_is_read_again(given_names: list[str]) -> None:
    """Any name, with quotes and angle brackets; what XML forbids is left out of it."""
    feeds = [FeedSettings(name=name, url=f"https://x.example/{n}") for n, name in enumerate(given_names)]
    found = read(write(feeds, "Ours").encode())
    assert [each.url for each in found] == [feed.url for feed in feeds]
    for outline, name in zip(found, given_names, strict=True):
        if name.isprintable():
            assert outline.title == " ".join(name.split())
