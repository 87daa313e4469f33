"""Conditions: one line of text that is read, stored and printed the same, and errors that point at it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tracker.commitments.conditions import (
    WORDS,
    Condition,
    Either,
    Every,
    Said,
    Stands,
    Term,
    parse,
    read,
)
from tracker.commitments.rings import rings
from tracker.errors import BadCondition

SAID = st.text(
    st.characters(exclude_characters='"', exclude_categories=("Cc", "Cs", "Zl", "Zp")),
    min_size=1,
    max_size=20,
)
LEAVES: st.SearchStrategy[Term] = st.one_of(
    SAID.filter(str.strip).map(Said),
    st.builds(
        Stands,
        st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?", fullmatch=True).filter(
            lambda name: name not in ("and", "or", "is", "once", "while")
        ),
        st.sampled_from(sorted(WORDS)),
    ),
)


def _joined(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        several.filter(lambda terms: not any(isinstance(t, Every) for t in terms)).map(Every),
        several.filter(lambda terms: not any(isinstance(t, Either) for t in terms)).map(Either),
    )


TERMS = st.recursive(LEAVES, _joined, max_leaves=8)


@examples(200)
@given(st.booleans(), TERMS)
def test_what_is_printed_is_what_is_read(lasting: bool, term: Term) -> None:
    """The text form is the stored form, for any condition there can be."""
    condition = Condition(lasting, term)
    assert parse(str(condition)) == condition


@examples(200)
@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_a_line_that_says_where_it_is_none(text: str) -> None:
    """Nothing else is raised, and `read` never raises."""
    try:
        parsed = parse(text)
    except BadCondition as problem:
        assert re.search(r"column \d+: ", str(problem))
        assert read(text) is None
    else:
        assert read(text) == parsed


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("when: x", 1, "starts with"),
        ('while "x"', 7, "':' is missing"),
        ("while: a is aktive", 13, "did you mean 'active'"),
        ('while: "x', 8, "not closed"),
        ('while: ("x"', 12, "')' is missing"),
        ("while: ", 8, "is missing"),
        ('while: "x" "y"', 12, "'and', 'or' or the end"),
        ('while: " "', 8, "the quoted text is empty"),
        ("while: " + "(" * 30, 28, "more than 20 parentheses"),
    ],
)
def test_a_bad_condition_points_at_the_column(text: str, column: int, reason: str) -> None:
    """One line, with the place and what is expected there."""
    with pytest.raises(BadCondition, match=f"column {column}: .*{re.escape(reason)}") as problem:
        parse(text)
    assert "\n" not in str(problem.value)


@examples(200)
@given(st.dictionaries(st.sampled_from("abcdefg"), st.sets(st.sampled_from("abcdefgz"))))
def test_rings_come_after_what_they_hang_on(needs: dict[str, set[str]]) -> None:
    """Every name once; a group depends only on groups before it; its members reach each other."""

    def reached(name: str) -> set[str]:
        found: set[str] = set()
        queue = [name]
        while queue:
            new = {other for other in needs[queue.pop()] if other in needs} - found
            found |= new
            queue += new
        return found

    order = rings(needs)
    assert sorted(name for ring in order for name in ring) == sorted(needs)
    seen: set[str] = set()
    for ring in order:
        seen |= set(ring)
        for name in ring:
            assert {other for other in needs[name] if other in needs} <= seen
            assert len(ring) == 1 or set(ring) <= reached(name)
    for one in needs:
        for other in reached(one):
            if one in reached(other):
                assert any({one, other} <= set(ring) for ring in order)
