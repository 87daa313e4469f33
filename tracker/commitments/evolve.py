"""What one fact does to a standing: another standing, or nothing and the rule that stopped it.

Total: it never raises, whatever the fact and whatever the state. `decide` refuses by what is inert here, so
each rule is written once. Knows nothing of order, retractions and other commitments: that is the fold's.
"""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import evolve as but

from tracker.commitments.conditions import read
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
from tracker.commitments.rules import Inert, Rule
from tracker.commitments.standing import CLOSED, Standing, State
from tracker.commitments.terms import Terms, Voice
from tracker.errors import did_you_mean
from tracker.evidence.when import Occurred

# What has no beginning began before everything else.
_EVER = datetime.min.replace(tzinfo=UTC)
_UNBEGUN = frozenset({State.PROPOSED, State.CONDITIONAL})
_OBLIGED = frozenset({State.CONDITIONAL, State.ACTIVE, State.SUSPENDED})


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


def evolve(standing: Standing, fact: Fact) -> Standing | Inert:
    """The standing after `fact`, or why it has no effect."""
    state = standing.state
    match fact.event:
        case Fulfilled() as verdict:
            return _fulfilled(standing, fact, verdict)
        case Violated() as verdict:
            return _violated(standing, fact, verdict)
        case PositionStated():
            return standing  # kept beside it, never decides
        case Accepted() as acceptance:
            return _accepted(standing, fact, acceptance)
        case ConditionMet(condition=words) | ConditionFailed(condition=words):
            return _condition_turned(standing, fact, words)
        case Reworded(terms=terms):
            return _reworded(standing, fact, terms)
        case ClarityRated(unrateable=reason):
            return but(standing, unrateable=reason)
        case WatchChanged(profile=profile):
            return but(standing, watch=profile)
        case Proposed():
            return Inert(fact.id, Rule.PROPOSED_ONCE, "it was proposed already")
        case Reinstated():
            return _reinstated(standing, fact)
        case DeadlinePassed(until=until) | WindowClosed(until=until) if until != standing.window.until:
            return Inert(fact.id, Rule.WINDOW_MOVED, "its window had been changed")
        case DeadlinePassed() | WindowClosed() | WentQuiet() if not standing.is_live:
            return Inert(fact.id, Rule.OVERTAKEN, f"it was {state} already")
        case _ if not standing.is_live:
            return _ended(standing, fact)
        case DeadlineMoved(window=window):
            because = (*standing.because, fact.id)
            return but(standing, window=window, because=because, deadline_passed=False, unobserved=False)
        case Withdrawn() if state is State.PROPOSED:
            return standing.enter(State.WITHDRAWN, fact)
        case Withdrawn():
            return Inert(
                fact.id, Rule.ONLY_PROPOSALS, "only a proposal is withdrawn; what was accepted is repudiated"
            )
        case Suspended() if state in (State.ACTIVE, State.SUSPENDED):
            return standing.enter(State.SUSPENDED, fact, on_hold=True, owed_since=None)
        case Suspended():
            return Inert(fact.id, Rule.NOT_RUNNING, f"nothing ran that could rest while it was {state}")
        case Resumed() if standing.on_hold:
            return run(but(standing, on_hold=False), fact)
        case Resumed():
            return Inert(fact.id, Rule.NOT_ON_HOLD, "no recorded suspension was in force")
        case Ended() as end:
            return _talks_ended(standing, fact, end)
        case Released(by=by) if by and standing.terms.creditor and by not in standing.terms.creditor:
            return Inert(fact.id, Rule.NOT_A_CREDITOR, f"{by} is owed nothing here and cannot waive it")
        case Released():
            return standing.enter(State.RELEASED, fact, owed_since=None)
        case Cancelled():
            return standing.enter(State.CANCELLED, fact, owed_since=None)
        case Superseded(superseded_by=heir):
            return standing.enter(State.SUPERSEDED, fact, owed_since=None, superseded_by=heir)
        case DeadlinePassed() | WindowClosed() if state in _UNBEGUN:
            return standing.enter(State.EXPIRED, fact, deadline_passed=True)
        case DeadlinePassed():
            return but(standing, deadline_passed=True)
        case WindowClosed(observed=True) if state is State.ACTIVE and not standing.is_achieve:
            return standing.enter(State.FULFILLED, fact, owed_since=None)
        case WindowClosed():
            return but(standing, unobserved=True)
        case WentQuiet(since=since):
            return but(standing, quiet_since=since)
        case event:
            return Inert(fact.id, Rule.NO_SUCH_EFFECT, f"{type(event).__name__} does nothing to a commitment")


