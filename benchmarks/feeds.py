"""How fast feeds are visited, beside `reader` and beside a bare loop of httpx workers, in the same run.

Run it with `make bench`, or by itself: `python -m benchmarks.feeds --help`. All ask one local server, which
is a process of its own, and take turns. The bare loop only asks: it looks nothing up, guards against nothing,
stores nothing.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from attrs import asdict

from benchmarks.crawl.contestants import Ours, Peer, bare
from benchmarks.crawl.server import serving
from benchmarks.stores.memory import peak
from benchmarks.stores.race import Row, Target, race, timed, told

MEMORY = 250
FEW = 5  # entries, where it is the number of feeds that matters
Works = Mapping[str, Callable[[], float]]


def feeds_at(address: str, count: int, entries: int) -> list[str]:
    """The addresses of so many feeds with so many entries each."""
    return [f"{address}/{entries}/{number}" for number in range(count)]


def first(folder: Path, urls: list[str], entries: int, rounds: int) -> Row:
    """The row for feeds that nobody has seen before: all their entries are fetched, parsed and stored."""
    turn = count()

    def fetching(kind: type[Ours] | type[Peer]) -> Callable[[], float]:
        def run() -> float:
            own = folder / f"first-{next(turn)}"
            own.mkdir()
            store = kind(own, urls)
            try:
                rate = timed(store.round)
                assert store.holds(len(urls) * entries)
            finally:
                store.close()
            return rate

        return run

    works: Works = {"ours": fetching(Ours), "reader": fetching(Peer)}
    return race(f"{len(urls):,} feeds, {entries} entries each", works, rounds, (Target("reader", 2),))


def unchanged(folder: Path, urls: list[str], entries: int, rounds: int) -> Row:
    """The row for feeds that have nothing new, and answer 304."""
    ours, peer = Ours(folder, urls), Peer(folder, urls)
    try:
        ours.round()
        peer.round()
        works: Works = {
            "ours": lambda: timed(ours.round),
            "reader": lambda: timed(peer.round),
            "bare": lambda: timed(lambda: bare(urls)),
        }
        wanted = (Target("reader", 1.3), Target("bare", 0.6))
        row = race(f"{len(urls):,} feeds, all unchanged", works, rounds, wanted)
        assert ours.holds(len(urls) * entries) and peer.holds(len(urls) * entries)
    finally:
        ours.close()
        peer.close()
    return row


def memory(folder: Path, address: str, feeds: int) -> tuple[float, float]:
    """The peak of resident memory (MB) of a fresh process that visits so many feeds, new and unchanged."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_peaks, (folder, address, feeds))


def _peaks(folder: Path, address: str, feeds: int) -> tuple[float, float]:
    ours = Ours(folder, feeds_at(address, feeds, FEW))
    found = []
    for _ in range(2):
        assert ours.round() == feeds
        found.append(peak())
    return found[0], found[1]


def main() -> None:
    """Print the table, and write it as JSON where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feeds", description=__doc__)
    parser.add_argument("--feeds", type=int, default=1_000, help="feeds of every row but that of memory")
    parser.add_argument("--entries", type=int, default=50, help="entries of every feed")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of every row; the medians are printed")
    parser.add_argument("--many", type=int, default=10_000, help="feeds of the row of memory")
    parser.add_argument("--only", choices=("first", "unchanged", "memory"), help="one row alone")
    parser.add_argument("--folder", type=Path, help="where the databases go: decides what a commit costs")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    figures: dict[str, Any] = {"rows": []}
    with tempfile.TemporaryDirectory(dir=options.folder) as name, serving() as address:
        folder = Path(name)
        quiet, full = (feeds_at(address, options.feeds, entries) for entries in (FEW, options.entries))
        rows: dict[str, Callable[[], Row]] = {
            "unchanged": lambda: unchanged(folder, quiet, FEW, options.rounds),
            "first": lambda: first(folder, full, options.entries, max(1, options.rounds // 2)),
        }
        for kind, make in rows.items():
            if options.only in (None, kind):
                row = make()
                print("\n".join(told(row)), flush=True)
                figures["rows"].append(asdict(row))
        if options.only in (None, "memory"):
            (folder / "many").mkdir()
            new, again = memory(folder / "many", address, options.many)
            verdict = "met" if max(new, again) < MEMORY else "MISSED"
            what = f"{options.many:,} feeds, peak of memory"
            print(f"{what:<34}new {new:.0f} MB, unchanged {again:.0f} MB   < {MEMORY} MB {verdict}")
            figures["memory"] = {"feeds": options.many, "new": new, "unchanged": again}
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
