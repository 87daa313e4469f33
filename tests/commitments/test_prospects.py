"""Given the words of some promises, when asked what can become of them, then the states and the snags."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from attrs import evolve as but
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tracker.commitments import events as e
from tracker.commitments.conditions import WORDS, Condition, Either, Every, Said, Stands, Term, parse
from tracker.commitments.fold import fold_all
from tracker.commitments.prospects import Deadlock, Prospects, Reason, prospects
from tracker.commitments.reach import STATES_OF
from tracker.commitments.standing import LIVE, Standing, State
from tracker.commitments.terms import Kind, Terms, Window
from tracker.evidence.when import Occurred

A_DAY = datetime(2018, 12, 31, tzinfo=UTC)
ALWAYS = {"proposed", "withdrawn", "released", "cancelled", "superseded"}


def promise(name: str, condition: str = "", kind: Kind = Kind.ACHIEVE, **more: Any) -> Terms:
    """A promise with a title of its own and no end."""
    return Terms(
        id=name,
        title=name,
        consequent=name,
        debtor=("debtor",),
        creditor=(),
        kind=kind,
        condition=condition,
        **more,
    )


def what_becomes_of(*promises: Terms) -> Prospects:
    """The prospects of these promises together."""
    return prospects({terms.id: terms for terms in promises})


def reasons(found: Prospects, name: str) -> tuple[Reason, ...]:
    """Why the condition of one can never hold."""
    return next(never.reasons for never in found.contradictions if never.commitment == name)


# What can become of one -------------------------------------------------------------------------------------


def test_a_bare_promise_to_act_can_be_owed_kept_and_broken() -> None:
    """Without a condition it is never conditional, without an end it never expires."""
    found = what_becomes_of(promise("free-them"))
    assert found.states["free-them"] == ALWAYS | {"active", "suspended", "fulfilled", "violated"}


def test_a_promise_with_condition_and_end_can_come_to_everything() -> None:
    """The outside world may do as the quoted text says."""
    found = what_becomes_of(promise("it", 'while: "talks go on"', window=Window(until=A_DAY)))
    assert found.states["it"] == frozenset(State)


@pytest.mark.parametrize("kind", [Kind.MAINTAIN, Kind.REFRAIN])
def test_only_an_achieve_can_be_kept_before_it_is_owed(kind: Kind) -> None:
    """Three people can be freed though nothing was promised; nothing is kept that is not owed."""
    nowhere = "once: nowhere is active"
    free, refrain = promise("free", nowhere), promise("refrain", nowhere, kind)
    found = what_becomes_of(free, refrain)
    assert found.can_be("free", "fulfilled")
    assert not found.can_be("free", "violated")
    assert not any(found.can_be("refrain", word) for word in ("active", "suspended", "fulfilled", "violated"))


def test_the_words_of_a_condition_mean_the_states_that_a_standing_has() -> None:
    """Every word is known, and a status means the states of which a standing says it."""
    assert STATES_OF.keys() == WORDS
    at = Occurred.at(A_DAY)
    for state in State:
        status = Standing(terms=promise("it"), state=state, since=at).status
        assert {word for word, states in STATES_OF.items() if state in states} == {state.value, status.value}


def test_a_whole_is_kept_only_with_all_parts_and_broken_with_any() -> None:
    """Of two sites one waits for what never comes: the whole can be broken, and never be kept."""
    nowhere = "once: nowhere is active"
    found = what_becomes_of(
        promise("sites", nowhere, roll_up="all"),
        promise("north", kind=Kind.MAINTAIN, part_of="sites"),
        promise("south", nowhere, Kind.MAINTAIN, part_of="sites"),
    )
    assert found.can_be("sites", "violated")
    assert not found.can_be("sites", "fulfilled")


def test_a_whole_can_be_repudiated_and_come_to_its_own_end() -> None:
    """The debtor may renounce the whole though no part can be broken; a maintain is kept to its end."""
    nowhere = "once: nowhere is active"
    for kind, kept in ((Kind.ACHIEVE, False), (Kind.MAINTAIN, True)):
        found = what_becomes_of(
            promise("sites", kind=kind, roll_up="all"),
            promise("north", nowhere, Kind.REFRAIN, part_of="sites"),
        )
        assert found.can_be("sites", "violated")
        assert found.can_be("sites", "fulfilled") is kept


def test_a_whole_without_parts_is_never_kept() -> None:
    """Its parts decide, and there are none."""
    found = what_becomes_of(promise("sites", roll_up="all"), promise("after", "once: sites is fulfilled"))
    assert not found.can_be("sites", "fulfilled")
    (reason,) = reasons(found, "after")
    assert "rolls up parts that can never be so" in reason.why


# Deadlocks --------------------------------------------------------------------------------------------------


def test_two_that_wait_for_each_other_are_one_deadlock() -> None:
    """You first, no, you first: told once, beginning with the same of them whatever the order."""
    us, dprk = (
        promise("us-lift", "once: dprk-stop is active"),
        promise("dprk-stop", "while: us-lift is active"),
    )
    for found in (what_becomes_of(us, dprk), what_becomes_of(dprk, us)):
        assert found.deadlocks == (Deadlock(("dprk-stop", "us-lift", "dprk-stop")),)
        assert found.contradictions == ()
        assert str(found.deadlocks[0]) == "dprk-stop -> us-lift -> dprk-stop"


def test_a_ring_with_a_way_out_is_no_deadlock() -> None:
    """If the guarantor says so, one of them can begin."""
    found = what_becomes_of(
        promise("lift", 'once: stop is active or "the guarantor has signed"'),
        promise("stop", "once: lift is active"),
    )
    assert (found.deadlocks, found.contradictions) == ((), ())
    assert found.can_be("stop", "active")


def test_waiting_for_an_act_that_may_come_unowed_is_no_deadlock() -> None:
    """Each for the other's act: either may act before it owes it."""
    found = what_becomes_of(
        promise("lift", "once: stop is fulfilled"), promise("stop", "once: lift is fulfilled")
    )
    assert found.deadlocks == ()


