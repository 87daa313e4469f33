"""Short ways to write down what happened to a commitment, for tests that a domain expert can read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tracker.commitments import events as e
from tracker.commitments.fold import Timeline, timeline
from tracker.commitments.standing import Standing, State
from tracker.commitments.terms import Kind, Terms, Window
from tracker.evidence.finding import Factuality, Finding, Match, Relation
from tracker.evidence.grade import Credibility, Reliability
from tracker.evidence.when import Occurred, occurrence

SEOUL = "Asia/Seoul"
RECORDED = datetime(2020, 1, 1, tzinfo=UTC)
"""When the first fact of a test is recorded; the next follow a day apart."""

Told = tuple[str, e.Event]


def day(text: str) -> Occurred:
    """A day, a month or a moment as Seoul has it."""
    return occurrence(text, SEOUL)


def terms(kind: Kind = Kind.ACHIEVE, until: str = "", **more: Any) -> Terms:
    """Terms between a debtor and a creditor."""
    window = Window(until=day(until).end) if until else Window()
    given: dict[str, Any] = {
        "id": "it",
        "title": "It",
        "consequent": "it is done",
        "window": window,
        "zone": SEOUL,
        "debtor": ("debtor",),
        "creditor": ("creditor",),
        **more,
    }
    return Terms(kind=kind, **given)


def stream(*told: Told, name: str = "it", after: Sequence[e.Fact] = ()) -> list[e.Fact]:
    """Facts recorded in the order given, one a day, each having occurred on its date, after others."""
    return [
        *after,
        *(
            e.Fact(f"{name}-{i}", f"commitment/{name}", i, i, event, day(when), RECORDED + timedelta(days=i))
            for i, (when, event) in enumerate(told, start=len(after) + 1)
        ),
    ]


def accepted(kind: Kind = Kind.ACHIEVE, until: str = "", **more: Any) -> list[Told]:
    """Proposed on 1 March 2018, accepted on the 6th."""
    return [("2018-03-01", e.Proposed(terms=terms(kind, until, **more))), ("2018-03-06", e.Accepted())]


def standing(facts: Sequence[e.Fact], on: str, upstream: dict[str, Timeline] | None = None) -> Standing:
    """Where it stood at the end of a day."""
    found = timeline(facts, upstream).at(day(on).end)
    assert found is not None
    return found


def states(facts: Sequence[e.Fact]) -> list[State]:
    """The states it went through, one for each change of the state."""
    found = [change.standing.state for change in timeline(facts).changes]
    return [state for i, state in enumerate(found) if i == 0 or state is not found[i - 1]]


def inert(facts: Sequence[e.Fact], on: str = "2030-01-01") -> list[tuple[str, bool]]:
    """The rules that left facts without effect by a day, each with whether a person has to decide."""
    return [(each.rule.value, each.waits) for each in timeline(facts).inert(day(on).end)]


def last(line: Timeline) -> Standing:
    """Where it stands after all facts."""
    found = line.last
    assert found is not None
    return found


def finding(origin: str) -> Finding:
    """A report of the act by one origin."""
    match = Match("it", Relation.FULFILS, Factuality.ACTUAL, 1.0, (), (), day("2018-05-09"))
    return Finding(f"by-{origin}", match, "", 1, origin, origin, Reliability.B, Credibility.PROBABLE)
