"""The history answers as the pure fold does, for any log, at any two moments, however it was caught up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import evolve as but
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commitments.any_life import TOLD, proposals
from tests.commitments.lives import Told, day
from tracker.commitments import events as e
from tracker.commitments.fold import fold_all
from tracker.database import migrate
from tracker.database.engine import Database
from tracker.log import log
from tracker.projections.history import History
from tracker.projections.inbox import Inbox
from tracker.projections.runner import catch_up, caught_up

NAMES = ("aa", "bb", "cc")
MOMENTS = [
    None,
    *(day(text).end for text in ("2018-03-01", "2018-03-09", "2018-04-15", "2018-05-09", "2018-06-20")),
]
CONDITIONS = st.sampled_from(
    ["", 'while: "talks last"', *(f"{how}: {name} is {word}" for how in ("once", "while") for name in NAMES
      for word in ("active", "fulfilled", "violated", "conditional"))]
)  # fmt: skip


@st.composite
def linked(draw: st.DrawFn, name: str) -> e.Proposed:
    """A commitment that may hang on others, be a part of another, or be a whole."""
    proposed = draw(proposals(name, condition=draw(CONDITIONS)))
    whole = draw(st.sampled_from(["", *(other for other in NAMES if other != name)]))
    roll_up = draw(st.sampled_from(["", "all"]))
    return but(proposed, terms=but(proposed.terms, part_of=whole, roll_up=roll_up))


@st.composite
def logs(draw: st.DrawFn) -> list[tuple[str, Told]]:
    """What is recorded of three commitments, in order: proposals and all that follows, interleaved."""
    proposed = {name: draw(linked(name)) for name in NAMES}
    told: list[tuple[str, Told]] = [(name, ("2018-03-01", proposed[name])) for name in NAMES]
    for number in range(draw(st.integers(0, 10))):
        name = draw(st.sampled_from(NAMES))
        match draw(st.integers(0, 5)):
            case 0:
                reworded = e.Reworded(terms=but(draw(linked(name)).terms, kind=proposed[name].terms.kind))
                told.append((name, (draw(TOLD)[0], reworded)))
            case 1:
                target = draw(st.integers(0, len(told) - 1))
                told.append((told[target][0], ("2018-06-01", e.Retracted(event=str(target)))))
            case 2:
                told.append((name, ("2018-03-02", e.Accepted(because=f"the {number}."))))
            case _:
                told.append((name, draw(TOLD)))
    return told


@settings(max_examples=60, deadline=None)
@given(logs(), st.sets(st.integers(1, 12)))
def test_the_history_equals_the_fold_at_any_two_moments(told: list[tuple[str, Told]], cuts: set[int]) -> None:
    """Rings, parts, rewordings and retractions; caught up at any positions on the way."""
    assert_history_equals_fold(told, cuts)


@pytest.mark.torture
@settings(max_examples=3000, deadline=None)
@given(logs(), st.sets(st.integers(1, 12)))
def test_the_history_equals_the_fold_for_three_thousand_logs(
    told: list[tuple[str, Told]], cuts: set[int]
) -> None:
    """The same, for longer."""
    assert_history_equals_fold(told, cuts)


def assert_history_equals_fold(told: list[tuple[str, Told]], cuts: set[int]) -> None:
    """Record all of it, catch up at the cuts and at the end, and ask about every position of the log."""
    database = Database("sqlite://")
    migrate.ensure(database)
    with database.reading() as connection:
        start = log.read_head(connection).position
    for number, (name, (when, event)) in enumerate(told):
        with database.writing() as connection:
            draft = log.Draft(event, day(when), id=str(number))
            log.append(
                connection,
                {f"commitment/{name}": (log.Expected.ANY, [draft])},
                datetime(2021, 1, 1, tzinfo=UTC),
            )
        if number in cuts:
            catch_up(database, (History, Inbox))
    with caught_up(database, (History, Inbox)) as view:
        connection, head, history = view.connection, view.head, view.of(History)
        facts = {name: log.read(connection, f"commitment/{name}") for name in NAMES}
        for known in range(start, head + 1):
            streams = {name: [f for f in facts[name] if f.position <= known] for name in NAMES}
            folded = fold_all({name: stream for name, stream in streams.items() if stream})
            for moment in MOMENTS:
                standings = {
                    name: found
                    for name, line in folded.items()
                    if (found := line.last if moment is None else line.at(moment)) is not None
                }
                assert history.standings(connection, moment, known) == standings
                inert = {name: each for name, line in folded.items() if (each := line.inert(moment))}
                assert history.inert(connection, moment, known) == inert
    database.close()
