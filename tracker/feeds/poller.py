"""Visiting the feeds that are due, by a few workers.

Feeds are leased a few at a time, as workers become free, and some ahead where many are due, so that several
daemons share the work and a killed one keeps little from the others. No transaction is open across the
network. What one domain lacks, a token or speed, is not waited for at the cost of another; nor does a visit
wait for what others brought to be stored.

Whoever is told to stop begins nothing more: visits under way are cancelled and their feeds are due again at
once, what was brought home is stored.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

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
from tracker.feeds.storing import TOGETHER, store_together
from tracker.feeds.visiting import Brought, Claim, Means, Visit, visit
from tracker.feeds.worker import ParseWorkers

__all__ = ["Visit", "poll"]

WORKERS = 8

# Of one domain, so that a slow one leaves workers to the others.
_AT_ONCE = 2

_ROBOTS = Robots()

_LOOK = 0.2  # seconds between two looks whether to stop

# Of what is due, one in so many is leased before a worker is free for it, and never more than these: less
# than a tenth of a second's work where nothing is slow, and what a killed process keeps from the others.
_SHARE = 32
_AHEAD = 64

# What a lease allows beside fetching and parsing: waiting for the database.
_SLACK = timedelta(seconds=30)


@frozen
class _Round:
    """What is visited, with what, and on what terms it is leased."""

    feeds: Mapping[str, FeedSettings]
    means: Means
    terms: Terms
    resolver: Resolver
    stop: Callable[[], bool]


async def poll(
    database: Database,
    feeds: Sequence[FeedSettings],
    settings: FetchSettings,
    now: Callable[[], datetime],
    worker: ParseWorkers,
    *,
    folder: Path,
    environment: Mapping[str, str],
    names: Sequence[str] = (),
    told: Callable[[Visit], None] | None = None,
    begin: Callable[[Connection, datetime], None] = lambda connection, now: None,
    resolver: Resolver = resolve,
    robots: Robots = _ROBOTS,
    stop: Callable[[], bool] = lambda: False,
) -> list[Visit]:
    """Visit the configured feeds that are due at `now()`, or those in `names` whether due or not.

    Returns one visit per feed leased, in the order of the configuration. `folder` is what the paths of
    local feeds are relative to, `environment` where their passwords are. `begin` is called before the first
    event of a transaction is appended, so that it can begin an empty log. `robots` keeps what hosts allow,
    for as long as the process lives. `stop` is asked again and again, and true ends it in about a second;
    feeds that were not visited to the end have no visit and no lease.
    """
    chosen = [feed for feed in feeds if not names or feed.name in names]
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
    due = await asyncio.to_thread(leases.due, database, chosen, settings, now(), forced=bool(names))
    # As long as it may take: the visits before it, the fetch, and the parsing of all that other workers may
    # bring first.
    parsing = worker.seconds * (WORKERS + 1)
    one = settings.timeout
    if any(feed.full_text for feed in chosen):
        one += settings.pages_timeout + parsing
    span = timedelta(seconds=one * (1 + _ahead(len(due)) / WORKERS) + parsing) + _SLACK
    terms = Terms(owner=leases.new_owner(), span=span, pace=Pace.of(settings), forced=bool(names))
    this = _Round({feed.name: feed for feed in chosen}, means, terms, resolver, stop)
    visits: dict[str, Visit] = {}

    def ended(done: Visit) -> None:
        visits[done.feed] = done
        if told is not None:
            told(done)

    await _Dispatch(this, _Queue({each.name: each for each in due}), ended).run()
    return [visits[feed.name] for feed in chosen if feed.name in visits]


def _ahead(waiting: int) -> int:
    return min(_AHEAD, waiting // _SHARE)


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


@define
class _Dispatch:
    """A round under way: visits by workers that are free, and beside them one lease and one store at a time.

    `ready` are feeds that are leased and wait for a worker, `brought` visits that wait to be stored.
    """

    this: _Round
    queue: _Queue
    ended: Callable[[Visit], None]
    ready: deque[Claim] = field(factory=deque)
    brought: list[Brought] = field(factory=list)
    idle: list[Client] = field(factory=list)
    visiting: dict[asyncio.Task[Brought], tuple[Claim, Client]] = field(factory=dict)
    leasing: asyncio.Task[list[Claim]] | None = None
    storing: asyncio.Task[list[Visit]] | None = None
    stored: list[Brought] = field(factory=list)

    async def run(self) -> None:
        """Until nothing is left, or only what would have to be waited for longer than for a slow server; or
        until told to stop."""
        patience = time.monotonic() + self.this.means.settings.timeout
        try:
            while not self.this.stop():
                is_lacking = self._begin()
                now = self.this.means.now()
                wait = self.queue.opens_in(now) if is_lacking else None
                if wait is not None and time.monotonic() + wait > patience:
                    wait = None
                tasks = self._tasks()
                if not tasks and wait is None:
                    return
                await _first_of(tasks, wait)
                self._end()
                if not tasks and self.this.means.now() <= now:
                    return  # a clock that somebody else moves: no token comes from waiting for it
            await self._break_off()
        finally:
            await self._close()

    def _begin(self) -> bool:
        """Begin what can be begun; returns whether workers lack feeds to visit."""
        # What is not stored yet is kept in memory, and its leases run.
        has_room = sum(each.weight for each in self.brought) < TOGETHER
        while has_room and self.ready and len(self.visiting) < WORKERS:
            client = (
                self.idle.pop()
                if self.idle
                else open_client(self.this.means.settings, resolver=self.this.resolver)
            )
            claim = self.ready.popleft()
            task = asyncio.create_task(visit(self.this.means, client, claim))
            self.visiting[task] = claim, client
        free = WORKERS - len(self.visiting) - len(self.ready)
        ahead = _ahead(len(self.queue.waiting))
        if self.leasing is None and (free > 0 or 2 * len(self.ready) < ahead):
            wanted = self.queue.next(free + ahead, self.this.means.now())
            if wanted:
                self.leasing = asyncio.create_task(_lease(self.this, self.queue, wanted))
        if self.storing is None and self.brought:
            self.stored, self.brought = self.brought[:TOGETHER], self.brought[TOGETHER:]
            self.storing = asyncio.create_task(
                asyncio.to_thread(store_together, self.this.means, self.stored)
            )
        return free > 0 and self.leasing is None

    def _tasks(self) -> set[asyncio.Task[Any]]:
        others = {task for task in (self.leasing, self.storing) if task is not None}
        return {*self.visiting, *others}

    def _end(self) -> None:
        """Take in what has ended."""
        for task in [task for task in self.visiting if task.done()]:
            _, client = self.visiting.pop(task)
            self.idle.append(client)
            self.brought.append(task.result())
        if self.leasing is not None and self.leasing.done():
            leased, self.leasing = self.leasing, None
            self.ready += leased.result()
        if self.storing is not None and self.storing.done():
            storing, self.storing = self.storing, None
            # Only now: what a visit says of its domain (Retry-After) is heeded from here on.
            self.queue.busy.subtract(each.claim.domain for each in self.stored)
            for done in storing.result():
                self.ended(done)

    async def _break_off(self) -> None:
        """Store what was brought, give back what was not visited to the end."""
        self._end()
        cut, self.visiting = self.visiting, {}
        for task, (claim, client) in cut.items():
            task.cancel()
            self.ready.append(claim)
            self.idle.append(client)
        if cut:
            await asyncio.wait(cut)
        while self.leasing is not None or self.storing is not None:
            await asyncio.wait(self._tasks())
            self._end()
        for begin in range(0, len(self.brought), TOGETHER):
            group = self.brought[begin : begin + TOGETHER]
            for done in await asyncio.to_thread(store_together, self.this.means, group):
                self.ended(done)
        names = [claim.settings.name for claim in self.ready]
        if names:
            await asyncio.to_thread(leases.give_back, self.this.means.database, names, self.this.terms.owner)

    async def _close(self) -> None:
        for task in self.visiting:
            task.cancel()
        await asyncio.gather(*self._tasks(), return_exceptions=True)
        for client in [*self.idle, *(client for _, client in self.visiting.values())]:
            await client.aclose()


async def _first_of(tasks: Collection[asyncio.Task[Any]], wait: float | None) -> None:
    """Until one has ended, or `wait` seconds, or it is time to look whether to stop."""
    seconds = _LOOK if wait is None else min(max(wait, 0) + 0.001, _LOOK)
    if not tasks:
        await asyncio.sleep(seconds)
        return
    await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


async def _lease(this: _Round, queue: _Queue, wanted: Sequence[Due]) -> list[Claim]:
    """Lease feeds; what another process was quicker to lease is left to it."""
    now = this.means.now()
    queue.busy.update(each.domain for each in wanted)
    granted = await asyncio.to_thread(leases.lease, this.means.database, wanted, this.terms, now)
    queue.closed |= granted.closed
    rows = {row.name: row for row in granted.rows}
    for each in wanted:
        queue.busy[each.domain] -= each.name not in rows
        if each.name in rows or each.domain not in granted.closed:
            del queue.waiting[each.name]
    return [Claim.of(this.feeds[e.name], e.domain, rows[e.name]) for e in wanted if e.name in rows]
