"""Whether and from when on something is owed: acceptance, condition and decisions to suspend, together."""

from __future__ import annotations

from attrs import evolve as but

from tracker.commitments.conditions import read
from tracker.commitments.events import Fact
from tracker.commitments.standing import Standing, State

UNBEGUN = frozenset({State.PROPOSED, State.CONDITIONAL})
_OBLIGED = frozenset({State.CONDITIONAL, State.ACTIVE, State.SUSPENDED})


def run(standing: Standing, fact: Fact) -> Standing:
    """Enter the state of an accepted commitment that neither ended nor was decided: on hold, owed or not.

    Without its condition an achieve goes back to conditional; a maintain or refrain that once ran rests.
    """
    if standing.on_hold:
        state = State.SUSPENDED
    elif standing.holds_since is not None or not standing.terms.condition:
        state = State.ACTIVE
    elif standing.state in UNBEGUN or standing.is_achieve:
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
    elif not holds and must_last(standing):
        standing = but(standing, holds_since=None)
    return run(standing, fact) if standing.state in _OBLIGED else standing


def must_last(standing: Standing) -> bool:
    """Whether it has a condition that must keep holding, a `while`."""
    condition = read(standing.terms.condition)
    return condition is not None and condition.lasting
