"""What governs an act that is named, or told by a gerund: the words to its left that reach over it.

The nearest decides, and of two that end alike the longer: "talks over the launch" are no "over the launch".
"""

from __future__ import annotations

from tracker.evidence.finding import Factuality
from tracker.matching import cues as words
from tracker.matching.act import Act
from tracker.matching.judgement import (
    AUXILIARIES,
    REACH,
    Judgement,
    doubting_adverb,
    is_negated,
    merged,
    nearest,
    sightings,
)
from tracker.matching.lexicon import stem_set, word_set

_GOVERNING = (
    (words.NEGATING, Factuality.NEGATED, "negating"),
    (words.THREATENS, Factuality.THREATENED, "threat"),
    (words.PLANNING, Factuality.PLANNED, "plan"),
    (words.HEDGING, Factuality.HEDGED, "hedge"),
    (words.FACTIVE, Factuality.ACTUAL, "taken for granted"),
    (words.PERCEIVING, Factuality.ACTUAL, "perceived"),
)
_GOVERNING_NOUNS = (
    # Not of gerunds: "dismisses the launch" takes it for granted, "dismisses freeing them" does not.
    (words.REACTING, Factuality.ACTUAL, "reacted to"),
    *_GOVERNING,
)
_OVER_GERUNDS = merged(*(kind[0] for kind in _GOVERNING))
_OVER_NOUNS = merged(*(kind[0] for kind in _GOVERNING_NOUNS))


def mentioned(act: Act) -> Judgement:
    """An act that is only spoken of."""
    return Judgement(Factuality.COMMENTARY, act.cue("mentioned", act.at), 0.5)


def governed(act: Act, *, noun: bool = False, scheduled: bool = False) -> Judgement | None:
    """What governs a noun or a gerund from the left: the nearest cue within reach."""
    found: tuple[int, int, Judgement] | None = None
    kinds, rules = (_OVER_NOUNS, _GOVERNING_NOUNS) if noun else (_OVER_GERUNDS, _GOVERNING)
    # "will stop nuclear and missile tests": what governs the first of two governs the second.
    before = min(act.first, act.at)
    for first, last, number in sightings(act, kinds, before, REACH, (",", "but")):
        if found is not None and last < found[1]:
            break
        # Of two that end alike the longer is meant: "talks over" rather than "over".
        judgement = _by_governor(act, rules[number], first, last, scheduled)
        if judgement is not None and (found is None or first < found[0]):
            found = first, last, judgement
    return found[2] if found else doubting_adverb(act)


def _by_governor(
    act: Act, kind: tuple[words.Phrases, Factuality, str], first: int, last: int, scheduled: bool
) -> Judgement | None:
    """What one governing phrase makes of the act, or None where it says nothing about an act of this sort."""
    phrases, factuality, rule = kind
    stem = act.stem(first)
    if factuality is Factuality.ACTUAL:
        if scheduled and stem in words.ATTITUDES:
            return None
        if act.low(last).endswith(_NOMINAL) and act.low(last + 1) not in _OF:
            return None  # "the announcement names tests" announces none
        ends = scheduled and act.stem(act.last) not in words.LASTING
        if phrases is words.REACTING and stem in _CLOSING and not ends:
            return None
        if stem == "with" and not (act.repeatable and _is_plain(act, first)):
            return None
        if stem == "over" and not act.repeatable:
            return None  # a row over a breach is about a fact, one over a release about what may come
        between = {act.low(p) for p in range(last + 1, act.first)}
        if not between.isdisjoint(words.MAYBE | words.FUTURE | words.WOULD):
            factuality, rule = Factuality.HEDGED, "may"  # "detects activity that could precede a launch"
        elif scheduled and stem in words.ANNOUNCING:
            factuality, rule = Factuality.PLANNED, "announced"
        elif phrases is words.PERCEIVING and is_negated(act, first):
            return None  # "does not show"
        elif phrases is words.PERCEIVING and first:
            before = act.low(first - 1)
            if before in words.FUTURE | words.WOULD | words.MAYBE | words.DUTY | {"to"}:
                factuality, rule = Factuality.PLANNED, "yet to be perceived"
            elif act.repeatable and before in words.HAVE and is_count(act, last):
                factuality, rule = Factuality.PAST, "so many so far"
    elif factuality is Factuality.NEGATED and is_negated(act, first):
        # "has not stopped enriching" goes on; "did not deny" admits nothing.
        if stem in words.STOPPING:
            factuality, rule = Factuality.ACTUAL, "not stopped"
        else:
            factuality, rule = Factuality.HEDGED, "not denied"
    elif act.repeatable and stem in _UNBOTHERED and is_negated(act, first):
        factuality, rule = Factuality.ACTUAL, "not worried"  # about what has happened
    sure = 0.7 if factuality is Factuality.ACTUAL else 0.85
    return Judgement(factuality, act.cue(rule, first, last), sure)


def is_count(act: Act, verb: int) -> bool:
    """`has conducted six nuclear tests`; in a headline, which may tell of one night, only "since 2006"."""
    after = act.low(act.last + 1) if act.last + 1 < len(act.clause.words) else ""
    if act.sentence.title and after not in ("since", "so", "overall"):
        return False
    between = (act.low(place) for place in range(verb + 1, act.last + 1))
    return any(low.isdigit() or low in _COUNTS for low in between)


_COUNTS = word_set(
    """
    all two three four five six seven eight nine ten eleven twelve several many multiple dozens numerous
    scores series
    """
)
_NOMINAL = ("ment", "tion", "sion")
_OF = frozenset({"of", "on", "about", "that", "over"})
_UNBOTHERED = stem_set("worry worried bother bothered concerned fuss fazed care mind upset")
_CLOSING = stem_set("wrap conclude finish end")


def _is_plain(act: Act, end: int) -> bool:
    """Whether nothing before a place plans or threatens: "ends its pause with a launch"."""
    return (
        all(act.low(place) not in AUXILIARIES for place in range(end))
        and nearest(act, words.PLANNING, end, REACH) is None
        and nearest(act, words.THREATENS, end, REACH) is None
    )
