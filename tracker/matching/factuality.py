"""Whether a text says that an act happened, and by which words it says so.

After FactBank (certainty and polarity of events) and ConText (trigger terms with a scope): the verb group
of the act decides first, then what governs it, then the clause, its time, and the text as a whole. Every
answer names the rule and the words. Knows nothing of profiles: an act is a word in a clause.
"""

from __future__ import annotations

import attrs

from tracker.evidence.finding import Factuality
from tracker.matching import cues as words
from tracker.matching.act import Act, is_noun, is_part
from tracker.matching.governors import governed, is_count, mentioned
from tracker.matching.judgement import (
    REACH,
    Judgement,
    doubting_adverb,
    following,
    group,
    is_negated,
    merged,
    nearest,
    sightings,
)
from tracker.matching.lexicon import is_base, is_gerund, is_past, stem_of, stem_set, word_set
from tracker.matching.named import named, nothing_before
from tracker.matching.pattern import Voice
from tracker.matching.surroundings import afterthought, asked, conditional, looks_ahead, looks_back

__all__ = ["Judgement", "judge"]


def judge(act: Act) -> Judgement:
    """The factuality of an act. The first rule that has something to say decides."""
    found = asked(act) or conditional(act) or (_named(act) if is_noun(act) else _done(act))
    if found.factuality is Factuality.ACTUAL:
        found = looks_back(act) or looks_ahead(act) or afterthought(act) or found
        if not found.begun and (is_part(act) or (act.at and act.low(act.at - 1) in words.PARTLY)):
            found = attrs.evolve(found, begun=True)
    return found


def _named(act: Act) -> Judgement:
    """`starts withdrawal of troops` is as true as its verb; other nouns have rules of their own."""
    for place in range(act.first - 1, max(act.first - 4, -1), -1):
        if act.stem(place) in words.BEGINNING and act.low(place) not in ("beginning", "start"):
            return _implied(act, place, act.stem(place))
        if act.low(place) in (",", "and", "of", "but"):
            break
    return named(act)


def _done(act: Act) -> Judgement:
    """Acts told by a verb."""
    auxiliaries = group(act)
    lows = [act.low(place) for place in auxiliaries]
    nothing = nothing_before(act) or _held_off(act)
    if nothing is not None:
        return nothing
    for place, low in zip(auxiliaries, lows, strict=True):
        if low in words.NOT:
            return Judgement(Factuality.NEGATED, act.cue("not", place))
    for kind, factuality, rule in (
        (words.FUTURE, Factuality.PLANNED, "future"),
        (words.WOULD, Factuality.PLANNED, "would"),
        (words.MAYBE, Factuality.HEDGED, "may"),
        (words.DUTY, Factuality.PLANNED, "duty"),
    ):
        for place, low in zip(auxiliaries, lows, strict=True):
            if low in kind:
                # "denies it will postpone the election"
                denied = nearest(act, words.DENIES_STATEMENT, auxiliaries[-1], REACH)
                if denied is not None:
                    return Judgement(Factuality.NEGATED, act.cue("denied", *denied))
                return Judgement(factuality, act.cue(rule, place))
    if "to" in lows:
        return _infinitive(act, auxiliaries[lows.index("to")], any(low in words.HAVE for low in lows))
    progressive = any(low in words.BE for low in lows)
    if is_gerund(act.raw(act.at)) and not progressive:
        return _gerund(act)
    start = min(auxiliaries, default=act.at)
    statement = _statement(act, start) or _punished(act, start) or _bare(act, start)
    if statement is not None:
        return statement
    commanded = act.at == 0 and not act.clause.lead and act.raw(0)[:1].isupper() and is_base(act.raw(0))
    if commanded and act.voice is not Voice.PASSIVE:
        return Judgement(Factuality.PLANNED, act.cue("imperative", act.at))
    if act.voice is Voice.PASSIVE and not auxiliaries:
        had = next(
            (p for p in range(act.first - 1, max(act.first - 3, -1), -1) if act.low(p) in ("have", "get")),
            None,
        )
        if had is not None:
            return Judgement(Factuality.PLANNED, act.cue("to have it done", had))
        wish = nearest(act, words.PLANNING, act.first, 2)
        if wish is not None and act.stem(wish[0]) in _WANTING:
            return Judgement(Factuality.PLANNED, act.cue("wanted", *wish))
        return Judgement(Factuality.ACTUAL, act.cue("headline passive", act.at), 0.88)
    if progressive and is_gerund(act.raw(act.at)):
        if act.clause.lead == "that" or any(act.low(p) in ("said", "says") for p in range(auxiliaries[-1])):
            return Judgement(Factuality.PLANNED, act.cue("said to be coming", act.at))
        return Judgement(Factuality.ACTUAL, act.cue("under way", act.at), 0.8)
    if act.repeatable and any(low in words.HAVE for low in lows) and is_count(act, act.at):
        return Judgement(Factuality.PAST, act.cue("so many so far", act.at))
    if act.clause.relative or act.clause.lead in ("after", "when", "following"):
        return Judgement(Factuality.ACTUAL, act.cue("presupposed", act.at), 0.75)
    return Judgement(Factuality.ACTUAL, act.cue("told as done", act.at), 0.92)


