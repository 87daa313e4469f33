"""From bytes to entries: every format, and every way a feed can be broken."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.errors import ParseFailed
from tracker.feeds.entries import BODY_LIMIT
from tracker.feeds.parse import ParsedFeed, parse

BASE = "https://news.example/feeds/all.xml"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>
<title>Pledges &amp; deeds</title><link>https://news.example/</link><language>en-gb</language>
<ttl>90</ttl><skipHours><hour>3</hour><hour>4</hour></skipHours><skipDays><day>Sunday</day></skipDays>
<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>12</sy:updateFrequency>
<item><title>Bridge opened</title><link>/2018/bridge?utm_source=rss</link><guid isPermaLink="false">n-1</guid>
<description>Short.</description>
<content:encoded><![CDATA[<p>The mayor <b>opened</b> it.</p><p>At last.</p>]]></content:encoded>
<author>ed@news.example (Ed Itor)</author>
<pubDate>Thu, 10 May 2018 09:00:00 +0900</pubDate></item>
<item><title>No guid</title><link>https://news.example/2</link></item>
<item><description>Only words, no address.</description></item>
</channel></rss>"""

RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://news.example/"><title>Old style</title></channel>
<item rdf:about="https://news.example/a"><title>Kept</title><link>https://news.example/a</link>
<description>As promised.</description><dc:date>2018-05-10T09:00:00+09:00</dc:date>
<dc:creator>Ed</dc:creator></item></rdf:RDF>"""

RSS_091 = """<rss version="0.91"><channel><title>Older</title><item><title>Kept</title>
<link>https://news.example/a</link><description>As promised.</description></item></channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://news.example/de/">
<title>Zusagen</title><id>urn:f</id><updated>2018-05-10T00:00:00Z</updated>
<author><name>Redaktion</name></author>
<entry><id>urn:1</id><title type="html">Brücke &lt;b&gt;offen&lt;/b&gt;</title>
<link rel="self" href="x.json"/><link rel="alternate" href="bruecke"/><summary>Kurz.</summary>
<content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>Eins.</p><p>Zwei &amp; drei.</p></div></content>
<published>2018-05-09T23:00:00Z</published><updated>2018-05-10T01:00:00+01:00</updated></entry>
<entry xml:lang="en"><id>urn:2</id><title>Only updated</title><updated>2018-05-10T02:00:00Z</updated></entry>
</feed>"""

ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Oldest</title>
<entry><title>Kept</title><link rel="alternate" type="text/html" href="https://news.example/a"/>
<id>urn:1</id><issued>2018-05-10T09:00:00+09:00</issued><modified>2018-05-10T01:00:00Z</modified>
<summary>As promised.</summary></entry></feed>"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Pledges",
    "home_page_url": "https://news.example/",
    "language": "en",
    "authors": [{"name": "Desk"}],
    "items": [
        {
            "id": 7,
            "url": "/a?fbclid=x",
            "title": "Kept",
            "content_html": "<p>As</p><p>promised.</p>",
            "date_published": "2018-05-10T09:00:00+09:00",
            "date_modified": "2018-05-10T03:00:00Z",
        },
        {
            "id": "b",
            "external_url": "https://other.example/b",
            "content_text": "Said  so.",
            "authors": [{"name": "Ed"}],
        },
    ],
}


def read(text: str | bytes, **changes: object) -> ParsedFeed:
    body = text.encode() if isinstance(text, str) else text
    return parse(body, **{"base_url": BASE, **changes})  # type: ignore[arg-type]


def test_rss_2() -> None:
    """Head, hints and entries; the full content before the summary; links absolute and without tracking."""
    feed = read(RSS)
    assert (feed.kind, feed.title, feed.url, feed.language) == (
        "rss20",
        "Pledges & deeds",
        "https://news.example/",
        "en-gb",
    )
    assert not feed.salvaged and feed.dropped == 0
    first = feed.entries[0]
    assert (first.guid, first.title, first.url) == (
        "n-1",
        "Bridge opened",
        "https://news.example/2018/bridge",
    )
    assert first.body == "The mayor opened it.\nAt last."
    assert first.published == datetime(2018, 5, 10, tzinfo=UTC)
    assert first.published_given == "Thu, 10 May 2018 09:00:00 +0900"
    assert "Ed Itor" in first.author


def test_identity_falls_back() -> None:
    """Without a guid the address identifies an entry, without either its content does."""
    _, by_address, by_content = read(RSS).entries
    assert by_address.guid == by_address.url == "https://news.example/2"
    assert by_content.guid == by_content.hash and by_content.title == "Only words, no address."
    assert read(RSS).entries[2] == by_content


def test_identity_does_not_hang_on_where_the_feed_was_found() -> None:
    """A feed that moves keeps its guids, also those that look like relative addresses."""
    feed = "<rss version='2.0'><channel><item><guid>a/1</guid><title>t</title></item></channel></rss>"
    assert {read(feed, base_url=base).entries[0].guid for base in (BASE, "https://new.example/")} == {"a/1"}


def test_hints_for_cadence() -> None:
    """ttl in minutes, sy: as period over frequency, of both the longer; hours and days to stay away."""
    hints = read(RSS).hints
    assert hints.ttl == timedelta(hours=2)
    assert (hints.skip_hours, hints.skip_days) == ((3, 4), ("sunday",))
    assert read(RSS.replace("<ttl>90</ttl>", "<ttl>x</ttl>").replace("daily", "often")).hints.ttl is None


@pytest.mark.parametrize(("text", "kind"), [(RDF, "rss10"), (RSS_091, "rss091u"), (ATOM_03, "atom03")])
def test_older_formats(text: str, kind: str) -> None:
    """RSS 0.91 and 1.0 and Atom 0.3 give the same entry."""
    feed = read(text)
    (entry,) = feed.entries
    assert feed.kind == kind
    assert (entry.title, entry.url, entry.body) == ("Kept", "https://news.example/a", "As promised.")
    if kind != "rss091u":
        assert entry.published == datetime(2018, 5, 10, tzinfo=UTC)


def test_atom_1() -> None:
    """Types of text, xml:base, xml:lang, the alternate link; updated where there is no published."""
    feed = read(ATOM)
    first, second = feed.entries
    assert (feed.kind, feed.title, feed.language) == ("atom10", "Zusagen", "de")
    assert (first.guid, first.title, first.url) == (
        "urn:1",
        "Brücke offen",
        "https://news.example/de/bruecke",
    )
    assert first.body == "Eins.\nZwei & drei."
    assert first.published == datetime(2018, 5, 9, 23, tzinfo=UTC)
    assert first.updated == datetime(2018, 5, 10, 0, tzinfo=UTC)
    assert (first.language, second.language) == ("de", "en")
    assert (second.published, second.published_given) == (
        datetime(2018, 5, 10, 2, tzinfo=UTC),
        "2018-05-10T02:00:00Z",
    )


@pytest.mark.parametrize("version", ["1", "1.1"])
def test_json_feed(version: str) -> None:
    """Ids may be numbers, authors may be the feed's, addresses relative, content HTML or text."""
    feed = read(json.dumps(JSON_FEED | {"version": f"https://jsonfeed.org/version/{version}"}))
    first, second = feed.entries
    assert (feed.kind, feed.title, feed.language) == ("json" + version.replace(".", ""), "Pledges", "en")
    assert (first.guid, first.url, first.body) == ("7", "https://news.example/a", "As\npromised.")
    assert first.published == datetime(2018, 5, 10, tzinfo=UTC)
    assert first.updated == datetime(2018, 5, 10, 3, tzinfo=UTC)
    assert (first.author, second.author) == ("Desk", "Ed")
    assert (second.url, second.title, second.body) == ("https://other.example/b", "Said so.", "")


