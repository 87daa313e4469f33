"""May this be recorded? A decision on the fold as of the command's own occurrence, never on a projection.

What `evolve` would leave inert is refused with the same rule, unless a person has to decide on it: then it
is recorded and waits in the inbox. What becomes void later on is a warning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen

from tracker.commitments.conditions import parse
from tracker.commitments.events import Event, Fact, Manner, Proposed, Retracted, Reworded, Suspended, Violated
from tracker.commitments.fold import Timeline, fold_all
from tracker.commitments.order import CLOCK
from tracker.commitments.rules import Inert, Rule
from tracker.commitments.standing import State
from tracker.errors import Refused
from tracker.evidence.when import Occurred

# Sorts behind every other id, so that of two equal facts the one that is there already has the effect.
_CANDIDATE = "~"


@frozen
class Decision:
    """What to append, and what a person should know of it. A lapse is dated to its deadline.

    `void` are the recorded facts that it takes the effect from, each by its id and in words.
    """

    event: Event
    occurred: Occurred
    notes: tuple[str, ...] = ()
    void: tuple[tuple[str, str], ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """All of it in words."""
        return (*self.notes, *(words for _, words in self.void))


def decide(
    event: Event,
    occurred: Occurred,
    facts: Sequence[Fact],
    now: datetime,
    others: Mapping[str, Sequence[Fact]] | None = None,
) -> Decision:
    """Judge `event`, said to have happened at `occurred`, against all recorded `facts` of its commitment.

    `others` are the recorded facts, by commitment id, of whatever its conditions and parts hang on. `now` is
    aware. Raises `Refused` with the rule that stops it, and `BadCondition`.
    """
    if occurred.start > now:
        raise Refused(Rule.NOT_YET, f"{occurred} has not come yet; record it when it has")
    if isinstance(event, Proposed | Reworded) and event.terms.condition:
        parse(event.terms.condition)
    if isinstance(event, Proposed):
        if facts:
            raise Refused(Rule.PROPOSED_ONCE, f"{event.terms.id!r} was proposed already")
        return Decision(event, occurred)
    before = _fold(facts, others)
    notes: list[str] = []
    if isinstance(event, Retracted):
        notes += _retractable(event, facts)
    else:
        occurred = _dated(event, occurred, before)
    after = _fold([*facts, _candidate(event, occurred, facts, now)], others)
    if not isinstance(event, Retracted):
        notes += _refuse_inert(event, occurred, after)
    void = _made_void(before, after, facts)
    for fact, inert in void:
        if not inert.waits and type(fact.event) is type(event) and fact.occurred == occurred:
            raise Refused(inert.rule, f"{type(event).__name__} of {occurred} is recorded as {fact.id}")
    if isinstance(event, Suspended):
        for fact, _ in void:
            if isinstance(fact.event, Violated):
                raise Refused(
                    Rule.COVERS_BREACH,
                    f"it would cover the violation of {fact.occurred}; retract {fact.id} first",
                )
    last = after.last
    if isinstance(event, Violated) and last is not None and last.state is State.VIOLATED and not last.by:
        notes.append(f"it blames nobody; say which of {', '.join(last.terms.debtor)} did it")
    told = (
        (fact.id, f"this makes {type(fact.event).__name__} {fact.id} of {fact.occurred} void: {inert.reason}")
        for fact, inert in void
    )
    return Decision(event, occurred, tuple(notes), tuple(told))


def _fold(facts: Sequence[Fact], others: Mapping[str, Sequence[Fact]] | None) -> Timeline:
    name = next((f.event.terms.id for f in facts if isinstance(f.event, Proposed)), "")
    return fold_all({**(others or {}), name: facts})[name]


def _candidate(event: Event, occurred: Occurred, facts: Sequence[Fact], now: datetime) -> Fact:
    position = max((fact.position for fact in facts), default=0) + 1
    return Fact(_CANDIDATE, "", 0, position, event, occurred, now)


def _dated(event: Event, occurred: Occurred, before: Timeline) -> Occurred:
    """A lapse happened at the deadline, whenever somebody judged it."""
    if not isinstance(event, Violated) or event.manner is not Manner.LAPSE:
        return occurred
    then = before.at(occurred.end)
    until = then.window.until if then else None
    if until is None or occurred.end < until:
        return occurred
    return Occurred.at(until, occurred.zone)


def _refuse_inert(event: Event, occurred: Occurred, after: Timeline) -> list[str]:
    """Raise for what would have no effect; what waits for a person may be recorded, with a warning."""
    if after.at(occurred.end) is None:
        raise Refused(Rule.BEFORE_PROPOSED, f"{occurred}: it had not been proposed by then")
    inert = next((i for i in after.inert(occurred.end) if i.fact == _CANDIDATE), None)
    if inert is None:
        return []
    if not inert.waits:
        raise Refused(inert.rule, f"{type(event).__name__} on {occurred} refused: {inert.reason}")
    if all(later.fact != _CANDIDATE for later in after.inert()):
        return []  # an acceptance with effect for the past makes it count
    return [f"it has no effect by itself and waits for review: {inert.reason}"]


def _made_void(before: Timeline, after: Timeline, facts: Sequence[Fact]) -> list[tuple[Fact, Inert]]:
    """The recorded facts that had effect and lose it; the clock's lose theirs without a word."""
    known = {inert.fact for inert in before.inert()}
    by_id = {fact.id: fact for fact in facts if not isinstance(fact.event, CLOCK)}
    return [
        (by_id[inert.fact], inert)
        for inert in after.inert()
        if inert.fact not in known and inert.fact in by_id
    ]


def _retractable(event: Retracted, facts: Sequence[Fact]) -> list[str]:
    target = next((fact for fact in facts if fact.id == event.event), None)
    if target is None:
        raise Refused(
            Rule.UNKNOWN_EVENT, f"no event {event.event!r} in this stream; `tracker show ID --all` lists them"
        )
    if target.position == min(fact.position for fact in facts):
        raise Refused(Rule.FIRST_EVENT, "the first event of a stream cannot be retracted")
    if any(isinstance(f.event, Retracted) and f.event.event == event.event for f in facts):
        return [f"{event.event} was retracted before"]
    return []
