"""`changes`: each step of belief once, in order, lazily, resumed anywhere, followed; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

import tracker
from tests.api.harbour import JUNE, OPENED, Harbour
from tests.api.test_postgres import configured
from tests.databases import opened
from tracker.api import Tracker
from tracker.commitments.events import Fulfilled, Violated
from tracker.errors import BadDate, UserError
from tracker.log import log
from tracker.projections import changing
from tracker.projections.reads import Reader, is_same


@pytest.fixture
def t(tmp_path: Path, shared_url: str) -> Iterator[Tracker]:
    """Three promises of 2024, of which the third hangs on the first; the first kept, taken back, kept."""
    with tracker.open(configured(tmp_path, shared_url), clock=lambda: JUNE) as t:
        t.load()
        first = t.record("open-bridge", Fulfilled(because="opened by the mayor"), "2024-05-20")
        t.retract(first.fact.id, "no car crossed")
        t.record("open-bridge", Fulfilled(because="a car crossed"), "2024-05-28")
        for day in (10, 12, 14):
            t.record("no-new-tax", Violated(because=f"a levy on day {day}"), f"2024-05-{day}")
        yield t


def test_one_position_changes_several_commitments_and_a_cursor_resumes_between_them(t: Tracker) -> None:
    """Wherever a reader stops and stores the cursor, what follows is the rest: none missed, none twice."""
    every = [change.cursor for change in t.changes()]
    assert every == sorted(set(every))
    positions = [position for position, _ in every]
    assert len(positions) > len(set(positions))  # the bridge and what hangs on it
    for index, cursor in enumerate(every):
        assert [change.cursor for change in t.changes(cursor)] == every[index + 1 :]
        after = [each for each in every if each[0] > cursor[0]]
        assert [change.cursor for change in t.changes(cursor[0])] == after
    assert list(t.changes(t.head())) == list(t.changes(t.head() + 7)) == []


def test_ranges_of_any_size_tell_the_same(t: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """How much is read at once is nobody's business."""
    whole = list(t.changes())
    for size in (1, 2, 7):
        monkeypatch.setattr(changing, "BATCH", size)
        assert list(t.changes()) == whole


@pytest.mark.parametrize("as_of", [None, "2024-05-20", "2024-02-01", "1999-01-01"])
def test_changes_are_what_single_questions_at_every_position_tell(t: Tracker, as_of: str | None) -> None:
    """The slow way, position by position and commitment by commitment, gives the same."""
    expected = []
    with t._reading(as_of, None) as reader:
        for position in range(1, reader.known + 1):
            for name in sorted(log.in_order(reader.connection, "commitment/")):
                # Readers of their own, that share nothing with each other.
                before, after = (
                    Reader(reader.source, known, reader.as_of, reader.now).commitment(name)
                    for known in (position - 1, position)
                )
                if after is not None and (before is None or not is_same(before, after)):
                    alone = Reader(reader.source, position, reader.as_of, reader.now)
                    expected.append((position, before, after, alone.reasons(after.standing)))
    told = [(c.position, c.before, c.after, c.because) for c in t.changes(as_of=as_of)]
    assert told == expected
    assert (told == []) == (as_of == "1999-01-01")


def test_changes_as_known_at_a_moment_end_there(tmp_path: Path, shared_url: str) -> None:
    """What was recorded later is not told, and before everything there is nothing."""
    harbour = Harbour(tmp_path, shared_url)
    with harbour.opened() as t:
        loaded = list(t.changes())
        harbour.now += timedelta(days=2)
        t.record("open-bridge", Fulfilled(because="seen"), "2024-06-04")
        assert list(t.changes(known_at=JUNE)) == loaded
        assert [change.after.status for change in t.changes()][len(loaded) :] == ["fulfilled"]
        assert list(t.changes(known_at="2020-01-01")) == []


def test_a_dispute_and_its_evidence_are_as_they_were_at_the_time(tmp_path: Path, shared_url: str) -> None:
    """The verdict by two origins, with its words; then each of them rejected by a reviewer."""
    harbour = Harbour(tmp_path, shared_url)
    with harbour.opened() as t:
        harbour.poll(t, OPENED, OPENED)
        (verdict,) = (change for change in t.changes() if change.after.status == "fulfilled")
        assert verdict.before is not None
        assert verdict.before.to_review == 2
        (reason,) = verdict.because
        assert {quote.publisher for quote in reason.findings} == {"Gazette", "Courier"}
        assert all(quote.words and not quote.rejected for quote in reason.findings)
        for quote in reason.findings:
            t.review_reject(quote.id, "copied from each other")
        assert verdict in list(t.changes())  # as it was known then


def test_an_empty_log_has_no_changes_and_a_bad_date_is_told_at_once(tmp_path: Path, shared_url: str) -> None:
    """Before anything is asked of the iterator."""
    harbour = Harbour(tmp_path, shared_url)
    with tracker.open(harbour.path / "config.toml") as t:
        assert list(t.changes()) == []
        assert list(t.changes(follow=True, until=lambda: True)) == []
        with pytest.raises(BadDate):
            t.changes(as_of="soon")
        with pytest.raises(UserError, match="does not grow"):
            t.changes(follow=True, known_at="2024-01-01")


def test_it_is_lazy(t: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first change costs one range; nothing is held open while its reader works."""
    monkeypatch.setattr(t, "_reading", lambda *_: pytest.fail("it read before it was asked"))
    steps = t.changes()
    monkeypatch.undo()
    monkeypatch.setattr(changing, "BATCH", 1)
    next(steps)
    t.record("no-new-tax", Violated(because="written between two steps"), "2024-05-30")
    assert [step.position for step in steps][-1] == t.head()


def test_a_follower_misses_nothing_and_gets_nothing_twice(t: Tracker) -> None:
    """It waits for what another thread records, across restarts from the cursor it stored."""
    done = threading.Event()
    start = t.head()

    def work() -> None:
        for day in range(1, 13):
            t.record("no-new-tax", Violated(because=f"levy {day}"), f"2024-04-{day:02}")
        done.set()

    writer = threading.Thread(target=work)
    writer.start()
    seen: list[tuple[int, str]] = []
    cursor: int | tuple[int, str] = start
    while not (done.is_set() and seen and seen[-1][0] == t.head()):
        # Two at a time, then it starts anew, as a process that was killed.
        for change in islice(t.changes(cursor, follow=True, every=0.01, until=done.is_set), 2):
            seen.append(change.cursor)
            cursor = change.cursor
    writer.join()
    assert seen == [change.cursor for change in t.changes(start)]
    assert len(seen) == 12


def test_the_cost_is_by_ranges_not_by_changes(tmp_path: Path, sqlite_url: str) -> None:
    """A hundred changes take few statements, and none for each."""
    import sqlalchemy as sa

    harbour = Harbour(tmp_path, sqlite_url)
    with harbour.opened() as t:
        for index in range(50):
            done = t.record("open-bridge", Fulfilled(because=f"seen {index}"), "2024-06-01")
            t.retract(done.fact.id, "not so")
        t.catch_up()
        statements: list[str] = []
        sa.event.listen(t.database.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
        assert len(list(t.changes())) >= 100
    assert len(statements) < 20
    with opened(sqlite_url) as database, database.reading() as connection:
        assert log.read_head(connection).position > 100
