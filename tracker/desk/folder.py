"""What is recorded of one commitment, read from the log inside the transaction that decides on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.commitments.decide import Decision, decide
from tracker.commitments.events import Event, Fact, Proposed, Retracted, Reworded
from tracker.commitments.fold import Timeline, fold_all, parts_of, upstream_of
from tracker.commitments.standing import Standing
from tracker.errors import UnknownCommitment, did_you_mean
from tracker.evidence.finding import Finding, standing_findings
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import FindingAccepted, FindingMade, FindingRejected
from tracker.log.streams import COMMITMENT, FINDINGS


@frozen
class Folder:
    """The facts of one commitment, and of all that its conditions and parts hang on."""

    name: str
    facts: tuple[Fact, ...]
    others: dict[str, list[Fact]]

    @cached_property
    def timeline(self) -> Timeline:
        """Where it stood, when."""
        return fold_all({**self.others, self.name: self.facts})[self.name]

    @property
    def standing(self) -> Standing:
        """Where it stands after all facts."""
        last = self.timeline.last
        assert last is not None
        return last

    def decide(self, event: Event, occurred: Occurred, now: datetime) -> Decision:
        """Whether `event` may be recorded; raises `Refused`."""
        return decide(event, occurred, self.facts, now, self.others)

    def after(self, decision: Decision, now: datetime) -> Folder:
        """The folder as it will be once the decision is recorded."""
        last = self.facts[-1]
        fact = Fact("", last.stream, 0, last.position + 1, decision.event, decision.occurred, now)
        return Folder(self.name, (*self.facts, fact), self.others)


def open_folder(connection: Connection, name: str) -> Folder:
    """Read a commitment's folder; raises `UnknownCommitment` with the nearest id."""
    folder = fill_folder(
        name, lambda other: log.read(connection, COMMITMENT + other), lambda: _parts(connection)
    )
    if not folder.facts:
        known = log.in_order(connection, COMMITMENT)
        raise UnknownCommitment(
            f"no commitment {name!r}{did_you_mean(name, known)}; `tracker status` lists them"
        )
    return folder


def fill_folder(
    name: str, read: Callable[[str], list[Fact]], parts: Callable[[], Mapping[str, Sequence[str]]]
) -> Folder:
    """A folder from whatever holds the facts; `parts`, those of every whole, is asked for a whole alone."""
    found: dict[str, list[Fact]] = {}
    wanted = {name}
    while wanted:
        other = wanted.pop()
        if other not in found:
            found[other] = read(other)
            wanted |= _hangs_on(other, found[other], parts)
    return Folder(name, tuple(found.pop(name)), found)


def _hangs_on(name: str, facts: list[Fact], parts: Callable[[], Mapping[str, Sequence[str]]]) -> set[str]:
    """What the conditions in `facts` name, and the parts of a whole."""
    needs = upstream_of(facts)
    if any(isinstance(f.event, Proposed | Reworded) and f.event.terms.roll_up for f in facts):
        needs |= {*parts().get(name, ())}
    return needs


def _parts(connection: Connection) -> dict[str, list[str]]:
    """The parts of every whole, from the words of all commitments."""
    streams: dict[str, list[Fact]] = {}
    for fact in log.read_all(connection, types=("Proposed", "Reworded", "Retracted")):
        streams.setdefault(fact.stream.removeprefix(COMMITMENT), []).append(fact)
    return parts_of(streams)


def findings_of(connection: Connection, name: str) -> list[Finding]:
    """The findings on a commitment that weigh, in the order they were made.

    Neither those that a reviewer rejected, nor those that a later reading of the same document revised.
    """
    made, rejected = heard_of(connection, name)
    return [finding for finding in standing_findings(made) if finding.id not in rejected]


def heard_of(connection: Connection, name: str) -> tuple[list[Finding], set[str]]:
    """All findings on a commitment in the order they were made, and the ids of those that were rejected."""
    facts = log.read(connection, FINDINGS + name)
    made = [fact.event.finding for fact in facts if isinstance(fact.event, FindingMade)]
    rejected = {each for each, fact in reviews(facts).items() if isinstance(fact.event, FindingRejected)}
    return made, rejected


def reviews(facts: Iterable[Fact]) -> dict[str, Fact]:
    """What persons hold of the findings among `facts`, by the finding's id: their last word that stands."""
    facts = list(facts)
    taken_back = {fact.event.event for fact in facts if isinstance(fact.event, Retracted)}
    return {
        fact.event.finding: fact
        for fact in facts
        if isinstance(fact.event, FindingAccepted | FindingRejected) and fact.id not in taken_back
    }
