"""Whether a text says that an act happened, and by which words it says so.

After FactBank (certainty and polarity of events) and ConText (trigger terms with a scope): the verb group
of the act decides first, then what governs it, then the clause, its time, and the text as a whole. Every
answer names the rule and the words. Knows nothing of profiles: an act is a word in a clause.
"""

from __future__ import annotations

from attrs import frozen

from tracker.evidence.document import Span
from tracker.evidence.finding import Cue, Factuality
from tracker.matching import cues as words
from tracker.matching.act import Act, is_noun
from tracker.matching.clause import Sentence
from tracker.matching.lexicon import Tokens, is_base, is_gerund, is_past, stem_of, word_set
from tracker.matching.pattern import Voice

_REACH = 7
_AUXILIARIES = (
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
_INVERTED = words.FUTURE | words.WOULD | words.MAYBE | words.BE | words.HAVE | words.DO | {"should"}


@frozen
class Judgement:
    """How far an act is a fact: the cue that decided, how sure its rule is (0-1), and if it only began."""

    factuality: Factuality
    cue: Cue
    sure: float = 0.9
    begun: bool = False


def judge(act: Act) -> Judgement:
    """The factuality of an act. The first rule that has something to say decides."""
    found = _asked(act) or _conditional(act) or (_named(act) if is_noun(act) else _done(act))
    if found.factuality is Factuality.ACTUAL:
        found = _looks_back(act) or _looks_ahead(act) or _afterthought(act) or found
    return found


def _asked(act: Act) -> Judgement | None:
    """Questions, with a question mark or by the order of words."""
    sentence = act.sentence
    if sentence.question:
        last = act.tokens.ends[sentence.end - 1]
        return Judgement(Factuality.QUESTION, Cue("factuality", "question mark", Span(last - 1, last)))
    opening = act.tokens.raws[sentence.start].lower()
    if opening in _INVERTED and not act.clause.lead and act.tokens.raws[sentence.start][0].isupper():
        return Judgement(Factuality.QUESTION, _token_cue(act, "inverted question", sentence.start))
    if sentence.title and opening in words.EXPLAINING:
        return Judgement(Factuality.COMMENTARY, _token_cue(act, "explaining headline", sentence.start))
    return None


def _conditional(act: Act) -> Judgement | None:
    """Acts inside of a condition, or hanging on one; acts before or until which something else happens."""
    lead = act.clause.lead
    if lead in words.CONDITION or (lead == "in" and len(act.clause.words) > 1 and act.low(1) == "case"):
        return Judgement(Factuality.CONDITIONAL, act.cue("condition", 0))
    if lead == "whether":
        return Judgement(Factuality.HEDGED, act.cue("whether", 0))
    if lead in ("until", "till"):
        return Judgement(Factuality.CONDITIONAL, act.cue("until", 0))
    if lead in ("before", "ahead"):
        return Judgement(Factuality.PLANNED, act.cue("not yet", 0))
    if any(other.lead in words.CONDITION for other in act.around):
        group = _group(act)
        modal = next((p for p in group if act.low(p) in words.FUTURE | words.WOULD | words.MAYBE), None)
        if modal is not None:
            return Judgement(Factuality.CONDITIONAL, act.cue("hangs on a condition", modal))
    return None


def _group(act: Act) -> list[int]:
    """The auxiliaries, negations and adverbs just before the act, nearest first."""
    group = []
    place = act.at - 1
    while place >= 0:
        low = act.low(place)
        if low in _AUXILIARIES:
            group.append(place)
        elif not (low in words.FILLERS or (low.endswith("ly") and len(low) > 4)):
            break
        place -= 1
    if not group and act.at >= 2 and act.low(act.at - 1) in ("and", "or", ",") and is_base(act.raw(act.at)):
        # "will meet and shake hands", "to resume and expand": a bare second verb shares the auxiliary.
        shared = (p for p in range(act.at - 2, max(act.at - 30, -1), -1) if act.low(p) in _AUXILIARIES)
        group = list(shared)[:1]
    return group


def _done(act: Act) -> Judgement:
    """Acts told by a verb."""
    group = _group(act)
    lows = [act.low(place) for place in group]
    nothing = _nothing_before(act)
    if nothing is not None:
        return nothing
    for place, low in zip(group, lows, strict=True):
        if low in words.NOT:
            return Judgement(Factuality.NEGATED, act.cue("not", place))
    for kind, factuality, rule in (
        (words.FUTURE, Factuality.PLANNED, "future"),
        (words.WOULD, Factuality.PLANNED, "would"),
        (words.MAYBE, Factuality.HEDGED, "may"),
        (words.DUTY, Factuality.PLANNED, "duty"),
    ):
        for place, low in zip(group, lows, strict=True):
            if low in kind:
                return Judgement(factuality, act.cue(rule, place))
    if "to" in lows:
        return _infinitive(act, group[lows.index("to")], any(low in words.HAVE for low in lows))
    progressive = any(low in words.BE for low in lows)
    if is_gerund(act.raw(act.at)) and not progressive:
        return _gerund(act)
    statement = _statement(act, min(group, default=act.at))
    if statement is not None:
        return statement
    commanded = act.at == 0 and not act.clause.lead and act.raw(0)[:1].isupper() and is_base(act.raw(0))
    if commanded and act.voice is not Voice.PASSIVE:
        return Judgement(Factuality.PLANNED, act.cue("imperative", act.at))
    if act.voice is Voice.PASSIVE and not group:
        had = next(
            (p for p in range(act.first - 1, max(act.first - 3, -1), -1) if act.low(p) in ("have", "get")),
            None,
        )
        if had is not None:
            return Judgement(Factuality.PLANNED, act.cue("to have it done", had))
        wish = _nearest(act, words.PLANNING, act.first, 2)
        if wish is not None and act.stem(wish[0]) in _WANTING:
            return Judgement(Factuality.PLANNED, act.cue("wanted", *wish))
        return Judgement(Factuality.ACTUAL, act.cue("headline passive", act.at), 0.88)
    if progressive and is_gerund(act.raw(act.at)):
        if act.clause.lead == "that" or any(act.low(p) in ("said", "says") for p in range(group[-1])):
            return Judgement(Factuality.PLANNED, act.cue("said to be coming", act.at))
        return Judgement(Factuality.ACTUAL, act.cue("under way", act.at), 0.8)
    if (
        act.repeatable
        and not act.sentence.title
        and any(low in words.HAVE for low in lows)
        and _is_count(act)
    ):
        return Judgement(Factuality.PAST, act.cue("so many so far", act.at))
    if act.clause.relative or act.clause.lead in ("after", "when", "following"):
        return Judgement(Factuality.ACTUAL, act.cue("presupposed", act.at), 0.75)
    return Judgement(Factuality.ACTUAL, act.cue("told as done", act.at), 0.92)


def _is_count(act: Act) -> bool:
    """`has conducted six nuclear tests`, `had fired dozens of missiles`."""
    between = (act.low(place) for place in range(act.at + 1, act.last + 1))
    return any(low.isdigit() or low in _COUNTS for low in between)


_COUNTS = word_set(
    """
    all two three four five six seven eight nine ten eleven twelve several many multiple dozens numerous
    scores series
    """
)
_WANTING = frozenset(stem_of(word) for word in ["want", "demand", "seek", "ask", "urge", "like", "need"])


def _nothing_before(act: Act) -> Judgement | None:
    """`no missile was launched`, `none of the three was freed`, `neither side met`."""
    for place in range(act.first - 1, max(act.first - 7, -1), -1):
        low = act.low(place)
        if low in ("no", "none", "neither", "nobody", "nor"):
            return Judgement(Factuality.NEGATED, act.cue("none", place))
        if (
            low in (",", "and", "but")
            or (low in _AUXILIARIES - {"to"})
            or (place < act.first - 3 and is_past(low))
        ):
            break
    for place in range(act.first, act.last):
        if act.low(place) in ("no", "none", "neither", "zero") and place > act.at - 9:
            return Judgement(Factuality.NEGATED, act.cue("none", place))
    return None


def _infinitive(act: Act, to: int, perfect: bool) -> Judgement:
    """`to` + infinitive: planned, unless what governs it says otherwise."""
    governors = range(to - 1, max(to - _REACH, -1), -1)
    for distance, place in enumerate(governors):
        stem, low = act.stem(place), act.low(place)
        if low == "used" and distance == 0:
            return Judgement(Factuality.PAST, act.cue("used to", place))
        if stem in words.NEGATIVE_IMPLICATIVE and distance <= 3:
            return Judgement(Factuality.NEGATED, act.cue("did not come to it", place))
        if stem in words.THREATENING:
            return Judgement(Factuality.THREATENED, act.cue("threat", place))
        if stem in words.SEEMING and distance <= 1 and (perfect or low not in ("thinking",)):
            return Judgement(Factuality.HEDGED, act.cue("seems to", place))
        if low == "going":
            return Judgement(Factuality.PLANNED, act.cue("going to", place))
        if stem in words.IMPLICATIVE and distance <= 1:
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
        if act.clause.lead:
            return Judgement(Factuality.ACTUAL, act.cue("presupposed", act.at), 0.7)
        return Judgement(Factuality.COMMENTARY, act.cue("mentioned", act.at), 0.5)
    before, stem = act.low(act.at - 1), act.stem(act.at - 1)
    if stem in words.BEGINNING | words.CONTINUING and stem != stem_of("stop"):
        return _implied(act, act.at - 1, stem)
    if before in ("of", "for", "over"):
        for place in range(act.at - 2, max(act.at - _REACH, -1), -1):
            if act.stem(place) in words.ACCUSING:
                return Judgement(Factuality.HEDGED, act.cue("accused", place))
    if before in ("from", "without"):
        return Judgement(Factuality.NEGATED, act.cue("kept from it", act.at - 1))
    if before == "before":
        return Judgement(Factuality.PLANNED, act.cue("not yet", act.at - 1))
    if before in ("after", "since", "following", "by", "when", "while", ","):
        return Judgement(Factuality.ACTUAL, act.cue("presupposed", act.at - 1), 0.75)
    return _governed(act) or Judgement(Factuality.COMMENTARY, act.cue("mentioned", act.at), 0.5)


def _named(act: Act) -> Judgement:
    """Acts that are named as a noun: only what takes them for granted makes them facts."""
    nothing = _nothing_before(act)
    if nothing is not None:
        return nothing
    governed = _governed(act)
    if governed is not None:
        return governed
    if act.clause.lead in ("after", "following", "despite"):
        return Judgement(Factuality.ACTUAL, act.cue("presupposed", 0), 0.72)
    for place in range(act.last + 1, min(act.last + 5, len(act.clause.words))):
        low = act.low(place)
        if low in (",", "and", "but"):
            break
        if low in words.FUTURE | words.WOULD | words.DUTY | {"to"}:
            return Judgement(Factuality.PLANNED, act.cue("future", place))
        if low in words.MAYBE:
            return Judgement(Factuality.HEDGED, act.cue("may", place))
        if low in words.NOT:
            return Judgement(Factuality.NEGATED, act.cue("not", place))
        if act.stem(place) in words.HAPPENING and low not in ("being", "be"):
            begun = any(
                act.stem(p) in words.BEGINNING for p in range(place, min(place + 4, len(act.clause.words)))
            )
            return Judgement(Factuality.ACTUAL, act.cue("took place", place), 0.65, begun)
    return Judgement(Factuality.COMMENTARY, act.cue("mentioned", act.at), 0.5)


_GOVERNING = (
    (words.NEGATING, Factuality.NEGATED, "negating"),
    (words.THREATENS, Factuality.THREATENED, "threat"),
    (words.PLANNING, Factuality.PLANNED, "plan"),
    (words.HEDGING, Factuality.HEDGED, "hedge"),
    (words.FACTIVE, Factuality.ACTUAL, "taken for granted"),
    (words.PERCEIVING, Factuality.ACTUAL, "perceived"),
)


def _governed(act: Act) -> Judgement | None:
    """What governs a noun or a gerund from the left: the nearest cue within reach."""
    best: tuple[int, Judgement] | None = None
    for phrases, factuality, rule in _GOVERNING:
        # "will stop nuclear and missile tests": what governs the first of two governs the second.
        found = _nearest(act, phrases, min(act.first, act.at), _REACH, (",", "but"))
        if found is not None and (best is None or found[1] > best[0]):
            if phrases is words.PERCEIVING:
                before = act.low(found[0] - 1) if found[0] else ""
                if before in words.FUTURE | words.WOULD | words.MAYBE | words.DUTY | {"to"}:
                    factuality, rule = Factuality.PLANNED, "yet to be perceived"
            sure = 0.7 if factuality is Factuality.ACTUAL else 0.85
            best = (found[1], Judgement(factuality, act.cue(rule, *found), sure))
    return best[1] if best else _adverb(act)


def _statement(act: Act, before: int) -> Judgement | None:
    """Verbs and adverbs that make a whole statement denied, awaited or doubtful."""
    if act.clause.lead == "that":
        governor = _clause_before(act)
        if governor is not None:
            found = _statement_cue(governor, len(governor.clause.words), 8)
            if found is not None:
                return found
    found = _statement_cue(act, before, _REACH + 1)
    if found is not None:
        return found
    return _adverb(act)


def _adverb(act: Act) -> Judgement | None:
    """`reportedly`, `perhaps` shortly before the act or just after it."""
    places = [
        *range(act.at - 1, max(act.at - _REACH, -1), -1),
        *range(act.at + 1, min(act.at + 3, len(act.clause.words))),
    ]
    for place in places:
        if act.low(place) in words.DOUBTING_ADVERBS:
            return Judgement(Factuality.HEDGED, act.cue("hedge", place))
        if place < act.at and act.low(place) in (",", "and", "but"):
            break
    return None


def _clause_before(act: Act) -> Act | None:
    """The clause that governs a "that": the one before it in the sentence."""
    at = act.around.index(act.clause)
    if at == 0:
        return None
    clause = act.around[at - 1]
    return Act(
        act.tokens, act.sentence, clause, act.around, 0, 0, 0, Voice.PLAIN, act.times, act.published
    )  # fmt: skip


def _statement_cue(act: Act, before: int, reach: int) -> Judgement | None:
    for phrases, factuality, rule in (
        (words.DENIES_STATEMENT, Factuality.NEGATED, "denied"),
        (words.AWAITS_STATEMENT, Factuality.PLANNED, "awaited"),
        (words.DOUBTS_STATEMENT, Factuality.HEDGED, "doubtful"),
    ):
        found = _nearest(act, phrases, before, reach)
        if found is not None:
            return Judgement(factuality, act.cue(rule, *found))
    return None


def _nearest(
    act: Act, phrases: words.Phrases, before: int, reach: int, ends: tuple[str, ...] = (",", "and", "but")
) -> tuple[int, int] | None:
    """The nearest phrase that ends before `before`, as places; one of `ends` ends its reach."""
    for place in range(before - 1, max(before - 1 - reach, -1), -1):
        if act.low(place) in ends:
            return None
        for phrase in phrases.get(act.stem(place), ()):
            end = place + len(phrase)
            if end <= before and all(act.stem(place + k) == stem for k, stem in enumerate(phrase)):
                return place, end - 1
    return None


def _looks_back(act: Act) -> Judgement | None:
    """Anniversaries, and dates that lie far before the publication."""
    low_words = [act.low(place) for place in range(len(act.clause.words))]
    first = "first" in low_words or "since" in low_words
    start, end = act.tokens.starts[act.clause.words[0]], act.tokens.ends[act.clause.words[-1]]
    if act.published is not None:
        for time in act.times():
            inside = start <= time.span.start < end
            if inside and time.is_past(act.published):
                lead = act.tokens.text[max(time.span.start - 6, 0) : time.span.end].lower()
                if first and "since" in lead:
                    continue
                return Judgement(Factuality.PAST, Cue("factuality", f"long past: {time.rule}", time.span))
    found = _anywhere(act, words.ANNIVERSARY)
    return Judgement(Factuality.PAST, act.cue("looks back", *found)) if found else None


def _looks_ahead(act: Act) -> Judgement | None:
    """A present tense with a date still to come is a timetable: "drills start on 1 April"."""
    if act.published is None or (is_past(act.raw(act.at)) and not is_base(act.raw(act.at))):
        return None
    start, end = act.tokens.starts[act.clause.words[0]], act.tokens.ends[act.clause.words[-1]]
    for time in act.times():
        if start <= time.span.start < end and time.is_future(act.published):
            return Judgement(Factuality.PLANNED, Cue("factuality", "date to come", time.span))
    return None


def _afterthought(act: Act) -> Judgement | None:
    """`…, analysts predict` at the end of the sentence."""
    for index in range(max(act.clause.words[act.last] + 1, act.sentence.end - 5), act.sentence.end):
        if (
            act.tokens.stems[index] in words.AFTERTHOUGHTS
            and "," in act.tokens.raws[act.clause.words[act.last] : index]
        ):
            return Judgement(Factuality.HEDGED, _token_cue(act, "afterthought", index))
    return None


def _anywhere(act: Act, phrases: words.Phrases) -> tuple[int, int] | None:
    for place in range(len(act.clause.words)):
        for phrase in phrases.get(act.stem(place), ()):
            end = place + len(phrase)
            if end <= len(act.clause.words) and all(act.stem(place + k) == s for k, s in enumerate(phrase)):
                return place, end - 1
    return None


def _token_cue(act: Act, rule: str, index: int) -> Cue:
    return Cue("factuality", rule, Span(act.tokens.starts[index], act.tokens.ends[index]))


def commentary(tokens: Tokens, title: Sentence) -> Cue | None:
    """The label or phrase by which a headline says that its text is comment, explanation or memory."""
    stems = tokens.stems[title.start : title.end]
    for place, raw in enumerate(tokens.raws[title.start : title.start + 4]):
        if (
            raw in (":", "|", "—", "-", "–")
            and place
            and any(s in words.OPINION_LABELS for s in stems[:place])
        ):
            index = title.start
            return Cue("factuality", "label", Span(tokens.starts[index], tokens.ends[index + place - 1]))
    if len(stems) > 2 and tokens.raws[title.end - 2] in ("|", "—", "-") and stems[-1] in words.OPINION_LABELS:
        return Cue("factuality", "label", Span(tokens.starts[title.end - 1], tokens.ends[title.end - 1]))
    for place, stem in enumerate(stems):
        for phrase in words.COMMENT_PHRASES.get(stem, ()):
            if stems[place : place + len(phrase)] == phrase:
                first, last = title.start + place, title.start + place + len(phrase) - 1
                return Cue("factuality", "comment", Span(tokens.starts[first], tokens.ends[last]))
    return None
