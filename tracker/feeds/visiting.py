"""One visit to a leased feed, and all that it leaves behind, in one transaction.

Nothing is stored where the lease was lost meanwhile. A feed that fails is a value, never an exception.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import evolve, frozen
from sqlalchemy.engine import Connection, Row

from tracker.archive import documents as archive
from tracker.database.engine import Database
from tracker.errors import FetchFailed, ParseFailed
from tracker.feeds import article, leases, standing
from tracker.feeds.cadence import Cadence, Memory, Outcome, Plan, next_poll
from tracker.feeds.fetch import Client, Request, Response, fetch, read_local
from tracker.feeds.moving import Trail, may_move
from tracker.feeds.pages import Pages, Read
from tracker.feeds.parse import ParsedFeed
from tracker.feeds.politeness import domain_of
from tracker.feeds.settings import FeedSettings, FetchSettings
from tracker.feeds.tables import feeds as table
from tracker.feeds.worker import ParseWorker
from tracker.log import log
from tracker.log.events import DocumentForgotten


@frozen
class Visit:
    """What one visit brought: how many documents were new, or why there was no answer.

    `pages` counts the entries with the text of their page, `page_error` says why the first without has none.
    """

    feed: str
    status: int
    new: int = 0
    salvaged: bool = False
    error: str = ""
    pages: int = 0
    page_error: str = ""


@frozen
class Claim:
    """One leased feed, with what we remember of it. `url` is the address to ask."""

    settings: FeedSettings
    domain: str
    url: str
    etag: str
    last_modified: str
    memory: Memory
    trail: Trail
    attempt: int
    is_new_address: bool

    @classmethod
    def of(cls, feed: FeedSettings, domain: str, row: Row[Any]) -> Claim:
        """From the row as it was leased."""
        # The validators of another address say nothing about this one, nor does the way from there.
        is_new = row.url != feed.url
        return cls(
            feed,
            domain,
            standing.address(feed, row),
            "" if is_new else row.etag,
            "" if is_new else row.last_modified,
            Memory.from_text(row.memory),
            Trail() if is_new else Trail(row.chain, row.chain_count),
            row.attempt,
            is_new,
        )


@frozen(kw_only=True)
class Means:
    """What every visit of a round is made with."""

    database: Database
    settings: FetchSettings
    now: Callable[[], datetime]
    worker: ParseWorker
    folder: Path
    environment: Mapping[str, str]
    begin: Callable[[Connection, datetime], None]
    pages: Pages


async def visit(means: Means, client: Client, claim: Claim) -> Visit:
    """Fetch, parse and store; returns what came of it."""
    feed = claim.settings
    response: Response | None = None
    parsed: ParsedFeed | None = None
    read = Read()
    error = ""
    try:
        if feed.full_text:
            article.require()
        response = await _fetch(means, client, claim)
        if response.status == 200:
            parsed = await asyncio.to_thread(
                means.worker.parse,
                response.body,
                content_type=response.content_type,
                base_url=response.url,
                max_entries=feed.max_entries,
                zone=feed.zone,
            )
            if feed.full_text:
                read = await means.pages.read(client, feed, claim.url, parsed.entries, _forgotten)
                parsed = evolve(parsed, entries=read.entries)
        elif response.status != 304:
            error = f"the server answered {response.status}"
    except (FetchFailed, ParseFailed) as problem:
        error = str(problem)
    done = await asyncio.to_thread(_store, means, claim, response, parsed, error, means.now())
    return evolve(done, pages=read.count, page_error=read.problem)


async def _fetch(means: Means, client: Client, claim: Claim) -> Response:
    path = claim.settings.path
    if path is not None:
        return await asyncio.to_thread(read_local, means.folder / path, means.settings, claim.etag)
    request = Request.of(
        claim.settings,
        means.environment,
        url=claim.url,
        etag=claim.etag,
        last_modified=claim.last_modified,
    )
    return await fetch(client, request, means.settings)


def _store(
    means: Means,
    claim: Claim,
    response: Response | None,
    parsed: ParsedFeed | None,
    error: str,
    now: datetime,
) -> Visit:
    """Entries, validators and the next date, in one transaction; nothing where the lease was lost."""
    feed = claim.settings
    status = response.status if response else 0
    with means.database.writing() as connection:
        if not leases.is_held(connection, feed.name, claim.attempt):
            return Visit(feed.name, status, error="another process took this feed over meanwhile")
        new = _capture(connection, feed, parsed, now) if parsed is not None else 0
        outcome = Outcome(
            status=status,
            headers=response.headers if response else {},
            new=new,
            hints=parsed.hints if parsed else None,
            is_broken=bool(error),
        )
        # Spreading visits needs no strong chance.
        plan = next_poll(now, Cadence.of(feed, means.settings), outcome, claim.memory, random.random())
        _remember(connection, claim, response, parsed, error, plan, now)
        _follow(connection, means, claim, response, plan, now, is_good=outcome.is_good)
    return Visit(feed.name, status, new, parsed.salvaged if parsed else False, error)


def _capture(connection: Connection, feed: FeedSettings, parsed: ParsedFeed, now: datetime) -> int:
    return archive.capture(
        connection,
        feed=feed.name,
        publisher=feed.source,
        language=feed.language or parsed.language,
        entries=parsed.entries,
        now=now,
        salvaged=parsed.salvaged,
        gone=_forgotten(connection),
    )


def _remember(
    connection: Connection,
    claim: Claim,
    response: Response | None,
    parsed: ParsedFeed | None,
    error: str,
    plan: Plan,
    now: datetime,
) -> None:
    """What the row keeps of the visit, and the end of the lease."""
    values: dict[str, object] = {
        "url": claim.settings.url,
        "lease_owner": "",
        "lease_until": None,
        "failures": plan.memory.failures,
        "memory": plan.memory.as_text(),
        "next_at": plan.at,
        "error": error,
    }
    if claim.is_new_address:
        values |= {"etag": "", "last_modified": "", "moved_to": ""}
    if not error:
        values["last_success"] = now
    if parsed is not None and response is not None:
        values["etag"] = response.etag
        values["last_modified"] = response.last_modified
        values["salvaged"] = parsed.salvaged
    connection.execute(table.update().where(table.c.name == claim.settings.name).values(values))


def _follow(
    connection: Connection,
    means: Means,
    claim: Claim,
    response: Response | None,
    plan: Plan,
    now: datetime,
    *,
    is_good: bool,
) -> None:
    """What the answer says beyond this visit: the feed has moved, it is gone, its domain wants quiet."""
    feed = claim.settings
    trail = claim.trail.after(response, is_good=is_good)
    target = response.permanent_url if response else None
    if target and trail.count >= means.settings.moves_after and may_move(feed, target):
        means.begin(connection, now)
        standing.moved(connection, feed, claim.url, target, trail.count, now)
    elif claim.is_new_address or trail != claim.trail:
        standing.keep_trail(connection, feed, trail)
    if plan.is_paused:
        means.begin(connection, now)
        standing.pause(
            connection, feed, "the server says that it is gone for good (410)", now, standing.POLLER
        )
    # Of the host that said so, which after a redirect is another one than the feed's.
    domain = domain_of(response.url, means.settings.allow_hosts) if response and claim.domain else ""
    if plan.domain_until is not None and domain:
        leases.hold(connection, domain, plan.domain_until, now)


def _forgotten(connection: Connection) -> set[str]:
    """The hashes of what was forgotten, by the log: it may have been imported, with none of its documents."""
    facts = log.read_all(connection, types=(DocumentForgotten.__name__,))
    return {fact.event.document for fact in facts if isinstance(fact.event, DocumentForgotten)}
