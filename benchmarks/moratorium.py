"""One moratorium in two scopes: when did each break, by a table of missile launches?

Seoul's envoys told on 6 March 2018 that Pyongyang would test no nuclear weapon and no ballistic missile
while talks went on. Pyongyang's own decision of 21 April names nuclear tests and intercontinental launches
only, and was taken back on 1 January 2020. Both are built here as commitments; every launch within the scope
is recorded as a breach, and the fold says what follows. `docs/moratorium.md` argues the scopes and the dates.

Run it as `make bench LAUNCHES=path/to/tests.csv`. No nuclear test took place in the time covered, so a table
of launches is enough.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from attrs import frozen

from tracker.commitments.events import Accepted, Event, Fact, Manner, Proposed, Violated
from tracker.commitments.fold import fold_all
from tracker.commitments.order import effective
from tracker.commitments.standing import State
from tracker.commitments.terms import Kind, Terms, Window
from tracker.errors import BadDate
from tracker.evidence.when import Occurred, occurrence

SEOUL = "Asia/Seoul"
COLUMNS = frozenset({"date", "time", "missile", "apogee", "distance", "outcome"})
SOURCE = "https://github.com/nagix/nk-missile-tests"
NEEDED = ("date", "time", "missile", "apogee", "distance", "outcome")
WHERE = f"it takes the launches of {SOURCE} (data/test.en.json) as a CSV with the columns {', '.join(NEEDED)}"
DEBTOR = ("dprk",)
RECORDED = datetime(2026, 1, 1, tzinfo=UTC)  # plays no part: nothing here asks what was known when

# Built to fly farther than 5,500 km, the bound that the arms treaties draw; the source of the table types
# them so. Hwasong-12, Hwasong-16 and Musudan are of intermediate range, the Pukguksong of medium range.
INTERCONTINENTAL = frozenset({"hwasong-14", "hwasong-15", "hwasong-17", "hwasong-18", "hwasong-19"})

# They use the same engines, and the Security Council forbids them in one breath with missiles. But both
# promises speak of missiles, and the debtor has always held its launchers apart: neither scope counts them.
SATELLITE_LAUNCHERS = frozenset({"taepodong-1", "unha", "unha-3", "chollima-1"})

# Not ballistic. This table leaves cruise missiles out; another one may not.
CRUISE = ("hwasal", "pulhwasal", "padasuri", "kumsong", "cruise")


class Unusable(Exception):
    """The table of launches cannot be read; the message is one line for the user."""


@frozen
class Launch:
    """One row: what left the ground, when, and whether a flight was measured. A failure is a launch too."""

    missile: str
    occurred: Occurred
    outcome: str
    measured: bool

    def __str__(self) -> str:
        """An instant as clocks in Seoul had it, a day without a time in UTC as the table has it."""
        return f"{self.occurred} {self.missile} ({self.outcome})"


def is_ballistic(launch: Launch) -> bool:
    """Within "no ballistic missile": of any range, and of an unknown type where a flight was measured."""
    if launch.missile in SATELLITE_LAUNCHERS or launch.missile.startswith(CRUISE):
        return False
    return not is_unidentified(launch)


def is_intercontinental(launch: Launch) -> bool:
    """Within "no intercontinental launch": by what was launched, not by how far it flew; unknown is none."""
    return launch.missile in INTERCONTINENTAL


def is_unidentified(launch: Launch) -> bool:
    """Neither type nor flight is known: a person would have to decide, so it counts for nothing here."""
    return launch.missile == "unknown" and not launch.measured


def read(path: Path) -> list[Launch]:
    """The launches of a table, in its order. Raises `Unusable` with one line that says what is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if missing := [name for name in NEEDED if name not in (rows.fieldnames or ())]:
                raise Unusable(f"{path}: no column {', '.join(missing)}")
            return [_launch(row, f"{path}, line {rows.line_num}") for row in rows]
    except (OSError, UnicodeError, csv.Error) as problem:
        raise Unusable(f"{path}: {getattr(problem, 'strerror', None) or problem}") from problem


def _launch(row: Mapping[str, str | None], where: str) -> Launch:
    """Dates and times of the table are UTC; a time is missing where nobody gave one."""
    cells = {name: (row.get(name) or "").strip() for name in NEEDED}
    hour = cells["time"].removesuffix("(UTC)").strip()
    try:
        if ":" in hour:
            occurred = occurrence(f"{cells['date']}T{hour}+00:00", SEOUL)
        else:
            occurred = occurrence(cells["date"], "UTC")
    except BadDate as problem:
        raise Unusable(f"{where}: {problem}") from problem
    measured = any(cells[name][:1].isdigit() for name in ("apogee", "distance"))
    return Launch(cells["missile"], occurred, cells["outcome"], measured)


