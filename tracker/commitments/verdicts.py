"""What a verdict does: the act that fulfils, the breach, the lapse, the repudiation, and what stops each.

A verdict that meets an end or a suspension which it may have preceded waits for a person: nobody knows which
of two overlapping facts came first.
"""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import evolve as but

from tracker.commitments.events import Fact, Fulfilled, Manner, Violated
from tracker.commitments.rules import Inert, Rule
from tracker.commitments.running import UNBEGUN
from tracker.commitments.standing import Standing, State
from tracker.evidence.when import Occurred

# What has no beginning began before everything else.
_EVER = datetime.min.replace(tzinfo=UTC)


def fulfilled(standing: Standing, fact: Fact, verdict: Fulfilled) -> Standing | Inert:
    """An achieve by its act, in any live state; the others only by the end of their window."""
    if standing.terms.roll_up:
        return Inert(fact.id, Rule.PARTS_DECIDE, "its parts decide; record the verdict on a part")
    if standing.is_lapsed and standing.remedied is None:
        return but(standing, remedied=fact.occurred, because=(*standing.because, fact.id))
    if standing.state is State.VIOLATED:
        return Inert(fact.id, Rule.VIOLATED_STAYS, "it had been violated, and no later act mends that")
    if not standing.is_live:
        return ended(standing, fact, contradicts=standing.state is not State.FULFILLED)
    until = standing.window.until
    found = {
        "extent": verdict.extent,
        "shortfall": verdict.shortfall,
        "basis": verdict.basis,
        "findings": verdict.findings,
        "owed_since": None,
    }
    if not standing.is_achieve:
        if standing.state in UNBEGUN:
            return _not_owed(standing, fact)
        if until is None or fact.occurred.end < until:
            return Inert(fact.id, Rule.KEPT_SO_FAR, "it can only be kept so far before its window has ended")
        return standing.enter(State.FULFILLED, fact, **found)
    if until is None or fact.occurred.end <= until:
        return standing.enter(State.FULFILLED, fact, **found)
    if fact.occurred.start < until:
        return Inert(fact.id, Rule.STRADDLES_DEADLINE, "it may be before or after the deadline", waits=True)
    if standing.state in UNBEGUN:
        return Inert(fact.id, Rule.TOO_LATE, "its window had ended before anything was owed")
    since = standing.owed_since
    if since is None or since >= until:
        # It rested over its deadline: late, and nobody's fault.
        return standing.enter(State.FULFILLED, fact, **found)
    late = _lapsed(standing, fact, until, standing.terms.debtor)
    return but(late, remedied=fact.occurred, basis=verdict.basis, findings=verdict.findings)


def violated(standing: Standing, fact: Fact, verdict: Violated) -> Standing | Inert:
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
        return ended(standing, fact, contradicts=True)
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
    by = blamed(verdict, debtors)
    if manner is Manner.REPUDIATED and standing.terms.revocable:
        return standing.enter(State.CANCELLED, fact, by=by, owed_since=None)
    broken = standing.enter(
        State.VIOLATED,
        fact,
        manner=manner,
        by=by,
        basis=verdict.basis,
        extent=verdict.extent if verdict.extent != (0, 0) else standing.extent,
        findings=verdict.findings,
    )
    if manner is Manner.BREACH:
        return but(broken, breaches=1, last_breach=fact.occurred)
    return broken


def blamed(verdict: Violated, debtors: tuple[str, ...]) -> tuple[str, ...]:
    """Whose breach or repudiation it was: of one debtor that is known, of several only where it is said."""
    by = tuple(name for name in verdict.by if name in debtors)
    return by or (debtors if len(debtors) == 1 else ())


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


def _not_owed(standing: Standing, fact: Fact) -> Inert:
    if fact.occurred.start < standing.since.end and standing.state is State.SUSPENDED:
        return _straddles(standing, fact)
    return Inert(fact.id, Rule.NOT_OWED, f"nothing was owed while it was {standing.state}")


def ended(standing: Standing, fact: Fact, *, contradicts: bool = False) -> Inert:
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
