"""What people record: verdicts and other facts, retractions, and decisions on findings."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.commitments.events import (
    Event,
    Fact,
    Fulfilled,
    Manner,
    Retracted,
    Violated,
)
from tracker.commitments.rules import Rule
from tracker.desk.folder import open_folder
from tracker.errors import Refused, UnknownFinding
from tracker.evidence.finding import Finding, Relation
from tracker.evidence.grade import Basis
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import FindingAccepted, FindingMade, FindingRejected
from tracker.log.streams import COMMITMENT, FINDINGS


@frozen
class Recorded:
    """What was appended, and what a person should know of it; `replacement` where one was recorded too."""

    fact: Fact
    warnings: tuple[str, ...] = ()
    replacement: Fact | None = None


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
    draft = log.Draft(decision.event, decision.occurred, recorded_by=by, cause=cause)
    facts = log.append(connection, {COMMITMENT + name: (len(folder.facts), [draft])}, now)
    return Recorded(facts[0], decision.warnings)


def retract(
    connection: Connection,
    event_id: str,
    reason: str,
    now: datetime,
    by: str,
    replacement: Event | None = None,
    occurred: Occurred | None = None,
) -> Recorded:
    """Take back one recorded fact of a commitment, and record what replaces it, both or neither.

    `replacement` is judged as if the other had never been; without `occurred` it happened when that did.
    Raises `Refused`.
    """
    fact = recorded_fact(connection, event_id)
    folder = open_folder(connection, fact.stream.removeprefix(COMMITMENT))
    new_id = log.new_id() if replacement is not None else ""
    retraction = Retracted(event=event_id, because=reason, replaced_by=new_id)
    taken = folder.decide(retraction, Occurred.at(now), now)
    drafts = [log.Draft(taken.event, taken.occurred, recorded_by=by)]
    warnings = taken.warnings
    if replacement is not None:
        rest = folder.after(taken, now)
        instead = rest.decide(replacement, occurred or fact.occurred, now)
        drafts.append(log.Draft(instead.event, instead.occurred, id=new_id, recorded_by=by, cause=event_id))
        # What the retraction alone would make void may stand on the replacement.
        lost = {inert.fact for inert in rest.after(instead, now).timeline.inert()}
        void = (words for name, words in taken.void if name in lost)
        warnings = (*taken.notes, *void, *instead.warnings)
    facts = log.append(connection, {fact.stream: (len(folder.facts), drafts)}, now)
    return Recorded(facts[0], warnings, facts[1] if replacement is not None else None)


def recorded_fact(connection: Connection, event_id: str) -> Fact:
    """A recorded fact of a commitment by its id; raises `Refused` where there is none."""
    fact = log.fact_of(connection, event_id)
    if fact is None:
        raise Refused(Rule.UNKNOWN_EVENT, f"no event {event_id!r}; `tracker show ID --all` lists them")
    if not fact.stream.startswith(COMMITMENT):
        raise Refused(
            Rule.ANOTHER_STREAM,
            f"{event_id} is no fact about a commitment but of {fact.stream!r};"
            " a finding is taken back with `tracker review reject`",
        )
    return fact


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
