"""Findings that may wait for a person, with when they came and when they were settled, in log positions.

What waits beside them (inert facts, passed deadlines, windows nobody watched) follows from the standings
and is not stored a second time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.commitments.events import Fact, Fulfilled, Violated
from tracker.database.schema import Moment
from tracker.evidence.finding import Finding
from tracker.log.events import FindingAccepted, FindingMade, FindingRejected

OPEN = 2**62

_tables = sa.MetaData()

findings = sa.Table(
    "inbox",
    _tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("commitment", sa.Text, nullable=False, index=True),
    sa.Column("relation", sa.Text, nullable=False),
    sa.Column("factuality", sa.Text, nullable=False),
    sa.Column("occurred_from", Moment),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("settled_at", sa.BigInteger, nullable=False),
    sa.Column("rejected_at", sa.BigInteger, nullable=False),
    sa.Column("finding", sa.LargeBinary, nullable=False),
)

_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Finding)


class Inbox:
    """The projection that fills `inbox`."""

    name = "inbox"
    version = 2
    tables = (findings,)

    def apply(self, batch: Sequence[Fact], connection: Connection) -> None:
        """Add findings, and settle those a reviewer or a verdict has dealt with."""
        for fact in batch:
            match fact.event:
                case FindingMade(finding=finding):
                    connection.execute(findings.insert().values(_row(finding, fact.position)))
                case FindingAccepted(finding=name):
                    self._settle(connection, [name], fact.position)
                case FindingRejected(finding=name):
                    self._settle(connection, [name], fact.position)
                    query = findings.update().where(findings.c.id == name, findings.c.rejected_at == OPEN)
                    connection.execute(query.values(rejected_at=fact.position))
                case Fulfilled(findings=used) | Violated(findings=used) if used:
                    self._settle(connection, used, fact.position)

    def _settle(self, connection: Connection, ids: Sequence[str], position: int) -> None:
        query = findings.update().where(findings.c.id.in_(list(ids)), findings.c.settled_at == OPEN)
        connection.execute(query.values(settled_at=position))


def _row(finding: Finding, position: int) -> dict[str, object]:
    occurred = finding.match.occurred
    return {
        "id": finding.id,
        "commitment": finding.commitment,
        "relation": finding.match.relation.value,
        "factuality": finding.match.factuality.value,
        "occurred_from": occurred.start if occurred else None,
        "made_at": position,
        "settled_at": OPEN,
        "rejected_at": OPEN,
        "finding": _encode(finding),
    }


def of_commitment(
    connection: Connection, commitment: str, known: int | None = None
) -> list[tuple[Finding, bool]]:
    """All findings on a commitment in the order they were made, each with whether a reviewer rejected it."""
    query = sa.select(findings).where(findings.c.commitment == commitment).order_by(findings.c.made_at)
    if known is not None:
        query = query.where(findings.c.made_at <= known)
    return [
        (_decoder.decode(row.finding), row.rejected_at <= (OPEN - 1 if known is None else known))
        for row in connection.execute(query)
    ]


def rejections(connection: Connection) -> dict[str, int]:
    """The ids of the findings that a reviewer rejected, with the position of that."""
    query = sa.select(findings.c.id, findings.c.rejected_at).where(findings.c.rejected_at < OPEN)
    return {row.id: row.rejected_at for row in connection.execute(query)}


def unsettled(connection: Connection, known: int, commitment: str | None = None) -> list[tuple[Finding, int]]:
    """Reports of an act that nobody has dealt with by position `known`, with the position of each."""
    query = _reports(known, known)
    if commitment is not None:
        query = query.where(findings.c.commitment == commitment)
    return [(_decoder.decode(row.finding), row.made_at) for row in connection.execute(query)]


def unsettled_between(
    connection: Connection, after: int, up_to: int, commitments: Sequence[str]
) -> list[tuple[Finding, int, int]]:
    """What was unsettled at some position from `after` to `up_to`, with those of its making and settling."""
    query = _reports(after, up_to).where(findings.c.commitment.in_(list(commitments)))
    return [(_decoder.decode(row.finding), row.made_at, row.settled_at) for row in connection.execute(query)]


def _reports(after: int, up_to: int) -> sa.Select[Any]:
    return (
        sa.select(findings)
        .where(findings.c.made_at <= up_to, findings.c.settled_at > after, findings.c.factuality == "actual")
        .where(findings.c.relation.in_(["fulfils", "partly fulfils", "violates", "meets condition"]))
        .order_by(findings.c.made_at)
    )


def by_ids(connection: Connection, ids: Sequence[str]) -> dict[str, Finding]:
    """Findings by their id; one that does not exist is left out."""
    query = sa.select(findings.c.id, findings.c.finding).where(findings.c.id.in_(list(ids)))
    return {row.id: _decoder.decode(row.finding) for row in connection.execute(query)}


def on_documents(connection: Connection, numbers: Collection[int], known: int) -> dict[int, list[Finding]]:
    """The findings made in documents by position `known`, by capture number; reads all there are."""
    query = sa.select(findings.c.finding).where(findings.c.made_at <= known).order_by(findings.c.made_at)
    found: dict[int, list[Finding]] = {}
    for row in connection.execute(query):
        finding = _decoder.decode(row.finding)
        if finding.number in numbers:
            found.setdefault(finding.number, []).append(finding)
    return found
