"""How credible one piece of information is, judged apart from its source: the second half of the grade."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.evidence.finding import Factuality, Finding, Match, Relation
from tracker.evidence.grade import Credibility, Reliability

_OPPOSITE = {
    Relation.FULFILS: frozenset({Relation.VIOLATES}),
    Relation.PARTLY_FULFILS: frozenset({Relation.VIOLATES}),
    Relation.VIOLATES: frozenset({Relation.FULFILS, Relation.PARTLY_FULFILS}),
}


def credibility(
    match: Match, origin: str, reliability: Reliability, earlier: Iterable[Finding]
) -> Credibility:
    """Graded by what else was known: `earlier` are the other findings on the same commitment.

    Only a report of an act can be judged (else 6). Contradicted 4; told by another origin too 1; from a
    source of reliability A or B 2; else 3.
    """
    if match.factuality is not Factuality.ACTUAL or match.relation is Relation.CONTEXT:
        return Credibility.UNJUDGED
    others = [f for f in earlier if f.origin != origin and f.match.factuality is Factuality.ACTUAL]
    if any(f.match.relation in _OPPOSITE.get(match.relation, ()) for f in others):
        return Credibility.DOUBTFUL
    if any(f.match.relation is match.relation for f in others):
        return Credibility.CONFIRMED
    return Credibility.PROBABLE if reliability.at_least(Reliability.B) else Credibility.POSSIBLE
