"""Findings that may wait for a person, with when they came and when they were settled, in log positions.

What waits beside them (inert facts, passed deadlines, windows nobody watched) follows from the standings
and is not stored a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.commitments.events import Fact, Fulfilled, Violated
from tracker.database.statement import Insert, Statement
from tracker.evidence.finding import Finding
from tracker.log.events import FindingAccepted, FindingMade, FindingRejected
from tracker.projections.folding import OPEN
from tracker.projections.projection import Projection

CHUNK = 500  # below the least number of parameters a statement may have

_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Finding)


class Inbox(Projection):
    """The projection, and the questions it answers."""

    name = "inbox"
    version = 5

    def declare(self) -> None:
        """Every finding, open or not."""
        self.findings = self.table(
            "findings",
            sa.Column("id", sa.Text, primary_key=True),
            sa.Column("commitment", sa.Text, nullable=False),
            sa.Column("document", sa.Text, nullable=False),
            # Whether it may ask something of a person (`Finding.asks`): 0 or 1.
            sa.Column("asks", sa.Integer, nullable=False),
            sa.Column("made_at", sa.BigInteger, nullable=False),
            sa.Column("settled_at", sa.BigInteger, nullable=False),
            sa.Column("rejected_at", sa.BigInteger, nullable=False),
            sa.Column("finding", sa.LargeBinary, nullable=False),
            sa.Index(None, "commitment", "made_at"),
            sa.Index(None, "document"),
            sa.Index(None, "settled_at"),
            sa.Index(None, "rejected_at"),
        )
        self._insert = Insert(self.findings, [column.name for column in self.findings.columns])
        settled, rejected = (
            f"UPDATE {self.findings.name} SET {column} = ? WHERE id = ? AND made_at < ? AND {column} = {OPEN}"
            for column in ("settled_at", "rejected_at")
        )
        self._settle, self._reject = Statement(settled), Statement(rejected)

    def apply(self, batch: Sequence[Fact], connection: Connection) -> None:
        """Add findings, and settle those that a reviewer, a verdict or a later reading has dealt with."""
        made: list[tuple[object, ...]] = []
        settled: list[tuple[object, ...]] = []
        rejected: list[tuple[object, ...]] = []
        for fact in batch:
            match fact.event:
                case FindingMade(finding=finding):
                    made.append(_row(finding, fact.position))
                    if finding.revises:
                        settled.append((fact.position, finding.revises, fact.position))
                case FindingAccepted(finding=name):
                    settled.append((fact.position, name, fact.position))
                case FindingRejected(finding=name):
                    settled.append((fact.position, name, fact.position))
                    rejected.append((fact.position, name, fact.position))
                case Fulfilled(findings=used) | Violated(findings=used):
                    settled += [(fact.position, name, fact.position) for name in used]
        if made:
            self._insert.run(connection, made)
        # In order, so that the first one counts.
        if settled:
            self._settle.many(connection, settled)
        if rejected:
            self._reject.many(connection, rejected)

    def of_commitment(
        self, connection: Connection, commitment: str, known: int | None = None
    ) -> list[tuple[Finding, bool]]:
        """All findings on a commitment in the order they were made, and whether a reviewer rejected each."""
        query = (
            sa.select(self.findings)
            .where(self.findings.c.commitment == commitment)
            .order_by(self.findings.c.made_at)
        )
        if known is not None:
            query = query.where(self.findings.c.made_at <= known)
        return [
            (_decoder.decode(row.finding), row.rejected_at <= (OPEN - 1 if known is None else known))
            for row in connection.execute(query)
        ]

    def rejections(self, connection: Connection) -> dict[str, int]:
        """The ids of the findings that a reviewer rejected, with the position of that."""
        rows = self.findings.c
        query = sa.select(rows.id, rows.rejected_at).where(rows.rejected_at < OPEN)
        return {row.id: row.rejected_at for row in connection.execute(query)}

    def unsettled(self, connection: Connection, known: int, commitment: str | None = None) -> list[Finding]:
        """What may ask something of a person and nobody has dealt with by position `known`, oldest first."""
        query = self._asking(known, known)
        if commitment is not None:
            query = query.where(self.findings.c.commitment == commitment)
        return [_decoder.decode(row.finding) for row in connection.execute(query)]

    def unsettled_between(
        self, connection: Connection, after: int, up_to: int, commitments: Sequence[str]
    ) -> list[tuple[Finding, int, int]]:
        """What was unsettled at some position from `after` to `up_to`, and when it was made and settled."""
        query = self._asking(after, up_to).where(self.findings.c.commitment.in_(list(commitments)))
        rows = connection.execute(query)
        return [(_decoder.decode(row.finding), row.made_at, row.settled_at) for row in rows]

    def _asking(self, after: int, up_to: int) -> sa.Select[Any]:
        rows = self.findings.c
        there = (rows.asks == 1, rows.made_at <= up_to, rows.settled_at > after)
        return sa.select(self.findings).where(*there).order_by(rows.made_at)

    def by_ids(self, connection: Connection, ids: Sequence[str]) -> dict[str, Finding]:
        """Findings by their id; one that does not exist is left out."""
        rows = self.findings.c
        found: dict[str, Finding] = {}
        for begin in range(0, len(ids), CHUNK):
            query = sa.select(rows.id, rows.finding).where(rows.id.in_(ids[begin : begin + CHUNK]))
            found |= {row.id: _decoder.decode(row.finding) for row in connection.execute(query)}
        return found

    def on_documents(
        self, connection: Connection, hashes: Sequence[str], known: int
    ) -> dict[str, list[Finding]]:
        """The findings made in documents by position `known`, by the document's hash, oldest first."""
        rows = self.findings.c
        found: dict[str, list[Finding]] = {}
        for begin in range(0, len(hashes), CHUNK):
            there = (rows.document.in_(hashes[begin : begin + CHUNK]), rows.made_at <= known)
            query = sa.select(rows.document, rows.finding).where(*there).order_by(rows.made_at)
            for row in connection.execute(query):
                found.setdefault(row.document, []).append(_decoder.decode(row.finding))
        return found

    def cited(self, connection: Connection, hashes: Sequence[str]) -> set[str]:
        """Those of the hashes of documents in which something was found."""
        found: set[str] = set()
        for begin in range(0, len(hashes), CHUNK):
            there = self.findings.c.document.in_(hashes[begin : begin + CHUNK])
            found.update(connection.execute(sa.select(self.findings.c.document).where(there)).scalars())
        return found


def _row(finding: Finding, position: int) -> tuple[object, ...]:
    asks = int(finding.asks)
    encoded = _encode(finding)
    return (finding.id, finding.commitment, finding.document, asks, position, OPEN, OPEN, encoded)
