"""What a rule of factuality answers, and how rules look for words around an act.

A rule names itself and the words that decided; it never answers from words it cannot show.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from tracker.evidence.document import Span
from tracker.evidence.finding import Cue, Factuality
from tracker.matching import cues as words
from tracker.matching.act import Act
from tracker.matching.lexicon import is_base

REACH = 7
AUXILIARIES = (
    words.FUTURE
    | words.WOULD
    | words.MAYBE
    | words.DUTY
    | words.HAVE
    | words.BE
    | words.DO
    | words.NOT
    | {"to"}
)


@frozen
class Judgement:
    """How far an act is a fact: the cue that decided, how sure its rule is (0-1), and if but a part is."""

    factuality: Factuality
    cue: Cue
    sure: float = 0.9
    begun: bool = False


def token_cue(act: Act, rule: str, index: int) -> Cue:
    """A cue over one token of the text, which need not lie in the act's clause."""
    return Cue("factuality", rule, Span(act.tokens.starts[index], act.tokens.ends[index]))


def stands(act: Act, phrases: words.Phrases, place: int, end: int) -> int | None:
    """The last place of a phrase that begins at `place` and ends before `end`, or None."""
    for phrase in phrases.get(act.stem(place), ()):
        last = place + len(phrase)
        if last <= end and all(act.stem(place + k) == stem for k, stem in enumerate(phrase)):
            return last - 1
    return None


def nearest(
    act: Act, phrases: words.Phrases, before: int, reach: int, ends: tuple[str, ...] = (",", "and", "but")
) -> tuple[int, int] | None:
    """The nearest phrase that ends before `before`, as places; one of `ends` ends its reach."""
    for place in range(before - 1, max(before - 1 - reach, -1), -1):
        if act.low(place) in ends:
            return None
        last = stands(act, phrases, place, before)
        if last is not None:
            return place, last
    return None


Sightings = dict[str, tuple[tuple[tuple[str, ...], int], ...]]


def merged(*kinds: words.Phrases) -> Sightings:
    """First stem -> the phrases of all kinds that begin with it, each with the number of its kind.

    One walk over the words before an act serves all kinds: seven walks were most of the cost of a noun.
    """
    found: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for number, phrases in enumerate(kinds):
        for first, those in phrases.items():
            found.setdefault(first, []).extend((phrase, number) for phrase in those)
    return {
        first: tuple(sorted(those, key=lambda one: (-len(one[0]), one[1], one[0])))
        for first, those in found.items()
    }


def sightings(
    act: Act, kinds: Sightings, before: int, reach: int, ends: tuple[str, ...]
) -> Iterator[tuple[int, int, int]]:
    """Phrases that end before `before`, the nearest first: first place, last place, number of the kind."""
    lows, stems, places = act.tokens.lows, act.tokens.stems, act.clause.words
    for place in range(before - 1, max(before - 1 - reach, -1), -1):
        index = places[place]
        if lows[index] in ends:
            return
        if stems[index] in kinds and lows[index] in words.AGENTS:
            continue
        for phrase, number in kinds.get(stems[index], ()):
            end = place + len(phrase)
            if end <= before and all(act.stem(place + k) == stem for k, stem in enumerate(phrase)):
                yield place, end - 1, number


def following(act: Act, phrases: words.Phrases, reach: int) -> tuple[int, int] | None:
    """The first phrase within `reach` places after the act, as places."""
    end = len(act.clause.words)
    for place in range(act.last + 1, min(act.last + 1 + reach, end)):
        last = stands(act, phrases, place, end)
        if last is not None:
            return place, last
    return None


def anywhere(act: Act, phrases: words.Phrases) -> tuple[int, int] | None:
    """The first phrase in the act's clause, as places."""
    stems, end = act.tokens.stems, len(act.clause.words)
    for place, index in enumerate(act.clause.words):
        if stems[index] in phrases:
            last = stands(act, phrases, place, end)
            if last is not None:
                return place, last
    return None


def doubting_adverb(act: Act) -> Judgement | None:
    """`reportedly`, `perhaps` shortly before the act or just after it."""
    places = [
        *range(act.at - 1, max(act.at - REACH, -1), -1),
        *range(act.at + 1, min(act.at + 3, len(act.clause.words))),
    ]
    for place in places:
        if act.low(place) in words.DOUBTING_ADVERBS:
            return Judgement(Factuality.HEDGED, act.cue("hedge", place))
        if place < act.at and act.low(place) in (",", "and", "but"):
            break
    return None


def group(act: Act) -> list[int]:
    """The auxiliaries, negations and adverbs just before the act, nearest first."""
    found = []
    place = act.at - 1
    while place >= 0:
        low = act.low(place)
        if low in AUXILIARIES:
            # "not only freed the prisoners but paid them" denies nothing.
            if not (low in words.NOT and act.low(place + 1) in words.MERELY):
                found.append(place)
        elif not (low in words.FILLERS or low in words.MERELY or (low.endswith("ly") and len(low) > 4)):
            break
        place -= 1
    if not found and act.at >= 2 and act.low(act.at - 1) in ("and", "or", ",") and is_base(act.raw(act.at)):
        # "will meet and shake hands", "to resume and expand": a bare second verb shares the auxiliary.
        shared = (p for p in range(act.at - 2, max(act.at - 30, -1), -1) if act.low(p) in AUXILIARIES)
        found = list(shared)[:1]
    return found


def is_negated(act: Act, place: int) -> bool:
    """Whether the word at a place is itself denied: "has not stopped", "refuses to stop", "never denied"."""
    for before in range(place - 1, max(place - 4, -1), -1):
        low = act.low(before)
        if low in words.NOT:
            return act.low(before + 1) not in words.MERELY
        if act.stem(before) in words.NEGATIVE_IMPLICATIVE and act.low(before + 1) == "to":
            return True
        if not (low in AUXILIARIES or low in words.FILLERS):
            return False
    return False
