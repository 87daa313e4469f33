"""How fast a stream folds, beside a loop that makes one `attrs.evolve` per event, in the same run.

Run it with `make bench`, or by itself. Prints events per second, medians of five, and the ratio.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from attrs import evolve as but

from tracker.commitments.events import Accepted, Fact, PositionStated, Proposed, Violated
from tracker.commitments.fold import timeline
from tracker.commitments.standing import Standing
from tracker.commitments.terms import Kind, Terms
from tracker.evidence.when import Occurred

START = datetime(2018, 1, 1, tzinfo=UTC)


def stream(length: int) -> list[Fact]:
    """A refrain that is accepted, breached again and again, and talked about."""
    terms = Terms(
        id="it", title="It", debtor=("a",), creditor=("b",), kind=Kind.REFRAIN, consequent="nothing happens"
    )
    events = [Proposed(terms=terms), Accepted()]
    events += [
        Violated() if i % 100 == 0 else PositionStated(party="a", position="no") for i in range(length - 2)
    ]
    return [
        Fact(str(i), "commitment/it", i, i, event, Occurred.at(START + timedelta(hours=i)), START)
        for i, event in enumerate(events, start=1)
    ]


def median(work: Callable[[], object]) -> float:
    """Seconds, the median of five."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def bare(standing: Standing, facts: list[Fact]) -> None:
    """The floor: one `attrs.evolve` per event."""
    for fact in facts:
        but(standing, because=(fact.id,))


def main() -> None:
    """Print the table."""
    print(f"{'events':>8} {'fold/s':>12} {'evolve/s':>12} {'ratio':>6}")
    for length in (100, 1_000, 4_000):
        facts = stream(length)
        standing = timeline(facts[:2]).last
        assert standing is not None

        folded = length / median(partial(timeline, facts))
        floor = length / median(partial(bare, standing, facts))
        print(f"{length:>8} {folded:>12,.0f} {floor:>12,.0f} {folded / floor:>6.2f}")


if __name__ == "__main__":
    main()
