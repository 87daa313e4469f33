"""Finding words in a text as a person means them: in any case, with or without accents.

A word is found wherever it occurs, inside of longer words too, because Korean and others write behind a noun
what English puts before it: 비핵화 occurs in 비핵화를. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from tracker.evidence.document import Span

# Of Korean the syllable is the letter, also where a text has it in its two or three parts.
_IN_PARTS = "[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[\uac00-\ud7a3][\u11a8-\u11c2]"
_SYLLABLE = re.compile(_IN_PARTS)
_LETTER = re.compile(f"{_IN_PARTS}|.", re.DOTALL)
_WHOLE_SYLLABLES = range(0xAC00, 0xD7A4)


class _Folds(dict[int, str]):
    """What each character is taken for, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code).casefold())
        bare = "".join(part for part in parts if not unicodedata.combining(part))
        self[code] = chr(code) if code in _WHOLE_SYLLABLES else bare
        return self[code]


_folds = _Folds()


def fold(text: str) -> str:
    """The text without case and accents, in one form: no full width, no ligatures, no syllables in parts."""
    if text.isascii():
        return text.lower()
    return _SYLLABLE.sub(_whole, text).translate(_folds)


def _whole(syllable: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", syllable[0])


def words_of(text: str) -> tuple[str, ...]:
    """The words to look for, folded, each once."""
    return tuple(dict.fromkeys(fold(text).split()))


def holds(text: str, words: Sequence[str]) -> bool:
    """Whether each of the folded words occurs in the text."""
    folded = fold(text)
    return all(word in folded for word in words)


def find(text: str, words: Sequence[str]) -> tuple[Span, ...]:
    """Where the folded words occur in the text, in order; places that touch or overlap are one."""
    pieces: list[str] = []
    origin: list[Span] = []  # of each folded character
    for letter in _LETTER.finditer(text):
        piece = fold(letter[0])
        if piece or not origin:
            pieces.append(piece)
            origin += [Span(*letter.span())] * len(piece)
        else:
            origin[-1] = Span(origin[-1].start, letter.end())  # a mark belongs to what it stands on
    folded = "".join(pieces)
    found = {
        (origin[at].start, origin[at + len(word) - 1].end) for word in words for at in _places(folded, word)
    }
    return _merged(sorted(found))


def _places(folded: str, word: str) -> Iterator[int]:
    at = folded.find(word)
    while at >= 0:
        yield at
        at = folded.find(word, at + 1)


def _merged(places: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for start, end in places:
        if spans and start <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(end, spans[-1].end))
        else:
            spans.append(Span(start, end))
    return tuple(spans)
