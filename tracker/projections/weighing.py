"""The evidence on a commitment: every finding there is, and what became of each."""

from __future__ import annotations

from attrs import evolve as but

from tracker.commitments.events import Fact, Retracted
from tracker.evidence.finding import Finding
from tracker.log import log
from tracker.log.events import FindingAccepted, FindingMade, FindingRejected
from tracker.log.streams import FINDINGS
from tracker.projections.answers import Commitment, Evidence, Quote
from tracker.projections.reads import Reader, has_begun

_Review = tuple[str, FindingAccepted | FindingRejected]
"""Who reviewed a finding, and what they made of it."""


def evidence(reader: Reader, commitment: Commitment) -> list[Evidence]:
    """The findings on a commitment in the order in which they were made.

    With `as_of`, those whose act had begun by then, or has no date.
    """
    made: list[tuple[Fact, Finding]] = []
    reviews: dict[str, _Review] = {}
    decided: dict[str, str] = {}  # by which event: about which finding
    for fact in log.read(reader.connection, FINDINGS + commitment.id, reader.known):
        match fact.event:
            case FindingMade(finding=finding) if reader.as_of is None or has_begun(finding, reader.as_of):
                made.append((fact, finding))
            case FindingAccepted() | FindingRejected() as review:
                reviews[review.finding] = (fact.recorded_by, review)
                decided[fact.id] = review.finding
            case Retracted(event=event) if event in decided:
                reviews.pop(decided[event], None)
    used = {quote.id for reason in reader.reasons(commitment.standing) for quote in reason.findings}
    waiting = _waiting(reader, commitment)
    quotes = reader.quotes([finding for _, finding in made])
    revised = {finding.revises: finding.id for _, finding in made}
    return [
        _evidence(
            fact,
            finding,
            but(quote, counted=quote.id in used),
            quote.id in waiting,
            revised.get(quote.id, ""),
            reviews.get(quote.id),
        )
        for (fact, finding), quote in zip(made, quotes, strict=True)
    ]


def _waiting(reader: Reader, commitment: Commitment) -> set[str]:
    """The findings that wait for a person: those that `Commitment.to_review` counts."""
    unsettled = reader.inbox.unsettled(reader.connection, reader.known, commitment.id)
    return {f.id for f in unsettled if reader.concerns(commitment.standing, f, reader.moment)}


def _evidence(
    fact: Fact, finding: Finding, quote: Quote, waiting: bool, revised_by: str, review: _Review | None
) -> Evidence:
    by, event = review or ("", None)
    return Evidence(
        commitment=finding.commitment,
        quote=quote,
        waiting=waiting,
        accepted=isinstance(event, FindingAccepted),
        revised_by=revised_by,
        reviewed_by=by,
        because=event.because if event else "",
        confidence=finding.match.confidence,
        speaker=finding.match.speaker,
        position=fact.position,
        recorded_at=fact.recorded_at,
    )
