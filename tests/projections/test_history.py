"""The history answers as the pure fold does, for any log, at any two moments, however it was caught up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from tests.databases import opened
from tests.projections.logs import (
    MOMENTS,
    NAMES,
    PARTIES,
    Entry,
    drafted,
    facts_in,
    fold_at,
    logs,
    standing_at,
)
from tests.projections.rows import begin_anew, current_rows
from tracker.commitments.events import Fact
from tracker.commitments.fold import Course, Timeline
from tracker.commitments.standing import Status
from tracker.database import migrate
from tracker.database.engine import Database
from tracker.log import log
from tracker.projections import runner
from tracker.projections.folding import OPEN, Folding
from tracker.projections.history import History, decode
from tracker.projections.inbox import Inbox
from tracker.projections.runner import catch_up, caught_up, rebuild

KINDS = (History, Inbox)
RECORDED = datetime(2021, 1, 1, tzinfo=UTC)


@frozen
class Way:
    """How a log is brought into the history, and what is asked of it then."""

    batch: int
    cuts: frozenset[int]
    moments: tuple[datetime | None, ...]
    statuses: frozenset[str]
    ids: frozenset[str]


ways = st.builds(
    Way,
    batch=st.integers(1, 7),
    cuts=st.frozensets(st.integers(0, 20)),
    moments=st.lists(MOMENTS, min_size=1, max_size=3, unique=True).map(tuple),
    statuses=st.frozensets(st.sampled_from([status.value for status in Status])),
    ids=st.frozensets(st.sampled_from([*NAMES, "nobody"])),
)


def prove(database: Database, examples: int, *, always_the_same: bool = False) -> None:
    """Many logs, one after the other, in one database."""

    @settings(max_examples=examples, deadline=None, derandomize=always_the_same)
    @given(logs(), ways)
    def one(entries: list[Entry], way: Way) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(runner, "BATCH", way.batch)
            assert_history_equals_fold(database, entries, way)

    one()


def test_the_history_equals_the_fold_at_any_two_moments() -> None:
    """Chains, rings, parts, rewordings and retractions; caught up anywhere, in batches of any size."""
    with opened("sqlite://") as database:
        migrate.ensure(database)
        prove(database, 50)


def test_the_history_equals_the_fold_on_postgresql(postgres_url: str) -> None:
    """The same, for a shorter time."""
    with opened(postgres_url) as database:
        prove(database, 12)


@pytest.mark.torture
def test_the_history_equals_the_fold_for_three_thousand_logs(database: Database) -> None:
    """The same on each database, for longer."""
    prove(database, 3_000 if database.is_sqlite else 600)


def assert_history_equals_fold(database: Database, entries: Sequence[Entry], way: Way) -> None:
    """Record all of it, catch up at the cuts and at the end, and ask about every position of the log."""
    with database.writing() as connection:
        begin_anew(connection)
    for number, (stream, draft) in enumerate(drafted(entries)):
        with database.writing() as connection:
            log.append(connection, {stream: (log.Expected.ANY, [draft])}, RECORDED)
        if number in way.cuts:
            catch_up(database, KINDS)
    with caught_up(database, KINDS) as view:
        connection, history = view.connection, view.of(History)
        facts = facts_in(connection)
        folded = {known: fold_at(facts, known) for known in range(view.head + 1)}
        for known in range(1, view.head + 1):
            assert_answers(history, connection, known, folded[known], way)
        for moment in way.moments:
            assert_moves(history, connection, folded, moment)
        assert_parties(history, connection, facts, folded[view.head])
    grown = [current_rows(database, kind) for kind in KINDS]
    for kind in KINDS:
        rebuild(database, kind)
    assert [current_rows(database, kind) for kind in KINDS] == grown


def assert_answers(
    history: History, connection: Connection, known: int, folded: dict[str, Timeline], way: Way
) -> None:
    """Standings, facts without effect and steps are those of the fold; a part of them is a part of all."""
    for moment in way.moments:
        whole = history.standings(connection, moment, known)
        assert whole == standing_at(folded, moment)
        for ids in (None, way.ids):
            stored = history.stored_standings(connection, moment, known, ids, way.statuses)
            assert {name: decode(each) for name, each in stored.items()} == {
                name: standing
                for name, standing in whole.items()
                if standing.status in way.statuses and (ids is None or name in ids)
            }
        inert = {name: each for name, line in folded.items() if (each := line.inert(moment))}
        assert history.inert(connection, moment, known) == inert
        some = {name: each for name, each in inert.items() if name in way.ids}
        assert history.inert(connection, moment, known, way.ids) == some
    for name in NAMES:
        changes = folded[name].changes if name in folded else ()
        assert history.steps(connection, name, known) == [change.standing for change in changes]


def assert_moves(
    history: History, connection: Connection, folded: dict[int, dict[str, Timeline]], moment: datetime | None
) -> None:
    """Every change of belief about a moment is told, from any position to any other; what it tells is so."""
    standings = [standing_at(folded[known], moment) for known in range(len(folded))]
    told = history.moves(connection, moment, 0, len(folded) - 1)
    assert told == sorted(told, key=lambda move: move[:2])
    assert len({move[:2] for move in told}) == len(told)
    for position, name, before, since in told:
        assert standings[position - 1].get(name) == before
        assert standings[position][name] == since
    assert {(position, name) for position, name, before, since in told if before != since} == {
        (known, name)
        for known in range(1, len(folded))
        for name, since in standings[known].items()
        if standings[known - 1].get(name) != since
    }
    middle = len(folded) // 2
    halves = (history.moves(connection, moment, *ends) for ends in ((0, middle), (middle, len(folded) - 1)))
    assert [move for half in halves for move in half] == told


def assert_parties(
    history: History, connection: Connection, facts: Sequence[Fact], folded: dict[str, Timeline]
) -> None:
    """Whoever the words name now is found, and nobody who never was in them."""
    there = set(standing_at(folded, None))
    for party in PARTIES:
        found = history.stored_standings(connection, None, OPEN - 1, party=party)
        now = {name for name, standing in standing_at(folded, None).items() if party in parties(standing)}
        ever = {fact.stream.removeprefix("commitment/") for fact in facts if party in parties(fact.event)}
        assert now <= set(found) == ever & there


def parties(of: object) -> tuple[str, ...]:
    """Debtors and creditors in the terms of an event or a standing, where it has some."""
    terms = getattr(of, "terms", None)
    return (*terms.debtor, *terms.creditor) if terms is not None else ()


def test_the_logs_go_both_ways_of_folding(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proofs above are of both: folding on from where a commitment stands, and folding it anew."""
    counted: Counter[str] = Counter()
    can_go_on, fold = Course.can_go_on, Folding._fold

    def counting_on(course: Course, fact: Fact) -> bool:
        went = can_go_on(course, fact)
        counted["on"] += went
        counted["reworded on"] += went and type(fact.event).__name__ == "Reworded"
        return went

    def counting_anew(folding: Folding, ring: tuple[str, ...], position: int) -> set[str]:
        counted["anew"] += 1
        counted["in a ring"] += len(ring) > 1
        return fold(folding, ring, position)

    monkeypatch.setattr(Course, "can_go_on", counting_on)
    monkeypatch.setattr(Folding, "_fold", counting_anew)
    with opened("sqlite://") as database:
        migrate.ensure(database)
        prove(database, 30, always_the_same=True)
    assert counted["on"] > 20
    assert counted["anew"] > 20
    assert counted["in a ring"] > 3
    assert counted["reworded on"] > 0
