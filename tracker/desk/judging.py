"""The verdict that a rule makes of findings, as the desk records it and as a what-if would have it.

Pure: the same folder, findings, settings and moment give the same draft. Appends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tracker.commitments.events import Fact, Fulfilled, Manner, Violated
from tracker.commitments.order import effective
from tracker.commitments.policy import Episode, PolicySettings, Verdict, judge
from tracker.desk.folder import Folder
from tracker.errors import Refused
from tracker.evidence.finding import Finding
from tracker.log import log
from tracker.log.streams import COMMITMENT

POLICY = "policy"
CLOCK = "clock"


def verdict_on(
    folder: Folder, findings: Iterable[Finding], settings: PolicySettings, now: datetime
) -> log.Draft | None:
    """The verdict that `findings`, those no reviewer rejected, support, if they do and the rules allow it.

    What a verdict has used, a retracted one too, supports no second one; nor does what tells of a breach
    that was recorded already.
    """
    heard, used = list(findings), used_in(folder.facts)
    verdict = judge(
        folder.standing,
        [f for f in heard if f.id not in used],
        settings.of(folder.name),
        now,
        () if folder.standing.is_achieve else episodes(folder.facts, heard),
    )
    if not isinstance(verdict, Verdict):
        return None
    try:
        folder.decide(verdict.event, verdict.occurred, now)
    except Refused:
        # The act was reported, but the terms give it no effect then (a drill after the window, say):
        # the findings stay where a person sees them.
        return None
    cause = verdict.findings[-1]
    return log.Draft(
        verdict.event,
        verdict.occurred,
        id=log.derived_id(COMMITMENT + folder.name, verdict.event, verdict.occurred, cause),
        recorded_by=POLICY,
        cause=cause,
    )


def episodes(facts: Iterable[Fact], findings: Sequence[Finding]) -> list[Episode]:
    """The breaches among `facts` that stand, each with the times that its findings give."""
    when = {f.id: f.match.occurred for f in findings if f.match.occurred is not None}
    return [
        Episode.of(fact.occurred, [when[name] for name in fact.event.findings if name in when])
        for fact in effective(facts)
        if isinstance(fact.event, Violated) and fact.event.manner is Manner.BREACH
    ]


def is_by_rule(fact: Fact | log.Draft) -> bool:
    """Whether it is a verdict that settings brought, and no person."""
    event = fact.event
    is_verdict = isinstance(event, Fulfilled | Violated) and bool(event.settings)
    return is_verdict and fact.recorded_by in (POLICY, CLOCK)


def used_in(facts: Iterable[Fact]) -> set[str]:
    """The ids of the findings that verdicts among `facts` rest on, whether retracted or not."""
    events = (fact.event for fact in facts)
    return {name for event in events if isinstance(event, Fulfilled | Violated) for name in event.findings}
