"""Prospects: which states each commitment can ever reach, and which conditions can never hold.

The least set of states that obeys the rules of `reach` is what can be. What waits for itself is never in it,
and that is a deadlock; whatever else is missing leads, by way of others, to words that contradict each other
or the terms they speak of. Refuses to know what has happened and what the date is.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

from attrs import frozen

from tracker.commitments.reach import STATES_OF, Clause, Goal, Rules, Way, can, comes_true, reach, rules_of
from tracker.commitments.standing import State
from tracker.commitments.terms import Terms


@frozen
class Deadlock:
    """A ring of conditions that wait for each other; `path` ends where it begins, with the smallest id."""

    path: tuple[str, ...]

    def __str__(self) -> str:
        return " -> ".join(self.path)


@frozen
class Reason:
    """Why one alternative of a condition can never hold.

    `path` leads from the commitment whose condition it is, by those that wait in vain, to what the words at
    fault speak of, or once round the ring that it runs into.
    """

    term: str
    why: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return f"'{self.term}' can never hold: {self.why}"


@frozen
class Contradiction:
    """A condition that can never hold though it does not wait for itself: why, for each way out it offers."""

    commitment: str
    reasons: tuple[Reason, ...]


@frozen
class Prospects:
    """What can become of each commitment, and the conditions that can never hold, in order of ids."""

    states: Mapping[str, frozenset[State]]
    deadlocks: tuple[Deadlock, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()

    def can_be(self, commitment: str, word: str) -> bool:
        """Whether `<commitment> is <word>` can come true, for any word of a condition."""
        return bool(self.states.get(commitment, frozenset()) & STATES_OF[word])


def prospects(terms: Mapping[str, Terms]) -> Prospects:
    """The prospects of commitments by id, which must hold everything that their conditions speak of.

    A commitment that a condition names and `terms` lacks never exists. What has more than 1,000 alternatives
    is taken to be able to hold. Raises `BadCondition` where one cannot be read.
    """
    parts: dict[str, list[str]] = defaultdict(list)
    for name in sorted(terms):
        if terms[name].part_of:
            parts[terms[name].part_of].append(name)
    rules: Rules = {}
    for name in sorted(terms):
        rules.update(rules_of(terms[name], parts[name]))
    reached = reach(rules)
    return Prospects(
        {name: frozenset(state for state in State if (name, state) in reached) for name in terms},
        *_Impasse(terms, rules, reached).report(),
    )


class _Impasse:
    """The goals that are not reached, each with those it waits for.

    `possible` is what could be reached if every condition held by itself: what is missing even there lies in
    the words of one condition; everything else waits for the condition of another.
    """

    def __init__(self, terms: Mapping[str, Terms], rules: Rules, reached: set[Goal]) -> None:
        self.terms = terms
        self.rules = rules
        self.reached = reached
        self.possible = reach(rules, [(name, State.ACTIVE) for name in terms])
        missing = [goal for goal in rules if goal in self.possible and goal not in reached]
        self.waits_for = {goal: self._blockers(goal) for goal in missing}
        self.stuck = [goal for goal in missing if goal[1] is State.ACTIVE]
        self.rings = {
            goal: Deadlock(_from_smallest(_names(ring)))
            for goal in self.stuck
            if (ring := self._way(goal, {goal}))
        }
        self.roots = {goal for goal in self.stuck if goal in self.rings or not self.waits_for[goal]}

    def report(self) -> tuple[tuple[Deadlock, ...], tuple[Contradiction, ...]]:
        """Every condition that can never hold, once: in a ring or as a contradiction."""
        rings = sorted(set(self.rings.values()), key=lambda ring: ring.path)
        others = [goal[0] for goal in self.stuck if goal not in self.rings]
        return tuple(rings), tuple(Contradiction(name, self._reasons(name)) for name in others)

    def _blockers(self, goal: Goal) -> tuple[Goal, ...]:
        """What would have to be reached first, in each alternative that is not hopeless in itself."""
        ways = [way for way in self.rules[goal] if comes_true(way, self.possible)]
        clauses = [clause for way in ways for clause in way if not can(clause, self.reached)]
        return tuple(dict.fromkeys(g for clause in clauses for g in clause.goals() if g in self.possible))

    def _way(self, start: Goal, ends: set[Goal]) -> tuple[Goal, ...]:
        """The shortest way from `start` by what it waits for to one of `ends`; empty where there is none."""
        before: dict[Goal, Goal] = {}
        to_see = deque([start])
        while to_see:
            at = to_see.popleft()
            for goal in self.waits_for[at]:
                if goal in ends:
                    way = [goal, at]
                    while way[-1] != start:
                        way.append(before[way[-1]])
                    return tuple(reversed(way))
                if goal not in before:
                    before[goal] = at
                    to_see.append(goal)
        return ()

    def _reasons(self, name: str) -> tuple[Reason, ...]:
        return tuple(dict.fromkeys(self._reason(name, way) for way in self.rules[name, State.ACTIVE]))

    def _reason(self, name: str, way: Way) -> Reason:
        """Of an alternative, what is wrong in itself, or else the first thing that waits in vain."""
        hopeless = next((clause for clause in way if not can(clause, self.possible)), None)
        if hopeless is not None:
            return self._in_itself(name, hopeless)
        clause = next(clause for clause in way if not can(clause, self.reached))
        first = next(goal for goal in clause.goals() if goal in self.possible)
        onward = (first,) if first in self.roots else self._way(first, self.roots)
        root = onward[-1]
        if root in self.rings:
            trouble = f"{self.rings[root]} is a ring of conditions"
            path = _names(((name, State.ACTIVE), *onward, *self._way(root, {root})))
        else:
            deepest = self._reasons(root[0])[0]
            trouble = f"{root[0]} waits for '{deepest.term}', and {deepest.why}"
            path = (*_names(((name, State.ACTIVE), *onward)), *deepest.path[1:])
        return Reason(
            f"{clause.commitment} is {_narrowest(clause)}",
            f"{clause.commitment} can never be {first[1]}, since {trouble}",
            path,
        )

    def _in_itself(self, name: str, clause: Clause) -> Reason:
        """Why no condition of another is to blame: the words, or the terms of what they speak of."""
        other = clause.commitment
        term = f"{other} is {_narrowest(clause)}"
        if other not in self.terms:
            why = f"{other} is an unknown commitment"
        elif not clause.states:
            # A word means one state or one of two blocks that share none: where several words exclude each
            # other, two of them do.
            one, two = next(
                pair for pair in combinations(clause.words, 2) if not STATES_OF[pair[0]] & STATES_OF[pair[1]]
            )
            term = f"{other} is {one} and {other} is {two}"
            why = "no commitment is both at one time"
        elif State.CONDITIONAL in clause.states:
            why = f"{other} has no condition"
        elif State.EXPIRED in clause.states:
            why = f"{other} has no end ('until')"
        else:
            why = f"{other} rolls up parts that can never be so"
        return Reason(term, why, (name, other))


def _narrowest(clause: Clause) -> str:
    return min(clause.words, key=lambda word: len(STATES_OF[word]))


def _names(goals: Sequence[Goal]) -> tuple[str, ...]:
    """The commitments on a way through goals, each once where several of its states follow each other."""
    names = [name for name, _ in goals]
    kept = [names[0], *(after for before, after in pairwise(names) if before != after)]
    return tuple(kept) if len(kept) > 1 else (kept[0], kept[0])


def _from_smallest(ring: tuple[str, ...]) -> tuple[str, ...]:
    """The same ring, begun with its smallest id."""
    open_ring = ring[:-1]
    first = open_ring.index(min(open_ring))
    return (*open_ring[first:], *open_ring[:first], open_ring[first])
