"""Hypothesis strategies for what may happen to commitments: any kind, any order, any precision."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.commitments.lives import Told, day, stream, terms
from tracker.commitments import events as e
from tracker.commitments.terms import Kind, Window

WORDS = "talks last"
DATES = st.sampled_from(
    [f"2018-{month:02}-{date:02}" for month in (3, 4, 5, 6) for date in (1, 9, 20)]
    + ["2018-04", "2018-05", "2018-05-09T12:00+09:00", "2018-05-20T23:00-04:00"]
)
PARTIES = st.sampled_from(["debtor", "partner", "creditor", "stranger", ""])
BY = st.lists(st.sampled_from(["debtor", "partner", "stranger"]), max_size=2).map(tuple)
WINDOWS = st.builds(
    Window,
    start=st.sampled_from([None, day("2018-04-01").start]),
    until=st.one_of(st.none(), DATES.map(lambda when: day(when).end)),
)

EVENTS: st.SearchStrategy[e.Event] = st.one_of(
    st.builds(
        e.Accepted,
        by=PARTIES,
        effective=st.sampled_from([None, day("2018-03-05").start, day("2018-05-01").start]),
    ),
    st.builds(e.Withdrawn),
    st.builds(e.Suspended, by=PARTIES),
    st.builds(e.Resumed, by=PARTIES),
    st.builds(e.Fulfilled, extent=st.sampled_from([(0, 0), (2, 3)])),
    st.builds(e.Violated, manner=st.sampled_from(list(e.Manner)), by=BY),
    st.builds(e.Violated),
    st.builds(e.Released, by=PARTIES),
    st.builds(e.Cancelled),
    st.builds(e.Reinstated),
    st.builds(e.Ended, by=BY),
    st.builds(e.Superseded, superseded_by=st.sampled_from(["other", "another"])),
    st.builds(e.ConditionMet, condition=st.sampled_from([WORDS, "something else"])),
    st.builds(e.ConditionFailed, condition=st.just(WORDS)),
    st.builds(e.PositionStated, party=PARTIES, position=st.sampled_from(["no", "yes"])),
    st.builds(e.ClarityRated, unrateable=st.sampled_from(["", "vague"])),
    st.builds(e.DeadlineMoved, window=WINDOWS),
    st.builds(e.DeadlinePassed, until=DATES.map(lambda when: day(when).end)),
    st.builds(e.WindowClosed, until=DATES.map(lambda when: day(when).end), observed=st.booleans()),
    st.builds(e.WentQuiet, since=st.just(day("2018-03-09").end)),
    st.builds(e.HeardAgain, heard=st.just(day("2018-03-20").end)),
    st.builds(
        e.Reworded,
        terms=st.builds(
            lambda kind, condition: terms(kind, condition=condition, debtor=("debtor", "partner")),
            st.sampled_from(list(Kind)),
            st.sampled_from(["", f'while: "{WORDS}"', f'once: "{WORDS}"']),
        ),
    ),
)
CONDITIONS = st.sampled_from(["", f'while: "{WORDS}"', f'once: "{WORDS}"'])


@st.composite
def proposals(draw: st.DrawFn, name: str = "it", condition: str | None = None) -> e.Proposed:
    """A proposal of any kind, window and condition, owed by two."""
    return e.Proposed(
        terms=terms(
            draw(st.sampled_from(list(Kind))),
            draw(st.sampled_from(["", "2018-04-30", "2018-05-20"])),
            condition=draw(CONDITIONS) if condition is None else condition,
            revocable=draw(st.booleans()),
            debtor=("debtor", "partner"),
            id=name,
        )
    )


TOLD: st.SearchStrategy[Told] = st.tuples(DATES, EVENTS)


@st.composite
def lives(draw: st.DrawFn, name: str = "it", most: int = 8) -> list[e.Fact]:
    """Proposed on 1 March, then anything, retractions of anything among it."""
    told: list[Told] = [("2018-03-01", draw(proposals(name)))]
    for number in range(draw(st.integers(0, most))):
        if number and draw(st.integers(0, 5)) == 0:
            target = draw(st.integers(1, len(told)))
            told.append(("2018-06-01", e.Retracted(event=f"{name}-{target}")))
        else:
            told.append(draw(TOLD))
    return stream(*told, name=name)
