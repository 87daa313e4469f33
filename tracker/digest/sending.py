"""What waits in the outbox is sent.

Sending takes a lease on a mail and a fencing number; no transaction is open while the server is talked to. A
mail is marked before the server may have it, in the transaction that says what became of the one before: so
a sender that is killed leaves one mail at the most of which nobody knows, and the outbox says which.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from attrs import define, field, frozen
from sqlalchemy.engine import Connection, Row

from tracker.database.schema import to_micros
from tracker.database.statement import Statement
from tracker.digest.mail import Handed, body, connected, hand_over, message
from tracker.digest.outbox import is_row, note
from tracker.digest.render import Rendered
from tracker.digest.settings import DigestSettings, SmtpSettings
from tracker.digest.tables import issues, outbox, subscribers
from tracker.errors import MailFailed

if TYPE_CHECKING:
    from tracker.database.engine import Database

_LEASE = timedelta(minutes=5)
# What one mail may take of it, in timeouts of the server: its greeting and each of its answers.
_ANSWERS = 8
# Mails leased at a time. Only one of them is ever on its way.
_TOGETHER = 100
# How long a server may put a mail off; RFC 5321, 4.5.4.1, asks for four or five days.
_GIVE_UP = timedelta(days=4)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)
# A server that breaks every line would use up an attempt of every mail; the rest wait for the next round.
_MOST_BREAKS = 3
# Mails in a row that were refused for good, after which a recipient is asked about no more.
MOST_FAILURES = 3
# Bodies that are kept while mails go out, of up to 200 kB.
_BODIES = 8

# What every mail costs, below SQLAlchemy: through its constructs the outbox took longer than the mail server.
_WHERE = "WHERE digest = ? AND slot = ? AND recipient = ?"
_LEASED = Statement(f"UPDATE outbox SET state = 'sending', lease_until = ?, fence = fence + 1 {_WHERE}")
_MARK = Statement(
    f"UPDATE outbox SET data_at = ?, lease_until = ? {_WHERE} AND fence = ? AND state = 'sending'"
)
# Where the lease ran out, it may be called unknown, and we know better; unless it was leased anew.
_SETTLE = Statement(
    "UPDATE outbox SET state = ?, error = ?, sent_at = ?, next_at = ?, attempts = attempts + 1, "
    f"lease_until = NULL, data_at = NULL {_WHERE} AND fence = ? AND state IN ('sending', 'unknown')"
)


@frozen
class Sent:
    """How many mails were sent, and the last thing that went wrong, or empty."""

    mails: int = 0
    error: str = ""


def deliver(
    database: Database,
    smtp: SmtpSettings,
    now: Callable[[], datetime],
    digests: Sequence[DigestSettings],
    *,
    stop: Callable[[], bool] = lambda: False,
) -> Sent:
    """Send what is pending of these digests, over as few connections as the server allows.

    A server that cannot be talked to is told, not raised; its mails stay pending. `stop` is asked between two
    mails. What is leased and was not sent is given back.
    """
    _tidy(database, now(), digests)
    forms = {(d.name, each.address): each.format for d in digests for each in d.recipients}
    sender = _Sender(database, smtp, now, forms, [digest.name for digest in digests])
    breaks = 0
    try:
        while breaks < _MOST_BREAKS and not stop() and sender.has_more():
            with connected(smtp) as server:
                while not stop() and (mail := sender.take()) is not None:
                    handed = hand_over(server, mail.content, smtp.sender, mail.row.recipient)
                    sender.settle(mail, handed)
                    if handed.broken:
                        breaks += 1
                        break
    except MailFailed as away:
        sender.error = str(away)
    finally:
        sender.give_back()
    return Sent(sender.sent, sender.error)


@frozen
class _Mail:
    """A mail that is on its way, as it will be sent."""

    row: Row[Any]
    content: bytes


@define
class _Sender:
    """One run through the queue. `leased` are ours and not on their way, `current` is marked and comes next.

    Whether a mail is still ours is asked in the transaction that marks it, by its fencing number: who was too
    slow has lost its lease, and another may be sending it.
    """

    database: Database
    smtp: SmtpSettings
    now: Callable[[], datetime]
    forms: Mapping[tuple[str, str], str]
    names: Collection[str]
    sent: int = 0
    error: str = ""
    leased: deque[Row[Any]] = field(factory=deque)
    current: _Mail | None = None
    bodies: dict[tuple[str, str], bytes] = field(factory=dict)

    def has_more(self) -> bool:
        """Whether something is to be sent; leases it."""
        if self.current is None and not self.leased:
            now = self.now()
            with self.database.writing() as connection:
                self.leased += _lease(connection, self.names, now, self._until(now))
        return bool(self.current or self.leased)

    def take(self) -> _Mail | None:
        """The mail to send now, marked as on its way and never given back; None: no more."""
        mail, self.current = self.current, None
        if mail is None:
            with self.database.writing() as connection:
                mail = self._next(connection)
        return mail

    def settle(self, mail: _Mail, handed: Handed) -> None:
        """Say what became of a mail, and mark the next one."""
        self.sent += handed.state == "sent"
        self.error = handed.error or self.error
        with self.database.writing() as connection:
            self._end(connection, mail.row, handed)
            # What comes next may have to wait for a connection: it is not on its way before there is one.
            self.current = None if handed.broken else self._next(connection)

    def give_back(self) -> None:
        """Let others have what is leased and was not begun."""
        rows = [*self.leased, *([self.current.row] if self.current else [])]
        if rows:
            with self.database.writing() as connection:
                for row in rows:
                    free = {"state": "pending", "lease_until": None, "data_at": None}
                    connection.execute(outbox.update().where(_is_ours(row)).values(free))

    def _until(self, now: datetime) -> datetime:
        return now + max(_LEASE, timedelta(seconds=_ANSWERS * self.smtp.timeout))

    def _next(self, connection: Connection) -> _Mail | None:
        now = self.now()
        if not self.leased:
            self.leased += _lease(connection, self.names, now, self._until(now))
        while self.leased:
            row = self.leased.popleft()
            times = to_micros(now), to_micros(self._until(now))
            if _MARK.run(connection, *times, *_key(row), row.fence + 1).rowcount:
                made = self._body(connection, row)
                return _Mail(row, message(made, row.digest, row.slot, row.recipient, self.smtp))
        return None

    def _end(self, connection: Connection, row: Row[Any], handed: Handed) -> None:
        now = self.now()
        state, error = handed.state, handed.error
        if state == "pending" and now - row.made_at >= _GIVE_UP:
            state, error = "failed", f"given up after {(now - row.made_at).days} days: {error}"
        sent_at = to_micros(now) if state == "sent" else None
        pause = min(_FIRST_PAUSE * 2 ** min(row.attempts, 16), _LONGEST_PAUSE)
        next_at = to_micros(now + pause if state == "pending" else row.next_at)
        told = state, error, sent_at, next_at
        if not _SETTLE.run(connection, *told, *_key(row), row.fence + 1).rowcount:
            error = f"{error or 'sent'}, after the lease had run out; another sender may have sent it too"
        note(connection, row, now, state, error)
        if state in ("sent", "failed"):
            _count(connection, row, now, state, error)

    def _body(self, connection: Connection, mail: Row[Any]) -> bytes:
        key = mail.issue, self.forms.get((mail.digest, mail.recipient), "html")
        if key not in self.bodies:
            issue, form = key
            row = connection.execute(issues.select().where(issues.c.id == issue)).one()
            rendered = Rendered(row.subject, row.text, row.html, row.picture)
            # Mails come by issue, so that few are needed at a time.
            if len(self.bodies) >= _BODIES:
                self.bodies.pop(next(iter(self.bodies)))
            self.bodies[key] = body(rendered, row.digest, form, self.smtp, issue[:24], row.made_at)
        return self.bodies[key]


def _lease(connection: Connection, names: Collection[str], now: datetime, until: datetime) -> list[Row[Any]]:
    """The next mails, leased, those that have waited longest first and those of one issue together."""
    whose = sa.and_(subscribers.c.digest == outbox.c.digest, subscribers.c.recipient == outbox.c.recipient)
    oldest = (outbox.c.next_at, outbox.c.issue, outbox.c.slot, outbox.c.recipient)
    due = sa.and_(outbox.c.digest.in_(names), outbox.c.state == "pending", outbox.c.next_at <= now)
    query = sa.select(outbox, subscribers.c.failures).join_from(outbox, subscribers, whose)
    query = query.where(due, subscribers.c.paused_at.is_(None)).order_by(*oldest).limit(_TOGETHER)
    rows = connection.execute(query).all()
    if rows:
        _LEASED.many(connection, [(to_micros(until), *_key(row)) for row in rows])
    return list(rows)


def _count(connection: Connection, row: Row[Any], now: datetime, state: str, error: str) -> None:
    """Count refusals for good, in a row; too many pause the recipient."""
    mine = sa.and_(subscribers.c.digest == row.digest, subscribers.c.recipient == row.recipient)
    if state == "sent":
        if row.failures:
            connection.execute(subscribers.update().where(mine).values(failures=0))
        return
    connection.execute(subscribers.update().where(mine).values(failures=subscribers.c.failures + 1))
    too_many = sa.and_(mine, subscribers.c.failures >= MOST_FAILURES, subscribers.c.paused_at.is_(None))
    because = f"{MOST_FAILURES} mails in a row failed: {error}"
    connection.execute(subscribers.update().where(too_many).values(paused_at=now, paused_because=because))


def _tidy(database: Database, now: datetime, digests: Sequence[DigestSettings]) -> None:
    """Take up what senders that ended have left, and drop the mails of who is no longer a recipient."""
    lost = sa.and_(outbox.c.state == "sending", outbox.c.lease_until <= now)
    waiting = [outbox.c.digest, outbox.c.slot, outbox.c.recipient, outbox.c.data_at, outbox.c.state]
    open_ones = sa.select(*waiting).where(sa.or_(lost, outbox.c.state == "pending"))
    wanted = {(digest.name, each.address) for digest in digests for each in digest.recipients}
    names = {digest.name for digest in digests}

    def is_gone(row: Row[Any]) -> bool:
        return row.digest in names and (row.digest, row.recipient) not in wanted

    with database.reading() as connection:
        rows = connection.execute(open_ones).all()
    if not any(row.state == "sending" or is_gone(row) for row in rows):
        return
    with database.writing() as connection:
        for row in connection.execute(open_ones).all():
            if row.data_at is not None:
                words = "the sender ended when the server may have had it"
                values = {"state": "unknown", "error": words, "lease_until": None, "data_at": None}
            elif row.state == "sending":
                words, values = "", {"state": "pending", "lease_until": None}
            elif is_gone(row):
                words = "no longer a recipient"
                values = {"state": "skipped", "error": words}
            else:
                continue
            connection.execute(outbox.update().where(is_row(row)).values(values))
            if words:
                note(connection, row, now, str(values["state"]), words)


def _key(row: Row[Any]) -> tuple[str, str, str]:
    return row.digest, row.slot, row.recipient


def _is_ours(row: Row[Any]) -> sa.ColumnElement[bool]:
    # The row was read before its lease counted the number up.
    return sa.and_(is_row(row), outbox.c.state == "sending", outbox.c.fence == row.fence + 1)
