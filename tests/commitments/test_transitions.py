"""Given what was recorded, when asked about a day, then the standing: every way from one state to another."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commitments.lives import Told, accepted, day, inert, standing, states, stream, terms
from tracker.commitments import events as e
from tracker.commitments.fold import Timeline, fold_all, timeline
from tracker.commitments.standing import Flag, State
from tracker.commitments.terms import Kind, Terms, Voice, Window
from tracker.evidence.when import Occurred

TALKS = 'while: "talks last"'
MET, FAILED = e.ConditionMet(condition="talks last"), e.ConditionFailed(condition="talks last")


def proposed(kind: Kind = Kind.ACHIEVE, until: str = "", **more: Any) -> list[Told]:
    """Proposed on 1 March 2018 and nothing else."""
    return accepted(kind, until, **more)[:1]


# From a proposal


def test_an_accepted_proposal_without_a_condition_is_active() -> None:
    """Proposed on the 1st, accepted on the 6th."""
    facts = stream(*accepted())
    assert standing(facts, "2018-03-05").state is State.PROPOSED
    assert standing(facts, "2018-03-06").state is State.ACTIVE


def test_an_accepted_proposal_with_a_condition_waits_for_it() -> None:
    """Conditional, and active from when the condition comes to hold."""
    facts = stream(
        *accepted(condition='once: "talks begin"'), ("2018-04-01", e.ConditionMet(condition="talks begin"))
    )
    assert states(facts) == [State.PROPOSED, State.CONDITIONAL, State.ACTIVE]


@pytest.mark.parametrize(("voice", "state"), [(Voice.OWN, State.ACTIVE), (Voice.DEMANDED, State.PROPOSED)])
def test_a_creditor_takes_up_an_offer_but_does_not_accept_its_own_demand(voice: Voice, state: State) -> None:
    """A bid binds the bidder once it is accepted; what one asks for, another has to take on."""
    made = ("2018-03-01", e.Proposed(terms=terms(), voice=voice))
    facts = stream(made, ("2018-03-06", e.Accepted(by="creditor")))
    assert standing(facts, "2018-03-06").state is state


def test_a_proposal_is_withdrawn() -> None:
    """Taken back before it was accepted, it is closed without merit or blame."""
    facts = stream(*proposed(), ("2018-03-03", e.Withdrawn()))
    last = standing(facts, "2018-04-01")
    assert (last.state, last.status.value) == (State.WITHDRAWN, "closed")


@pytest.mark.parametrize(
    "told", [proposed(until="2018-04-30"), accepted(until="2018-04-30", condition=TALKS)]
)
def test_a_window_that_ends_before_anything_is_owed_expires_it(told: list[Told]) -> None:
    """Proposed or conditional to the end, it expires."""
    facts = stream(*told, ("2018-05-01T00:00+09:00", e.DeadlinePassed(until=day("2018-04-30").end)))
    assert standing(facts, "2018-05-01").state is State.EXPIRED


def test_what_was_never_accepted_can_be_fulfilled_all_the_same() -> None:
    """The act fulfils an achieve in any live state; a later acceptance has no effect."""
    facts = stream(*proposed(), ("2018-05-09", e.Fulfilled()), ("2018-06-01", e.Accepted()))
    assert states(facts) == [State.PROPOSED, State.FULFILLED]
    assert inert(facts) == [("ended-already", False)]


# Conditions


def test_a_once_condition_goes_right_and_never_back() -> None:
    """It held once; that it no longer does changes nothing."""
    facts = stream(*accepted(condition='once: "talks last"'), ("2018-04-01", MET), ("2018-05-01", FAILED))
    assert states(facts) == [State.PROPOSED, State.CONDITIONAL, State.ACTIVE]


def test_a_once_condition_that_held_before_acceptance_is_met() -> None:
    """The talks began in between."""
    facts = stream(
        *proposed(condition='once: "talks last"'),
        ("2018-03-03", MET),
        ("2018-03-04", FAILED),
        ("2018-03-06", e.Accepted()),
    )
    assert states(facts) == [State.PROPOSED, State.ACTIVE]


def test_an_achieve_is_conditional_again_when_its_while_fails() -> None:
    """There and back."""
    facts = stream(
        *accepted(condition=TALKS), ("2018-04-01", MET), ("2018-05-01", FAILED), ("2018-06-01", MET)
    )
    assert states(facts)[1:] == [State.CONDITIONAL, State.ACTIVE, State.CONDITIONAL, State.ACTIVE]


def test_a_running_refrain_rests_when_its_while_fails_and_runs_again_when_it_holds() -> None:
    """An act in between is no breach, one after it is."""
    facts = stream(
        *accepted(Kind.REFRAIN, condition=TALKS),
        ("2018-04-01", MET),
        ("2018-05-01", FAILED),
        ("2018-05-10", e.Violated()),
        ("2018-06-01", MET),
        ("2018-06-10", e.Violated()),
    )
    assert states(facts)[1:] == [
        State.CONDITIONAL,
        State.ACTIVE,
        State.SUSPENDED,
        State.ACTIVE,
        State.VIOLATED,
    ]
    assert inert(facts) == [("not-owed", False)]


def test_a_refrain_that_never_ran_waits_instead_of_resting() -> None:
    """Before its condition first holds it is conditional, not suspended."""
    facts = stream(*accepted(Kind.REFRAIN, condition=TALKS), ("2018-04-01", FAILED))
    assert states(facts) == [State.PROPOSED, State.CONDITIONAL]


def test_words_that_lose_their_condition_are_owed_at_once() -> None:
    """Reworded without the condition, the commitment is active."""
    facts = stream(*accepted(condition=TALKS), ("2018-04-01", e.Reworded(terms=terms())))
    assert states(facts) == [State.PROPOSED, State.CONDITIONAL, State.ACTIVE]


def test_words_that_gain_another_condition_wait_for_that_one() -> None:
    """What held was the old condition."""
    new = e.Reworded(terms=terms(condition='once: "sanctions end"'))
    facts = stream(*accepted(condition='once: "talks last"'), ("2018-03-10", MET), ("2018-04-01", new))
    assert states(facts)[-2:] == [State.ACTIVE, State.CONDITIONAL]


# Suspension


def test_a_recorded_suspension_rests_it_until_it_is_resumed() -> None:
    """Active, suspended, active; who and why stand in the facts behind the state."""
    facts = stream(*accepted(), ("2018-04-01", e.Suspended(by="creditor")), ("2018-05-01", e.Resumed()))
    assert states(facts)[1:] == [State.ACTIVE, State.SUSPENDED, State.ACTIVE]
    assert standing(facts, "2018-04-15").because == ("it-3",)


def test_a_suspension_moves_no_date() -> None:
    """The deadline stays where it was; only `DeadlineMoved` moves it."""
    facts = stream(*accepted(until="2018-06-30"), ("2018-04-01", e.Suspended()), ("2018-05-01", e.Resumed()))
    assert standing(facts, "2018-05-02").window.until == day("2018-06-30").end


def test_a_decision_to_suspend_outlasts_the_return_of_the_condition() -> None:
    """Two reasons to rest: it runs again when both are gone, in whichever order."""
    begun = [*accepted(Kind.REFRAIN, condition=TALKS), ("2018-04-01", MET)]
    first = stream(
        *begun,
        ("2018-05-01", FAILED),
        ("2018-05-02", e.Suspended()),
        ("2018-05-03", MET),
        ("2018-05-04", e.Resumed()),
    )
    assert standing(first, "2018-05-03").state is State.SUSPENDED
    assert standing(first, "2018-05-04").state is State.ACTIVE
    second = stream(
        *begun,
        ("2018-05-01", e.Suspended()),
        ("2018-05-02", FAILED),
        ("2018-05-03", e.Resumed()),
        ("2018-05-04", MET),
    )
    assert standing(second, "2018-05-03").state is State.SUSPENDED
    assert standing(second, "2018-05-04").state is State.ACTIVE


def test_what_rested_over_its_deadline_is_late_and_nobody_is_to_blame() -> None:
    """No lapse is held against the debtor, and the late act fulfils."""
    rested = [*accepted(until="2018-04-30"), ("2018-04-15", e.Suspended()), ("2018-05-15", e.Resumed())]
    lapse = stream(*rested, ("2018-05-01T00:00+09:00", e.Violated(manner=e.Manner.LAPSE)))
    assert (standing(lapse, "2018-06-01").state, inert(lapse)) == (State.ACTIVE, [("not-owed", False)])
    done = stream(*rested, ("2018-05-20", e.Fulfilled()))
    assert standing(done, "2018-06-01").state is State.FULFILLED


# Achieve


def test_an_achieve_is_fulfilled_by_its_act_and_not_before() -> None:
    """Active to the day before, fulfilled from the day of the act, with what came about of it."""
    facts = stream(*accepted(), ("2018-05-09", e.Fulfilled(extent=(3, 4), shortfall="one stayed")))
    assert standing(facts, "2018-05-08").state is State.ACTIVE
    last = standing(facts, "2018-05-09")
    assert (last.state, last.extent, last.shortfall) == (State.FULFILLED, (3, 4), "one stayed")


def test_an_act_on_the_last_day_is_in_time() -> None:
    """The end of the day is the deadline."""
    facts = stream(*accepted(until="2018-04-30"), ("2018-04-30", e.Fulfilled()))
    assert standing(facts, "2018-05-01").state is State.FULFILLED


def test_a_judged_lapse_is_violated_since_the_deadline_by_all_debtors() -> None:
    """Nobody did it: all who owed it are to blame, unless one is named."""
    both = accepted(until="2018-04-30", debtor=("north", "south"))
    at = "2018-05-01T00:00+09:00"
    all_of_them = standing(stream(*both, (at, e.Violated(manner=e.Manner.LAPSE))), "2018-05-01")
    assert (all_of_them.state, all_of_them.by) == (State.VIOLATED, ("north", "south"))
    assert all_of_them.since == Occurred.at(day("2018-04-30").end, "Asia/Seoul")
    one = standing(stream(*both, (at, e.Violated(manner=e.Manner.LAPSE, by=("north",)))), "2018-05-01")
    assert one.by == ("north",)


def test_an_act_after_the_deadline_is_late_though_nobody_had_judged_it() -> None:
    """Violated since the deadline, and remedied."""
    last = standing(stream(*accepted(until="2018-04-30"), ("2018-05-09", e.Fulfilled())), "2018-05-09")
    assert (last.state, str(last.remedied), last.since.end) == (
        State.VIOLATED,
        "2018-05-09",
        day("2018-04-30").end,
    )
    assert Flag.REMEDIED in last.flags(day("2018-06-01").end)


def test_a_moved_deadline_makes_the_old_one_void() -> None:
    """What the clock and a judge took down for the old one has no effect."""
    old, new = day("2018-04-30").end, day("2018-06-30").end
    facts = stream(
        *accepted(until="2018-04-30"),
        ("2018-04-20", e.DeadlineMoved(window=Window(until=new))),
        ("2018-05-01T00:00+09:00", e.DeadlinePassed(until=old)),
        ("2018-05-01T00:00+09:00", e.Violated(manner=e.Manner.LAPSE)),
    )
    last = standing(facts, "2018-05-02")
    assert (last.state, last.window.until) == (State.ACTIVE, new)
    assert sorted(inert(facts)) == [("not-due", False), ("window-moved", False)]


def test_a_passed_deadline_is_overdue_before_and_after_the_clock_took_it_down() -> None:
    """The flag is derived at the moment asked about; the clock's fact is no verdict."""
    facts = stream(*accepted(until="2018-04-30"))
    swept = stream(
        *accepted(until="2018-04-30"),
        ("2018-05-01T00:00+09:00", e.DeadlinePassed(until=day("2018-04-30").end)),
    )
    for seen in (facts, swept):
        last = standing(seen, "2018-05-02")
        assert (last.state, last.flags(day("2018-05-02").end)) == (State.ACTIVE, (Flag.OVERDUE,))
        assert last.flags(day("2018-04-29").end) == ()


