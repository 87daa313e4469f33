"""The text of the linked page in place of the feed's: what is asked, what is kept, and what stops it."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
import sqlalchemy as sa
from attrs import evolve

from tests.databases import opened
from tests.feeds.scripted_server import Asked, ScriptedServer, answer
from tests.feeds.test_traps import dripping
from tests.feeds.visitor import visit
from tracker.archive import documents as archive
from tracker.database.engine import Database
from tracker.evidence.document import Document
from tracker.feeds.poller import Visit
from tracker.feeds.robots import Robots
from tracker.feeds.settings import FeedSettings, FetchSettings
from tracker.feeds.tables import domains, feeds

SETTINGS = FetchSettings(allow_hosts=("127.0.0.1",), timeout=5.0, domain_interval="0.1s")
SUMMARY = "The ministry announced it."
WORDS = (
    "The ministry said on Tuesday that the test site would be shut within a month, before the eyes of all.",
    "Experts from five countries would be invited to see the tunnels blown up, a spokesman told reporters.",
)


def page(*paragraphs: str) -> bytes:
    """A web page with an article in it, a menu before and a notice behind."""
    inner = "".join(f"<p>{text}</p>" for text in paragraphs)
    return answer(
        f"<html><head><title>x</title></head><body><nav><a href='/'>Home</a> <a href='/x'>World</a></nav>"
        f"<article><h1>Site shut</h1>{inner}</article><footer>Imprint</footer></body></html>",
        Content_Type="text/html; charset=utf-8",
    )


def feed(*links: str, summary: str = SUMMARY) -> bytes:
    """A feed with an entry for each link, the newest first."""
    items = "".join(
        f"<item><guid>{link}</guid><title>Site shut</title><link>{link}</link>"
        f"<description>{summary}</description><pubDate>{30 - n:02} May 2018 00:00:00 GMT</pubDate></item>"
        for n, link in enumerate(links)
    )
    return answer(
        f'<rss version="2.0"><channel><title>x</title><language>en</language>{items}</channel></rss>'
    )


@pytest.fixture
def database(shared_url: str) -> Iterator[Database]:
    """A database that several threads can use."""
    with opened(shared_url) as found:
        yield found


@pytest.fixture
def one_kind(sqlite_url: str) -> Iterator[Database]:
    """For what hangs on the server alone, and not on the database."""
    with opened(sqlite_url) as found:
        yield found


def look(
    database: Database,
    server: ScriptedServer,
    settings: FetchSettings = SETTINGS,
    *,
    seconds: float = 10.0,
    robots: Robots | None = None,
    **keys: object,
) -> Visit:
    """Visit the server's feed for full texts, due or not."""
    one = FeedSettings(name="wire", url=server.url("/feed"), full_text=True, **keys)  # type: ignore[arg-type]
    (done,) = visit(database, [one], settings=settings, names=["wire"], seconds=seconds, robots=robots)
    return done


def stored(database: Database) -> list[Document]:
    """All that was captured."""
    with database.reading() as connection:
        return archive.captured(connection, limit=100)


def asked(server: ScriptedServer) -> list[str]:
    """The paths that were asked, in order."""
    return [each.path for each in server.asked]


def test_the_page_is_stored_where_it_says_more(database: Database, server: ScriptedServer) -> None:
    """Its article without menu and notices; title, address, guid and date are the feed's."""
    link = server.on("/1", page(*WORDS))
    server.on("/feed", feed(link))
    done = look(database, server)
    assert (done.new, done.pages, done.error, done.page_error) == (1, 1, "", "")
    (document,) = stored(database)
    assert document.body == "\n".join(WORDS)
    assert (document.title, document.url, document.guid, document.language) == ("Site shut", link, link, "en")
    assert document.published == datetime(2018, 5, 30, tzinfo=UTC)
    assert document.hash != document.entry_hash
    assert asked(server) == ["/feed", "/robots.txt", "/1"]
    assert server.asked[2].headers["accept"].startswith("text/html")


def test_nobody_is_asked_who_did_not_say_so(one_kind: Database, server: ScriptedServer) -> None:
    """It is off by default."""
    server.on("/feed", feed(server.on("/1", page(*WORDS))))
    visit(one_kind, [FeedSettings(name="wire", url=server.url("/feed"))], settings=SETTINGS)
    assert asked(server) == ["/feed"]
    assert stored(one_kind)[0].body == SUMMARY


