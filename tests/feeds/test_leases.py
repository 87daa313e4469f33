"""Several pollers at one database: no feed twice in its interval, and none lost with a poller that dies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import monotonic, sleep
from typing import Any

import sqlalchemy as sa

from tests.databases import opened
from tests.feeds.scripted_server import Asked, ScriptedServer, answer
from tests.feeds.visitor import feeds_at, visit
from tests.processes import ended_well, processes
from tracker.database.engine import Database
from tracker.feeds import leases
from tracker.feeds.leases import Due, Terms
from tracker.feeds.politeness import Pace
from tracker.feeds.poller import Visit
from tracker.feeds.settings import FetchSettings
from tracker.feeds.standing import introduce
from tracker.feeds.tables import feeds as table

FEED = (
    '<rss version="2.0"><channel><title>x</title>'
    "<item><guid>{0}</guid><title>News of {0}</title></item></channel></rss>"
)
NOW = datetime(2024, 6, 3, 9, tzinfo=UTC)
TERMS = Terms(owner="a", span=timedelta(minutes=2), pace=Pace(timedelta(seconds=1), 5))


@contextmanager
def publishing(count: int) -> Iterator[ScriptedServer]:
    """A server with so many feeds, each of which takes a moment to answer."""
    with ScriptedServer() as server:
        for number in range(count):

            def script(asked: Asked) -> Iterator[bytes | float]:
                yield 0.01
                yield answer(FEED.format(asked.path[1:]))

            server.play(f"/{number}", script)
        yield server


def rows(database: Database) -> dict[str, Any]:
    """What is remembered of each feed."""
    with database.reading() as connection:
        return {row.name: row for row in connection.execute(sa.select(table))}


def at(moment: datetime) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: moment


def introduced(database: Database, count: int) -> list[Due]:
    """So many feeds that are due."""
    with database.writing() as connection:
        introduce(connection, feeds_at("http://127.0.0.1", count), NOW)
    return [Due(f"feed-{number}", "") for number in range(count)]


def test_four_pollers_fetch_no_feed_twice_in_its_interval(shared_url: str) -> None:
    """Three rounds each, all at once; the server has been asked once for each feed, and all is stored."""
    count = 40
    with publishing(count) as server:
        arguments = [(shared_url, server.url(""), count)] * 4
        with processes("tests.feeds.visitor", arguments) as pollers:
            told = [ended_well(poller) for poller in pollers]
        asked = Counter(request.path for request in server.asked)
    assert asked == Counter({f"/{number}": 1 for number in range(count)})
    assert sorted(word for words in told for word in words) == sorted(f"feed-{n}" for n in range(count))
    assert sum(bool(words) for words in told) > 1, "one poller did it all; nothing was contended for"
    with opened(shared_url) as database:
        assert {row.attempt for row in rows(database).values()} == {1}
        assert {(row.lease_owner, row.lease_until) for row in rows(database).values()} == {("", None)}


def test_a_killed_poller_gives_its_leases_back_by_time(shared_url: str) -> None:
    """It keeps the few feeds it was visiting from the others until the lease ends, and no others."""
    count = 20

    def silent(_: Asked) -> Iterator[bytes | float]:
        yield 60.0

    with publishing(count) as server, opened(shared_url) as database:
        for number in range(count):
            server.play(f"/{number}", silent)
        with processes("tests.feeds.visitor", [(shared_url, server.url(""), count)]) as (poller,):
            give_up = monotonic() + 30
            while len(server.asked) < 8 and monotonic() < give_up:
                sleep(0.01)
            poller.kill()
            poller.wait()
        held = {name: row for name, row in rows(database).items() if row.lease_until is not None}
        assert len(held) == 8
        assert len({row.lease_owner for row in held.values()}) == 1
        for number in range(count):
            server.on(f"/{number}", answer(FEED.format(number)))
        feeds = feeds_at(server.url(""), count)
        others = {done.feed for done in visit(database, feeds)}
        assert others == set(rows(database)) - set(held)
        ends = max(row.lease_until for row in held.values())
        assert ends - datetime.now(UTC) < timedelta(minutes=3)
        assert {done.feed for done in visit(database, feeds, at(ends))} == set(held)
        assert {row.attempt for name, row in rows(database).items() if name in held} == {2}


def test_where_many_are_due_a_killed_poller_keeps_a_small_share(shared_url: str) -> None:
    """Of what it leased ahead, too: an eighth of 160 feeds at most, and the others get all the rest."""
    count = 160

    def silent(_: Asked) -> Iterator[bytes | float]:
        yield 60.0

    with publishing(count) as server, opened(shared_url) as database:
        for number in range(count):
            server.play(f"/{number}", silent)
        with processes("tests.feeds.visitor", [(shared_url, server.url(""), count)]) as (poller,):
            give_up = monotonic() + 30
            while len(server.asked) < 8 and monotonic() < give_up:
                sleep(0.01)
            poller.kill()
            poller.wait()
        held = {name: row for name, row in rows(database).items() if row.lease_until is not None}
        assert 8 < len(held) <= 20
        for number in range(count):
            server.on(f"/{number}", answer(FEED.format(number)))
        others = {done.feed for done in visit(database, feeds_at(server.url(""), count))}
        assert others == set(rows(database)) - set(held)


def test_a_result_that_comes_after_its_lease_is_thrown_away(shared_url: str) -> None:
    """Another poller took the feed over meanwhile; what it stored stays, and the late one says so."""
    late: list[Visit] = []

    def slow_once(_: Asked) -> Iterator[bytes | float]:
        if len(server.asked) == 1:
            yield 1.0
        yield answer(FEED.format("news"), ETag=f'"{len(server.asked)}"')

    with ScriptedServer() as server, opened(shared_url) as database:
        server.play("/0", slow_once)
        feeds = feeds_at(server.url(""), 1)
        first = Thread(target=lambda: late.extend(visit(database, feeds)))
        first.start()
        while not server.asked:
            sleep(0.01)
        after = rows(database)["feed-0"].lease_until
        early = visit(database, feeds, at(after))
        kept = rows(database)["feed-0"]
        first.join()
        assert [(done.new, done.error) for done in early] == [(1, "")]
        assert [done.error for done in late] == ["another process took this feed over meanwhile"]
        assert rows(database)["feed-0"] == kept
        assert kept.attempt == 2


def test_leases_are_of_those_that_are_still_due_and_free(database: Database) -> None:
    """What was leased, visited or paused since it was looked for is left out; time frees it."""
    wanted = introduced(database, 4)
    first = leases.lease(database, wanted[:2], TERMS, NOW)
    assert [(row.name, row.attempt, row.lease_owner) for row in first.rows] == [
        ("feed-0", 1, "a"),
        ("feed-1", 1, "a"),
    ]
    with database.writing() as connection:
        connection.execute(table.update().where(table.c.name == "feed-2").values(paused=True))
    assert [row.name for row in leases.lease(database, wanted, TERMS, NOW).rows] == ["feed-3"]
    later = NOW + TERMS.span
    again = leases.lease(database, wanted, TERMS, later)
    assert [(row.name, row.attempt) for row in again.rows] == [("feed-0", 2), ("feed-1", 2), ("feed-3", 2)]
    with database.reading() as connection:
        assert leases.attempts(connection, ["feed-0", "feed-2", "feed-9"]) == {"feed-0": 2, "feed-2": 0}


def test_a_row_that_is_locked_is_passed_over(postgres_url: str) -> None:
    """On PostgreSQL whoever holds a row by hand holds up that feed, and no other."""
    with opened(postgres_url) as database:
        wanted = introduced(database, 2)
        with database.outside() as held, held.execution_options(isolation_level="READ COMMITTED").begin():
            held.execute(sa.select(table).where(table.c.name == "feed-0").with_for_update())
            assert [row.name for row in leases.lease(database, wanted, TERMS, NOW).rows] == ["feed-1"]


def test_a_new_address_begins_without_the_validators_of_the_old(
    database: Database, server: ScriptedServer
) -> None:
    """Also where the first visit to it failed: they would make the second one a 304 of another feed."""
    settings = FetchSettings(allow_hosts=("127.0.0.1",), min_interval="1s")
    server.on("/old/0", answer(FEED.format("old"), ETag='"same"'))
    server.on("/new/0", answer(b"", 500), answer(FEED.format("new")))
    for number, place in enumerate(("/old", "/new", "/new")):
        moment = NOW + timedelta(days=2 * number)
        visit(database, feeds_at(server.url(place), 1), at(moment), settings)
    assert [request.headers.get("if-none-match") for request in server.asked] == [None, None, None]
