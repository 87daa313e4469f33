"""What the outbox holds, for who looks after it. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from attrs import frozen

from tracker.digest.service import zone_for
from tracker.digest.settings import DigestSettings
from tracker.digest.tables import deliveries, issues, outbox, subscribers

if TYPE_CHECKING:
    from tracker.api import Tracker

# What waits, or has to be looked at.
OPEN = ("pending", "sending", "failed", "unknown")


@frozen(kw_only=True)
class Mail:
    """One slot of one recipient. Times are UTC; `error` says what went wrong last, or why it was skipped."""

    digest: str
    slot: str
    recipient: str
    state: str
    subject: str
    made_at: datetime
    next_at: datetime
    sent_at: datetime | None
    attempts: int
    error: str


@frozen(kw_only=True)
class Attempt:
    """What became of one attempt to send, or who asked for another (`outcome` "again")."""

    digest: str
    slot: str
    recipient: str
    at: datetime
    outcome: str
    words: str


@frozen(kw_only=True)
class Subscription:
    """One recipient of one configured digest, and the log position up to which all was told.

    `paused` says why nothing is sent, or is empty; `failures` counts mails refused for good, in a row.
    """

    digest: str
    recipient: str
    schedule: str
    zone: str
    position: int
    told_at: datetime | None
    failures: int
    paused: str


def mails(t: Tracker, digest: str = "", states: Collection[str] = ()) -> list[Mail]:
    """The slots of one digest or of all, in some states or all, in the order in which they were made."""
    query = sa.select(outbox, issues.c.subject).select_from(
        outbox.outerjoin(issues, issues.c.id == outbox.c.issue)
    )
    if digest:
        query = query.where(outbox.c.digest == digest)
    if states:
        query = query.where(outbox.c.state.in_(states))
    query = query.order_by(outbox.c.made_at, outbox.c.digest, outbox.c.slot, outbox.c.recipient)
    with t.database.reading() as connection:
        return [
            Mail(
                digest=row.digest,
                slot=row.slot,
                recipient=row.recipient,
                state=row.state,
                subject=row.subject or "",
                made_at=row.made_at,
                next_at=row.next_at,
                sent_at=row.sent_at,
                attempts=row.attempts,
                error=row.error,
            )
            for row in connection.execute(query)
        ]


def attempts(t: Tracker, digest: str = "") -> list[Attempt]:
    """All that was tried, of one digest or of all, the oldest first."""
    query = deliveries.select().order_by(deliveries.c.id)
    if digest:
        query = query.where(deliveries.c.digest == digest)
    with t.database.reading() as connection:
        return [Attempt(**_but(row, "id")) for row in connection.execute(query)]


def subscriptions(t: Tracker) -> list[Subscription]:
    """Every recipient of every configured digest."""
    every = t.config.sections("digest", DigestSettings)
    found = []
    with t.database.reading() as connection:
        rows = {(row.digest, row.recipient): row for row in connection.execute(subscribers.select())}
    for settings in every:
        for each in settings.recipients:
            row = rows.get((settings.name, each.address))
            found.append(
                Subscription(
                    digest=settings.name,
                    recipient=each.address,
                    schedule=settings.schedule,
                    zone=zone_for(t, settings, each),
                    position=row.position if row else 0,
                    told_at=row.told_at if row else None,
                    failures=row.failures if row else 0,
                    paused=row.paused_because if row and row.paused_at is not None else "",
                )
            )
    return found


def _but(row: sa.Row[Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row._mapping.items() if key != name}