# Whether and when something is owed


def run(standing: Standing, fact: Fact) -> Standing:
    """Enter the state of an accepted commitment that neither ended nor was decided: on hold, owed or not.

    Without its condition an achieve goes back to conditional; a maintain or refrain that once ran rests.
    """
    if standing.on_hold:
        state = State.SUSPENDED
    elif standing.holds_since is not None or not standing.terms.condition:
        state = State.ACTIVE
    elif standing.state in _UNBEGUN or standing.is_achieve:
        state = State.CONDITIONAL
    else:
        state = State.SUSPENDED
    if state is standing.state:
        return standing
    owed_since = None
    if state is State.ACTIVE:
        # Taken up again, it is owed from that day on; begun, from when both acceptance and condition held.
        again = fact.occurred.start if standing.state is State.SUSPENDED else None
        owed_since = max(t for t in (standing.obliged_from, standing.holds_since, again) if t is not None)
    return standing.enter(state, fact, owed_since=owed_since)


def settle(standing: Standing, holds: bool, fact: Fact) -> Standing:
    """The standing once its condition `holds` or not, as of `fact`, which brought that about.

    A `once` condition that held, holds for good. Before acceptance it is only taken down.
    """
    if standing.holds_since is None:
        if holds and standing.terms.condition:
            standing = but(standing, holds_since=fact.occurred.start)
    elif not holds and _must_last(standing):
        standing = but(standing, holds_since=None)
    return run(standing, fact) if standing.state in _OBLIGED else standing


def _must_last(standing: Standing) -> bool:
    condition = read(standing.terms.condition)
    return condition is not None and condition.lasting


def _accepted(standing: Standing, fact: Fact, acceptance: Accepted) -> Standing | Inert:
    # The debtor takes on what is asked of it; what the debtor offers itself, the creditor may take up too.
    takers = {"", *standing.terms.debtor, *(standing.terms.creditor if standing.voice is Voice.OWN else ())}
    if acceptance.by not in takers:
        return Inert(fact.id, Rule.NOT_A_DEBTOR, f"it is not for {acceptance.by} to accept it")
    if standing.state is State.PROPOSED:
        return run(but(standing, obliged_from=acceptance.effective or fact.occurred.start), fact)
    if standing.is_live:
        return Inert(fact.id, Rule.ACCEPTED_ALREADY, "it had been accepted before")
    return _ended(standing, fact)


def _condition_turned(standing: Standing, fact: Fact, words: str) -> Standing | Inert:
    condition = read(standing.terms.condition)
    known = condition.said() if condition else ()
    if words not in known:
        near = did_you_mean(words, known)
        return Inert(fact.id, Rule.NOT_A_CONDITION, f"its condition does not say {words!r}{near}")
    others = {word for word in standing.said if word != words}
    met = {words} if isinstance(fact.event, ConditionMet) else set()
    return but(standing, said=tuple(sorted(others | met)))


def _reworded(standing: Standing, fact: Fact, terms: Terms) -> Standing | Inert:
    if (terms.id, terms.kind) != (standing.terms.id, standing.terms.kind):
        return Inert(
            fact.id,
            Rule.ANOTHER_COMMITMENT,
            "another id or kind is another commitment, which supersedes this one",
        )
    if terms.condition != standing.terms.condition:
        return but(standing, terms=terms, holds_since=None)
    return but(standing, terms=terms)


def _talks_ended(standing: Standing, fact: Fact, end: Ended) -> Standing | Inert:
    """What a `while` hung on is over for good: the debtor who ended it is let off, anybody else kept it."""
    if standing.is_achieve or not _must_last(standing):
        return Inert(fact.id, Rule.NOTHING_TO_END, "only a maintain or refrain with a 'while' can end so")
    if not end.by:
        return Inert(fact.id, Rule.WHO_ENDED, "who ended it decides what becomes of it", waits=True)
    if standing.state in _UNBEGUN:
        return standing.enter(State.EXPIRED, fact, by=end.by)
    broke_off = bool(set(end.by) & set(standing.terms.debtor))
    ended = State.CANCELLED if broke_off else State.FULFILLED
    return standing.enter(ended, fact, by=end.by, owed_since=None)


