"""From a status to the words it rests on: what is for it, what is against it, and what would change it."""

from __future__ import annotations

from tracker.commitments.events import PositionStated
from tracker.commitments.outlook import would_change
from tracker.commitments.policy import FOR
from tracker.commitments.standing import Status
from tracker.evidence.finding import Relation, standing_findings
from tracker.projections.answers import Commitment, Explanation, Link, Position
from tracker.projections.reads import Reader, has_begun


def explain(reader: Reader, commitment: Commitment) -> Explanation:
    """Verdict, rule, findings and words, what speaks against it, and what would change it."""
    standing = commitment.standing
    reasons = reader.reasons(standing)
    used = {quote.id for reason in reasons for quote in reason.findings}
    heard = reader.inbox.of_commitment(reader.connection, commitment.id, reader.known)
    gone = {f.id for f, rejected in heard if rejected}
    findings = [f for f in standing_findings(f for f, _ in heard) if f.id not in gone]
    others = reader.quotes(
        [f for f in findings if f.id not in used and f.is_report and has_begun(f, reader.moment)]
    )
    waits = {f.id for f in reader.inbox.unsettled(reader.connection, reader.known, commitment.id)}
    contrary = {Relation.VIOLATES.value} if standing.status is not Status.VIOLATED else {r.value for r in FOR}
    return Explanation(
        commitment=commitment,
        reasons=reasons,
        positions=_positions(reader, commitment.id),
        links=_links(reader, commitment.id),
        inert=tuple(entry for entry in reader.timeline(commitment.id) if entry.inert),
        against=tuple(q for q in others if q.relation in contrary),
        waiting=tuple(q for q in others if q.id in waits and q.relation not in contrary),
        would_change=would_change(standing, reader.look),
    )


def _positions(reader: Reader, name: str) -> tuple[Position, ...]:
    """What the parties said of a commitment, in order."""
    return tuple(
        Position(
            party=fact.event.party,
            position=fact.event.position,
            occurred=fact.occurred,
            cites=fact.event.cites,
        )
        for fact in reader.facts(name)
        if isinstance(fact.event, PositionStated)
    )


def _links(reader: Reader, name: str) -> tuple[Link, ...]:
    """What it was given in return for, whichever side says so, and how that stands."""
    standings = reader.history.standings(reader.connection, reader.as_of, reader.known)
    ours = standings[name].terms.in_return_for if name in standings else ()
    theirs = [other for other, standing in standings.items() if name in standing.terms.in_return_for]
    found = []
    for other in dict.fromkeys((*ours, *theirs)):
        standing = standings.get(other)
        found.append(
            Link(
                commitment=other,
                stated_here=other in ours,
                status=standing.status.value if standing else None,
                state=standing.state.value if standing else None,
            )
        )
    return tuple(found)