@frozen
class Moratorium:
    """One of the two promises: its words, its first day, whether it may be taken back, and what breaks it."""

    id: str
    consequent: str
    scope: str
    begins: str
    revocable: bool
    covers: Callable[[Launch], bool]

    def facts(self, launches: Iterable[Launch], renounced: str = "") -> list[Fact]:
        """Proposed and accepted on its first day; a breach per launch in scope; its renunciation."""
        day = occurrence(self.begins, SEOUL)
        terms = Terms(
            id=self.id,
            title=self.scope,
            debtor=DEBTOR,
            creditor=(),
            kind=Kind.REFRAIN,
            consequent=self.consequent,
            scope=self.scope,
            window=Window(start=day.start),
            revocable=self.revocable,
            zone=SEOUL,
        )
        told: list[tuple[Event, Occurred]] = [
            (Proposed(terms=terms), day),
            (Accepted(effective=day.start), day),
        ]
        told += [
            (Violated(manner=Manner.BREACH, by=DEBTOR, because=str(launch)), launch.occurred)
            for launch in launches
            if self.covers(launch) and launch.occurred.end > day.start
        ]
        if renounced:
            told.append((Violated(manner=Manner.REPUDIATED, by=DEBTOR), occurrence(renounced, SEOUL)))
        return [
            Fact(f"{self.id}-{i}", f"commitment/{self.id}", i, i, event, occurred, RECORDED)
            for i, (event, occurred) in enumerate(told, start=1)
        ]


ANY_RANGE = Moratorium(
    id="any-range",
    consequent="North Korea conducts no nuclear test and launches no ballistic missile.",
    scope="nuclear tests and ballistic missiles of any range",
    begins="2018-03-06",
    revocable=False,
    covers=is_ballistic,
)
INTERCONTINENTAL_ONLY = Moratorium(
    id="intercontinental-only",
    consequent="North Korea conducts no nuclear test and launches no intercontinental ballistic missile.",
    scope="nuclear tests and intercontinental ballistic missiles",
    begins="2018-04-21",
    revocable=True,
    covers=is_intercontinental,
)
RENOUNCED = "2020-01-01"


@frozen
class Answer:
    """Where a moratorium stood after everything: its state, since when, and what broke it, in order."""

    state: State
    since: Occurred
    breaches: tuple[str, ...]


def answer(moratorium: Moratorium, launches: Iterable[Launch], renounced: str = "") -> Answer:
    """Fold one moratorium over the launches, with or without its renunciation."""
    facts = moratorium.facts(launches, renounced)
    line = fold_all({moratorium.id: facts})[moratorium.id]
    standing = line.last
    assert standing is not None
    inert = {each.fact for each in line.inert()}
    breaches = [
        fact.event.because
        for fact in effective(facts)
        if isinstance(fact.event, Violated) and fact.event.manner is Manner.BREACH and fact.id not in inert
    ]
    assert len(breaches) == standing.breaches
    return Answer(standing.state, standing.since, tuple(breaches))


def report(launches: list[Launch]) -> str:
    """Both scopes, the second with the renunciation and by the launches alone, and what was set aside."""
    lines = []
    for title, moratorium, renounced in (
        ("no nuclear test and no ballistic launch, from 6 March 2018", ANY_RANGE, ""),
        (
            "no nuclear test and no intercontinental launch, from 21 April 2018",
            INTERCONTINENTAL_ONLY,
            RENOUNCED,
        ),
        ("the same, by the launches alone", INTERCONTINENTAL_ONLY, ""),
    ):
        found = answer(moratorium, launches, renounced)
        lines += [title, f"    {found.state} since {found.since}, {len(found.breaches)} breaches"]
        if found.breaches:
            lines.append(f"    first broken: {found.breaches[0]}")
    begins = occurrence(ANY_RANGE.begins, SEOUL).start
    for why, aside in (
        ("neither type nor flight known", is_unidentified),
        ("launchers of satellites", lambda launch: launch.missile in SATELLITE_LAUNCHERS),
    ):
        kept = [str(launch) for launch in launches if aside(launch) and launch.occurred.end > begins]
        lines.append(f"set aside, {why}: {len(kept)}" + (f", the first {kept[0]}" if kept else ""))
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Print the report; 2 and one line where the table is missing or cannot be used."""
    try:
        if len(arguments) != 1:
            raise Unusable("one table of launches is needed")
        print(report(read(Path(arguments[0]))))
    except Unusable as problem:
        print(f"moratorium: {problem}; {WHERE}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
