"""Visiting the feeds that are due and storing what they brought.

A visit is a lease: one UPDATE claims the due feeds and counts their `attempt`, and whoever comes back with
an older number has lost the claim and stores nothing. No transaction is open across the network; entries,
validators and the next date go in together. A feed that fails is a value, never the end of the round.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.database.engine import Database
from tracker.errors import FetchFailed, ParseFailed
from tracker.feeds.cadence import Cadence, Memory, Outcome, next_poll
from tracker.feeds.fetch import Client, Request, Response, fetch, open_client, read_local
from tracker.feeds.parse import ParsedFeed
from tracker.feeds.settings import FeedSettings, FetchSettings
from tracker.feeds.tables import feeds as table
from tracker.feeds.worker import ParseWorker
from tracker.log import log
from tracker.log.events import DocumentForgotten

WORKERS = 8


@frozen
class Visit:
    """What one visit brought: how many documents were new, or why there was no answer."""

    feed: str
    status: int
    new: int = 0
    salvaged: bool = False
    error: str = ""


@frozen
class _Claim:
    """One claimed feed, with what we remember of it."""

    settings: FeedSettings
    etag: str
    last_modified: str
    memory: Memory
    attempt: int


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
) -> list[Visit]:
    """Visit the configured feeds that are due at `now()`, or those in `names` whether due or not.

    Returns one visit per feed claimed, in the order of the configuration. `folder` is what the paths of
    local feeds are relative to, `environment` where their passwords are.
    """
    claims = await asyncio.to_thread(_claim, database, feeds, settings, now(), names)
    if not claims:
        return []
    queue = list(reversed(claims))
    visits: dict[str, Visit] = {}

    async def work() -> None:
        async with open_client(settings) as client:
            while queue:
                claim = queue.pop()
                visit = await _visit(database, client, claim, settings, now, folder, environment, worker)
                visits[claim.settings.name] = visit
                if told is not None:
                    told(visit)

    await asyncio.gather(*(work() for _ in range(min(WORKERS, len(claims)))))
    return [visits[claim.settings.name] for claim in claims]


def _claim(
    database: Database,
    feeds: Sequence[FeedSettings],
    settings: FetchSettings,
    now: datetime,
    names: Sequence[str],
) -> list[_Claim]:
    """Lease the due feeds, all in one statement under the write lock."""
    by_name = {feed.name: feed for feed in feeds}
    wanted = [name for name in names if name in by_name] or list(by_name)
    with database.reading() as connection:
        known = {row.name: row.url for row in connection.execute(sa.select(table.c.name, table.c.url))}
        due = sa.select(sa.func.count()).where(_is_due(wanted, now, forced=bool(names)))
        is_any = connection.execute(due).scalar()
    fresh = [name for name in wanted if known.get(name) is None]
    if not is_any and not fresh:
        return []
    lease = now + timedelta(seconds=settings.timeout * 3)
    with database.writing() as connection:
        _introduce(connection, [by_name[name] for name in fresh], now)
        claim = (
            table.update()
            .where(_is_due(wanted, now, forced=bool(names)))
            .values(lease_until=lease, attempt=table.c.attempt + 1, last_attempt=now)
            .returning(table)
        )
        rows = {row.name: row for row in connection.execute(claim)}
    return [
        _Claim(
            feed,
            # The validators of another address say nothing about this one.
            rows[feed.name].etag if rows[feed.name].url == feed.url else "",
            rows[feed.name].last_modified if rows[feed.name].url == feed.url else "",
            Memory.from_text(rows[feed.name].memory),
            rows[feed.name].attempt,
        )
        for feed in feeds
        if feed.name in rows
    ]


def _forgotten(connection: Connection) -> set[str]:
    """The hashes of what was forgotten, by the log: it may have been imported, with none of its documents."""
    facts = log.read_all(connection, types=(DocumentForgotten.__name__,))
    return {fact.event.document for fact in facts if isinstance(fact.event, DocumentForgotten)}


def _is_due(names: Sequence[str], now: datetime, *, forced: bool) -> sa.ColumnElement[bool]:
    free = sa.or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
    named = table.c.name.in_(list(names))
    if forced:
        return sa.and_(named, free)
    return sa.and_(named, free, table.c.next_at <= now, table.c.paused.is_(sa.false()))


def _introduce(connection: Connection, feeds: Sequence[FeedSettings], now: datetime) -> None:
    known = set(connection.execute(sa.select(table.c.name)).scalars())
    rows = [{"name": f.name, "url": f.url, "next_at": now} for f in feeds if f.name not in known]
    if rows:
        connection.execute(table.insert(), rows)


async def _visit(
    database: Database,
    client: Client,
    claim: _Claim,
    settings: FetchSettings,
    now: Callable[[], datetime],
    folder: Path,
    environment: Mapping[str, str],
    worker: ParseWorker,
) -> Visit:
    feed = claim.settings
    response: Response | None = None
    parsed: ParsedFeed | None = None
    error = ""
    try:
        response = await _fetch(client, claim, settings, folder, environment)
        if response.status == 200:
            parsed = await asyncio.to_thread(
                worker.parse,
                response.body,
                content_type=response.content_type,
                base_url=response.url,
                max_entries=feed.max_entries,
                zone=feed.zone,
            )
        elif response.status != 304:
            error = f"the server answered {response.status}"
    except (FetchFailed, ParseFailed) as problem:
        error = str(problem)
    return await asyncio.to_thread(_store, database, claim, settings, response, parsed, error, now())


async def _fetch(
    client: Client,
    claim: _Claim,
    settings: FetchSettings,
    folder: Path,
    environment: Mapping[str, str],
) -> Response:
    path = claim.settings.path
    if path is not None:
        return await asyncio.to_thread(read_local, folder / path, settings, claim.etag)
    request = Request.of(claim.settings, environment, etag=claim.etag, last_modified=claim.last_modified)
    return await fetch(client, request, settings)


def _store(
    database: Database,
    claim: _Claim,
    settings: FetchSettings,
    response: Response | None,
    parsed: ParsedFeed | None,
    error: str,
    now: datetime,
) -> Visit:
    """Entries, validators and the next date, in one transaction; nothing where the claim was lost."""
    feed = claim.settings
    status = response.status if response else 0
    with database.writing() as connection:
        held = sa.select(table.c.attempt).where(table.c.name == feed.name)
        if connection.execute(held).scalar() != claim.attempt:
            return Visit(feed.name, status, error="another process took this feed over meanwhile")
        new = 0
        if parsed is not None:
            new = archive.capture(
                connection,
                feed=feed.name,
                publisher=feed.source,
                language=feed.language or parsed.language,
                entries=parsed.entries,
                now=now,
                salvaged=parsed.salvaged,
                gone=_forgotten(connection),
            )
        outcome = Outcome(
            status=status,
            headers=response.headers if response else {},
            new=new,
            hints=parsed.hints if parsed else None,
            is_broken=bool(error),
        )
        # Spreading visits needs no strong chance.
        plan = next_poll(now, Cadence.of(feed, settings), outcome, claim.memory, random.random())
        values: dict[str, object] = {
            "url": feed.url,
            "lease_until": None,
            "failures": plan.memory.failures,
            "memory": plan.memory.as_text(),
            "next_at": plan.at,
            "paused": plan.is_paused,
            "error": error,
        }
        if not error:
            values["last_success"] = now
        if parsed is not None and response is not None:
            values["etag"] = response.etag
            values["last_modified"] = response.last_modified
            values["salvaged"] = parsed.salvaged
        connection.execute(table.update().where(table.c.name == feed.name).values(values))
    return Visit(feed.name, status, new, parsed.salvaged if parsed else False, error)
