"""SQL below SQLAlchemy: the same rows in and out on every database, and its errors in our words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.databases import opened
from tracker.database.engine import Database
from tracker.database.statement import Insert, Statement
from tracker.errors import LogUnavailable, ReadOnlyDatabase

things = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("big", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("small", sa.Integer),
    sa.Column("words", sa.Text),
    sa.Column("bytes", sa.LargeBinary),
)

INSERT = Insert(things, ("big", "small", "words", "bytes"))
ALL = Statement("SELECT big, small, words, bytes FROM things ORDER BY big")
SOME = Statement("SELECT big FROM things WHERE small = ? AND words = ? AND bytes = ?")

Row = tuple[int, int | None, str | None, bytes | None]

# The ends of each type, what COPY or a text protocol would have to escape, and nothing at all.
ROWS: list[Row] = [
    (-(2**63), -(2**31), "", b""),
    (-1, 0, "a\tb\n\\N\\.\"'%s?", bytes(range(256))),
    (0, None, None, None),
    (2**31, 1, "판문점 🕊", b"\x00" * 3),
    (2**63 - 1, 2**31 - 1, "long " * 10_000, b"\xff" * 50_000),
]


@pytest.fixture
def base(database: Database) -> Iterator[Database]:
    """A database with the empty table `things`."""
    with database.writing() as connection:
        things.create(connection)
    yield database
    with database.writing() as connection:
        things.drop(connection)


def stored(base: Database) -> list[Row]:
    """Every row of the table."""
    with base.reading() as connection:
        return list(ALL.rows(connection))


def insert(base: Database, rows: list[Row]) -> None:
    """Insert rows in one go, in a transaction of their own."""
    with base.writing() as connection:
        INSERT.run(connection, rows)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0]))
def test_one_row_comes_back_as_it_went_in(base: Database, row: Row) -> None:
    """By a statement of its own, which finds the type of each value itself."""
    insert(base, [row])
    assert stored(base) == [row]
    assert [type(value) for value in stored(base)[0]] == [type(value) for value in row]


def test_many_rows_come_back_as_they_went_in(base: Database) -> None:
    """In bulk, on PostgreSQL by a binary COPY, which has to be told the types."""
    insert(base, ROWS[::-1])
    assert stored(base) == ROWS


def test_no_rows_are_no_error(base: Database) -> None:
    """A batch of which nothing is new inserts nothing."""
    insert(base, [])
    assert stored(base) == []


def test_more_rows_than_a_statement_may_have_parameters(base: Database) -> None:
    """As many as come; both databases have a limit on parameters below that."""
    rows: list[Row] = [(number, number, f"no. {number}", b"x") for number in range(40_000)]
    insert(base, rows)
    assert stored(base) == rows


def test_columns_are_filled_in_the_order_that_was_named(base: Database) -> None:
    """Not in that of the table; what is not named stays empty."""
    some = Insert(things, ("words", "big"))
    with base.writing() as connection:
        some.run(connection, [("one", 1)])
        some.run(connection, [("two", 2), ("three", 3)])
    assert [(row[0], row[2]) for row in stored(base)] == [(1, "one"), (2, "two"), (3, "three")]
    assert {(row[1], row[3]) for row in stored(base)} == {(None, None)}


def test_a_statement_takes_its_parameters_in_order(base: Database) -> None:
    """A number, a text and bytes; rows are plain tuples, and a cursor gives them one by one."""
    insert(base, ROWS)
    big, *parameters = ROWS[1]
    with base.reading() as connection:
        assert list(SOME.rows(connection, *parameters)) == [(big,)]
        cursor = SOME.run(connection, *parameters)
        assert (cursor.fetchone(), cursor.fetchone()) == ((big,), None)
        assert list(SOME.rows(connection, 0, "", b"")) == []


def test_null_is_equal_to_nothing(base: Database) -> None:
    """None may be a parameter; as in all SQL, no row compares equal to it."""
    insert(base, ROWS)
    with base.reading() as connection:
        assert list(SOME.rows(connection, None, None, None)) == []


def test_what_a_statement_did_is_undone_with_its_transaction(base: Database) -> None:
    """It runs inside the transaction that SQLAlchemy knows of, not beside it."""
    with pytest.raises(ZeroDivisionError), base.writing() as connection:
        INSERT.run(connection, ROWS[:1])
        INSERT.run(connection, ROWS[1:])
        raise ZeroDivisionError
    assert stored(base) == []


Unit = Callable[[Database], AbstractContextManager[Connection]]


@pytest.mark.parametrize("unit", [Database.writing, Database.reading])
@pytest.mark.parametrize("text", ["SELECT 1 FROM nowhere", "SELECT ? FROM", "SELEKT 1"])
def test_an_error_of_the_driver_is_told_in_one_line(base: Database, unit: Unit, text: str) -> None:
    """No exception of the driver leaves a unit of work; the next one works."""
    statement = Statement(text)
    with pytest.raises(LogUnavailable) as refusal, unit(base) as connection:
        statement.run(connection, *([1] * text.count("?")))
    assert str(refusal.value).startswith(f"{base.place}: ")
    assert len(str(refusal.value).splitlines()) == 1
    assert stored(base) == []


@pytest.mark.parametrize("rows", [ROWS[:1], ROWS[:2]], ids=["one", "many"])
def test_a_row_that_is_there_already_is_told_and_nothing_is_inserted(base: Database, rows: list[Row]) -> None:
    """One row or many: the transaction is rolled back, and the next one works."""
    insert(base, ROWS[1:2] if len(rows) > 1 else rows)
    before = stored(base)
    with pytest.raises(LogUnavailable, match=r"(?i)unique") as refusal:
        insert(base, rows)
    assert len(str(refusal.value).splitlines()) == 1
    assert stored(base) == before
    insert(base, ROWS[3:])
    assert stored(base) == sorted([*before, *ROWS[3:]])


@pytest.mark.parametrize("rows", [ROWS[:1], ROWS], ids=["one", "many"])
def test_a_reader_of_postgresql_cannot_insert(postgres_url: str, rows: list[Row]) -> None:
    """A reading transaction is read-only there, also for what goes past SQLAlchemy."""
    with opened(postgres_url) as base:
        with base.writing() as connection:
            things.create(connection)
        with pytest.raises(ReadOnlyDatabase), base.reading() as connection:
            INSERT.run(connection, rows)
        assert stored(base) == []