# Verdicts


def _fulfilled(standing: Standing, fact: Fact, verdict: Fulfilled) -> Standing | Inert:
    """An achieve by its act, in any live state; the others only by the end of their window."""
    if standing.terms.roll_up:
        return Inert(fact.id, Rule.PARTS_DECIDE, "its parts decide; record the verdict on a part")
    if standing.is_lapsed and standing.remedied is None:
        return but(standing, remedied=fact.occurred, because=(*standing.because, fact.id))
    if standing.state is State.VIOLATED:
        return Inert(fact.id, Rule.VIOLATED_STAYS, "it had been violated, and no later act mends that")
    if not standing.is_live:
        return _ended(standing, fact, contradicts=standing.state is not State.FULFILLED)
    until = standing.window.until
    found = {
        "extent": verdict.extent,
        "shortfall": verdict.shortfall,
        "basis": verdict.basis,
        "findings": verdict.findings,
        "owed_since": None,
    }
    if not standing.is_achieve:
        if standing.state in _UNBEGUN:
            return _not_owed(standing, fact)
        if until is None or fact.occurred.end < until:
            return Inert(fact.id, Rule.KEPT_SO_FAR, "it can only be kept so far before its window has ended")
        return standing.enter(State.FULFILLED, fact, **found)
    if until is None or fact.occurred.end <= until:
        return standing.enter(State.FULFILLED, fact, **found)
    if fact.occurred.start < until:
        return Inert(fact.id, Rule.STRADDLES_DEADLINE, "it may be before or after the deadline", waits=True)
    if standing.state in _UNBEGUN:
        return Inert(fact.id, Rule.TOO_LATE, "its window had ended before anything was owed")
    since = standing.owed_since
    if since is None or since >= until:
        # It rested over its deadline: late, and nobody's fault.
        return standing.enter(State.FULFILLED, fact, **found)
    late = _lapsed(standing, fact, until, standing.terms.debtor)
    return but(late, remedied=fact.occurred, basis=verdict.basis, findings=verdict.findings)


def _violated(standing: Standing, fact: Fact, verdict: Violated) -> Standing | Inert:
    """Breach of a maintain or refrain, lapse of an achieve, or repudiation of any."""
    manner, debtors = verdict.manner, standing.terms.debtor
    by = tuple(name for name in verdict.by if name in debtors)
    if verdict.by and not by:
        return Inert(fact.id, Rule.NOT_A_DEBTOR, f"{', '.join(verdict.by)} owed nothing here")
    if standing.terms.roll_up and manner is Manner.BREACH:
        return Inert(fact.id, Rule.PARTS_DECIDE, "its parts decide; record the verdict on a part")
    if manner is Manner.BREACH and standing.is_achieve:
        return Inert(
            fact.id, Rule.ACHIEVE_NOT_BREACHED, "an act to achieve lapses or is repudiated, never breached"
        )
    if manner is Manner.LAPSE and not standing.is_achieve:
        return Inert(fact.id, Rule.ONLY_ACHIEVE_LAPSES, "only an act to achieve can lapse")
    if standing.state is State.VIOLATED:
        if manner is Manner.BREACH and standing.manner is Manner.BREACH:
            return _outside(standing, fact) or _breached_again(standing, fact, by)
        return Inert(fact.id, Rule.ENDED_ALREADY, "it was violated already")
    if standing.state is State.PROPOSED:
        return Inert(fact.id, Rule.NOT_ACCEPTED, "nothing had been accepted", waits=True)
    if not standing.is_live:
        return _ended(standing, fact, contradicts=True)
    if standing.state is not State.ACTIVE:
        return _not_owed(standing, fact)
    until = standing.window.until
    if manner is Manner.LAPSE:
        if until is None or fact.occurred.end < until:
            return Inert(fact.id, Rule.NOT_DUE, "its deadline had not passed")
        lapsed = _lapsed(standing, fact, until, by or debtors)
        extent = verdict.extent if verdict.extent != (0, 0) else standing.extent
        return but(lapsed, basis=verdict.basis, extent=extent, findings=verdict.findings)
    if inert := _outside(standing, fact):
        return inert
    # Of one debtor it is known who did it; of several only where it is said.
    by = by or (debtors if len(debtors) == 1 else ())
    if manner is Manner.REPUDIATED and standing.terms.revocable:
        return standing.enter(State.CANCELLED, fact, by=by, owed_since=None)
    violated = standing.enter(
        State.VIOLATED,
        fact,
        manner=manner,
        by=by,
        basis=verdict.basis,
        extent=verdict.extent if verdict.extent != (0, 0) else standing.extent,
        findings=verdict.findings,
    )
    if manner is Manner.BREACH:
        return but(violated, breaches=1, last_breach=fact.occurred)
    return violated


