"""The log against a plain list: whatever is asked in whatever order, both say the same."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from attrs import evolve
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.databases import opened
from tests.log.happenings import Clock, draft
from tracker.commitments.events import Accepted, Event, Fact, Fulfilled, Withdrawn
from tracker.database import migrate
from tracker.database.engine import Database
from tracker.errors import ChainBroken, WrongVersion
from tracker.log.checkpoint import Checkpoint
from tracker.log.eventlog import EventLog
from tracker.log.log import Draft, Expected

NAMES = ("a", "b", "commitment/판문점")
TYPES = ("Accepted", "Withdrawn", "Fulfilled")
STREAMS = st.sampled_from(NAMES)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Accepted, by=st.text(st.characters(codec="utf-8"), max_size=5)),
    st.builds(Withdrawn, because=st.sampled_from(["", "no"])),
    st.builds(Fulfilled),
)
DRAFTS = st.lists(st.builds(lambda event, i: draft("", i, event), EVENTS, st.sampled_from(["", *"12345678"])))
EXPECTATIONS = st.one_of(st.sampled_from(Expected), st.just("right"), st.integers(-1, 12))


class LogMachine(RuleBasedStateMachine):
    """Appends, repeats, reads, checkpoints; `facts` is the list that the log must equal."""

    store: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.log = EventLog(self.store, self.clock)
        with self.store.writing() as connection:
            connection.exec_driver_sql("DELETE FROM events")
        self.facts: list[Fact] = []
        self.checkpoints: list[Checkpoint] = []

    def version(self, stream: str) -> int:
        """How many events the stream has."""
        return sum(fact.stream == stream for fact in self.facts)

    def agrees(self, expected: Expected | int, version: int) -> bool:
        """What the writer expects of a stream at this version is so."""
        rules = {Expected.NEW: version == 0, Expected.EXISTS: version > 0, Expected.ANY: True}
        return version == expected if isinstance(expected, int) else rules[expected]

    @rule(batch=st.dictionaries(STREAMS, st.tuples(EXPECTATIONS, DRAFTS), max_size=3))
    def append(self, batch: dict[str, tuple[Any, list[Draft]]]) -> None:
        """Any drafts to any streams with any expectation: all of it or nothing, known ids as they were."""
        asked: dict[str, tuple[Expected | int, list[Draft]]] = {
            stream: (self.version(stream) if expected == "right" else expected, told)
            for stream, (expected, told) in batch.items()
        }
        known = {fact.id: fact for fact in self.facts}
        now = max([self.clock.moment, *(fact.recorded_at for fact in self.facts[-1:])])
        wanted: list[Fact] = []
        position = len(self.facts)
        refused = False
        for stream, (expected, told) in asked.items():
            version = self.version(stream)
            if not told or any(each.id not in known for each in told):
                refused = refused or not self.agrees(expected, version)
            for each in told:
                fact = known.get(each.id)
                if fact is None:
                    version, position = version + 1, position + 1
                    about = (each.event, each.occurred, now, each.recorded_by, each.cause)
                    fact = Fact(each.id, stream, version, position, *about)
                    if each.id:
                        known[each.id] = fact
                wanted.append(fact)
        if refused:
            with pytest.raises(WrongVersion):
                self.log.append(asked)
            return
        got = self.log.append(asked)
        # Only the ids of drafts without one are the log's to make up.
        assert [evolve(g, id=w.id) for g, w in zip(got, wanted, strict=True)] == wanted
        assert all(g.id == w.id if w.id else g.id for g, w in zip(got, wanted, strict=True))
        added = {fact.position: fact for fact in got if fact.position > len(self.facts)}
        self.facts += [added[place] for place in sorted(added)]

    @rule(seconds=st.integers(-3, 3))
    def let_time_pass(self, seconds: int) -> None:
        """Forwards, or back where the clock was set back."""
        self.clock.move(seconds=seconds)

    @rule(stream=STREAMS, up_to=st.none() | st.integers(0, 40))
    def read(self, stream: str, up_to: int | None) -> None:
        """One stream, whole or up to a position."""
        wanted = [f for f in self.facts if f.stream == stream and (up_to is None or f.position <= up_to)]
        assert self.log.read(stream, up_to) == wanted

    @rule(
        after=st.integers(0, 40),
        types=st.sets(st.sampled_from(TYPES)).map(sorted),
        stream=st.just("") | STREAMS,
        batch=st.integers(1, 6),
    )
    def read_all(self, after: int, types: list[str], stream: str, batch: int) -> None:
        """The log after a position, of some types, of a stream, in batches of any size."""
        wanted = [
            fact
            for fact in self.facts[after:]
            if (not types or type(fact.event).__name__ in types) and (not stream or fact.stream == stream)
        ]
        assert list(self.log.read_all(after, types, stream, batch)) == wanted

    @rule(after=st.integers(0, 40))
    def follow(self, after: int) -> None:
        """A follower that need not wait has read what is there."""
        assert list(self.log.follow(after, until=lambda: True)) == self.facts[after:]

    @rule()
    def take_a_checkpoint(self) -> None:
        """It is where the list ends."""
        self.checkpoints.append(self.log.checkpoint())
        assert self.checkpoints[-1].position == len(self.facts)

    @rule()
    def verify_from_all_checkpoints(self) -> None:
        """Each of them leads to the same end."""
        ends = {self.log.verify(since) for since in (None, *self.checkpoints)}
        assert ends == {self.log.head()}

    @rule(more=st.integers(1, 5))
    def a_checkpoint_beyond_the_end_is_told(self, more: int) -> None:
        """The first position that the log has not."""
        with pytest.raises(ChainBroken) as broken:
            self.log.verify(evolve(self.log.head(), position=len(self.facts) + more))
        assert broken.value.position == len(self.facts) + 1

    @invariant()
    def the_head_is_the_last_of_the_list(self) -> None:
        """Position and time."""
        head = self.log.head()
        assert head.position == len(self.facts)
        assert head.recorded_at == (self.facts[-1].recorded_at if self.facts else None)

    def teardown(self) -> None:
        """At the end of every run the whole log is the list."""
        assert list(self.log.read_all()) == self.facts
        assert self.log.verify().position == len(self.facts)


def run(database: Database, examples: int, steps: int) -> None:
    """Let Hypothesis drive machines over one database, each beginning with an empty log."""

    class Machine(LogMachine):
        store = database

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, phases=[Phase.generate]
        ),
    )


def test_the_log_is_a_list_in_memory() -> None:
    """On SQLite in memory."""
    with opened("sqlite://") as database:
        migrate.ensure(database)
        run(database, 40, 20)


def test_the_log_is_a_list_on_postgresql(postgres_url: str) -> None:
    """On PostgreSQL, for a shorter time."""
    with opened(postgres_url) as database:
        run(database, 10, 15)


@pytest.mark.torture
def test_the_log_is_a_list_for_two_thousand_lives(database: Database) -> None:
    """On each database, for long."""
    run(database, 2_000, 40)
