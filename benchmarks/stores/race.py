"""Contestants run in turns, so that whatever else the machine does meets all of them alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping

from attrs import frozen

Work = Callable[[], int]


@frozen
class Target:
    """At least `factor` times the rate of `rival`, or where no rival is named, at least `factor` a second."""

    rival: str
    factor: float


@frozen
class Row:
    """One line of the table: median rates a second by contestant, and our ratio to each of the others.

    `spans` are the least and the largest ratio of any round.
    """

    name: str
    rates: dict[str, float]
    ratios: dict[str, float]
    spans: dict[str, tuple[float, float]]
    targets: tuple[Target, ...]

    def is_met(self, target: Target) -> bool:
        """Whether we are as fast as we set out to be."""
        return (self.ratios[target.rival] if target.rival else self.rates["ours"]) >= target.factor


def timed(work: Work) -> float:
    """How many a second."""
    gc.collect()
    begun = time.perf_counter()
    count = work()
    return count / (time.perf_counter() - begun)


def race(
    name: str, contestants: Mapping[str, Callable[[], float]], rounds: int, targets: tuple[Target, ...]
) -> Row:
    """Medians of so many rounds after one to warm up; each round starts with another contestant.

    A contestant runs its work once and returns its rate. A ratio is the median of the rounds' ratios.
    """
    rates: dict[str, list[float]] = {contestant: [] for contestant in contestants}
    names = list(contestants)
    for turn in range(rounds + 1):
        first = turn % len(names)
        for contestant in names[first:] + names[:first]:
            rate = contestants[contestant]()
            if turn:
                rates[contestant].append(rate)
    each = {
        other: [ours / theirs for ours, theirs in zip(rates["ours"], found, strict=True)]
        for other, found in rates.items()
        if other != "ours"
    }
    return Row(
        name,
        {key: statistics.median(found) for key, found in rates.items()},
        {other: statistics.median(found) for other, found in each.items()},
        {other: (min(found), max(found)) for other, found in each.items()},
        targets,
    )


def told(row: Row) -> Iterator[str]:
    """A row as lines: rates, then for each target our ratio in all the rounds and whether it is met."""
    rates = ", ".join(f"{name} {rate:,.0f}/s" for name, rate in row.rates.items())
    yield f"{row.name:<34}{rates}"
    for target in row.targets:
        least, most = row.spans[target.rival]
        verdict = "met" if row.is_met(target) else "MISSED"
        yield (
            f"    of {target.rival:<8}{row.ratios[target.rival]:>6.2f}  ({least:.2f} to {most:.2f})"
            f"   >= {target.factor:g} {verdict}"
        )


def table(rows: list[Row]) -> str:
    """The rows as a table of text."""
    lines = [f"{'events/s, medians':<30}{'ours':>10}{'raw':>11}{'peer':>10}{'/raw':>7}{'/peer':>7}  targets"]
    for row in rows:
        cells = "".join(
            f"{row.rates[key]:>{width},.0f}" if key in row.rates else " " * width
            for key, width in (("ours", 10), ("raw", 11), ("peer", 10))
        )
        ratios = "".join(
            f"{row.ratios[key]:>7.2f}" if key in row.ratios else " " * 7 for key in ("raw", "peer")
        )
        wanted = ", ".join(
            f"{target.factor:,g}{' × ' + target.rival if target.rival else '/s'}"
            f" {'met' if row.is_met(target) else 'MISSED'}"
            for target in row.targets
        )
        lines.append(f"{row.name:<30}{cells}{ratios}  {wanted}")
    return "\n".join(lines)
