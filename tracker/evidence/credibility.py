"""How credible one piece of information is, judged apart from its source: the second half of the grade.

By what other origins say of the same act, and by whose interest the word serves. The order in which the
others came plays no part. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from attrs import frozen

from tracker.evidence.finding import Factuality, Finding, Match, Relation
from tracker.evidence.grade import Credibility, Reliability

_KEPT = frozenset({Relation.FULFILS, Relation.PARTLY_FULFILS})
_BROKEN = frozenset({Relation.VIOLATES})
_OPPOSITE = {**dict.fromkeys(_KEPT, _BROKEN), Relation.VIOLATES: _KEPT}


class Interest(StrEnum):
    """Whom the word serves, where it is a party's."""

    NONE = "none"
    OWN = "own"  # the debtor says that it complied
    AGAINST = "against"  # the debtor admits a breach, or the creditor confirms fulfilment


@frozen
class Parties:
    """Who owes, and who is owed."""

    debtor: Collection[str] = ()
    creditor: Collection[str] = ()


@frozen
class Graded:
    """A credibility and why, in words."""

    credibility: Credibility
    because: str


def interest(match: Match, parties: Parties) -> Interest:
    """Whom the word of `match` serves."""
    speaker = match.speaker_party
    if match.relation in _KEPT and speaker in parties.debtor:
        return Interest.OWN  # of joint debtors one may be owed, too; its own compliance is in it
    admitting = parties.creditor if match.relation in _KEPT else parties.debtor
    is_act = match.relation in _KEPT | _BROKEN
    return Interest.AGAINST if is_act and speaker in admitting else Interest.NONE


def credibility(
    match: Match, origin: str, reliability: Reliability, others: Iterable[Finding], parties: Parties
) -> Graded:
    """The credibility of `match` among `others`, the findings on the same commitment, with the reason.

    Only a report of an act can be judged (else 6). Contradicted by other origins 4, by two or more that
    nobody else contradicts 5; told by another origin too, or admitted against interest, 1; a party's word
    for its own compliance 4; from a source of reliability A or B 2; else 3. What a party says for itself
    neither confirms nor contradicts what others say.
    """
    if match.factuality is not Factuality.ACTUAL or match.relation is Relation.CONTEXT:
        return Graded(Credibility.UNJUDGED, "it reports no act that could be judged")
    heard = [
        other
        for other in others
        if other.origin != origin
        and other.match.factuality is Factuality.ACTUAL
        and interest(other.match, parties) is not Interest.OWN
    ]
    same = _origins(other for other in heard if other.match.relation is match.relation)
    contrary = _origins(
        other for other in heard if other.match.relation in _OPPOSITE.get(match.relation, frozenset())
    )
    if contrary:
        lone = len(contrary) > 1 and not same
        grade = Credibility.IMPROBABLE if lone else Credibility.DOUBTFUL
        return Graded(grade, f"contradicted by {_listed(contrary)}")
    if same:
        return Graded(Credibility.CONFIRMED, f"told by {_listed(same)} too, nothing against it")
    match interest(match, parties):
        case Interest.AGAINST:
            return Graded(Credibility.CONFIRMED, "admitted against the speaker's own interest")
        case Interest.OWN:
            return Graded(Credibility.DOUBTFUL, "a party's word for its own compliance, told by nobody else")
    if reliability.at_least(Reliability.B):
        return Graded(Credibility.PROBABLE, "told by one origin, nothing against it")
    return Graded(Credibility.POSSIBLE, "told by one origin of no high reliability, nothing against it")


def _origins(findings: Iterable[Finding]) -> list[str]:
    return sorted({finding.origin for finding in findings})


def _listed(origins: list[str]) -> str:
    """`Yonhap, AP and 3 more`."""
    if len(origins) <= 3:
        return " and ".join([", ".join(origins[:-1]), origins[-1]] if origins[1:] else origins)
    return f"{', '.join(origins[:2])} and {len(origins) - 2} more"
