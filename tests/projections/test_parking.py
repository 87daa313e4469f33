"""What a projection cannot take in parks it exactly there; nothing else does, and nobody else waits."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import ClassVar

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection

from tests.databases import opened
from tests.projections import samples
from tests.projections.samples import (
    Astray,
    Colliding,
    CollidingBelow,
    Interrupted,
    Moody,
    NewPicky,
    NewWords,
    OtherWords,
    Picky,
    Unstorable,
    Words,
    heard,
    say,
)
from tests.projections.test_builds import states
from tracker.commitments.events import Fact
from tracker.database.engine import Database
from tracker.database.statement import Statement
from tracker.errors import LogUnavailable, ProjectionParked
from tracker.projections import runner
from tracker.projections.builds import BUILDING, CURRENT, all_builds
from tracker.projections.projection import bound
from tracker.projections.runner import catch_up, caught_up, rebuild, resume

BATCH = 4


@pytest.fixture(autouse=True)
def batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small ones."""
    monkeypatch.setattr(runner, "BATCH", BATCH)


@pytest.mark.parametrize("place", [0, 1, BATCH - 1, BATCH, 2 * BATCH - 1])
@pytest.mark.parametrize("after", [0, BATCH])
def test_a_poison_parks_the_projection_exactly_before_it(database: Database, place: int, after: int) -> None:
    """First, in the middle or last in a batch; whatever follows; at the head or far behind it."""
    words = [*(f"word {number}" for number in range(place)), "poison", *["more"] * after]
    say(database, *words)
    assert catch_up(database, (Picky, OtherWords)) == len(words)
    with database.reading() as connection:
        other, parked = all_builds(connection)
    assert (other.name, other.position, other.error) == ("other-words", len(words), "")
    assert (parked.name, parked.position) == ("said-words", place)
    assert parked.error.startswith(f"ValueError: poison at {place + 1} (samples.py:")
    with pytest.raises(ProjectionParked), caught_up(database, (OtherWords, Picky)):
        pass
    with caught_up(database, (OtherWords,)) as view:
        assert heard(view, OtherWords) == words
    # Mended: the same name and version, and it takes the event in.
    assert resume(database, Words).position == len(words)
    with caught_up(database, (Words,)) as view:
        assert heard(view) == words


def test_the_message_names_place_reason_line_and_mend(database: Database) -> None:
    """One line that says all that is needed."""
    say(database, "one", "poison")
    with pytest.raises(ProjectionParked) as parked, caught_up(database, (Picky,)):
        pass
    line = Picky.meet.__code__.co_firstlineno + 3
    assert str(parked.value) == (
        f"projection 'said-words' waits at position 1: ValueError: poison at 2 (samples.py:{line}); "
        "mend it and run `tracker projections resume said-words`"
    )
    with pytest.raises(ProjectionParked, match="waits at position 1: ValueError"):
        resume(database, Picky)
    # Until somebody resumes it, it stays where it is, whoever asks, and whoever waited for the write lock
    # while it was parked.
    catch_up(database, (Words,))
    assert runner._advance(database, Words).position == 1
    with pytest.raises(ProjectionParked), caught_up(database, (Words,)):
        pass


@pytest.mark.parametrize(("fails", "is_parked"), [(0, False), (1, False), (2, False), (3, True)])
def test_what_fails_twice_and_then_works_is_not_parked(
    database: Database, fails: int, is_parked: bool
) -> None:
    """An event is tried three times by itself."""

    class Often(Moody):
        alone: ClassVar[Counter[int]] = Counter()

    Often.fails = fails
    say(database, "one", "poison", "two")
    catch_up(database, (Often,))
    with database.reading() as connection:
        (build,) = all_builds(connection)
    assert build.position == (1 if is_parked else 3)
    assert bool(build.error) is is_parked
    assert Often.alone[2] == min(fails + 1, 3)


def test_ctrl_c_passes_through_and_leaves_nothing_half_done(database: Database) -> None:
    """The batch is rolled back, nobody is parked, and the next one goes on."""
    words = ["one", "two", "three", "four", "five", "poison", "six"]
    say(database, *words)
    with pytest.raises(KeyboardInterrupt):
        catch_up(database, (Interrupted,))
    with database.reading() as connection:
        (build,) = all_builds(connection)
        counted = bound(Words, 1).told(connection)
    assert (build.position, build.state, build.error, counted) == (BATCH, BUILDING, "", words[:BATCH])
    with caught_up(database, (Words,)) as view:
        assert heard(view) == words


def test_a_parked_rebuild_leaves_the_current_build_serving(database: Database) -> None:
    """It is told to whoever rebuilds, and to nobody else; once mended, a rebuild goes on with it."""
    words = ["one", "two", "poison", "three", "four"]
    say(database, *words)
    catch_up(database, (Words,))
    for _ in range(2):
        with pytest.raises(ProjectionParked, match="waits at position 2: ValueError"):
            rebuild(database, Picky)
        with caught_up(database, (Picky,)) as view:
            assert heard(view, Picky) == words
    assert states(database) == [("said-words", 1, 1, CURRENT, 5), ("said-words", 2, 1, BUILDING, 2)]
    assert rebuild(database, Words).build == 2
    with caught_up(database, (Words,)) as view:
        assert heard(view) == words


