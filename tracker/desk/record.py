"""What people record: verdicts and other facts, retractions, and decisions on findings."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.commitments.events import Event, Fact, Fulfilled, Manner, Retracted, Violated
from tracker.desk.folder import COMMITMENT, FINDINGS, open_folder
from tracker.errors import Refused, UnknownFinding
from tracker.evidence.finding import Finding, Relation
from tracker.evidence.grade import Basis
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import FindingAccepted, FindingMade, FindingRejected


@frozen
class Recorded:
    """What was appended, and which facts it makes void."""

    fact: Fact
    warnings: tuple[str, ...] = ()


def record(
    connection: Connection,
    name: str,
    event: Event,
    occurred: Occurred,
    now: datetime,
    by: str,
    cause: str = "",
) -> Recorded:
    """Record one fact about a commitment; raises `Refused` and `UnknownCommitment`."""
    folder = open_folder(connection, name)
    decision = folder.decide(event, occurred, now)
    draft = log.Draft(event, occurred, recorded_by=by, cause=cause)
    facts = log.append(connection, {COMMITMENT + name: (len(folder.facts), [draft])}, now)
    return Recorded(facts[0], decision.warnings)


def retract(connection: Connection, event_id: str, reason: str, now: datetime, by: str) -> Recorded:
    """Take back one recorded fact of a commitment, for good reason; raises `Refused`."""
    fact = log.fact_of(connection, event_id)
    if fact is None or not fact.stream.startswith(COMMITMENT):
        raise Refused(
            "unknown-event", f"no event {event_id!r} about a commitment; `tracker show ID --all` lists them"
        )
    name = fact.stream.removeprefix(COMMITMENT)
    return record(connection, name, Retracted(event=event_id, because=reason), Occurred.at(now), now, by)


def accept(
    connection: Connection, finding_id: str, relation: Relation | None, because: str, now: datetime, by: str
) -> Recorded:
    """Hold a finding true, and record the verdict that follows from it, in one transaction."""
    finding, _ = _finding(connection, finding_id)
    relation = relation or finding.match.relation
    occurred = finding.match.occurred
    if occurred is None:
        raise Refused("no-date", "the text does not say when; record it with `tracker record … --occurred`")
    standing = open_folder(connection, finding.commitment).standing
    event: Event
    words = because or f"accepted on the word of {finding.publisher}"
    match relation:
        case Relation.FULFILS:
            event = Fulfilled(because=words, basis=Basis.REPORTED, findings=(finding.id,), rule="reviewed")
        case Relation.VIOLATES:
            manner = Manner.REPUDIATED if standing.is_achieve else Manner.BREACH
            event = Violated(
                because=words, manner=manner, basis=Basis.REPORTED, findings=(finding.id,), rule="reviewed"
            )
        case _:
            accepted = FindingAccepted(finding=finding.id, relation=relation, because=because)
            return _settle(connection, finding, accepted, now, by)
    recorded = record(connection, finding.commitment, event, occurred, now, by, cause=finding.id)
    _settle(
        connection, finding, FindingAccepted(finding=finding.id, relation=relation, because=because), now, by
    )
    return recorded


def reject(connection: Connection, finding_id: str, because: str, now: datetime, by: str) -> Recorded:
    """Hold a finding wrong or beside the point."""
    finding, _ = _finding(connection, finding_id)
    return _settle(connection, finding, FindingRejected(finding=finding.id, because=because), now, by)


def _settle(connection: Connection, finding: Finding, event: Event, now: datetime, by: str) -> Recorded:
    draft = log.Draft(event, Occurred.at(now), recorded_by=by, cause=finding.id)
    facts = log.append(connection, {FINDINGS + finding.commitment: (log.Expected.EXISTS, [draft])}, now)
    return Recorded(facts[0])


def _finding(connection: Connection, finding_id: str) -> tuple[Finding, Fact]:
    fact = log.fact_of(connection, finding_id)
    if fact is None or not isinstance(fact.event, FindingMade):
        raise UnknownFinding(f"no finding {finding_id!r}; `tracker review list` lists what waits")
    return fact.event.finding, fact
