"""Feeds that move for good, are gone, or are left alone: what the log says of them, and where we ask then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from attrs import evolve

from tests.databases import opened
from tests.feeds.scripted_server import Asked, ScriptedServer, answer
from tests.feeds.visitor import visit
from tracker.database.engine import Database
from tracker.feeds import standing
from tracker.feeds.fetch import Hop, Response
from tracker.feeds.moving import Trail, may_move
from tracker.feeds.settings import FeedSettings, FetchSettings
from tracker.feeds.tables import feeds as table
from tracker.log import log
from tracker.log.events import FeedMoved, FeedPaused, FeedResumed

FEED = '<rss version="2.0"><channel><title>x</title></channel></rss>'
NOW = datetime(2024, 6, 3, 9, tzinfo=UTC)
SETTINGS = FetchSettings(allow_hosts=("127.0.0.1",), timeout=5.0, moves_after=3)


class Site:
    """A server, a database and a clock; each visit is two days after the last."""

    def __init__(self, server: ScriptedServer, database: Database) -> None:
        self.server, self.database, self.now = server, database, NOW
        server.on("/new", answer(FEED, ETag='"new"'))
        server.on("/other", answer(FEED))
        self.feed = FeedSettings(name="wire", url=server.url("/old"))
        self.moves(301, "/new")

    def moves(self, status: int, target: str) -> None:
        """From now on the old address redirects."""
        self.server.on("/old", answer(b"", status, Location=self.server.url(target)))

    def visit(self, times: int = 1, *names: str) -> None:
        """Let the feed be visited so many times."""
        for _ in range(times):
            self.now += timedelta(days=2)
            visit(self.database, [self.feed], lambda: self.now, SETTINGS, names=names)

    def events(self) -> list[object]:
        """What the log says of the feed."""
        with self.database.reading() as connection:
            return [fact.event for fact in log.read(connection, "feed/wire")]

    def row(self) -> Any:
        """What is remembered of the feed."""
        with self.database.reading() as connection:
            return connection.execute(sa.select(table).where(table.c.name == "wire")).one()

    def asked(self) -> list[str]:
        """The paths that were asked since the last time."""
        paths = [request.path for request in self.server.asked]
        self.server.asked.clear()
        return paths


@pytest.fixture
def site(server: ScriptedServer, shared_url: str) -> Iterator[Site]:
    """A feed that redirects for good."""
    with opened(shared_url) as database:
        yield Site(server, database)


def test_after_so_many_permanent_redirects_the_feed_has_moved(site: Site) -> None:
    """Three visits find it by way of the old address, the fourth at once; the log says why."""
    site.visit(2)
    assert site.events() == []
    site.visit()
    assert site.asked() == ["/old", "/new"] * 3
    (event,) = site.events()
    assert isinstance(event, FeedMoved)
    assert event.configured == event.before == site.server.url("/old")
    assert (event.after, event.visits) == (site.server.url("/new"), 3)
    site.visit(2)
    assert site.asked() == ["/new"] * 2
    assert len(site.events()) == 1


def test_a_moved_feed_keeps_its_validators(site: Site) -> None:
    """They are of the place it was found at all along."""
    site.visit(4)
    assert site.server.asked[-1].headers["if-none-match"] == '"new"'


def direct(site: Site) -> None:
    site.server.on("/old", answer(FEED))


def temporary(site: Site) -> None:
    site.moves(302, "/new")


def elsewhere(site: Site) -> None:
    site.moves(301, "/other")


def by_another_status(site: Site) -> None:
    site.moves(308, "/new")


def mixed(site: Site) -> None:
    site.server.on("/step", answer(b"", 307, Location=site.server.url("/new")))
    site.moves(301, "/step")


def to_nothing(site: Site) -> None:
    site.moves(301, "/missing")


def to_a_web_page(site: Site) -> None:
    site.server.on("/page", answer("<html><body>Welcome to our new site</body></html>"))
    site.moves(301, "/page")


@pytest.mark.parametrize("shared_url", ["sqlite file"], indirect=True)  # what counts is the answer
@pytest.mark.parametrize(
    "change", [direct, temporary, elsewhere, by_another_status, mixed, to_nothing, to_a_web_page]
)
def test_anything_else_begins_the_count_anew(site: Site, change: Callable[[Site], None]) -> None:
    """Two and then, after one other answer, two more are not three running."""
    site.visit(2)
    change(site)
    site.visit()
    site.moves(301, "/new")
    site.visit(2)
    assert site.events() == []
    site.visit()
    assert len(site.events()) == 1


def test_no_answer_says_nothing_of_the_way(site: Site) -> None:
    """A visit that breaks off neither counts nor begins the count anew."""

    def broken(_: Asked) -> Iterator[bytes | float]:
        yield b"HTTP/1.1 200 OK\r\nConte"
        raise ConnectionResetError

    site.visit(2)
    site.server.play("/old", broken)
    site.visit()
    assert (site.row().chain_count, site.row().failures) == (2, 1)
    site.moves(301, "/new")
    site.visit()
    assert len(site.events()) == 1


def test_another_address_in_the_config_is_asked_at_once(site: Site) -> None:
    """What was learnt of the old one is not used for it."""
    site.visit(3)
    site.asked()
    site.feed = evolve(site.feed, url=site.server.url("/other"))
    site.visit(2)
    assert site.asked() == ["/other"] * 2
    assert site.row().moved_to == ""


@pytest.mark.parametrize(
    ("feed", "target", "may"),
    [
        ({}, "https://new.example/feed", True),
        ({"headers": {"X-Key": "secret"}}, "https://new.example/feed", False),
        ({"headers": {"X-Key": "secret"}}, "https://old.example:443/new", True),
        ({"auth_env": "PASSWORD"}, "http://old.example/feed", False),
        ({"allow_private": True}, "https://new.example/feed", False),
        ({"url": "https://me:secret@old.example/feed"}, "https://old.example/new", False),
    ],
)
def test_what_is_for_the_origin_of_a_feed_does_not_move_with_it(
    feed: dict[str, Any], target: str, may: bool
) -> None:
    """Credentials, headers and the leave to be private are not taken to another origin."""
    settings = FeedSettings(**{"name": "x", "url": "https://old.example/feed", **feed})
    assert may_move(settings, target) is may


def test_a_trail_does_not_depend_on_whether_the_feed_had_changed() -> None:
    """The last hop's 200 or 304 is no part of the way."""
    trail = Trail()
    for status in (200, 304, 200):
        hops = (Hop(url="http://a/", status=301), Hop(url="http://b/", status=status))
        found = Response(status=status, url="http://b/", permanent_url="http://b/", hops=hops)
        trail = trail.after(found, is_good=True)
    assert trail.count == 3


