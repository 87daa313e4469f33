"""Export and import: the same log on the other side, or nothing at all and one line that says why."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.log.exports import WORDS, database, exported, fill, forged
from tracker.database.engine import Database
from tracker.errors import BadExport, ChainBroken, TrackerError, UserError
from tracker.log.chain import HEADER
from tracker.log.checkpoint import Checkpoint
from tracker.log.eventlog import EventLog
from tracker.log.tables import events
from tracker.log.transfer import LONGEST, export_log, import_log

Fresh = Callable[[str], Database]


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Makes databases of a kind, each with the tables and an empty log."""
    count = itertools.count()
    with ExitStack() as stack:

        def make(kind: str) -> Database:
            if kind == "sqlite":
                url = f"sqlite:///{tmp_path / f'{next(count)}.sqlite3'}"
            else:
                url = stack.enter_context(request.getfixturevalue("postgres").migrated())
            made = database(url)
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Of which kind the databases of a test are."""
    name: str = request.param
    return name


@pytest.fixture
def full(fresh: Fresh, kind: str) -> Database:
    """A log of twelve events."""
    made = fresh(kind)
    fill(made)
    return made


@pytest.fixture
def empty(fresh: Fresh, kind: str) -> Database:
    """A database with an empty log."""
    return fresh(kind)


def take(base: Database, export: bytes, expected: Checkpoint | None = None) -> Checkpoint:
    """Import, as the API does."""
    with base.writing() as connection:
        return import_log(connection, io.BytesIO(export), "log.jsonl", expected)


def rows(base: Database) -> list[tuple[Any, ...]]:
    """Every column of every event, as the database has them."""
    with base.reading() as connection:
        return [tuple(row) for row in connection.execute(sa.select(events).order_by(events.c.position))]


def test_what_was_exported_is_imported_to_the_last_byte(full: Database, empty: Database) -> None:
    """Rows, head and the export of the import are the same, and the log goes on from there."""
    export = exported(full)
    end = take(empty, export)
    assert rows(empty) == rows(full)
    assert end == EventLog(empty).head() == EventLog(full).head() == EventLog(empty).verify()
    assert exported(empty) == export
    assert len(fill(empty, 1).read("commitment/a")) == 4  # event-0 is there already, and stays one


@pytest.mark.parametrize(("here", "there"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_a_log_moves_between_the_kinds_of_databases_and_back(fresh: Fresh, here: str, there: str) -> None:
    """Every column and every hash are the same on both, and so is the file that either exports."""
    first, second, third = fresh(here), fresh(there), fresh(here)
    end = fill(first, 40).checkpoint()
    export = exported(first)
    assert take(second, export, end) == EventLog(second).verify() == EventLog(second).verify(end) == end
    assert rows(second) == rows(first)
    assert exported(second) == export
    assert take(third, exported(second), end) == EventLog(third).verify() == end
    assert rows(third) == rows(first)


def test_a_line_holds_every_column_and_the_data_as_it_is_stored(full: Database) -> None:
    """One line for each event; only the last says that it is."""
    lines = [json.loads(line) for line in exported(full).splitlines()]
    stored = rows(full)
    assert [tuple(line[name] for name in HEADER) for line in lines] == [row[: len(HEADER)] for row in stored]
    assert [line["data"].encode() for line in lines] == [row[-2] for row in stored]
    assert [bytes.fromhex(line["hash"]) for line in lines] == [row[-1] for row in stored]
    assert [line.get("last") for line in lines] == [None] * 11 + [True]
    assert json.loads(lines[0]["data"])["because"] == WORDS


def test_an_export_larger_than_a_batch_comes_through(empty: Database) -> None:
    """Batches meet without a seam, on the way out and on the way in."""
    many = [{"stream": f"commitment/{number % 7}", "version": number // 7 + 1} for number in range(2500)]
    export = forged(many)
    assert take(empty, export).position == 2500
    other = database()
    assert take(other, exported(empty)) == EventLog(empty).verify()
    other.close()


def test_an_empty_log_is_not_exported(empty: Database) -> None:
    """An empty file would be taken for a failed export."""
    with pytest.raises(UserError, match="the log is empty"):
        exported(empty)


def test_a_log_that_is_not_empty_is_not_imported_into(full: Database) -> None:
    """Two histories do not become one."""
    before = rows(full)
    with pytest.raises(UserError, match="it ends at position 12"):
        take(full, exported(full))
    assert rows(full) == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE events SET recorded_by = 'somebody' WHERE position = 7", "position 7 was changed"),
        ("DELETE FROM events WHERE position = 7", "position 7 is missing"),
        ("UPDATE events SET data = hash WHERE position = 7", "position 7 was changed"),
    ],
)
def test_a_broken_log_is_not_exported(full: Database, change: str, told: str) -> None:
    """Who holds an export holds a log that verified when it was written."""
    with full.writing() as connection:
        connection.exec_driver_sql(change)
    with pytest.raises(ChainBroken, match=told) as broken:
        export_log(full, io.BytesIO())
    assert broken.value.position == 7


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    """What does something to an export by its lines."""
    return lambda export: b"".join(change(export.splitlines(keepends=True)))


@pytest.mark.parametrize("kind", ["sqlite"])  # the damage is to the file, whatever the database
@pytest.mark.parametrize(
    ("damage", "error", "told"),
    [
        (lambda _: b"", BadExport, r"log\.jsonl: the file is empty"),
        (lambda _: b"\n", BadExport, r"log\.jsonl:1: no line of an export"),
        (lambda _: b"SQLite format 3\0", BadExport, r":1: no line of an export"),
        (lambda export: b"\xef\xbb\xbf" + export, BadExport, ":1: no line of an export"),
        (lines(lambda each: each[:-1]), BadExport, ":11: the file is cut off"),
        (lines(lambda each: each[:5]), BadExport, ":5: the file is cut off"),
        (lambda export: export[:-40], BadExport, ":12: no line of an export"),
        (lines(lambda each: [*each, each[-1]]), BadExport, ":13: more follows"),
        (lines(lambda each: [*each, b"\n"]), BadExport, ":13: more follows"),
        (lines(lambda each: [*each[:5], b"\n", *each[5:]]), BadExport, ":6: no line of an export"),
        (lines(lambda each: [*each[:5], b"{}\n", *each[5:]]), BadExport, ":6: .*missing required field"),
        (lines(lambda each: [*each[:5], *each[6:]]), ChainBroken, ":6: position 7 stands where 6 is due"),
        (lines(lambda each: each[1:]), ChainBroken, ":1: position 2 stands where 1 is due"),
        (lines(lambda each: [*each[:5], each[4], *each[5:]]), ChainBroken, ":6: position 5 stands where 6"),
        (lines(lambda each: [each[1], each[0], *each[2:]]), ChainBroken, ":1: position 2 stands where 1"),
        (lambda export: export.replace(b"dprk", b"\xff\xfe", 1), BadExport, ":1: no UTF-8"),
        (lambda export: export.replace(b'"version":2', b'"version":"2"', 1), BadExport, ":4: .*version"),
        (lambda export: export.replace(b'"event-3"', b"null", 1), BadExport, r":4: .*\$.id"),
        (lambda export: export.replace(b'"cause"', b'"kause"', 1), BadExport, ":1: .*kause"),
    ],
)
def test_a_damaged_file_leaves_the_log_empty_and_names_the_line(
    full: Database, empty: Database, damage: Callable[[bytes], bytes], error: type[TrackerError], told: str
) -> None:
    """Cut off, mended by hand, shuffled: one error, nothing imported, and a good file still fits."""
    with pytest.raises(error, match=told) as refused:
        take(empty, damage(exported(full)))
    assert "\n" not in str(refused.value)
    assert rows(empty) == []
    assert take(empty, exported(full)).position == 12


def test_a_file_without_line_ends_is_not_read_whole(empty: Database) -> None:
    """No event is that long; memory stays bounded whatever is named by mistake."""
    with pytest.raises(BadExport, match=r"log\.jsonl:1: longer than any event"):
        take(empty, b" " * (LONGEST + 1))


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("column", [*HEADER, "data", "hash"])
def test_a_change_of_any_column_is_found(full: Database, empty: Database, column: str) -> None:
    """No column is outside of the chain."""
    changed = [json.loads(line) for line in exported(full).splitlines()]
    value = changed[6][column]
    other = {"precision": "month", "hash": "0" * 64, "type": "ConditionMet", "zone": "Asia/Tokyo"}
    changed[6][column] = value + 1 if isinstance(value, int) else other.get(column, value + " ")
    with pytest.raises(ChainBroken, match=r"log\.jsonl:7:") as broken:
        take(empty, b"".join(json.dumps(line).encode() + b"\n" for line in changed))
    assert broken.value.position == 7
    assert rows(empty) == []


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({"type": "Tunnelled"}, "event type 'Tunnelled' schema 1 is unknown; a newer tracker wrote it"),
        ({"schema": 2}, "event type 'ConditionMet' schema 2 is unknown; a newer tracker wrote it"),
        ({"id": "event-1"}, "the id 'event-1' stands there a second time"),
        ({"version": 3}, "version 3 of stream 'commitment/a' stands where 2 is due"),
        ({"stream": "commitment/b"}, "version 2 of stream 'commitment/b' stands where 1 is due"),
        ({"recorded_at": 0}, "recorded before the event before it"),
        ({"occurred_from": 1}, "occurred_to is before occurred_from"),
        ({"zone": "Asia/Soul"}, "'Asia/Soul' is no time zone"),
        ({"precision": "week"}, "Expected `str` matching regex '^(instant|day|month)"),
        ({"data": '{"condition":1}'}, "data is no ConditionMet: Expected `str`"),
        ({"data": "no JSON"}, "data is no ConditionMet: JSON is malformed"),
        *(
            ({name: "a\0b"}, f"the {name} 'a\\x00b' holds a NUL character, which no log can hold")
            for name in ("id", "stream", "recorded_by", "cause")
        ),
        ({"recorded_at": 10**18}, "Expected `int` <= 253402300799999999"),
        ({"version": 10**18}, "Expected `int` <= 2147483647"),
    ],
)
def test_what_no_tracker_writes_is_refused_also_where_the_hashes_fit(
    empty: Database, second: dict[str, Any], told: str
) -> None:
    """A chain is easily made; what would break the log later is refused now."""
    with pytest.raises(BadExport, match=re.escape(f"log.jsonl:2: {told}").replace("2:\\ ", "2: .*")):
        take(empty, forged([{}, second, {"version": 3, "recorded_at": 10**17}]))
    assert rows(empty) == []


def test_an_id_that_comes_again_in_a_later_batch_is_refused(empty: Database) -> None:
    """What went in before is asked, too."""
    with pytest.raises(BadExport, match=r"log\.jsonl:2400: the id 'event-3' stands there a second time"):
        take(empty, forged([*[{}] * 2399, {"id": "event-3"}, {}]))
    assert rows(empty) == []


def test_a_file_must_contain_the_checkpoint_that_is_expected(full: Database, empty: Database) -> None:
    """A whole and valid export of a shorter or of another log is not the one that was meant."""
    export = exported(full)
    end = EventLog(full).checkpoint()
    fifth = json.loads(export.splitlines()[4])
    for bad, told in [
        (Checkpoint(12, end.recorded_at, bytes(32)), "position 12 is not what the checkpoint was made of"),
        (Checkpoint(13, end.recorded_at, end.hash), "ends at position 12; the checkpoint is of 13"),
        (Checkpoint(12, None, end.hash), "position 12 has the hash of the checkpoint, but not its time -"),
        (
            Checkpoint(5, end.recorded_at, bytes.fromhex(fifth["hash"])),
            "position 5 has the hash of .*, but not its",
        ),
    ]:
        with pytest.raises(ChainBroken, match=told):
            take(empty, export, bad)
        assert rows(empty) == []
    assert take(empty, export, end) == end


@pytest.fixture(scope="module")
def other() -> Iterator[Database]:
    """An empty log for many attempts, because making a database costs more than an attempt."""
    made = database()
    yield made
    made.close()


@pytest.fixture(scope="module")
def three() -> tuple[bytes, list[tuple[Any, ...]]]:
    """The export of a log of three events, and its rows."""
    made = database()
    fill(made, 3)
    told = exported(made), rows(made)
    made.close()
    return told


@settings(max_examples=500, deadline=None)
@given(data=st.data())
def test_no_damaged_byte_comes_through(
    other: Database, three: tuple[bytes, list[tuple[Any, ...]]], data: st.DataObject
) -> None:
    """Any byte set to any other: one error and an empty log, or, between two values, the same log."""
    export, stored = bytearray(three[0]), three[1]
    place = data.draw(st.integers(0, len(export) - 1))
    export[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != export[place]))
    try:
        take(other, bytes(export))
    except (BadExport, ChainBroken):
        assert rows(other) == []
        return
    assert rows(other) == stored
    with other.writing() as connection:
        connection.execute(events.delete())
