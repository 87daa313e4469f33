"""Whatever is done to a log behind its back, `verify` names the first position that is no longer true.

The log has 1,000 events, made once; every test spoils a copy of it with the bare driver.
"""

from __future__ import annotations

import base64
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.databases import Postgres, opened
from tests.log.happenings import Clock, draft
from tracker.database import migrate
from tracker.errors import ChainBroken
from tracker.log.checkpoint import Checkpoint
from tracker.log.eventlog import EventLog
from tracker.log.log import Expected
from tracker.log.tables import events

SIZE = 1_000
COLUMNS = [column.name for column in events.columns]
NUMBERS = [column.name for column in events.columns if isinstance(column.type, sa.Integer)]
BYTES = ["data", "hash"]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a log of 1,000 events in five streams."""
    path = tmp_path_factory.mktemp("tampering") / "original.sqlite3"
    with opened(f"sqlite:///{path}") as database:
        migrate.ensure(database)
        _fill(EventLog(database, Clock()))
        with database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    return path


def _fill(log: EventLog) -> None:
    for start in range(0, SIZE, 100):
        told = {
            f"stream/{i}": (Expected.ANY, [draft(f"{start} {i} {j}") for j in range(20)]) for i in range(5)
        }
        log.append(told)


@pytest.fixture(scope="module")
def copies(original: Path) -> Callable[[], Path]:
    """Makes copies of the log, each in the place of the last one."""

    def copy() -> Path:
        for leftover in original.parent.glob("copy.sqlite3*"):
            leftover.unlink()
        return Path(shutil.copy(original, original.with_name("copy.sqlite3")))

    return copy


def spoil(path: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    """Change the file with the bare driver."""
    raw = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        raw.execute(statement, values)
    raw.close()


def first_bad(path: Path, since: Checkpoint | None = None) -> int | None:
    """The position that verifying names, None where it finds nothing."""
    with opened(f"sqlite:///{path}") as database:
        try:
            EventLog(database).verify(since)
        except ChainBroken as broken:
            assert "\n" not in str(broken)
            return broken.position
    return None


def checkpoint(path: Path) -> Checkpoint:
    """The checkpoint of the log in a file."""
    with opened(f"sqlite:///{path}") as database:
        return EventLog(database).checkpoint()


def value(path: Path, column: str, position: int) -> object:
    """What a column holds at a position."""
    raw = sqlite3.connect(path)
    (found,) = raw.execute(f'SELECT "{column}" FROM events WHERE position = ?', (position,)).fetchone()
    raw.close()
    return found


POSITIONS = st.integers(1, SIZE)


def test_the_untouched_log_verifies(copies: Callable[[], Path]) -> None:
    """All the others rest on this one."""
    assert first_bad(copies()) is None


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([name for name in COLUMNS if name != "position"]), POSITIONS, st.data())
def test_any_changed_column_is_found(
    copies: Callable[[], Path], column: str, position: int, data: st.DataObject
) -> None:
    """Any column but the position, in any row, to any other value of its kind."""
    path = copies()
    kinds: dict[bool, st.SearchStrategy[object]] = {
        # Versions of its own stream the database itself refuses to have twice.
        column in NUMBERS: st.integers(-(2**62), 2**62).filter(lambda drawn: not 1 <= drawn <= SIZE),
        column in BYTES: st.binary(max_size=40),
    }
    kind = kinds.get(True, st.text(st.characters(codec="utf-8"), max_size=40))
    old = value(path, column, position)
    change(path, column, position, data.draw(kind.filter(lambda drawn: drawn != old)))
    assert first_bad(path) == position


def change(path: Path, column: str, position: int, new: object) -> None:
    """Set one column of one row, whatever its declared kind."""
    spoil(path, f'UPDATE events SET "{column}" = ? WHERE position = {position}', values=(new,))


@pytest.mark.parametrize("column", [name for name in COLUMNS if name != "position"])
def test_a_bit_of_any_column_is_found(copies: Callable[[], Path], column: str) -> None:
    """The smallest change there is: the last bit of a number, the last letter of a text, the last byte."""
    path = copies()
    old = value(path, column, 500)
    match old:
        case int():
            new: object = old ^ 1 if column != "version" else old + 1_000
        case bytes():
            new = old[:-1] + bytes([old[-1] ^ 1])
        case str():
            new = old[:-1] + chr(ord(old[-1]) ^ 1)
    change(path, column, 500, new)
    assert first_bad(path) == 500


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in NUMBERS])
def test_a_value_of_another_kind_is_found(copies: Callable[[], Path], column: str) -> None:
    """SQLite keeps any kind of value in any column: bytes that are no text, text for bytes."""
    path = copies()
    change(path, column, 500, "text" if column in BYTES else b"\xff\xfe")
    assert first_bad(path) == 500


def test_bytes_that_would_be_written_as_the_same_text_are_found(copies: Callable[[], Path]) -> None:
    """An id of 32 letters as the 24 bytes that base64 writes with these letters is another id."""
    path = copies()
    change(path, "id", 500, base64.b64decode(str(value(path, "id", 500))))
    assert first_bad(path) == 500


def test_text_that_is_no_utf_8_is_found(copies: Callable[[], Path]) -> None:
    """A text that cannot be read is a broken row, not a broken database."""
    path = copies()
    spoil(path, "UPDATE events SET cause = CAST(x'ff41' AS TEXT) WHERE position = 500")
    assert first_bad(path) == 500


def test_a_number_as_a_text_is_found(copies: Callable[[], Path]) -> None:
    """The same digits with a letter behind them; SQLite itself refuses them in the place of a position."""
    with pytest.raises(sqlite3.IntegrityError):
        change(copies(), "position", 500, "500x")
    for column in [name for name in NUMBERS if name != "position"]:
        path = copies()
        change(path, column, 500, "500x")
        assert first_bad(path) == 500, column


@settings(max_examples=15, deadline=None)
@given(POSITIONS, st.integers(-(2**62), 2**62).filter(lambda new: not 1 <= new <= SIZE))
def test_a_row_moved_elsewhere_is_found(copies: Callable[[], Path], position: int, new: int) -> None:
    """Before the beginning it is the first bad position itself; behind the end it leaves a gap."""
    path = copies()
    change(path, "position", position, new)
    assert first_bad(path) == (new if new < 1 else position)


@settings(max_examples=12, deadline=None)
@given(st.integers(1, SIZE - 1), st.integers(1, 50))
def test_deleted_rows_are_found(copies: Callable[[], Path], position: int, count: int) -> None:
    """One or many, from the first on, short of the end."""
    path = copies()
    spoil(path, f"DELETE FROM events WHERE position BETWEEN {position} AND {min(position + count, SIZE) - 1}")
    assert first_bad(path) == position


@settings(max_examples=12, deadline=None)
@given(st.integers(1, SIZE - 1))
def test_a_deleted_row_is_found_where_the_gap_is_closed(copies: Callable[[], Path], position: int) -> None:
    """All later rows moved down by one: the row now at its place is not the one that was there."""
    path = copies()
    spoil(
        path,
        f"DELETE FROM events WHERE position = {position}",
        f"UPDATE events SET position = -position WHERE position > {position}",
        "UPDATE events SET position = -position - 1 WHERE position < 0",
    )
    assert first_bad(path) == position


@settings(max_examples=12, deadline=None)
@given(POSITIONS)
def test_an_inserted_row_is_found(copies: Callable[[], Path], position: int) -> None:
    """A copy of a row, put before itself, all later rows moved up by one."""
    path = copies()
    rest = ", ".join(f'"{name}"' for name in COLUMNS[4:])
    spoil(
        path,
        f"UPDATE events SET position = -position WHERE position >= {position}",
        "UPDATE events SET position = 1 - position WHERE position < 0",
        f"INSERT INTO events SELECT {position}, 'forged', 'forged', 1, {rest} FROM events "
        f"WHERE position = {position + 1}",
    )
    assert first_bad(path) == position


@pytest.mark.parametrize("place", [-7, 0, SIZE + 1])
def test_a_row_before_the_beginning_or_behind_the_end_is_found(
    copies: Callable[[], Path], place: int
) -> None:
    """A row where no reader of the whole log looks would still be read with its stream."""
    path = copies()
    rest = ", ".join(f'"{name}"' for name in COLUMNS[4:])
    spoil(
        path,
        f"INSERT INTO events SELECT {place}, 'forged', 'stream/0', 999, {rest} FROM events "
        "WHERE position = 1",
    )
    assert first_bad(path) == place


@settings(max_examples=12, deadline=None)
@given(st.tuples(POSITIONS, POSITIONS).filter(lambda pair: pair[0] != pair[1]))
def test_swapped_rows_are_found(copies: Callable[[], Path], pair: tuple[int, int]) -> None:
    """The earlier of the two places is the first bad one."""
    path = copies()
    one, other = pair
    spoil(
        path,
        f"UPDATE events SET position = -1 WHERE position = {one}",
        f"UPDATE events SET position = {one} WHERE position = {other}",
        f"UPDATE events SET position = {other} WHERE position = -1",
    )
    assert first_bad(path) == min(pair)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, SIZE - 1))
def test_a_log_cut_off_is_found_against_a_checkpoint(copies: Callable[[], Path], end: int) -> None:
    """What is left verifies by itself; against the checkpoint the first missing position is named."""
    path = copies()
    published = checkpoint(path)
    spoil(path, f"DELETE FROM events WHERE position > {end}")
    assert first_bad(path) is None
    assert first_bad(path, published) == end + 1


def test_a_log_written_anew_after_a_cut_is_found_against_a_checkpoint(copies: Callable[[], Path]) -> None:
    """Other events at the same positions chain well, and are not what the checkpoint was made of."""
    path = copies()
    published = checkpoint(path)
    spoil(path, "DELETE FROM events WHERE position > 900")
    with opened(f"sqlite:///{path}") as database:
        EventLog(database).append({"forged": (Expected.NEW, [draft(str(i)) for i in range(200)])})
    assert first_bad(path) is None
    assert first_bad(path, published) == SIZE


@pytest.mark.parametrize("bad", [500, 501, 1_000])
def test_what_was_spoilt_after_a_checkpoint_is_found_from_there(copies: Callable[[], Path], bad: int) -> None:
    """The row of the checkpoint itself included, whether it was changed or deleted."""
    path = copies()
    spoil(path, "DELETE FROM events WHERE position > 500")
    since = checkpoint(path)
    path = copies()
    assert first_bad(path, since) is None
    change(path, "hash", bad, bytes(32))
    assert first_bad(path, since) == bad
    path = copies()
    spoil(path, f"DELETE FROM events WHERE position = {bad}")
    assert first_bad(path, since) == (bad if bad < SIZE else None)


@pytest.fixture(scope="module")
def spoilable(postgres: Postgres) -> Iterator[str]:
    """A PostgreSQL database with the log of 1,000 events; each test puts back what it spoils."""
    with postgres.migrated() as url:
        with opened(url) as database:
            _fill(EventLog(database, Clock()))
        yield url


@pytest.mark.parametrize(
    ("statement", "bad"),
    [
        *(
            (f"UPDATE events SET {name} = {name} + 1000 WHERE position = 500", 500)
            for name in NUMBERS
            if name != "position"
        ),
        *(
            (f"UPDATE events SET {name} = {name} || 'x' WHERE position = 500", 500)
            for name in COLUMNS
            if name not in NUMBERS and name not in BYTES
        ),
        *((f"UPDATE events SET {name} = {name} || '\\x00' WHERE position = 500", 500) for name in BYTES),
        ("UPDATE events SET position = -3 WHERE position = 500", -3),
        ("UPDATE events SET position = 5000 WHERE position = 500", 500),
        ("DELETE FROM events WHERE position = 1", 1),
        ("DELETE FROM events WHERE position BETWEEN 500 AND 600", 500),
        (
            "UPDATE events a SET data = b.data FROM events b WHERE (a.position, b.position) IN "
            "((300, 700), (700, 300))",
            300,
        ),
        ("DELETE FROM events WHERE position > 990", 991),
        ("TRUNCATE events", 1),
    ],
)
def test_tampering_is_found_on_postgresql_too(spoilable: str, statement: str, bad: int) -> None:
    """Any column, deleted, swapped and cut off rows, each against the checkpoint of before."""
    with opened(spoilable) as database:
        published = EventLog(database).checkpoint()
        assert published.position == SIZE
        with psycopg.connect(spoilable, autocommit=True) as raw:
            raw.execute("CREATE TABLE kept AS TABLE events")
            raw.execute(statement.encode())
        try:
            with pytest.raises(ChainBroken) as broken:
                verify_all(EventLog(database), published)
            assert broken.value.position == bad
        finally:
            with psycopg.connect(spoilable, autocommit=True) as raw:
                raw.execute("TRUNCATE events")
                raw.execute("INSERT INTO events TABLE kept")
                raw.execute("DROP TABLE kept")


def verify_all(log: EventLog, published: Checkpoint) -> None:
    """What an auditor does: the whole chain, then its end against what was published."""
    log.verify()
    log.verify(published)
