"""What holds of the fold whatever happened, in whatever order it came to be known."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from attrs import evolve as but
from hypothesis import given
from hypothesis import strategies as st

from tests.commitments.any_life import DATES, EVENTS, TOLD, lives, proposals
from tests.commitments.lives import Told, day, stream
from tests.examples import examples
from tracker.commitments import events as e
from tracker.commitments.decide import decide
from tracker.commitments.evolve import evolve, propose
from tracker.commitments.fold import fold_all, timeline
from tracker.commitments.order import effective
from tracker.commitments.rules import Inert
from tracker.commitments.standing import CLOSED, LIVE, Standing, State
from tracker.errors import Refused

EXAMPLES = examples(200, deadline=None)
MOMENTS = sorted(
    {day(f"2018-{month:02}-{date:02}").end for month in range(3, 8) for date in (1, 9, 15, 20, 28)}
)

# Every step of DESIGN's diagram; what is missing must never be seen.
LEGAL = {
    State.PROPOSED: {
        State.CONDITIONAL, State.ACTIVE, State.FULFILLED, State.WITHDRAWN, State.EXPIRED, State.RELEASED,
        State.CANCELLED, State.SUPERSEDED, State.VIOLATED,
    },
    State.CONDITIONAL: {
        State.ACTIVE, State.FULFILLED, State.EXPIRED, State.RELEASED, State.CANCELLED, State.SUPERSEDED,
    },
    State.ACTIVE: {
        State.CONDITIONAL, State.SUSPENDED, State.FULFILLED, State.VIOLATED, State.RELEASED, State.CANCELLED,
        State.SUPERSEDED,
    },
    State.SUSPENDED: {
        State.ACTIVE, State.CONDITIONAL, State.FULFILLED, State.RELEASED, State.CANCELLED, State.SUPERSEDED,
    },
    State.VIOLATED: {State.PROPOSED, State.ACTIVE, State.CONDITIONAL},
    State.FULFILLED: set[State](),
    **{state: {State.PROPOSED, State.ACTIVE, State.CONDITIONAL} for state in CLOSED},
}  # fmt: skip


def assert_is_sound(standing: Standing) -> None:
    """What must be true of any standing, whatever led there."""
    state, terms = standing.state, standing.terms
    assert state is not State.CONDITIONAL or terms.condition
    assert (standing.obliged_from is not None) or state not in (
        State.CONDITIONAL,
        State.ACTIVE,
        State.SUSPENDED,
    )
    assert (standing.owed_since is not None) == (
        state is State.ACTIVE or (state is State.VIOLATED and standing.manner is not e.Manner.LAPSE)
    )
    assert (standing.manner is not None) == (state is State.VIOLATED)
    assert standing.manner is not e.Manner.LAPSE or standing.is_achieve
    assert standing.manner is not e.Manner.BREACH or (not standing.is_achieve and standing.breaches > 0)
    assert state is not State.VIOLATED or set(standing.by) <= set(terms.debtor)
    assert standing.remedied is None or standing.is_lapsed
    assert not standing.on_hold or state not in (State.ACTIVE, State.CONDITIONAL, State.PROPOSED)
    assert not standing.superseded_by or state is State.SUPERSEDED


@EXAMPLES
@given(lives(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_plays_no_part(facts: list[e.Fact], chance: random.Random) -> None:
    """Any shuffling of the same facts gives the same timeline, inert facts and all.

    The first fact stays first, and retractions stay behind what they take back: they are about arrivals.
    """
    first, *rest = [fact for fact in facts if not isinstance(fact.event, e.Retracted)]
    shuffled = list(rest)
    chance.shuffle(shuffled)
    again = [but(fact, position=i, version=i) for i, fact in enumerate([first, *shuffled], start=1)]
    assert timeline([first, *rest]) == timeline(again)


@EXAMPLES
@given(lives(), lives("other", most=4), st.randoms(use_true_random=False))
def test_the_order_of_arrival_plays_no_part_between_commitments(
    ours: list[e.Fact], theirs: list[e.Fact], chance: random.Random
) -> None:
    """Nor does the order in which two streams grew, or in which they are folded."""
    streams = {"it": ours, "other": theirs}
    reverse = {name: chance.sample(facts, len(facts)) for name, facts in reversed(streams.items())}
    assert fold_all(streams) == fold_all(reverse)


@EXAMPLES
@given(lives(), st.integers(1, 8))
def test_a_retraction_equals_never_having_been_recorded(facts: list[e.Fact], which: int) -> None:
    """Whatever it was, and for every day asked about."""
    told = [fact for fact in facts if not isinstance(fact.event, e.Retracted)]
    target = told[which % len(told)]
    if target is told[0]:
        return
    taken = stream(("2018-06-01", e.Retracted(event=target.id)), after=told)
    assert timeline(taken) == timeline([fact for fact in told if fact is not target])


@EXAMPLES
@given(lives(), st.integers(1, 8), st.lists(TOLD, max_size=4))
def test_knowledge_of_a_moment_never_depends_on_what_is_recorded_later(
    facts: list[e.Fact], cut: int, later: list[Told]
) -> None:
    """What was known by a position folds the same, whatever follows: retractions of it and other facts."""
    known = facts[:cut]
    before = timeline(known)
    grown = stream(*later, ("2018-06-01", e.Retracted(event=known[-1].id)), after=facts)
    assert timeline([fact for fact in grown if fact.position <= known[-1].position]) == before
    assert timeline(known) == before


@EXAMPLES
@given(lives())
def test_what_counts_earlier_is_a_prefix_of_what_counts_later(facts: list[e.Fact]) -> None:
    """Facts whose occurrence ended later change nothing before: neither the standing nor what is inert."""
    alive = effective(facts)
    whole = timeline(alive)
    for moment in sorted({fact.occurred.end for fact in alive}):
        prefix = timeline([fact for fact in alive if fact.occurred.end <= moment])
        assert prefix.at(moment) == whole.at(moment)
        assert prefix.inert(moment) == whole.inert(moment)


@EXAMPLES
@given(proposals(), st.lists(TOLD, max_size=10))
def test_evolve_is_total(proposed: e.Proposed, told: list[Told]) -> None:
    """In any order, in any state, it gives a sound standing or a rule; it never raises."""
    first, *rest = stream(("2018-03-01", proposed), *told)
    standing = propose(first)
    assert standing is not None
    for fact in [first, *rest, *reversed(rest)]:
        after = evolve(standing, fact)
        if isinstance(after, Inert):
            assert after.fact == fact.id
            assert after.reason
        else:
            standing = after
            assert standing.state in State


@EXAMPLES
@given(lives(), DATES, EVENTS)
def test_an_accepted_command_leads_to_a_legal_state_by_legal_steps(
    facts: list[e.Fact], when: str, event: e.Event
) -> None:
    """What `decide` lets through folds into sound standings, each a step of the diagram from the last."""
    try:
        decision = decide(event, day(when), facts, datetime(2021, 1, 1, tzinfo=UTC))
    except Refused:
        return
    recorded = but(stream((when, decision.event), after=facts)[-1], occurred=decision.occurred)
    folded = timeline([*facts, recorded])
    before: Standing | None = None
    for change in folded.changes:
        assert_is_sound(change.standing)
        if before is not None and before.state is not change.standing.state:
            assert change.standing.state in reachable(before.state)
        before = change.standing
    waits = {each.fact for each in folded.inert() if each.waits}
    inert = {each.fact for each in folded.inert()}
    assert recorded.id not in inert - waits


def reachable(state: State) -> set[State]:
    """The states that the facts of one moment can lead to: at most three steps of the diagram."""
    found = LEGAL[state]
    for _ in range(2):
        found = found | {after for each in found for after in LEGAL[each]}
    return found


@EXAMPLES
@given(st.data())
def test_commitments_in_a_ring_stand_as_each_would_were_the_others_given(data: st.DataObject) -> None:
    """Three that hang on each other in any way that cannot drive itself round: a fixed point of all three.

    Words that end when they are met (conditional, pending, proposed) can; the next test is about those.
    """
    streams = _ring(data, ["active", "fulfilled", "violated", "cancelled", "released"])
    folded = fold_all(streams)
    for name, facts in streams.items():
        others = {other: line for other, line in folded.items() if other != name}
        assert timeline(facts, others) == folded[name]


@EXAMPLES
@given(st.data())
def test_any_ring_comes_to_rest_and_the_names_play_no_part(data: st.DataObject) -> None:
    """Whatever drives whatever round: the fold ends, in sound standings, and renaming changes nothing."""
    streams = _ring(data, ["active", "conditional", "pending", "proposed", "fulfilled", "violated"])
    folded = fold_all(streams)
    for line in folded.values():
        for change in line.changes:
            assert_is_sound(change.standing)
    swap = {"aa": "zz", "bb": "bb", "cc": "aa"}
    renamed = fold_all(
        {swap[name]: [_renamed(fact, swap) for fact in facts] for name, facts in streams.items()}
    )
    for name, line in folded.items():
        assert [c.standing.state for c in line.changes] == [
            c.standing.state for c in renamed[swap[name]].changes
        ]


def _ring(data: st.DataObject, words: list[str]) -> dict[str, list[e.Fact]]:
    names = ["aa", "bb", "cc"]
    streams = {}
    for name in names:
        others = data.draw(st.lists(st.sampled_from([n for n in names if n != name]), max_size=2))
        asked = [f"{other} is {data.draw(st.sampled_from(words))}" for other in others]
        lasting = data.draw(st.sampled_from(["once", "while"]))
        condition = f"{lasting}: {data.draw(st.sampled_from([' or ', ' and '])).join(asked)}" if asked else ""
        proposed = data.draw(proposals(name, condition=condition))
        told = [told for told in data.draw(st.lists(TOLD, max_size=3)) if not isinstance(told[1], e.Reworded)]
        streams[name] = stream(("2018-03-01", proposed), ("2018-03-02", e.Accepted()), *told, name=name)
    return streams


def _renamed(fact: e.Fact, swap: dict[str, str]) -> e.Fact:
    event = fact.event
    if not isinstance(event, e.Proposed):
        return fact
    condition = event.terms.condition
    for old, new in swap.items():
        condition = condition.replace(f"{old} is", f"*{new} is")
    terms = but(event.terms, id=swap[event.terms.id], condition=condition.replace("*", ""))
    return but(fact, event=but(event, terms=terms))


def test_the_moments_asked_about_lie_before_between_and_after_all_dates() -> None:
    """Otherwise the properties above would look past what they are about."""
    assert MOMENTS[0] < day("2018-03-09").end
    assert MOMENTS[-1] > day("2018-06-20").end
    assert LIVE | CLOSED | {State.FULFILLED, State.VIOLATED} == set(State)
