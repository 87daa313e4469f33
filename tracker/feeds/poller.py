"""Visiting the feeds that are due, by a few workers.

Feeds are leased a few at a time, as workers become free, so that several daemons share the work and a killed
one keeps little from the others. No transaction is open across the network. What one domain lacks, a token
or speed, is not waited for at the cost of another.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from attrs import define, field, frozen
from sqlalchemy.engine import Connection

from tracker.database.engine import Database
from tracker.feeds import leases
from tracker.feeds.fetch import Client, open_client
from tracker.feeds.guard import Resolver, resolve
from tracker.feeds.leases import Due, Terms
from tracker.feeds.pages import Pages
from tracker.feeds.politeness import Pace
from tracker.feeds.robots import Robots
from tracker.feeds.settings import FeedSettings, FetchSettings
from tracker.feeds.visiting import Claim, Means, Visit, visit
from tracker.feeds.worker import ParseWorker

__all__ = ["Visit", "poll"]

WORKERS = 8

# Of one domain, so that a slow one leaves workers to the others.
_AT_ONCE = 2

_ROBOTS = Robots()

# What a lease allows beside fetching and parsing: waiting for the database.
_SLACK = timedelta(seconds=30)


@frozen
class _Round:
    """What is visited, with what, and on what terms it is leased."""

    feeds: Mapping[str, FeedSettings]
    means: Means
    terms: Terms
    resolver: Resolver


async def poll(
    database: Database,
    feeds: Sequence[FeedSettings],
    settings: FetchSettings,
    now: Callable[[], datetime],
    worker: ParseWorker,
    *,
    folder: Path,
    environment: Mapping[str, str],
    names: Sequence[str] = (),
    told: Callable[[Visit], None] | None = None,
    begin: Callable[[Connection, datetime], None] = lambda connection, now: None,
    resolver: Resolver = resolve,
    robots: Robots = _ROBOTS,
) -> list[Visit]:
    """Visit the configured feeds that are due at `now()`, or those in `names` whether due or not.

    Returns one visit per feed leased, in the order of the configuration. `folder` is what the paths of
    local feeds are relative to, `environment` where their passwords are. `begin` is called before the first
    event of a transaction is appended, so that it can begin an empty log. `robots` keeps what hosts allow,
    for as long as the process lives.
    """
    chosen = [feed for feed in feeds if not names or feed.name in names]
    # As long as it may take: the fetch, and the parsing of all that other workers may bring before it.
    parsing = worker.seconds * (WORKERS + 1)
    span = timedelta(seconds=settings.timeout + parsing) + _SLACK
    if any(feed.full_text for feed in chosen):
        span += timedelta(seconds=settings.pages_timeout + parsing)
    means = Means(
        database=database,
        settings=settings,
        now=now,
        worker=worker,
        folder=folder,
        environment=environment,
        begin=begin,
        pages=Pages(
            database=database,
            settings=settings,
            now=now,
            worker=worker,
            environment=environment,
            robots=robots,
        ),
    )
    terms = Terms(owner=leases.new_owner(), span=span, pace=Pace.of(settings), forced=bool(names))
    this = _Round({feed.name: feed for feed in chosen}, means, terms, resolver)
    due = await asyncio.to_thread(leases.due, database, chosen, settings, now(), forced=bool(names))
    visits: dict[str, Visit] = {}

    def ended(done: Visit) -> None:
        visits[done.feed] = done
        if told is not None:
            told(done)

    await _dispatch(this, _Queue({each.name: each for each in due}), ended)
    return [visits[feed.name] for feed in chosen if feed.name in visits]


@define
class _Queue:
    """What is left to visit. `busy` counts the visits under way by domain; `closed` are domains without a
    token, and when they will have one."""

    waiting: dict[str, Due]
    busy: Counter[str] = field(factory=Counter)
    closed: dict[str, datetime] = field(factory=dict)

    def next(self, limit: int, now: datetime) -> list[Due]:
        """Up to `limit` feeds whose domains are open and not busy, the longest due first."""
        found: list[Due] = []
        begun = Counter(self.busy)
        for each in self.waiting.values():
            if len(found) == limit:
                break
            if each.domain and (begun[each.domain] >= _AT_ONCE or self.closed.get(each.domain, now) > now):
                continue
            begun[each.domain] += 1
            found.append(each)
        return found

    def opens_in(self, now: datetime) -> float | None:
        """Seconds until a closed domain that is not busy opens; None where no such domain is waited for."""
        if not self.closed:
            return None
        waited = {each.domain for each in self.waiting.values()} & set(self.closed)
        opens = [self.closed[name] for name in waited if self.busy[name] < _AT_ONCE]
        return (min(opens) - now).total_seconds() if opens else None


async def _dispatch(this: _Round, queue: _Queue, ended: Callable[[Visit], None]) -> None:
    """Lease for the workers that are free, and wait for one; for tokens no longer than for a slow server."""
    patience = time.monotonic() + this.means.settings.timeout
    idle: list[Client] = []
    running: dict[asyncio.Task[Visit], tuple[Client, str]] = {}
    try:
        while True:
            for claim in await _lease(this, queue, WORKERS - len(running)):
                client = idle.pop() if idle else open_client(this.means.settings, resolver=this.resolver)
                running[asyncio.create_task(visit(this.means, client, claim))] = (client, claim.domain)
            wait = queue.opens_in(this.means.now()) if len(running) < WORKERS else None
            if wait is not None and time.monotonic() + wait > patience:
                wait = None
            if not running and wait is None:
                return
            seen = this.means.now()
            done = await _first_of(running, wait)
            if not done and not running and this.means.now() <= seen:
                return  # a clock that somebody else moves: no token comes from waiting for it
            for task in done:
                client, domain = running.pop(task)
                idle.append(client)
                queue.busy[domain] -= 1
                ended(task.result())
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for client in [*idle, *(client for client, _ in running.values())]:
            await client.aclose()


async def _first_of(
    running: Mapping[asyncio.Task[Visit], object], wait: float | None
) -> set[asyncio.Task[Visit]]:
    """The visits that have ended, as soon as one has, or none after `wait` seconds."""
    if not running:
        await asyncio.sleep(max(wait or 0, 0) + 0.001)
        return set()
    timeout = None if wait is None else max(wait, 0) + 0.001
    done, _ = await asyncio.wait(running, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    return done


async def _lease(this: _Round, queue: _Queue, free: int) -> list[Claim]:
    """Lease feeds for `free` workers; what another process was quicker to lease is left to it."""
    claims: list[Claim] = []
    while len(claims) < free:
        now = this.means.now()
        wanted = queue.next(free - len(claims), now)
        if not wanted:
            break
        granted = await asyncio.to_thread(leases.lease, this.means.database, wanted, this.terms, now)
        queue.closed |= granted.closed
        rows = {row.name: row for row in granted.rows}
        for each in wanted:
            queue.busy[each.domain] += each.name in rows
            if each.name in rows or each.domain not in granted.closed:
                del queue.waiting[each.name]
        claims += [Claim.of(this.feeds[e.name], e.domain, rows[e.name]) for e in wanted if e.name in rows]
    return claims
