"""What two versions of a text have in common, and which words went and came.

Lines are compared before words, so that a paragraph that moved nothing costs nothing. Knows nothing of
documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

from attrs import frozen

# A run of letters, or one sign; scripts that write no spaces would otherwise be one word from end to end.
_WORD = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]|\s+|(?:(?![\u2e80-\u9fff\uf900-\ufaff])\w)+|.", re.DOTALL)
_MOST = 4_000  # words on both sides together that are compared one by one


class Op(StrEnum):
    """What became of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@frozen
class Piece:
    """A run of words that stayed, went or came."""

    op: Op
    text: str


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces in order: what stayed and went makes `before`, what stayed and came makes `after`."""
    found: list[Piece] = []
    same = removed = added = blank = ""
    for piece in [*_pieces(before, after), Piece(Op.SAME, "")]:
        if piece.op is not Op.SAME:
            # A blank that two sentences share is no reason to tell them word by word.
            removed += blank + piece.text * (piece.op is Op.REMOVED)
            added += blank + piece.text * (piece.op is Op.ADDED)
            blank = ""
        elif (removed or added) and piece.text.isspace() and "\n" not in piece.text:
            blank += piece.text
        else:
            found += [Piece(Op.SAME, same), Piece(Op.REMOVED, removed), Piece(Op.ADDED, added)]
            same, removed, added, blank = blank + piece.text, "", "", ""
    return tuple(_joined([*found, Piece(Op.SAME, same)]))


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    for op, run in groupby((piece for piece in pieces if piece.text), key=lambda piece: piece.op):
        yield Piece(op, "".join(piece.text for piece in run))


def _pieces(before: str, after: str) -> Iterator[Piece]:
    for old, new, is_same in _blocks(before.splitlines(keepends=True), after.splitlines(keepends=True)):
        olds, news = _WORD.findall(old), _WORD.findall(new)
        if is_same or len(olds) + len(news) > _MOST:
            yield from _piece(old, new, is_same=is_same)
        else:
            for old_words, new_words, same in _blocks(olds, news):
                yield from _piece(old_words, new_words, is_same=same)


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        yield "".join(old[start:end]), "".join(new[new_start:new_end]), tag == "equal"


def _piece(old: str, new: str, *, is_same: bool) -> Iterator[Piece]:
    if is_same:
        yield Piece(Op.SAME, old)
        return
    if old:
        yield Piece(Op.REMOVED, old)
    if new:
        yield Piece(Op.ADDED, new)
