"""What is recorded of one commitment, read from the log inside the transaction that decides on it."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.commitments.decide import Decision, decide
from tracker.commitments.events import Event, Fact
from tracker.commitments.fold import Timeline, timeline, upstream_of
from tracker.commitments.standing import Standing
from tracker.errors import UnknownCommitment, did_you_mean
from tracker.evidence.finding import Finding
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import FindingMade, FindingRejected

COMMITMENT = "commitment/"
FINDINGS = "findings/"


@frozen
class Folder:
    """The facts of one commitment and the timelines of what its condition hangs on."""

    name: str
    facts: tuple[Fact, ...]
    upstream: dict[str, Timeline]

    @property
    def timeline(self) -> Timeline:
        """Where it stood, when; without what its parts decide."""
        return timeline(self.facts, self.upstream)

    @property
    def standing(self) -> Standing:
        """Where it stands after all facts."""
        last = self.timeline.last
        assert last is not None
        return last

    def decide(self, event: Event, occurred: Occurred, now: datetime) -> Decision:
        """Whether `event` may be recorded; raises `Refused`."""
        return decide(event, occurred, self.facts, now, self.upstream)


def open_folder(connection: Connection, name: str) -> Folder:
    """Read a commitment's folder; raises `UnknownCommitment` with the nearest id."""
    facts = log.read(connection, COMMITMENT + name)
    if not facts:
        known = log.in_order(connection, COMMITMENT)
        raise UnknownCommitment(
            f"no commitment {name!r}{did_you_mean(name, known)}; `tracker status` lists them"
        )
    return Folder(name, tuple(facts), _upstream(connection, facts, frozenset({name})))


def _upstream(connection: Connection, facts: list[Fact], above: frozenset[str]) -> dict[str, Timeline]:
    found = {}
    for name in upstream_of(facts) - above:
        theirs = log.read(connection, COMMITMENT + name)
        found[name] = timeline(theirs, _upstream(connection, theirs, above | {name}))
    return found


def findings_of(connection: Connection, name: str) -> list[Finding]:
    """The findings on a commitment that no reviewer rejected, in the order they were made."""
    facts = log.read(connection, FINDINGS + name)
    rejected = {fact.event.finding for fact in facts if isinstance(fact.event, FindingRejected)}
    return [
        fact.event.finding
        for fact in facts
        if isinstance(fact.event, FindingMade) and fact.event.finding.id not in rejected
    ]
