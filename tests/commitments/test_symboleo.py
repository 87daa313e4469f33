"""Other people's cases: the 27 scenarios of the Symboleo compliance checker, told as commitments of ours.

The fixtures under `symboleo/` say what each party owes, what happens on which day, and how every obligation
has to stand; `docs/symboleo.md` says whose cases these are and how the two lifecycles map. What the clock
does is never written into a fixture: it follows from the terms, as in the sweep under `lapse = "violate"`.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve as but
from attrs import field, frozen
from cattrs import Converter

from tracker.commitments import events as e
from tracker.commitments.fold import Timeline, fold_all
from tracker.commitments.standing import State, Status
from tracker.commitments.terms import Kind, Terms, Window
from tracker.evidence.when import Occurred, midnight

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "symboleo.md"
DAY_0 = date(2030, 1, 1)
RECORDED = datetime(2031, 1, 1, tzinfo=UTC)

Streams = Mapping[str, list[e.Fact]]
Brought = tuple[str, Occurred, tuple[e.Event, ...]]


@frozen(kw_only=True)
class Owed:
    """One obligation of a contract. `theirs` is its name in the original; days count from day 0.

    `before` is a fixed deadline, `within` one that runs from the day on which it comes to be owed.
    """

    id: str
    theirs: str
    title: str
    debtor: str
    creditor: str
    kind: Kind
    consequent: str
    condition: str = ""
    made: int = 0
    accepted: bool = True
    before: int | None = None
    within: int | None = None
    note: str = ""

    def terms(self) -> Terms:
        """What it says, as terms of ours."""
        until = None if self.before is None else begins(self.before)
        return Terms(
            id=self.id, title=self.title, debtor=(self.debtor,), creditor=(self.creditor,), kind=self.kind,
            consequent=self.consequent, condition=self.condition, window=Window(until=until), note=self.note,
        )  # fmt: skip


@frozen(kw_only=True)
class Happening:
    """What happens on a day to some of the obligations. "not-the-act" happens and is no fact of ours."""

    day: int
    what: str
    of: tuple[str, ...]
    because: str
    by: str = ""
    to: str = ""
    condition: str = ""

    def event(self, terms: Terms) -> e.Event | None:
        """The event that records it."""
        because = self.because
        match self.what:
            case "accepted":
                return e.Accepted(by=self.by, because=because)
            case "fulfilled":
                return e.Fulfilled(because=because)
            case "violated":
                return e.Violated(manner=e.Manner.BREACH, by=terms.debtor, because=because)
            case "suspended":
                return e.Suspended(by=self.by, because=because)
            case "resumed":
                return e.Resumed(by=self.by, because=because)
            case "cancelled":
                return e.Cancelled(by=self.by, because=because)
            case "assigned":
                return e.Reworded(terms=but(terms, creditor=(self.to,)), because=because)
            case "condition-met":
                return e.ConditionMet(condition=self.condition, because=because)
            case "not-the-act":
                return None
        raise ValueError(f"a fixture tells of {self.what!r}, which is nothing that can happen")


@frozen(kw_only=True)
class Scenario:
    """One case. `expected` are the states the original lists, `besides` what follows without being listed."""

    name: str
    theirs: str
    ends: int
    note: str = ""
    events: tuple[Happening, ...] = ()
    on_the_way: tuple[dict[str, Any], ...] = ()
    expected: dict[str, State] = field(factory=dict)
    besides: dict[str, State] = field(factory=dict)
    creditor: dict[str, str] = field(factory=dict)
    debtor: dict[str, str] = field(factory=dict)
    left_out: tuple[str, ...] = ()


@frozen(kw_only=True)
class Contract:
    """One fixture file."""

    contract: str
    title: str
    commitment: tuple[Owed, ...]
    scenario: tuple[Scenario, ...]


def contracts() -> list[Contract]:
    """All fixtures; a key that nobody reads is an error."""
    read = Converter(forbid_extra_keys=True)
    texts = [
        (HERE / "symboleo" / f"{name}.toml").read_text("utf-8") for name in ("sale", "freight", "energy")
    ]
    return [read.structure(tomllib.loads(text), Contract) for text in texts]


CASES = [(contract, scenario) for contract in contracts() for scenario in contract.scenario]
every_case = pytest.mark.parametrize(
    ("contract", "scenario"), CASES, ids=[scenario.theirs.replace(" ", "-") for _, scenario in CASES]
)


def begins(day: int) -> datetime:
    """The midnight at which a day begins."""
    return midnight(DAY_0 + timedelta(days=day), "UTC")


def on(day: int) -> Occurred:
    """The whole of a day."""
    return Occurred.on(DAY_0 + timedelta(days=day), "UTC")


def fact(name: str, version: int, event: object, occurred: Occurred) -> e.Fact:
    """A fact of one stream, recorded after all that went before."""
    at = RECORDED + timedelta(minutes=version)
    return e.Fact(f"{name}-{version}", f"commitment/{name}", version, version, event, occurred, at)


def told(contract: Contract, scenario: Scenario) -> dict[str, list[e.Fact]]:
    """What the contract and the case say, without the clock."""
    streams: dict[str, list[e.Fact]] = {}
    for owed in contract.commitment:
        events: list[tuple[e.Event, Occurred]] = [(e.Proposed(terms=owed.terms()), on(owed.made))]
        if owed.accepted:
            events.append((e.Accepted(by=owed.debtor), on(owed.made)))
        events += [
            (event, on(happening.day))
            for happening in scenario.events
            if owed.id in happening.of and (event := happening.event(owed.terms())) is not None
        ]
        streams[owed.id] = [fact(owed.id, i, *pair) for i, pair in enumerate(events, start=1)]
    return streams


def with_clock(contract: Contract, ends: int, streams: Streams) -> dict[str, list[e.Fact]]:
    """The same with what the clock brought by the beginning of day `ends`.

    Stands in for a sweep at each deadline, under the policy that lets a lapse violate by itself: fold, take
    down what the earliest open date brought, fold again, until nothing is new. What follows from a lapse (a
    surcharge, a debit) is thereby in force before its own date is looked at.
    """
    known = {name: list(facts) for name, facts in streams.items()}
    while new := _date_to_run(contract, ends, known) or _date_that_passed(contract, ends, known):
        name, occurred, events = new
        for event in events:
            known[name].append(fact(name, len(known[name]) + 1, event, occurred))
    return known


def _date_to_run(contract: Contract, ends: int, streams: Streams) -> Brought | None:
    """A deadline that runs from being owed becomes a date, on the day from which it is owed."""
    folded = fold_all(streams)
    for owed in contract.commitment:
        if owed.within is None or _deadline(owed, streams) is not None:
            continue
        if (day := _first_active(folded[owed.id], ends)) is not None:
            until = begins(day + 1 + owed.within)
            return owed.id, on(day), (e.DeadlineMoved(window=Window(until=until), because="owed from now"),)
    return None


def _date_that_passed(contract: Contract, ends: int, streams: Streams) -> Brought | None:
    """The earliest date that passed and was not taken down yet, with what it means where it then stood."""
    folded = fold_all(streams)
    dates = [(until, o.id) for o in contract.commitment if (until := _deadline(o, streams)) is not None]
    for until, name in sorted(dates):
        standing = folded[name].at(until)
        told = any(isinstance(f.event, e.DeadlinePassed | e.WindowClosed) for f in streams[name])
        if until > begins(ends) or told or standing is None or standing.status is not Status.PENDING:
            continue
        passed: tuple[e.Event, ...] = (e.DeadlinePassed(until=until),)
        if standing.terms.kind is not Kind.ACHIEVE:
            # The parties to a contract watch each other: a window without a breach was an observed one.
            passed = (e.WindowClosed(until=until, observed=True),)
        elif standing.state is State.ACTIVE:
            passed += (e.Violated(manner=e.Manner.LAPSE, by=standing.terms.debtor, rule="lapse"),)
        return name, Occurred.at(until), passed
    return None


def _deadline(owed: Owed, streams: Streams) -> datetime | None:
    """The date by which it has to be done, once there is one."""
    moved = [f.event.window.until for f in streams[owed.id] if isinstance(f.event, e.DeadlineMoved)]
    return moved[-1] if moved else owed.terms().window.until


def _first_active(timeline: Timeline, ends: int) -> int | None:
    """The day by whose end it was first owed."""
    standings = ((day, timeline.at(begins(day + 1))) for day in range(ends))
    return next((day for day, s in standings if s is not None and s.state is State.ACTIVE), None)


def states(folded: Mapping[str, Timeline], names: Mapping[str, object], day: int) -> dict[str, State | None]:
    """How the named commitments stand at the end of a day."""
    standings = {name: folded[name].at(begins(day + 1)) for name in names}
    return {name: standing.state if standing else None for name, standing in standings.items()}


def shuffled(streams: Streams, seed: int) -> dict[str, list[e.Fact]]:
    """The same facts, recorded in another order; a stream begins with its proposal, as the log sees to."""
    mixed = {}
    for name, facts in streams.items():
        rest = facts[1:]
        random.Random(f"{seed} {name}").shuffle(rest)
        mixed[name] = [fact(name, i, f.event, f.occurred) for i, f in enumerate([facts[0], *rest], start=1)]
    return mixed


def test_all_of_their_cases_are_told() -> None:
    """Eight of the sale, seven of the freight, twelve of the energy agreement; no two of one name."""
    assert [len(contract.scenario) for contract in contracts()] == [8, 7, 12]
    assert len({scenario.name for _, scenario in CASES}) == len(CASES) == 27
    for contract in contracts():
        numbers = [f"{contract.contract} {i}" for i, _ in enumerate(contract.scenario, start=1)]
        assert [scenario.theirs for scenario in contract.scenario] == numbers


@every_case
def test_every_obligation_stands_as_the_case_expects(contract: Contract, scenario: Scenario) -> None:
    """At the end, and on the days on the way that the fixture names."""
    folded = fold_all(with_clock(contract, scenario.ends, told(contract, scenario)))
    wanted = {**scenario.expected, **scenario.besides}
    assert wanted
    assert states(folded, wanted, scenario.ends) == wanted
    for step in scenario.on_the_way:
        then = {name: State(word) for name, word in step.items() if name != "day"}
        assert states(folded, then, step["day"]) == then
    last = {name: timeline.last for name, timeline in folded.items()}
    assert {n: s.terms.creditor for n, s in last.items() if s and n in scenario.creditor} == {
        name: (party,) for name, party in scenario.creditor.items()
    }
    assert {n: s.terms.debtor for n, s in last.items() if s and n in scenario.debtor} == {
        name: (party,) for name, party in scenario.debtor.items()
    }


@every_case
def test_the_order_of_recording_plays_no_part(contract: Contract, scenario: Scenario) -> None:
    """Whichever fact was learnt of first, before the clock's turn or after it."""
    wanted = {**scenario.expected, **scenario.besides}
    facts = told(contract, scenario)
    for seed in range(5):
        late = with_clock(contract, scenario.ends, shuffled(facts, seed))
        assert states(fold_all(late), wanted, scenario.ends) == wanted
        assert states(fold_all(shuffled(late, seed)), wanted, scenario.ends) == wanted