def test_what_xml_may_not_hold_is_taken_out_of_json() -> None:
    """Its escapes could bring in what a terminal obeys."""
    item = {"id": "1", "title": "Kept\x1b[2J \x07word", "content_text": "One\nline\x00"}
    (entry,) = read(json.dumps(JSON_FEED | {"items": [item]})).entries
    assert (entry.title, entry.body) == ("Kept[2J word", "One\nline")


def test_broken_json_is_salvaged() -> None:
    """A JSON Feed that breaks off gives the items that are whole."""
    feed = read(json.dumps(JSON_FEED)[:-30])
    assert feed.salvaged and [entry.guid for entry in feed.entries] == ["7"] and feed.title == "Pledges"


@pytest.mark.parametrize("cut", [r"</channel></rss>", "</item>\n</channel></rss>"])
def test_truncated_xml_is_salvaged(cut: str) -> None:
    """A feed that breaks off, or has a bare ampersand, is read as far as it goes and marked."""
    feed = read(RSS.removesuffix(cut))
    assert feed.salvaged and len(feed.entries) == 3
    bare = read(RSS.replace("&amp;", "&"))
    assert bare.salvaged and bare.title == "Pledges & deeds" and len(bare.entries) == 3


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "an HTML page"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "neither RSS"),
        (b"just words", "neither RSS"),
        (b"/etc/passwd", "neither RSS"),
        (b"http://127.0.0.1:9/feed", "neither RSS"),
        (b"<note><to>you</to></note>", "neither RSS"),
        (b'{"items": []}', "names no version"),
        (b'{"hello": 1}', "no list of items"),
        (b"[" * 100_000, "JSON"),
        (b'{"version": ' + b"9" * 100_000, "JSON"),
    ],
)
def test_bytes_that_hold_no_feed(body: bytes, message: str) -> None:
    """Each is a ParseFailed of one line; none is taken for a path or an address."""
    with pytest.raises(ParseFailed, match=message) as caught:
        read(body)
    assert "\n" not in str(caught.value)


