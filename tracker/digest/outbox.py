"""Issues are made and queued in one transaction, and sent from the queue afterwards.

The issue, its mails and the position that the digest has told up to go in together, under a key that each
slot can have once. Sending takes a lease on a mail; no transaction is open while the server is talked to.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.database.engine import upsert
from tracker.digest.compose import Issue
from tracker.digest.mail import connected, hand_over, message
from tracker.digest.render import Rendered
from tracker.digest.settings import DigestSettings, SmtpSettings
from tracker.digest.tables import digests, issues, outbox
from tracker.errors import MailFailed

if TYPE_CHECKING:
    from tracker.database.engine import Database

_LEASE = timedelta(minutes=5)
_GIVE_UP = 8
# A server that breaks every line would use up an attempt of every mail; the rest wait for the next round.
_MOST_BREAKS = 3


def told_up_to(connection: Connection, name: str) -> int:
    """The log position up to which a digest has told; 0 where it told nothing yet."""
    query = sa.select(digests.c.position).where(digests.c.name == name)
    return connection.execute(query).scalar() or 0


def has_slot(connection: Connection, name: str, slot: str) -> bool:
    """Whether this issue was made, or skipped, already."""
    query = sa.select(issues.c.slot).where(issues.c.digest == name, issues.c.slot == slot)
    return connection.execute(query).first() is not None


def queue(
    database: Database,
    settings: DigestSettings,
    slot: str,
    issue: Issue,
    rendered: Rendered,
    after: int,
    up_to: int,
    *,
    skip: bool,
) -> bool:
    """Store an issue and its mails, and advance the position; False where another process was first.

    `after` is where the issue was composed from: had the position moved since, it would tell things twice.
    """
    with database.writing() as connection:
        if has_slot(connection, settings.name, slot) or told_up_to(connection, settings.name) != after:
            return False
        row = {
            "digest": settings.name,
            "slot": slot,
            "after": after,
            "up_to": up_to,
            "made_at": issue.made_at,
            "reason": "nothing changed" if skip else issue.headline,
            "subject": "" if skip else rendered.subject,
            "text": "" if skip else rendered.text,
            "html": "" if skip else rendered.html,
        }
        connection.execute(issues.insert(), row)
        upsert(digests, connection, {"name": settings.name, "position": up_to}, ("name",))
        if not skip and settings.recipients:
            connection.execute(
                outbox.insert(),
                [
                    {
                        "digest": settings.name,
                        "slot": slot,
                        "recipient": recipient,
                        "state": "pending",
                        "attempts": 0,
                        "next_at": issue.made_at,
                        "error": "",
                    }
                    for recipient in dict.fromkeys(settings.recipients)
                ],
            )
    return True


def deliver(database: Database, smtp: SmtpSettings, now: datetime, names: Iterable[str]) -> tuple[int, str]:
    """Send what is pending of these digests; returns how many were sent and the last error, or empty.

    Raises `MailFailed` where the server cannot be talked to at all; the mails stay pending.
    """
    wanted = list(names)
    _give_up_lost(database, now)
    sent, error, breaks = 0, "", 0
    while breaks < _MOST_BREAKS and _has_due(database, wanted, now):
        try:
            with connected(smtp) as server:
                done, problem, broken = _deliver_over(server, database, smtp, now, wanted)
        except MailFailed as away:
            if not sent and not error:
                raise
            return sent, str(away)
        sent += done
        error = problem or error
        breaks += broken
    return sent, error


def _deliver_over(
    server: smtplib.SMTP, database: Database, smtp: SmtpSettings, now: datetime, names: list[str]
) -> tuple[int, str, bool]:
    """Send over one connection until nothing is due or it breaks: (sent, last error, whether it broke)."""
    sent, error = 0, ""
    while (claimed := _claim(database, names, now)) is not None:
        row, rendered, made_at = claimed
        mail = message(rendered, row.digest, row.slot, row.recipient, smtp, made_at)
        handed = hand_over(server, mail, smtp.sender, row.recipient)
        _settle(database, row, handed.state, handed.error, now)
        sent += handed.state == "sent"
        error = handed.error or error
        if handed.broken:
            return sent, error, True
    return sent, error, False


def _has_due(database: Database, names: list[str], now: datetime) -> bool:
    with database.reading() as connection:
        query = sa.select(outbox.c.slot).where(_is_due(names, now)).limit(1)
        return connection.execute(query).first() is not None


def _give_up_lost(database: Database, now: datetime) -> None:
    """A lease that ran out was cut off: nobody knows what became of its mail, and the operator is told so."""
    lost = sa.and_(outbox.c.state == "sending", outbox.c.lease_until <= now)
    with database.reading() as connection:
        if connection.execute(sa.select(outbox.c.slot).where(lost).limit(1)).first() is None:
            return
    words = "the sender ended while it was sending"
    with database.writing() as connection:
        connection.execute(outbox.update().where(lost).values(state="unknown", error=words, lease_until=None))


def _is_due(names: list[str], now: datetime) -> sa.ColumnElement[bool]:
    pending = sa.and_(outbox.c.state == "pending", outbox.c.next_at <= now)
    return sa.and_(outbox.c.digest.in_(names), pending)


def _claim(
    database: Database, names: list[str], now: datetime
) -> tuple[sa.Row[tuple[object, ...]], Rendered, datetime] | None:
    """The next mail, leased, the one that has waited longest first."""
    with database.writing() as connection:
        oldest = (outbox.c.next_at, outbox.c.digest, outbox.c.slot, outbox.c.recipient)
        row = connection.execute(
            sa.select(outbox).where(_is_due(names, now)).order_by(*oldest).limit(1)
        ).first()
        if row is None:
            return None
        connection.execute(
            outbox.update()
            .where(_is(row))
            .values(state="sending", lease_until=now + _LEASE, attempts=row.attempts + 1)
        )
        issue = connection.execute(
            sa.select(issues).where(issues.c.digest == row.digest, issues.c.slot == row.slot)
        ).one()
    return row, Rendered(issue.subject, issue.text, issue.html), issue.made_at


def _settle(
    database: Database, row: sa.Row[tuple[object, ...]], state: str, error: str, now: datetime
) -> None:
    attempts = row.attempts + 1
    if state == "pending" and attempts >= _GIVE_UP:
        state = "failed"
    values: dict[str, object] = {"state": state, "error": error, "lease_until": None}
    if state == "sent":
        values["sent_at"] = now
    if state == "pending":
        values["next_at"] = now + timedelta(minutes=5 * 2 ** min(attempts, 8))
    with database.writing() as connection:
        connection.execute(outbox.update().where(_is(row)).values(values))


def _is(row: sa.Row[tuple[object, ...]]) -> sa.ColumnElement[bool]:
    return sa.and_(
        outbox.c.digest == row.digest, outbox.c.slot == row.slot, outbox.c.recipient == row.recipient
    )