def _breached_again(standing: Standing, fact: Fact, by: tuple[str, ...]) -> Standing:
    """Counted and blamed; the violation stands since the first breach."""
    blamed = standing.by if set(by) <= set(standing.by) else (*standing.by, *by)
    return but(
        standing,
        breaches=standing.breaches + 1,
        last_breach=fact.occurred,
        by=tuple(dict.fromkeys(blamed)),
    )


def _lapsed(standing: Standing, fact: Fact, until: datetime, by: tuple[str, ...]) -> Standing:
    """Violated since the deadline, whenever somebody judged that."""
    since = Occurred.at(until, fact.occurred.zone)
    return but(standing.enter(State.VIOLATED, fact, manner=Manner.LAPSE, by=by, owed_since=None), since=since)


def _outside(standing: Standing, fact: Fact) -> Inert | None:
    """Why an act is outside the time in which something was owed, or None where it is inside."""
    begun = max(t for t in (standing.owed_since, standing.window.start, _EVER) if t is not None)
    until = standing.window.until
    if fact.occurred.start < begun:
        if fact.occurred.end > begun:
            return Inert(
                fact.id, Rule.STRADDLES_START, "it may be before or after the obligation began", waits=True
            )
        return Inert(fact.id, Rule.BEFORE_OBLIGATION, "it happened before the obligation began", waits=True)
    if until is not None and fact.occurred.end > until:
        if fact.occurred.start < until:
            return Inert(
                fact.id,
                Rule.STRADDLES_DEADLINE,
                "it may be before or after the end of its window",
                waits=True,
            )
        return Inert(fact.id, Rule.AFTER_WINDOW, "it happened after its window had ended")
    return None


# Ends and new beginnings


def _not_owed(standing: Standing, fact: Fact) -> Inert:
    if fact.occurred.start < standing.since.end and standing.state is State.SUSPENDED:
        return _straddles(standing, fact)
    return Inert(fact.id, Rule.NOT_OWED, f"nothing was owed while it was {standing.state}")


def _ended(standing: Standing, fact: Fact, *, contradicts: bool = False) -> Inert:
    """A fact met an end. Which of two came first is not known where their intervals overlap."""
    if contradicts and fact.occurred.start < standing.since.end:
        return _straddles(standing, fact)
    return Inert(fact.id, Rule.ENDED_ALREADY, f"it was {standing.state} already")


def _straddles(standing: Standing, fact: Fact) -> Inert:
    return Inert(
        fact.id,
        Rule.STRADDLES_CHANGE,
        f"it may be before or after it was {standing.state} ({standing.since})",
        waits=True,
    )


def _reinstated(standing: Standing, fact: Fact) -> Standing | Inert:
    """A closed commitment is taken up again; a repudiated one only before its deadline."""
    until = standing.window.until
    if standing.state is State.VIOLATED and standing.manner is Manner.REPUDIATED:
        if until is not None and fact.occurred.start >= until:
            return Inert(fact.id, Rule.TOO_LATE, "its deadline had passed")
    elif standing.state is State.VIOLATED:
        return Inert(fact.id, Rule.VIOLATED_STAYS, "only what was repudiated can be taken back")
    elif standing.state not in CLOSED:
        return Inert(fact.id, Rule.NOT_CLOSED, f"a commitment that is {standing.state} is not taken up again")
    anew = but(
        standing,
        state=State.PROPOSED,
        since=fact.occurred,
        because=(fact.id,),
        episode=standing.episode + 1,
        on_hold=False,
        manner=None,
        by=(),
        basis=None,
        extent=(0, 0),
        shortfall="",
        superseded_by="",
        findings=(),
    )
    # What was never accepted is a proposal again.
    return anew if standing.obliged_from is None else run(but(anew, obliged_from=fact.occurred.start), fact)