def test_a_longer_feed_keeps_its_own_words(database: Database, server: ScriptedServer) -> None:
    """A page cut off for those who do not pay says less than a feed with the whole text."""
    whole = " ".join(WORDS) * 2
    server.on("/feed", feed(server.on("/1", page(*WORDS)), summary=whole))
    assert (look(database, server).pages, stored(database)[0].body) == (0, whole)
    assert stored(database)[0].hash == stored(database)[0].entry_hash


def test_the_summary_is_no_edit_and_its_page_is_not_asked_again(
    database: Database, server: ScriptedServer
) -> None:
    """At the next visit the feed says what it said; only the feed is asked."""
    server.on("/feed", feed(server.on("/1", page(*WORDS))))
    assert look(database, server).new == 1
    assert look(database, server).new == 0
    assert asked(server) == ["/feed", "/robots.txt", "/1", "/feed"]


def test_an_edit_in_the_feed_reads_the_page_anew(database: Database, server: ScriptedServer) -> None:
    """A new version, with what the page says by then."""
    link = server.on("/1", page(*WORDS), page(*WORDS, "The date was moved."))
    server.on("/feed", feed(link), feed(link, summary="It is put off."))
    assert [look(database, server).new for _ in range(3)] == [1, 1, 0]
    first, second = stored(database)
    assert (first.version, second.version) == (1, 2)
    assert second.body == "\n".join([*WORDS, "The date was moved."])


@pytest.mark.parametrize(
    ("reply", "is_read", "why"),
    [
        (answer("User-agent: *\nDisallow: /other"), True, ""),
        (answer("User-agent: *\nAllow: /1\nDisallow: /"), True, ""),
        (answer("gone", 404), True, ""),
        (answer("no", 403), True, ""),
        (answer("User-agent: commitment-tracker\nDisallow: /1"), False, "does not allow it"),
        (answer("User-agent: *\nDisallow: /"), False, "does not allow it"),
        (answer("broken", 500), False, "the server answered 500"),
        (answer("busy", 429), False, "the server answered 429"),
        (answer("#" * 600_000), False, "larger than"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nUser-agent: *", False, "cannot be read"),
    ],
)
def test_robots_txt_decides(
    one_kind: Database, server: ScriptedServer, reply: bytes, is_read: bool, why: str
) -> None:
    """A host without rules allows all, one that cannot be asked nothing; the feed's words are kept."""
    server.on("/robots.txt", reply)
    server.on("/feed", feed(server.on("/1", page(*WORDS))))
    done = look(one_kind, server, evolve(SETTINGS, timeout=1.0) if b"50" in reply[:40] else SETTINGS)
    assert (done.new, done.pages, done.error) == (1, int(is_read), "")
    assert why in done.page_error and bool(done.page_error) is not is_read
    assert ("/1" in asked(server)) is is_read
    assert (stored(one_kind)[0].body == SUMMARY) is not is_read


def test_robots_txt_is_asked_once_a_day(database: Database, server: ScriptedServer) -> None:
    """Whatever the number of pages and visits, and earlier only where its cache headers say so."""
    robots = Robots()
    server.on("/robots.txt", answer("", Cache_Control="max-age=3600"))
    links = [server.on(f"/{n}", page(*WORDS, str(n))) for n in range(4)]
    server.on("/feed", feed(*links[:2]), feed(*links))
    now = datetime.now(UTC)
    one = FeedSettings(name="wire", url=server.url("/feed"), full_text=True)

    def at(moment: datetime) -> None:
        visit(database, [one], lambda: moment, SETTINGS, names=["wire"], robots=robots)

    at(now)
    at(now + timedelta(minutes=59))
    assert asked(server).count("/robots.txt") == 1
    server.on("/feed", feed(server.on("/9", page(*WORDS))))
    at(now + timedelta(minutes=61))
    assert asked(server).count("/robots.txt") == 2


def test_the_target_of_a_redirect_decides_for_itself(one_kind: Database, server: ScriptedServer) -> None:
    """A page that leads to another host is read there only if that host allows it."""
    with ScriptedServer() as other:
        there = other.on("/there", page(*WORDS))
        other.on("/robots.txt", answer("User-agent: *\nDisallow: /"))
        server.on("/feed", feed(server.on("/1", answer(status=302, Location=there))))
        done = look(one_kind, server)
        assert f"{there}: the robots.txt of its host does not allow it" in done.page_error
        assert asked(other) == ["/robots.txt"]


def slow(_: Asked) -> Iterator[bytes | float]:
    yield from dripping(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>")(_)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (answer(status=302, Location="http://127.0.0.2/"), "not an address of the open network"),
        (answer(status=302, Location="http://169.254.169.254/latest"), "not an address of the open network"),
        (answer(status=302, Location="/1"), "in a circle"),
        (answer("gone", 404), "answered 404"),
        (
            answer(gzip.compress(b"x" * 9_000_000), Content_Encoding="gzip", Content_Type="text/html"),
            "larger",
        ),
        (answer("%PDF", Content_Type="application/pdf"), "application/pdf, and no web page"),
        (answer("<p>words"), "no web page"),
        (answer("x" * 2_100_000, Content_Type="text/html"), "larger"),
        (answer("<p>" * 50_001, Content_Type="text/html"), "50,001 tags"),
        (answer("", Content_Type="text/html"), "no text of an article"),
        (answer("<html><body><script>x()</script></body></html>", Content_Type="text/html"), "no text"),
        (slow, "no complete answer in 1 s"),
    ],
)
def test_a_page_that_is_none_leaves_the_feeds_words(
    one_kind: Database,
    server: ScriptedServer,
    reply: bytes | Callable[[Asked], Iterator[bytes | float]],
    why: str,
) -> None:
    """Whatever is wrong with it is told, and the entry is there; so is the next one, with its page."""
    bad = server.on("/1", reply) if isinstance(reply, bytes) else server.play("/1", reply)
    server.on("/feed", feed(bad, server.on("/2", page(*WORDS))))
    done = look(one_kind, server, evolve(SETTINGS, timeout=1.0))
    assert why in done.page_error
    assert (done.new, done.pages, done.error) == (2, 1, "")
    assert {document.guid: document.body for document in stored(one_kind)}[bad] == SUMMARY


