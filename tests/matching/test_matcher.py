"""Promises of the matcher as a whole."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matching.profiles import CONCEPTS, MATCHER, PROFILES, PUBLISHED, said
from tests.matching.test_sentences import ALL
from tracker.errors import UnknownCommitment
from tracker.evidence.profile import Concept, WatchProfile
from tracker.matching import Matcher

TEXTS = [text for _, text, *_ in ALL]
WORDS = sorted({word for text in TEXTS for word in text.split()})
NEWS = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)
ANY = (
    st.text(max_size=300)
    | NEWS
    | st.binary(max_size=300).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
)


@settings(deadline=None, max_examples=150)
@given(
    text=ANY,
    published=st.none() | st.datetimes(timezones=st.just(UTC)),
    zone=st.sampled_from(["UTC", "Asia/Seoul"]),
)
def test_any_text_gives_sound_matches(text: str, published: datetime | None, zone: str) -> None:
    """No text raises; matches are sorted, one a commitment, and their spans and cues index the text."""
    matches = MATCHER.match(text, published=published, zone=zone)
    ids = [match.commitment for match in matches]
    assert ids == sorted(set(ids))
    for match in matches:
        assert match.spans and 0 < match.confidence <= 1
        ends = [-1]
        for span in match.spans:
            assert ends[-1] < span.start < span.end <= len(text)
            ends.append(span.end)
        for cue in match.cues:
            assert 0 <= cue.span.start < cue.span.end <= len(text)
        if match.occurred is not None and published is not None:
            assert match.occurred.start <= published
    assert matches == MATCHER.match(text, published=published, zone=zone)


@settings(deadline=None, max_examples=40)
@given(text=NEWS, order=st.permutations(PROFILES))
def test_order_of_profiles_does_not_matter(text: str, order: list[WatchProfile]) -> None:
    """The same profiles in another order find the same."""
    shuffled = Matcher(CONCEPTS, order)
    assert shuffled.match(text, published=PUBLISHED, zone="UTC") == MATCHER.match(
        text, published=PUBLISHED, zone="UTC"
    )


def test_an_unrelated_profile_changes_nothing() -> None:
    """A commitment that shares no concept never changes another's matches; nor does its going."""
    others = Matcher(
        (*CONCEPTS, Concept("whales", ("whale", "sylvania whale"))),
        (*PROFILES, WatchProfile("whaling", object=("whales",), violates=("hunt -> <whales>",))),
    )
    for text in TEXTS:
        assert others.match(text, published=PUBLISHED, zone="UTC") == MATCHER.match(
            text, published=PUBLISHED, zone="UTC"
        )
    others.remove("whaling")
    assert others.match("Ships hunt whales", published=PUBLISHED, zone="UTC") == []


def test_profiles_come_change_and_go() -> None:
    """Adding replaces the profile of the same commitment; removing one that is not there is no error."""
    matcher = Matcher(CONCEPTS, [])
    profile = PROFILES[0]
    text = "Sylvania frees three engineers"
    assert matcher.match(text, published=None, zone="UTC") == []
    matcher.add(profile)
    assert [m.relation.value for m in matcher.match(text, published=None, zone="UTC")] == ["fulfils"]
    matcher.add(attrs.evolve(profile, fulfils=(), violates=profile.fulfils))
    assert [m.relation.value for m in matcher.match(text, published=None, zone="UTC")] == ["violates"]
    matcher.remove(profile.commitment)
    matcher.remove(profile.commitment)
    assert matcher.match(text, published=None, zone="UTC") == []


def test_commitments_with_the_same_words_match_alike() -> None:
    """Parts of one commitment share a profile and each gets its match."""
    parts = [attrs.evolve(PROFILES[0], commitment=f"part-{n}") for n in (2, 1, 3)]
    found = Matcher(CONCEPTS, parts).match("Sylvania frees three engineers", published=None, zone="UTC")
    assert [match.commitment for match in found] == ["part-1", "part-2", "part-3"]


@pytest.mark.parametrize(
    "unit",
    [
        "Sylvania fires missile ",
        "Sylvania fires missile. ",
        "prisoner, ",
        "U.S. ",
        "x",
        "\n",
        "if to not no ",
    ],
)
def test_a_line_of_a_megabyte(unit: str) -> None:
    """A hostile megabyte takes seconds at the very most, whatever it says."""
    text = unit * (1_000_000 // len(unit))
    begun = time.perf_counter()
    MATCHER.match(text, published=PUBLISHED, zone="UTC")
    assert time.perf_counter() - begun < 8


@pytest.mark.parametrize(
    ("language", "covered"),
    [("en", True), ("en-GB", True), ("EN_us", True), ("", True), ("ko", False), ("eng1", False)],
)
def test_languages(language: str, covered: bool) -> None:
    """English is read, other languages are said not to be covered and match nothing."""
    assert MATCHER.covers(language) is covered
    found = MATCHER.match("Sylvania frees three engineers", published=None, zone="UTC", language=language)
    assert bool(found) is covered


@pytest.mark.parametrize(
    ("text", "name", "party"),
    [
        ("Sylvania frees three engineers", "", ""),
        ("Washington says Sylvania has freed three engineers", "Washington", "us"),
        ("Sylvania has freed three engineers, Sylvanian officials said", "Sylvanian officials", "syl"),
        (
            "Sylvania freed three engineers, according to the Freedonian ministry",
            "Freedonian ministry",
            "fre",
        ),
        ("Envoy: Sylvania has freed three engineers", "Envoy", ""),
        ("Sylvania has freed three engineers. He said so.", "", ""),
        ("The envoy, Ann Alva, said Sylvania had freed prisoners", "envoy", ""),
        ("Freedonia confirms Sylvania released prisoners", "Freedonia", "fre"),
    ],
)
def test_speaker(text: str, name: str, party: str) -> None:
    """The name a statement is attributed to, and the party it speaks for."""
    match = said(text, "release")
    assert match is not None
    assert (match.speaker, match.speaker_party) == (name, party)


def test_explain_shows_every_stage() -> None:
    """The stages are simple values that agree with the match."""
    text = "Sylvania frees three engineers on Monday, Washington says"
    stages = MATCHER.explain(text, "release", published=PUBLISHED)
    assert set(stages) == {"tokens", "concepts", "clauses", "acts", "decision"}
    decision = stages["decision"]
    assert isinstance(decision, dict)
    assert (decision["relation"], decision["factuality"]) == ("fulfils", "actual")
    assert (decision["occurred"], decision["speaker"]) == ("2018-05-14", "Washington")
    assert {cue["stage"] for cue in decision["cues"]} == {"pattern", "factuality", "time", "speaker"}


def test_explain_an_unwatched_commitment() -> None:
    """Asking for a commitment that is not watched is the user's mistake."""
    with pytest.raises(UnknownCommitment, match="nobody"):
        MATCHER.explain("text", "nobody")