def test_waiting_for_what_is_kept_only_while_owed_is_a_deadlock() -> None:
    """The same with two promises to refrain: neither can be kept before it is owed."""
    found = what_becomes_of(
        promise("lift", "once: stop is fulfilled", Kind.REFRAIN),
        promise("stop", "once: lift is pending and lift is suspended", Kind.REFRAIN),
    )
    assert [ring.path for ring in found.deadlocks] == [("lift", "stop", "lift")]


def test_one_that_waits_for_itself_is_a_ring_of_one() -> None:
    """It is owed once it is owed."""
    found = what_becomes_of(promise("it", 'once: it is active and "the sun shines"'))
    assert [ring.path for ring in found.deadlocks] == [("it", "it")]


def test_a_ring_may_run_by_way_of_a_whole_and_its_part() -> None:
    """The part waits for the whole, which is kept with its parts only."""
    found = what_becomes_of(
        promise("sites", roll_up="all"),
        promise("north", "once: sites is fulfilled", Kind.MAINTAIN, part_of="sites"),
        promise("south", part_of="sites"),
    )
    assert [ring.path for ring in found.deadlocks] == [("north", "sites", "north")]


def test_two_rings_through_one_commitment_are_two_deadlocks() -> None:
    """Each is told with its own path, so that mending one shows the other."""
    found = what_becomes_of(
        promise("a", "once: b is active and c is active"),
        promise("b", "once: a is active"),
        promise("c", "once: a is active"),
    )
    assert [ring.path for ring in found.deadlocks] == [("a", "b", "a"), ("a", "c", "a")]