def test_a_page_that_takes_too_long_to_read_is_stopped(one_kind: Database, server: ScriptedServer) -> None:
    """The parsing process is killed over it; the feed's words are stored, and the worker goes on."""
    huge = answer("<html><body>" + "<p>x y z " * 49_000, Content_Type="text/html")
    server.on("/feed", feed(server.on("/1", huge)))
    done = look(one_kind, server, seconds=1.0)
    assert "more than 1 s and was stopped" in done.page_error
    assert (done.new, stored(one_kind)[0].body) == (1, SUMMARY)


def test_so_many_pages_in_a_visit_the_newest(database: Database, server: ScriptedServer) -> None:
    """All entries are stored; those over the limit, with the feed's words for good."""
    links = [server.on(f"/{n}", page(*WORDS, str(n))) for n in range(5)]
    server.on("/feed", feed(*links))
    done = look(database, server, evolve(SETTINGS, pages=2))
    assert (done.new, done.pages) == (5, 2)
    assert {d.guid for d in stored(database) if d.body != SUMMARY} == set(links[:2])
    assert look(database, server, evolve(SETTINGS, pages=2)).new == 0


def test_the_time_for_pages_is_bounded_in_all(one_kind: Database, server: ScriptedServer) -> None:
    """Ten slow pages cost one limit, and the lease was taken for as long."""
    for n in range(10):
        server.play(f"/{n}", slow)
    server.on("/feed", feed(*(server.url(f"/{n}") for n in range(10))))
    started = monotonic()
    done = look(one_kind, server, evolve(SETTINGS, timeout=2.0, pages_timeout=1.0))
    assert monotonic() - started < 6
    assert (done.new, done.pages, done.error) == (10, 0, "")


async def here(_host: str, _port: int) -> Sequence[str]:
    """Every name is this machine."""
    return ("127.0.0.1",)


def in_the_open(
    database: Database, server: ScriptedServer, settings: FetchSettings, host: str = "www.one.org"
) -> Visit:
    """Visit the feed as if the server were of the open network: by name, so that its domain has a bucket."""
    links = [server.on(f"/{n}", page(*WORDS, str(n))).replace("127.0.0.1", host) for n in range(6)]
    server.on("/feed", feed(*links))
    one = FeedSettings(name="wire", url=server.url("/feed", "feeds.one.org"), full_text=True)
    # Addresses of this machine may be dialled; the names are those of other people.
    (done,) = visit(database, [one], settings=settings, resolver=here)
    return done


OPEN = evolve(SETTINGS, allow_hosts=("127.0.0.0/8",))


