"""Findings that may wait for a person, with when they came and when they were settled, in log positions.

What waits beside them (inert facts, passed deadlines, windows nobody watched) follows from the standings
and is not stored a second time.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.commitments.events import Fact, Fulfilled, Violated
from tracker.database.statement import Insert, Statement
from tracker.evidence.finding import Finding
from tracker.log.events import FindingAccepted, FindingMade, FindingRejected
from tracker.projections.folding import OPEN
from tracker.projections.projection import Projection

_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Finding)


class Inbox(Projection):
    """The projection, and the questions it answers."""

    name = "inbox"
    version = 3

    def declare(self) -> None:
        """Every finding, open or not."""
        self.findings = self.table(
            "findings",
            sa.Column("id", sa.Text, primary_key=True),
            sa.Column("commitment", sa.Text, nullable=False),
            sa.Column("relation", sa.Text, nullable=False),
            sa.Column("factuality", sa.Text, nullable=False),
            sa.Column("made_at", sa.BigInteger, nullable=False),
            sa.Column("settled_at", sa.BigInteger, nullable=False),
            sa.Column("rejected_at", sa.BigInteger, nullable=False),
            sa.Column("finding", sa.LargeBinary, nullable=False),
            sa.Index(None, "commitment", "made_at"),
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
        """Add findings, and settle those a reviewer or a verdict has dealt with."""
        made: list[tuple[object, ...]] = []
        settled: list[tuple[object, ...]] = []
        rejected: list[tuple[object, ...]] = []
        for fact in batch:
            match fact.event:
                case FindingMade(finding=finding):
                    made.append(_row(finding, fact.position))
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

    def rejected(self, connection: Connection, known: int) -> set[str]:
        """The ids of the findings that a reviewer had rejected by position `known`."""
        query = sa.select(self.findings.c.id).where(self.findings.c.rejected_at <= known)
        return set(connection.execute(query).scalars())

    def unsettled(
        self, connection: Connection, known: int, commitment: str | None = None
    ) -> list[tuple[Finding, int]]:
        """Reports of an act that nobody has dealt with by position `known`, with the position of each."""
        query = (
            sa.select(self.findings)
            .where(
                self.findings.c.made_at <= known,
                self.findings.c.settled_at > known,
                self.findings.c.factuality == "actual",
            )
            .where(self.findings.c.relation.in_(["fulfils", "partly fulfils", "violates", "meets condition"]))
            .order_by(self.findings.c.made_at)
        )
        if commitment is not None:
            query = query.where(self.findings.c.commitment == commitment)
        return [(_decoder.decode(row.finding), row.made_at) for row in connection.execute(query)]

    def by_id(self, connection: Connection, finding: str) -> Finding | None:
        """One finding, or None."""
        row = connection.execute(
            sa.select(self.findings.c.finding).where(self.findings.c.id == finding)
        ).first()
        return _decoder.decode(row.finding) if row is not None else None


def _row(finding: Finding, position: int) -> tuple[object, ...]:
    match = finding.match
    relation, factuality = match.relation.value, match.factuality.value
    encoded = _encode(finding)
    return (finding.id, finding.commitment, relation, factuality, position, OPEN, OPEN, encoded)
