"""Origins: who quotes one envoy, one party or one wire is one origin, and so is who copies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve as but
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.evidence.document import Document
from tracker.evidence.finding import Factuality, Match, Relation
from tracker.evidence.origin import copied_from, origin_of
from tracker.evidence.source import Source, SourceKind, Sources

SOURCES = Sources(
    (
        Source("AP", kind=SourceKind.WIRE, credits=("Associated Press",)),
        Source("Reuters", kind=SourceKind.WIRE),
        Source("Yonhap", kind=SourceKind.WIRE),
        Source("Gazette"),
        Source("Foreign Ministry", kind=SourceKind.MINISTRY, party="north"),
        Source("North News Agency", kind=SourceKind.PARTY_ORGAN, party="north"),
    )
)
DAY = datetime(2024, 3, 1, tzinfo=UTC)
BODY = (
    "The envoy told reporters at the border crossing on Friday that the last of the loudspeakers had been "
    "taken down overnight and that the crews had left the zone before dawn, as both sides had agreed in May."
)


def doc(publisher: str, body: str = BODY, **more: object) -> Document:
    """A document."""
    made = Document(
        number=1, hash=publisher, feed=publisher, publisher=publisher, guid="1", url="", title="Loudspeakers",
        body=body, author="", language="en", published=DAY, published_given="", first_seen=DAY,
    )  # fmt: skip
    return but(made, **more)  # type: ignore[arg-type]


def match(speaker: str = "", party: str = "") -> Match:
    """What a matcher found in it."""
    return Match("x", Relation.FULFILS, Factuality.ACTUAL, 0.9, (), (), None, speaker, party)


def test_three_wires_that_quote_one_envoy_are_one_origin() -> None:
    """The named speaker, in whatever case, before the wire; three that say it themselves are three."""
    quoting = {
        origin_of(match(name), doc(wire), SOURCES)
        for wire, name in (("AP", "Kim Chol"), ("Reuters", "Kim Chol"), ("Yonhap", "KIM CHOL"))
    }
    assert quoting == {"speaker:kim chol"}
    assert len({origin_of(match(), doc(wire), SOURCES) for wire in ("AP", "Reuters", "Yonhap")}) == 3


def test_a_ministry_its_news_agency_and_its_ministers_are_one_origin() -> None:
    """Speakers and publishers of one party do not corroborate each other."""
    told = {
        origin_of(match(), doc("Foreign Ministry"), SOURCES),
        origin_of(match(), doc("North News Agency"), SOURCES),
        origin_of(match("Ri Yong", "north"), doc("Gazette"), SOURCES),
        origin_of(match("Kim Chol", "north"), doc("AP"), SOURCES),
    }
    assert told == {"party:north"}


@pytest.mark.parametrize(
    ("body", "author"),
    [
        ("SEOUL (AP) — The loudspeakers are gone.", ""),
        ("The loudspeakers are gone. [Associated Press]", ""),
        ("The loudspeakers are gone. — AP", ""),
        ("The loudspeakers are gone.", "Associated Press"),
    ],
)
def test_a_credited_wire_is_the_origin(body: str, author: str) -> None:
    """In the dateline, in brackets, at the end, as the author."""
    assert origin_of(match(), doc("Gazette", body, author=author), SOURCES) == "AP"


WORDS = BODY.split()


@settings(max_examples=60)
@given(dropped=st.integers(0, len(WORDS) - 1), added=st.sampled_from(["", "In an update, ", "Developing: "]))
def test_a_copy_with_edits_has_the_origin_of_the_first(dropped: int, added: str) -> None:
    """Another headline, a word gone, a few words before it: it is the same story, from another publisher."""
    edited = added + " ".join(word for place, word in enumerate(WORDS) if place != dropped)
    copy = doc("Gazette", edited, title="Border falls silent", published=DAY + timedelta(days=2))
    assert copied_from(copy, [(doc("AP"), "speaker:kim chol")]) == "speaker:kim chol"


def test_what_is_no_copy_has_an_origin_of_its_own() -> None:
    """Other words, the same house, the same words a season later, a bare headline, forgotten words."""
    first = [(doc("AP"), "AP")]
    other = (
        "Rain is expected all week along the coast, forecasters said; farmers were told to bring in the hay."
    )
    assert copied_from(doc("Gazette", other), first) is None
    assert copied_from(doc("AP", hash="2"), first) is None
    assert copied_from(doc("Gazette", published=DAY + timedelta(days=90)), first) is None
    assert copied_from(doc("Gazette", "Loudspeakers gone"), [(doc("AP", "Loudspeakers gone"), "AP")]) is None
    assert copied_from(doc("Gazette"), [(doc("AP", "", title="", forgotten=True), "AP")]) is None