def test_who_waits_for_a_ring_is_told_so_with_the_way_there() -> None:
    """It is no part of the ring; the ring is the reason."""
    found = what_becomes_of(
        promise("a", "once: b is active"),
        promise("b", "once: a is active"),
        promise("later", 'once: next is violated and "it rains"'),
        promise("next", "once: a is suspended"),
    )
    assert [ring.path for ring in found.deadlocks] == [("a", "b", "a")]
    (reason,) = reasons(found, "later")
    assert reason == Reason(
        "next is violated",
        "next can never be violated, since a -> b -> a is a ring of conditions",
        ("later", "next", "a", "b", "a"),
    )


# Contradictions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "term", "why"),
    [
        ("x is fulfilled and x is violated", "x is fulfilled and x is violated", "both at one time"),
        (
            "x is pending and (x is active and x is closed)",
            "x is pending and x is closed",
            "both at one time",
        ),
        ("x is conditional", "x is conditional", "x has no condition"),
        ("x is pending and x is conditional", "x is conditional", "x has no condition"),
        ("x is expired", "x is expired", "x has no end ('until')"),
        ("nobody is active", "nobody is active", "nobody is an unknown commitment"),
        ('"it rains" and x is expired', "x is expired", "x has no end ('until')"),
        ("y is violated", "y is violated", "y can never be violated, since y waits for 'x is conditional'"),
    ],
)
def test_what_can_never_hold_is_named_with_the_term_and_why(condition: str, term: str, why: str) -> None:
    """The term that fails, however much stands around it."""
    found = what_becomes_of(
        promise("it", f"once: {condition}"), promise("x"), promise("y", "while: x is conditional")
    )
    (reason,) = reasons(found, "it")
    assert reason.term == term
    assert why in reason.why
    assert found.deadlocks == ()


@pytest.mark.parametrize(
    "condition",
    [
        "x is pending and x is active",
        "x is closed and x is withdrawn",
        "x is fulfilled and y is violated",
        "(x is active or x is fulfilled) and (x is violated or x is fulfilled)",
        'x is conditional or "it rains"',
        "y is conditional",
        "x is conditional or y is expired",
    ],
)
def test_what_can_hold_is_left_in_peace(condition: str) -> None:
    """One state makes several words true; one way to hold is enough."""
    found = what_becomes_of(
        promise("it", f"while: {condition}"),
        promise("x"),
        promise("y", 'while: "talks go on"', window=Window(until=A_DAY)),
    )
    assert found.contradictions == ()
    assert found.can_be("it", "active")


def test_every_way_out_is_named_that_leads_nowhere() -> None:
    """Of an `or` each side has its own reason, and a reason that two ways share is told once."""
    found = what_becomes_of(
        promise("it", 'once: x is expired or x is conditional or (x is expired and "it rains")'), promise("x")
    )
    assert [reason.term for reason in reasons(found, "it")] == ["x is expired", "x is conditional"]
    assert str(reasons(found, "it")[1]) == "'x is conditional' can never hold: x has no condition"


def test_what_comes_from_upstream_is_told_with_its_path() -> None:
    """From the one that waits, by those in between, to the one that the words at fault speak of."""
    found = what_becomes_of(
        promise("a", "once: b is active"),
        promise("b", "once: c is violated"),
        promise("c", "once: d is expired"),
        promise("d"),
    )
    (reason,) = reasons(found, "a")
    assert reason.path == ("a", "b", "c", "d")
    assert reason.why == "b can never be active, since c waits for 'd is expired', and d has no end ('until')"
    assert [never.commitment for never in found.contradictions] == ["a", "b", "c"]


def test_a_condition_too_long_to_look_through_is_taken_to_be_one_that_can_hold() -> None:
    """Twelve alternatives joined twelve times would be 2 to the 12: no condition is blamed unseen."""
    pairs = " and ".join(f"(x{n} is active or x{n} is fulfilled)" for n in range(12))
    found = what_becomes_of(promise("it", f"once: {pairs}"))
    assert found.contradictions == ()


