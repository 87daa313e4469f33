"""Which feeds a process may visit: leases with fencing numbers, and the buckets of the domains.

A lease is one UPDATE of a few feeds that are due and free. It counts their `attempt`, the fencing number:
whoever comes back with an older one has lost the lease. One that is never given back, because its owner
died, ends by time. Tokens are taken in the same transaction, so daemons that share a database never ask a
domain more often together than one would alone.

Knows nothing of what a visit is.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy.engine import Connection, Row

from tracker.database.engine import Database, upsert
from tracker.feeds.politeness import Bucket, Pace, domain_of
from tracker.feeds.settings import FeedSettings, FetchSettings
from tracker.feeds.standing import address, introduce
from tracker.feeds.tables import domains
from tracker.feeds.tables import feeds as table


@frozen
class Due:
    """A feed that may be leased, and the domain its visit counts for (empty: none)."""

    name: str
    domain: str


@frozen
class Granted:
    """What came of asking for leases: the rows as they now are, and when closed domains open again."""

    rows: tuple[Row[Any], ...]
    closed: Mapping[str, datetime]


@frozen(kw_only=True)
class Terms:
    """On what terms a process leases: as whom, for how long, at what pace.

    `forced`: the feeds were named by a person. They are leased though they are not due, are paused, or
    their domain has no token; the tokens are counted all the same.
    """

    owner: str
    span: timedelta
    pace: Pace
    forced: bool = False


def new_owner() -> str:
    """A name for one round of this process: where it runs, its number, and something that is never again."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"


def due(
    database: Database, feeds: Sequence[FeedSettings], fetch: FetchSettings, now: datetime, *, forced: bool
) -> list[Due]:
    """Those of `feeds` that may be leased, the longest due first; feeds never seen before are taken down."""
    by_name = {feed.name: feed for feed in feeds}
    with database.reading() as connection:
        known = set(connection.execute(sa.select(table.c.name)).scalars())
    fresh = [feed for feed in feeds if feed.name not in known]
    if fresh:
        with database.writing() as connection:
            introduce(connection, fresh, now)
    order = (table.c.next_at, table.c.name)
    with database.reading() as connection:
        rows = connection.execute(sa.select(table).where(_is_due(now, forced=forced)).order_by(*order)).all()
    return [_due(by_name[row.name], row, fetch) for row in rows if row.name in by_name]


def _due(feed: FeedSettings, row: Row[Any], fetch: FetchSettings) -> Due:
    is_own = feed.path is not None or feed.allow_private
    return Due(feed.name, "" if is_own else domain_of(address(feed, row), fetch.allow_hosts))


def _is_due(now: datetime, *, forced: bool) -> sa.ColumnElement[bool]:
    free = sa.or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
    if forced:
        return free
    return sa.and_(free, table.c.next_at <= now, table.c.paused.is_(sa.false()))


def lease(database: Database, wanted: Sequence[Due], terms: Terms, now: datetime) -> Granted:
    """Lease those of `wanted` that are still due and free, as far as the tokens of their domains go."""
    with database.writing() as connection:
        buckets = read_buckets(connection, {each.domain for each in wanted if each.domain}, now)
        chosen, closed = _with_tokens(wanted, buckets, terms, now)
        rows = _claim(connection, [each.name for each in chosen], terms, now) if chosen else []
        leased = {row.name for row in rows}
        for each in chosen:
            if each.name in leased and each.domain:
                buckets[each.domain] = buckets[each.domain].taken(now, terms.pace)
        write_buckets(connection, {each.domain: buckets[each.domain] for each in chosen if each.domain})
    return Granted(tuple(rows), closed)


def _with_tokens(
    wanted: Sequence[Due], buckets: Mapping[str, Bucket], terms: Terms, now: datetime
) -> tuple[list[Due], dict[str, datetime]]:
    left = {name: bucket.room(now, terms.pace) for name, bucket in buckets.items()}
    chosen, closed = [], {}
    for each in wanted:
        if each.domain and not terms.forced:
            if not left[each.domain]:
                closed[each.domain] = buckets[each.domain].opens_at(now, terms.pace)
                continue
            left[each.domain] -= 1
        chosen.append(each)
    return chosen, closed


def _claim(connection: Connection, names: Sequence[str], terms: Terms, now: datetime) -> list[Row[Any]]:
    # One statement: between two, another process could see the same feed as free. SKIP LOCKED is of
    # PostgreSQL alone, where a row that something else holds is left to the next round, not waited for.
    free = (
        sa.select(table.c.name)
        .where(table.c.name.in_(list(names)), _is_due(now, forced=terms.forced))
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    claim = (
        table.update()
        .where(table.c.name.in_(sa.select(free.c.name)))
        .values(
            lease_owner=terms.owner,
            lease_until=now + terms.span,
            attempt=table.c.attempt + 1,
            last_attempt=now,
        )
        .returning(table)
    )
    rows = {row.name: row for row in connection.execute(claim)}
    return [rows[name] for name in names if name in rows]


def take(database: Database, domain: str, pace: Pace, now: datetime) -> datetime | None:
    """Take a token of a domain for what is no visit; where there is none, returns when there will be one."""
    with database.writing() as connection:
        bucket = read_buckets(connection, [domain], now)[domain]
        if not bucket.room(now, pace):
            return bucket.opens_at(now, pace)
        write_buckets(connection, {domain: bucket.taken(now, pace)})
    return None


def give_back(database: Database, names: Sequence[str], owner: str) -> None:
    """End leases of `owner` before their time: the feeds are due again as they were before.

    Their `attempt` stays what it is: a fencing number is never given out twice.
    """
    ours = (table.c.name.in_(list(names)), table.c.lease_owner == owner)
    with database.writing() as connection:
        connection.execute(table.update().where(*ours).values(lease_owner="", lease_until=None))


def attempts(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """The fencing numbers of the current leases; whoever has an older one has lost it."""
    query = sa.select(table.c.name, table.c.attempt).where(table.c.name.in_(list(names)))
    return {row.name: row.attempt for row in connection.execute(query)}


def hold(connection: Connection, domain: str, until: datetime, now: datetime) -> None:
    """Let nobody ask a domain before `until`."""
    buckets = read_buckets(connection, [domain], now)
    write_buckets(connection, {domain: buckets[domain].held(until)})


def read_buckets(connection: Connection, names: Iterable[str], now: datetime) -> dict[str, Bucket]:
    """The buckets of domains; full where nothing is known."""
    wanted = sorted(names)
    found = {name: Bucket(now) for name in wanted}
    if wanted:
        query = sa.select(domains).where(domains.c.name.in_(wanted))
        found |= {row.name: Bucket(row.full_at, row.held_until) for row in connection.execute(query)}
    return found


def write_buckets(connection: Connection, buckets: Mapping[str, Bucket]) -> None:
    """Keep what is left in the buckets."""
    for name, bucket in buckets.items():
        row = {"name": name, "full_at": bucket.full_at, "held_until": bucket.held_until}
        upsert(domains, connection, row, ("name",))
