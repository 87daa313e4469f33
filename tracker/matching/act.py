"""An act in its surroundings: the word that carries it, its clause, its sentence and the times around it.

Tells whether the act is told by a verb or named as a noun; whether it happened is for `factuality`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from attrs import frozen

from tracker.evidence.document import Span
from tracker.evidence.finding import Cue
from tracker.matching.clause import Clause, Sentence
from tracker.matching.lexicon import Tokens, is_base, is_gerund, is_past, stem_set, word_set
from tracker.matching.pattern import Voice
from tracker.matching.when import Time

_DETERMINERS = word_set("the a an this that these those its their his her our no any every each 's ’s of")
_PREPOSITIONS = word_set("of for on about over after following since amid against by with in during")


@frozen
class Act:
    """An act in its surroundings. `at` and `first` are places in the clause: of the word of the act, and of
    the first word of all that matched; `last` of the last one; `places` of all of them."""

    tokens: Tokens
    sentence: Sentence
    clause: Clause
    around: Sequence[Clause]
    at: int
    first: int
    last: int
    voice: Voice
    times: Callable[[], Sequence[Time]]
    published: date | None
    places: tuple[int, ...] = ()
    event: bool = False  # the noun names an event by itself, without a verb that holds it
    repeatable: bool = False  # one of many of its kind ("has conducted six tests"), not a thing done once

    def raw(self, place: int) -> str:
        """The word at a place of the clause as it is written."""
        return self.tokens.raws[self.clause.words[place]]

    def low(self, place: int) -> str:
        """The word at a place of the clause in lower case."""
        return self.tokens.lows[self.clause.words[place]]

    def stem(self, place: int) -> str:
        """The stem at a place of the clause."""
        return self.tokens.stems[self.clause.words[place]]

    def cue(self, rule: str, first: int, last: int | None = None) -> Cue:
        """A cue over words of the clause."""
        end = self.clause.words[first if last is None else last]
        return Cue(
            "factuality", rule, Span(self.tokens.starts[self.clause.words[first]], self.tokens.ends[end])
        )


def is_noun(act: Act) -> bool:
    """Whether the act is named as a noun ("the launch of") rather than told by a verb."""
    if act.voice is Voice.NOUN:
        return True
    if act.voice is Voice.PASSIVE:
        return False
    raw = act.raw(act.at)
    if is_past(raw) and not is_base(raw):
        return act.voice is Voice.ACTIVE and _is_adjective(act)
    before = act.low(act.at - 1) if act.at else ""
    if is_gerund(raw):
        return before in ("the", "a", "'s")
    if act.voice is Voice.ACTIVE and act.at + 1 < len(act.clause.words) and act.low(act.at + 1) == "of":
        return True
    return before in _DETERMINERS or before in _PREPOSITIONS


def _is_adjective(act: Act) -> bool:
    """`submarine-launched missile`, `over the fired missiles`: a participle that describes, not tells."""
    if not act.at or act.at + 1 != _second(act):
        return False
    joined = act.tokens.text[act.tokens.starts[act.clause.words[act.at]] - 1] == "-"
    return joined or act.low(act.at - 1) in _PREPOSITIONS | _DETERMINERS


def _second(act: Act) -> int:
    """The place of the first matched word after the act's, which begins the object in the active."""
    return min((place for place in act.places if place > act.at), default=-1)


_FEW = word_set("one two three four five six seven eight nine ten some half most part first several few")
_NOT_IN_PARTS = stem_set("summit meeting talk election vote drill exercise game treaty accord pact time")


def is_part(act: Act) -> bool:
    """`frees two of three`, `some prisoners`, `first troops leave`: done to a part of what it is done to."""
    start = act.at + 1 if act.voice is Voice.ACTIVE else max(act.first - 3, 0)
    for place in range(start, act.last):
        low, after = act.low(place), act.low(place + 1)
        if low == "of" and place and (act.low(place - 1) in _FEW or act.low(place - 1).isdigit()):
            return True
        if low in ("some", "most") and not after.isdigit() and after not in _FEW:
            return True
        if low == "first" and _is_first_of_many(act, place):
            return True
    return False


def _is_first_of_many(act: Act, place: int) -> bool:
    """`first hostages`, but not `first talks since 2015` nor `first visit`."""
    if act.last + 1 < len(act.clause.words) and act.low(act.last + 1) in ("in", "since", "for", "ever"):
        return False
    things = [p for p in act.places if p > place and p != act.at]
    return any(act.low(p).endswith("s") for p in things) and all(
        act.stem(p) not in _NOT_IN_PARTS for p in things
    )


_INCHOATIVE = stem_set("open close shut begin start resume reopen restart end expire collapse")
_AFTER_A_VERB = word_set(
    "in on at after before as by for from to with this next amid under despite during following until"
)


def is_intransitive(act: Act) -> bool:
    """`clinic opens in Oldport`, `coal plant to close`: the object itself does it, without a participle."""
    raw = act.raw(act.at).lower()
    if act.stem(act.at) not in _INCHOATIVE or is_gerund(raw) or is_past(raw):
        return False
    after = act.low(act.at + 1) if act.at + 1 < len(act.clause.words) else ","
    if not (after in _AFTER_A_VERB or not after[0].isalpha() or after.endswith("ly")):
        return False
    things = [p for p in act.places if p < act.at]
    return bool(things) and all(
        act.low(p) in _BETWEEN or act.low(p).endswith("ly") for p in range(things[-1] + 1, act.at)
    )


_BETWEEN = word_set("to will would may might could not never finally now soon still 'll must should shall")
