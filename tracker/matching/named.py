"""Acts that are named rather than told: "the launch", "after the summit", "caught selling".

A noun says nothing by itself. What governs it from the left, what stands right behind it, what is said of it
and how it is described may take the act for granted ("shrugs off the launch"), deny it or put it off. Some
acts are announced beforehand, and so praised and condemned beforehand: for a summit only its end, or what
came after it, tells that it was held.
"""

from __future__ import annotations

from tracker.evidence.finding import Factuality
from tracker.matching import cues as words
from tracker.matching.act import Act
from tracker.matching.governors import governed, mentioned
from tracker.matching.judgement import (
    AUXILIARIES,
    Judgement,
    following,
    stands,
    token_cue,
)
from tracker.matching.lexicon import is_base, is_past

_WINDOW = 5

_SAID_OF_IT = (
    (words.UNDONE, Factuality.NEGATED, "undone"),
    (words.DOUBTFUL, Factuality.HEDGED, "doubtful"),
    (words.TO_COME, Factuality.PLANNED, "to come"),
)


def named(act: Act) -> Judgement:
    """Acts named as a noun: only what takes them for granted makes them facts."""
    nothing = nothing_before(act)
    if nothing is not None:
        return nothing
    headed = _headed(act) or _hypothetical(act)
    if headed is not None:
        return headed
    # "suspension of drills" is a decision; "the drills" are what was announced beforehand.
    if act.event:
        scheduled = all(act.stem(place) not in words.UNANNOUNCED for place in act.places)
    else:
        scheduled = act.stem(act.at) in words.SCHEDULED
    found = governed(act, noun=True, scheduled=scheduled)
    if found is not None and found.factuality is not Factuality.ACTUAL:
        return found
    said = _predicate(act, scheduled, strict=found is not None)
    if said is not None and (found is None or said.factuality is not Factuality.ACTUAL):
        return said
    if found is not None:
        return found
    if act.clause.lead in ("after", "following", "despite"):
        return Judgement(Factuality.ACTUAL, act.cue("presupposed", 0), 0.72)
    return _modified(act, scheduled) or _topic(act, scheduled) or _amid(act, scheduled) or mentioned(act)


def nothing_before(act: Act) -> Judgement | None:
    """`no missile was launched`, `none of the three was freed`, `neither side met`."""
    for place in range(act.first - 1, max(act.first - 7, -1), -1):
        low = act.low(place)
        if low in ("no", "none", "neither", "nobody", "nor") and not _is_number_sign(act, place):
            return Judgement(Factuality.NEGATED, act.cue("none", place))
        if (
            low in (",", "and", "but")
            or (low in AUXILIARIES - {"to"})
            or (place < act.first - 3 and is_past(low))
        ):
            break
    for place in range(act.first, act.last):
        low = act.low(place)
        if low in ("no", "none", "neither", "zero") and place > act.at - 9:
            # "net-zero target" counts nothing.
            if _is_number_sign(act, place) or (low == "zero" and place and act.low(place - 1) == "net"):
                continue
            return Judgement(Factuality.NEGATED, act.cue("none", place))
    return None


def _is_number_sign(act: Act, place: int) -> bool:
    """`No 2 reactor`, `no longer`, which is said of the verb by its own rule."""
    return (
        act.low(place) == "no"
        and place + 1 < len(act.clause.words)
        and (act.low(place + 1).isdigit() or act.low(place + 1) == "doubt")
    )


def _headed(act: Act) -> Judgement | None:
    """`missile launch site`, `launch ban`, `launch fears`: the act only describes the noun behind it."""
    place = act.last + 1
    if act.at > act.last or place >= len(act.clause.words):
        return None
    raw, stem = act.low(place), act.stem(place)
    if is_past(raw):
        return None
    if stem in words.PLACE_HEADS:
        return mentioned(act)
    for heads, factuality, rule in (
        (words.PLAN_HEADS, Factuality.PLANNED, "plan"),
        (words.DOUBT_HEADS, Factuality.HEDGED, "hedge"),
        (words.STOP_HEADS, Factuality.NEGATED, "negating"),
    ):
        if stem in heads:
            return Judgement(factuality, act.cue(rule, place), 0.8)
    return None