_DECREES = stem_set("tweet order decree ruling decision memo proclamation directive")
_TOPIC = frozenset({"on", "about", "regarding", "concerning"})
_BECOMING = stem_set("become")
_VOWING = stem_set("vow swear")
_WORK = stem_set("work process operation effort job")
_MINDED = word_set("right wrong wise foolish brave mistaken")
_PLAINLY = stem_set("hesitate forget neglect fail")
_WANTING = frozenset(stem_of(word) for word in ["want", "demand", "seek", "ask", "urge", "like", "need"])


def _held_off(act: Act) -> Judgement | None:
    """`holds off on starting drills` holds none."""
    at = min(act.at + 1, len(act.clause.words) - 1)
    if act.low(act.at) in ("hold", "holds", "held", "holding") and act.low(at) in ("off", "back"):
        return Judgement(Factuality.NEGATED, act.cue("held off", act.at, at))
    return None


def _punished(act: Act, start: int) -> Judgement | None:
    """`jails trader who sold arms`: who is punished did it, not the one who punishes."""
    if start and act.low(start - 1) in ("who", "that", "which"):
        found = nearest(act, words.PUNISHING, start - 1, REACH)
        if found is not None:
            return Judgement(Factuality.COMMENTARY, act.cue("somebody else's", *found))
    return None


def _bare(act: Act, start: int) -> Judgement | None:
    """`to see Sylvania close it`, `helps free them`: as true as the seeing and the helping."""
    if act.voice is Voice.PASSIVE or start != act.at or not is_base(act.raw(act.at)):
        return None
    for place in range(act.at - 1, max(act.at - 5, 0), -1):
        if act.low(place) in (",", "and", "but", "as"):
            break
        if act.stem(place) in words.SENSING and act.low(place - 1) == "to":
            return _implied(act, place, act.stem(place))
    return None


