"""Every rule that stops a fact, by name: refused where nothing comes of it, kept where a person decides."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.commitments.lives import Told, accepted, day, inert, stream, terms
from tracker.commitments import events as e
from tracker.commitments.decide import decide
from tracker.commitments.rules import Rule
from tracker.commitments.terms import Kind, Window
from tracker.errors import BadCondition, Refused

NOW = datetime(2021, 1, 1, tzinfo=UTC)
LAPSE, RENOUNCED = e.Violated(manner=e.Manner.LAPSE), e.Violated(manner=e.Manner.REPUDIATED)
TALKS = 'while: "talks last"'
MET = ("2018-03-06", e.ConditionMet(condition="talks last"))
REFRAIN = accepted(Kind.REFRAIN)
WINDOW = accepted(Kind.REFRAIN, "2018-04-30")

REFUSED: list[tuple[Rule, list[Told], e.Event, str]] = [
    (Rule.PROPOSED_ONCE, accepted(), e.Proposed(terms=terms()), "2018-05-01"),
    (Rule.ANOTHER_COMMITMENT, accepted(), e.Reworded(terms=terms(Kind.MAINTAIN)), "2018-05-01"),
    (Rule.NOT_A_DEBTOR, REFRAIN, e.Violated(by=("stranger",)), "2018-05-01"),
    (Rule.NOT_A_DEBTOR, accepted()[:1], e.Accepted(by="stranger"), "2018-05-01"),
    (Rule.NOT_A_CREDITOR, accepted(), e.Released(by="debtor"), "2018-05-01"),
    (Rule.ACCEPTED_ALREADY, accepted(), e.Accepted(), "2018-05-01"),
    (Rule.ONLY_PROPOSALS, accepted(), e.Withdrawn(), "2018-05-01"),
    (Rule.NOT_RUNNING, accepted(condition=TALKS), e.Suspended(), "2018-05-01"),
    (Rule.NOT_OWED, accepted(Kind.REFRAIN, condition=TALKS), e.Violated(), "2018-05-01"),
    (Rule.NOT_OWED, accepted(Kind.REFRAIN, "2018-04-30", condition=TALKS), e.Fulfilled(), "2018-05-01"),
    (Rule.NOT_ON_HOLD, accepted(), e.Resumed(), "2018-05-01"),
    (Rule.ENDED_ALREADY, [*accepted(), ("2018-04-01", e.Cancelled())], e.Fulfilled(), "2018-05-01"),
    (Rule.ENDED_ALREADY, [*REFRAIN, ("2018-04-01", e.Violated())], RENOUNCED, "2018-05-01"),
    (Rule.VIOLATED_STAYS, [*REFRAIN, ("2018-04-01", e.Violated())], e.Fulfilled(), "2018-05-01"),
    (Rule.VIOLATED_STAYS, [*REFRAIN, ("2018-04-01", e.Violated())], e.Reinstated(), "2018-05-01"),
    (Rule.NOT_CLOSED, accepted(), e.Reinstated(), "2018-05-01"),
    (Rule.PARTS_DECIDE, accepted(roll_up="all"), e.Fulfilled(), "2018-05-01"),
    (Rule.KEPT_SO_FAR, REFRAIN, e.Fulfilled(), "2018-05-01"),
    (Rule.KEPT_SO_FAR, WINDOW, e.Fulfilled(), "2018-04-29"),
    (Rule.ACHIEVE_NOT_BREACHED, accepted(), e.Violated(), "2018-05-01"),
    (Rule.ONLY_ACHIEVE_LAPSES, REFRAIN, LAPSE, "2018-05-01"),
    (Rule.NOT_A_CONDITION, accepted(condition=TALKS), e.ConditionMet(condition="talk lasts"), "2018-05-01"),
    (Rule.NOTHING_TO_END, REFRAIN, e.Ended(by=("debtor",)), "2018-05-01"),
    (Rule.AFTER_WINDOW, WINDOW, e.Violated(), "2018-05-02"),
    (Rule.TOO_LATE, accepted(until="2018-04-30")[:1], e.Fulfilled(), "2018-05-02"),
    (Rule.TOO_LATE, [*accepted(until="2018-04-30"), ("2018-04-01", RENOUNCED)], e.Reinstated(), "2018-05-02"),
    (Rule.NOT_DUE, accepted(until="2018-04-30"), LAPSE, "2018-04-29"),
    (
        Rule.WINDOW_MOVED,
        accepted(until="2018-04-30"),
        e.DeadlinePassed(until=day("2018-03-31").end),
        "2018-05-01",
    ),
    (Rule.OVERTAKEN, [*accepted(), ("2018-04-01", e.Fulfilled())], e.WentQuiet(since=NOW), "2018-05-01"),
    (Rule.NO_SUCH_EFFECT, accepted(), e.Event(), "2018-05-01"),
    (Rule.BEFORE_PROPOSED, accepted(), e.Fulfilled(), "2018-02-01"),
    (Rule.NOT_YET, accepted(), e.Fulfilled(), "2031-01-01"),
    (Rule.FIRST_EVENT, accepted(), e.Retracted(event="it-1"), "2018-05-01"),
    (Rule.UNKNOWN_EVENT, accepted(), e.Retracted(event="nothing"), "2018-05-01"),
    (Rule.COVERS_BREACH, [*REFRAIN, ("2018-05-01", e.Violated())], e.Suspended(), "2018-04-01"),
]

WAITS: list[tuple[Rule, list[Told], e.Event, str]] = [
    (Rule.NOT_ACCEPTED, REFRAIN[:1], e.Violated(), "2018-05-01"),
    (Rule.WHO_ENDED, [*accepted(Kind.REFRAIN, condition=TALKS), MET], e.Ended(), "2018-05-01"),
    (
        Rule.BEFORE_OBLIGATION,
        [*REFRAIN[:1], ("2018-03-06", e.Accepted(effective=day("2018-04-01").start))],
        e.Violated(),
        "2018-03-20",
    ),
    (Rule.STRADDLES_START, REFRAIN, e.Violated(), "2018-03"),
    (Rule.STRADDLES_DEADLINE, accepted(until="2018-04-15"), e.Fulfilled(), "2018-04"),
    (Rule.STRADDLES_DEADLINE, accepted(Kind.REFRAIN, "2018-04-15"), e.Violated(), "2018-04"),
    (Rule.STRADDLES_CHANGE, [*REFRAIN, ("2018-04-10", e.Cancelled())], e.Violated(), "2018-04"),
    (
        Rule.CONFLICT,
        [*accepted(), ("2018-04-10", e.Superseded(superseded_by="a"))],
        e.Superseded(superseded_by="b"),
        "2018-04-10",
    ),
]


@pytest.mark.parametrize(("rule", "told", "event", "when"), REFUSED)
def test_what_would_have_no_effect_is_refused_by_its_rule(
    rule: Rule, told: list[Told], event: e.Event, when: str
) -> None:
    """One line that says what was refused and why."""
    with pytest.raises(Refused) as refusal:
        decide(event, day(when), stream(*told), NOW)
    assert refusal.value.rule is rule
    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize(("rule", "told", "event", "when"), WAITS)
def test_what_a_person_has_to_decide_is_recorded_and_waits(
    rule: Rule, told: list[Told], event: e.Event, when: str
) -> None:
    """The decision says so, and the fold lists it with the same rule."""
    facts = stream(*told)
    (warning, *_) = decide(event, day(when), facts, NOW).warnings
    assert "waits for review" in warning
    assert (rule.value, True) in inert(stream((when, event), after=facts))


def test_every_rule_is_met_by_a_test() -> None:
    """The one rule that is not about a single stream is met where streams are told apart: `retract`."""
    met = {rule for rule, *_ in (*REFUSED, *WAITS)}
    assert set(Rule) - met == {Rule.ANOTHER_STREAM}


def test_every_rule_is_explained_to_who_meets_it() -> None:
    """The guide has a line for each, and none for a rule that does not exist."""
    page = (Path(__file__).parents[2] / "docs" / "commitments.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)) == {rule.value for rule in Rule}


def test_a_condition_that_nobody_can_read_is_not_taken_in() -> None:
    """The error points at the column; what an old log holds of the kind never holds, and never raises."""
    with pytest.raises(BadCondition, match="column 8"):
        decide(e.Proposed(terms=terms(condition="while: ???")), day("2018-03-01"), [], NOW)
    with pytest.raises(BadCondition, match="column 1"):
        decide(e.Reworded(terms=terms(condition="when: x")), day("2018-05-01"), stream(*accepted()), NOW)
    assert inert(
        stream(*accepted(condition="while: ???"), ("2018-04-01", e.Violated(manner=e.Manner.REPUDIATED)))
    ) == [("not-owed", False)]


def test_a_breach_that_blames_nobody_says_so() -> None:
    """Of several debtors somebody has to name who did it."""
    told = accepted(Kind.REFRAIN, debtor=("us", "rok"))
    (warning,) = decide(e.Violated(), day("2018-05-01"), stream(*told), NOW).warnings
    assert warning == "it blames nobody; say which of us, rok did it"


def test_a_breach_of_the_past_that_a_later_acceptance_reaches_does_not_wait() -> None:
    """It has no effect on its own day, and all of it once the acceptance is there."""
    told = [
        ("2018-03-01", e.Proposed(terms=terms(Kind.REFRAIN))),
        ("2018-04-21", e.Accepted(effective=day("2018-03-06").start)),
    ]
    assert decide(e.Violated(), day("2018-04-10"), stream(*told), NOW).warnings == ()


def test_a_window_is_kept_by_the_moved_deadline() -> None:
    """A deadline moved before it passed is judged as moved."""
    moved = ("2018-04-20", e.DeadlineMoved(window=Window(until=day("2018-06-30").end)))
    decided = decide(LAPSE, day("2018-08-01"), stream(*accepted(until="2018-04-30"), moved), NOW)
    assert decided.occurred.end == day("2018-06-30").end