def test_a_feed_that_is_gone_is_paused_and_says_why(site: Site) -> None:
    """It is asked no more; naming it asks once, and neither ends the pause nor is a second event."""
    site.server.on("/old", answer(b"", 410))
    site.visit(3)
    assert site.asked() == ["/old"]
    (event,) = site.events()
    assert event == FeedPaused(
        url=site.server.url("/old"), because="the server says that it is gone for good (410)"
    )
    assert (site.row().paused, site.row().paused_because) == (True, event.because)
    site.visit(1, "wire")
    site.server.on("/old", answer(FEED))
    site.visit(1, "wire")
    site.visit(2)
    assert site.asked() == ["/old", "/old"]
    assert (site.row().paused, len(site.events())) == (True, 1)


def test_a_resumed_feed_is_visited_at_once_where_the_config_says(site: Site) -> None:
    """Whoever resumes it has looked at the address; where it had moved is forgotten."""
    site.visit(3)
    site.server.on("/new", answer(b"", 410))
    site.visit(2)
    site.asked()
    with site.database.writing() as connection:
        assert standing.resume(connection, site.feed, "they brought it back", site.now, "analyst")
        assert not standing.resume(connection, site.feed, "again", site.now, "analyst")
    site.server.on("/old", answer(FEED))
    visit(site.database, [site.feed], lambda: site.now, SETTINGS)
    assert site.asked() == ["/old"]
    assert site.events()[1:] == [
        FeedPaused(url=site.server.url("/new"), because="the server says that it is gone for good (410)"),
        FeedResumed(url=site.server.url("/old"), because="they brought it back"),
    ]
    assert (site.row().paused, site.row().paused_because, site.row().error) == (False, "", "")


def test_a_new_database_begins_where_the_log_says(site: Site) -> None:
    """After the import of a log, feeds are where they had moved, and those that were paused are."""
    site.visit(3)
    others = [evolve(site.feed, name=name) for name in ("quiet", "back")]
    with site.database.writing() as connection:
        for feed in others:
            assert standing.pause(connection, feed, "not now", NOW, "analyst")
            assert not standing.pause(connection, feed, "nor later", NOW, "analyst")
        standing.resume(connection, others[1], "", NOW, "analyst")
        connection.execute(table.delete())
        standing.introduce(connection, [site.feed, *others], NOW)
        rows = {row.name: row for row in connection.execute(sa.select(table))}
    assert rows["wire"].moved_to == site.server.url("/new")
    assert {name: (row.paused, row.paused_because) for name, row in rows.items()} == {
        "wire": (False, ""),
        "quiet": (True, "not now"),
        "back": (False, ""),
    }
    with site.database.writing() as connection:
        connection.execute(table.delete())
        standing.introduce(connection, [evolve(site.feed, url="http://elsewhere.example/")], NOW)
    assert site.row().moved_to == ""
