"""Findings: what a text means for one commitment, with the exact words and how far they can be trusted.

`Match` is what the matcher says of a text alone. `Finding` is a match with its document, its origin and its
grades. Neither is a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from attrs import frozen

from tracker.evidence.document import Span
from tracker.evidence.grade import Credibility, Reliability
from tracker.evidence.when import Occurred


class Relation(StrEnum):
    """What a text reports, as seen from a commitment."""

    FULFILS = "fulfils"
    PARTLY_FULFILS = "partly fulfils"
    VIOLATES = "violates"
    MEETS_CONDITION = "meets condition"
    CONTEXT = "context"


class Factuality(StrEnum):
    """Whether the text says that it happened (after FactBank and ConText)."""

    ACTUAL = "actual"
    NEGATED = "negated"
    PLANNED = "planned"
    CONDITIONAL = "conditional"
    THREATENED = "threatened"
    HEDGED = "hedged"
    QUESTION = "question"
    PAST = "past"
    COMMENTARY = "commentary"


@frozen
class Cue:
    """One reason for a decision: which stage, which rule, and the words that set it off."""

    stage: str  # "concept", "pattern", "factuality", "speaker", "time", "ignored"
    rule: str
    span: Span


@frozen
class Match:
    """What one text says about one commitment.

    `confidence` is between 0 and 1. `spans` are the words of the act, in order. `occurred` is None where
    neither the text nor its publication date tells. `speaker` is the name the words are attributed to, and
    `speaker_party` the party that name speaks for; both empty where the newsroom says it itself.
    """

    commitment: str
    relation: Relation
    factuality: Factuality
    confidence: float
    spans: tuple[Span, ...]
    cues: tuple[Cue, ...]
    occurred: Occurred | None
    speaker: str = ""
    speaker_party: str = ""


BY_HAND = "by hand"


@frozen
class Finding:
    """A match in its document: content hash and capture number, publisher, origin, and both grades.

    `because` says why that credibility. `matcher` is the version of the matcher and of the words that it
    matched with, or `BY_HAND`. `revises` is the finding on the same commitment in the same document that
    this one takes the place of, read with other words; that one no longer weighs.
    """

    id: str
    match: Match
    document: str
    number: int
    publisher: str
    origin: str
    reliability: Reliability
    credibility: Credibility
    matcher: str = ""
    because: str = ""
    revises: str = ""

    @property
    def commitment(self) -> str:
        """The id of the commitment it concerns."""
        return self.match.commitment

    @property
    def is_report(self) -> bool:
        """Whether it reports an act that happened, so that it can weigh in a verdict."""
        return self.match.factuality is Factuality.ACTUAL and self.match.relation in (
            Relation.FULFILS,
            Relation.PARTLY_FULFILS,
            Relation.VIOLATES,
        )

    @property
    def asks(self) -> bool:
        """Whether it may ask something of a person: a report of an act, or of what a condition waits for."""
        is_met = self.match.relation is Relation.MEETS_CONDITION
        return self.is_report or (is_met and self.match.factuality is Factuality.ACTUAL)


def standing_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Those of the findings that no other one of them revises, in their order."""
    found = list(findings)
    revised = {finding.revises for finding in found}
    return [finding for finding in found if finding.id not in revised]
