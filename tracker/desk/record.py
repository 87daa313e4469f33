"""What people record: verdicts and other facts, and retractions."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.commitments.events import Event, Fact, Retracted
from tracker.commitments.rules import Rule
from tracker.desk.folder import open_folder
from tracker.errors import Refused
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.streams import COMMITMENT


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
            " a finding is taken back with `tracker review reject`, a review with `tracker review undo`",
        )
    return fact