def test_thousands_of_promises_in_a_row_are_looked_through() -> None:
    """A chain that begins with nothing: every link is told, and the last knows the first."""
    chain = [promise("p0000", "once: nobody is active")]
    chain += [promise(f"p{n:04}", f"once: p{n - 1:04} is active") for n in range(1, 1000)]
    found = what_becomes_of(*chain)
    assert len(found.contradictions) == 1000
    assert reasons(found, "p0999")[0].path[-2:] == ("p0000", "nobody")


# Properties -------------------------------------------------------------------------------------------------

NAMES = ("a", "b", "c", "d")
LEAVES: st.SearchStrategy[Term] = st.one_of(
    st.builds(Said, st.sampled_from(("it rains", "talks go on"))),
    st.builds(Stands, st.sampled_from((*NAMES, *NAMES, "nobody")), st.sampled_from(sorted(WORDS))),
    st.builds(Stands, st.sampled_from(NAMES), st.sampled_from(("active", "violated", "suspended"))),
)


def _joined(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Every, several), st.builds(Either, several))


CONDITIONS = st.one_of(
    st.just(""), st.builds(Condition, st.booleans(), st.recursive(LEAVES, _joined, max_leaves=5)).map(str)
)


@st.composite
def households(draw: st.DrawFn) -> dict[str, Terms]:
    """Up to four promises that hang on each other; the last may be a whole of some of the others."""
    found = {}
    whole = draw(st.sampled_from(("", "d")))
    for name in NAMES[: draw(st.integers(1, 4))]:
        found[name] = promise(
            name,
            draw(CONDITIONS),
            draw(st.sampled_from(Kind)),
            window=Window(until=draw(st.sampled_from((None, A_DAY)))),
            part_of=whole if name != "d" and draw(st.booleans()) else "",
            roll_up="all" if name == whole else "",
        )
    return found


def by_trying_everything(terms: Mapping[str, Terms]) -> dict[str, set[State]]:
    """The same question answered the slow way: each condition against every combination of states."""
    always = {State(word) for word in ALWAYS}
    found = {name: set(always) for name in terms}

    def can_hold(text: str) -> bool:
        if not text:
            return True
        condition = parse(text)
        said = frozenset(condition.said())
        names = sorted(set(condition.upstream()))

        def holds(states: tuple[State | None, ...]) -> bool:
            now = dict(zip(names, states, strict=True))
            return condition.holds(said, lambda name, word: now[name] in STATES_OF[word])

        return any(holds(states) for states in product(*([None, *found.get(name, ())] for name in names)))

    while True:
        before = {name: set(states) for name, states in found.items()}
        for name, own in terms.items():
            states = found[name]
            parts = [found[other] for other, part in terms.items() if part.part_of == name]
            owed = can_hold(own.condition)
            keeps = own.kind is not Kind.ACHIEVE
            all_parts = any(parts) and all(State.FULFILLED in part for part in parts)
            kept = (owed and keeps) or (all_parts if own.roll_up else not keeps)
            broken = owed or (bool(own.roll_up) and any(State.VIOLATED in part for part in parts))
            may_expire = own.window.until or (keeps and own.condition.startswith("while"))
            states |= {State.CONDITIONAL} if own.condition else set()
            states |= {State.EXPIRED} if may_expire else set()
            states |= {State.ACTIVE, State.SUSPENDED} if owed else set()
            states |= {State.FULFILLED} if kept else set()
            states |= {State.VIOLATED} if broken else set()
        if found == before:
            return found


@examples(200)
@given(households())
def test_it_agrees_with_trying_everything(terms: dict[str, Terms]) -> None:
    """State by state, for any conditions, rings and wholes."""
    assert prospects(terms).states == by_trying_everything(terms)


