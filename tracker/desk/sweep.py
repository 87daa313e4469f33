"""The clock's turn: deadlines that passed, windows that closed and long silence are taken down, once each.

They are never verdicts. Only where the policy says `lapse = "violate"` does a passed deadline also bring the
verdict of a lapse, dated to the deadline. A silence ends with the first thing heard after it began; that is
taken down, too, because what is heard stands on other streams than what is flagged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from tracker.commitments import order
from tracker.commitments.events import (
    DeadlinePassed,
    Event,
    Fact,
    HeardAgain,
    Manner,
    Retracted,
    Violated,
    WentQuiet,
    WindowClosed,
)
from tracker.commitments.policy import Lapse, PolicySettings
from tracker.commitments.standing import Standing, State
from tracker.desk.folder import open_folder
from tracker.desk.judging import CLOCK
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import FindingAccepted, FindingMade, FindingRejected
from tracker.log.streams import COMMITMENT, FINDINGS

# What tells nothing new about a commitment: the clock's own words, decisions about what was heard before.
_NO_NEWS = tuple(kind.__name__ for kind in (*order.CLOCK, Retracted, FindingAccepted, FindingRejected))


def due(standing: Standing, now: datetime) -> bool:
    """Whether the clock has something to say about a commitment that stands so."""
    until = standing.window.until
    told = standing.deadline_passed or standing.unobserved
    return standing.is_live and until is not None and until <= now and not told


def turns_at(standing: Standing, last: datetime | None, quiet_after: timedelta | None) -> datetime | None:
    """When the clock has something to say about a commitment that stands so: a moment that passed, or is to
    come unless something happens before; None where there is none. `last` is when it was last heard of."""
    until = standing.window.until
    moments = [until] if until is not None and due(standing, until) else []
    moments += [at for _, at in _silence(standing, _last(standing, last), quiet_after)]
    return min(moments, default=None)


def last_heard(connection: Connection) -> Mapping[str, datetime]:
    """When something was last heard of each commitment, by its own facts and by findings."""
    found = log.latest_of(connection, COMMITMENT, _NO_NEWS)
    for name, at in log.latest_of(connection, FINDINGS, _NO_NEWS).items():
        found[name] = max(at, found.get(name, at))
    return found


def sweep(
    connection: Connection,
    name: str,
    policy: PolicySettings,
    now: datetime,
    quiet_after: timedelta | None = None,
) -> int:
    """Take down what the clock brought for one commitment; returns how many facts were appended.

    `quiet_after` is how long nothing need be heard until it has gone quiet; None: it never goes.
    """
    folder = open_folder(connection, name)
    standing = folder.standing
    heard = [] if standing.is_achieve else log.read(connection, FINDINGS + name)
    drafts = brought(standing, heard, policy, now) or silence(
        standing, order.effective(folder.facts), heard, quiet_after, now
    )
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
    return [_draft(standing, event, until) for event in events]


def silence(
    standing: Standing,
    facts: Sequence[Fact],
    heard: Iterable[Fact],
    quiet_after: timedelta | None,
    now: datetime,
) -> list[log.Draft]:
    """That it went quiet, or was heard of again after it had. Pure.

    `facts` are its own that were not retracted, `heard` is its stream of findings.
    """
    news = [fact.occurred.end for fact in (*facts, *heard) if type(fact.event).__name__ not in _NO_NEWS]
    last = _last(standing, max(news, default=None))
    went = [fact.occurred.end for fact in facts if isinstance(fact.event, WentQuiet)]
    # What is heard late may have happened within the silence; that has been for nothing then, and is over
    # where it began.
    return [
        _draft(standing, event, max(at, *went) if isinstance(event, HeardAgain) and went else at)
        for event, at in _silence(standing, last, quiet_after)
        if at <= now
    ]


def _last(standing: Standing, heard: datetime | None) -> datetime:
    """When it was last heard of, or else when it came to run as it does."""
    begun = (standing.obliged_from, standing.owed_since, standing.window.start, heard)
    return max([standing.since.end, *(each for each in begun if each is not None)])


def _silence(
    standing: Standing, last: datetime, quiet_after: timedelta | None
) -> list[tuple[WentQuiet | HeardAgain, datetime]]:
    """What is to be told of silence about a commitment that was last heard of then, and as of when."""
    if standing.is_achieve or not standing.is_live:
        return []
    if standing.quiet_since is not None:
        return [(HeardAgain(heard=last), last)] if last > standing.quiet_since else []
    if quiet_after is None or standing.state is not State.ACTIVE or standing.unobserved:
        return []
    return [(WentQuiet(since=last), last + quiet_after)]


def _draft(standing: Standing, event: Event, moment: datetime) -> log.Draft:
    at = Occurred.at(moment, standing.terms.zone)
    stream = COMMITMENT + standing.terms.id
    return log.Draft(event, at, id=log.derived_id(stream, event, at, CLOCK), recorded_by=CLOCK)


def _observed(standing: Standing, heard: Iterable[Fact], until: datetime) -> bool:
    """Whether anything was heard about it while it ran; no news is not compliance."""
    start = max(t for t in (standing.window.start, standing.obliged_from, standing.since.start) if t)
    return any(isinstance(fact.event, FindingMade) and start <= fact.occurred.start < until for fact in heard)