# Maintain and refrain


@pytest.mark.parametrize("kind", [Kind.MAINTAIN, Kind.REFRAIN])
def test_an_act_within_the_obligation_is_a_breach_and_further_ones_are_counted(kind: Kind) -> None:
    """Violated since the first; the last is kept too."""
    facts = stream(*accepted(kind), ("2018-05-01", e.Violated()), ("2018-05-08", e.Violated()))
    last = standing(facts, "2018-06-01")
    assert (last.state, str(last.since), last.by) == (State.VIOLATED, "2018-05-01", ("debtor",))
    assert (last.breaches, str(last.last_breach)) == (2, "2018-05-08")


def test_of_several_debtors_only_those_that_did_it_are_to_blame() -> None:
    """Who is not named is not blamed, and a further breach adds who did that."""
    told = accepted(Kind.REFRAIN, debtor=("us", "rok"))
    assert standing(stream(*told, ("2018-05-01", e.Violated())), "2018-05-02").by == ()
    facts = stream(
        *told, ("2018-05-01", e.Violated(by=("us", "japan"))), ("2018-05-02", e.Violated(by=("rok",)))
    )
    assert standing(facts, "2018-05-01").by == ("us",)
    assert standing(facts, "2018-05-02").by == ("us", "rok")


@pytest.mark.parametrize(("observed", "state"), [(True, State.FULFILLED), (False, State.ACTIVE)])
def test_a_clean_window_fulfils_only_where_somebody_was_looking(observed: bool, state: State) -> None:
    """No news is not compliance: unobserved, it waits for a person."""
    until = day("2018-03-18").end
    facts = stream(
        *accepted(Kind.REFRAIN, "2018-03-18"),
        ("2018-03-19T00:00+09:00", e.WindowClosed(until=until, observed=observed)),
    )
    last = standing(facts, "2018-04-01")
    assert last.state is state
    assert (Flag.UNOBSERVED in last.flags(day("2018-04-01").end)) is not observed


