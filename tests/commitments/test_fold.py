"""Given facts, when asked about a day, then the standing: the life of a commitment, case by case."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve as but
from hypothesis import given
from hypothesis import strategies as st

from tracker.commitments import events as e
from tracker.commitments.conditions import parse
from tracker.commitments.decide import decide
from tracker.commitments.evolve import evolve, propose
from tracker.commitments.fold import Timeline, fold_all, timeline
from tracker.commitments.standing import Flag, Standing, State
from tracker.commitments.terms import Kind, Terms, Window
from tracker.errors import BadCondition, Refused
from tracker.evidence.when import Occurred, occurrence

SEOUL = "Asia/Seoul"


def day(text: str) -> Occurred:
    """A day or a month as Seoul has it."""
    return occurrence(text, SEOUL)


def terms(kind: Kind = Kind.ACHIEVE, until: str = "", **more: Any) -> Terms:
    """Terms between a debtor and a creditor."""
    window = Window(until=day(until).end) if until else Window()
    given = {"id": "it", "title": "It", "consequent": "it is done", "window": window, "zone": SEOUL, **more}
    return Terms(debtor=("debtor",), creditor=("creditor",), kind=kind, **given)


def stream(*told: tuple[str, e.Event], name: str = "it") -> list[e.Fact]:
    """Facts recorded in the order given, one a day from 2020 on, each having occurred on its date."""
    recorded = datetime(2020, 1, 1, tzinfo=UTC)
    return [
        e.Fact(f"{name}-{i}", f"commitment/{name}", i, i, event, day(when), recorded + timedelta(days=i))
        for i, (when, event) in enumerate(told, start=1)
    ]


def standing(facts: list[e.Fact], on: str, upstream: dict[str, Timeline] | None = None) -> Standing:
    """Where it stood at the end of a day."""
    found = timeline(facts, upstream).at(day(on).end)
    assert found is not None
    return found


def accepted(kind: Kind = Kind.ACHIEVE, until: str = "", **more: Any) -> list[tuple[str, e.Event]]:
    """Proposed on 1 March 2018, accepted on the 6th."""
    return [("2018-03-01", e.Proposed(terms=terms(kind, until, **more))), ("2018-03-06", e.Accepted())]


def test_an_achieve_is_fulfilled_by_its_act_and_not_before() -> None:
    """Active from acceptance, fulfilled from the day of the act."""
    facts = stream(*accepted(), ("2018-05-09", e.Fulfilled()))
    assert standing(facts, "2018-03-05").state is State.PROPOSED
    assert standing(facts, "2018-05-08").state is State.ACTIVE
    assert standing(facts, "2018-05-09").state is State.FULFILLED


def test_what_was_never_accepted_can_be_fulfilled_all_the_same() -> None:
    """The detainees were freed though nobody had promised it; a later acceptance is inert."""
    facts = stream(
        ("2018-01-01", e.Proposed(terms=terms())), ("2018-05-09", e.Fulfilled()), ("2018-06-01", e.Accepted())
    )
    last = standing(facts, "2018-06-02")
    assert last.state is State.FULFILLED
    assert [i.rule for i in last.inert] == ["not-in-this-state"]


def test_a_launch_before_acceptance_is_no_breach_and_waits_for_a_person() -> None:
    """A launch on 10 April, recorded after the acceptance of 21 April that runs from 21 April."""
    facts = stream(
        ("2018-03-06", e.Proposed(terms=terms(Kind.REFRAIN))),
        ("2018-04-21", e.Accepted(effective=day("2018-04-21").start)),
        ("2018-04-10", e.Violated()),
    )
    last = standing(facts, "2018-05-01")
    assert last.state is State.ACTIVE
    assert [(i.rule, i.waits) for i in last.inert] == [("not-accepted", True)]


def test_an_acceptance_with_effect_for_the_past_makes_the_launch_a_breach() -> None:
    """The same launch, where the acceptance runs from 6 March: violated since 10 April, from the 21st on."""
    facts = stream(
        ("2018-03-06", e.Proposed(terms=terms(Kind.REFRAIN))),
        ("2018-04-21", e.Accepted(effective=day("2018-03-06").start)),
        ("2018-04-10", e.Violated()),
    )
    assert standing(facts, "2018-04-20").state is State.PROPOSED
    last = standing(facts, "2018-04-21")
    assert (last.state, str(last.since), last.inert) == (State.VIOLATED, "2018-04-10", ())


def test_a_drill_learnt_of_after_a_clean_window_is_a_breach_and_not_remedied() -> None:
    """The window was swept as clean in March; in June a drill of 20 February comes to light."""
    until = day("2018-03-18").end
    facts = stream(
        ("2018-01-04", e.Proposed(terms=terms(Kind.REFRAIN, "2018-03-18"))),
        ("2018-01-04", e.Accepted()),
        ("2018-03-18", e.WindowClosed(until=until, observed=True)),
        ("2018-02-20", e.Violated()),
    )
    assert standing(facts[:3], "2018-06-01").state is State.FULFILLED
    last = standing(facts, "2018-06-01")
    assert (last.state, last.remedied, str(last.since)) == (State.VIOLATED, None, "2018-02-20")


def test_a_window_that_nobody_watched_is_not_fulfilled() -> None:
    """No news is not compliance: it waits for a person, who may hold it fulfilled."""
    until = day("2018-03-18").end
    facts = stream(*accepted(Kind.REFRAIN, "2018-03-18"), ("2018-03-18", e.WindowClosed(until=until)))
    last = standing(facts, "2018-04-01")
    assert last.state is State.ACTIVE
    assert Flag.UNOBSERVED in last.flags(day("2018-04-01").end)
    judged = stream(*accepted(Kind.REFRAIN, "2018-03-18"), ("2018-03-19", e.Fulfilled()))
    assert standing(judged, "2018-04-01").state is State.FULFILLED


@pytest.mark.parametrize(("by", "state"), [("debtor", State.CANCELLED), ("creditor", State.FULFILLED)])
def test_talks_that_end_the_day_before_a_launch_leave_no_breach(by: str, state: State) -> None:
    """Ended by the debtor it is cancelled, by the other side it was kept; the launch is inert either way."""
    facts = stream(*accepted(Kind.REFRAIN), ("2018-06-01", e.Ended(by=(by,))), ("2018-06-02", e.Violated()))
    last = standing(facts, "2018-06-03")
    assert last.state is state
    assert [i.rule for i in last.inert] == ["not-in-this-state"]


def test_a_while_condition_comes_and_goes_with_another_commitment() -> None:
    """Conditional, active while the guarantee is, conditional again once it is withdrawn."""
    guarantee = stream(
        ("2018-01-01", e.Proposed(terms=but(terms(Kind.MAINTAIN), id="guarantee"))),
        ("2018-04-01", e.Accepted()),
        ("2018-06-01", e.Cancelled()),
        name="guarantee",
    )
    ours = stream(*accepted(condition="while: guarantee is active"))
    folded = fold_all({"it": ours, "guarantee": guarantee})["it"]
    states = [change.standing.state for change in folded.changes]
    assert states == [State.PROPOSED, State.CONDITIONAL, State.ACTIVE, State.CONDITIONAL]


def test_a_failing_while_suspends_a_refrain_and_an_act_meanwhile_is_no_breach() -> None:
    """While talks last; when they rest, so does the obligation."""
    facts = stream(
        *accepted(Kind.REFRAIN, condition='while: "talks last"'),
        ("2018-03-06", e.ConditionMet(condition="talks last")),
        ("2018-05-01", e.ConditionFailed(condition="talks last")),
        ("2018-05-02", e.Violated()),
    )
    assert standing(facts, "2018-04-01").state is State.ACTIVE
    last = standing(facts, "2018-05-03")
    assert last.state is State.SUSPENDED
    assert [i.rule for i in last.inert] == ["not-in-this-state"]


def test_a_summit_called_off_and_revived_is_a_new_episode_and_history_keeps_both() -> None:
    """Violated, then active again, then fulfilled."""
    facts = stream(
        *accepted(until="2018-06-12"),
        ("2018-05-24", e.Violated(manner=e.Manner.REPUDIATED, by=("debtor",))),
        ("2018-06-01", e.Reinstated()),
        ("2018-06-12", e.Fulfilled()),
    )
    states = [change.standing.state for change in timeline(facts).changes]
    assert states == [State.PROPOSED, State.ACTIVE, State.VIOLATED, State.ACTIVE, State.FULFILLED]
    assert standing(facts, "2018-06-12").episode == 2


def test_a_revocable_one_is_cancelled_by_renouncing_it() -> None:
    """What was promised to nobody can be taken back without breaking it."""
    facts = stream(
        *accepted(Kind.REFRAIN, revocable=True), ("2020-01-01", e.Violated(manner=e.Manner.REPUDIATED))
    )
    assert standing(facts, "2020-01-02").state is State.CANCELLED


def test_a_month_precision_breach_in_the_month_of_acceptance_waits() -> None:
    """It may have been before or after; a person decides."""
    facts = stream(*accepted(Kind.REFRAIN), ("2018-03", e.Violated()))
    last = standing(facts, "2018-04-01")
    assert last.state is State.ACTIVE
    assert [(i.rule, i.waits) for i in last.inert] == [("straddles-start", True)]


def test_a_lapse_occurred_at_the_deadline_and_a_late_act_remedies_it() -> None:
    """Judged weeks later, dated to the deadline; the late act leaves it violated, remedied."""
    end = day("2018-04-30").end
    lapse = e.Fact("x", "commitment/it", 9, 9, e.Violated(manner=e.Manner.LAPSE), Occurred.at(end), end)
    facts = [*stream(*accepted(until="2018-04-30")), lapse]
    last = standing(facts, "2018-05-20")
    assert (last.state, last.since.start) == (State.VIOLATED, end)
    late = [*facts, but(stream(("2018-05-10", e.Fulfilled()))[0], id="late", position=10)]
    assert str(standing(late, "2018-05-20").remedied) == "2018-05-10"
    assert standing(late, "2018-05-20").state is State.VIOLATED


def test_nothing_remedies_a_breach_of_a_refrain() -> None:
    """What happened has happened; further breaches are counted."""
    facts = stream(*accepted(Kind.REFRAIN), ("2018-05-01", e.Violated()), ("2018-05-02", e.Violated()),
                   ("2018-06-01", e.Fulfilled()))  # fmt: skip
    last = standing(facts, "2018-06-02")
    assert (last.state, len(last.breaches), last.remedied) == (State.VIOLATED, 2, None)


def test_a_retraction_of_a_retraction_restores_its_target() -> None:
    """Newest first; and the first event of a stream cannot be retracted."""
    told = [*accepted(), ("2018-05-09", e.Fulfilled())]
    once = stream(*told, ("2018-06-01", e.Retracted(event="it-3")))
    assert standing(once, "2018-06-02").state is State.ACTIVE
    assert standing(once, "2018-05-10").state is State.ACTIVE  # for every day, not from June on
    twice = stream(
        *told, ("2018-06-01", e.Retracted(event="it-3")), ("2018-06-02", e.Retracted(event="it-4"))
    )
    assert standing(twice, "2018-06-03").state is State.FULFILLED
    first = stream(*told, ("2018-06-01", e.Retracted(event="it-1")))
    assert standing(first, "2018-06-02").state is State.FULFILLED


def test_two_of_three_parts_are_an_extent_and_all_three_fulfil_the_whole() -> None:
    """The whole follows its parts, and since the last of them."""
    whole = stream(("2018-01-01", e.Proposed(terms=but(terms(), id="whole", roll_up="all"))), name="whole")

    def part(name: str, *more: tuple[str, e.Event]) -> list[e.Fact]:
        return stream(
            ("2018-01-01", e.Proposed(terms=but(terms(), id=name, part_of="whole"))), *more, name=name
        )

    freed = ("2018-05-09", e.Fulfilled())
    two = {"whole": whole, "a": part("a", freed), "b": part("b", freed), "c": part("c")}
    seen = fold_all(two)["whole"].last
    assert seen is not None
    assert (seen.state, seen.extent) == (State.PROPOSED, (2, 3))
    seen = fold_all({**two, "c": part("c", ("2018-05-10", e.Fulfilled()))})["whole"].last
    assert seen is not None
    assert (seen.state, seen.extent, str(seen.since)) == (State.FULFILLED, (3, 3), "2018-05-10")


def test_the_same_day_is_not_the_same_in_seoul_and_in_washington() -> None:
    """9 May ends in Washington thirteen hours after it ended in Seoul."""
    assert occurrence("2018-05-09", "America/New_York").end - day("2018-05-09").end == timedelta(hours=13)


@pytest.mark.parametrize(
    ("told", "event", "when", "rule"),
    [
        (accepted(), e.Violated(manner=e.Manner.BREACH), "2018-05-01", "achieve-not-breached"),
        (accepted(Kind.REFRAIN), e.Fulfilled(), "2018-05-01", "kept-so-far"),
        (accepted(Kind.REFRAIN), e.Violated(manner=e.Manner.LAPSE), "2018-05-01", "only-achieve-lapses"),
        (accepted(Kind.REFRAIN), e.Violated(by=("stranger",)), "2018-05-01", "not-a-debtor"),
        (accepted(), e.Withdrawn(), "2018-05-01", "only-proposals"),
        (accepted(), e.Violated(manner=e.Manner.LAPSE), "2018-05-01", "not-due"),
        (accepted(), e.Accepted(), "2018-05-01", "accepted-already"),
        (accepted(), e.Reinstated(), "2018-05-01", "not-in-this-state"),
        (accepted(roll_up="all"), e.Fulfilled(), "2018-05-01", "parts-decide"),
        (accepted(), e.Fulfilled(), "2018-02-01", "before-proposed"),
        (accepted(), e.Fulfilled(), "2031-01-01", "not-yet"),
        (accepted(), e.Retracted(event="it-1"), "2018-05-01", "first-event"),
        (accepted(), e.Retracted(event="nothing"), "2018-05-01", "unknown-event"),
    ],
)
def test_a_refusal_names_its_rule(
    told: list[tuple[str, e.Event]], event: e.Event, when: str, rule: str
) -> None:
    """What would have no effect is refused, by the rule that stops it."""
    with pytest.raises(Refused) as refusal:
        decide(event, day(when), stream(*told), datetime(2021, 1, 1, tzinfo=UTC))
    assert refusal.value.rule == rule


# Properties

DATES = st.sampled_from(
    [f"2018-{m:02}-{d:02}" for m in (3, 4, 5, 6) for d in (1, 9, 20)] + ["2018-04", "2018-05"]
)
EVENTS = st.one_of(
    st.sampled_from(
        [
            e.Accepted(), e.Withdrawn(), e.Suspended(), e.Resumed(), e.Fulfilled(), e.Released(),
            e.Cancelled(), e.Reinstated(), e.Ended(by=("debtor",)), e.Ended(by=("creditor",)),
            e.Superseded(superseded_by="other"),
            e.ConditionMet(condition="talks last"), e.ConditionFailed(condition="talks last"),
            e.PositionStated(party="debtor", position="no"), e.ClarityRated(unrateable="vague"),
            e.Accepted(effective=day("2018-04-09").start),
        ]
    ),
    st.sampled_from(list(e.Manner)).map(lambda manner: e.Violated(manner=manner)),
    DATES.map(lambda when: e.DeadlineMoved(window=Window(until=day(when).end))),
    DATES.map(lambda when: e.DeadlinePassed(until=day(when).end)),
    DATES.map(lambda when: e.WindowClosed(until=day(when).end, observed=True)),
)  # fmt: skip
KINDS = st.sampled_from(list(Kind))
CONDITIONS = st.sampled_from(["", 'while: "talks last"', 'once: "talks last"'])
LIVES = st.lists(st.tuples(DATES, EVENTS), max_size=8)


@given(KINDS, CONDITIONS, LIVES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_plays_no_part(
    kind: Kind, condition: str, life: list[tuple[str, e.Event]], chance: random.Random
) -> None:
    """Any shuffling of the same facts gives the same standing on every day."""
    first, *rest = stream(("2018-03-01", e.Proposed(terms=terms(kind, condition=condition))), *life)
    shuffled = list(rest)
    chance.shuffle(shuffled)
    renumbered = [first, *(but(fact, position=i, version=i) for i, fact in enumerate(shuffled, start=2))]

    def seen(facts: list[e.Fact]) -> list[tuple[Any, ...]]:
        return [
            (c.at, c.standing.state, c.standing.since, c.standing.window, c.standing.remedied)
            for c in timeline(facts).changes
        ]

    assert seen([first, *rest]) == seen(renumbered)


@given(KINDS, CONDITIONS, LIVES, st.integers(0, 7))
def test_a_retraction_equals_never_having_been_recorded(
    kind: Kind, condition: str, life: list[tuple[str, e.Event]], which: int
) -> None:
    """Whatever it was, and on every day."""
    facts = stream(("2018-03-01", e.Proposed(terms=terms(kind, condition=condition))), *life)
    target = facts[1 + which % len(life)] if life else None
    if target is None:
        return
    position = len(facts) + 1
    taken = but(facts[0], id="r", position=position, version=position, event=e.Retracted(event=target.id))
    assert timeline([*facts, taken]) == timeline([fact for fact in facts if fact is not target])


@given(KINDS, LIVES)
def test_what_counts_on_an_earlier_day_is_a_prefix(kind: Kind, life: list[tuple[str, e.Event]]) -> None:
    """Facts whose occurrence ended later change nothing before."""
    facts = stream(("2018-03-01", e.Proposed(terms=terms(kind))), *life)
    whole = timeline(facts)
    for moment in sorted({fact.occurred.end for fact in facts}):
        assert timeline([f for f in facts if f.occurred.end <= moment]).at(moment) == whole.at(moment)


@given(KINDS, CONDITIONS, LIVES)
def test_evolve_is_total_and_states_are_legal(
    kind: Kind, condition: str, life: list[tuple[str, e.Event]]
) -> None:
    """In any order, on any state, it never raises; what cannot lapse never does."""
    first, *rest = stream(("2018-03-01", e.Proposed(terms=terms(kind, condition=condition))), *life)
    now = propose(first)
    assert now is not None
    for fact in rest:
        now = evolve(now, fact)
        assert now.manner is not e.Manner.LAPSE or now.is_achieve
        assert now.state is not State.CONDITIONAL or condition


# Conditions


@pytest.mark.parametrize(
    "text",
    [
        'while: "the dialogue lasts"',
        'once: a is fulfilled and ("x" or b is active)',
        'while: a is pending or b is closed and "y"',
    ],
)
def test_the_text_of_a_condition_is_its_stored_form(text: str) -> None:
    """Printing what was read gives what is read again."""
    assert str(parse(text)) == text
    assert parse(str(parse(text))) == parse(text)


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("when: x", 1, "starts with"),
        ('while "x"', 7, "':' is missing"),
        ("while: a is aktive", 13, "did you mean 'active'"),
        ('while: "x', 8, "not closed"),
        ('while: ("x"', 12, "')' is missing"),
        ("while: ", 8, "is missing"),
        ('while: "x" "y"', 12, "'and', 'or' or the end"),
    ],
)
def test_a_bad_condition_points_at_the_column(text: str, column: int, reason: str) -> None:
    """One line, with the place and what is expected there."""
    with pytest.raises(BadCondition, match=f"column {column}: .*{re.escape(reason)}") as problem:
        parse(text)
    assert "\n" not in str(problem.value)
