"""From findings to a verdict: when what was reported is enough.

Pure: the same standing, findings and settings give the same verdict. Only reports of an act that happened
count, by sources above a reliability, and they are counted in origins, not in articles: ten papers quoting
one envoy are one. A party's own word for its own compliance never decides, nor does hearsay of the other
side. A credible origin that says the contrary makes it disputed, and a person decides.

What is reported of one act is one episode, however many articles there are and whenever they come: an
episode that a breach was recorded for brings no second one.
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
from attrs import evolve as but
from attrs.validators import optional

from tracker.commitments.events import Fulfilled, Manner, Violated
from tracker.commitments.standing import Standing, State
from tracker.commitments.terms import Terms
from tracker.evidence.credibility import Interest, Parties, interest
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


def _are_named(_: object, __: object, value: tuple[str, ...]) -> None:
    if not value:
        raise ValueError("commitments: must name at least one")


def _can_be_judged(_: object, __: object, value: Reliability) -> None:
    if value is Reliability.F:
        raise ValueError(
            "reliability: F means 'cannot be judged'; name the least reliable that counts, A to E"
        )


@frozen
class Override:
    """`[[policy.override]]`: what is enough for some commitments, where that is another matter.

    A key that is not set is as in `[policy]`.
    """

    commitments: tuple[str, ...] = field(validator=_are_named)
    enabled: bool | None = None
    origins: int | None = field(default=None, validator=optional(_from(1)))
    reliability: Reliability | None = field(default=None, validator=optional(_can_be_judged))
    confidence: float | None = field(default=None, validator=optional(_from(0, 1)))
    window_days: int | None = field(default=None, validator=optional(_from(0)))
    lapse: Lapse | None = None


def _once_each(_: object, __: object, value: tuple[Override, ...]) -> None:
    named = Counter(name for override in value for name in override.commitments)
    twice = [name for name, count in named.items() if count > 1]
    if twice:
        raise ValueError(f"override: {', '.join(twice)} must be in one [[policy.override]] only")


@frozen
class PolicySettings:
    """`[policy]`: what is enough for a verdict by rule.

    `enabled`: without it findings only wait for a person. `origins`: how many independent ones.
    `reliability`: the least reliable source that counts. `confidence`: the least confidence of a match.
    `window_days`: how far apart the reported occurrences of one act may lie. `lapse`: what a passed deadline
    does, "review" (a person decides) or "violate". `override`: what is otherwise for some commitments.
    """

    enabled: bool = False
    origins: int = field(default=2, validator=_from(1))
    reliability: Reliability = field(default=Reliability.C, validator=_can_be_judged)
    confidence: float = field(default=0.6, validator=_from(0, 1))
    window_days: int = field(default=3, validator=_from(0))
    lapse: Lapse = Lapse.REVIEW
    override: tuple[Override, ...] = field(default=(), validator=_once_each)

    @property
    def hash(self) -> str:
        """Identifies these settings in a verdict: 16 hex digits of SHA-256."""
        values = asdict(self)
        if not self.override:
            del values["override"]  # the same settings have the hash they had before there were any
        return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:16]

    @property
    def decides(self) -> bool:
        """Whether any finding can bring a verdict by rule."""
        return self.enabled or any(each.enabled for each in self.override)

    def of(self, commitment: str) -> PolicySettings:
        """The settings for one commitment, which override nothing more; its verdicts carry their hash."""
        if not self.override:
            return self
        named = next((each for each in self.override if commitment in each.commitments), None)
        given = asdict(named, filter=lambda _, value: value is not None, recurse=False) if named else {}
        given.pop("commitments", None)
        return but(self, override=(), **given)


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


@frozen
class Episode:
    """The time of an act that was judged already: what is reported of it decides nothing more."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, verdict: Occurred, reported: Iterable[Occurred]) -> Episode:
        """From the first to the last moment that the verdict, or a finding behind it, gives for the act."""
        given = (verdict, *reported)
        return cls(min(o.start for o in given), max(_last(o) for o in given))

    def holds(self, occurred: Occurred, settings: PolicySettings) -> bool:
        """Whether an act at that time is the same one, as far apart as reports of one act may be."""
        apart = timedelta(days=settings.window_days)
        return self.start - apart <= occurred.start <= self.end + apart


def judge(
    standing: Standing,
    findings: Iterable[Finding],
    settings: PolicySettings,
    now: datetime,
    judged: Sequence[Episode] = (),
) -> Verdict | Dispute | None:
    """The verdict that `findings` support for a commitment that stands so, or None.

    `findings` are those on this commitment that no reviewer rejected; `now` (aware) bounds what can have
    happened already. `judged` are the breaches that were recorded: of a commitment that was breached, an act
    of another time is a further breach.
    """
    if not settings.enabled or standing.unrateable or standing.terms.roll_up:
        return None
    if not standing.is_live and not (standing.state is State.VIOLATED and standing.manner is Manner.BREACH):
        return None
    credible = [
        f
        for f in findings
        if _counts(f, standing, settings, now)
        and not any(episode.holds(_when(f), settings) for episode in judged)
    ]
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


def parties_of(terms: Terms) -> Parties:
    """Whose interest is in it."""
    return Parties(terms.debtor, terms.creditor)


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
    return interest(match, parties_of(standing.terms)) is not Interest.OWN


def _near(one: Finding, other: Finding, settings: PolicySettings) -> bool:
    return abs(_when(one).start - _when(other).start) <= timedelta(days=settings.window_days)


def _when(finding: Finding) -> Occurred:
    occurred = finding.match.occurred
    assert occurred is not None  # what does not say when does not weigh
    return occurred


def _last(occurred: Occurred) -> datetime:
    """The last moment of it; its end is the first one after it."""
    return max(occurred.start, occurred.end - timedelta.resolution)


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
    return interest(finding.match, parties_of(standing.terms)) is Interest.AGAINST


def _occurrence(support: Sequence[Finding]) -> Occurred:
    """The occurrence that most origins give; of several, the earliest."""
    votes: Counter[Occurred] = Counter()
    for occurred, _ in {(f.match.occurred, f.origin) for f in support if f.match.occurred is not None}:
        votes[occurred] += 1
    return min(votes, key=lambda occurred: (-votes[occurred], occurred.start, occurred.end))