def test_external_entities_are_not_resolved(tmp_path: Path) -> None:
    """A document type that names a file does not bring its content in."""
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    feed = read(
        f"<!DOCTYPE rss [<!ENTITY x SYSTEM '{secret.as_uri()}'>]><rss version='2.0'><channel>"
        "<item><title>a &x; b</title></item></channel></rss>"
    )
    assert "SECRET" not in repr(feed)


def test_billion_laughs_stay_small() -> None:
    """Entities within entities are not multiplied."""
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    started = time.monotonic()
    feed = read(
        f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{laughs}]><rss version='2.0'><channel>"
        "<item><title>ha</title><description>&l9;</description></item></channel></rss>"
    )
    assert len(repr(feed)) < 100_000 and time.monotonic() - started < 2


def test_entries_over_the_limit_are_dropped_and_counted() -> None:
    """20,000 entries cost what the limit costs, keep the feed well-formed, and the rest is counted."""
    items = "".join(f"<item><guid>{number}</guid><title>t</title></item>" for number in range(20_000))
    started = time.monotonic()
    feed = read(f"<rss version='2.0'><channel><title>c</title>{items}</channel></rss>", max_entries=50)
    assert time.monotonic() - started < 2
    assert (len(feed.entries), feed.dropped, feed.salvaged) == (50, 19_950, False)
    assert feed.entries[-1].guid == "49"
    many = JSON_FEED | {"items": [{"id": number, "content_text": "x"} for number in range(70)]}
    assert (
        len(read(json.dumps(many), max_entries=50).entries),
        read(json.dumps(many), max_entries=50).dropped,
    ) == (50, 20)


def test_an_entry_is_bounded() -> None:
    """However long title and text are, what is kept has an end."""
    (entry,) = read(
        f"<rss version='2.0'><channel><item><title>{'t ' * 5000}</title><guid>{'g' * 9000}</guid>"
        f"<description>{'d ' * BODY_LIMIT}</description></item></channel></rss>"
    ).entries
    assert len(entry.title) <= 1000 and len(entry.guid) <= 2000 and len(entry.body) <= BODY_LIMIT


def test_titles_are_one_clean_line() -> None:
    """Doubly escaped entities, markup and line breaks in titles."""
    titles = {
        "Moon &amp;amp; Kim": "Moon & Kim",
        "Kim&amp;#8217;s\n   word": "Kim’s word",
        "<![CDATA[<b>Kept</b> at last]]>": "Kept at last",
        "2 &lt; 3": "2 < 3",
    }
    for given_title, title in titles.items():
        feed = read(f"<rss version='2.0'><channel><item><title>{given_title}</title></item></channel></rss>")
        assert feed.entries[0].title == title


def test_korean_by_a_narrower_name() -> None:
    """EUC-KR with a syllable of CP949, in the XML declaration and in the header."""
    text = "<rss version='2.0'><channel><item><title>펲시 합의</title></item></channel></rss>"
    declared = ("<?xml version='1.0' encoding='euc-kr'?>" + text).encode("cp949")
    for feed in (read(declared), read(text.encode("cp949"), content_type="text/xml; charset=EUC-KR")):
        assert feed.entries[0].title == "펲시 합의" and not feed.salvaged and feed.encoding == "cp949"


def test_scripts_in_links_and_texts_are_gone() -> None:
    """A link that is no web address is no link, and no markup survives."""
    (entry,) = read(
        "<rss version='2.0'><channel><item><title>t</title><link>javascript:alert(1)</link><description>"
        "&lt;script&gt;alert(1)&lt;/script&gt;&lt;p onclick='x'&gt;words&lt;/p&gt;</description></item>"
        "</channel></rss>"
    ).entries
    assert (entry.url, entry.body) == ("", "words")


@settings(max_examples=60)
@given(
    st.binary(max_size=300), st.sampled_from([RSS, RDF, ATOM, json.dumps(JSON_FEED)]), st.integers(0, 1500)
)
def test_no_bytes_raise_anything_else(noise: bytes, text: str, at: int) -> None:
    """Noise alone, and noise inside a feed, give a feed or a ParseFailed."""
    body = text.encode()
    for damaged in (noise, body[:at] + noise + body[at:], body[:at] + noise):
        try:
            feed = read(damaged)
        except ParseFailed:
            continue
        assert all(entry.guid for entry in feed.entries)
        dates = [entry.published for entry in feed.entries if entry.published is not None]
        assert all(date.tzinfo is UTC for date in dates)