def test_an_act_after_the_window_is_no_further_breach() -> None:
    """Violated within it, it is counted no further once nothing is owed."""
    facts = stream(
        *accepted(Kind.REFRAIN, "2018-04-30"), ("2018-04-01", e.Violated()), ("2018-05-02", e.Violated())
    )
    assert standing(facts, "2018-05-03").breaches == 1
    assert inert(facts) == [("after-window", False)]


def test_a_window_that_is_prolonged_is_watched_again() -> None:
    """That nobody had looked at the old end says nothing of the new one."""
    old, new = day("2018-03-18").end, day("2018-06-30").end
    facts = stream(
        *accepted(Kind.REFRAIN, "2018-03-18"),
        ("2018-03-19T00:00+09:00", e.WindowClosed(until=old)),
        ("2018-04-01", e.DeadlineMoved(window=Window(until=new))),
    )
    assert standing(facts, "2018-03-20").unobserved
    assert not standing(facts, "2018-04-01").unobserved


def test_a_person_holds_an_unobserved_window_kept() -> None:
    """After it ended; before, it could only be kept so far."""
    judged = stream(*accepted(Kind.REFRAIN, "2018-03-18"), ("2018-03-19", e.Fulfilled()))
    assert standing(judged, "2018-04-01").state is State.FULFILLED


