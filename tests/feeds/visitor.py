"""A poller as a process of its own: `python -m tests.feeds.visitor URL ADDRESS COUNT`.

Polls COUNT feeds, `ADDRESS/0` and on, each due once an hour, in three rounds. It says `ready`, waits for a
line, and then tells each feed that it visited, or why there was no answer.
"""

from __future__ import annotations

import asyncio
import atexit
import sys
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from tracker.database.engine import Database
from tracker.feeds.guard import Resolver, resolve
from tracker.feeds.poller import Visit, poll
from tracker.feeds.robots import Robots
from tracker.feeds.settings import FeedSettings, FetchSettings
from tracker.feeds.worker import ParseWorkers

SETTINGS = FetchSettings(allow_hosts=("127.0.0.1",), timeout=5.0)

# To start a process that parses takes longer than most visits; as in `tracker run`, all visits share them.
PARSERS = ParseWorkers()
atexit.register(PARSERS.close)


def feeds_at(address: str, count: int) -> list[FeedSettings]:
    """So many feeds of one server."""
    return [FeedSettings(name=f"feed-{i}", url=f"{address}/{i}", interval="1h") for i in range(count)]


def present() -> datetime:
    """Now."""
    return datetime.now(UTC)


def visit(
    database: Database,
    feeds: Sequence[FeedSettings],
    now: Callable[[], datetime] = present,
    settings: FetchSettings = SETTINGS,
    *,
    names: Sequence[str] = (),
    told: Callable[[Visit], None] | None = None,
    resolver: Resolver = resolve,
    robots: Robots | None = None,
    seconds: float = 10.0,
    stop: Callable[[], bool] = lambda: False,
) -> list[Visit]:
    """One round; hosts are asked anew what they allow, unless `robots` remembers it."""
    with nullcontext(PARSERS) if seconds == PARSERS.seconds else ParseWorkers(seconds) as worker:
        return asyncio.run(
            poll(
                database,
                feeds,
                settings,
                now,
                worker,
                folder=Path(),
                environment={},
                names=names,
                told=told,
                resolver=resolver,
                robots=robots or Robots(),
                stop=stop,
            )
        )


def main() -> None:
    """Open the database, wait for the word to begin, poll."""
    url, address, count = sys.argv[1:]
    with closing(Database(url)) as database:
        with database.reading():
            pass
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(3):
            visit(
                database,
                feeds_at(address, int(count)),
                told=lambda done: print(done.error.replace(" ", "-") or done.feed, flush=True),
            )


if __name__ == "__main__":
    main()
