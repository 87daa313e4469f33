"""The queue of mails: an issue goes in with the position it tells up to, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy.engine import Connection, Row

from tracker.database.schema import to_micros
from tracker.database.statement import Statement
from tracker.digest.render import Rendered
from tracker.digest.tables import deliveries, issues, outbox, subscribers

if TYPE_CHECKING:
    from tracker.database.engine import Database

_NOTE = Statement(
    "INSERT INTO outbox_deliveries (digest, slot, recipient, at, outcome, words) VALUES (?, ?, ?, ?, ?, ?)"
)


@frozen
class Told:
    """How far a recipient has been told; a row of the table of subscribers."""

    position: int = 0
    told_at: datetime | None = None
    slot_began: datetime | None = None
    skipped: int = 0
    is_paused: bool = False


@frozen(kw_only=True)
class Edition:
    """One slot for those who are told the same. `rendered` None: there is nothing to tell, so no mail.

    A slot without a name (and without a mail) is not written down: the position moves, and that is all.
    """

    digest: str
    slot: str
    began: datetime | None
    wanted: str
    after: int
    up_to: int
    made_at: datetime
    headline: str
    rendered: Rendered | None

    @property
    def id(self) -> str:
        """The same for the same edition, whoever makes it."""
        parts = (self.digest, self.slot, self.wanted, str(self.after), str(self.up_to))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def told(connection: Connection, digest: str) -> dict[str, Told]:
    """How far each recipient of a digest has been told, those who are no longer in the config too."""
    rows = connection.execute(subscribers.select().where(subscribers.c.digest == digest))
    return {
        row.recipient: Told(row.position, row.told_at, row.slot_began, row.skipped, row.paused_at is not None)
        for row in rows
    }


def queue(database: Database, edition: Edition, recipients: Iterable[str]) -> int:
    """Store an edition and a mail for each recipient, and advance their positions; returns how many mails.

    All in one transaction, in which whoever was told more in the meantime, by another process, is left out.
    So is who had a slot of that name: where a schedule or a zone was changed, a day may begin once more.
    """
    with database.writing() as connection:
        known = told(connection, edition.digest)
        due = [each for each in recipients if _is_free(known.get(each, Told()), edition)]
        had = _had(connection, edition)
        again = [each for each in due if each in had]
        if again and edition.began:
            mine = sa.and_(subscribers.c.digest == edition.digest, subscribers.c.recipient.in_(again))
            connection.execute(subscribers.update().where(mine).values(slot_began=edition.began))
        due = [each for each in due if each not in had]
        if not due:
            return 0
        is_mail = edition.rendered is not None
        _advance(connection, edition, due, known)
        if not edition.slot:
            return 0
        if edition.rendered is not None:
            _store(connection, edition, edition.rendered)
        connection.execute(outbox.insert(), [_mail(each, edition) for each in due])
    return len(due) if is_mail else 0


def _is_free(now: Told, edition: Edition) -> bool:
    """Whether a recipient is where the edition begins, and has not had this slot or a later one."""
    if now.position != edition.after or now.is_paused:
        return False
    return edition.began is None or now.slot_began is None or now.slot_began < edition.began


def _had(connection: Connection, edition: Edition) -> set[str]:
    """Who had the slot, whatever came of it."""
    query = sa.select(outbox.c.recipient)
    query = query.where(outbox.c.digest == edition.digest, outbox.c.slot == edition.slot)
    return set(connection.execute(query).scalars())


def _advance(connection: Connection, edition: Edition, due: Sequence[str], known: Mapping[str, Told]) -> None:
    is_mail = edition.rendered is not None
    values: dict[str, Any] = {
        "position": edition.up_to,
        "skipped": 0 if is_mail else subscribers.c.skipped + 1,
        **({"told_at": edition.made_at} if is_mail else {}),
        **({"slot_began": edition.began} if edition.began else {}),
    }
    new = [each for each in due if each not in known]
    if new:
        begun = {"digest": edition.digest, "position": 0, "skipped": 0, "failures": 0, "paused_because": ""}
        connection.execute(subscribers.insert(), [{**begun, "recipient": each} for each in new])
    mine = sa.and_(subscribers.c.digest == edition.digest, subscribers.c.recipient.in_(due))
    connection.execute(subscribers.update().where(mine).values(values))


def _store(connection: Connection, edition: Edition, rendered: Rendered) -> None:
    values = {
        "id": edition.id,
        "digest": edition.digest,
        "slot": edition.slot,
        "wanted": edition.wanted,
        "after": edition.after,
        "up_to": edition.up_to,
        "made_at": edition.made_at,
        "headline": edition.headline,
        "subject": rendered.subject,
        "text": rendered.text,
        "html": rendered.html,
        "picture": rendered.picture,
    }
    if connection.execute(sa.select(issues.c.id).where(issues.c.id == edition.id)).first() is None:
        connection.execute(issues.insert(), values)


def _mail(recipient: str, edition: Edition) -> dict[str, Any]:
    is_mail = edition.rendered is not None
    return {
        "digest": edition.digest,
        "slot": edition.slot,
        "recipient": recipient,
        "issue": edition.id if is_mail else "",
        "state": "pending" if is_mail else "skipped",
        "made_at": edition.made_at,
        "attempts": 0,
        "next_at": edition.made_at,
        "fence": 0,
        "error": "" if is_mail else edition.headline,
    }


def note(connection: Connection, row: Row[Any], now: datetime, outcome: str, words: str) -> None:
    """Add a line to what was tried."""
    _NOTE.run(connection, row.digest, row.slot, row.recipient, to_micros(now), outcome, words)


def retry(
    database: Database, now: datetime, digest: str, states: Collection[str], recipient: str, by: str
) -> list[tuple[str, str, str]]:
    """Put mails of a digest back into the queue, due at once: (slot, recipient, state they were in).

    Those in one of `states`, of one recipient if given; pending ones lose their wait. The outbox keeps down
    who asked, and of an unknown one that it may arrive twice.
    """
    which = sa.and_(outbox.c.digest == digest, outbox.c.state.in_(states))
    if recipient:
        which = sa.and_(which, outbox.c.recipient == recipient)
    with database.writing() as connection:
        rows = connection.execute(sa.select(outbox).where(which).order_by(outbox.c.slot)).all()
        for row in rows:
            again = {"state": "pending", "next_at": now, "made_at": now, "attempts": 0, "error": ""}
            if row.state == "pending":
                again = {"next_at": now}
            connection.execute(outbox.update().where(is_row(row)).values(again))
            doubt = "; it may arrive twice" if row.state == "unknown" else ""
            note(connection, row, now, "again", f"asked for by {by}, was {row.state}{doubt}")
    return [(row.slot, row.recipient, row.state) for row in rows]


def resume(database: Database, digest: str, recipient: str) -> bool:
    """Take a pause back; the next issue tells all since the last one. False where there was none."""
    mine = sa.and_(subscribers.c.digest == digest, subscribers.c.recipient == recipient)
    with database.writing() as connection:
        free = {"paused_at": None, "paused_because": "", "failures": 0}
        paused = subscribers.update().where(mine, subscribers.c.paused_at.is_not(None)).values(free)
        return connection.execute(paused).rowcount > 0


def prune(database: Database, before: datetime) -> int:
    """Delete what was made before a moment and waits for nothing; returns how many mails. Positions stay."""
    old = sa.and_(outbox.c.made_at < before, outbox.c.state.in_(("sent", "skipped", "failed", "unknown")))
    with database.reading() as connection:
        if connection.execute(sa.select(outbox.c.slot).where(old).limit(1)).first() is None:
            return 0
    with database.writing() as connection:
        gone = connection.execute(outbox.delete().where(old)).rowcount
        connection.execute(deliveries.delete().where(deliveries.c.at < before))
        unused = ~sa.exists().where(outbox.c.issue == issues.c.id)
        connection.execute(issues.delete().where(issues.c.made_at < before, unused))
    return gone


def is_row(row: Row[Any]) -> sa.ColumnElement[bool]:
    """The same row of the outbox, as it is by now."""
    return sa.and_(
        outbox.c.digest == row.digest, outbox.c.slot == row.slot, outbox.c.recipient == row.recipient
    )
