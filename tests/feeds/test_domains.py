"""How domains are treated, over real HTTP: names of the open network, all of which lead to this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
import sqlalchemy as sa
from attrs import evolve

from tests.databases import opened
from tests.feeds.scripted_server import Asked, ScriptedServer, answer
from tests.feeds.visitor import present, visit
from tracker.database.engine import Database
from tracker.feeds.poller import Visit
from tracker.feeds.settings import FeedSettings, FetchSettings
from tracker.feeds.tables import domains

FEED = '<rss version="2.0"><channel><title>x</title></channel></rss>'
SETTINGS = FetchSettings(
    allow_hosts=("127.0.0.0/8",), timeout=5.0, min_interval="1s", domain_interval="1m", domain_burst=2
)
NOW = datetime(2024, 6, 3, 9, tzinfo=UTC)


@pytest.fixture
def database(shared_url: str) -> Iterator[Database]:
    """A database that several threads can use; one in memory has a single connection."""
    with opened(shared_url) as found:
        yield found


async def here(_host: str, _port: int) -> Sequence[str]:
    """Every name is this machine."""
    return ("127.0.0.1",)


def at(moment: datetime) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: moment


def feeds_of(server: ScriptedServer, *hosts: str) -> list[FeedSettings]:
    """A feed on each of the hosts, named as it is."""
    for host in hosts:
        server.on(f"/{host}", answer(FEED))
    return [FeedSettings(name=h, url=server.url(f"/{h}", h), interval="1h") for h in hosts]


def named(visits: Sequence[Visit]) -> list[str]:
    """Which feeds were visited; all of them well."""
    assert [done.error for done in visits if done.error] == []
    return [done.feed for done in visits]


def test_a_domain_gives_its_burst_and_then_keeps_the_pace(database: Database, server: ScriptedServer) -> None:
    """Two of four feeds of one owner, and all of others; each minute one more, also in another process."""
    feeds = feeds_of(server, "a.one.org", "b.one.org", "c.one.org", "d.one.org", "two.org", "three.co.uk")
    rounds = [
        named(visit(database, feeds, at(NOW + timedelta(seconds=seconds)), SETTINGS, resolver=here))
        for seconds in (0, 59, 60, 61, 120)
    ]
    assert rounds == [
        ["a.one.org", "b.one.org", "two.org", "three.co.uk"],
        [],
        ["c.one.org"],
        [],
        ["d.one.org"],
    ]


def test_a_token_that_comes_soon_is_waited_for(database: Database, server: ScriptedServer) -> None:
    """A round that somebody runs once an hour gets to all feeds of a domain, at its pace."""
    feeds = feeds_of(server, "a.one.org", "b.one.org", "c.one.org", "d.one.org")
    moments: list[float] = []

    def script(_: Asked) -> Iterator[bytes | float]:
        moments.append(monotonic())
        yield answer(FEED)

    for feed in feeds:
        server.play(f"/{feed.name}", script)
    settings = evolve(SETTINGS, domain_interval="0.3s")
    begun = monotonic()
    assert len(named(visit(database, feeds, present, settings, resolver=here))) == 4
    assert moments[2] - begun > 0.3
    assert moments[3] - begun > 0.6


def test_a_slow_domain_leaves_the_workers_to_the_others(database: Database, server: ScriptedServer) -> None:
    """It has more feeds than there are workers, all due first, and answers only when the others were asked.

    Nor are more than two of its feeds visited at once when all the others are done.
    """
    slow = feeds_of(server, *(f"{number}.slow.org" for number in range(12)))
    quick = feeds_of(server, *(f"z{number}.net" for number in range(12)))
    others = {f"/{feed.name}" for feed in quick}
    now, most = 0, 0

    def script(_: Asked) -> Iterator[bytes | float]:
        nonlocal now, most
        now += 1
        most = max(now, most)
        yield 0.05
        while others - {request.path for request in server.asked}:
            yield 0.05
        now -= 1
        yield answer(FEED)

    for feed in slow:
        server.play(f"/{feed.name}", script)
    settings = evolve(SETTINGS, domain_burst=12, timeout=30.0)
    assert len(named(visit(database, slow + quick, present, settings, resolver=here))) == 24
    assert most == 2


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_for_the_whole_domain(database: Database, server: ScriptedServer, status: int) -> None:
    """No feed of that owner is asked before; those of others are, and a person may insist."""
    feeds = feeds_of(server, "a.one.org", "b.one.org", "c.one.org", "two.org")
    server.on("/a.one.org", answer(b"", status, Retry_After="7200"))
    visit(database, feeds[:1], at(NOW), SETTINGS, resolver=here)
    assert named(visit(database, feeds[1:], at(NOW), SETTINGS, resolver=here)) == ["two.org"]
    almost = NOW + timedelta(seconds=7199)
    assert named(visit(database, feeds[1:3], at(almost), SETTINGS, resolver=here)) == []
    insisted = visit(database, feeds, at(almost), SETTINGS, names=["b.one.org"], resolver=here)
    assert named(insisted) == ["b.one.org"]
    after = NOW + timedelta(seconds=7201)
    assert named(visit(database, feeds[1:3], at(after), SETTINGS, resolver=here)) == ["c.one.org"]


def test_retry_after_holds_the_domain_that_said_so(database: Database, server: ScriptedServer) -> None:
    """After a redirect that is where it led, not where it began."""
    feeds = feeds_of(server, "a.one.org", "b.one.org", "two.org")
    server.on("/busy", answer(b"", 429, Retry_After="7200"))
    server.on("/a.one.org", answer(b"", 302, Location=server.url("/busy", "x.two.org")))
    visit(database, feeds[:1], at(NOW), SETTINGS, resolver=here)
    assert named(visit(database, feeds[1:], at(NOW), SETTINGS, resolver=here)) == ["b.one.org"]


def test_this_machine_and_the_intranet_have_no_bucket(database: Database, server: ScriptedServer) -> None:
    """Loopback, allow-listed hosts and feeds with `allow_private` are asked as often as they are due."""
    feeds = feeds_of(server, "127.0.0.1", "wiki.one.org", "own.two.org", "own.three.org")
    feeds += [evolve(feed, name=f"{feed.name} {n}", url=f"{feed.url}") for feed in feeds for n in range(4)]
    feeds = [evolve(feed, allow_private="own" in feed.name) for feed in feeds]
    settings = evolve(SETTINGS, domain_burst=1, allow_hosts=("127.0.0.0/8", "wiki.one.org"))
    server.on("/own.two.org", answer(b"", 429, Retry_After="7200"))
    assert len(visit(database, feeds, at(NOW), settings, resolver=here)) == 20
    with database.reading() as connection:
        assert connection.execute(sa.select(domains)).all() == []
