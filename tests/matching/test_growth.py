"""No text raises, costs more than linear time, or changes with what else is watched."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matching.profiles import CONCEPTS, MATCHER, PROFILES, PUBLISHED
from tests.matching.test_sentences import ALL
from tracker.evidence.profile import Concept, WatchProfile
from tracker.matching import Matcher

SENTENCES = [text for _, text, *_ in ALL]
_CUES = [
    "that",
    "not to",
    "no",
    "if",
    "after",
    "before",
    "of the first",
    "has yet to",
    "as long as",
    "at the",
]
_WORDS = ["Sylvania", "Freedonia", "US", "missile launch", "summit", "frees", "prisoners", "drills", "cut in"]
_TIMES = [
    "2006",
    "last year",
    "31 June",
    "every spring",
    "Thursday",
    "a year ago",
    "nearly done",
    "decision to",
]
_MARKS = [*"?:,;|\n…“’«\x00\ud800\u200bİß٣", " - ", "\n\n"]
_PIECES = st.sampled_from([*_CUES, *_WORDS, *_TIMES, *_MARKS])
_HOSTILE = st.lists(_PIECES, max_size=60).flatmap(
    lambda pieces: st.sampled_from([" ", "", "  "]).map(lambda glue: glue.join(pieces))
)
_UNRELATED = Matcher(
    (*CONCEPTS, Concept("whales", ("whale", "whaling fleet")), Concept("nantucket", ("nantucket",))),
    (
        *PROFILES,
        WatchProfile("whaling", object=("whales",), actors=("nantucket",), violates=("hunt -> <whales>",)),
    ),
)


@settings(deadline=None, max_examples=200)
@given(text=_HOSTILE)
def test_words_in_no_order_at_all(text: str) -> None:
    """Cues without sentences raise nothing; every span and cue still indexes the text, and again alike."""
    matches = MATCHER.match(text, published=PUBLISHED, zone="Asia/Seoul")
    for match in matches:
        for span in (*match.spans, *(cue.span for cue in match.cues)):
            assert 0 <= span.start < span.end <= len(text)
    assert matches == MATCHER.match(text, published=PUBLISHED, zone="Asia/Seoul")


@settings(deadline=None, max_examples=100)
@given(text=st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4).map("\n".join))
def test_a_commitment_that_shares_no_concept_changes_no_other(text: str) -> None:
    """What is found for one commitment does not depend on which others are watched."""
    assert _UNRELATED.match(text, published=PUBLISHED, zone="UTC") == MATCHER.match(
        text, published=PUBLISHED, zone="UTC"
    )


@settings(deadline=None, max_examples=100)
@given(text=st.sampled_from(SENTENCES), data=st.data())
def test_the_rest_of_a_text_cannot_move_a_span(text: str, data: st.DataObject) -> None:
    """The words of a headline's act are the same words with a body below."""
    body = data.draw(st.sampled_from(SENTENCES))
    whole = f"{text}\n{body}"
    for match in MATCHER.match(whole, published=PUBLISHED, zone="UTC"):
        quoted = "".join(whole[span.start : span.end] for span in match.spans)
        assert quoted.strip() == quoted != ""


@settings(deadline=None, max_examples=100)
@given(
    text=st.sampled_from(SENTENCES).map(lambda text: text.replace("\n", " ")), mark=st.sampled_from("“”‘’«»")
)
def test_quotes_around_a_headline_change_nothing(text: str, mark: str) -> None:
    """Quotation marks around the whole are no words: the same findings, moved by one character."""
    plain = MATCHER.match(text, published=PUBLISHED, zone="UTC")
    quoted = MATCHER.match(mark + text, published=PUBLISHED, zone="UTC")
    assert [(m.commitment, m.relation, m.factuality) for m in quoted] == [
        (m.commitment, m.relation, m.factuality) for m in plain
    ]
    assert [s.start for m in quoted for s in m.spans] == [s.start + 1 for m in plain for s in m.spans]


def _seconds(text: str) -> float:
    begun = time.process_time()
    MATCHER.match(text, published=PUBLISHED, zone="UTC")
    return time.process_time() - begun


@pytest.mark.parametrize(
    "unit",
    [
        ", ",
        "that Sylvania freed prisoners said that ",
        "not to ",
        "“‘",
        "x",
        "prisoners treaty summit missile ",
        "Sylvania summit ",
        "after before while Sylvania frees prisoners ",
        "of the first two of prisoners Sylvania ",
        "summit to to to Sylvania ",
        "'s missile launch Sylvania ",
    ],
)
def test_cost_grows_with_the_length_and_no_faster(unit: str) -> None:
    """Four times the text takes about four times as long; a square would take sixteen times."""
    quarter = unit * (50_000 // len(unit))
    part = min(_seconds(quarter) for _ in range(2))
    assert _seconds(quarter * 4) < 12 * part + 0.2