def _hypothetical(act: Act) -> Judgement | None:
    """`response to any launch`, `a future summit`."""
    for place in range(act.last - 1, max(act.first - 5, -1), -1):
        low = act.low(place)
        if low in ("any", "future", "potential"):
            return Judgement(Factuality.PLANNED, act.cue("any", place), 0.8)
        if place not in act.places and (low in AUXILIARIES or low in (",", "and", "but")):
            break
    return None


def _predicate(act: Act, scheduled: bool, *, strict: bool) -> Judgement | None:
    """What is said of the act: "the summit collapses", "the launch is planned", "the release was delayed".

    `strict`: something has already taken it for granted, and only a plain denial or delay can undo that.
    """
    end = len(act.clause.words)
    being: int | None = None
    stems = act.tokens.stems
    singular = not act.raw(act.last).endswith("s")
    for place in range(act.last + 1, min(act.last + 1 + _WINDOW + 3, end)):
        if being is None and place > act.last + _WINDOW:
            break
        low = act.low(place)
        if low in (",", "and", "but"):
            break
        if low in _MOMENTS and act.low(place - 1) == "the" and place == act.last + 2:
            break  # "missile tests the day the talks collapse": somebody else's predicate
        if low in words.ALMOST:
            finished = following(act, words.FINISHED, _WINDOW + 2)
            if finished is not None:
                return Judgement(Factuality.ACTUAL, act.cue("nearly done", place, finished[1]), 0.7, True)
        for phrases, factuality, rule in _SAID_OF_IT:
            known = stems[act.clause.words[place]] in phrases
            last = stands(act, phrases, place, end) if known else None
            if last is not None:
                return Judgement(factuality, act.cue(rule, place, last), 0.8)
        if low in words.FUTURE | words.WOULD | words.DUTY or (low == "to" and _is_infinitive(act, place)):
            return None if strict and low == "to" else Judgement(Factuality.PLANNED, act.cue("future", place))
        if low in words.MAYBE or low in words.DOUBTING_ADVERBS:
            return Judgement(Factuality.HEDGED, act.cue("may", place))
        if low in words.NOT:
            return _denied(act, place, scheduled)
        if low == "over" and place == end - 1:
            return Judgement(Factuality.ACTUAL, act.cue("took place", place), 0.65)
        if low == "off" and place == end - 1:
            return Judgement(Factuality.NEGATED, act.cue("undone", place), 0.8)
        if low in words.BE:
            being = place if being is None else being
            continue
        happening = words.ENDING if scheduled else words.HAPPENING
        last = stands(act, happening, place, end) if not singular or _agrees(low) else None
        if last is not None and low not in ("place", "being"):
            begun = not scheduled and any(
                act.stem(p) in words.BEGINNING or act.low(p) in ("underway", "way")
                for p in range(place, min(last + 3, end))
            )
            return Judgement(Factuality.ACTUAL, act.cue("took place", place, last), 0.65, begun)
    if being is not None and not scheduled and act.low(being) not in ("being", "be"):
        return Judgement(Factuality.ACTUAL, act.cue("took place", being), 0.65)
    return None


_MOMENTS = frozenset({"day", "moment", "minute", "hour", "week", "month", "year", "time", "night", "morning"})
_UNBENT = frozenset({"underway", "under", "complete", "set", "put", "hit", "hurt"})


def _agrees(low: str) -> bool:
    """Whether a word can be the verb of one thing: "the launch alarms", not "launch alarm"."""
    return low.endswith("s") or is_past(low) or low in _UNBENT


def _denied(act: Act, place: int, scheduled: bool) -> Judgement:
    """`the launch did not happen`; but launches that "don't worry him" there were."""
    after = next((p for p in range(place + 1, min(place + 3, len(act.clause.words)))), place)
    occurs = act.stem(after) in words.OCCURRING or is_past(act.raw(after))
    if occurs or scheduled or stands(act, words.HAPPENING, after, len(act.clause.words)) is None:
        return Judgement(Factuality.NEGATED, act.cue("not", place))
    return Judgement(Factuality.ACTUAL, act.cue("took place", after), 0.6)


def _is_infinitive(act: Act, place: int) -> bool:
    """`launch to follow`, not `led to sanctions`."""
    after = act.raw(place + 1) if place + 1 < len(act.clause.words) else "the"
    return (
        is_base(after)
        and after.islower()
        and after not in ("the", "a", "an", "its", "their")
        and not (is_past(act.raw(place - 1)))
    )


