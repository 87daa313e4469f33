"""Which facts count, and in which order: by when they happened, never by when they arrived.

Retractions are resolved first. What cannot be told apart in time is ordered by its type, then by its content;
two that then contradict each other are found here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import pairwise

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
    PositionStated,
    Proposed,
    Reinstated,
    Released,
    Resumed,
    Retracted,
    Reworded,
    Superseded,
    Suspended,
    Violated,
    WatchChanged,
    WentQuiet,
    WindowClosed,
    Withdrawn,
)

CLOCK = (DeadlinePassed, WindowClosed, WentQuiet, HeardAgain)

# Of facts that cannot be told apart in time: words before dates, dates before conditions, those before what
# the parties undertake, then ends before verdicts (so that a breach on the day of a suspension meets the
# suspension and waits for a person), and the clock last.
PRECEDENCE = (
    Proposed,
    Reworded,
    WatchChanged,
    ClarityRated,
    DeadlineMoved,
    PositionStated,
    ConditionMet,
    ConditionFailed,
    Accepted,
    Reinstated,
    Resumed,
    Suspended,
    Ended,
    Released,
    Cancelled,
    Superseded,
    Withdrawn,
    Fulfilled,
    Violated,
    *CLOCK,
)
_RANK = {kind: rank for rank, kind in enumerate(PRECEDENCE)}

# What must agree where two facts of one type and one occurrence are recorded: the rest is comment. Types
# that are missing may happen twice at once (two launches on one day, two parties' positions).
_CONTENT: dict[type, Callable[..., object]] = {
    Reworded: lambda event: event.terms,
    WatchChanged: lambda event: event.profile,
    ClarityRated: lambda event: event.unrateable,
    DeadlineMoved: lambda event: event.window,
    Accepted: lambda event: event.effective,
    Fulfilled: lambda event: event.extent,
    Superseded: lambda event: event.superseded_by,
    Ended: lambda event: frozenset(event.by),
}


def effective(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that are not retracted, without the retractions, in their order of valid time."""
    told = list(facts)
    gone = taken_back(told)
    kept = [fact for fact in told if fact.id not in gone and not isinstance(fact.event, Retracted)]
    kept.sort(key=_order)
    start = 0
    while start < len(kept):
        end = start + 1
        while end < len(kept) and _is_tied(kept[start], kept[end]):
            end += 1
        if end - start > 1:
            # Only what ties is compared by content: to write out every fact took longer than all the rest.
            kept[start:end] = sorted(kept[start:end], key=_canonical)
        start = end
    return kept


def taken_back(facts: Sequence[Fact]) -> set[str]:
    """The ids of what is retracted. Newest first, so that a retracted retraction takes nothing back."""
    gone: set[str] = set()
    retractions = [fact for fact in facts if isinstance(fact.event, Retracted)]
    for fact in sorted(retractions, key=lambda fact: fact.position, reverse=True):
        if isinstance(fact.event, Retracted) and fact.id not in gone:
            gone.add(fact.event.event)
    if gone:
        gone.discard(min(facts, key=lambda fact: fact.position).id)  # the first event of a stream stays
    return gone


def _is_tied(one: Fact, other: Fact) -> bool:
    return one.occurred.end == other.occurred.end and _order(one) == _order(other)


def _order(fact: Fact) -> tuple[datetime, datetime, int]:
    return (fact.occurred.end, fact.occurred.start, _RANK.get(type(fact.event), len(_RANK)))


def _canonical(fact: Fact) -> tuple[str, str]:
    return (repr(fact.event), fact.id)


def conflicts(ordered: Sequence[Fact]) -> set[str]:
    """Ids of facts of one type and one occurrence that say different things; `ordered` as they are folded."""
    found: set[str] = set()
    for one, other in pairwise(ordered):
        content = _CONTENT.get(type(one.event))
        if content is not None and _is_tied(one, other) and content(one.event) != content(other.event):
            found.update(fact.id for fact in ordered if _order(fact) == _order(one))
    return found
