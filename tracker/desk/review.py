"""What people hold of findings: accepted, rejected, and either of them taken back.

A decision is about one finding, or about several that report the same; it is one event for each of them, with
who and why, and the verdict that follows rests on them all. What somebody has decided is not decided again,
only after it was taken back; the log keeps both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.commitments.events import REVIEWED, Event, Fact, Fulfilled, Manner, Retracted, Violated
from tracker.commitments.order import effective
from tracker.desk.folder import open_folder, reviews
from tracker.desk.record import Recorded, record, retract
from tracker.errors import BadDecisions, Refused, UnknownFinding, UserError
from tracker.evidence.finding import Finding, Relation
from tracker.evidence.grade import Basis
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import FindingAccepted, FindingMade, FindingRejected
from tracker.log.streams import COMMITMENT, FINDINGS

REVIEWS = ("FindingAccepted", "FindingRejected")


class Rule(StrEnum):
    """Why a decision on a finding is refused."""

    DECIDED = "already-decided"
    NO_DATE = "no-date"
    APART = "not-one-episode"
    NOTHING = "nothing-to-undo"


@frozen
class Decision:
    """What a person holds of a finding: `relation` is how they read it, None for as found, or `rejected`."""

    finding: str
    relation: Relation | None = None
    rejected: bool = False
    because: str = ""


@frozen
class Applied:
    """What a list of decisions came to: how many were recorded, and how many had been before."""

    recorded: int
    before: int


@frozen
class Undone:
    """A decision that was taken back: its events, and the verdict that had followed, if that still stood."""

    findings: tuple[str, ...]
    reviews: tuple[Fact, ...]
    verdict: Fact | None
    warnings: tuple[str, ...] = ()


def accept(
    connection: Connection,
    ids: Sequence[str],
    relation: Relation | None,
    because: str,
    now: datetime,
    by: str,
) -> Recorded:
    """Hold findings true, and record the verdict that follows from them, in one transaction.

    The first one says how they are read, where `relation` does not, and when it happened; the verdict rests
    on them all. Raises `Refused` and `UnknownFinding`.
    """
    findings = _undecided(connection, ids)
    lead = findings[0]
    relation = relation or lead.match.relation
    words = because or f"accepted as found, on the word of {_publishers(findings)}"
    if relation is not lead.match.relation and not because:
        words = f"read as {relation}, on the word of {_publishers(findings)}"
    event = _verdict(connection, findings, relation, words)
    verdict = None
    if event is not None:
        occurred = lead.match.occurred
        if occurred is None:
            raise Refused(
                Rule.NO_DATE, "the text does not say when; record it with `tracker record … --occurred`"
            )
        verdict = record(connection, lead.commitment, event, occurred, now, by, cause=lead.id)
    accepted = [FindingAccepted(finding=each.id, relation=relation, because=words) for each in findings]
    facts = _settle(connection, lead, accepted, now, by)
    return verdict or Recorded(facts[0])


def reject(connection: Connection, ids: Sequence[str], because: str, now: datetime, by: str) -> Recorded:
    """Hold findings wrong or beside the point. Raises `Refused` and `UnknownFinding`."""
    findings = _undecided(connection, ids)
    rejected = [FindingRejected(finding=each.id, because=because) for each in findings]
    return Recorded(_settle(connection, findings[0], rejected, now, by)[0])


def apply(connection: Connection, decisions: Sequence[Decision], now: datetime, by: str) -> Applied:
    """Record decisions one after the other; what had been decided so is left as it is.

    Raises `BadDecisions` with all that are refused, each by its place; the caller then records none.
    """
    recorded = 0
    faults: list[tuple[int, str]] = []
    for place, decision in enumerate(decisions):
        try:
            if _is_recorded(connection, decision):
                continue
            if decision.rejected:
                reject(connection, [decision.finding], decision.because, now, by)
            else:
                accept(connection, [decision.finding], decision.relation, decision.because, now, by)
            recorded += 1
        except UserError as problem:
            faults.append((place, str(problem)))
    if faults:
        raise BadDecisions(faults)
    return Applied(recorded, len(decisions) - recorded)


def undo(connection: Connection, name: str, because: str, now: datetime, by: str) -> Undone:
    """Take back a decision, with all that was decided in the same stroke and the verdict that followed.

    `name` is the id of the decision, of its verdict or of its finding; empty is the last one by `by`. Raises
    `Refused`.
    """
    review = _named(connection, name) if name else _last(connection, by)
    commitment = review.stream.removeprefix(FINDINGS)
    facts = reviews(log.read(connection, review.stream))
    stroke = [fact for fact in facts.values() if _is_one_stroke(fact, review)]
    warnings: tuple[str, ...] = ()
    verdict = next(
        (
            fact
            for fact in effective(log.read(connection, COMMITMENT + commitment))
            if _is_verdict(fact) and _is_one_stroke(fact, review)
        ),
        None,
    )
    if verdict is not None:
        warnings = retract(connection, verdict.id, because, now, by).warnings
    drafts = [
        log.Draft(
            Retracted(event=fact.id, because=because), Occurred.at(now), recorded_by=by, cause=review.cause
        )
        for fact in stroke
    ]
    log.append(connection, {review.stream: (log.Expected.EXISTS, drafts)}, now)
    return Undone(tuple(_about(fact) for fact in stroke), tuple(stroke), verdict, warnings)


def _verdict(
    connection: Connection, findings: Sequence[Finding], relation: Relation, because: str
) -> Event | None:
    """The verdict that follows where these findings are read so; None where none does."""
    ids = tuple(each.id for each in findings)
    basis = Basis.CORROBORATED if len({each.origin for each in findings}) > 1 else Basis.REPORTED
    match relation:
        case Relation.FULFILS:
            return Fulfilled(because=because, basis=basis, findings=ids, rule=REVIEWED)
        case Relation.VIOLATES:
            standing = open_folder(connection, findings[0].commitment).standing
            manner = Manner.REPUDIATED if standing.is_achieve else Manner.BREACH
            return Violated(because=because, manner=manner, basis=basis, findings=ids, rule=REVIEWED)
        case _:
            return None


def _settle(
    connection: Connection, lead: Finding, events: Sequence[Event], now: datetime, by: str
) -> list[Fact]:
    drafts = [log.Draft(event, Occurred.at(now), recorded_by=by, cause=lead.id) for event in events]
    return log.append(connection, {FINDINGS + lead.commitment: (log.Expected.EXISTS, drafts)}, now)


def _undecided(connection: Connection, ids: Sequence[str]) -> list[Finding]:
    """The findings with these ids; raises `Refused` where a person decided on one, or they are of several
    commitments."""
    findings = [finding_of(connection, name) for name in dict.fromkeys(ids)]
    about = {each.commitment for each in findings}
    if len(about) > 1:
        raise Refused(Rule.APART, f"these findings are about several commitments: {', '.join(sorted(about))}")
    decided = reviews(log.read(connection, FINDINGS + findings[0].commitment))
    for each in findings:
        if each.id in decided:
            fact = decided[each.id]
            raise Refused(
                Rule.DECIDED,
                f"finding {each.id} was {_told(fact)} by {fact.recorded_by or 'somebody'} at position"
                f" {fact.position}; `tracker review undo {fact.id}` takes that back",
            )
    return findings


def finding_of(connection: Connection, finding_id: str) -> Finding:
    """A finding by its id; raises `UnknownFinding`."""
    fact = log.fact_of(connection, finding_id)
    if fact is None or not isinstance(fact.event, FindingMade):
        raise UnknownFinding(f"no finding {finding_id!r}; `tracker review list` lists what waits")
    return fact.event.finding


def _is_recorded(connection: Connection, decision: Decision) -> bool:
    """Whether a person holds this of the finding already."""
    finding = finding_of(connection, decision.finding)
    fact = reviews(log.read(connection, FINDINGS + finding.commitment)).get(finding.id)
    if fact is None:
        return False
    if isinstance(fact.event, FindingAccepted):
        return not decision.rejected and fact.event.relation is (decision.relation or finding.match.relation)
    return decision.rejected


def _named(connection: Connection, name: str) -> Fact:
    """The decision that stands and that `name` means."""
    fact = log.fact_of(connection, name)
    if fact is None:
        raise Refused(
            Rule.NOTHING, f"no event {name!r}; `tracker log show --type FindingAccepted` lists some"
        )
    stream = fact.stream
    if _is_verdict(fact):
        stream = FINDINGS + stream.removeprefix(COMMITMENT)
    if stream.startswith(FINDINGS):
        for review in reviews(log.read(connection, stream)).values():
            if fact.id in (review.id, _about(review)) or (_is_verdict(fact) and _is_one_stroke(fact, review)):
                return review
    raise Refused(Rule.NOTHING, f"{name} is no decision on a finding that stands")


def _last(connection: Connection, by: str) -> Fact:
    """The latest decision by a person that stands."""
    facts = list(log.read_all(connection, types=(*REVIEWS, "Retracted")))
    taken_back = {fact.event.event for fact in facts if isinstance(fact.event, Retracted)}
    for fact in reversed(facts):
        ours = isinstance(fact.event, FindingAccepted | FindingRejected) and fact.recorded_by == by
        if ours and fact.id not in taken_back:
            return fact
    raise Refused(
        Rule.NOTHING, f"{by} has decided nothing that stands; name the EVENT to undo another's word"
    )


def _is_verdict(fact: Fact) -> bool:
    return isinstance(fact.event, Fulfilled | Violated) and fact.event.rule == REVIEWED


def _is_one_stroke(one: Fact, other: Fact) -> bool:
    """Whether both came of one decision: led by the same finding, at the same moment."""
    return (one.cause, one.recorded_at) == (other.cause, other.recorded_at)


def _about(fact: Fact) -> str:
    assert isinstance(fact.event, FindingAccepted | FindingRejected)
    return fact.event.finding


def _told(fact: Fact) -> str:
    event = fact.event
    return f"accepted as {event.relation}" if isinstance(event, FindingAccepted) else "rejected"


def _publishers(findings: Iterable[Finding]) -> str:
    return ", ".join(dict.fromkeys(each.publisher for each in findings))
