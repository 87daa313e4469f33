"""Builds of projections: beside each other, one that answers, and none that is seen half."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.databases import opened
from tests.projections.rows import current, tables_there, tables_told
from tests.projections.samples import NewWords, OtherWords, Words, heard, say
from tracker.database.engine import Database
from tracker.errors import LogUnavailable, SchemaMismatch
from tracker.log.log import read_head
from tracker.projections import builds, runner
from tracker.projections.builds import BUILDING, CURRENT, RETIRED, all_builds
from tracker.projections.runner import catch_up, caught_up, rebuild


def states(database: Database) -> list[tuple[str, int, int, str, int]]:
    """Name, number, version, state and position of every build."""
    with database.reading() as connection:
        return [(b.name, b.build, b.version, b.state, b.position) for b in all_builds(connection)]


def let_grace_pass(database: Database) -> None:
    """As if builds had been retired an hour earlier."""
    with database.writing() as connection:
        earlier = builds.builds.c.retired_at - builds.GRACE_SECONDS
        connection.execute(builds.builds.update().values(retired_at=earlier))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_a_first_build_answers_once_it_is_at_the_head(
    database: Database, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the log ends with a batch or within one."""
    monkeypatch.setattr(runner, "BATCH", 2)
    words = [f"word {number}" for number in range(count)]
    say(database, *words)
    assert catch_up(database, (Words,)) == count
    with caught_up(database, (Words,)) as view:
        assert (view.head, heard(view)) == (count, words)
    # An empty log is caught up with by a build, too, once there is somebody to ask.
    assert states(database) == [("said-words", 1, 1, CURRENT, count)]


def test_nothing_is_written_where_nothing_is_behind(shared_url: str) -> None:
    """A read that finds its projections at the head takes no write lock: another process may hold it."""
    database, other = Database(shared_url), Database(shared_url)
    say(database, "one")
    catch_up(database, (Words, OtherWords))
    with other.writing(), caught_up(database, (Words, OtherWords)) as view:
        assert heard(view) == ["one"]
    database.close()
    other.close()


def test_a_new_version_takes_over_and_the_old_build_goes(database: Database) -> None:
    """At once on SQLite, whose readers keep it; after an hour on PostgreSQL."""
    say(database, "one", "two")
    catch_up(database, (Words,))
    say(database, "three")
    with caught_up(database, (NewWords,)) as view:
        assert heard(view, NewWords) == ["one", "two", "three"]
    new = ("said-words", 2, 2, CURRENT, 3)
    if not database.is_sqlite:
        assert states(database) == [("said-words", 1, 1, RETIRED, 2), new]
        let_grace_pass(database)
        rebuild(database, NewWords)
        assert states(database) == [("said-words", 2, 2, RETIRED, 3), ("said-words", 3, 2, CURRENT, 3)]
    else:
        assert states(database) == [new]
    with database.reading() as connection:
        assert tables_there(connection, (Words,)) == tables_told(connection, (Words,))


def test_a_reader_goes_on_with_the_build_it_began_with(shared_url: str) -> None:
    """Though a new one takes over meanwhile, with other words in it."""
    with_reader, other = Database(shared_url), Database(shared_url)
    say(with_reader, "one")
    with caught_up(with_reader, (Words,)) as view:
        say(other, "two")
        rebuild(other, Words)
        rebuild(other, Words)
        assert heard(view) == ["one"]
    with caught_up(with_reader, (Words,)) as view:
        assert heard(view) == ["one", "two"]
    with_reader.close()
    other.close()


