"""Findings that may wait for a person, with when they came and when they were settled, in log positions.

A finding whose review is taken back waits again: it gets a second row, and the first one goes on to tell what
was known before.

What waits beside them (inert facts, passed deadlines, windows nobody watched) follows from the standings
and is not stored a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.commitments.events import REVIEWED, Fact, Fulfilled, Retracted, Violated
from tracker.database.statement import Insert, Statement
from tracker.evidence.finding import Finding
from tracker.log.events import FindingAccepted, FindingMade, FindingRejected
from tracker.log.streams import FINDINGS
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
            # From which position to which a row counts; it is made anew where a review is taken back.
            sa.Column("made_at", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("reopened_at", sa.BigInteger, nullable=False),
            sa.Column("commitment", sa.Text, nullable=False),
            sa.Column("document", sa.Text, nullable=False),
            # Whether it may ask something of a person (`Finding.asks`): 0 or 1.
            sa.Column("asks", sa.Integer, nullable=False),
            sa.Column("settled_at", sa.BigInteger, nullable=False),
            sa.Column("rejected_at", sa.BigInteger, nullable=False),
            # The event by which a person decided, or empty; 1 where a verdict by rule rests on it besides.
            sa.Column("review", sa.Text, nullable=False),
            sa.Column("ruled", sa.Integer, nullable=False),
            sa.Column("finding", sa.LargeBinary, nullable=False),
            sa.Index(None, "commitment", "made_at"),
            sa.Index(None, "document"),
            sa.Index(None, "settled_at"),
            sa.Index(None, "rejected_at"),
            sa.Index(None, "review"),
        )
        self._insert = Insert(self.findings, [column.name for column in self.findings.columns])
        row = f"WHERE id = ? AND made_at < ? AND reopened_at = {OPEN}"
        settled, rejected = (
            f"UPDATE {self.findings.name} SET {column} = ? {row} AND {column} = {OPEN}"
            for column in ("settled_at", "rejected_at")
        )
        self._settle, self._reject = Statement(settled), Statement(rejected)
        self._review = Statement(f"UPDATE {self.findings.name} SET review = ? {row} AND review = ''")
        self._rule = Statement(f"UPDATE {self.findings.name} SET ruled = ? {row}")

    def apply(self, batch: Sequence[Fact], connection: Connection) -> None:
        """Add findings, settle those that somebody dealt with, and reopen those of which that was taken back.

        A reviewer deals with them, a verdict, or a later reading of the same document.
        """
        begin = 0
        for place, fact in enumerate(batch):
            if isinstance(fact.event, Retracted) and fact.stream.startswith(FINDINGS):
                self._apply(batch[begin:place], connection)
                self._reopen(fact.event.event, fact.position, connection)
                begin = place + 1
        self._apply(batch[begin:], connection)

    def _apply(self, batch: Sequence[Fact], connection: Connection) -> None:
        made: list[tuple[object, ...]] = []
        settled: list[tuple[object, ...]] = []
        rejected: list[tuple[object, ...]] = []
        reviewed: list[tuple[object, ...]] = []
        ruled: list[tuple[object, ...]] = []
        for fact in batch:
            match fact.event:
                case FindingMade(finding=finding):
                    made.append(_row(finding, fact.position))
                    if finding.revises:
                        settled.append((fact.position, finding.revises, fact.position))
                        ruled.append((1, finding.revises, fact.position))
                case FindingAccepted(finding=name) | FindingRejected(finding=name):
                    settled.append((fact.position, name, fact.position))
                    reviewed.append((fact.id, name, fact.position))
                    if isinstance(fact.event, FindingRejected):
                        rejected.append((fact.position, name, fact.position))
                case Fulfilled(findings=used, rule=rule) | Violated(findings=used, rule=rule):
                    settled += [(fact.position, name, fact.position) for name in used]
                    if rule != REVIEWED:
                        ruled += [(1, name, fact.position) for name in used]
        if made:
            self._insert.run(connection, made)
        # In order, so that the first one counts.
        for statement, rows in (
            (self._settle, settled),
            (self._reject, rejected),
            (self._review, reviewed),
            (self._rule, ruled),
        ):
            if rows:
                statement.many(connection, rows)

    def _reopen(self, review: str, position: int, connection: Connection) -> None:
        """From `position` on the finding that was decided by `review` is as if it had been made there.

        It waits again, unless a verdict by rule rests on it or a later reading took its place.
        """
        rows = self.findings.c
        reviewed = (rows.review == review, rows.reopened_at == OPEN)
        row = connection.execute(sa.select(self.findings).where(*reviewed)).one_or_none()
        if row is None:
            return
        connection.execute(self.findings.update().where(*reviewed).values(reopened_at=position))
        settled_at = row.settled_at if row.ruled else OPEN
        self._insert.run(connection, [_row(_decoder.decode(row.finding), position, settled_at, row.ruled)])

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
        # Of several rows of a finding the last one counts, in the place of the first.
        last = {row.id: row for row in connection.execute(query)}
        return [
            (_decoder.decode(row.finding), row.rejected_at <= (OPEN - 1 if known is None else known))
            for row in last.values()
        ]

    def rejections(self, connection: Connection) -> dict[str, list[tuple[int, int]]]:
        """The ids of the findings that a reviewer rejected, with from which position to which that held."""
        rows = self.findings.c
        query = sa.select(rows.id, rows.rejected_at, rows.reopened_at).where(rows.rejected_at < OPEN)
        found: dict[str, list[tuple[int, int]]] = {}
        for row in connection.execute(query):
            found.setdefault(row.id, []).append((row.rejected_at, row.reopened_at))
        return found

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
        found: dict[str, dict[str, Finding]] = {}
        for begin in range(0, len(hashes), CHUNK):
            there = (rows.document.in_(hashes[begin : begin + CHUNK]), rows.made_at <= known)
            query = sa.select(rows.document, rows.finding).where(*there).order_by(rows.made_at)
            for row in connection.execute(query):
                finding = _decoder.decode(row.finding)
                found.setdefault(row.document, {})[finding.id] = finding
        return {document: list(findings.values()) for document, findings in found.items()}

    def cited(self, connection: Connection, hashes: Sequence[str]) -> set[str]:
        """Those of the hashes of documents in which something was found."""
        found: set[str] = set()
        for begin in range(0, len(hashes), CHUNK):
            there = self.findings.c.document.in_(hashes[begin : begin + CHUNK])
            found.update(connection.execute(sa.select(self.findings.c.document).where(there)).scalars())
        return found


def _row(finding: Finding, position: int, settled_at: int = OPEN, ruled: int = 0) -> tuple[object, ...]:
    about = (finding.commitment, finding.document, int(finding.asks))
    return (finding.id, position, OPEN, *about, settled_at, OPEN, "", ruled, _encode(finding))
