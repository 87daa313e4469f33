"""The second half of a grade: corroboration, contradiction and interest, in any order."""

from __future__ import annotations

import pytest
from attrs import evolve as but
from hypothesis import given
from hypothesis import strategies as st

from tracker.evidence.credibility import Interest, Parties, credibility, interest
from tracker.evidence.finding import Factuality, Finding, Match, Relation
from tracker.evidence.grade import Credibility, Reliability

PARTIES = Parties(("port",), ("town",))


def match(relation: Relation = Relation.FULFILS, speaker: str = "", **more: object) -> Match:
    """A report of an act."""
    return but(
        Match("bridge", relation, Factuality.ACTUAL, 0.9, (), (), None, speaker, speaker),
        **more,  # type: ignore[arg-type]
    )


def found(origin: str, relation: Relation = Relation.FULFILS, speaker: str = "") -> Finding:
    """A finding of another origin."""
    return Finding(
        origin, match(relation, speaker), origin, 1, origin, origin, Reliability.B, Credibility.PROBABLE
    )


BROKEN = Relation.VIOLATES


@pytest.mark.parametrize(
    ("of", "others", "grade", "why"),
    [
        (match(), [], "2", "told by one origin, nothing against it"),
        (match(), [found("mine")], "2", "told by one origin"),
        (match(), [found("ap")], "1", "told by ap too"),
        (match(), [found("ap"), found("tass"), found("dpa"), found("efe")], "1", "ap, dpa and 2 more"),
        (match(), [found("ap", BROKEN)], "4", "contradicted by ap"),
        (match(), [found("ap", BROKEN), found("tass")], "4", "contradicted by ap"),
        (match(), [found("ap", BROKEN), found("tass", BROKEN)], "5", "contradicted by ap and tass"),
        (match(speaker="port"), [], "4", "a party's word for its own compliance"),
        (match(speaker="port"), [found("ap")], "1", "told by ap too"),
        (match(), [found("party:port", speaker="port")], "2", "told by one origin"),
        (match(BROKEN), [found("party:port", speaker="port")], "2", "told by one origin"),
        (match(speaker="town"), [], "1", "against the speaker's own interest"),
        (match(BROKEN, "port"), [], "1", "against the speaker's own interest"),
        (match(BROKEN, "town"), [], "2", "told by one origin"),
        (match(Relation.CONTEXT), [found("ap")], "6", "no act"),
        (match(factuality=Factuality.PLANNED), [found("ap")], "6", "no act"),
    ],
)
def test_the_grade_and_its_reason(of: Match, others: list[Finding], grade: str, why: str) -> None:
    """Told by others, against others, for oneself, against oneself."""
    graded = credibility(of, "mine", Reliability.B, others, PARTIES)
    assert graded.credibility.value == grade
    assert why in graded.because


def test_of_a_source_of_no_high_reliability_one_word_is_only_possible() -> None:
    """C, or a source that cannot be judged."""
    for reliability in (Reliability.C, Reliability.F):
        assert credibility(match(), "mine", reliability, [], PARTIES).credibility is Credibility.POSSIBLE


@given(
    st.lists(
        st.builds(
            found,
            st.sampled_from(["mine", "ap", "tass", "party:port"]),
            st.sampled_from([Relation.FULFILS, Relation.PARTLY_FULFILS, BROKEN, Relation.CONTEXT]),
            st.sampled_from(["", "", "port", "town"]),
        ),
        max_size=6,
    ).flatmap(lambda findings: st.tuples(st.just(findings), st.permutations(findings)))
)
def test_the_order_of_the_others_plays_no_part(orders: tuple[list[Finding], list[Finding]]) -> None:
    """Neither for the grade nor for the reason."""
    one, other = (credibility(match(), "mine", Reliability.B, each, PARTIES) for each in orders)
    assert one == other


def test_context_serves_nobody() -> None:
    """Only who speaks of an act speaks for or against itself."""
    assert interest(match(Relation.CONTEXT, "port"), PARTIES) is Interest.NONE
    assert interest(match(Relation.FULFILS, "port"), PARTIES) is Interest.OWN
