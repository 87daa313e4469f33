"""Cases that happened, or nearly: what the tool must say where others go wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve as but

from tests.commitments.lives import accepted, day, finding, inert, last, standing, states, stream, terms
from tracker.commitments import events as e
from tracker.commitments.decide import decide
from tracker.commitments.fold import fold_all, timeline
from tracker.commitments.policy import is_supported
from tracker.commitments.standing import State
from tracker.commitments.terms import Kind
from tracker.errors import Refused
from tracker.evidence.grade import Basis
from tracker.evidence.when import Occurred, occurrence

NOW = datetime(2021, 1, 1, tzinfo=UTC)


def test_a_launch_before_the_day_from_which_the_moratorium_runs_is_no_breach() -> None:
    """Accepted on 21 April with effect from that day; a launch of the 10th is learnt of later: it has no
    effect, is shown, and waits for a person."""
    facts = stream(
        ("2018-03-06", e.Proposed(terms=terms(Kind.REFRAIN))),
        ("2018-04-21", e.Accepted(effective=day("2018-04-21").start)),
        ("2018-04-10", e.Violated()),
    )
    assert standing(facts, "2018-05-01").state is State.ACTIVE
    assert inert(facts) == [("not-accepted", True)]


def test_with_effect_from_6_march_the_same_launch_is_a_breach() -> None:
    """From the acceptance on it counts, since the day of the launch; before, nothing was owed."""
    facts = stream(
        ("2018-03-06", e.Proposed(terms=terms(Kind.REFRAIN))),
        ("2018-04-21", e.Accepted(effective=day("2018-03-06").start)),
        ("2018-04-10", e.Violated()),
    )
    assert standing(facts, "2018-04-20").state is State.PROPOSED
    assert inert(facts, "2018-04-20") == [("not-accepted", True)]
    found = standing(facts, "2018-04-21")
    assert (found.state, str(found.since)) == (State.VIOLATED, "2018-04-10")
    assert inert(facts) == []


def test_a_drill_that_comes_to_light_after_a_clean_window_is_a_breach_and_not_remedied() -> None:
    """Swept as clean on 18 March; in June a drill of 20 February is learnt of."""
    until = day("2018-03-18").end
    facts = stream(
        ("2018-01-04", e.Proposed(terms=terms(Kind.REFRAIN, "2018-03-18"))),
        ("2018-01-04", e.Accepted()),
        ("2018-03-19T00:00+09:00", e.WindowClosed(until=until, observed=True)),
        ("2018-02-20", e.Violated()),
    )
    assert standing(facts[:3], "2018-06-01").state is State.FULFILLED
    found = standing(facts, "2018-06-01")
    assert (found.state, found.remedied, str(found.since)) == (State.VIOLATED, None, "2018-02-20")
    assert inert(facts) == [("overtaken", False)]


@pytest.mark.parametrize(("by", "state"), [("debtor", State.CANCELLED), ("creditor", State.FULFILLED)])
def test_talks_that_end_the_day_before_a_launch_leave_no_breach(by: str, state: State) -> None:
    """Ended by the debtor it is cancelled, by the other side it was kept; the launch has no effect."""
    facts = stream(
        *accepted(Kind.REFRAIN, condition='while: "talks last"'),
        ("2018-03-06", e.ConditionMet(condition="talks last")),
        ("2018-06-01", e.Ended(by=(by,))),
        ("2018-06-02", e.Violated()),
    )
    found = standing(facts, "2018-06-03")
    assert (found.state, found.by) == (state, (by,))
    assert inert(facts) == [("ended-already", False)]


def test_a_security_guarantee_that_is_withdrawn_takes_the_promise_back_to_conditional() -> None:
    """Denuclearize while the guarantee is active: it comes and goes with it."""
    guarantee = stream(
        ("2018-01-01", e.Proposed(terms=terms(Kind.MAINTAIN, id="guarantee"))),
        ("2018-04-01", e.Accepted()),
        ("2018-06-01", e.Cancelled()),
        name="guarantee",
    )
    ours = stream(*accepted(condition="while: guarantee is active"))
    folded = fold_all({"it": ours, "guarantee": guarantee})["it"]
    assert [(change.standing.state, change.at) for change in folded.changes] == [
        (State.PROPOSED, day("2018-03-01").end),
        (State.CONDITIONAL, day("2018-03-06").end),
        (State.ACTIVE, day("2018-04-01").end),
        (State.CONDITIONAL, day("2018-06-01").end),
    ]
    assert folded.changes[2].standing.because == ("guarantee-2",)  # the cause is the other's acceptance


def test_detainees_freed_though_nothing_was_ever_accepted() -> None:
    """Demanded, never promised, and done: fulfilled."""
    facts = stream(("2018-01-01", e.Proposed(terms=terms())), ("2018-05-09", e.Fulfilled()))
    assert states(facts) == [State.PROPOSED, State.FULFILLED]


def test_two_of_three_freed_by_the_deadline_is_a_lapse_with_its_extent() -> None:
    """The whole lapses at its own deadline with 2 of 3; the third, late, remedies it."""
    freed = ("2018-05-09", e.Fulfilled())

    def one(name: str, *more: tuple[str, e.Event]) -> list[e.Fact]:
        return stream(*accepted(id=name, part_of="whole"), *more, name=name)

    lapse = ("2018-06-01T00:00+09:00", e.Violated(manner=e.Manner.LAPSE))
    whole = stream(*accepted(until="2018-05-31", id="whole", roll_up="all"), lapse, name="whole")
    streams = {"whole": whole, "a": one("a", freed), "b": one("b", freed), "c": one("c")}
    lapsed = last(fold_all(streams)["whole"])
    assert (lapsed.state, lapsed.extent, lapsed.manner) == (State.VIOLATED, (2, 3), e.Manner.LAPSE)
    late = last(fold_all({**streams, "c": one("c", ("2018-07-01", e.Fulfilled()))})["whole"])
    assert (late.state, late.extent, str(late.remedied)) == (State.VIOLATED, (3, 3), "2018-07-01")


def test_a_summit_called_off_revived_and_held_keeps_all_of_its_history() -> None:
    """24 May violated, 1 June active in a new episode, 12 June fulfilled."""
    facts = stream(
        *accepted(until="2018-06-12"),
        ("2018-05-24", e.Violated(manner=e.Manner.REPUDIATED, by=("debtor",))),
        ("2018-06-01", e.Reinstated()),
        ("2018-06-12", e.Fulfilled()),
    )
    assert states(facts) == [State.PROPOSED, State.ACTIVE, State.VIOLATED, State.ACTIVE, State.FULFILLED]
    assert standing(facts, "2018-05-25").by == ("debtor",)
    found = standing(facts, "2018-06-12")
    assert (found.episode, found.by, found.manner) == (2, (), None)


def test_a_breach_in_the_month_of_acceptance_may_be_before_it_and_waits() -> None:
    """“In March”, accepted on the 6th: a person decides."""
    facts = stream(*accepted(Kind.REFRAIN), ("2018-03", e.Violated()))
    assert standing(facts, "2018-04-01").state is State.ACTIVE
    assert inert(facts) == [("straddles-start", True)]


def test_a_lapse_judged_weeks_later_occurred_at_the_deadline() -> None:
    """The decision dates it, so that asked about the day after the deadline it is violated."""
    facts = stream(*accepted(until="2018-04-30"))
    judged = decide(e.Violated(manner=e.Manner.LAPSE), day("2018-06-20"), facts, NOW)
    assert judged.occurred == Occurred.at(day("2018-04-30").end, "Asia/Seoul")
    lapse = e.Fact("x", "commitment/it", 3, 3, judged.event, judged.occurred, NOW)
    assert standing([*facts, lapse], "2018-04-29").state is State.ACTIVE
    assert standing([*facts, lapse], "2018-04-30").state is State.VIOLATED


def test_a_retraction_of_a_retraction_restores_its_target() -> None:
    """Newest first; it counts for every day asked about; and the first event of a stream stays."""
    told = [*accepted(), ("2018-05-09", e.Fulfilled())]
    once = stream(*told, ("2018-06-01", e.Retracted(event="it-3")))
    assert standing(once, "2018-05-10").state is State.ACTIVE
    twice = stream(
        *told, ("2018-06-01", e.Retracted(event="it-3")), ("2018-06-02", e.Retracted(event="it-4"))
    )
    assert standing(twice, "2018-05-10").state is State.FULFILLED
    first = stream(*told, ("2018-06-01", e.Retracted(event="it-1")))
    assert standing(first, "2018-06-02").state is State.FULFILLED


def test_a_verdict_whose_evidence_is_taken_back_stands_unsupported() -> None:
    """Corroborated by two origins needs two of them left; anything else needs one."""
    left = [finding("a"), finding("b")]
    assert is_supported(Basis.CORROBORATED, left)
    assert not is_supported(Basis.CORROBORATED, left[:1])
    assert not is_supported(Basis.CORROBORATED, [finding("a"), finding("a")])  # one origin, twice
    assert is_supported(Basis.REPORTED, left[:1])
    assert not is_supported(Basis.REPORTED, [])


def test_a_late_act_remedies_a_lapse_and_leaves_it_violated() -> None:
    """Late is late; the date of the remedy is kept."""
    lapse = ("2018-05-01T00:00+09:00", e.Violated(manner=e.Manner.LAPSE))
    facts = stream(*accepted(until="2018-04-30"), lapse, ("2018-05-10", e.Fulfilled()))
    found = standing(facts, "2018-05-20")
    assert (found.state, str(found.remedied)) == (State.VIOLATED, "2018-05-10")


def test_nothing_remedies_a_breach() -> None:
    """What happened has happened."""
    facts = stream(*accepted(Kind.REFRAIN), ("2018-05-01", e.Violated()), ("2018-06-01", e.Fulfilled()))
    found = standing(facts, "2018-06-02")
    assert (found.state, found.remedied) == (State.VIOLATED, None)
    assert inert(facts) == [("violated-stays", False)]


def test_the_same_day_is_not_the_same_in_seoul_and_in_washington() -> None:
    """9 May ends in Washington thirteen hours after it ended in Seoul."""
    assert occurrence("2018-05-09", "America/New_York").end - day("2018-05-09").end == timedelta(hours=13)


def test_a_breach_on_the_day_of_a_suspension_waits_for_a_person() -> None:
    """Nobody knows which came first; given the hour, one does."""
    begun = accepted(Kind.REFRAIN)
    facts = stream(*begun, ("2018-05-01", e.Suspended()), ("2018-05-01", e.Violated()))
    assert inert(facts) == [("straddles-change", True)]
    hours = stream(
        *begun, ("2018-05-01T09:00+09:00", e.Suspended()), ("2018-05-01T08:00+09:00", e.Violated())
    )
    assert standing(hours, "2018-05-02").state is State.VIOLATED


def test_two_facts_of_one_day_that_contradict_each_other_wait_for_a_person() -> None:
    """Two new deadlines of the same day: neither holds. Said twice in other words, it does."""
    first = e.DeadlineMoved(window=terms(until="2018-06-30").window, because="one paper")
    other = e.DeadlineMoved(window=terms(until="2018-07-31").window)
    facts = stream(*accepted(until="2018-04-30"), ("2018-04-01", first), ("2018-04-01", other))
    assert standing(facts, "2018-04-02").window.until == day("2018-04-30").end
    assert inert(facts) == [("conflict", True), ("conflict", True)]
    twice = stream(*accepted(), ("2018-04-01", first), ("2018-04-01", but(first, because="another paper")))
    assert (inert(twice), standing(twice, "2018-04-02").window) == ([], first.window)


def test_a_suspension_that_would_cover_a_breach_is_refused_until_that_is_retracted() -> None:
    """Who records it is told which verdict stands in the way."""
    facts = stream(*accepted(Kind.REFRAIN), ("2018-05-01", e.Violated()))
    with pytest.raises(Refused, match="retract it-3 first") as refusal:
        decide(e.Suspended(), day("2018-04-20"), facts, NOW)
    assert refusal.value.rule == "covers-breach"
    cleared = stream(("2018-06-01", e.Retracted(event="it-3")), after=facts)
    assert decide(e.Suspended(), day("2018-04-20"), cleared, NOW).warnings == ()


def test_a_decision_tells_which_later_facts_it_makes_void() -> None:
    """A cancellation of April found in June takes the ground from a breach of May."""
    facts = stream(*accepted(Kind.REFRAIN), ("2018-05-01", e.Violated()))
    (warning,) = decide(e.Cancelled(), day("2018-04-20"), facts, NOW).warnings
    assert warning == "this makes Violated it-3 of 2018-05-01 void: it was cancelled already"


def test_retracting_an_acceptance_tells_what_loses_its_ground() -> None:
    """The breach was of what was then accepted."""
    facts = stream(*accepted(Kind.REFRAIN), ("2018-05-01", e.Violated()))
    (warning,) = decide(e.Retracted(event="it-2"), Occurred.at(NOW), facts, NOW).warnings
    assert warning == "this makes Violated it-3 of 2018-05-01 void: nothing had been accepted"


def test_freeze_for_freeze_never_begins_by_itself() -> None:
    """Each freezes once the other does: a deadlock. With another way in, both begin."""

    def freeze(name: str, condition: str, *more: tuple[str, e.Event]) -> list[e.Fact]:
        return stream(*accepted(Kind.REFRAIN, id=name, condition=condition), *more, name=name)

    ours, theirs = freeze("ours", "while: theirs is active"), freeze("theirs", "while: ours is active")
    folded = fold_all({"ours": ours, "theirs": theirs})
    assert [last(line).state for line in folded.values()] == [State.CONDITIONAL] * 2
    begins = ("2018-04-01", e.ConditionMet(condition="talks begin"))
    ours = freeze("ours", 'while: theirs is active or "talks begin"', begins)
    folded = fold_all({"ours": ours, "theirs": theirs})
    assert [last(line).state for line in folded.values()] == [State.ACTIVE] * 2


def test_two_that_drive_each_other_round_for_ever_come_to_rest() -> None:
    """One runs while the other waits, and that one while the first runs: neither may count on the other."""
    first = stream(*accepted(id="first", condition="while: second is conditional"), name="first")
    for word in ("active", "conditional"):
        second = stream(*accepted(id="second", condition=f"while: first is {word}"), name="second")
        folded = fold_all({"first": first, "second": second})
        assert [last(line).state for line in folded.values()] == [State.CONDITIONAL] * 2


def test_conditions_three_deep_follow_a_fact_that_arrives_years_late() -> None:
    """The first of a chain turns out never to have begun; all that hung on it falls back, for every day."""
    chain = {"a": stream(*accepted(Kind.MAINTAIN, id="a"), ("2018-03-04", e.Withdrawn()), name="a")}
    for name, upstream in (("b", "a"), ("c", "b"), ("d", "c")):
        chain[name] = stream(
            *accepted(Kind.MAINTAIN, id=name, condition=f"while: {upstream} is active"), name=name
        )
    before = fold_all({**chain, "a": chain["a"][:2]})
    after = fold_all(chain)
    assert [last(before[name]).state for name in "abcd"] == [State.ACTIVE] * 4
    assert [after[name].changes[1].standing.state for name in "bcd"] == [State.CONDITIONAL] * 3


def test_what_the_facts_say_of_a_moment_is_a_change_at_its_end() -> None:
    """An instant counts at once, a day when it is over, a month when that is."""
    for when in ("2018-05-09T12:00+09:00", "2018-05-09", "2018-05"):
        assert timeline(stream(*accepted(), (when, e.Fulfilled()))).changes[-1].at == day(when).end
