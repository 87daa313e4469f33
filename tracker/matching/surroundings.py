"""What the surroundings of an act make of it: questions, conditions, times, and the text as a whole.

These rules read leading words, marks and dates; how the act itself is told is for `factuality` and `named`.
"""

from __future__ import annotations

from tracker.evidence.document import Span
from tracker.evidence.finding import Cue, Factuality
from tracker.matching import cues as words
from tracker.matching.act import Act, is_noun
from tracker.matching.clause import Sentence
from tracker.matching.judgement import Judgement, anywhere, group, stands, token_cue
from tracker.matching.lexicon import Tokens, is_base, is_past

_INVERTED = (
    words.FUTURE | words.WOULD | words.MAYBE | words.BE | (words.HAVE - {"having"}) | words.DO | {"should"}
)
_INVERTED_CONDITION = frozenset({"should", "were", "had"})
_GRANTED = frozenset({"after", "following", "since", "despite", "amid"})
_BYGONE = frozenset({"previously", "formerly", "originally"})
# A headline's present with a weekday that lies so many days back means the one to come.
_STALE = 3


def asked(act: Act) -> Judgement | None:
    """Questions, with a question mark or by the order of words, and headlines that explain."""
    sentence = act.sentence
    # "After the failed summit, what next?" asks nothing about the summit.
    if sentence.question and act.clause.lead not in _GRANTED:
        last = act.tokens.ends[sentence.end - 1]
        return Judgement(Factuality.QUESTION, Cue("factuality", "question mark", Span(last - 1, last)))
    raws, start = act.tokens.raws, sentence.start
    opening = raws[start].lower()
    if opening in _INVERTED and not act.clause.lead and raws[start][0].isupper():
        # "Should Sylvania free them, talks could resume": what the comma ends is a condition.
        if opening in _INVERTED_CONDITION and "," in raws[start : sentence.end]:
            return Judgement(Factuality.CONDITIONAL, token_cue(act, "inverted condition", start))
        return Judgement(Factuality.QUESTION, token_cue(act, "inverted question", start))
    if sentence.title:
        second = raws[start + 1].lower() if start + 1 < sentence.end else ""
        if opening in words.EXPLAINING:
            return Judgement(Factuality.COMMENTARY, token_cue(act, "explaining headline", start))
        if opening in ("where", "when", "who") and second in _INVERTED:
            return Judgement(Factuality.QUESTION, token_cue(act, "inverted question", start))
        third = raws[start + 2].lower() if start + 2 < sentence.end else ""
        if opening in ("here", "this", "that") and third in words.EXPLAINING and second in ("'s", "’s", "is"):
            return Judgement(Factuality.COMMENTARY, token_cue(act, "explaining headline", start + 2))
    return None


def conditional(act: Act) -> Judgement | None:
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
    auxiliaries = group(act)
    modal = next((p for p in auxiliaries if act.low(p) in words.FUTURE | words.WOULD | words.MAYBE), None)
    if modal is not None:
        at = act.around.index(act.clause)
        hanging = {clause.lead for clause in act.around[at + 1 : at + 2]} & {"when", "once"}
        if hanging or any(other.lead in words.CONDITION for other in act.around):
            return Judgement(Factuality.CONDITIONAL, act.cue("hangs on a condition", modal))
    if not auxiliaries and not is_noun(act) and not is_past(act.raw(act.at)):
        # "If the state pays half, the company retrains them": a present that follows its condition.
        opening = act.around[0]
        if opening is not act.clause and opening.lead in words.CONDITION:
            return Judgement(Factuality.CONDITIONAL, token_cue(act, "hangs on a condition", opening.words[0]))
    if modal is None and not any(act.low(p) == "to" for p in auxiliaries):
        return None
    end = len(act.clause.words)
    for place in range(act.last + 1, end):
        # "would have freed them had talks gone on"
        inverted = act.low(place) == "had" and modal is not None and act.low(modal) in words.WOULD
        last = place if inverted else stands(act, words.CONDITION_AFTER, place, end)
        if last is not None:
            return Judgement(Factuality.CONDITIONAL, act.cue("hangs on a condition", place, last))
    return None


def looks_back(act: Act) -> Judgement | None:
    """Anniversaries, habits, counts so far, and dates that lie far before the publication."""
    lows = [act.tokens.lows[index] for index in act.clause.words]
    first = "first" in lows or "since" in lows
    start, end = act.tokens.starts[act.clause.words[0]], act.tokens.ends[act.clause.words[-1]]
    if act.published is not None:
        for time in act.times():
            inside = start <= time.span.start < end
            if inside and time.is_past(act.published):
                lead = act.tokens.text[max(time.span.start - 6, 0) : time.span.end].lower()
                if first and "since" in lead:
                    continue
                return Judgement(Factuality.PAST, Cue("factuality", f"long past: {time.rule}", time.span))
    return _long_after(act, lows) or _habit(act, lows) or _bygone(act) or _anniversary(act)


