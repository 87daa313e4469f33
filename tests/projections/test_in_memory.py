"""Where an SQLite file cannot be written, what is behind is folded in memory, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.databases import opened
from tests.projections.samples import NewPicky, NewWords, OtherWords, Picky, Words, heard, say
from tracker.database.engine import Database
from tracker.errors import ProjectionParked, ReadOnlyDatabase, SchemaMismatch
from tracker.log.log import read_head
from tracker.projections import builds, runner
from tracker.projections.runner import catch_up, caught_up, rebuild

WORDS = ["one", "two", "one", "three", "two"]


@pytest.fixture(autouse=True)
def batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small ones."""
    monkeypatch.setattr(runner, "BATCH", 2)


@contextmanager
def read_only(url: str) -> Iterator[Database]:
    """The database for reading alone; its file is the same afterwards."""
    file = Path(url.removeprefix("sqlite:///"))
    before = file.read_bytes()
    with opened(f"sqlite:///file:{file}?mode=ro&uri=true") as database:
        with pytest.raises(ReadOnlyDatabase), database.writing() as connection:
            connection.execute(builds.builds.delete())
        yield database
    assert file.read_bytes() == before


def answers_twice(url: str, kind: type[Words] = Words) -> None:
    """All words, and once more, because nothing stays of the first time."""
    with read_only(url) as database:
        for _ in range(2):
            with caught_up(database, (kind, OtherWords)) as view:
                assert view.head == len(WORDS)
                assert heard(view, kind) == heard(view, OtherWords) == WORDS
                assert read_head(view.connection).position == view.head


def test_no_build_yet(sqlite_url: str) -> None:
    """As when a backup of the log alone is read."""
    with opened(sqlite_url) as database:
        say(database, *WORDS)
    answers_twice(sqlite_url)


@pytest.mark.parametrize("behind", range(1, len(WORDS) + 1))
def test_a_build_that_is_behind(sqlite_url: str, behind: int) -> None:
    """By one event or all of them; the other projection has no build at all."""
    with opened(sqlite_url) as database:
        say(database, *WORDS[:-behind])
        catch_up(database, (Words,))
        say(database, *WORDS[-behind:])
    answers_twice(sqlite_url)


def test_an_interrupted_rebuild(sqlite_url: str) -> None:
    """The current build answers, behind as it is."""
    with opened(sqlite_url) as database:
        say(database, *WORDS[:4])
        catch_up(database, (Words, OtherWords))
        with database.writing() as connection:
            build = builds.begin(connection, Words)
        runner._advance(database, Words, build.build)
        say(database, *WORDS[4:])
    answers_twice(sqlite_url)


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_an_old_version_is_current(sqlite_url: str, steps: int) -> None:
    """The new one was not begun, or was interrupted; the old program is served by its own."""
    with opened(sqlite_url) as database:
        say(database, *WORDS)
        catch_up(database, (Words,))
        for _ in range(steps):
            runner._advance(database, NewWords)
    answers_twice(sqlite_url, NewWords)
    answers_twice(sqlite_url, Words)


def test_a_newer_version_is_refused(sqlite_url: str) -> None:
    """As where it could be written."""
    with opened(sqlite_url) as database:
        say(database, *WORDS)
        catch_up(database, (NewWords,))
        say(database, "more")
    with read_only(sqlite_url) as database, pytest.raises(SchemaMismatch), caught_up(database, (Words,)):
        pass


@pytest.mark.parametrize("kind", [Picky, NewPicky])
def test_poison_in_memory_is_told_as_elsewhere(sqlite_url: str, kind: type[Words]) -> None:
    """The position before the event, whatever the batch, the line and the mend."""
    with opened(sqlite_url) as database:
        say(database, *WORDS)
        catch_up(database, (Words,))
        say(database, "four", "five", "poison")
    with read_only(sqlite_url) as database:
        for _ in range(2):
            told = "'said-words' waits at position 7: ValueError: poison"
            with pytest.raises(ProjectionParked, match=told), caught_up(database, (kind,)):
                pass
        with caught_up(database, (OtherWords,)) as view:
            assert heard(view, OtherWords) == [*WORDS, "four", "five", "poison"]


def test_a_parked_build_is_told_where_nothing_can_be_written(sqlite_url: str) -> None:
    """What stands in its row is why it cannot answer."""
    with opened(sqlite_url) as database:
        say(database, "one", "poison")
        catch_up(database, (Picky,))
    told = pytest.raises(ProjectionParked, match="waits at position 1: ValueError: poison at 2")
    with read_only(sqlite_url) as database, told, caught_up(database, (Words,)):
        pass


def test_a_parked_rebuild_stays_where_it_is(sqlite_url: str) -> None:
    """The current build answers, folded on in memory."""
    with opened(sqlite_url) as database:
        say(database, "one", "poison")
        catch_up(database, (Words,))
        with pytest.raises(ProjectionParked):
            rebuild(database, Picky)
        say(database, "two")
    with read_only(sqlite_url) as database, caught_up(database, (Words,)) as view:
        assert heard(view) == ["one", "poison", "two"]
