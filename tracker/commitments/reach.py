"""Rules by which a commitment reaches its states, and what they can reach at all.

Optimistic, so that whatever it calls impossible is: every quoted text may come to hold and fail, every party
may do all that is allowed, at any time and in any order. Looks at the words of terms alone and refuses to
know what has happened, what the date is, and whether a window or a rewording will still change.

`prospects` asks it what can become of commitments, and says why not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import product

from attrs import frozen

from tracker.commitments.conditions import Either, Every, Said, Stands, Term, parse
from tracker.commitments.standing import CLOSED, LIVE, State
from tracker.commitments.terms import Kind, Terms

STATES_OF: Mapping[str, frozenset[State]] = {
    **{state.value: frozenset({state}) for state in State},
    "pending": LIVE,
    "closed": CLOSED,
}
"""What each word of a condition says: the states of which one must be the commitment's."""

_MOST_ALTERNATIVES = 1000

Goal = tuple[str, State]


@frozen
class Clause:
    """One commitment is in one of `states`: those in which all of `words` are true of it."""

    commitment: str
    words: tuple[str, ...]
    states: frozenset[State]

    @classmethod
    def of(cls, commitment: str, words: Iterable[str]) -> Clause:
        """The clause in which all of `words`, one at least, are true of `commitment`."""
        words = tuple(dict.fromkeys(words))
        return cls(commitment, words, reduce(frozenset.__and__, (STATES_OF[word] for word in words)))

    def goals(self) -> Iterator[Goal]:
        """Any of these is enough, in the order of a life."""
        return ((self.commitment, state) for state in State if state in self.states)


Way = tuple[Clause, ...]
Rules = dict[Goal, tuple[Way, ...]]
"""A goal is reached where one of its alternatives has, in every clause, a goal that is reached."""

_ALWAYS: tuple[Way, ...] = ((),)
_NEVER: tuple[Way, ...] = ()


def rules_of(terms: Terms, parts: Sequence[str]) -> Rules:
    """How each state of one commitment is reached; `parts` are the ids of its parts."""
    condition = parse(terms.condition) if terms.condition else None
    once_active: tuple[Way, ...] = ((Clause.of(terms.id, ["active"]),),)
    is_achieve = terms.kind is Kind.ACHIEVE
    found = dict.fromkeys(State, _ALWAYS)
    found[State.ACTIVE] = _alternatives(condition.term) if condition else _ALWAYS
    found[State.SUSPENDED] = found[State.VIOLATED] = once_active
    if not is_achieve:
        found[State.FULFILLED] = once_active
    if condition is None:
        found[State.CONDITIONAL] = _NEVER
    may_end = condition is not None and condition.lasting and not is_achieve
    if terms.window.until is None and not may_end:
        found[State.EXPIRED] = _NEVER
    if terms.roll_up:
        # A whole can be repudiated and come to its own end; every other verdict is that of its parts.
        kept = tuple(Clause.of(part, ["fulfilled"]) for part in parts)
        found[State.FULFILLED] = ((kept,) if kept else _NEVER) + (_NEVER if is_achieve else once_active)
        found[State.VIOLATED] = once_active + tuple((Clause.of(part, ["violated"]),) for part in parts)
    return {(terms.id, state): ways for state, ways in found.items()}


def _alternatives(term: Term) -> tuple[Way, ...]:
    """The ways in which a condition can come true, each a clause for every commitment that it speaks of.

    What is said of one commitment must be so of it at one moment, hence one clause.
    """
    ways: list[Way] = []
    for stands in _spread(term):
        words: dict[str, list[str]] = defaultdict(list)
        for stand in stands:
            words[stand.commitment].append(stand.word)
        ways.append(tuple(Clause.of(name, said) for name, said in words.items()))
    return tuple(dict.fromkeys(ways))


def _spread(term: Term) -> tuple[tuple[Stands, ...], ...]:
    """The disjunctive form. Granted, so left out: quoted texts, and whatever has too many alternatives."""
    match term:
        case Said():
            return ((),)
        case Stands():
            return ((term,),)
        case Either(terms):
            ways = tuple(dict.fromkeys(way for inner in terms for way in _spread(inner)))
            return ((),) if () in ways or len(ways) > _MOST_ALTERNATIVES else ways
        case Every(terms):
            ways = ((),)
            for inner in map(_spread, terms):
                if len(ways) * len(inner) > _MOST_ALTERNATIVES:
                    return ((),)
                ways = tuple(dict.fromkeys((*one, *two) for one, two in product(ways, inner)))
            return ways


def reach(rules: Rules, granted: Iterable[Goal] = ()) -> set[Goal]:
    """All goals that the rules reach, those in `granted` given."""
    reached = set(granted)
    named_by: dict[Goal, list[Goal]] = defaultdict(list)
    for goal, ways in rules.items():
        for clause in dict.fromkeys(clause for way in ways for clause in way):
            for other in clause.goals():
                named_by[other].append(goal)
    to_try = list(rules)
    while to_try:
        goal = to_try.pop()
        if goal not in reached and any(comes_true(way, reached) for way in rules[goal]):
            reached.add(goal)
            to_try.extend(named_by[goal])
    return reached


def comes_true(way: Way, reached: set[Goal]) -> bool:
    """Whether every clause of a way can be."""
    return all(can(clause, reached) for clause in way)


def can(clause: Clause, reached: set[Goal]) -> bool:
    """Whether a state that the clause asks for is reached."""
    return any(goal in reached for goal in clause.goals())