def _infinitive(act: Act, to: int, perfect: bool) -> Judgement:
    """`to` + infinitive: planned, unless what governs it says otherwise."""
    governors = range(to - 1, max(to - REACH, -1), -1)
    for distance, place in enumerate(governors):
        stem, low = act.stem(place), act.low(place)
        if low == "used" and distance == 0:
            return Judgement(Factuality.PAST, act.cue("used to", place))
        if low == "yet" and distance == 0:
            return Judgement(Factuality.NEGATED, act.cue("yet to", place))
        if low in _MINDED and distance == 0:
            return Judgement(Factuality.COMMENTARY, act.cue("judged", place))
        if stem in words.INTENT:
            dropped = nearest(act, words.CANCELLING, place, 4) or following(act, words.UNDONE, 4)
            if dropped is not None:
                return Judgement(Factuality.NEGATED, act.cue("plan dropped", *dropped))
            decision = low == "decision" and distance == 0 and act.stem(act.at) in words.DECIDING
            if decision and nearest(act, words.UNDECIDED, place, REACH) is None:
                return Judgement(Factuality.ACTUAL, act.cue("decided", place), 0.7)
        if stem in words.NEGATIVE_IMPLICATIVE and distance <= 3:
            if is_negated(act, place):
                plain = stem in _PLAINLY  # "did not hesitate to", but "did not refuse to"
                factuality = Factuality.ACTUAL if plain else Factuality.HEDGED
                return Judgement(factuality, act.cue("did not fail to", place), 0.8)
            return Judgement(Factuality.NEGATED, act.cue("did not come to it", place))
        if stem in words.THREATENING and (act.repeatable or stem not in _VOWING):
            return Judgement(Factuality.THREATENED, act.cue("threat", place))
        if low in words.DOUBTING_ADVERBS and distance <= 1:
            return Judgement(Factuality.HEDGED, act.cue("seems to", place))
        seeming = stem in words.SEEMING and low not in words.AGENTS and (perfect or low != "thinking")
        if seeming and distance <= 1:
            return Judgement(Factuality.HEDGED, act.cue("seems to", place))
        if low == "going":
            return Judgement(Factuality.PLANNED, act.cue("going to", place))
        if (
            low == "first"
            and distance == 0
            and any(act.stem(p) in _BECOMING for p in range(max(place - 4, 0), place))
        ):
            return Judgement(Factuality.ACTUAL, act.cue("becomes first", place), 0.8)
        if stem in _WORK and distance == 0:
            begun = following(act, words.BEGUN, REACH)
            if begun is not None:
                return Judgement(Factuality.ACTUAL, act.cue("work begun", *begun), 0.75, True)
        if stem in words.CAUSING and 1 <= distance <= 3:
            return _implied(act, place, stem)
        # "helped Sylvania to close it" closed it; a programme that "helps Sylvania to close it" may not.
        helps = low in ("help", "helps", "helping") and distance == 1
        if stem in words.IMPLICATIVE and distance <= 1 and not helps:
            return _implied(act, place, stem)
        if low in (",", "and"):
            break
    return Judgement(Factuality.PLANNED, act.cue("to + infinitive", to))


def _implied(act: Act, place: int, stem: str) -> Judgement:
    """`began to`, `managed to`: as true as the governing verb itself."""
    inner = Act(
        act.tokens, act.sentence, act.clause, act.around, place, min(place, act.first), act.last, Voice.PLAIN,
        act.times, act.published,
    )  # fmt: skip
    found = _done(inner) if place else Judgement(Factuality.ACTUAL, act.cue("told as done", place))
    begun = stem in words.BEGINNING
    return Judgement(found.factuality, found.cue, found.sure * 0.95, begun)


def _gerund(act: Act) -> Judgement:
    """`-ing` without an auxiliary: what stands before it decides."""
    if act.at == 0:
        return _opening_gerund(act)
    place = act.at - 1
    while place and (act.low(place) in words.FILLERS or act.low(place).endswith("ly")):
        place -= 1  # "keeps on quietly enriching"
    before, stem = act.low(place), act.stem(place)
    if stem in words.BEGINNING | words.CONTINUING and stem != stem_of("stop"):
        return _implied(act, place, stem)
    if before in ("of", "for", "over", "with"):
        accuser = nearest(act, words.ACCUSING, place, REACH)
        if accuser is not None:
            return Judgement(Factuality.HEDGED, act.cue("accused", *accuser))
    if before in ("on", "about"):
        return governed(act) or mentioned(act)  # "talks on returning them"
    if before in ("from", "without"):
        return Judgement(Factuality.NEGATED, act.cue("kept from it", place))
    if before == "before":
        return Judgement(Factuality.PLANNED, act.cue("not yet", place))
    if before == "through":
        return Judgement(Factuality.ACTUAL, act.cue("under way", place), 0.75, True)
    if before in ("after", "since", "following", "by", "when", "while", ","):
        return Judgement(Factuality.ACTUAL, act.cue("presupposed", place), 0.75)
    if stem in words.FAVOURING:
        return Judgement(Factuality.PLANNED, act.cue("plan", place), 0.85)
    return _decreed(act, place) or governed(act) or _headline_progressive(act, place) or mentioned(act)