@examples(200)
@given(households(), st.randoms(use_true_random=False))
def test_every_condition_that_can_never_hold_is_told_in_one_way(
    terms: dict[str, Terms], chance: random.Random
) -> None:
    """In a ring or with reasons, in whatever order the promises come; and each step of a path is one that the
    commitment before it really waits for."""
    found = prospects(terms)
    never = {name for name in terms if State.ACTIVE not in found.states[name]}
    ringed = {name for ring in found.deadlocks for name in ring.path} & never
    blamed = [contradiction.commitment for contradiction in found.contradictions]
    assert ringed | set(blamed) == never
    # A whole can stand in a ring by what its parts decide, and wait for that ring with its own condition.
    assert all(terms[name].roll_up for name in ringed.intersection(blamed))
    names = list(terms)
    chance.shuffle(names)
    assert prospects({name: terms[name] for name in names}) == found
    paths = [ring.path for ring in found.deadlocks]
    paths += [reason.path for c in found.contradictions for reason in c.reasons]
    for path in paths:
        for before, after in pairwise(path):
            hangs_on = parse(terms[before].condition).upstream() if terms[before].condition else ()
            assert after in hangs_on or (after in terms and terms[after].part_of == before)
    assert all(ring.path[0] == ring.path[-1] == min(ring.path) for ring in found.deadlocks)


@examples(200)
@given(households())
def test_a_way_out_for_each_that_was_told_of_mends_everything(terms: dict[str, Terms]) -> None:
    """Nothing else was in the way."""
    found = prospects(terms)
    told = {name for ring in found.deadlocks for name in ring.path}
    told |= {contradiction.commitment for contradiction in found.contradictions}
    mended = {
        name: but(own, condition=f'{own.condition} or "it may"') if name in told and own.condition else own
        for name, own in terms.items()
    }
    after = prospects(mended)
    assert (after.deadlocks, after.contradictions) == ((), ())


ACTS: st.SearchStrategy[e.Event] = st.sampled_from(
    (
        e.Accepted(),
        e.Accepted(),
        e.Withdrawn(),
        e.Suspended(),
        e.Resumed(),
        e.Fulfilled(),
        e.Violated(),
        e.Violated(manner=e.Manner.REPUDIATED),
        e.Violated(manner=e.Manner.LAPSE),
        e.DeadlineMoved(window=Window(until=A_DAY)),
        e.DeadlinePassed(until=A_DAY),
        e.WindowClosed(until=A_DAY, observed=True),
        e.Ended(by=("debtor",)),
        e.Ended(by=("creditor",)),
        e.Superseded(superseded_by="b"),
        e.Released(),
        e.Cancelled(),
        e.Reinstated(),
        e.ConditionMet(condition="it rains"),
        e.ConditionMet(condition="talks go on"),
        e.ConditionFailed(condition="it rains"),
    )
)


@examples(200)
@given(households(), st.lists(st.tuples(st.sampled_from(NAMES), ACTS), max_size=25), st.integers(0, 30))
def test_no_history_leads_where_nothing_could_lead(
    terms: dict[str, Terms], acts: list[tuple[str, e.Event]], days: int
) -> None:
    """Whatever the parties and the world do, no commitment is ever in a state that was called impossible.

    Before and after its deadline; where it had none, it must not be given one.
    """
    made = A_DAY - timedelta(days=days)
    told = [(name, e.Proposed(terms=own)) for name, own in terms.items()]
    acts = [
        (name, act)
        for name, act in acts
        if name in terms and (terms[name].window.until or not isinstance(act, e.DeadlineMoved))
    ]
    streams: dict[str, list[e.Fact]] = {name: [] for name in terms}
    for day, (name, event) in enumerate([*told, *acts]):
        at = made + timedelta(days=day)
        streams[name].append(
            e.Fact(f"{day}", name, len(streams[name]) + 1, day + 1, event, Occurred.at(at), at)
        )
    possible = prospects(terms).states
    for name, timeline in fold_all(streams).items():
        assert {change.standing.state for change in timeline.changes} <= possible[name]


def test_live_states_are_what_pending_means() -> None:
    """The linter and the board use one word for one thing."""
    assert STATES_OF["pending"] == LIVE