@every_case
def test_what_lapsed_lapsed_at_its_deadline(contract: Contract, scenario: Scenario) -> None:
    """Every violation of an act to achieve is a lapse by its debtor, dated to the deadline."""
    folded = fold_all(with_clock(contract, scenario.ends, told(contract, scenario)))
    for name, timeline in folded.items():
        last = timeline.last
        if last is not None and last.state is State.VIOLATED and last.terms.kind is Kind.ACHIEVE:
            assert (last.manner, last.by) == (e.Manner.LAPSE, last.terms.debtor), name
            assert last.since.end == last.window.until, name


def spoken(wanted: Mapping[str, State]) -> str:
    """Expectations as the table writes them."""
    return ", ".join(f"`{name}` {state}" for name, state in wanted.items()) or "–"


def row(scenario: Scenario) -> str:
    """A case as the table of the docs has it."""
    cells = (scenario.theirs, scenario.name, spoken(scenario.expected), spoken(scenario.besides))
    return f"| {' | '.join(cells)} | {'; '.join(scenario.left_out) or '–'} |"


def test_the_docs_table_lists_exactly_the_fixtures() -> None:
    """Every case with the states expected of it and what is left out, in order, and none besides."""
    names = tuple(f"| {contract.contract} {n} |" for contract in contracts() for n in range(1, 100))
    rows = [line for line in DOCS.read_text("utf-8").splitlines() if line.startswith(names)]
    assert rows == [row(scenario) for _, scenario in CASES]


def test_the_docs_table_names_every_obligation() -> None:
    """Their name beside ours, contract by contract."""
    text = DOCS.read_text("utf-8")
    for contract in contracts():
        for owed in contract.commitment:
            assert f"| {contract.contract} | `{owed.theirs}` | `{owed.id}` | {owed.title} |" in text
