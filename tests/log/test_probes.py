"""Real processes at one log, an SQLite file or PostgreSQL: nothing is missed, doubled, torn or lost."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.databases import opened
from tests.log.happenings import draft
from tests.processes import Process, ended_well, processes
from tracker.commitments.events import Fact
from tracker.log.eventlog import EventLog
from tracker.log.log import Expected


@contextmanager
def writers(way: str, url: str, names: Sequence[str], *arguments: object) -> Iterator[list[Process]]:
    """One writing process for each name."""
    with processes("tests.log.writer", [(way, url, name, *arguments) for name in names]) as started:
        yield started


# Eight writers and a follower


def test_a_follower_misses_nothing_that_eight_processes_write(shared_url: str) -> None:
    """400 events: each is seen once, in the order of positions, which have no gaps."""
    follow_eight_writers(shared_url, 50)


@pytest.mark.torture
def test_a_follower_misses_nothing_of_four_thousand_events(shared_url: str) -> None:
    """The same, for longer."""
    follow_eight_writers(shared_url, 500)


def follow_eight_writers(url: str, each: int) -> None:
    """Follow the log while eight processes write to it, until all of them have ended."""
    names = [f"w{i}" for i in range(8)]
    with opened(url) as database, writers("append", url, names, each) as running:
        log = EventLog(database)
        seen = list(log.follow(every=0.01, until=lambda: all(w.poll() is not None for w in running)))
        for writer in running:
            ended_well(writer)
        assert [fact.position for fact in seen] == list(range(1, 8 * each + 1))
        assert len({fact.id for fact in seen}) == 8 * each
        assert {fact.id.split("-")[0] for fact in seen} == set(names)
        assert seen == list(log.read_all())
        assert_versions_count(seen)
        moments = [fact.recorded_at for fact in seen]
        assert moments == sorted(moments)
        assert log.verify().position == 8 * each


def assert_versions_count(facts: Sequence[Fact]) -> None:
    """In every stream the versions count from 1 in the order of the log."""
    for stream in {fact.stream for fact in facts}:
        versions = [fact.version for fact in facts if fact.stream == stream]
        assert versions == list(range(1, len(versions) + 1))


# Four processes at one stream


def test_no_caller_hears_that_the_database_is_locked(shared_url: str) -> None:
    """Four processes read a stream and append on what they read: no error but `WrongVersion`."""
    contend(shared_url, 15)


@pytest.mark.torture
def test_no_caller_hears_that_the_database_is_locked_for_longer(shared_url: str) -> None:
    """The same, with 1,600 appends."""
    contend(shared_url, 200)


def contend(url: str, each: int) -> None:
    """Each process appends `each` times in each of two ways."""
    with writers("contend", url, [f"w{i}" for i in range(4)], each) as running:
        assert [len(ended_well(writer)) for writer in running] == [each] * 4
    with opened(url) as database:
        log = EventLog(database)
        assert_versions_count(list(log.read_all()))
        assert log.verify().position == 8 * each


# Killed at any moment


def test_a_killed_writer_leaves_a_whole_log(shared_url: str) -> None:
    """SIGKILL at four random moments: what was acknowledged is there, and no part of a batch."""
    kill_writers(shared_url, 4)


@pytest.mark.torture
def test_two_hundred_killed_writers_leave_a_whole_log(shared_url: str) -> None:
    """The same, for longer."""
    kill_writers(shared_url, 200)


def kill_writers(url: str, times: int) -> None:
    """Let a writer append, kill it, look at what is there; on one and the same log."""
    chance = random.Random()  # a kill comes at another moment every time, whatever the seed
    with opened(url) as database:
        log = EventLog(database)
        for number in range(times):
            before = log.checkpoint()
            name = f"life{number}"
            with writers("endless", url, [name]) as (writer,):
                time.sleep(chance.uniform(0, 0.06))
                writer.kill()
                acknowledged, complaint = writer.communicate()
                assert complaint == ""
            # The server may only now be committing for a client that is gone; we write after it.
            (fact,) = log.append({"common": (Expected.ANY, [draft("after the crash")])})
            facts = list(log.read_all(before.position))
            assert facts.pop() == fact
            found: dict[str, list[str]] = {}
            for each in facts:
                batch, _, part = each.id.removeprefix(f"{name}-").partition("-")
                found.setdefault(batch, []).append(part)
            assert all(parts == ["0", "1", "2"] for parts in found.values())
            assert list(found) == [str(i) for i in range(len(found))]
            # At most one was committed and not told: the one at which it was killed.
            assert len(found) - len(acknowledged.split()) in (0, 1)
            assert log.verify(before) == log.head()
        assert log.verify() == log.head()