def _bygone(act: Act) -> Judgement | None:
    """`drills that were previously delayed`: an adverb right before the act."""
    if act.at and act.low(act.at - 1) in _BYGONE:
        return Judgement(Factuality.PAST, act.cue("bygone", act.at - 1))
    return None


def _anniversary(act: Act) -> Judgement | None:
    found = anywhere(act, words.ANNIVERSARY)
    return Judgement(Factuality.PAST, act.cue("looks back", *found)) if found else None


def _long_after(act: Act, lows: list[str]) -> Judgement | None:
    """`a year after Sylvania launched …`: the words before "after" may stand in the clause before."""
    if "after" not in lows and "since" not in lows:
        return None
    for place, low in enumerate(lows[: act.at]):
        if low in ("after", "since"):
            index = act.clause.words[place]
            before = act.tokens.raws[index - 1].lower() if index > act.sentence.start else ""
            if before in words.LONG_UNITS:
                return Judgement(Factuality.PAST, token_cue(act, "long after", index - 1))
    return None


def _habit(act: Act, lows: list[str]) -> Judgement | None:
    """`held drills every spring`, `regularly fires missiles`: a habit is no act of today."""
    if words.HABITUAL.isdisjoint(lows) and "every" not in lows and "each" not in lows:
        return None
    for place, low in enumerate(lows):
        if low in words.HABITUAL:
            return Judgement(Factuality.PAST, act.cue("habit", place))
        if low in ("every", "each") and place + 1 < len(lows) and lows[place + 1] in words.CALENDAR:
            return Judgement(Factuality.PAST, act.cue("habit", place, place + 1))
    return None


def looks_ahead(act: Act) -> Judgement | None:
    """A present tense with a date still to come is a timetable: "drills start on 1 April"."""
    raw = act.raw(act.at)
    if act.published is None or (is_past(raw) and not is_base(raw)):
        return None
    if act.stem(act.at) in words.DECIDING:
        return None  # "suspends the drills of August": what is decided lies ahead, the decision does not
    start, end = act.tokens.starts[act.clause.words[0]], act.tokens.ends[act.clause.words[-1]]
    told = act.sentence.title and not is_noun(act)
    for time in act.times():
        if not start <= time.span.start < end:
            continue
        stale = told and time.rule == "weekday" and (act.published - time.first).days >= _STALE
        if stale or time.is_future(act.published):
            return Judgement(Factuality.PLANNED, Cue("factuality", "date to come", time.span))
    return None


def afterthought(act: Act) -> Judgement | None:
    """`…, analysts predict` at the end of the sentence."""
    last = act.clause.words[act.last]
    for index in range(max(last + 1, act.sentence.end - 5), act.sentence.end):
        if act.tokens.stems[index] in words.AFTERTHOUGHTS and "," in act.tokens.raws[last:index]:
            return Judgement(Factuality.HEDGED, token_cue(act, "afterthought", index))
    return None


def commentary(tokens: Tokens, title: Sentence, last: Sentence) -> Cue | None:
    """The label or phrase by which a headline says that its text is comment, explanation or memory.

    `title` is the first sentence of the headline, `last` the one that ends it.
    """
    stems = tokens.stems[title.start : title.end]
    for place, raw in enumerate(tokens.raws[title.start : title.start + 4]):
        if (
            raw in (":", "|", "—", "-", "–")
            and place
            and any(s in words.OPINION_LABELS for s in stems[:place])
        ):
            index = title.start
            return Cue("factuality", "label", Span(tokens.starts[index], tokens.ends[index + place - 1]))
    final = last.end - 1
    dash = final > 2 and tokens.raws[final - 1] in ("|", "—", "-")
    if dash and tokens.stems[final] in words.OPINION_LABELS:
        return Cue("factuality", "label", Span(tokens.starts[final], tokens.ends[final]))
    for place, stem in enumerate(stems):
        for phrase in words.COMMENT_PHRASES.get(stem, ()):
            if stems[place : place + len(phrase)] == phrase:
                first, end = title.start + place, title.start + place + len(phrase) - 1
                return Cue("factuality", "comment", Span(tokens.starts[first], tokens.ends[end]))
    return None
