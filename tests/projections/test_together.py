"""Real processes at one log: many runners are as one, no reader sees half a build, a kill does no harm."""

from __future__ import annotations

import time
from itertools import islice
from random import Random

import pytest

from tests.databases import opened
from tests.processes import ended_well, processes
from tests.projections.lives import board_of, live
from tests.projections.logs import facts_in, fold_at, standing_at
from tests.projections.rows import assert_whole, begin_anew, current, current_rows, forget_builds
from tests.projections.worker import KINDS
from tracker.commitments.fold import Timeline
from tracker.database.engine import Database
from tracker.projections.builds import BUILDING, CURRENT, Build, Kind, all_builds
from tracker.projections.history import History
from tracker.projections.runner import caught_up, rebuild

WORKER = "tests.projections.worker"


# Runners, a writer and a reader


def test_four_runners_at_once_are_as_one(shared_url: str) -> None:
    """While a log grows to 50 events; every answer that a reader gets is the fold's at its position."""
    run_together(shared_url, 4, 50)


@pytest.mark.torture
@pytest.mark.parametrize("runners", [2, 4])
def test_many_runners_at_once_are_as_one_for_longer(shared_url: str, runners: int) -> None:
    """The same, with 300 events."""
    run_together(shared_url, runners, 300)


def run_together(url: str, runners: int, last: int) -> None:
    """Half of them catch up and half of them rebuild, until the log is at its last position."""
    seed = Random().randrange(1_000_000)
    ways = [("live", url, last, seed), ("read", url, last)]
    ways += [(("catch-up", "rebuild")[number % 2], url, last) for number in range(runners)]
    with processes(WORKER, ways) as (writer, reader, *others):
        for process in (writer, *others):
            assert ended_well(process) == []
        told = ended_well(reader)
    answers = list(zip(map(int, told[::2]), told[1::2], strict=True))
    heads = [head for head, _ in answers]
    assert heads == sorted(heads)
    assert heads[-1] == last
    assert len(set(heads)) > 1  # it did read while the log grew
    with opened(url) as database:
        with database.reading() as connection:
            facts = facts_in(connection)
        wanted: dict[int, str] = {}
        folded: dict[int, dict[str, Timeline]] = {}
        for head in set(heads):
            for known in (head, head // 2):
                if known not in folded:
                    folded[known] = fold_at(facts, known)
            wanted[head] = board_of(*(standing_at(folded[known], None) for known in (head, head // 2)))
        assert answers == [(head, wanted[head]) for head, _ in answers], f"seed {seed}"
        assert_whole(database, KINDS)
        assert_as_filled_anew(database)


def assert_as_filled_anew(database: Database) -> None:
    """What answers has the rows of a build that one process fills from an empty one, without a stop."""
    grown = [current_rows(database, kind) for kind in KINDS]
    with database.writing() as connection:
        forget_builds(connection)
    for kind in KINDS:
        rebuild(database, kind)
    assert [current_rows(database, kind) for kind in KINDS] == grown


# Killed at any moment


@pytest.mark.parametrize("way", ["catch-up", "rebuild"])
def test_a_killed_runner_leaves_whole_builds(shared_url: str, way: str) -> None:
    """SIGKILL at three random moments: reads answer, and the next one goes on."""
    kill_runners(shared_url, way, 3)


@pytest.mark.torture
@pytest.mark.parametrize("way", ["catch-up", "rebuild"])
def test_a_hundred_killed_runners_leave_whole_builds(shared_url: str, way: str) -> None:
    """The same, on five logs; enough of them were killed in the middle of it."""
    assert sum(kill_runners(shared_url, way, 20) for _ in range(5)) > 20


def kill_runners(url: str, way: str, times: int) -> int:
    """Let a runner work, kill it, look at what is there; returns how often it had not been done."""
    chance = Random()  # a kill comes at another moment every time, whatever the seed
    interrupted = 0
    with opened(url) as database:
        with database.writing() as connection:
            begin_anew(connection)
        happenings = live(database, chance)
        for _ in range(times):
            for _ in islice(happenings, 15):
                pass
            if way == "catch-up" and chance.random() < 0.5:
                with database.writing() as connection:
                    forget_builds(connection)
            with processes(WORKER, [(way, url, 0)]) as (worker,):
                time.sleep(chance.uniform(0, 0.2))
                worker.kill()
                assert worker.communicate() == ("", "")
            with database.writing() as connection:
                # The server may only now be committing for a client that is gone; we look after it.
                before, head = all_builds(connection), facts_in(connection)[-1].position
            interrupted += any(build.state == BUILDING or build.position < head for build in before)
            assert_whole(database, KINDS)
            assert_reads_answer(database)
            assert_goes_on(database, before)
        assert_whole(database, KINDS)
        assert_as_filled_anew(database)
        with database.reading() as connection:
            states = [(build.name, build.state) for build in all_builds(connection)]
        assert states == [(kind.name, CURRENT) for kind in KINDS]
    return interrupted


def assert_reads_answer(database: Database) -> None:
    """As the fold does, now and of half a log ago."""
    with caught_up(database, KINDS) as view:
        facts = facts_in(view.connection)
        for known in (view.head, view.head // 2):
            lines = fold_at(facts, known)
            for moment in (None, facts[-1].occurred.end):
                found = view.of(History).standings(view.connection, moment, known)
                assert found == standing_at(lines, moment)


def assert_goes_on(database: Database, before: list[Build]) -> None:
    """Builds that were interrupted are those that answer in the end, from where they were."""
    with database.reading() as connection:
        after = {(build.name, build.build): build for build in all_builds(connection)}
    for build in before:
        if build.state == CURRENT:
            assert after[build.name, build.build].position >= build.position
    for build in before:
        now = after.get((build.name, build.build))
        if now is not None and now.state == BUILDING:
            (kind,) = (kind for kind in KINDS if kind.name == build.name)
            went = goes(database, kind)
            assert went[0] >= build.position
            with database.reading() as connection:
                assert current(connection, kind).build == build.build


def goes(database: Database, kind: Kind) -> list[int]:
    """The positions at which a rebuild says that it is."""
    seen: list[int] = []
    rebuild(database, kind, seen.append)
    return seen