def test_an_older_program_goes_on_until_the_newer_version_takes_over(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the new build is filled, the old one is kept up to date by whoever asks it."""
    monkeypatch.setattr(runner, "BATCH", 1)
    say(database, "one", "two")
    catch_up(database, (Words,))
    runner._advance(database, NewWords)
    say(database, "three")
    with caught_up(database, (Words,)) as view:
        assert heard(view) == ["one", "two", "three"]
    assert states(database) == [("said-words", 1, 1, CURRENT, 3), ("said-words", 2, 2, BUILDING, 1)]
    with caught_up(database, (NewWords,)) as view:
        assert heard(view, NewWords) == ["one", "two", "three"]


def test_whoever_takes_over_leaves_no_half_build_behind(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer version was tried and given up: the older program's next rebuild retires what is left of it."""
    monkeypatch.setattr(runner, "BATCH", 1)
    say(database, "one", "two")
    catch_up(database, (Words,))
    runner._advance(database, NewWords)
    assert rebuild(database, Words).build == 3
    left = [(build, state) for _, build, _, state, _ in states(database) if state != CURRENT]
    assert left == ([] if database.is_sqlite else [(1, RETIRED), (2, RETIRED)])
    with database.reading() as connection:
        assert tables_there(connection, (Words,)) == tables_told(connection, (Words,))


def test_an_interrupted_rebuild_goes_on_where_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the current build answers meanwhile, and is kept up to date."""
    monkeypatch.setattr(runner, "BATCH", 2)
    words = [f"word {number}" for number in range(7)]
    say(database, *words)
    catch_up(database, (Words,))

    class Stop(Exception):
        pass

    def stop(done: int) -> None:
        if done == 4:
            raise Stop

    with pytest.raises(Stop):
        rebuild(database, Words, stop)
    say(database, "last")
    with caught_up(database, (Words,)) as view:
        assert heard(view) == [*words, "last"]
    assert states(database) == [("said-words", 1, 1, CURRENT, 8), ("said-words", 2, 1, BUILDING, 4)]
    seen: list[int] = []
    build = rebuild(database, Words, seen.append)
    assert (build.build, build.position, build.state) == (2, 8, CURRENT)
    assert (seen[0], seen[-1]) == (6, 8)
    with caught_up(database, (Words,)) as view:
        assert heard(view) == [*words, "last"]


def test_two_projections_with_tables_of_one_name_do_not_collide(database: Database) -> None:
    """Nor two with a hyphen in their names; each may be built anew by itself."""
    say(database, "one", "two", "one")
    for _ in range(2):
        with caught_up(database, (Words, OtherWords)) as view:
            assert heard(view) == heard(view, OtherWords) == ["one", "two", "one"]
        rebuild(database, OtherWords)
    with database.reading() as connection:
        assert current(connection, Words).build == 1
        assert current(connection, OtherWords).build == 3
        for kind in (Words, OtherWords):
            assert tables_there(connection, (kind,)) == tables_told(connection, (kind,))


def test_indexes_and_constraints_are_those_of_each_build(database: Database) -> None:
    """A second build has all that the first one has, under names of its own."""

    def declared() -> dict[str, object]:
        with database.reading() as connection:
            build = current(connection, Words)
            inspector = sa.inspect(connection)
            found: dict[str, object] = {"number": build.build}
            for name in build.tables.split():
                found[name.removesuffix(f"_{build.build}")] = (
                    sorted(str(index["column_names"]) for index in inspector.get_indexes(name)),
                    [unique["column_names"] for unique in inspector.get_unique_constraints(name)],
                    [key["constrained_columns"] for key in inspector.get_foreign_keys(name)],
                    [key["referred_table"] == f"said_words_words_{build.build}"
                     for key in inspector.get_foreign_keys(name)],
                )  # fmt: skip
            return found

    say(database, "one", "two", "one")
    catch_up(database, (Words,))
    first = declared()
    rebuild(database, Words)
    rebuild(database, Words)
    assert declared() == {**first, "number": 3}
    places = first["said_words_places"]
    assert isinstance(places, tuple)
    assert places[1:] == ([], [["word"]], [True])


def test_a_checkpoint_that_somebody_moved_is_not_moved(database: Database) -> None:
    """Compare and set: what was applied for a position that is not the checkpoint's is rolled back."""
    say(database, "one", "two")
    catch_up(database, (Words,))
    with database.reading() as connection:
        build = current(connection, Words)
    say(database, "three")
    catch_up(database, (Words,))
    told = "'said-words' was moved from 2 by somebody else"
    with pytest.raises(LogUnavailable, match=told), database.writing() as connection:
        builds.move(connection, build, read_head(connection).position)
    assert states(database) == [("said-words", 1, 1, CURRENT, 3)]


def test_an_older_program_is_told_of_a_newer_version(database: Database) -> None:
    """It neither reads nor rebuilds what it does not know; the line holds the mend."""
    say(database, "one")
    catch_up(database, (NewWords,))
    before = states(database)
    with pytest.raises(SchemaMismatch) as refused:
        catch_up(database, (Words,))
    assert str(refused.value) == (
        "projection 'said-words': its version 2 is newer than this program's 1; "
        "upgrade tracker, or what brought the projection"
    )
    with pytest.raises(SchemaMismatch), caught_up(database, (Words,)):
        pass
    with pytest.raises(SchemaMismatch):
        rebuild(database, Words)
    assert states(database) == before


def test_who_still_reads_a_retired_build_stops_nobody(postgres_url: str) -> None:
    """Its tables cannot be dropped meanwhile; the next rebuild drops them."""
    with opened(postgres_url) as database, opened(postgres_url) as reader:
        say(database, "one")
        with caught_up(reader, (Words,)) as view:
            assert heard(view) == ["one"]
            rebuild(database, Words)
            let_grace_pass(database)
            rebuild(database, Words)
            assert [build for _, build, *_ in states(database)] == [1, 2, 3]
        let_grace_pass(database)
        rebuild(database, Words)
        assert [build for _, build, *_ in states(database)] == [3, 4]
