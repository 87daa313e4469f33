"""What would move a commitment on from where it stands, in words: the other half of every explanation.

Reads a standing and how others stand; says nothing of how likely any of it is.
"""

from __future__ import annotations

from tracker.commitments.conditions import Said, Stands, read
from tracker.commitments.events import Manner
from tracker.commitments.fold import Look, stands
from tracker.commitments.standing import CLOSED, Standing, State


def would_change(standing: Standing, look: Look) -> tuple[str, ...]:
    """The facts that would change it, each in a few words; `look` says how another commitment stands."""
    ways: list[str]
    match standing.state:
        case State.PROPOSED:
            ways = ["its acceptance by the debtor", "its withdrawal"]
            if standing.is_achieve and not standing.terms.roll_up:
                ways.append("the act itself")
        case State.CONDITIONAL:
            ways = _missing(standing, look)
        case State.ACTIVE:
            ways = _from_active(standing)
        case State.SUSPENDED if standing.on_hold:
            ways = ["its resumption"]
        case State.SUSPENDED:
            ways = _missing(standing, look)
        case State.FULFILLED:
            ways = ["a retraction of the verdict"]
            if not standing.is_achieve:
                ways.append("a breach from before its end that comes to light")
        case State.VIOLATED:
            ways = ["a retraction of the verdict"]
            if standing.is_lapsed and standing.remedied is None:
                ways.append("the late act, which would be marked as a remedy")
            if standing.manner is Manner.REPUDIATED:
                ways.append("the debtor taking that back before the deadline")
        case _:
            ways = ["its reinstatement"]
    if standing.terms.roll_up and standing.state not in CLOSED:
        ways.append("its parts")
    if standing.unrateable and standing.is_live:
        ways.append("words that can be judged")
    return tuple(ways)


def _from_active(standing: Standing) -> list[str]:
    until, roll_up = standing.window.until, standing.terms.roll_up
    if standing.is_achieve:
        ways = [] if roll_up else ["enough independent reports of the act"]
        if until is not None:
            ways.append("a judgement that the deadline passed without the act")
    else:
        ways = [] if roll_up else ["enough independent reports of a breach"]
        ways.append("the end of its window" if until is not None else "the end of what it hangs on")
    revocable = "which the terms allow" if standing.terms.revocable else "which would violate it"
    ways.append(f"the debtor saying that it no longer will, {revocable}")
    return ways


def _missing(standing: Standing, look: Look) -> list[str]:
    """The terms of its condition that do not hold, and how the commitments they name stand instead."""
    condition = read(standing.terms.condition)
    if condition is None:
        return ["a condition that can be read"]
    ways = []
    for term in condition.leaves():
        match term:
            case Said(text) if text not in standing.said:
                ways.append(f"“{text}” coming to hold")
            case Stands(name, word) if not stands(other := look(name), word):
                now = f"it is {other.state}" if other is not None else "it does not exist yet"
                ways.append(f"{name} becoming {word} ({now})")
    return ways
