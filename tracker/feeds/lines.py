"""The lines of a file and the rows of a CSV table, one at a time, bounded, and whatever is wrong as a value.

Knows nothing of what the lines say.
"""

from __future__ import annotations

import csv
import zlib
from collections import deque
from collections.abc import Iterator
from typing import IO

from attrs import frozen

MARK = b"\xef\xbb\xbf"
# What reading a file may raise; the last two where it is compressed and broken.
BROKEN = (OSError, EOFError, zlib.error)
_SEPARATORS = ",;\t"


@frozen
class Line:
    """One line of a text, or what is wrong with it; counted from 1."""

    number: int
    text: str
    fault: str = ""


@frozen
class Row:
    """One row of a table by the line where it begins, or what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    fault: str = ""


def reason(problem: BaseException) -> str:
    """What one of `BROKEN` says, in a few words."""
    return getattr(problem, "strerror", None) or str(problem) or type(problem).__name__


def lines(file: IO[bytes], limit: int) -> Iterator[Line]:
    """The lines of a file in UTF-8, of `limit` bytes at the most; a file that breaks off ends in a fault."""
    number = 0
    while True:
        number += 1
        try:
            data = rest = file.readline(limit + 1)
            while len(rest) > limit and not rest.endswith(b"\n"):
                rest = file.readline(limit + 1)
        except BROKEN as problem:
            yield Line(number, "", f"the file breaks off here: {reason(problem)}")
            return
        if not data:
            return
        if len(data) > limit:
            yield Line(number, "", f"longer than {limit} bytes; shorten it, or raise [fetch] max_bytes")
            continue
        try:
            yield Line(number, (data.removeprefix(MARK) if number == 1 else data).decode())
        except UnicodeDecodeError:
            yield Line(number, data.decode(errors="replace"), "no UTF-8; convert the file, as with iconv")


def rows(source: Iterator[Line], limit: int) -> Iterator[Row]:
    """The rows of a CSV table, its header first; by that line, separated by comma, semicolon or tab.

    A quote without an end would swallow the rest of the file: its line is a fault, and the next one is read
    as the beginning of a row.
    """
    # The whole process has one bound for a cell. It is 131,072 characters; an article in HTML is longer.
    csv.field_size_limit(max(limit, csv.field_size_limit()))
    taking = _Taking(source, limit)
    separator = max(_SEPARATORS, key=taking.peek().count)
    reader = csv.reader(taking, delimiter=separator)
    while True:
        taking.begin()
        try:
            cells = next(reader, None)
            fault = "a quote in it has no end" if cells and taking.is_at_end else ""
        except csv.Error as problem:
            cells, fault = [], f"no row of CSV: {problem}"
        except _TooLong:
            cells, fault = [], f"a quote in it has no end, or it is longer than {limit} bytes"
        if fault:
            taking.leave_but_first()
            reader = csv.reader(taking, delimiter=separator)
        elif cells is None:
            return
        yield from taking.row(cells or [], fault)


class _TooLong(Exception):
    """A row took more than it may."""


class _Taking:
    """Gives a csv reader its lines, keeps those of the row that it reads, and can take them back."""

    def __init__(self, source: Iterator[Line], limit: int) -> None:
        self._source = source
        self._limit = limit
        self._again: deque[Line] = deque()
        self._taken: list[Line] = []
        self._size = 0
        self.is_at_end = False

    def __iter__(self) -> _Taking:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source, None)
        if line is None:
            self.is_at_end = True
            raise StopIteration
        self._taken.append(line)
        self._size += len(line.text)
        if self._size > self._limit:
            raise _TooLong
        return line.text

    def peek(self) -> str:
        """The first line, which stays to be read."""
        line = next(self._source, None)
        if line is None:
            return ""
        self._again.append(line)
        return line.text

    def begin(self) -> None:
        """A new row."""
        self._taken, self._size, self.is_at_end = [], 0, False

    def leave_but_first(self) -> None:
        """Keep the first line of the row; the others are to be read again."""
        self._again.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]

    def row(self, cells: list[str], fault: str) -> Iterator[Row]:
        """The row that was read; none where its line is empty."""
        fault = next((line.fault for line in self._taken if line.fault), fault)
        if cells or fault:
            yield Row(self._taken[0].number, tuple(cells), fault)
