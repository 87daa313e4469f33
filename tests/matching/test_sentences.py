"""One phenomenon a sentence: which relation, how far a fact, which words, and by which rule."""

from __future__ import annotations

import pytest

from tests.matching.profiles import said, words
from tests.matching.sentences import (
    basics,
    headlines,
    leads,
    presupposed,
    reported,
    scope,
    unforeseen,
    voices,
)

ALL = [
    *basics.ALL,
    *presupposed.ALL,
    *headlines.ALL,
    *voices.ALL,
    *scope.ALL,
    *leads.ALL,
    *reported.ALL,
    *unforeseen.ALL,
]


@pytest.mark.parametrize(("commitment", "text", "relation", "factuality", "expected", "rule"), ALL)
def test_sentence(
    commitment: str, text: str, relation: str, factuality: str, expected: str, rule: str
) -> None:
    """A sentence is read as its one phenomenon demands, by the rule that is meant for it."""
    match = said(text, commitment)
    assert match is not None
    assert (match.relation.value, match.factuality.value) == (relation, factuality), match.cues
    assert words(text, match) == expected
    assert rule in [cue.rule for cue in match.cues if cue.stage == "factuality"]


def test_no_sentence_stands_twice() -> None:
    """Every row is a case of its own."""
    assert len({(commitment, text) for commitment, text, *_ in ALL}) == len(ALL) >= 450


@pytest.mark.parametrize(
    ("commitment", "text"),
    [
        ("release", "Borduria frees three engineers"),
        ("release", "Three engineers freed by Borduria, not far from Sylvania's neighbours"),
        ("no-launch", "Borduria fires missile; Sylvania protests"),
        ("no-launch", "US launches missile as Sylvania watches"),
        ("coal", "Bordurian firm closes coal plant in Ruritania's neighbour"),
    ],
)
def test_another_actor_does_it(commitment: str, text: str) -> None:
    """What an excluded actor does neither keeps nor breaks the promise."""
    match = said(text, commitment)
    assert match is None or match.relation.value == "context"


@pytest.mark.parametrize(
    ("commitment", "text"),
    [
        ("release", "Sylvania frees political prisoner"),
        ("release", "Sylvania opens its border"),
        ("no-launch", "Sylvania launches inquiry"),
        ("no-launch", "Sylvania opens missile site"),
        ("coal", "Ruritania closes coal mine"),
        ("ceasefire", "Rebels break up"),
        ("election", "Government shops online"),
        ("tax", "Voters cut grass"),
        ("no-launch", "they told us about it"),
    ],
)
def test_nothing_to_say(commitment: str, text: str) -> None:
    """Without the object, or with a look-alike of it, a text says nothing of the commitment."""
    assert said(text, commitment) is None