def test_what_a_while_hung_on_ends_before_it_began() -> None:
    """It was never owed: expired, whoever ended it."""
    facts = stream(*accepted(Kind.REFRAIN, condition=TALKS), ("2018-04-01", e.Ended(by=("debtor",))))
    assert standing(facts, "2018-04-02").state is State.EXPIRED


# Ends that the parties make


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (e.Released(by="creditor"), State.RELEASED),
        (e.Cancelled(), State.CANCELLED),
        (e.Superseded(superseded_by="other"), State.SUPERSEDED),
    ],
)
@pytest.mark.parametrize("told", [proposed(), accepted(), accepted(condition=TALKS)])
def test_the_parties_end_it_in_any_live_state(event: e.Event, state: State, told: list[Told]) -> None:
    """Waived, called off or renegotiated."""
    last = standing(stream(*told, ("2018-04-01", event)), "2018-04-02")
    assert (last.state, last.status.value) == (state, "closed")
    assert last.superseded_by == ("other" if state is State.SUPERSEDED else "")


def test_a_repudiation_violates_and_of_a_revocable_one_cancels() -> None:
    """What was promised to nobody can be taken back without breaking it; who did it is kept either way."""
    renounced = ("2020-01-01", e.Violated(manner=e.Manner.REPUDIATED, by=("debtor",)))
    bound = standing(stream(*accepted(), renounced), "2020-01-02")
    assert (bound.state, bound.manner, bound.by) == (State.VIOLATED, e.Manner.REPUDIATED, ("debtor",))
    free = standing(stream(*accepted(Kind.REFRAIN, revocable=True), renounced), "2020-01-02")
    assert (free.state, free.by) == (State.CANCELLED, ("debtor",))


