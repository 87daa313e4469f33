"""Logs with verdicts by rule, made by the desk itself from findings that a test writes down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attrs import frozen

from tracker.api import Tracker
from tracker.commitments.policy import PolicySettings
from tracker.config import Config
from tracker.dossier.parse import parse
from tracker.evidence.finding import Factuality, Finding, Match, Relation
from tracker.evidence.grade import Credibility, Reliability
from tracker.evidence.when import Occurred, occurrence
from tracker.log import log
from tracker.log.events import FindingMade
from tracker.log.streams import FINDINGS

HEAD = """
format = 1
name = "pledges"
title = "Pledges of an invented government"
zone = "UTC"
language = "en"

[[party]]
id = "government"
name = "The government"

[[party]]
id = "voters"
name = "The voters"

[[citation]]
id = "manifesto"
publisher = "The governing party"
title = "Manifesto"
date = "2024-01-01"
"""

COMMITMENT = """
[[commitment]]
id = "{name}"
title = "{name}"
debtor = ["government"]
creditor = ["voters"]
kind = "{kind}"
consequent = "it is so"
voice = "own"
made = "2024-01-01"
cites = "manifesto"
{more}

[[commitment.fact]]
type = "accepted"
occurred = "2024-01-01"
by = "government"
because = "it took office"
"""

BRIDGE = ("bridge", "achieve", 'until = "2024-02-10"')
BREAD = ("bread", "refrain", 'until = "2024-02-20"')
TOLL = ("toll", "maintain", 'condition = "while: bridge is fulfilled"\nuntil = "2024-03-01"')
WHOLE = ("whole", "achieve", 'roll_up = "all"\nuntil = "2024-02-15"')
NORTH = ("north", "achieve", 'part_of = "whole"\nuntil = "2024-02-05"')
SOUTH = ("south", "achieve", 'part_of = "whole"')
AMENDS = ("amends", "achieve", 'condition = "once: bread is violated"\nuntil = "2024-02-25"')
ALL = (BRIDGE, BREAD, TOLL, WHOLE, NORTH, SOUTH, AMENDS)
FOUND = ("bridge", "bread", "toll", "north", "south", "amends")

BEGINNING = datetime(2024, 1, 12, tzinfo=UTC)


class Clock:
    """A present that moves on by a second with every step, and otherwise when a test says so."""

    def __init__(self) -> None:
        self.moment = BEGINNING

    def __call__(self) -> datetime:
        return self.moment


@frozen
class Report:
    """What a finding is made of: which commitment, who says so, of which day, and how it reads."""

    commitment: str
    origin: str
    on: str = "2024-01-10"
    relation: Relation = Relation.FULFILS
    reliability: Reliability = Reliability.B
    speaker: str = ""

    def finding(self, number: int) -> Finding:
        """The finding, the `number`th of its log."""
        occurred = occurrence(self.on, "UTC")
        match = Match(
            self.commitment,
            self.relation,
            Factuality.ACTUAL,
            0.9,
            (),
            (),
            occurred,
            self.speaker,
            self.speaker,
        )
        name = f"{number:032x}"
        return Finding(
            name, match, name, number, self.origin, self.origin, self.reliability, Credibility.PROBABLE
        )


class Life:
    """An open tracker whose findings come from the test; everything else is the desk's."""

    def __init__(self, t: Tracker, clock: Clock) -> None:
        self.t = t
        self.clock = clock
        self.made = 0

    def find(self, *reports: Report) -> None:
        """Take findings down together and judge what they touch, as the desk does with documents."""
        self.wait(0)
        touched = dict.fromkeys(report.commitment for report in reports)
        with self.t.database.writing() as connection:
            for report in reports:
                self.made += 1
                finding = report.finding(self.made)
                draft = log.Draft(
                    FindingMade(finding=finding), Occurred.at(self.clock()), finding.id, "matcher", finding.id
                )
                stream = FINDINGS + report.commitment
                log.append(connection, {stream: (log.Expected.ANY, [draft])}, self.clock())
            for name in touched:
                self.t.desk.judge(connection, name, self.clock())

    def wait(self, days: float) -> None:
        """Let time pass, and a second at least."""
        self.clock.moment += timedelta(days=days, seconds=1)

    def sweep(self) -> None:
        """The clock's turn."""
        self.wait(0)
        self.t.sweep()

    def by_rule(self, name: str) -> list[str]:
        """The ids of what rules recorded of a commitment, in order, words of the clock left out."""
        return [
            fact.id
            for fact in self.t.log(types=("Fulfilled", "Violated"), stream=f"commitment/{name}")
            if fact.recorded_by in ("policy", "clock")
        ]


@contextmanager
def life(
    settings: PolicySettings, commitments: Sequence[tuple[str, str, str]] = ALL, url: str = "sqlite://"
) -> Iterator[Life]:
    """A log that begins on 12 January 2024 with these commitments, under these settings."""
    clock = Clock()
    tables = {"tracker": {"database": url, "zone": "UTC"}}
    with Tracker(Config("test", Path(), tables, {}), clock=clock) as t:
        t.policy = t.desk.policy = settings
        text = HEAD + "".join(COMMITMENT.format(name=n, kind=k, more=more) for n, k, more in commitments)
        t.load_dossier(parse(text, "pledges.toml"))
        yield Life(t, clock)
