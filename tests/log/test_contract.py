"""The contract of the log: one suite, held on SQLite in memory, on an SQLite file and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve as but
from attrs import frozen

from tests.commitments.lives import terms
from tests.log.happenings import START, THEN, Clock, draft, drafts
from tracker.commitments.events import Accepted, Event, Fact, Fulfilled, Proposed, Withdrawn
from tracker.commitments.terms import Kind
from tracker.database.engine import Database
from tracker.errors import ChainBroken, LogUnavailable, UnknownEventType, UnstorableText, WrongVersion
from tracker.evidence.when import Occurred, Precision, occurrence
from tracker.log.chain import GENESIS
from tracker.log.checkpoint import Checkpoint
from tracker.log.eventlog import EventLog
from tracker.log.log import Draft, Expected, fact_of, in_order, position_at

TICK = timedelta(microseconds=1)
ANY, EXISTS, NEW = Expected.ANY, Expected.EXISTS, Expected.NEW


@pytest.fixture
def clock() -> Clock:
    """1 January 2020, until the test moves it."""
    return Clock()


@pytest.fixture
def log(database: Database, clock: Clock) -> EventLog:
    """The empty log of one of the three databases."""
    return EventLog(database, clock)


def everything(log: EventLog) -> list[Fact]:
    """The whole log."""
    return list(log.read_all())


# What a writer expects


@pytest.mark.parametrize("expected", [NEW, ANY, 0])
def test_a_new_stream_begins_under_each_expectation_that_allows_it(
    log: EventLog, expected: Expected | int
) -> None:
    """NEW, ANY and version 0 all begin a stream at version 1."""
    (fact,) = log.append({"a": (expected, [draft()])})
    assert (fact.stream, fact.version, fact.position) == ("a", 1, 1)


@pytest.mark.parametrize("expected", [EXISTS, 1, 7, -1])
def test_a_new_stream_is_refused_to_whoever_expects_one(log: EventLog, expected: Expected | int) -> None:
    """EXISTS, and any version but 0, need a stream; nothing is written."""
    with pytest.raises(WrongVersion):
        log.append({"a": (expected, [draft()])})
    assert log.head() == Checkpoint()


@pytest.mark.parametrize("expected", [EXISTS, ANY, 2])
def test_a_stream_goes_on_under_each_expectation_that_allows_it(
    log: EventLog, expected: Expected | int
) -> None:
    """EXISTS, ANY and its very version all go on with a stream of two events."""
    log.append({"a": (NEW, drafts(2))})
    (fact,) = log.append({"a": (expected, [draft()])})
    assert fact.version == 3


@pytest.mark.parametrize("expected", [NEW, 0, 1, 3, 99])
def test_a_wrong_version_tells_what_was_expected_and_what_is(log: EventLog, expected: Expected | int) -> None:
    """Behind the stream or ahead of it (a jump): refused, with both versions, and nothing is written."""
    log.append({"a": (NEW, drafts(2))})
    head = log.head()
    with pytest.raises(WrongVersion) as refusal:
        log.append({"a": (expected, [draft()])})
    given = expected.value if isinstance(expected, Expected) else expected
    assert (refusal.value.stream, refusal.value.expected, refusal.value.actual) == ("a", given, 2)
    assert str(refusal.value) == f"stream 'a': expected {given}, found version 2"
    assert log.head() == head


def test_several_streams_are_appended_all_or_nothing(log: EventLog) -> None:
    """One stream that disagrees keeps every stream of the batch as it was, wherever it stands in it."""
    log.append({"a": (NEW, drafts(2))})
    batches: list[dict[str, tuple[Expected | int, list[Draft]]]] = [
        {"b": (NEW, drafts(3)), "a": (1, [draft()]), "c": (NEW, [draft()])},
        {"b": (NEW, drafts(3)), "c": (NEW, [draft()]), "a": (NEW, [])},
    ]
    for batch in batches:
        with pytest.raises(WrongVersion):
            log.append(batch)
        assert (log.head().position, log.read("b"), log.read("c")) == (2, [], [])


def test_several_streams_come_back_in_the_order_given(log: EventLog) -> None:
    """The facts of a batch are in its order, which is the order of their positions."""
    log.append({"b": (NEW, [draft()])})
    facts = log.append({"c": (NEW, drafts(2)), "a": (0, drafts(1)), "b": (1, drafts(2))})
    assert [(f.stream, f.version, f.position) for f in facts] == [
        ("c", 1, 2), ("c", 2, 3), ("a", 1, 4), ("b", 2, 5), ("b", 3, 6),
    ]  # fmt: skip
    assert everything(log)[1:] == facts


def test_a_batch_of_nothing_writes_nothing(log: EventLog) -> None:
    """No streams, or a stream without drafts: no event, no position."""
    assert log.append({}) == []
    assert log.append({"a": (NEW, []), "b": (ANY, ())}) == []
    assert log.head() == Checkpoint()


def test_a_stream_without_drafts_is_a_guard(log: EventLog) -> None:
    """An expectation is checked where nothing is appended, too: so one stream can depend on another."""
    log.append({"a": (NEW, [draft()])})
    log.append({"a": (1, []), "b": (NEW, [draft()])})
    with pytest.raises(WrongVersion):
        log.append({"a": (2, []), "b": (ANY, [draft()])})
    with pytest.raises(WrongVersion):
        log.append({"missing": (EXISTS, []), "b": (ANY, [draft()])})
    assert log.head().position == 2


# The same event twice


def test_an_id_seen_before_returns_the_first_result(log: EventLog, clock: Clock) -> None:
    """A batch sent again appends nothing, whatever the stream has come to, and is told what was recorded."""
    batch = {"a": (NEW, drafts(2, "id-")), "b": (NEW, drafts(1, "other-"))}
    first = log.append(batch)
    log.append({"a": (ANY, [draft()])})
    clock.move(days=1)
    assert log.append(batch) == first
    assert log.head().position == 4


def test_one_id_twice_in_a_batch_is_one_event(log: EventLog) -> None:
    """Within the drafts of one stream the second is told what became of the first."""
    first, second, third = log.append({"a": (NEW, [draft("x", "one"), draft("x", "one"), draft("y")])})
    assert first == second
    assert [f.version for f in everything(log)] == [1, 2]
    assert third.version == 2


def test_one_id_in_two_streams_of_a_batch_is_one_event(log: EventLog) -> None:
    """Ids are of the whole log: the first stream of the batch gets the event, the second is told so."""
    first, second = log.append({"a": (NEW, [draft("x", "one")]), "b": (NEW, [draft("x", "one")])})
    assert first == second
    assert (first.stream, log.head().position, log.read("b")) == ("a", 1, [])


def test_an_id_of_another_stream_is_seen_too(log: EventLog) -> None:
    """The fact that comes back names the stream it was recorded in; the stream asked for is untouched."""
    (first,) = log.append({"a": (NEW, [draft("x", "one")])})
    assert log.append({"b": (EXISTS, [draft("x", "one")])}) == [first]
    assert log.read("b") == []


def test_the_id_alone_decides_whatever_the_content(log: EventLog) -> None:
    """Other content under a known id is not recorded: what comes back is what was recorded first.

    A command that is tried again says *now* where it said an earlier now, so contents may differ.
    """
    (first,) = log.append({"a": (NEW, [draft("as first told", "one")])})
    later = Draft(Fulfilled(because="as told again"), Occurred.at(datetime(2021, 1, 1, tzinfo=UTC)), "one")
    assert log.append({"a": (ANY, [later])}) == [first]
    assert everything(log) == [first]


def test_known_and_fresh_events_mix(log: EventLog) -> None:
    """What is known is returned, what is fresh is checked against the stream as it is, and appended."""
    (known,) = log.append({"a": (NEW, [draft("x", "one")])})
    facts = log.append({"a": (1, [draft("y", "two"), draft("x", "one"), draft("z")])})
    assert [f.version for f in facts] == [2, 1, 3]
    assert facts[1] == known
    with pytest.raises(WrongVersion):
        log.append({"a": (1, [draft("x", "one"), draft("new")])})
    assert log.head().position == 3


def test_drafts_without_an_id_are_always_new(log: EventLog) -> None:
    """The same words twice are two events, with ids of their own."""
    one, two = log.append({"a": (NEW, [draft("x"), draft("x")])})
    assert one.id and two.id and one.id != two.id


# Positions, versions, times


def test_positions_are_contiguous_and_versions_count_per_stream(log: EventLog) -> None:
    """Refused appends and repeated events use up no position and no version."""
    log.append({"a": (NEW, drafts(2, "a-"))})
    with pytest.raises(WrongVersion):
        log.append({"a": (NEW, [draft()])})
    log.append({"b": (NEW, drafts(1))})
    log.append({"a": (ANY, drafts(2, "a-"))})
    log.append({"a": (ANY, drafts(3))})
    assert [f.position for f in everything(log)] == [1, 2, 3, 4, 5, 6]
    assert [f.version for f in log.read("a")] == [1, 2, 3, 4, 5]


def test_the_time_of_recording_never_goes_back(log: EventLog, clock: Clock) -> None:
    """A clock that was set back records at the time of the head until it has caught up."""
    log.append({"a": (NEW, [draft()])})
    clock.move(days=-2)
    log.append({"a": (ANY, [draft()])})
    clock.move(days=3)
    log.append({"a": (ANY, [draft()])})
    assert [f.recorded_at - START for f in everything(log)] == [
        timedelta(0), timedelta(0), timedelta(days=1),
    ]  # fmt: skip


def test_a_batch_is_recorded_at_one_moment(log: EventLog) -> None:
    """Who asks what was known by a moment sees all of a batch or nothing of it."""
    assert {f.recorded_at for f in log.append({"a": (NEW, drafts(3)), "b": (NEW, drafts(2))})} == {START}


def test_the_position_of_a_moment_is_the_last_one_recorded_by_then(log: EventLog, clock: Clock) -> None:
    """At, just before and just after each moment of recording; logs of every length up to seven batches."""
    moments: list[datetime] = []
    for size in (0, 1, 3, 1, 2, 1, 4):
        log.append({"a": (ANY, drafts(size))})
        moments += [clock()] * size
        for moment in {START, *moments}:
            for near in (moment - TICK, moment, moment + TICK):
                with log.database.reading() as connection:
                    found = position_at(connection, near)
                assert found == sum(at <= near for at in moments)
        clock.move(days=1)


def test_what_is_read_is_what_was_written(log: EventLog) -> None:
    """Every part of a draft comes back: event, interval with precision and zone, author and cause."""
    promise = terms(Kind.ACHIEVE, until="2018-06-01")
    written = [
        Draft(Proposed(terms=promise), occurrence("2018-05", "Asia/Seoul"), "first", "a person", "a letter"),
        Draft(Withdrawn(by="debtor"), occurrence("2018-05-09", "America/New_York"), "second"),
    ]
    returned = log.append({"commitment/it": (NEW, written)})
    read = log.read("commitment/it")
    assert read == returned
    assert [Draft(f.event, f.occurred, f.id, f.recorded_by, f.cause) for f in read] == written
    assert [f.occurred.precision for f in read] == [Precision.MONTH, Precision.DAY]


@pytest.mark.parametrize(
    "words", ["판문점 선언, 2018년", "Ж 🕊 \u202e  ", "'; DROP TABLE events; --", 'a\tb\n\\"%s']
)
def test_any_script_is_kept(log: EventLog, words: str) -> None:
    """Streams, ids, names and words of any script survive, and the chain over them verifies."""
    (fact,) = log.append({words: (NEW, [Draft(Accepted(because=words), THEN, words, words, words)])})
    assert log.read(words) == [fact] == list(log.read_all(stream=words))
    assert (fact.id, fact.recorded_by, fact.cause, fact.event) == (
        words,
        words,
        words,
        Accepted(because=words),
    )
    assert log.verify().position == 1


def test_names_that_look_alike_are_different_streams(log: EventLog) -> None:
    """Case, accents, composition and trailing spaces tell streams apart, on every database alike."""
    names = ["a", "A", "a ", "á", "a\u0301", "a/b", "a%", "a_"]
    for name in names:
        log.append({name: (NEW, [draft(name)])})
    assert [[f.stream for f in log.read(name)] for name in names] == [[name] for name in names]


def test_a_large_event_is_kept(log: EventLog) -> None:
    """Five megabytes in one event."""
    words = "한 마디 " * 500_000
    log.append({"a": (NEW, [draft(words)])})
    assert log.read("a")[0].event == Accepted(because=words)
    assert log.verify().position == 1


def test_a_large_batch_is_kept(log: EventLog) -> None:
    """More events in one append than a statement may have parameters, with their ids looked up."""
    facts = log.append({"a": (NEW, drafts(5_000, "id-"))})
    assert log.append({"a": (NEW, drafts(5_000, "id-"))}) == facts
    assert log.head().position == 5_000
    assert everything(log) == facts


# Reading


def test_a_stream_is_read_in_order_and_up_to_a_position(log: EventLog) -> None:
    """`up_to` counts positions of the log, not versions; it includes the one it names."""
    for name in "abab":
        log.append({name: (ANY, [draft()])})
    assert [(f.version, f.position) for f in log.read("b")] == [(1, 2), (2, 4)]
    assert [f.position for f in log.read("b", up_to=3)] == [2]
    assert [f.position for f in log.read("b", up_to=4)] == [2, 4]
    assert log.read("b", up_to=0) == log.read("b", up_to=1) == log.read("unheard of") == []


@pytest.mark.parametrize("batch", [1, 2, 3, 5, 6, 7, 1000])
def test_the_whole_log_is_read_in_batches_of_any_size(log: EventLog, batch: int) -> None:
    """Batches that divide the log, that do not, that hold it and that exceed it give the same facts."""
    facts = log.append({"a": (NEW, drafts(4)), "b": (NEW, drafts(2))})
    assert list(log.read_all(batch=batch)) == facts
    for after in range(8):
        assert list(log.read_all(after, batch=batch)) == facts[after:]


@pytest.mark.parametrize("batch", [0, -1])
def test_a_batch_of_no_facts_is_refused(log: EventLog, batch: int) -> None:
    """It would never come to an end, or mean all on one database and an error on the other."""
    log.append({"a": (NEW, drafts(2))})
    with pytest.raises(ValueError, match=f"batch must be at least 1, not {batch}"):
        next(log.read_all(batch=batch))


def test_the_log_is_read_by_type_and_by_stream(log: EventLog) -> None:
    """Of several types, of one stream, of both, after a position: always in the order of the log."""
    log.append({"a": (NEW, [draft(), draft(event=Withdrawn()), draft(event=Fulfilled())])})
    log.append({"b": (NEW, [draft(event=Withdrawn()), draft()])})

    def positions(after: int = 0, types: tuple[str, ...] = (), stream: str = "", batch: int = 1) -> list[int]:
        return [f.position for f in log.read_all(after, types, stream, batch)]

    assert positions(types=("Withdrawn",)) == [2, 4]
    assert positions(types=("Fulfilled", "Accepted")) == [1, 3, 5]
    assert positions(types=("Fulfilled", "Accepted"), batch=2) == [1, 3, 5]
    assert positions(types=("Withdrawn", "Withdrawn"), batch=2) == [2, 4]
    assert positions(stream="b") == [4, 5]
    assert positions(types=("Withdrawn",), stream="b") == [4]
    assert positions(after=2, types=("Withdrawn",)) == [4]
    assert positions(types=("NeverHeardOf",)) == positions(stream="c") == positions(after=5) == []


def test_the_streams_of_a_prefix_are_told_in_the_order_in_which_they_began(log: EventLog) -> None:
    """Of any script, and in whatever order the database sorts texts; a name that only resembles is not."""
    names = ["b", "판문점", "A", "a", "á", "~", "🕊", "a b", ""]
    for name in ["findings/a", "kind", *(f"kind/{name}" for name in names), "kind0", "Kind/c", "kinds/d"]:
        log.append({name: (NEW, drafts(2))})
    with log.database.reading() as connection:
        assert in_order(connection, "kind/") == names


def test_a_reader_holds_nothing_open_while_it_works(log: EventLog) -> None:
    """Who appends while reading is not stopped by the reading, and reads what was appended."""
    log.append({"a": (NEW, drafts(3))})
    seen = []
    for fact in log.read_all(batch=2):
        seen.append(fact.position)
        if fact.stream == "a":
            log.append({"b": (ANY, [draft()])})
    assert seen == [1, 2, 3, 4, 5, 6]


def test_a_follower_sees_what_is_appended_and_ends_when_told(log: EventLog) -> None:
    """What is there first, then each event that is appended while it waits, the last ones included."""
    log.append({"a": (NEW, drafts(2))})
    left = [3, 2, 1]

    def until() -> bool:
        if left:
            log.append({"b": (ANY, drafts(left.pop()))})
        return not left

    followed = [f.position for f in log.follow(1, every=0, until=until)]
    assert followed == [2, 3, 4, 5, 6, 7, 8]


# Head, checkpoints, the chain


def test_the_head_of_an_empty_log(log: EventLog) -> None:
    """Position 0, no time, the hash every chain begins with; and it verifies."""
    assert log.head() == log.checkpoint() == log.verify() == Checkpoint(0, None, GENESIS)
    assert Checkpoint.parse(str(log.checkpoint())) == log.checkpoint()
    assert log.verify(Checkpoint()) == Checkpoint()


def test_the_head_is_the_end_of_what_verifies(log: EventLog) -> None:
    """Head, checkpoint and the result of verifying agree, and a checkpoint survives its text form."""
    log.append({"a": (NEW, drafts(5))})
    end = log.head()
    assert (end.position, end.recorded_at) == (5, START)
    assert end == log.checkpoint() == log.verify() == Checkpoint.parse(str(end))


def test_verifying_goes_on_from_every_checkpoint(log: EventLog) -> None:
    """From any point at which a checkpoint was taken, to the same end."""
    taken = [log.checkpoint()]
    for _ in range(4):
        log.append({"a": (ANY, drafts(2))})
        taken.append(log.checkpoint())
    assert {log.verify(since) for since in taken} == {log.head()}


def test_a_log_of_more_than_a_batch_verifies(log: EventLog) -> None:
    """The chain holds from one batch of the verification to the next."""
    log.append({"a": (NEW, drafts(2_001))})
    middle = Checkpoint(1_000, START, _hash_at(log, 1_000))
    assert log.verify() == log.verify(middle) == log.head()


def test_a_checkpoint_of_another_log_is_told(log: EventLog) -> None:
    """Beyond the end, or with another hash: the first position that cannot be what it was."""
    log.append({"a": (NEW, drafts(3))})
    with pytest.raises(ChainBroken, match="ends at position 3; the checkpoint is of 9") as cut:
        log.verify(Checkpoint(9, START, bytes(32)))
    assert cut.value.position == 4
    with pytest.raises(ChainBroken, match="not what the checkpoint was made of") as other:
        log.verify(Checkpoint(2, START, bytes(32)))
    assert other.value.position == 2


@pytest.mark.parametrize("time", [START - timedelta(microseconds=1), START + timedelta(days=1), None])
def test_a_checkpoint_with_another_time_is_told(log: EventLog, time: datetime | None) -> None:
    """The right hash alone is not the line that was published."""
    log.append({"a": (NEW, drafts(3))})
    bad = but(log.checkpoint(), recorded_at=time)
    said = str(bad).split()[1]
    with pytest.raises(ChainBroken) as broken:
        log.verify(bad)
    assert str(broken.value) == f"position 3 has the hash of the checkpoint, but not its time {said}"
    assert broken.value.position == 3


@pytest.mark.parametrize("bad", [Checkpoint(0, START, GENESIS), Checkpoint(0, None, b"x" * 32)])
def test_a_checkpoint_of_an_empty_log_has_no_time_and_no_hash(log: EventLog, bad: Checkpoint) -> None:
    """Whether the log is empty still or not."""
    for _ in range(2):
        with pytest.raises(ChainBroken, match=r"^position 0 ") as broken:
            log.verify(bad)
        assert broken.value.position == 0
        log.append({"a": (ANY, drafts(1))})


def _hash_at(log: EventLog, position: int) -> bytes:
    """The stored hash of a position."""
    with log.database.reading() as connection:
        found = connection.exec_driver_sql(f"SELECT hash FROM events WHERE position = {position}")
        return bytes(found.scalar_one())


# What is refused

UNSTORABLE = [("a\0b", "a NUL character"), ("a\ud800b", "half of a surrogate pair, which is no character")]


@pytest.mark.parametrize(("text", "fault"), UNSTORABLE)
@pytest.mark.parametrize("name", ["id", "recorded_by", "cause", "zone"])
def test_a_text_that_one_database_cannot_store_is_refused_on_each(
    log: EventLog, name: str, text: str, fault: str
) -> None:
    """With the stream and the mend, whatever else is in the batch; nothing is written."""
    given: dict[str, Any] = {"occurred": but(THEN, zone=text)} if name == "zone" else {name: text}
    with pytest.raises(UnstorableText) as refusal:
        log.append({"first": (NEW, drafts(2)), "판문점": (NEW, [draft(), but(draft(), **given)])})
    assert str(refusal.value) == f"stream '판문점': the {name} {text!r} holds {fault}; leave it out"
    assert log.head() == Checkpoint()
    log.append({"판문점": (NEW, [draft()])})
    assert log.verify().position == 1


@pytest.mark.parametrize(("text", "fault"), UNSTORABLE)
def test_a_stream_cannot_have_a_name_that_one_database_cannot_store(
    log: EventLog, text: str, fault: str
) -> None:
    """Neither written nor asked for: on both databases the same words."""
    told = f"stream {text!r}: the name {text!r} holds {fault}; leave it out"
    asked: list[Callable[[], object]] = [
        lambda: log.append({text: (NEW, [draft()])}),
        lambda: log.append({text: (NEW, [])}),
        lambda: log.read(text),
        lambda: log.read(text, up_to=1),
        lambda: list(log.read_all(stream=text)),
    ]
    for ask in asked:
        with pytest.raises(UnstorableText) as refusal:
            ask()
        assert str(refusal.value) == told
    with log.database.reading() as connection:
        assert fact_of(connection, text) is None


def test_data_may_hold_nul_but_no_half_of_a_pair(log: EventLog) -> None:
    """JSON writes NUL as an escape, so it comes back; half of a surrogate pair has no UTF-8 to hash."""
    log.append({"a": (NEW, [draft("a\0b")])})
    assert log.read("a")[0].event == Accepted(because="a\0b")
    with pytest.raises(UnstorableText) as refusal:
        log.append({"a": (EXISTS, [draft("a\ud800b")])})
    told = "stream 'a': a text of the Accepted holds half of a surrogate pair, which is no character"
    assert str(refusal.value) == f"{told}; leave it out"
    assert log.verify().position == 1


@frozen(kw_only=True)
class Rumoured(Event):
    """An event class that nobody registered."""


def test_an_unregistered_event_is_refused_and_writes_nothing(log: EventLog) -> None:
    """Neither it nor what stood beside it in the batch."""
    with pytest.raises(UnknownEventType, match="Rumoured is no registered event class"):
        log.append({"a": (NEW, [draft(), draft(event=Rumoured())]), "b": (NEW, [draft()])})
    assert log.head() == Checkpoint()
    log.append({"a": (NEW, [draft()])})
    assert log.verify().position == 1


def test_a_type_of_a_newer_program_is_told_on_reading(log: EventLog) -> None:
    """Reading a stream or the log that holds an unknown event names its type and schema."""
    log.append({"a": (NEW, [draft()])})
    with log.database.writing() as connection:
        connection.exec_driver_sql("UPDATE events SET type = 'Foretold', schema = 3")
    told = "'Foretold' schema 3 is unknown; a newer tracker wrote it"
    with pytest.raises(UnknownEventType, match=told):
        log.read("a")
    with pytest.raises(UnknownEventType, match=told):
        everything(log)


def test_an_exception_in_a_unit_of_work_undoes_it(log: EventLog) -> None:
    """What the database itself refuses is `LogUnavailable`, names the place, and the log goes on."""
    log.append({"a": (NEW, [draft()])})
    with pytest.raises(LogUnavailable) as refusal, log.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM events")
        connection.exec_driver_sql("INSERT INTO events (position) VALUES (1)")
    assert str(refusal.value).startswith(log.database.place)
    assert len(str(refusal.value).splitlines()) == 1
    (fact,) = log.append({"a": (1, [draft()])})
    assert fact.position == log.verify().position == 2
