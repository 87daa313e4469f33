"""What one fact does to a standing. Total: it never raises, whatever the fact and whatever the state.

A fact without effect is listed as inert with the rule that stopped it; `decide` refuses by the same rules,
so each is written once, here. Knows nothing of order, retractions and other commitments: that is the fold's.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve as but

from tracker.commitments.conditions import parse
from tracker.commitments.events import (
    Accepted,
    Cancelled,
    ClarityRated,
    ConditionFailed,
    ConditionMet,
    DeadlineMoved,
    DeadlinePassed,
    Ended,
    Fact,
    Fulfilled,
    Manner,
    PositionStated,
    Proposed,
    Reinstated,
    Released,
    Resumed,
    Reworded,
    Superseded,
    Suspended,
    Violated,
    WatchChanged,
    WentQuiet,
    WindowClosed,
    Withdrawn,
)
from tracker.commitments.standing import Position, Standing, State

CLOSED = frozenset({State.EXPIRED, State.RELEASED, State.WITHDRAWN, State.CANCELLED, State.SUPERSEDED})


def propose(fact: Fact) -> Standing | None:
    """The standing that a `Proposed` begins; None for any other event."""
    event = fact.event
    if not isinstance(event, Proposed):
        return None
    return Standing(
        terms=event.terms,
        state=State.PROPOSED,
        since=fact.occurred,
        voice=event.voice,
        told_by=event.by,
        window=event.terms.window,
        because=(fact.id,),
    )


def evolve(standing: Standing, fact: Fact) -> Standing:
    """The standing after `fact`."""
    state = standing.state
    match fact.event:
        case Proposed():
            return standing.ignore(fact, "proposed-once", "it was proposed already")
        case Reworded(terms=terms):
            return but(standing, terms=terms)
        case ClarityRated(unrateable=reason):
            return but(standing, unrateable=reason)
        case WatchChanged(profile=profile):
            return but(standing, watch=profile)
        case PositionStated(party=party, position=words, cites=cites):
            stated = Position(party, words, fact.occurred, cites)
            return but(standing, positions=(*standing.positions, stated))
        case ConditionMet(condition=words):
            return but(standing, said=tuple(sorted({*standing.said, words})))
        case ConditionFailed(condition=words):
            return but(standing, said=tuple(w for w in standing.said if w != words))
        case DeadlineMoved(window=window) if standing.is_live:
            because = (*standing.because, fact.id)
            return but(standing, window=window, because=because, deadline_passed=False, unobserved=False)
        case Accepted(effective=effective) if state is State.PROPOSED:
            return _obliged(standing, fact, effective or fact.occurred.start)
        case Accepted() if standing.is_live:
            return standing.ignore(fact, "accepted-already", "it had been accepted before")
        case Withdrawn() if state is State.PROPOSED:
            return standing.enter(State.WITHDRAWN, fact)
        case Withdrawn() if standing.is_live:
            return standing.ignore(
                fact, "only-proposals", "only a proposal is withdrawn; an accepted one is repudiated"
            )
        case Suspended() if state is State.ACTIVE:
            return standing.enter(State.SUSPENDED, fact, rests_on_condition=False)
        case Resumed() if state is State.SUSPENDED and not standing.rests_on_condition:
            return standing.enter(State.ACTIVE, fact)
        case Fulfilled() as verdict:
            return _fulfilled(standing, fact, verdict)
        case Violated() as verdict:
            return _violated(standing, fact, verdict)
        case Ended(by=by) if not standing.is_achieve and standing.is_live and state is not State.PROPOSED:
            broke_off = bool(set(by) & set(standing.terms.debtor))
            return standing.enter(State.CANCELLED if broke_off else State.FULFILLED, fact, by=by)
        case Released() if standing.is_live:
            return standing.enter(State.RELEASED, fact)
        case Cancelled() if standing.is_live:
            return standing.enter(State.CANCELLED, fact)
        case Superseded() if standing.is_live:
            return standing.enter(State.SUPERSEDED, fact)
        case Reinstated():
            return _reinstated(standing, fact)
        case DeadlinePassed(until=until) | WindowClosed(until=until) if until != standing.window.until:
            return standing.ignore(fact, "window-moved", "the window had been changed")
        case DeadlinePassed() | WindowClosed() if state in (State.PROPOSED, State.CONDITIONAL):
            return standing.enter(State.EXPIRED, fact)
        case DeadlinePassed() if standing.is_live:
            return but(standing, deadline_passed=True)
        case WindowClosed(observed=True) if state is State.ACTIVE and not standing.is_achieve:
            return standing.enter(State.FULFILLED, fact)
        case WindowClosed() if standing.is_live:
            return but(standing, unobserved=True)
        case WentQuiet(since=since) if standing.is_live:
            return but(standing, quiet_since=since)
        case event:
            name = type(event).__name__
            return standing.ignore(
                fact, "not-in-this-state", f"{name} has no effect on a commitment that is {state}"
            )


def _obliged(standing: Standing, fact: Fact, since: datetime) -> Standing:
    """Active, or conditional where there is a condition; the fold then sees whether that one holds."""
    entered = State.CONDITIONAL if standing.terms.condition else State.ACTIVE
    return standing.enter(entered, fact, obliged_from=since)


def _fulfilled(standing: Standing, fact: Fact, verdict: Fulfilled) -> Standing:
    """An achieve by its act, in any live state; the others only by the end of their window."""
    if standing.terms.roll_up:
        return standing.ignore(fact, "parts-decide", "its parts decide; record the verdict on a part")
    until = standing.window.until
    if standing.is_lapsed and standing.remedied is None:
        return but(standing, remedied=fact.occurred, because=(*standing.because, fact.id))
    if standing.state is State.VIOLATED:
        return standing.ignore(fact, "violated-stays", "it had been violated, and no later act mends that")
    if not standing.is_live:
        return standing.ignore(fact, "not-in-this-state", f"it was {standing.state} already")
    if not standing.is_achieve:
        if standing.state is not State.ACTIVE:
            return standing.ignore(
                fact, "not-in-this-state", f"nothing was owed while it was {standing.state}"
            )
        if until is None or fact.occurred.end < until:
            return standing.ignore(fact, "kept-so-far", "it can only be kept so far before its window ends")
    elif until is not None and fact.occurred.end > until:
        if fact.occurred.start < until:
            return standing.ignore(
                fact, "straddles-deadline", "it may be before or after the deadline", waits=True
            )
        if standing.obliged_from is None:
            return standing.ignore(fact, "too-late", "the window had ended before anything was owed")
        return but(
            standing.enter(
                State.VIOLATED, fact, manner=Manner.LAPSE, by=standing.terms.debtor, basis=verdict.basis
            ),
            since=but(fact.occurred, start=until, end=until),
            remedied=fact.occurred,
        )
    return standing.enter(
        State.FULFILLED, fact, extent=verdict.extent, shortfall=verdict.shortfall, basis=verdict.basis
    )


def _violated(standing: Standing, fact: Fact, verdict: Violated) -> Standing:
    """Breach of a maintain or refrain, lapse of an achieve, or repudiation of any."""
    if standing.terms.roll_up:
        return standing.ignore(fact, "parts-decide", "its parts decide; record the verdict on a part")
    if verdict.by and not set(verdict.by) & set(standing.terms.debtor):
        return standing.ignore(fact, "not-a-debtor", f"{', '.join(verdict.by)} owed nothing here")
    if verdict.manner is Manner.BREACH and standing.is_achieve:
        return standing.ignore(
            fact, "achieve-not-breached", "an act to achieve lapses or is repudiated, never breached"
        )
    if verdict.manner is Manner.LAPSE and not standing.is_achieve:
        return standing.ignore(fact, "only-achieve-lapses", "only an act to achieve can lapse")
    if (
        verdict.manner is Manner.BREACH
        and standing.state is State.VIOLATED
        and standing.manner is Manner.BREACH
    ):
        return but(standing, breaches=(*standing.breaches, fact.id))
    if standing.state is State.PROPOSED:
        return standing.ignore(fact, "not-accepted", "nothing had been accepted", waits=True)
    if standing.state is not State.ACTIVE:
        return standing.ignore(fact, "not-in-this-state", f"nothing was owed while it was {standing.state}")
    starts = max(
        t for t in (standing.obliged_from, standing.window.start, fact.occurred.start) if t is not None
    )
    until = standing.window.until
    if verdict.manner is Manner.LAPSE:
        if until is None or fact.occurred.end < until:
            return standing.ignore(fact, "not-due", "its deadline had not passed")
    elif fact.occurred.start < starts:
        if fact.occurred.end > starts:
            return standing.ignore(
                fact, "straddles-start", "it may be before or after the obligation began", waits=True
            )
        return standing.ignore(
            fact, "before-obligation", "it happened before the obligation began", waits=True
        )
    elif until is not None and fact.occurred.end > until:
        if fact.occurred.start < until:
            return standing.ignore(
                fact, "straddles-deadline", "it may be before or after the window's end", waits=True
            )
        return standing.ignore(fact, "after-window", "it happened after the window had ended")
    if verdict.manner is Manner.REPUDIATED and standing.terms.revocable:
        return standing.enter(State.CANCELLED, fact, by=verdict.by)
    breaches = (*standing.breaches, fact.id) if verdict.manner is Manner.BREACH else standing.breaches
    return standing.enter(
        State.VIOLATED,
        fact,
        manner=verdict.manner,
        by=verdict.by or standing.terms.debtor,
        basis=verdict.basis,
        extent=verdict.extent,
        breaches=breaches,
    )


def _reinstated(standing: Standing, fact: Fact) -> Standing:
    """A closed commitment is taken up again; a repudiated one only before its deadline."""
    repudiated = standing.state is State.VIOLATED and standing.manner is Manner.REPUDIATED
    until = standing.window.until
    if repudiated and until is not None and fact.occurred.start >= until:
        return standing.ignore(fact, "too-late", "the deadline had passed")
    if not repudiated and standing.state not in CLOSED:
        return standing.ignore(
            fact, "not-in-this-state", f"a commitment that is {standing.state} is not reinstated"
        )
    entered = _obliged(standing, fact, fact.occurred.start)
    return but(
        entered, episode=standing.episode + 1, manner=None, by=(), basis=None, extent=(0, 0), shortfall=""
    )


def settle(standing: Standing, holds: bool, fact: Fact) -> Standing:
    """The standing once its condition `holds` or not, as of `fact`, which brought that about.

    A `once` condition that held is remembered; a `while` condition moves an achieve between conditional and
    active, and a running maintain or refrain between active and suspended.
    """
    if not standing.terms.condition:
        return standing
    lasting = parse(standing.terms.condition).lasting
    if holds and not lasting and not standing.triggered:
        standing = but(standing, triggered=True)
    owed = holds or (standing.triggered and not lasting)
    match standing.state:
        case State.CONDITIONAL if owed:
            return standing.enter(State.ACTIVE, fact)
        case State.SUSPENDED if owed and standing.rests_on_condition:
            return standing.enter(State.ACTIVE, fact, rests_on_condition=False)
        case State.ACTIVE if not owed and standing.is_achieve:
            return standing.enter(State.CONDITIONAL, fact)
        case State.ACTIVE if not owed:
            return standing.enter(State.SUSPENDED, fact, rests_on_condition=True)
        case _:
            return standing
