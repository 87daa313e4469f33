"""Words of a text where they stand: in colour on a terminal, between `[[` and `]]` elsewhere.

Cuts the sentence around them out as the matcher cuts sentences. What strangers wrote is printed without the
characters that a terminal would obey.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from tracker.cli.output import printable

if TYPE_CHECKING:
    from tracker.evidence.document import Span

# A sentence of a hostile feed may have no end.
_MOST_AROUND = 300


def marked(text: str, spans: Iterable[Span], start: int = 0, end: int | None = None) -> str:
    """The text from `start` to `end` on one line, with the words of the spans set off."""
    end = len(text) if end is None else end
    pieces, at = [], start
    for span in sorted(spans, key=lambda span: span.start):
        first, last = max(span.start, at), min(span.end, end)
        if first < last:
            pieces += [printable(text[at:first]), _set_off(printable(text[first:last]))]
            at = last
    return "".join([*pieces, printable(text[at:end])]).strip()


def passage(text: str, spans: Sequence[Span]) -> str:
    """The sentence, or the sentences, in which the spans stand; empty without any."""
    if not spans:
        return ""
    start, end = _around(text, spans[0].start, spans[-1].end)
    near, far = max(start, spans[0].start - _MOST_AROUND), min(end, spans[-1].end + _MOST_AROUND)
    told = marked(text, spans, near, far)
    return f"{'… ' if near > start else ''}{told}{' …' if far < end else ''}"


def whole(text: str, spans: Sequence[Span]) -> str:
    """The whole text, its lines as they are."""
    lines, at = [], 0
    for line in text.split("\n"):
        lines.append(marked(text, spans, at, at + len(line)))
        at += len(line) + 1
    return "\n".join(lines)


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    from tracker.matching.clause import sentences
    from tracker.matching.lexicon import tokenise

    tokens = tokenise(text)
    bounds = [(tokens.starts[each.start], tokens.ends[each.end - 1]) for each in sentences(tokens)]
    held = [(first, last) for first, last in bounds if first < end and last > start]
    return (min(start, held[0][0]), max(end, held[-1][1])) if held else (start, end)


def _set_off(words: str) -> str:
    return click.style(words, fg="yellow", bold=True) if sys.stdout.isatty() else f"[[{words}]]"
