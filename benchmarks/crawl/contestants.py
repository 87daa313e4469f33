"""Those who visit the same feeds: ours, `reader`, and httpx with nothing around it.

Ours and the peer keep what they learn in an SQLite file with a write-ahead log and synchronous=FULL. The bare
loop keeps nothing and parses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import sqlalchemy as sa
from reader import make_reader

from benchmarks.crawl.server import TAG
from tracker.archive.documents import last_number
from tracker.database import migrate
from tracker.database.engine import Database
from tracker.feeds.poller import poll
from tracker.feeds.settings import FeedSettings, FetchSettings
from tracker.feeds.tables import feeds as table
from tracker.feeds.worker import ParseWorkers

SETTINGS = FetchSettings(allow_hosts=("127.0.0.1",))
BEGIN = datetime(2024, 6, 3, 9, tzinfo=UTC)
BARE_WORKERS = 16
PEER_WORKERS = 10


class Ours:
    """Our poller over a new database. Its clock goes on by two days each time, so that all is due again."""

    def __init__(self, folder: Path, urls: Sequence[str]) -> None:
        self.database = Database(f"sqlite:///{folder / 'ours.sqlite3'}")
        migrate.ensure(self.database)
        self.feeds = [FeedSettings(name=f"feed-{n}", url=url) for n, url in enumerate(urls)]
        self.moment = BEGIN

    def round(self) -> int:
        """Visit all feeds, as a process that has just been started would; returns how many."""
        self.moment += timedelta(days=2)
        with ParseWorkers() as worker:
            visits = asyncio.run(
                poll(
                    self.database,
                    self.feeds,
                    SETTINGS,
                    lambda: self.moment,
                    worker,
                    folder=Path(),
                    environment={},
                )
            )
        assert not [visit for visit in visits if visit.error]
        return len(visits)

    def holds(self, entries: int) -> bool:
        """Whether that many are stored, and the validators of every feed with them."""
        with self.database.reading() as connection:
            tags = sa.select(sa.func.count()).where(table.c.etag == TAG.decode())
            kept = connection.execute(tags).scalar()
            return last_number(connection) == entries and kept == len(self.feeds)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


class Peer:
    """`reader` over a new database, ten workers, all feeds whether it thinks them due or not."""

    def __init__(self, folder: Path, urls: Sequence[str]) -> None:
        self.reader = make_reader(str(folder / "peer.sqlite3"))
        self.count = len(urls)
        for url in urls:
            self.reader.add_feed(url)

    def round(self) -> int:
        """Visit all feeds; returns how many."""
        self.reader.update_feeds(workers=PEER_WORKERS, scheduled=False)
        return self.count

    def holds(self, entries: int) -> bool:
        """Whether that many are stored, and no feed failed."""
        broken = self.reader.get_feed_counts().broken
        return self.reader.get_entry_counts().total == entries and not broken

    def close(self) -> None:
        """Let go of the database."""
        self.reader.close()


def bare(urls: Sequence[str]) -> int:
    """Ask with the validator, by workers that each own a client with one connection; returns how many."""

    async def work(left: list[str]) -> int:
        done = 0
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        async with httpx.AsyncClient(trust_env=False, limits=limits) as client:
            while left:
                reply = await client.get(left.pop(), headers={"If-None-Match": TAG.decode()})
                assert reply.status_code == 304
                done += 1
        return done

    async def all_of_them() -> int:
        left = list(urls)
        return sum(await asyncio.gather(*(work(left) for _ in range(BARE_WORKERS))))

    return asyncio.run(all_of_them())
