"""What one fact does to a standing: another standing, or nothing and the rule that stopped it.

Total: it never raises, whatever the fact and whatever the state. `decide` refuses by what is inert here, so
each rule is written once. Knows nothing of order, retractions and other commitments: that is the fold's.
"""

from __future__ import annotations

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
    HeardAgain,
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
from tracker.commitments.running import UNBEGUN, must_last, run
from tracker.commitments.standing import CLOSED, Standing, State
from tracker.commitments.terms import Terms, Voice
from tracker.commitments.verdicts import ended, fulfilled, violated
from tracker.errors import did_you_mean


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
            return fulfilled(standing, fact, verdict)
        case Violated() as verdict:
            return violated(standing, fact, verdict)
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
        case DeadlinePassed() | WindowClosed() | WentQuiet() | HeardAgain() if not standing.is_live:
            return Inert(fact.id, Rule.OVERTAKEN, f"it was {state} already")
        case _ if not standing.is_live:
            return ended(standing, fact)
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
            return _talksended(standing, fact, end)
        case Released(by=by) if by and standing.terms.creditor and by not in standing.terms.creditor:
            return Inert(fact.id, Rule.NOT_A_CREDITOR, f"{by} is owed nothing here and cannot waive it")
        case Released():
            return standing.enter(State.RELEASED, fact, owed_since=None)
        case Cancelled():
            return standing.enter(State.CANCELLED, fact, owed_since=None)
        case Superseded(superseded_by=heir):
            return standing.enter(State.SUPERSEDED, fact, owed_since=None, superseded_by=heir)
        case DeadlinePassed() | WindowClosed() if state in UNBEGUN:
            return standing.enter(State.EXPIRED, fact, deadline_passed=True)
        case DeadlinePassed():
            return but(standing, deadline_passed=True)
        case WindowClosed(observed=True) if state is State.ACTIVE and not standing.is_achieve:
            return standing.enter(State.FULFILLED, fact, owed_since=None)
        case WindowClosed():
            return but(standing, unobserved=True)
        case WentQuiet(since=since):
            return but(standing, quiet_since=since)
        case HeardAgain() if standing.quiet_since is None:
            return Inert(fact.id, Rule.OVERTAKEN, "it had not gone quiet")
        case HeardAgain():
            return but(standing, quiet_since=None)
        case event:
            return Inert(fact.id, Rule.NO_SUCH_EFFECT, f"{type(event).__name__} does nothing to a commitment")


def _accepted(standing: Standing, fact: Fact, acceptance: Accepted) -> Standing | Inert:
    # The debtor takes on what is asked of it; what the debtor offers itself, the creditor may take up too.
    takers = {"", *standing.terms.debtor, *(standing.terms.creditor if standing.voice is Voice.OWN else ())}
    if acceptance.by not in takers:
        return Inert(fact.id, Rule.NOT_A_DEBTOR, f"it is not for {acceptance.by} to accept it")
    if standing.state is State.PROPOSED:
        return run(but(standing, obliged_from=acceptance.effective or fact.occurred.start), fact)
    if standing.is_live:
        return Inert(fact.id, Rule.ACCEPTED_ALREADY, "it had been accepted before")
    return ended(standing, fact)


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


def _talksended(standing: Standing, fact: Fact, end: Ended) -> Standing | Inert:
    """What a `while` hung on is over for good: the debtor who ended it is let off, anybody else kept it."""
    if standing.is_achieve or not must_last(standing):
        return Inert(fact.id, Rule.NOTHING_TO_END, "only a maintain or refrain with a 'while' can end so")
    if not end.by:
        return Inert(fact.id, Rule.WHO_ENDED, "who ended it decides what becomes of it", waits=True)
    if standing.state in UNBEGUN:
        return standing.enter(State.EXPIRED, fact, by=end.by)
    broke_off = bool(set(end.by) & set(standing.terms.debtor))
    ended = State.CANCELLED if broke_off else State.FULFILLED
    return standing.enter(ended, fact, by=end.by, owed_since=None)


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
