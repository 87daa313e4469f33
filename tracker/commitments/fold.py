"""From recorded facts to where a commitment stood at any moment: the fold.

Retractions are resolved first, newest first, and count from when they were recorded. What is left is sorted
by when it happened, never by when it arrived, so shuffling the arrival of the same facts changes nothing,
and what counts at a moment is a prefix: the facts whose occurrence had ended by then. What other commitments
do to a condition or to a whole of parts is merged in from their own timelines, never stored.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from attrs import evolve as but
from attrs import frozen

from tracker.commitments.conditions import parse
from tracker.commitments.events import (
    Accepted,
    ClarityRated,
    ConditionFailed,
    ConditionMet,
    DeadlineMoved,
    DeadlinePassed,
    Event,
    Fact,
    PositionStated,
    Proposed,
    Reinstated,
    Resumed,
    Retracted,
    Reworded,
    Superseded,
    Violated,
    WatchChanged,
    WentQuiet,
    WindowClosed,
)
from tracker.commitments.evolve import evolve, propose, settle
from tracker.commitments.standing import Inert, Standing, State
from tracker.evidence.grade import Basis
from tracker.evidence.when import Occurred

# Facts that end at the same moment: words before dates, dates before conditions, conditions before what the
# parties undertake, that before verdicts, and the clock last.
_FIRST = (
    Proposed,
    Reworded,
    WatchChanged,
    ClarityRated,
    DeadlineMoved,
    PositionStated,
    ConditionMet,
    ConditionFailed,
)
_EARLY = (Accepted, Reinstated, Resumed)
CLOCK = (DeadlinePassed, WindowClosed, WentQuiet)
_CONFLICTING = (DeadlineMoved, Reworded, Superseded)
_STRENGTH = (Basis.STATED, Basis.REPORTED, Basis.CORROBORATED, Basis.VERIFIED)


@frozen
class Change:
    """From `at` (UTC) on, the commitment stood so; `fact` brought it about, or None where its parts did."""

    at: datetime
    standing: Standing


@frozen
class Timeline:
    """Where one commitment stood, in order of valid time. Empty before it was proposed."""

    changes: tuple[Change, ...] = ()

    def at(self, moment: datetime) -> Standing | None:
        """The standing at `moment`, or None where it did not exist yet."""
        index = bisect_right(self.changes, moment, key=lambda change: change.at)
        return self.changes[index - 1].standing if index else None

    @property
    def last(self) -> Standing | None:
        """The standing after all facts."""
        return self.changes[-1].standing if self.changes else None


def effective(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that are not retracted, without the retractions, in their order of valid time."""
    known = sorted(facts, key=lambda fact: fact.position)
    gone: set[str] = set()
    for fact in reversed(known):
        if isinstance(fact.event, Retracted) and fact.id not in gone:
            gone.add(fact.event.event)
    if known:
        gone.discard(known[0].id)  # the first event of a stream cannot be retracted
    kept = [fact for fact in known if fact.id not in gone and not isinstance(fact.event, Retracted)]
    return sorted(kept, key=_order)


def _order(fact: Fact) -> tuple[datetime, datetime, int, str, str]:
    event = fact.event
    if isinstance(event, _FIRST):
        rank = _FIRST.index(type(event))
    elif isinstance(event, _EARLY):
        rank = len(_FIRST)
    elif isinstance(event, CLOCK):
        rank = len(_FIRST) + 2
    else:
        rank = len(_FIRST) + 1
    return (fact.occurred.end, fact.occurred.start, rank, type(event).__name__, repr(event))


def timeline(
    facts: Iterable[Fact], upstream: Mapping[str, Timeline] | None = None, parts: Sequence[str] = ()
) -> Timeline:
    """Fold the facts of one commitment, recorded by the moment of knowledge one asks about.

    `upstream` holds the timelines of what its condition and its parts name; one that is missing is treated
    as never having begun. `parts` are the ids of its parts, where it rolls up.
    """
    upstream = upstream or {}
    ordered = effective(facts)
    start = next((i for i, fact in enumerate(ordered) if isinstance(fact.event, Proposed)), None)
    if start is None:
        return Timeline()
    begun = propose(ordered[start])
    assert begun is not None
    early = ordered[:start]
    conflicts = _conflicts(ordered)
    own = begun
    for fact in early:
        own = own.ignore(
            fact, "before-proposed", "it happened before the commitment was proposed", waits=True
        )
    by_id = {fact.id: fact for fact in ordered}
    moments: dict[datetime, list[Fact]] = defaultdict(list)
    for fact in ordered[start:]:
        moments[fact.occurred.end].append(fact)
    begins = ordered[start].occurred.end
    for name in {*_upstream_of(ordered), *parts}:
        for change in upstream.get(name, Timeline()).changes:
            if change.at >= begins:
                moments.setdefault(change.at, [])

    changes: list[Change] = []
    for at in sorted(moments):
        cause = _cause(at, own, upstream)
        for fact in moments[at]:
            if fact.id == ordered[start].id:
                continue
            if fact.id in conflicts:
                own = own.ignore(fact, "conflict", "another fact of the same day says otherwise", waits=True)
                continue
            own = evolve(own, fact)
            own = settle(own, _holds(own, upstream, at), fact)
            if isinstance(fact.event, Accepted):
                own = _reconsider(own, by_id)
        own = settle(own, _holds(own, upstream, at), cause)
        shown = _with_parts(own, [s for p in parts if (s := upstream.get(p, Timeline()).at(at))], len(parts))
        if not changes or changes[-1].standing != shown:
            changes.append(Change(at, shown))
    return Timeline(tuple(changes))


