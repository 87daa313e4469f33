"""Hypothesis strategies for logs of commitments that hang on each other, and what the pure fold makes of one.

Four commitments, often in a chain three deep. What happens to them arrives in any order, years late, at one
instant, or strictly in order: the last is what folds on from where a commitment stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from attrs import evolve as but
from attrs import frozen
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from tests.commitments.any_life import DATES, EVENTS, proposals
from tests.commitments.lives import Told, day
from tracker.commitments import events as e
from tracker.commitments.events import Fact
from tracker.commitments.fold import Timeline, fold_all
from tracker.commitments.standing import Standing
from tracker.log import log
from tracker.log.streams import COMMITMENT

NAMES = ("aa", "bb", "cc", "dd")
PARTIES = ("debtor", "partner", "creditor", "stranger")

WORDS = st.sampled_from(["active", "active", "pending", "conditional", "suspended", "fulfilled", "violated"])
HOW = st.sampled_from(["once", "while"])
OUTSIDE = st.sampled_from(["", 'while: "talks last"'])

LATE = st.sampled_from(["1994-06", "2009-05-01", "2018-03-01", "2024-02-29", "2031-12-31T23:59+00:00"])
INSTANT = st.just("2018-05-09T12:00+09:00")
PACES: tuple[st.SearchStrategy[str] | None, ...] = (
    None,
    None,
    None,
    DATES,
    DATES | LATE,
    LATE,
    INSTANT | DATES,
)
"""When things happen; None: each on the day after the one before."""

MOMENTS: st.SearchStrategy[datetime | None] = st.none() | st.sampled_from(
    [
        day(text).end
        for text in (
            "1999-01",
            "2018-03-01",
            "2018-03-09",
            "2018-04-15",
            "2018-05-09",
            "2018-06-20",
            "2025-01",
        )
    ]
)


@frozen
class Entry:
    """One event as it is recorded: its commitment, its id, when it happened, what it is."""

    name: str
    id: str
    told: Told


@st.composite
def linked(draw: st.DrawFn, name: str, in_rings: bool) -> e.Proposed:
    """A commitment that may hang on others, be a part of another, be a whole, name any parties.

    Where there are to be no rings, it hangs on those before it, and is a part of one after it.
    """
    place = NAMES.index(name)
    above = NAMES if in_rings else NAMES[:place]
    hangs = st.builds("{}: {} is {}".format, HOW, st.sampled_from(above), WORDS) if above else OUTSIDE
    proposed = draw(proposals(name, condition=draw(OUTSIDE | hangs | hangs)))
    party = st.lists(st.sampled_from(PARTIES), min_size=1, max_size=2, unique=True).map(tuple)
    terms = but(
        proposed.terms,
        part_of=draw(st.sampled_from(["", "", *(NAMES if in_rings else NAMES[place + 1 :])])),
        roll_up=draw(st.sampled_from(["", "all"])),
        debtor=draw(party),
        creditor=draw(party),
    )
    return but(proposed, terms=terms)


@st.composite
def logs(draw: st.DrawFn, most: int = 16) -> list[Entry]:
    """What is recorded, in order: proposals, then all that follows, interleaved."""
    in_rings = draw(st.booleans())
    proposed = {name: draw(linked(name, in_rings)) for name in NAMES}
    if draw(st.booleans()):
        for above, below in pairwise(draw(st.permutations(NAMES)) if in_rings else NAMES):
            condition = f"{draw(HOW)}: {above} is {draw(WORDS)}"
            proposed[below] = but(proposed[below], terms=but(proposed[below].terms, condition=condition))
    entries = [Entry(name, f"{i}", ("2018-03-01", proposed[name])) for i, name in enumerate(NAMES)]
    pace, events = draw(st.sampled_from(PACES)), draw(st.sampled_from([EVENTS, LIVELY]))
    for number in range(len(NAMES), len(NAMES) + draw(st.integers(0, most))):
        when = f"2018-04-{number:02}" if pace is None else draw(pace)
        name, event = draw(happening(entries, proposed, number, events, in_rings))
        entries.append(Entry(name, f"{number}", (when, event)))
    return entries


# What leaves a commitment alive, so that what comes next has an effect.
LIVELY: st.SearchStrategy[e.Event] = st.one_of(
    st.builds(e.Accepted),
    st.builds(e.Suspended, by=st.sampled_from(PARTIES)),
    st.builds(e.Resumed, by=st.sampled_from(PARTIES)),
    st.builds(e.PositionStated, party=st.sampled_from(PARTIES), position=st.sampled_from(["no", "yes"])),
    st.builds(e.Fulfilled, extent=st.just((2, 3))),
    st.builds(e.ClarityRated, unrateable=st.sampled_from(["", "vague"])),
)


@st.composite
def happening(
    draw: st.DrawFn,
    entries: Sequence[Entry],
    proposed: Mapping[str, e.Proposed],
    number: int,
    events: st.SearchStrategy[e.Event],
    in_rings: bool,
) -> tuple[str, e.Event]:
    """What may come next: a rewording, a retraction of anything, an acceptance once more, or anything."""
    name = draw(st.sampled_from(NAMES))
    match draw(st.integers(0, 6)):
        case 0:
            kind = proposed[name].terms.kind
            return name, e.Reworded(terms=but(draw(linked(name, in_rings)).terms, kind=kind))
        case 1:
            # Of retractions too, and of the two that come next, of which nothing is known yet.
            target = draw(st.integers(0, number + 2))
            return entries[target].name if target < number else name, e.Retracted(event=f"{target}")
        case 2 | 3:
            return name, e.Accepted(because=f"the {number}.")
        case _:
            return name, draw(events)


def drafted(entries: Iterable[Entry]) -> list[tuple[str, log.Draft]]:
    """As the log takes them: stream and draft."""
    return [
        (COMMITMENT + each.name, log.Draft(each.told[1], day(each.told[0]), id=each.id)) for each in entries
    ]


def facts_in(connection: Connection) -> list[Fact]:
    """Every fact about a commitment, in the order of the log."""
    return [fact for fact in log.read_all(connection) if fact.stream.startswith(COMMITMENT)]


def fold_at(facts: Iterable[Fact], known: int) -> dict[str, Timeline]:
    """What the pure fold makes of all that was recorded up to a position, by commitment."""
    streams: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.position <= known:
            streams.setdefault(fact.stream.removeprefix(COMMITMENT), []).append(fact)
    return fold_all(streams)


def standing_at(lines: Mapping[str, Timeline], moment: datetime | None) -> dict[str, Standing]:
    """Where each commitment stood at a moment (None: after all facts)."""
    found = {name: line.last if moment is None else line.at(moment) for name, line in lines.items()}
    return {name: standing for name, standing in found.items() if standing is not None}
