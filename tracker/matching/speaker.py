"""Who says it: the name a statement is attributed to, and the party that name speaks for.

"Seoul says …", "…, according to the ministry", "Pompeo: …". A text without such words is the newsroom's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from attrs import frozen

from tracker.evidence.document import Span
from tracker.matching.clause import Sentence
from tracker.matching.lexicon import Tokens, word_set

_SAYS = word_set(
    """
    says said say tells told confirms confirmed announces announced claims claimed insists insisted adds
    added denies denied reports reported predicts predicted warns warned stated declares declared
    tweets tweeted writes wrote argues argued thinks believes vows vowed pledges pledged hopes suggests
    suggested admits admitted
    """
)
_NO_NAME = word_set(
    """
    he she it they we i who which that this there has have had also be been to not will would
    """
)
_BREAKS = frozenset(".?!;:|—\n–-") | {"--"}
_LINKS = word_set(
    """
    that as and but after before when while if because although of on in at by to for from with says
    said
    """
)
_LONGEST_NAME = 8


@frozen
class Speaker:
    """A name as it stands in the text, with its place; `party` is empty where no concept gives one."""

    name: str
    span: Span
    party: str


def speaker(
    tokens: Tokens, sentence: Sentence, act: int, party_of: Callable[[int, int], str | None]
) -> Speaker | None:
    """Whom the words around the act (a token position) are attributed to, or None.

    `party_of` tells the party named by tokens `[start, end)`. A verb of saying before the act counts if it
    is the nearest one; after it, only as a tag that ends the sentence.
    """
    lowers = tokens.lows[sentence.start : sentence.end]
    found = (
        _label(tokens, sentence, act, lowers)
        or _before(tokens, sentence, act, lowers)
        or _according(tokens, sentence, lowers)
        or _after(tokens, sentence, act, lowers)
    )
    if found is None:
        return None
    start, end = found
    span = Span(tokens.starts[start], tokens.ends[end - 1])
    name = re.sub(r"\s+", " ", tokens.text[span.start : span.end])
    return Speaker(name, span, party_of(start, end) or "")


def _label(tokens: Tokens, sentence: Sentence, act: int, lowers: Sequence[str]) -> tuple[int, int] | None:
    """`Pompeo: three Americans freed`: a short capitalised name before the first colon, the act after it."""
    if ":" not in lowers:
        return None
    colon = lowers.index(":")
    capitals = all(
        tokens.raws[sentence.start + place][:1].isupper() or lowers[place] in ("of", "'s", "’s", "the")
        for place in range(colon)
    )
    if 0 < colon <= 5 and capitals and sentence.start + colon < act:
        return sentence.start, sentence.start + colon
    return None


def _before(tokens: Tokens, sentence: Sentence, act: int, lowers: Sequence[str]) -> tuple[int, int] | None:
    """`South Korean officials said the drills had begun`."""
    for place in range(min(act - sentence.start, len(lowers)) - 1, 0, -1):
        if lowers[place] in _SAYS:
            return _name_before(tokens, sentence, place, lowers)
    return None


def _after(tokens: Tokens, sentence: Sentence, act: int, lowers: Sequence[str]) -> tuple[int, int] | None:
    """`The drills have begun, the ministry said`, or a headline's `…, Reports Say`."""
    for place in range(act - sentence.start + 1, len(lowers)):
        if lowers[place] in _SAYS and place > 1:
            comma = max((at for at in range(place) if lowers[at] == ","), default=-1)
            if comma >= act - sentence.start and 0 < place - comma - 1 <= _LONGEST_NAME:
                return _named(sentence.start + comma + 1, sentence.start + place, lowers, sentence)
            return None
    return None


def _according(tokens: Tokens, sentence: Sentence, lowers: Sequence[str]) -> tuple[int, int] | None:
    """`according to the Unification Ministry`."""
    for place in range(len(lowers) - 2):
        if lowers[place] == "according" and lowers[place + 1] == "to":
            end = place + 2
            while end < len(lowers) and end - place - 2 < _LONGEST_NAME and lowers[end] not in ",.;:?!\n":
                end += 1
            return _named(sentence.start + place + 2, sentence.start + end, lowers, sentence)
    return None


def _name_before(
    tokens: Tokens, sentence: Sentence, verb: int, lowers: Sequence[str]
) -> tuple[int, int] | None:
    """The words before a verb of saying, back to a break; an inserted phrase between commas is skipped."""
    end = verb
    while end > 0 and lowers[end - 1] in ("also", "later", "has", "have", "had"):
        end -= 1
    if end and lowers[end - 1] == ",":
        opening = max((at for at in range(end - 1) if lowers[at] == ","), default=-1)
        if opening <= 0:
            return None
        end = opening
    start = end
    while start > 0 and end - start < _LONGEST_NAME and lowers[start - 1] not in _BREAKS | {","}:
        if lowers[start - 1] in _LINKS - {"of", "for", "in"}:
            break
        start -= 1
    return _named(sentence.start + start, sentence.start + end, lowers, sentence)


def _named(start: int, end: int, lowers: Sequence[str], sentence: Sentence) -> tuple[int, int] | None:
    """The range without a leading article, or None where it holds no name."""
    while start < end and lowers[start - sentence.start] in ("the", "a", "an", "but", "and", "meanwhile"):
        start += 1
    words = lowers[start - sentence.start : end - sentence.start]
    if not words or words[-1] in _NO_NAME or words[0] in _NO_NAME:
        return None
    return start, end