def _decreed(act: Act, place: int) -> Judgement | None:
    """`his tweet reversing the sanctions`: what an order says is done, unless the order is yet to come."""
    if act.stem(place) not in _DECREES or nearest(act, words.PLANNING, place, REACH) is not None:
        return None
    return Judgement(Factuality.ACTUAL, act.cue("decreed", place), 0.7)


def _opening_gerund(act: Act) -> Judgement:
    """`Ratifying the treaty, Ruritania ends its feud`; but `Ratifying it would end the feud`."""
    if act.clause.lead:
        return Judgement(Factuality.ACTUAL, act.cue("presupposed", act.at), 0.7)
    end = len(act.clause.words)
    comma = next((p for p in range(act.last + 1, min(act.last + 8, end)) if act.low(p) == ","), None)
    if comma is not None:
        rest = {act.low(p) for p in range(comma, min(comma + 12, end))}
        if rest.isdisjoint(words.FUTURE | words.WOULD | words.MAYBE | words.DUTY):
            return Judgement(Factuality.ACTUAL, act.cue("presupposed", act.at), 0.7)
    return mentioned(act)


def _headline_progressive(act: Act, place: int) -> Judgement | None:
    """`Sylvania (still) enriching uranium`: headlines leave out "is". Only right behind its subject."""
    if not act.sentence.title or act.clause.lead or act.voice not in (Voice.ACTIVE, Voice.PLAIN):
        return None
    if act.at + 1 < len(act.clause.words) and act.low(act.at + 1) == "of":
        return None  # "seek easing of sanctions"
    if act.low(0) in _TOPIC:
        return None  # "On Sylvania giving up its claim, minister says …"
    low = act.low(place)
    adverb = place != act.at - 1
    subject = low.isalpha() and not (is_past(low) or is_gerund(low) or low in words.NO_SUBJECT)
    # What ends in "s" may as well be a verb ("backs closing"); an adverb after it settles that.
    if subject and (adverb or not low.endswith("s")):
        return Judgement(Factuality.ACTUAL, act.cue("headline progressive", act.at), 0.6, True)
    return None


def _statement(act: Act, before: int) -> Judgement | None:
    """Verbs and adverbs that make a whole statement denied, awaited or doubtful."""
    if act.clause.lead == "that":
        governor = _clause_before(act)
        if governor is not None:
            false = following(act, words.UNTRUE, 5)
            if false is not None and governor.stem(len(governor.clause.words) - 1) in words.CLAIMED:
                return Judgement(Factuality.NEGATED, act.cue("called untrue", *false))
            found = _statement_cue(governor, len(governor.clause.words), 8)
            if found is not None:
                return found
    found = _statement_cue(act, before, REACH + 1)
    if found is not None and found.cue.rule == "doubtful":
        false = following(act, words.UNTRUE, 3)
        if false is not None:
            return Judgement(Factuality.NEGATED, act.cue("called untrue", *false))
    if found is not None:
        return found
    return doubting_adverb(act)


def _clause_before(act: Act) -> Act | None:
    """The clause that governs a "that": the one before it in the sentence."""
    at = act.around.index(act.clause)
    if at == 0:
        return None
    clause = act.around[at - 1]
    return Act(
        act.tokens, act.sentence, clause, act.around, 0, 0, 0, Voice.PLAIN, act.times, act.published
    )  # fmt: skip


_STATEMENT = (
    (Factuality.NEGATED, "denied"),
    (Factuality.PLANNED, "awaited"),
    (Factuality.HEDGED, "doubtful"),
)
_OVER_STATEMENTS = merged(words.DENIES_STATEMENT, words.AWAITS_STATEMENT, words.DOUBTS_STATEMENT)


def _statement_cue(act: Act, before: int, reach: int) -> Judgement | None:
    seen = list(sightings(act, _OVER_STATEMENTS, before, reach, (",", "and", "but")))
    if not seen:
        return None
    first, last, number = min(seen, key=lambda one: one[2])
    factuality, rule = _STATEMENT[number]
    if factuality is Factuality.NEGATED and is_negated(act, first):
        return Judgement(Factuality.HEDGED, act.cue("not denied", first, last))
    return Judgement(factuality, act.cue(rule, first, last))
