"""The clock's turn: deadlines that passed and windows that closed are taken down, once each, as facts.

They are never verdicts. Only where the policy says `lapse = "violate"` does a passed deadline also bring the
verdict of a lapse, dated to the deadline.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.engine import Connection

from tracker.commitments.events import DeadlinePassed, Event, Fact, Manner, Violated, WindowClosed
from tracker.commitments.policy import Lapse, PolicySettings
from tracker.commitments.standing import Standing, State
from tracker.desk.folder import open_folder
from tracker.desk.judging import CLOCK
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import FindingMade
from tracker.log.streams import COMMITMENT, FINDINGS


def due(standing: Standing, now: datetime) -> bool:
    """Whether the clock has something to say about a commitment that stands so."""
    until = standing.window.until
    told = standing.deadline_passed or standing.unobserved
    return standing.is_live and until is not None and until <= now and not told


def sweep(connection: Connection, name: str, policy: PolicySettings, now: datetime) -> int:
    """Take down what the clock brought for one commitment; returns how many facts were appended."""
    standing = open_folder(connection, name).standing
    heard = [] if standing.is_achieve else log.read(connection, FINDINGS + name)
    drafts = brought(standing, heard, policy, now)
    if not drafts:
        return 0
    before = log.read_head(connection).position
    log.append(connection, {COMMITMENT + name: (log.Expected.EXISTS, drafts)}, now)
    return log.read_head(connection).position - before


def brought(
    standing: Standing, heard: Iterable[Fact], policy: PolicySettings, now: datetime
) -> list[log.Draft]:
    """What the clock brought for a commitment that stands so; `heard` is its stream of findings. Pure."""
    until = standing.window.until
    if until is None or not due(standing, now):
        return []
    policy = policy.of(standing.terms.id)
    events: list[Event] = []
    if standing.is_achieve:
        events.append(DeadlinePassed(until=until))
        if policy.lapse is Lapse.VIOLATE and standing.state is State.ACTIVE:
            events.append(
                Violated(
                    manner=Manner.LAPSE, by=standing.terms.debtor, rule="lapse", settings=policy.hash,
                    because="the deadline passed without the act",
                )
            )  # fmt: skip
    else:
        events.append(WindowClosed(until=until, observed=_observed(standing, heard, until)))
    at = Occurred.at(until, standing.terms.zone)
    stream = COMMITMENT + standing.terms.id
    return [
        log.Draft(event, at, id=log.derived_id(stream, event, at, CLOCK), recorded_by=CLOCK)
        for event in events
    ]


def _observed(standing: Standing, heard: Iterable[Fact], until: datetime) -> bool:
    """Whether anything was heard about it while it ran; no news is not compliance."""
    start = max(t for t in (standing.window.start, standing.obliged_from, standing.since.start) if t)
    return any(isinstance(fact.event, FindingMade) and start <= fact.occurred.start < until for fact in heard)
