"""How fast a stream folds, beside a loop that makes one `attrs.evolve` per event, in the same run.

Run it with `make bench`, or by itself. The stream holds events of every type, most of them with effect, all
out of order, some retracted. Prints medians of five: events per second, the ratio to the loop, and the time
per event over log2 of the length, which stays level where growth is n log n.
"""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice

from attrs import evolve as but

from tracker.commitments import events as e
from tracker.commitments.fold import timeline
from tracker.commitments.standing import Standing
from tracker.commitments.terms import Kind, Terms, Window
from tracker.evidence.profile import WatchProfile
from tracker.evidence.when import Occurred

START = datetime(1970, 1, 1, tzinfo=UTC)
TERMS = Terms(
    id="it",
    title="It",
    debtor=("a", "b"),
    creditor=("c",),
    kind=Kind.REFRAIN,
    consequent="nothing happens",
    condition='while: "talks last"',
)


def life() -> Iterator[e.Event]:
    """One episode after another: taken on, talked about, interrupted, moved, ended, taken up again."""
    yield e.Proposed(terms=TERMS)
    yield e.Accepted(by="a")
    episode = 0
    while True:
        episode += 1
        later = START + timedelta(days=40_000 + episode)
        yield e.ConditionMet(condition="talks last")
        yield e.PositionStated(party="a", position=f"no, for the {episode}. time")
        yield e.Reworded(terms=but(TERMS, title=f"It, edition {episode}"))
        yield e.WatchChanged(profile=WatchProfile(commitment="it", object=(f"object-{episode}",)))
        yield e.ClarityRated(unrateable="vague" if episode % 2 else "")
        yield e.DeadlineMoved(window=Window(until=later))
        yield e.Suspended(by="c")
        yield e.Fulfilled()
        yield e.Resumed(by="c")
        yield e.ConditionFailed(condition="talks last")
        yield e.Violated(by=("a",))
        yield e.ConditionMet(condition="talks last")
        yield e.DeadlinePassed(until=START)
        yield e.WindowClosed(until=START)
        yield e.WentQuiet(since=START)
        yield e.Withdrawn(by="a")
        yield (e.Released(by="c"), e.Cancelled(), e.Superseded(superseded_by="x"), e.Ended(by=("a",)))[
            episode % 4
        ]
        yield e.Accepted(by="b")
        yield e.Reinstated(by="a")


def stream(length: int) -> list[e.Fact]:
    """A stream recorded out of order, one event in a hundred a retraction of another."""
    chance = random.Random(length)
    told = [
        e.Fact(str(i), "commitment/it", 0, 0, event, Occurred.at(START + timedelta(hours=i)), START)
        for i, event in enumerate(islice(life(), length - length // 100))
    ]
    first, rest = told[0], told[1:]
    chance.shuffle(rest)
    taken = chance.sample(rest, length // 100)
    rest += [but(fact, id=f"r{fact.id}", event=e.Retracted(event=fact.id)) for fact in taken]
    return [but(fact, position=i, version=i) for i, fact in enumerate([first, *rest], start=1)]


def median(work: Callable[[], object]) -> float:
    """Seconds, the median of five."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def bare(standing: Standing, facts: list[e.Fact]) -> None:
    """The floor: one `attrs.evolve` per event."""
    for fact in facts:
        but(standing, because=(fact.id,))


def main() -> None:
    """Print the table."""
    print(f"{'events':>8} {'fold/s':>12} {'evolve/s':>12} {'ratio':>6} {'ns per event and log2 n':>24}")
    for length in (1_000, 10_000, 100_000):
        facts = stream(length)
        standing = timeline(facts).last
        assert standing is not None
        folded = median(partial(timeline, facts))
        floor = median(partial(bare, standing, facts))
        level = folded / length / math.log2(length) * 1e9
        rates = f"{length / folded:>12,.0f} {length / floor:>12,.0f} {floor / folded:>6.2f}"
        print(f"{length:>8} {rates} {level:>24,.0f}")


if __name__ == "__main__":
    main()