def test_a_parked_new_version_leaves_the_old_one_to_the_old_program(database: Database) -> None:
    """The new program says why it cannot answer; the old one still does."""
    say(database, "one", "poison")
    catch_up(database, (Words,))
    with pytest.raises(ProjectionParked, match="waits at position 1"), caught_up(database, (NewPicky,)):
        pass
    say(database, "two")
    with caught_up(database, (Words,)) as view:
        assert heard(view) == ["one", "poison", "two"]
    assert resume(database, NewWords).build == 2
    with caught_up(database, (NewWords,)) as view:
        assert heard(view, NewWords) == ["one", "poison", "two"]


class LosesTheServer(Words):
    """Its connection is gone in the middle of a batch; `low` says whether the driver itself meets that."""

    low = False

    def meet(self, word: str, fact: Fact, connection: Connection) -> None:
        """As when the server is restarted."""
        if word == "poison":
            ended = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with psycopg.connect(
                connection.engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
                autocommit=True,
            ) as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", (ended,))
            if self.low:
                Statement("SELECT ?::int").run(connection, 1)
            else:
                connection.exec_driver_sql("SELECT 1")


class LosesTheServerBelow(LosesTheServer):
    """As the driver meets it."""

    low = True


@pytest.mark.parametrize("kind", [LosesTheServer, LosesTheServerBelow])
def test_a_lost_server_parks_nobody(postgres_url: str, kind: type[Words]) -> None:
    """The projection is not to blame: the caller is told that the log is unavailable."""
    with opened(postgres_url) as database:
        say(database, "one", "poison")
        with pytest.raises(LogUnavailable):
            catch_up(database, (kind,))
        with database.reading() as connection:
            assert [build.error for build in all_builds(connection)] == []
        with caught_up(database, (Words,)) as view:
            assert heard(view) == ["one", "poison"]


class Hoarding(Words):
    """Its own table takes all the room there is."""

    def meet(self, word: str, fact: Fact, connection: Connection) -> None:
        """A megabyte for each word."""
        row = {"word": f"{word} {'x' * 1_000_000}", "first": fact.position}
        connection.execute(self.words.insert().values(row))


def test_a_full_disk_parks_nobody(sqlite_url: str) -> None:
    """Nor is it the projection's fault: with room, it goes on."""
    with opened(sqlite_url) as database:
        say(database, "one", "two")

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 300")

    with opened(sqlite_url) as database:
        event.listen(database.engine, "connect", limit)
        with pytest.raises(LogUnavailable, match="the disk is full; make room and try again"):
            catch_up(database, (Hoarding,))
    with opened(sqlite_url) as database:
        with database.reading() as connection:
            assert [build.error for build in all_builds(connection)] == []
        assert catch_up(database, (Hoarding,)) == 2


def line_of(kind: type[Words]) -> str:
    """Where the projection fails, as messages name it."""
    code = kind.meet.__code__
    lines = [line for _, _, line in code.co_lines() if line is not None]
    return rf"\({samples.__name__.rpartition('.')[2]}\.py:({'|'.join(map(str, sorted(set(lines))))})\)"


@pytest.mark.parametrize("kind", [Colliding, CollidingBelow, Astray])
def test_an_error_of_the_database_is_the_projections_own(database: Database, kind: type[Words]) -> None:
    """By way of SQLAlchemy or of the driver: parked, at the line of the projection, others go on."""
    say(database, "one", "poison", "two")
    assert catch_up(database, (kind, OtherWords)) == 3
    told = "waits at position 1: .*" + line_of(kind)
    with pytest.raises(ProjectionParked, match=told), caught_up(database, (kind,)):
        pass
    with caught_up(database, (OtherWords,)) as view:
        assert heard(view, OtherWords) == ["one", "poison", "two"]
    assert resume(database, Words).position == 3


def test_an_error_that_no_database_stores_is_stored_all_the_same(database: Database) -> None:
    """Its text is bent until it can be, and others go on."""
    say(database, "poison")
    assert catch_up(database, (Unstorable, OtherWords)) == 1
    told = r"waits at position 0: ValueError: nothing \\x00 and half \\ud83d of a pair"
    with pytest.raises(ProjectionParked, match=told), caught_up(database, (Unstorable,)):
        pass
    with caught_up(database, (OtherWords,)) as view:
        assert heard(view, OtherWords) == ["poison"]


def test_resuming_goes_on_with_a_parked_rebuild(database: Database) -> None:
    """As the message says: the build that waited is the one that answers in the end."""
    say(database, "one", "poison")
    catch_up(database, (Words,))
    with pytest.raises(ProjectionParked):
        rebuild(database, Picky)
    with pytest.raises(ProjectionParked):
        resume(database, Picky)
    resumed = resume(database, Words)
    assert (resumed.build, resumed.state, resumed.position) == (2, CURRENT, 2)


def test_what_somebody_else_took_in_meanwhile_is_not_parked(shared_url: str) -> None:
    """Another process with a mended program went on between the last attempt and the parking."""
    with opened(shared_url) as database, opened(shared_url) as other:
        say(database, "one", "poison", "two")

        @event.listens_for(database.engine, "checkin")
        def overtake(*_: object) -> None:
            if Often.alone[2] == runner.ATTEMPTS:
                catch_up(other, (Words,))

        class Often(Moody):
            alone: ClassVar[Counter[int]] = Counter()
            fails = runner.ATTEMPTS

        catch_up(database, (Often,))
        with database.reading() as connection:
            (build,) = all_builds(connection)
        assert (build.position, build.state, build.error) == (3, CURRENT, "")
