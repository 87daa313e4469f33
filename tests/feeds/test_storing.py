"""Visits that are stored together: each is all or nothing as if it were alone, and harms no other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from attrs import evolve as but

from tests.databases import opened
from tests.feeds.test_leases import TERMS, introduced, rows
from tests.feeds.visitor import SETTINGS, feeds_at
from tracker.archive import documents as archive
from tracker.database.engine import Database
from tracker.errors import LogUnavailable
from tracker.evidence.document import Entry
from tracker.feeds import leases
from tracker.feeds.fetch import Response
from tracker.feeds.leases import Due
from tracker.feeds.pages import Pages
from tracker.feeds.parse import ParsedFeed
from tracker.feeds.robots import Robots
from tracker.feeds.storing import store_together
from tracker.feeds.visiting import Brought, Claim, Means
from tracker.feeds.worker import ParseWorkers

NOW = datetime(2024, 6, 3, 9, tzinfo=UTC)


@pytest.fixture
def database(shared_url: str) -> Iterator[Database]:
    with opened(shared_url) as found:
        yield found


def means_of(database: Database) -> Means:
    """What a round would have."""
    worker = ParseWorkers()
    return Means(
        database=database,
        settings=SETTINGS,
        now=lambda: NOW,
        worker=worker,
        folder=Path(),
        environment={},
        begin=lambda connection, now: None,
        pages=Pages(
            database=database,
            settings=SETTINGS,
            now=lambda: NOW,
            worker=worker,
            environment={},
            robots=Robots(),
        ),
    )


def brought(database: Database, count: int) -> list[Brought]:
    """So many leased feeds, each of which has brought one entry and a validator."""
    wanted = introduced(database, count)
    leased = {row.name: row for row in leases.lease(database, wanted, TERMS, NOW).rows}
    found = []
    for feed in feeds_at("http://127.0.0.1", count):
        entry = Entry(guid="1", url="", title=f"News of {feed.name}")
        found.append(
            Brought(
                claim=Claim.of(feed, "", leased[feed.name]),
                response=Response(status=200, url=feed.url, headers={"etag": f'"{feed.name}"'}),
                parsed=parsed(entry),
                error="",
                at=NOW,
            )
        )
    return found


def parsed(*entries: Entry) -> ParsedFeed:
    """A feed as it was read."""
    return ParsedFeed(title="x", kind="rss20", encoding="utf-8", entries=entries)


def titles(database: Database) -> list[str]:
    """Those of all documents, in order."""
    with database.reading() as connection:
        return [each.title for each in archive.captured(connection, limit=100)]


def refuse(database: Database, feed: str) -> None:
    """Let the database itself take no documents of one feed."""
    with database.writing() as connection:
        if database.is_sqlite:
            connection.execute(
                sa.text(
                    "CREATE TRIGGER refusal BEFORE INSERT ON documents "
                    f"WHEN NEW.feed = '{feed}' BEGIN SELECT RAISE(ABORT, 'not of this feed'); END"
                )
            )
        else:
            connection.execute(
                sa.text(f"ALTER TABLE documents ADD CONSTRAINT refusal CHECK (feed <> '{feed}')")
            )


def test_one_that_cannot_be_stored_takes_no_other_with_it(database: Database) -> None:
    """It fails visibly and backs off, without its validator; all others are stored as they are."""
    group = brought(database, 5)
    refuse(database, "feed-2")
    visits = store_together(means_of(database), group)
    assert [(visit.feed, visit.new) for visit in visits if not visit.error] == [
        (f"feed-{n}", 1) for n in (0, 1, 3, 4)
    ]
    (failed,) = (visit for visit in visits if visit.error)
    assert failed.feed == "feed-2"
    assert failed.error.startswith("cannot be stored: ")
    assert "\n" not in failed.error
    assert titles(database) == [f"News of feed-{n}" for n in (0, 1, 3, 4)]
    after: dict[str, Any] = rows(database)
    assert {name: row.etag for name, row in after.items()} == {
        f"feed-{n}": "" if n == 2 else f'"feed-{n}"' for n in range(5)
    }
    assert after["feed-2"].failures == 1
    assert {(row.lease_owner, row.lease_until) for row in after.values()} == {("", None)}
    assert all(row.next_at > NOW for row in after.values())


def test_an_id_that_no_index_can_hold_fails_its_feed_alone(postgres_url: str) -> None:
    """PostgreSQL calls it a limit of its own; it is still the feed that brought it."""
    with opened(postgres_url) as database:
        group = brought(database, 2)
        odd = "".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(200))
        group[0] = but(group[0], parsed=parsed(Entry(guid=odd, url="", title="Odd")))
        visits = store_together(means_of(database), group)
        assert [(visit.feed, visit.new, bool(visit.error)) for visit in visits] == [
            ("feed-0", 0, True),
            ("feed-1", 1, False),
        ]


def test_one_whose_lease_was_lost_stores_nothing_and_the_others_do(database: Database) -> None:
    """The fencing number is checked for each, in the transaction that stores all."""
    group = brought(database, 3)
    later = NOW + TERMS.span
    leases.lease(database, [Due("feed-1", "")], TERMS, later)
    visits = store_together(means_of(database), group)
    assert [(visit.new, visit.error) for visit in visits] == [
        (1, ""),
        (0, "another process took this feed over meanwhile"),
        (1, ""),
    ]
    assert titles(database) == ["News of feed-0", "News of feed-2"]
    row = rows(database)["feed-1"]
    assert (row.etag, row.attempt, row.lease_until) == ("", 2, later + TERMS.span)


def test_an_outage_is_nobodys_fault(database: Database) -> None:
    """Where the table is gone no feed is to blame; the error says what is wrong with the database."""
    group = brought(database, 2)
    with database.writing() as connection:
        connection.execute(sa.text("ALTER TABLE documents RENAME TO elsewhere"))
    with pytest.raises(LogUnavailable):
        store_together(means_of(database), group)
    assert {row.failures for row in rows(database).values()} == {0}


def test_they_are_numbered_in_the_order_in_which_they_came(database: Database) -> None:
    """Without gaps, and the date of each is that of its own visit."""
    store_together(means_of(database), brought(database, 4))
    with database.reading() as connection:
        found = archive.captured(connection, limit=100)
    assert [(each.number, each.feed) for each in found] == [(n + 1, f"feed-{n}") for n in range(4)]
    assert {each.first_seen for each in found} == {NOW}
    assert timedelta(0) < min(row.next_at for row in rows(database).values()) - NOW