def _conflicts(facts: Sequence[Fact]) -> set[str]:
    """Ids of facts of one type and one occurrence that say different things."""
    same: dict[tuple[type, Occurred], list[Fact]] = defaultdict(list)
    for fact in facts:
        if isinstance(fact.event, _CONFLICTING):
            same[type(fact.event), fact.occurred].append(fact)
    return {f.id for group in same.values() if len({repr(f.event) for f in group}) > 1 for f in group}


def _reconsider(standing: Standing, by_id: Mapping[str, Fact]) -> Standing:
    """An acceptance with effect for the past makes breaches of that time count."""
    owed_from = standing.obliged_from
    for inert in standing.inert:
        fact = by_id.get(inert.fact)
        if (
            inert.rule != "not-accepted"
            or fact is None
            or owed_from is None
            or fact.occurred.end <= owed_from
        ):
            continue
        if isinstance(fact.event, Violated):
            standing = evolve(but(standing, inert=tuple(i for i in standing.inert if i != inert)), fact)
    return standing


def _upstream_of(facts: Iterable[Fact]) -> set[str]:
    names: set[str] = set()
    for fact in facts:
        if isinstance(fact.event, Proposed | Reworded) and fact.event.terms.condition:
            names.update(parse(fact.event.terms.condition).upstream())
    return names


def _holds(standing: Standing, upstream: Mapping[str, Timeline], at: datetime) -> bool:
    if not standing.terms.condition:
        return True

    def stands(name: str, word: str) -> bool:
        other = upstream.get(name, Timeline()).at(at)
        return other is not None and word in (other.state, other.status)

    return parse(standing.terms.condition).holds(frozenset(standing.said), stands)


def _cause(at: datetime, own: Standing, upstream: Mapping[str, Timeline]) -> Fact:
    """Stands for "what others did at this moment" where a condition turns without a fact of our own."""
    ids = [
        fact
        for name in (parse(own.terms.condition).upstream() if own.terms.condition else ())
        for change in upstream.get(name, Timeline()).changes
        if change.at == at
        for fact in change.standing.because
    ]
    return Fact(ids[0] if ids else "", "", 0, 0, Event(), Occurred.at(at, own.terms.zone), at)


def _with_parts(own: Standing, parts: Sequence[Standing], whole: int) -> Standing:
    """The whole as its parts have it: fulfilled with all of them, violated with any."""
    if not own.terms.roll_up or not whole or not own.is_live:
        return own
    done = [part for part in parts if part.state is State.FULFILLED]
    broken = [part for part in parts if part.state is State.VIOLATED]
    extent = (len(done), whole)
    deciding = broken or (done if len(done) == whole else [])
    if not deciding:
        return but(own, extent=extent)
    latest = max(deciding, key=lambda part: (part.since.end, part.since.start))
    return but(
        own,
        state=State.VIOLATED if broken else State.FULFILLED,
        since=latest.since,
        extent=extent,
        manner=latest.manner,
        by=tuple(dict.fromkeys(name for part in broken for name in part.by)),
        basis=min((part.basis or Basis.STATED for part in deciding), key=_STRENGTH.index),
        shortfall="; ".join(dict.fromkeys(part.shortfall for part in deciding if part.shortfall)),
        because=tuple(dict.fromkeys(fact for part in deciding for fact in part.because)),
    )


def upstream_of(facts: Iterable[Fact]) -> set[str]:
    """The ids of the commitments that the conditions in these facts hang on."""
    return _upstream_of(facts)


def fold_all(streams: Mapping[str, Sequence[Fact]]) -> dict[str, Timeline]:
    """The timelines of many commitments at once, each after what it hangs on.

    A commitment that waits for itself by way of others never sees that condition hold.
    """
    parts: dict[str, list[str]] = defaultdict(list)
    needs: dict[str, set[str]] = {}
    for name, facts in streams.items():
        needs[name] = _upstream_of(facts)
        if whole := _part_of(facts):
            parts[whole].append(name)
    done: dict[str, Timeline] = {}
    under_way: set[str] = set()

    def fold(name: str) -> None:
        if name in done or name in under_way or name not in streams:
            return
        under_way.add(name)
        ours = sorted(parts[name])
        for other in sorted({*needs[name], *ours}):
            fold(other)
        done[name] = timeline(streams[name], done, ours)

    for name in sorted(streams):
        fold(name)
    return done


def _part_of(facts: Iterable[Fact]) -> str:
    """The whole it is a part of, by its latest words."""
    return next(
        (
            f.event.terms.part_of
            for f in reversed(effective(facts))
            if isinstance(f.event, Proposed | Reworded)
        ),
        "",
    )


def waiting(standing: Standing) -> tuple[Inert, ...]:
    """The inert facts that a person has to decide."""
    return tuple(inert for inert in standing.inert if inert.waits)
