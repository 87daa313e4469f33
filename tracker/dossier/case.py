"""A commitment of a dossier as the linter looks at it: its text, its tables, and where its facts leave it.

Where it stands is folded from the facts of the file alone; what the log knows beside is somebody else's.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from tracker.commitments.events import Fact
from tracker.commitments.fold import fold_all
from tracker.commitments.rules import Inert
from tracker.commitments.standing import Standing
from tracker.commitments.terms import Terms, Voice
from tracker.dossier.dossier import DatedEvent, Undertaking
from tracker.dossier.parse import Reading
from tracker.dossier.tables import Table
from tracker.evidence.profile import WatchProfile


@frozen
class Case:
    """One commitment; `watched` is the table of its watch, None where it has none.

    `inert` are the facts of the file that have no effect, each with the rule that stops it.
    """

    entry: Undertaking
    standing: Standing
    inert: tuple[tuple[DatedEvent, Inert], ...]
    table: Table
    watched: Table | None

    @property
    def id(self) -> str:
        """The id of the commitment."""
        return self.entry.id

    @property
    def terms(self) -> Terms:
        """Its terms, after the rewordings of the file."""
        return self.standing.terms

    @property
    def watch(self) -> WatchProfile | None:
        """How news of it is recognised."""
        return self.entry.watch

    @property
    def is_settled(self) -> bool:
        """Whether history has decided it within the file: kept, broken or ended."""
        return not self.standing.is_live

    @property
    def awaits_verdict(self) -> bool:
        """Whether somebody has yet to judge it: not where history or its parts decide, or nothing can."""
        return not (self.is_settled or self.terms.roll_up or self.standing.unrateable)

    @property
    def is_only_demanded(self) -> bool:
        """Whether others asked for it and the debtor gave nothing, so that nothing is owed."""
        return self.standing.voice is Voice.DEMANDED and self.standing.obliged_from is None

    @property
    def begins(self) -> datetime:
        """When its window opens, or else when it was made (UTC)."""
        return self.standing.window.start or self.entry.facts[0].occurred.start

    @property
    def condition(self) -> Table:
        """The table whose `condition` is the one in force: the last rewording's, or its own."""
        reworded = [fact for fact in self.table.tables("fact") if fact.raw.get("type") == "reworded"]
        return next((fact for fact in reversed(reworded) if fact.has("condition")), self.table)


def cases(reading: Reading) -> tuple[Case, ...]:
    """All commitments that could be read, in the order of the file."""
    streams: dict[str, list[Fact]] = {}
    position = 0
    for entry in reading.dossier.entries:
        facts = streams.setdefault(entry.id, [])
        for version, dated in enumerate(entry.facts, 1):
            position += 1
            facts.append(
                Fact(
                    f"{entry.id}:{version}",
                    entry.id,
                    version,
                    position,
                    dated.event,
                    dated.occurred,
                    dated.known,
                )
            )
    folded = fold_all(streams)
    found = []
    for entry in reading.dossier.entries:
        line = folded[entry.id]
        if line.last is not None:
            by_id = {fact.id: told for fact, told in zip(streams[entry.id], entry.facts, strict=True)}
            inert = tuple((by_id[each.fact], each) for each in line.inert())
            table, watched = reading.commitments[entry.id], reading.watches.get(entry.id)
            found.append(Case(entry, line.last, inert, table, watched))
    return tuple(found)
