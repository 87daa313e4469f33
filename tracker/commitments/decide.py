"""May this be recorded? A decision on the fold as of the command's own occurrence, never on a projection.

What `evolve` would leave inert is refused with the same rule, unless a person has to decide on it: then it
is recorded and waits in the inbox. What becomes void later on is a warning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen

from tracker.commitments.events import Event, Fact, Proposed, Retracted
from tracker.commitments.fold import CLOCK, Timeline, timeline
from tracker.errors import Refused
from tracker.evidence.when import Occurred

_CANDIDATE = "candidate"


@frozen
class Decision:
    """What to append, and which recorded facts it makes void."""

    event: Event
    occurred: Occurred
    warnings: tuple[str, ...] = ()


def decide(
    event: Event,
    occurred: Occurred,
    facts: Sequence[Fact],
    now: datetime,
    upstream: Mapping[str, Timeline] | None = None,
    parts: Sequence[str] = (),
) -> Decision:
    """Judge `event`, said to have happened at `occurred`, against all recorded `facts` of its commitment.

    Raises `Refused` with the rule that stops it. `now` is aware; nothing that begins after it is accepted.
    """
    if occurred.start > now:
        raise Refused("not-yet", f"{occurred} has not come yet; record it when it has")
    if isinstance(event, Retracted):
        return Decision(event, occurred, _retractable(event, facts))
    if isinstance(event, Proposed):
        if facts:
            raise Refused("proposed-once", f"{event.terms.id!r} was proposed already")
        return Decision(event, occurred)
    position = max((fact.position for fact in facts), default=0) + 1
    candidate = Fact(_CANDIDATE, "", 0, position, event, occurred, now)
    before = timeline(facts, upstream, parts)
    after = timeline([*facts, candidate], upstream, parts)
    then = after.at(occurred.end)
    if then is None or after.last is None:
        raise Refused("before-proposed", f"{occurred}: it had not been proposed by then")
    for inert in then.inert:
        if inert.fact == _CANDIDATE and not inert.waits:
            raise Refused(inert.rule, f"{type(event).__name__} on {occurred} refused: {inert.reason}")
    candidate_waits = [i.reason for i in then.inert if i.fact == _CANDIDATE]
    void = {i.fact for i in before.last.inert} if before.last else set()
    warnings = tuple(f"it has no effect by itself and waits for review: {why}" for why in candidate_waits)
    warnings += tuple(
        f"this makes {fact.id} of {fact.occurred} void: {inert.reason}"
        for inert in after.last.inert
        if inert.fact not in void
        for fact in facts
        if fact.id == inert.fact and not isinstance(fact.event, CLOCK)
    )
    return Decision(event, occurred, warnings)


def _retractable(event: Retracted, facts: Sequence[Fact]) -> tuple[str, ...]:
    target = next((fact for fact in facts if fact.id == event.event), None)
    if target is None:
        raise Refused(
            "unknown-event", f"no event {event.event!r} in this stream; `tracker log show` lists them"
        )
    if target.position == min(fact.position for fact in facts):
        raise Refused("first-event", "the first event of a stream cannot be retracted")
    if any(isinstance(f.event, Retracted) and f.event.event == event.event for f in facts):
        return (f"{event.event} was retracted before",)
    return ()