def test_pages_wait_for_their_domains_turn(database: Database, server: ScriptedServer) -> None:
    """Feed, robots.txt and pages take from one bucket; what it lacks is waited for."""
    started = monotonic()
    done = in_the_open(database, server, evolve(OPEN, domain_burst=2, domain_interval="0.2s"))
    assert (done.new, done.pages, done.page_error) == (6, 6, "")
    assert monotonic() - started > 6 * 0.2 - 0.1  # eight requests, two of them at once


def test_a_domain_that_has_no_turn_left_in_time_is_not_asked(
    database: Database, server: ScriptedServer
) -> None:
    """The rest has the feed's words, at once: nobody waits a minute."""
    started = monotonic()
    done = in_the_open(database, server, evolve(OPEN, domain_burst=3, domain_interval="1m"))
    assert (done.new, done.pages) == (6, 1)
    assert "one.org was asked too often" in done.page_error
    assert monotonic() - started < 5
    assert len(server.asked) == 3


def test_a_page_that_wants_quiet_holds_its_domain(database: Database, server: ScriptedServer) -> None:
    """After a 429 no more pages of this visit, and nothing of the domain before Retry-After."""
    server.on("/feed", feed(server.url("/a", "www.one.org"), server.url("/b", "www.one.org")))
    server.on("/a", answer("", 429, Retry_After="600"))
    one = FeedSettings(name="wire", url=server.url("/feed", "feeds.one.org"), full_text=True)
    (done,) = visit(database, [one], settings=OPEN, resolver=here)
    assert (done.new, "answered 429" in done.page_error) == (2, True)
    assert "/b" not in asked(server)
    with database.reading() as connection:
        until = connection.execute(
            sa.select(domains.c.held_until).where(domains.c.name == "one.org")
        ).scalar()
    assert until is not None and until > datetime.now(UTC) + timedelta(minutes=9)


def test_credentials_go_to_pages_of_the_feeds_own_origin_alone(
    one_kind: Database, server: ScriptedServer
) -> None:
    """Also to its robots.txt; another port is another origin, also after a redirect."""
    with ScriptedServer() as other:
        there = other.on("/there", page(*WORDS))
        links = [server.on("/1", page(*WORDS)), there, server.on("/2", answer(status=302, Location=there))]
        server.on("/feed", feed(*links))
        look(one_kind, server, headers={"X-Key": "secret"})
        assert all(each.headers.get("x-key") == "secret" for each in server.asked)
        assert len(server.asked) == 4
        assert asked(other) == ["/robots.txt", "/there", "/there"]
        assert all("x-key" not in each.headers for each in other.asked)


def test_a_feed_in_a_file_may_ask_for_pages(
    database: Database, server: ScriptedServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It has no origin, so nothing of its own goes anywhere."""
    path = tmp_path_factory.mktemp("feed") / "feed.xml"
    path.write_bytes(feed(server.on("/1", page(*WORDS))).partition(b"\r\n\r\n")[2])
    one = FeedSettings(name="file", url=os.fspath(path), full_text=True, headers={"X-Key": "secret"})
    (done,) = visit(database, [one], settings=SETTINGS)
    assert (done.new, done.pages) == (1, 1)
    assert all("x-key" not in each.headers for each in server.asked)


def test_without_the_extra_the_feed_says_what_to_install(
    database: Database, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails before anything is asked, so that no entry is stored without its page; other feeds go on."""
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    server.on("/feed", feed(server.on("/1", page(*WORDS))))
    both = [
        FeedSettings(name="full", url=server.url("/feed"), full_text=True),
        FeedSettings(name="plain", url=server.url("/feed")),
    ]
    full, plain = visit(database, both, settings=SETTINGS)
    assert full.error.endswith('is not installed: pip install "commitment-tracker[fulltext]"')
    assert (plain.error, plain.new, asked(server)) == ("", 1, ["/feed"])


def test_the_lease_lasts_as_long_as_the_pages_may(database: Database, server: ScriptedServer) -> None:
    """Another process must not take the feed over while its pages are read."""
    seen: list[datetime] = []

    def script(_: Asked) -> Iterator[bytes | float]:
        with database.reading() as connection:
            seen.append(connection.execute(sa.select(feeds.c.lease_until)).scalar_one())
        yield page(*WORDS)

    server.on("/feed", feed(server.play("/1", script)))
    began = datetime.now(UTC)
    settings = evolve(SETTINGS, pages_timeout=1000.0)
    assert look(database, server, settings).pages == 1
    assert seen[0] > began + timedelta(seconds=1000)
