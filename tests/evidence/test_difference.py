"""Which words two versions of a text share, and which went and came."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tracker.evidence.difference import Op, Piece, difference

texts = st.lists(st.sampled_from(["a", "bb", " ", "\n", "北", "京", "-", "é", "\r"]), max_size=30).map(
    "".join
)


def test_one_word_of_a_paragraph_is_told_alone() -> None:
    """What a reader looks for is the word that was changed, not the paragraph in which it stands."""
    before = "Talks\nThe envoy will visit in May.\nNo date was given."
    after = "Talks\nThe envoy may visit in May.\nNo date was given."
    assert difference(before, after) == (
        Piece(Op.SAME, "Talks\nThe envoy "),
        Piece(Op.REMOVED, "will"),
        Piece(Op.ADDED, "may"),
        Piece(Op.SAME, " visit in May.\nNo date was given."),
    )


def test_scripts_without_spaces_are_told_by_the_sign() -> None:
    """A sentence in Chinese is not one word."""
    assert [piece.text for piece in difference("中国承诺减排", "中国拒绝减排")] == [
        "中国",
        "承诺",
        "拒绝",
        "减排",
    ]


@given(texts, texts)
def test_the_pieces_make_both_texts(before: str, after: str) -> None:
    """Nothing is lost, nothing invented, and no two pieces of a kind follow each other."""
    pieces = difference(before, after)
    assert "".join(piece.text for piece in pieces if piece.op != Op.ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.op != Op.REMOVED) == after
    assert all(one.op != next_.op for one, next_ in pairwise(pieces))


def test_a_text_written_anew_is_told_whole() -> None:
    """Long passages with nothing in common are not compared word by word, which would take minutes."""
    before, after = " ".join(map(str, range(9_000))), " ".join(map(str, range(9_000, 18_000)))
    assert difference(before, after) == (Piece(Op.REMOVED, before), Piece(Op.ADDED, after))


def test_a_sentence_written_anew_is_told_as_one() -> None:
    """Two sentences share their blanks, and that is no likeness."""
    pieces = difference("x\nThe envoy will come.", "x\nNobody knows anything yet.")
    assert [piece.op for piece in pieces] == [Op.SAME, Op.REMOVED, Op.ADDED, Op.SAME]
