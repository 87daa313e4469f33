"""A poller that is told to stop: what it brought stays, what it was at is due again at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.databases import opened
from tests.feeds.scripted_server import Asked, Script, ScriptedServer, answer
from tests.feeds.visitor import feeds_at, visit
from tracker.archive import documents as archive
from tracker.database.engine import Database
from tracker.feeds.settings import FetchSettings
from tracker.feeds.tables import feeds as table
from tracker.feeds.visiting import Visit

FEED = (
    '<rss version="2.0"><channel><title>x</title>'
    "<item><guid>{0}</guid><title>{0}</title></item></channel></rss>"
)
NOW = datetime(2024, 6, 3, 9, tzinfo=UTC)
PATIENT = FetchSettings(allow_hosts=("127.0.0.1",), timeout=60.0)


def silent(_: Asked) -> Iterator[bytes | float]:
    """Never an answer."""
    yield 60.0


def dribbling(_: Asked) -> Iterator[bytes | float]:
    """A body that never ends."""
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n"
    while True:
        yield b" "
        yield 0.05


@pytest.mark.parametrize("script", [silent, dribbling])
def test_visits_under_way_are_cut_off_and_their_leases_given_back(shared_url: str, script: Script) -> None:
    """Two of five feeds answer; told to stop then, the poller ends at once, and three feeds are due again."""
    with ScriptedServer() as server, opened(shared_url) as database:
        for number in range(5):
            path = f"/{number}"
            server.play(path, script) if number > 1 else server.on(path, answer(FEED.format(number)))
        feeds = feeds_at(server.url(""), 5)
        stored: list[Visit] = []
        settings = FetchSettings(allow_hosts=("127.0.0.1",), timeout=60.0, domain_burst=50)
        stopped_at: list[float] = []

        def stop() -> bool:
            if len(stored) == 2 and len(server.asked) == 5 and not stopped_at:
                stopped_at.append(time.monotonic())
            return bool(stopped_at)

        visits = visit(database, feeds, lambda: NOW, settings, told=stored.append, stop=stop)
        assert time.monotonic() - stopped_at[0] < 5
        assert [(each.feed, each.new, each.error) for each in visits] == [
            ("feed-0", 1, ""),
            ("feed-1", 1, ""),
        ]
        rows = _rows(database)
        for name in ("feed-2", "feed-3", "feed-4"):
            row = rows[name]
            assert (row.lease_owner, row.lease_until, row.failures, row.error) == ("", None, 0, "")
            assert row.next_at <= NOW
        with database.reading() as connection:
            assert archive.last_number(connection) == 2
        for number in range(5):
            server.on(f"/{number}", answer(FEED.format(number)))
        again = visit(database, feeds, lambda: NOW, settings)
        assert [(each.feed, each.error) for each in again] == [(f"feed-{n}", "") for n in (2, 3, 4)]


def test_what_was_brought_home_is_stored_before_the_poller_ends(shared_url: str) -> None:
    """Told to stop while visits are on their way home: each is either stored and told, or due again."""
    with ScriptedServer() as server, opened(shared_url) as database:
        for number in range(30):
            server.on(f"/{number}", answer(FEED.format(number)))
        settings = FetchSettings(allow_hosts=("127.0.0.1",), domain_burst=100)
        feeds = feeds_at(server.url(""), 30)
        visits = visit(database, feeds, lambda: NOW, settings, stop=lambda: len(server.asked) >= 10)
        rows = _rows(database)
        told = {each.feed for each in visits}
        assert all(each.error == "" and each.new == 1 for each in visits)
        assert all(row.lease_until is None for row in rows.values())
        assert {name for name, row in rows.items() if row.next_at > NOW} == told
        with database.reading() as connection:
            assert archive.last_number(connection) == len(told) < 30


def test_told_to_stop_at_once_nothing_is_visited(database: Database) -> None:
    """Not even leased."""
    with ScriptedServer() as server:
        assert visit(database, feeds_at(server.url(""), 3), lambda: NOW, PATIENT, stop=lambda: True) == []
        assert server.asked == []
    assert [row.attempt for row in _rows(database).values()] == [0, 0, 0]


def _rows(database: Database) -> dict[str, sa.Row]:  # type: ignore[type-arg]
    with database.reading() as connection:
        return {row.name: row for row in connection.execute(sa.select(table))}
