"""A commitment driven by random commands, held against the reference model after every one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.commitments.lives import terms
from tests.commitments.reference import Reference, Row
from tracker.commitments import events as e
from tracker.commitments.decide import decide
from tracker.commitments.fold import timeline
from tracker.commitments.rules import Rule
from tracker.commitments.standing import Standing
from tracker.commitments.terms import Kind, Window
from tracker.errors import Refused
from tracker.evidence.when import Occurred, Precision

ZERO = datetime(2018, 1, 1, tzinfo=UTC)
NOW = datetime(2021, 1, 1, tzinfo=UTC)
LAST = 40
"""The last hour on which anything happens; intervals are up to 12 hours long."""


def moment(hour: int) -> datetime:
    """An hour of the model as a time."""
    return ZERO + timedelta(hours=hour)


HOURS = st.tuples(st.integers(3, LAST), st.sampled_from([0, 0, 1, 12]))
BY = st.sampled_from([(), ("debtor",), ("partner",), ("creditor",), ("debtor", "partner")])
PARTY = st.sampled_from(["", "debtor", "creditor"])
UNTIL = st.one_of(st.none(), st.integers(10, 40))


class Life(RuleBasedStateMachine):
    """The facts and the rows of the same commitment grow side by side."""

    @initialize(
        kind=st.sampled_from(list(Kind)),
        until=UNTIL,
        condition=st.sampled_from(["", 'while: "talks last"', 'once: "talks last"']),
        revocable=st.booleans(),
    )
    def propose(self, kind: Kind, until: int | None, condition: str, revocable: bool) -> None:
        """Hour 2: proposed."""
        window = Window(until=None if until is None else moment(until))
        given = terms(
            kind, condition=condition, revocable=revocable, window=window, debtor=("debtor", "partner")
        )
        start = {"id": "1", "what": "propose", "from": 2, "to": 2}
        self.facts = [self.fact("1", e.Proposed(terms=given), Occurred.at(moment(2)))]
        self.reference = Reference(kind.value, until, condition, revocable, start)

    def fact(self, name: str, event: e.Event, occurred: Occurred) -> e.Fact:
        """The next fact of the stream."""
        number = int(name)
        return e.Fact(name, "commitment/it", number, number, event, occurred, NOW)

    def command(self, event: e.Event, hours: tuple[int, int], **row: object) -> None:
        """Record it on both sides where `decide` lets it through; where not, the reference sees no effect."""
        start, length = hours
        when = Occurred(moment(start), moment(start + length), Precision.DAY if length else Precision.INSTANT)
        name = str(len(self.facts) + 1)
        told: Row = {
            "id": name,
            "from": start,
            "to": start + length,
            "text": repr(event),
            "content": None,
            **row,
        }
        then = self.reference.ask(start + length, len(self.reference.rows))
        assert then is not None
        try:
            decision = decide(event, when, self.facts, NOW)
        except Refused as refusal:
            # A lapse is dated to the deadline, so what it met there is not what stands at its own hour.
            is_lapse = isinstance(event, e.Violated) and event.manner is e.Manner.LAPSE
            if refusal.rule is not Rule.COVERS_BREACH and not is_lapse and not self.is_said_already(told):
                self.reference.rows.append(told)
                after = self.reference.ask(start + length, len(self.reference.rows))
                self.reference.rows.pop()
                assert after is not None
                assert (after["state"], after["waits"]) == (then["state"], then["waits"])
            return
        if decision.occurred != when:  # a lapse, dated to its deadline
            hour = int((decision.occurred.end - ZERO).total_seconds() // 3600)
            told |= {"from": hour, "to": hour}
        self.facts.append(self.fact(name, decision.event, decision.occurred))
        self.reference.rows.append(told)

    def is_said_already(self, told: Row) -> bool:
        """The same of the same time: of two, the one that is there already has the effect."""
        same = ("what", "from", "to")
        return any(all(row[key] == told[key] for key in same) for row in self.reference.rows if "to" in row)

    @rule(hours=HOURS, by=PARTY, effective=st.one_of(st.none(), st.integers(3, 40)))
    def accept(self, hours: tuple[int, int], by: str, effective: int | None) -> None:
        """Taken on, from its day or with effect for another."""
        since = None if effective is None else moment(effective)
        self.command(
            e.Accepted(by=by, effective=since),
            hours,
            what="accept",
            by=by,
            effective=effective,
            content=effective,
        )

    @rule(hours=HOURS, manner=st.sampled_from(list(e.Manner)), by=BY)
    def violate(self, hours: tuple[int, int], manner: e.Manner, by: tuple[str, ...]) -> None:
        """Broken in one of three manners."""
        self.command(e.Violated(manner=manner, by=by), hours, what="violate", by=by, content=manner.value)

    @rule(hours=HOURS)
    def breach(self, hours: tuple[int, int]) -> None:
        """Broken by whoever owes it: often, so that breaches meet acceptances."""
        self.command(e.Violated(), hours, what="violate", by=(), content="breach")

    @rule(hours=HOURS, extent=st.sampled_from([(0, 0), (1, 2)]))
    def fulfil(self, hours: tuple[int, int], extent: tuple[int, int]) -> None:
        """The act, whole or in part."""
        self.command(e.Fulfilled(extent=extent), hours, what="fulfil", content=extent)

    @rule(hours=HOURS, met=st.booleans())
    def condition(self, hours: tuple[int, int], met: bool) -> None:
        """The outside world turns."""
        made = e.ConditionMet if met else e.ConditionFailed
        self.command(made(condition="talks last"), hours, what="met" if met else "failed")

    @rule(hours=HOURS, until=UNTIL)
    def move(self, hours: tuple[int, int], until: int | None) -> None:
        """Another deadline, or none."""
        window = Window(until=None if until is None else moment(until))
        self.command(e.DeadlineMoved(window=window), hours, what="deadline", content=until)

    @rule(
        hours=HOURS,
        by=PARTY,
        what=st.sampled_from(["suspend", "resume", "release", "cancel", "withdraw", "reinstate"]),
    )
    def turn(self, hours: tuple[int, int], by: str, what: str) -> None:
        """What a party does to it."""
        made = {
            "suspend": e.Suspended, "resume": e.Resumed, "release": e.Released, "cancel": e.Cancelled,
            "withdraw": e.Withdrawn, "reinstate": e.Reinstated,
        }[what]  # fmt: skip
        self.command(made(by=by), hours, what=what, by=by)

    @rule(hours=HOURS, by=BY)
    def end(self, hours: tuple[int, int], by: tuple[str, ...]) -> None:
        """What a `while` hung on is over."""
        self.command(e.Ended(by=by), hours, what="end", by=by, content=frozenset(by))

    @rule(hours=HOURS, heir=st.sampled_from(["a", "b"]))
    def supersede(self, hours: tuple[int, int], heir: str) -> None:
        """Renegotiated."""
        self.command(e.Superseded(superseded_by=heir), hours, what="supersede", content=heir)

    @rule(observed=st.booleans())
    def sweep(self, observed: bool) -> None:
        """The clock takes down the window as it now is."""
        last = timeline(self.facts).last
        assert last is not None
        until = last.window.until
        if until is None:
            return
        hour = int((until - ZERO).total_seconds() // 3600)
        if last.is_achieve:
            self.command(e.DeadlinePassed(until=until), (hour, 0), what="passed", content=hour)
        else:
            event = e.WindowClosed(until=until, observed=observed)
            self.command(event, (hour, 0), what="closed", content=hour, observed=observed)

    @rule(data=st.data())
    def retract(self, data: st.DataObject) -> None:
        """Take back any fact, a retraction too."""
        target = data.draw(st.sampled_from(self.facts)).id
        try:
            decide(e.Retracted(event=target), Occurred.at(NOW), self.facts, NOW)
        except Refused:
            assert target == "1"
            return
        name = str(len(self.facts) + 1)
        self.facts.append(self.fact(name, e.Retracted(event=target), Occurred.at(NOW)))
        self.reference.rows.append({"id": name, "what": "retract", "target": target})

    @invariant()
    def both_say_the_same_of_every_hour_and_every_state_of_knowledge(self) -> None:
        """State, manner, breaches, episode, remedy, window, and what waits for a person."""
        if not hasattr(self, "facts"):
            return
        for known in {len(self.facts) // 2 or 1, len(self.facts)}:
            line = timeline(self.facts[:known])
            for hour in range(0, LAST + 15, 6):
                expected = self.reference.ask(hour, known)
                found = line.at(moment(hour))
                assert (expected is None) == (found is None)
                if expected is not None and found is not None:
                    self.compare(expected, found)
                    waits = {each.fact for each in line.inert(moment(hour)) if each.waits}
                    assert waits == set(expected["waits"])

    def compare(self, expected: Row, found: Standing) -> None:
        """One hour, seen from both sides."""
        until = found.window.until
        hour = None if until is None else int((until - ZERO).total_seconds() // 3600)
        assert (
            found.state.value, found.manner and found.manner.value, found.breaches, found.episode,
            found.remedied is not None, hour,
        ) == (
            expected["state"], expected["manner"], expected["breaches"], expected["episode"],
            expected["remedied"] is not None, expected["until"],
        )  # fmt: skip


@pytest.mark.torture
def test_five_thousand_longer_lives() -> None:
    """The same, for longer."""
    run_state_machine_as_test(
        Life, settings=settings(max_examples=5000, stateful_step_count=30, deadline=None)
    )


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=200, stateful_step_count=12, deadline=None)
