"""From recorded facts to where a commitment stood at any moment: the fold.

Retractions are resolved first, newest first, and count from when they were recorded. What is left is sorted
by when it happened, never by when it arrived, so shuffling the arrival of the same facts changes nothing,
and what counts at a moment is a prefix: the facts whose occurrence had ended by then. What other commitments
do to a condition or to a whole of parts is merged in from their own timelines, never stored; commitments
that hang on each other in a ring are folded side by side.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from attrs import frozen

from tracker.commitments.conditions import read
from tracker.commitments.events import Accepted, Event, Fact, Proposed, Retracted, Reworded
from tracker.commitments.evolve import evolve, propose
from tracker.commitments.order import conflicts, effective
from tracker.commitments.parts import roll_up
from tracker.commitments.rings import rings
from tracker.commitments.rules import Inert, Rule
from tracker.commitments.running import settle
from tracker.commitments.standing import Standing
from tracker.evidence.when import Occurred

Look = Callable[[str], Standing | None]
"""How another commitment stands at the moment that is being folded; None where it does not exist."""


@frozen
class Change:
    """From `at` (UTC) on, the commitment stood so.

    `inert` are the facts that ended at this moment and had no effect. `counts` are ids of facts that were
    inert before and count from here on: an acceptance with effect for the past reached them.
    """

    at: datetime
    standing: Standing
    inert: tuple[Inert, ...] = ()
    counts: tuple[str, ...] = ()


@frozen
class Timeline:
    """Where one commitment stood, in order of valid time. Empty before it was proposed."""

    changes: tuple[Change, ...] = ()

    def at(self, moment: datetime) -> Standing | None:
        """The standing at `moment`, or None where it did not exist yet."""
        index = bisect_right(self.changes, moment, key=lambda change: change.at)
        return self.changes[index - 1].standing if index else None

    def inert(self, moment: datetime | None = None) -> tuple[Inert, ...]:
        """The facts that had no effect by `moment` (None: at all), in order of occurrence."""
        return without_effect(c for c in self.changes if moment is None or c.at <= moment)

    @property
    def last(self) -> Standing | None:
        """The standing after all facts."""
        return self.changes[-1].standing if self.changes else None


_NOWHERE = Timeline()


def without_effect(changes: Iterable[Change]) -> tuple[Inert, ...]:
    """The facts that are inert after `changes`, the first changes of a timeline in order."""
    found: dict[str, Inert] = {}
    for change in changes:
        found.update((inert.fact, inert) for inert in change.inert)
        for fact in change.counts:
            found.pop(fact, None)
    return tuple(found.values())


def timeline(
    facts: Iterable[Fact], upstream: Mapping[str, Timeline] | None = None, parts: Sequence[str] = ()
) -> Timeline:
    """Fold the facts of one commitment, recorded by the moment of knowledge one asks about.

    `upstream` holds the timelines of what its condition and its parts name; one that is missing is treated
    as never having begun. `parts` are the ids of its parts, where it rolls up.
    """
    return fold_ring({"": facts}, upstream or {}, {"": parts})[""]


def fold_all(streams: Mapping[str, Sequence[Fact]]) -> dict[str, Timeline]:
    """The timelines of many commitments at once, each after what it hangs on."""
    parts = parts_of(streams)
    needs = {name: upstream_of(facts) | {*parts.get(name, ())} for name, facts in streams.items()}
    done: dict[str, Timeline] = {}
    for ring in rings(needs):
        done |= fold_ring({name: streams[name] for name in ring if name in streams}, done, parts)
    return done


def fold_ring(
    streams: Mapping[str, Iterable[Fact]],
    upstream: Mapping[str, Timeline],
    parts: Mapping[str, Sequence[str]],
) -> dict[str, Timeline]:
    """Fold commitments that hang on each other side by side, after everything else they hang on.

    At every moment each is taken a step further in the light of how the others stand, from how they stood
    before, until nobody moves: so what only waits for itself never begins, and what has another way does.
    Where they drive each other round for ever, none of them counts on another at that moment.
    """
    courses = courses_of(streams, upstream, parts)
    return {name: course.timeline for name, course in courses.items()}


def courses_of(
    streams: Mapping[str, Iterable[Fact]],
    upstream: Mapping[str, Timeline],
    parts: Mapping[str, Sequence[str]],
) -> dict[str, Course]:
    """As `fold_ring`, for whoever may want to go on from where it ends."""
    courses = {name: Course(facts, parts.get(name, ())) for name, facts in streams.items()}
    moments = {fact.occurred.end for course in courses.values() for fact in course.facts}
    needs = {name for course in courses.values() for name in course.needs} - set(courses)
    moments |= {change.at for name in needs for change in upstream.get(name, _NOWHERE).changes}
    for at in sorted(moments):
        for course, step in _steps(at, courses, upstream):
            course.take(at, step)
    return courses


def _steps(
    at: datetime, courses: Mapping[str, Course], upstream: Mapping[str, Timeline]
) -> Iterable[tuple[Course, _Step]]:
    """Where each member of a ring stands after `at`."""
    if len(courses) == 1:
        return [(course, course.step(at, _looking(at, {}, upstream))) for course in courses.values()]
    shown = {name: course.now.shown for name, course in courses.items()}
    for _ in range(2 * len(courses) + 2):
        look = _looking(at, shown, upstream)
        steps = {name: course.step(at, look) for name, course in courses.items()}
        after = {name: step.shown for name, step in steps.items()}
        if after == shown:
            break
        shown = after
    else:
        look = _looking(at, dict.fromkeys(courses), upstream)
        steps = {name: course.step(at, look) for name, course in courses.items()}
    return [(courses[name], step) for name, step in steps.items()]


def _looking(at: datetime, ring: Mapping[str, Standing | None], upstream: Mapping[str, Timeline]) -> Look:
    """How others stand at `at`: those of the ring as given, all others by their timelines."""

    def look(name: str) -> Standing | None:
        return ring[name] if name in ring else upstream.get(name, _NOWHERE).at(at)

    return look


class _Step(NamedTuple):
    """One commitment after a moment: by its own facts, and as shown, which is what its parts make of it."""

    own: Standing | None = None
    shown: Standing | None = None
    inert: Sequence[Inert] = ()
    counts: Sequence[str] = ()


class Course:
    """One commitment while it is folded: its facts in order, and how far it has got."""

    def __init__(self, facts: Iterable[Fact], parts: Sequence[str]) -> None:
        told = list(facts)
        self.facts = effective(told)
        self.taken_back = {fact.event.event for fact in told if isinstance(fact.event, Retracted)}
        self.parts = parts
        self.needs = {*upstream_of(self.facts), *parts}
        self.conflicts = conflicts(self.facts)
        self.now = _Step()
        self.next = 0
        self.changes: list[Change] = []
        self.before: list[Inert] = []
        self.early: set[str] = set()
        self.until: datetime | None = None

    @property
    def timeline(self) -> Timeline:
        """What it has come to."""
        return Timeline(tuple(self.changes))

    def can_go_on(self, fact: Fact) -> bool:
        """Whether one more fact makes a step from here: it comes after all that was folded, its own facts and
        what others did, and leaves what it hangs on as it is."""
        if isinstance(fact.event, Retracted) or fact.id in self.taken_back or self.until is None:
            return False
        return fact.occurred.end > self.until and upstream_of([fact]) <= self.needs

    def go_on(self, fact: Fact, upstream: Mapping[str, Timeline]) -> None:
        """Fold one more fact, which `can_go_on`; `upstream` as it was."""
        self.facts.append(fact)
        at = fact.occurred.end
        self.take(at, self.step(at, _looking(at, {}, upstream)))

    def step(self, at: datetime, look: Look) -> _Step:
        """Where it stands after `at`, in the light of how others stand; changes nothing here."""
        own, shown, _, _ = self.now
        inert: list[Inert] = []
        counts: list[str] = []
        if own is not None and self.needs:
            # What others did by this moment comes before what is judged here: a payment that falls due on
            # the day of the delivery it hangs on is owed, and lapses.
            own = settle(own, _holds(own, look), _cause(at, own, look))
            shown = self._with_parts(own, look)
        for fact in self._facts_at(at):
            if own is None:
                own = propose(fact)
                if own is None:
                    why = "it happened before it was proposed"
                    inert.append(Inert(fact.id, Rule.BEFORE_PROPOSED, why, waits=True))
                    continue
            elif fact.id in self.conflicts:
                why = "another fact of the same time says otherwise"
                inert.append(Inert(fact.id, Rule.CONFLICT, why, waits=True))
                continue
            else:
                after = evolve(shown or own, fact)
                if isinstance(after, Standing) and shown is not own:
                    after = evolve(own, fact)
                if isinstance(after, Inert):
                    inert.append(after)
                    continue
                own = after
            own = settle(own, _holds(own, look), fact)
            if isinstance(fact.event, Accepted):
                own, counts = self._reach_back(own, self.early | _unaccepted(inert))
            shown = self._with_parts(own, look)
        return _Step(own, shown, inert, counts)

    def _facts_at(self, at: datetime) -> Iterator[Fact]:
        index = self.next
        while index < len(self.facts) and self.facts[index].occurred.end == at:
            yield self.facts[index]
            index += 1

    def _with_parts(self, own: Standing, look: Look) -> Standing:
        return roll_up(own, [look(part) for part in self.parts]) if self.parts else own

    def _reach_back(self, own: Standing, early: set[str]) -> tuple[Standing, list[str]]:
        """An acceptance with effect for the past makes violations of that time count: which ones did."""
        reached = []
        for fact in self.facts if early else ():
            if fact.id in early and isinstance(after := evolve(own, fact), Standing):
                own = after
                reached.append(fact.id)
        return own, reached

    def take(self, at: datetime, step: _Step) -> None:
        """Go on from `step`, and keep what it changed."""
        before, self.now = self.now.shown, step
        self.until = at
        while self.next < len(self.facts) and self.facts[self.next].occurred.end == at:
            self.next += 1
        if step.inert:
            self.early |= _unaccepted(step.inert)
            self.before += step.inert
        if step.shown is None:
            return
        if self.before or step.counts or (step.shown is not before and step.shown != before):
            self.changes.append(Change(at, step.shown, tuple(self.before), tuple(step.counts)))
            self.before = []


def _unaccepted(inert: Iterable[Inert]) -> set[str]:
    """Of violations from before there was an acceptance: their ids."""
    return {each.fact for each in inert if each.rule is Rule.NOT_ACCEPTED}


def _holds(standing: Standing, look: Look) -> bool:
    condition = read(standing.terms.condition)
    if condition is None:
        return not standing.terms.condition
    return condition.holds(frozenset(standing.said), lambda name, word: stands(look(name), word))


def stands(other: Standing | None, word: str) -> bool:
    """Whether a commitment is in the state or has the status `word`; one that does not exist has none."""
    return other is not None and word in (other.state, other.status)


def _cause(at: datetime, own: Standing, look: Look) -> Fact:
    """Stands for "what others did at this moment" where a condition turns without a fact of our own."""
    condition = read(own.terms.condition)
    others = [look(name) for name in condition.upstream()] if condition else []
    ids = [fact for other in others if other is not None for fact in other.because[-1:]]
    return Fact(ids[0] if ids else "", "", 0, 0, Event(), Occurred.at(at, own.terms.zone), at)


def upstream_of(facts: Iterable[Fact]) -> set[str]:
    """The ids of the commitments that the conditions in these facts hang on."""
    conditions = (read(f.event.terms.condition) for f in facts if isinstance(f.event, Proposed | Reworded))
    return {name for condition in conditions if condition for name in condition.upstream()}


def parts_of(streams: Mapping[str, Iterable[Fact]]) -> dict[str, list[str]]:
    """The ids of the parts of each whole, by their latest words."""
    found: dict[str, list[str]] = {}
    for name, facts in sorted(streams.items()):
        if whole := part_of(facts):
            found.setdefault(whole, []).append(name)
    return found


def part_of(facts: Iterable[Fact]) -> str:
    """The id of the whole that a commitment is a part of by its latest words, or nothing."""
    worded = [f.event for f in effective(facts) if isinstance(f.event, Proposed | Reworded)]
    return worded[-1].terms.part_of if worded else ""
