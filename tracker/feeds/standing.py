"""Where a feed is and whether it is visited: the facts on its stream, and its row, which follows them.

`feed/<name>` holds FeedMoved, FeedPaused and FeedResumed. A feed that a database meets for the first time
begins as its stream says, so what was learnt is there after the import of a log, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from tracker.commitments.events import Event
from tracker.evidence.when import Occurred
from tracker.feeds.settings import FeedSettings
from tracker.feeds.tables import feeds as table
from tracker.log import log
from tracker.log.events import FeedMoved, FeedPaused, FeedResumed
from tracker.log.streams import FEED

if TYPE_CHECKING:  # it comes with the HTTP client, which whoever opens a tracker to ask something needs not
    from tracker.feeds.moving import Trail

POLLER = "poller"


def address(feed: FeedSettings, row: Row[Any]) -> str:
    """The address to ask: of the config, or where the feed has moved from there."""
    return row.moved_to if row.moved_to and row.url == feed.url else feed.url


def introduce(connection: Connection, feeds: Sequence[FeedSettings], now: datetime) -> None:
    """Take down feeds that have no row yet, as the log knows them."""
    known = set(connection.execute(sa.select(table.c.name)).scalars())
    rows = [
        {"name": feed.name, "url": feed.url, "next_at": now, **_as_logged(connection, feed)}
        for feed in feeds
        if feed.name not in known
    ]
    if rows:
        connection.execute(table.insert(), rows)


def _as_logged(connection: Connection, feed: FeedSettings) -> dict[str, object]:
    row: dict[str, object] = {"moved_to": "", "paused": False, "paused_because": ""}
    for fact in log.read(connection, FEED + feed.name):
        match fact.event:
            case FeedMoved(configured=feed.url):
                row["moved_to"] = fact.event.after
            case FeedPaused():
                row |= {"paused": True, "paused_because": fact.event.because}
            case FeedResumed():
                row = {"moved_to": "", "paused": False, "paused_because": ""}
    return row


def moved(
    connection: Connection, feed: FeedSettings, before: str, after: str, visits: int, now: datetime
) -> None:
    """From now on the feed is asked at `after`."""
    event = FeedMoved(
        configured=feed.url,
        before=before,
        after=after,
        visits=visits,
        because=f"{visits} visits running were redirected there for good",
    )
    _tell(connection, feed.name, event, now, POLLER)
    _set(connection, feed.name, moved_to=after, chain="", chain_count=0)


def keep_trail(connection: Connection, feed: FeedSettings, trail: Trail) -> None:
    """How often running the same permanent redirects have led to the feed."""
    _set(connection, feed.name, chain=trail.chain, chain_count=trail.count)


def pause(connection: Connection, feed: FeedSettings, because: str, now: datetime, by: str) -> bool:
    """Leave the feed alone until somebody resumes it; False where it was paused before."""
    introduce(connection, [feed], now)
    row = connection.execute(sa.select(table).where(table.c.name == feed.name)).one()
    if row.paused:
        return False
    _tell(connection, feed.name, FeedPaused(url=address(feed, row), because=because), now, by)
    _set(connection, feed.name, paused=True, paused_because=because)
    return True


def resume(connection: Connection, feed: FeedSettings, because: str, now: datetime, by: str) -> bool:
    """Visit the feed again, at once and at the address of the config; False where it was not paused."""
    introduce(connection, [feed], now)
    row = connection.execute(sa.select(table).where(table.c.name == feed.name)).one()
    if not row.paused:
        return False
    _tell(connection, feed.name, FeedResumed(url=feed.url, because=because), now, by)
    _set(connection, feed.name, paused=False, paused_because="", error="", next_at=now)
    _set(connection, feed.name, moved_to="", chain="", chain_count=0)
    return True


def _tell(connection: Connection, name: str, event: Event, now: datetime, by: str) -> None:
    draft = log.Draft(event, Occurred.at(now), recorded_by=by)
    log.append(connection, {FEED + name: (log.Expected.ANY, [draft])}, now)


def _set(connection: Connection, name: str, **values: object) -> None:
    connection.execute(table.update().where(table.c.name == name).values(**values))
