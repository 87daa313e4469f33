"""The pattern language: what is matched, and which faults are named."""

from __future__ import annotations

import pytest

from tracker.errors import BadPattern
from tracker.evidence.profile import Concept, WatchProfile
from tracker.matching import Matcher
from tracker.matching.lexicon import tokenise
from tracker.matching.pattern import compile_pattern, encode

CONCEPTS = {
    "town": Concept("town", ("new york", "=Reading", "US capital")),
    "men": Concept("men", ("three men", "worker")),
}


def found(pattern: str, text: str) -> str | None:
    """The matched words of the first hit."""
    tokens = tokenise(text)
    compiled = compile_pattern(pattern, CONCEPTS, "test")
    hit = next(compiled.search(encode(tokens, range(len(tokens)))), None)
    return " ".join(tokens.raws[at] for at in hit.words) if hit else None


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("free", "they freed him", "freed"),
        ("free", "freely given", None),
        ("=freed", "he frees them", None),
        ("=freed", "Freed at last", "Freed"),
        ("<town>", "in New York today", "New York"),
        ("<town>", "reading a book", None),
        ("<town>", "in Reading", "Reading"),
        ("<town>", "the U.S. capital", "U.S. capital"),
        ("<town>", "told us capital gains", None),
        ("(sign | hand over) deal", "signed deals", "signed deals"),
        ("(sign | hand over) deal", "hands over deal", "hands over deal"),
        ("sign the? deal", "sign deal", "sign deal"),
        ("sign the? deal", "sign the deal", "sign the deal"),
        ("sign ..2 deal", "sign a new deal", "sign deal"),
        ("sign ..2 deal", "sign a very new deal", None),
        ("sign .. deal", "sign one two three four five six deal", "sign deal"),
        ("sign .. deal", "sign one two three four five six seven deal", None),
        ("test !site", "nuclear test site", None),
        ("test !site", "nuclear test today", "test"),
        ("test -(dummy | mock)", "a mock alarm and a test", None),
        ("free -> <men>", "the three men were at last freed", "three men freed"),
        ("free -> <men>", "freed workers", "freed workers"),
        ("(carry out | hold) -> vote", "the vote was carried out", "vote carried out"),
        ("close -> <men>", "closure of the workers", "closure of workers"),
        ("meet", "they met", "met"),
        ("blow up", "blown up", "blown up"),
        ("cease fire", "a cease-fire", "cease fire"),
    ],
)
def test_language(pattern: str, text: str, expected: str | None) -> None:
    """Each construct matches what its row of the table says."""
    assert found(pattern, text) == expected


def test_star_names_the_act() -> None:
    """The starred word carries the act, otherwise the first plain word."""
    tokens = tokenise("workers march and shout")
    line = encode(tokens, range(len(tokens)))
    plain = next(compile_pattern("march and shout", CONCEPTS, "t").search(line))
    starred = next(compile_pattern("march and *shout", CONCEPTS, "t").search(line))
    assert (plain.act, starred.act) == (1, 3)


@pytest.mark.parametrize(
    ("pattern", "column", "word"),
    [
        ("", 1, "empty"),
        ("sign (deal", 6, "closed"),
        ("sign deal)", 10, "unexpected"),
        ("sign <tawn>", 6, "town"),
        ("? deal", 1, "stands after"),
        ("sign (a | )", 11, "empty"),
        ("sign ..40 deal", 6, "gap"),
        ("sign ! ..", 6, "needs"),
        ("<men> -> <men>", 1, "plain word"),
        ("sign ->", 6, "->"),
        ("sign -> a -> b", 11, "unexpected"),
        ("..3", 1, "nothing"),
        ("sign (a -b)", 6, "outside"),
        ("sign # deal", 6, "unexpected"),
    ],
)
def test_faults_name_profile_pattern_and_column(pattern: str, column: int, word: str) -> None:
    """A fault is one line with the watch, the pattern and the column."""
    with pytest.raises(BadPattern) as caught:
        compile_pattern(pattern, CONCEPTS, "peace-deal")
    text = str(caught.value)
    assert "peace-deal" in text and repr(pattern) in text and f"column {column}:" in text and word in text


@pytest.mark.parametrize(
    ("concept", "profile", "word"),
    [
        (Concept("a", ()), None, "no variants"),
        (Concept("a", ("--",)), None, "no word"),
        (Concept("a", ("x",)), WatchProfile("w", object=()), "empty"),
        (Concept("alpha", ("x",)), WatchProfile("w", object=("alhpa",)), "did you mean 'alpha'"),
        (Concept("a", ("x",)), WatchProfile("w", object=("a",), actors=("b",)), "actors"),
    ],
)
def test_faulty_concepts_and_profiles(concept: Concept, profile: WatchProfile | None, word: str) -> None:
    """A concept or a profile that cannot work is refused when the matcher is made."""
    with pytest.raises(BadPattern, match=word):
        Matcher([concept], [profile] if profile else [])