def _modified(act: Act, scheduled: bool) -> Judgement | None:
    """`latest`, `Thursday's`, `last week's` before the noun, or `second … in a week` around it."""
    end = len(act.clause.words)
    since = act.last + 1 < end and act.low(act.last + 1) in ("in", "since", "this")
    for place in range(act.last - 1, max(act.first - 6, -1), -1):
        if place in act.places:
            continue
        low = act.low(place)
        if low in (",", "and", "but", "for", "to", "on"):
            break
        genitive = low == "'s" and place > 0 and _is_past_day(act, place, scheduled)
        if genitive or low in ("recent", "latest"):
            first = place - 1 if genitive else place
            return Judgement(Factuality.ACTUAL, act.cue("presupposed", first, place), 0.65)
        if low in words.ORDINALS and since and not scheduled:
            return Judgement(Factuality.ACTUAL, act.cue("counted", place), 0.65)
    return None


def _topic(act: Act, scheduled: bool) -> Judgement | None:
    """`Sylvania missile launch: what we heard`: a breach that heads a headline has happened. `Rufus's
    cancellation of the summit` is a certain one, and so a fact."""
    title = act.sentence.start
    labelled = ":" in act.tokens.raws[title + 1 : title + 3] and act.clause.words[0] > title + 1
    if act.sentence.title and labelled:
        seen = next((index for index in (title, title + 1) if act.tokens.lows[index] in words.IMAGES), None)
        if seen is not None:
            return Judgement(Factuality.ACTUAL, token_cue(act, "pictured", seen), 0.6)
    if scheduled:
        return None
    after = act.clause.words[-1] + 1
    heads = act.sentence.title and act.clause.words[0] == act.sentence.start
    alone = act.repeatable and not scheduled and heads and act.last + 1 == len(act.clause.words)
    if alone and after < len(act.tokens) and act.tokens.raws[after] == ":":
        return Judgement(Factuality.ACTUAL, token_cue(act, "topic", after), 0.6)
    if act.repeatable and heads and _acts_on(act):
        return Judgement(Factuality.ACTUAL, act.cue("subject", act.last + 1), 0.55)
    of = act.at + 1 < len(act.clause.words) and act.low(act.at + 1) == "of"
    if of and act.at and act.low(act.at - 1) == "'s":
        return Judgement(Factuality.ACTUAL, act.cue("possessed", act.at - 1, act.at), 0.6)
    return None


def _acts_on(act: Act) -> bool:
    """`missile launch shatters months of calm`: whatever verb it is, only a launch that was can do it."""
    verb, end = act.last + 1, len(act.clause.words)
    if verb + 1 >= end or act.raw(act.last).endswith("s"):
        return False
    low, then = act.low(verb), act.low(verb + 1)
    shaped = (low.endswith("s") and not low.endswith("ss") and len(low) > 3) or is_past(low)
    bare = act.stem(verb) not in words.SCHEDULED | words.NOUNS_BEHIND
    return shaped and bare and low.isalpha() and then not in AUXILIARIES


def _amid(act: Act, scheduled: bool) -> Judgement | None:
    """`handshakes at the summit`: what goes on at an event, unless it only will."""
    if not scheduled or not act.sentence.title or act.stem(act.last) in words.LASTING:
        return None
    for place in range(act.first - 1, max(act.first - 5, -1), -1):
        if act.low(place) in ("at", "during"):
            before = {act.low(p) for p in range(place or len(act.clause.words))}
            looks = place > 0 and act.low(place - 1) in ("look", "looking")
            plain = before.isdisjoint(AUXILIARIES) and not looks
            return Judgement(Factuality.ACTUAL, act.cue("amid", place), 0.6) if plain else None
        if act.low(place) in (",", "and", "but", "for", "to", "on", "of", "from"):
            break
    return None


def _is_past_day(act: Act, place: int, scheduled: bool) -> bool:
    """Whether a genitive is one of a time gone by: "yesterday's", "last week's", and "Thursday's" too,
    unless what it tells of is announced beforehand."""
    low = act.low(place - 1)
    if low in ("yesterday", "overnight"):
        return True
    if low in ("week", "weekend", "month", "night"):
        return place > 1 and act.low(place - 2) in ("last", "past")
    return low.endswith("day") and low[:1] in "mtwfs" and not scheduled
