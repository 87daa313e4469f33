"""One visit to a leased feed, and all that it leaves behind, in one transaction.

Nothing is stored where the lease was lost meanwhile. A feed that fails is a value, never an exception. Knows
nothing of when visits are made, or which of them are stored together.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import evolve as but
from attrs import frozen
from sqlalchemy import bindparam
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
from tracker.feeds.worker import ParseWorkers
from tracker.log.forgotten import forgotten


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
    worker: ParseWorkers
    folder: Path
    environment: Mapping[str, str]
    begin: Callable[[Connection, datetime], None]
    pages: Pages


@frozen(kw_only=True)
class Brought:
    """What a visit brought home, to be stored: an answer, the feed in it if there was one, or an error."""

    claim: Claim
    response: Response | None
    parsed: ParsedFeed | None
    error: str
    at: datetime
    pages: int = 0
    page_error: str = ""

    @property
    def weight(self) -> int:
        """How much there is to store, and to keep in memory until then; 1 is an unchanged feed."""
        return 1 + (len(self.parsed.entries) // 16 if self.parsed else 0)

    @property
    def outcome(self) -> Outcome:
        """As the cadence sees it, but for what was new."""
        return Outcome(
            status=self.response.status if self.response else 0,
            headers=self.response.headers if self.response else {},
            hints=self.parsed.hints if self.parsed else None,
            is_broken=bool(self.error),
        )


async def visit(means: Means, client: Client, claim: Claim) -> Brought:
    """Fetch and parse; `store` is what keeps it."""
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
                read = await means.pages.read(client, feed, claim.url, parsed.entries, forgotten)
                parsed = but(parsed, entries=read.entries)
        elif response.status != 304:
            error = f"the server answered {response.status}"
    except (FetchFailed, ParseFailed) as problem:
        error = str(problem)
    if response is not None and response.body:
        response = but(response, body=b"")  # what was read of it is all that is still wanted
    return Brought(
        claim=claim,
        response=response,
        parsed=parsed,
        error=error,
        at=means.now(),
        pages=read.count,
        page_error=read.problem,
    )


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


def store(connection: Connection, means: Means, group: Sequence[Brought]) -> list[Visit]:
    """Keep what some visits brought: entries, validators and the next date of each, if its lease still holds.

    All in the transaction of the caller, and in few statements for many: what is looked up of the log and of
    the leases is looked up once, and rows that change alike change together.
    """
    attempts = leases.attempts(connection, [each.claim.settings.name for each in group])
    gone = forgotten(connection) if any(each.parsed for each in group) else set()
    visits: list[Visit] = []
    planned: list[tuple[Brought, Plan]] = []
    for each in group:
        feed, outcome = each.claim.settings, each.outcome
        if attempts.get(feed.name) != each.claim.attempt:
            lost = "another process took this feed over meanwhile"
            visits.append(Visit(feed.name, outcome.status, error=lost))
            continue
        new = _capture(connection, feed, each.parsed, each.at, gone) if each.parsed is not None else 0
        # Spreading visits needs no strong chance.
        luck = random.random()
        cadence = Cadence.of(feed, means.settings)
        planned.append((each, next_poll(each.at, cadence, but(outcome, new=new), each.claim.memory, luck)))
        is_salvaged = each.parsed.salvaged if each.parsed else False
        visits.append(
            Visit(
                feed.name,
                outcome.status,
                new,
                is_salvaged,
                each.error,
                pages=each.pages,
                page_error=each.page_error,
            )
        )
    _remember(connection, planned)
    for each, plan in planned:
        _follow(connection, means, each, plan)
    return visits


def _capture(
    connection: Connection, feed: FeedSettings, parsed: ParsedFeed, now: datetime, gone: Collection[str]
) -> int:
    return archive.capture(
        connection,
        feed=feed.name,
        publisher=feed.source,
        language=feed.language or parsed.language,
        entries=parsed.entries,
        now=now,
        salvaged=parsed.salvaged,
        gone=gone,
    )


def _remember(connection: Connection, planned: Sequence[tuple[Brought, Plan]]) -> None:
    """What the rows keep of the visits, and the end of their leases."""
    alike: defaultdict[tuple[str, ...], list[dict[str, object]]] = defaultdict(list)
    for each, plan in planned:
        values = _kept(each, plan)
        alike[tuple(values)].append({"of": each.claim.settings.name, **values})
    for rows in alike.values():
        connection.execute(table.update().where(table.c.name == bindparam("of")), rows)


def _kept(brought: Brought, plan: Plan) -> dict[str, object]:
    """The columns that a visit changes."""
    values: dict[str, object] = {
        "url": brought.claim.settings.url,
        "lease_owner": "",
        "lease_until": None,
        "failures": plan.memory.failures,
        "memory": plan.memory.as_text(),
        "next_at": plan.at,
        "error": brought.error,
    }
    if brought.claim.is_new_address:
        values |= {"etag": "", "last_modified": "", "moved_to": ""}
    if not brought.error:
        values["last_success"] = brought.at
    if brought.parsed is not None and brought.response is not None:
        values["etag"] = brought.response.etag
        values["last_modified"] = brought.response.last_modified
        values["salvaged"] = brought.parsed.salvaged
    return values


def _follow(connection: Connection, means: Means, brought: Brought, plan: Plan) -> None:
    """What the answer says beyond this visit: the feed has moved, it is gone, its domain wants quiet."""
    claim, response, now = brought.claim, brought.response, brought.at
    feed = claim.settings
    trail = claim.trail.after(response, is_good=brought.outcome.is_good)
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
    if plan.domain_until is not None and response is not None and claim.domain:
        # Of the host that said so, which after a redirect is another one than the feed's.
        domain = domain_of(response.url, means.settings.allow_hosts)
        if domain:
            leases.hold(connection, domain, plan.domain_until, now)