# New beginnings


def test_a_closed_commitment_is_taken_up_again_in_a_new_episode() -> None:
    """Active again, or conditional, or a proposal where it had never been more."""
    ended, again = ("2018-04-01", e.Cancelled()), ("2018-05-01", e.Reinstated())
    for told, state in (
        (accepted(), State.ACTIVE),
        (accepted(condition=TALKS), State.CONDITIONAL),
        (proposed(), State.PROPOSED),
    ):
        last = standing(stream(*told, ended, again), "2018-05-02")
        assert (last.state, last.episode) == (state, 2)


def test_what_rested_when_it_was_called_off_does_not_rest_when_it_is_taken_up_again() -> None:
    """The decision to suspend belonged to the old episode."""
    facts = stream(
        *accepted(),
        ("2018-04-01", e.Suspended()),
        ("2018-04-02", e.Cancelled()),
        ("2018-05-01", e.Reinstated()),
    )
    assert states(facts)[-2:] == [State.CANCELLED, State.ACTIVE]


# Parts


def whole(*parts: list[e.Fact], told: tuple[Told, ...] = ()) -> Timeline:
    """A whole that rolls up `parts`, folded with them; `told` are facts of its own."""
    own = stream(*accepted(id="whole", roll_up="all"), *told, name="whole")
    return fold_all({"whole": own, **{part[0].stream.partition("/")[2]: part for part in parts}})["whole"]


def part(name: str, *told: Told, until: str = "") -> list[e.Fact]:
    """A part of the whole and what became of it."""
    return stream(*accepted(until=until, id=name, part_of="whole"), *told, name=name)


FREED = ("2018-05-09", e.Fulfilled())


def test_a_whole_counts_its_parts_and_is_fulfilled_with_the_last() -> None:
    """2 of 3, then 3 of 3."""
    seen = whole(part("a", FREED), part("b", FREED), part("c", ("2018-05-10", e.Fulfilled())))
    at_first, at_last = seen.at(day("2018-05-09").end), seen.last
    assert at_first is not None
    assert at_last is not None
    assert (at_first.state, at_first.extent) == (State.ACTIVE, (2, 3))
    assert (at_last.state, at_last.extent, str(at_last.since)) == (State.FULFILLED, (3, 3), "2018-05-10")


def test_a_part_that_lapses_violates_the_whole_and_a_late_one_remedies_it() -> None:
    """The blame is the part's, and so is the date."""
    lapse = ("2018-05-11T00:00+09:00", e.Violated(manner=e.Manner.LAPSE))
    late = part("b", lapse, ("2018-06-01", e.Fulfilled()), until="2018-05-10")
    seen = whole(part("a", FREED), late)
    before, after = seen.at(day("2018-05-20").end), seen.last
    assert before is not None
    assert after is not None
    assert (before.state, before.extent, before.by, before.remedied) == (
        State.VIOLATED,
        (1, 2),
        ("debtor",),
        None,
    )
    assert (after.state, after.extent, str(after.remedied)) == (State.VIOLATED, (2, 2), "2018-06-01")


def test_a_fact_on_a_whole_that_its_parts_have_decided_comes_too_late() -> None:
    """Released after all three were free: it had been fulfilled already."""
    seen = whole(part("a", FREED), told=(("2018-06-01", e.Released()),))
    assert seen.last is not None
    assert seen.last.state is State.FULFILLED
    assert [each.rule.value for each in seen.inert()] == ["ended-already"]


# What is kept beside the state


def test_words_clarity_watch_and_positions_leave_the_state_alone() -> None:
    """Said and reworded, it stands as it stood."""
    reworded: Terms = terms(title="It, in other words")
    facts = stream(
        *accepted(),
        ("2018-04-01", e.Reworded(terms=reworded)),
        ("2018-04-02", e.ClarityRated(unrateable="vague")),
        ("2018-04-03", e.PositionStated(party="debtor", position="we keep it")),
        ("2018-04-04", e.WentQuiet(since=day("2018-03-06").end)),
    )
    last = standing(facts, "2018-05-01")
    assert (last.state, last.terms.title) == (State.ACTIVE, "It, in other words")
    assert last.flags(day("2018-05-01").end) == (Flag.UNOBSERVED, Flag.UNRATEABLE)
    assert timeline(facts).inert() == ()
