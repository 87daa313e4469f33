"""From findings to a verdict: when what was reported is enough.

Pure: the same standing, findings and settings give the same verdict. Only reports of an act that happened
count, by sources above a reliability, and they are counted in origins, not in articles: ten papers quoting
one envoy are one. A party's own word for its own compliance never decides, nor does hearsay of the other
side. A credible origin that says the contrary makes it disputed, and a person decides.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from attrs import Attribute, asdict, field, frozen

from tracker.commitments.events import Fulfilled, Manner, Violated
from tracker.commitments.standing import Standing
from tracker.evidence.finding import Finding, Relation
from tracker.evidence.grade import Basis, Reliability
from tracker.evidence.when import Occurred


class Lapse(StrEnum):
    """What becomes of a deadline that passed without the act."""

    REVIEW = "review"
    VIOLATE = "violate"


def _from(least: float, most: float = math.inf) -> Callable[[object, Attribute[Any], float], None]:
    """A validator: a number between two others, both included. Its message starts with the key."""

    def check(_: object, attribute: Attribute[Any], value: float) -> None:
        if not least <= value <= most:  # nan is neither
            bounds = f"at least {least:g}" if most == math.inf else f"from {least:g} to {most:g}"
            raise ValueError(f"{attribute.name}: {value} must be {bounds}")

    return check


def _can_be_judged(_: object, __: object, value: Reliability) -> None:
    if value is Reliability.F:
        raise ValueError(
            "reliability: F means 'cannot be judged'; name the least reliable that counts, A to E"
        )


@frozen
class PolicySettings:
    """`[policy]`: what is enough for a verdict by rule.

    `enabled`: without it findings only wait for a person. `origins`: how many independent ones.
    `reliability`: the least reliable source that counts. `confidence`: the least confidence of a match.
    `window_days`: how far apart the reported occurrences may lie. `lapse`: what a passed deadline does,
    "review" (a person decides) or "violate".
    """

    enabled: bool = False
    origins: int = field(default=2, validator=_from(1))
    reliability: Reliability = field(default=Reliability.C, validator=_can_be_judged)
    confidence: float = field(default=0.6, validator=_from(0, 1))
    window_days: int = field(default=3, validator=_from(0))
    lapse: Lapse = Lapse.REVIEW

    @property
    def hash(self) -> str:
        """Identifies these settings in a verdict: 16 hex digits of SHA-256."""
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()[:16]


@frozen
class Verdict:
    """What the policy holds: an event to record, when it happened, by which rule, on which findings."""

    event: Fulfilled | Violated
    occurred: Occurred
    rule: str
    findings: tuple[str, ...]


@frozen
class Dispute:
    """Credible origins contradict each other; a person decides. The findings of both sides."""

    findings: tuple[str, ...]


FOR = frozenset({Relation.FULFILS, Relation.PARTLY_FULFILS})
AGAINST = frozenset({Relation.VIOLATES})
ACTS = frozenset({Relation.FULFILS})  # a part alone never decides the whole


def judge(
    standing: Standing, findings: Iterable[Finding], settings: PolicySettings, now: datetime
) -> Verdict | Dispute | None:
    """The verdict that `findings` support for a commitment that stands so, or None.

    `findings` are those on this commitment that no reviewer rejected; `now` (aware) bounds what can have
    happened already.
    """
    if not settings.enabled or not standing.is_live or standing.unrateable or standing.terms.roll_up:
        return None
    credible = [f for f in findings if _counts(f, standing, settings, now)]
    acts, contrary = (ACTS, AGAINST) if standing.is_achieve else (AGAINST, frozenset())
    if not standing.is_achieve and standing.obliged_from is None:
        return None
    best: list[Finding] = []
    for seed in credible:
        if seed.match.relation not in acts:
            continue
        near = [f for f in credible if f.match.relation in acts and _near(f, seed, settings)]
        if _origins(near) > _origins(best):
            best = near
    if _origins(best) < settings.origins:
        return None
    opposed = [f for f in credible if f.match.relation in contrary and _near(f, best[0], settings)]
    if opposed:
        return Dispute(tuple(f.id for f in (*best, *opposed)))
    return _verdict(standing, best, settings)


def is_supported(basis: Basis | None, left: Iterable[Finding]) -> bool:
    """Whether what is `left` of a verdict's findings still carries its basis; the verdict itself stands."""
    return _origins(left) >= (2 if basis is Basis.CORROBORATED else 1)


def weighs(finding: Finding, settings: PolicySettings) -> bool:
    """Whether a finding can weigh at all, however the commitment stands and whenever it is judged."""
    match = finding.match
    if not finding.is_report or match.occurred is None or match.confidence < settings.confidence:
        return False
    return finding.reliability.at_least(settings.reliability)


def _counts(finding: Finding, standing: Standing, settings: PolicySettings, now: datetime) -> bool:
    """Whether a finding weighs for a commitment that stands so."""
    match = finding.match
    if not weighs(finding, settings) or match.occurred is None or match.occurred.start > now:
        return False
    if standing.obliged_from and not standing.is_achieve and match.occurred.end <= standing.obliged_from:
        return False
    ours = match.speaker_party in standing.terms.debtor
    for_itself = match.relation in FOR
    return not (ours and for_itself)


def _near(one: Finding, other: Finding, settings: PolicySettings) -> bool:
    first, second = one.match.occurred, other.match.occurred
    assert first is not None and second is not None
    return abs(first.start - second.start) <= timedelta(days=settings.window_days)


def _origins(findings: Iterable[Finding]) -> int:
    return len({finding.origin for finding in findings})


def _verdict(standing: Standing, support: Sequence[Finding], settings: PolicySettings) -> Verdict:
    ids = tuple(sorted(f.id for f in support))
    basis = Basis.VERIFIED if any(_admits(f, standing) for f in support) else Basis.CORROBORATED
    rule = f"{_origins(support)} independent origins report the act within {settings.window_days} days"
    occurred = _occurrence(support)
    if standing.is_achieve:
        kept = Fulfilled(because=rule, basis=basis, findings=ids, rule="corroborated", settings=settings.hash)
        return Verdict(kept, occurred, rule, ids)
    breach = Violated(
        because=rule,
        manner=Manner.BREACH,
        basis=basis,
        findings=ids,
        rule="corroborated",
        settings=settings.hash,
    )
    return Verdict(breach, occurred, rule, ids)


def _admits(finding: Finding, standing: Standing) -> bool:
    """Admission against interest: the creditor confirms fulfilment, or the debtor its breach."""
    speaker = finding.match.speaker_party
    return bool(speaker) and speaker in (
        standing.terms.creditor if finding.match.relation in FOR else standing.terms.debtor
    )


def _occurrence(support: Sequence[Finding]) -> Occurred:
    """The occurrence that most origins give; of several, the earliest."""
    votes: Counter[Occurred] = Counter()
    for occurred, _ in {(f.match.occurred, f.origin) for f in support if f.match.occurred is not None}:
        votes[occurred] += 1
    return min(votes, key=lambda occurred: (-votes[occurred], occurred.start, occurred.end))
