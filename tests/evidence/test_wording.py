"""Finding words whatever their case, accents and form: the same words in any writing of the same text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.evidence.document import Span
from tracker.evidence.wording import find, fold, holds, words_of

TRICKY = "aAeéÉe\u0301ßıİﬁＡ각가\u11a8\u1100\u1161핵 \nσςΣ한글ñ\u0327"
TEXTS = st.text(st.sampled_from(TRICKY) | st.characters(codec="utf-8"))


@given(TEXTS)
@example("가\u11a8")
def test_a_text_is_the_same_composed_and_decomposed(text: str) -> None:
    """A file from one system and from another hold the same words."""
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(TEXTS, TEXTS)
def test_words_are_found_exactly_where_they_occur(text: str, wanted: str) -> None:
    """There is a place for each word if and only if it occurs; places are in order and apart."""
    for word in words_of(wanted):
        spans = find(text, [word])
        assert bool(spans) == holds(text, [word])
        assert all(word in fold(text[span.start : span.end]) for span in spans)
    spans = find(text, words_of(wanted))
    ends = [0, *(span.end for span in spans)]
    assert all(end < span.start or end == 0 for end, span in zip(ends, spans, strict=False))
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


@given(TEXTS)
def test_every_text_holds_its_own_words(text: str) -> None:
    """Copied out of a document, a sentence finds it."""
    assert holds(text, words_of(text))


@pytest.mark.parametrize(
    ("text", "word", "words"),
    [
        ("Zoe\u0301 spoke", "zoé", ["Zoe\u0301"]),  # with its mark
        ("하나와 한 사람", "하", ["하"]),  # and not half of 한
        ("banana", "ana", ["anana"]),  # overlapping places are one
        ("Straße, STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("oﬃce", "ffi", ["ﬃ"]),
        ("nothing", "zebra", []),
    ],
)
def test_the_exact_words_are_given_back(text: str, word: str, words: list[str]) -> None:
    """Whole letters, as they are written."""
    assert [text[span.start : span.end] for span in find(text, words_of(word))] == words


def test_marks_before_any_letter_belong_to_nothing() -> None:
    """They are skipped, and what follows is where it is."""
    assert find("\u0301\u0301a", ["a"]) == (Span(2, 3),)
