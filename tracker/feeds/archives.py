"""The records of an archive: JSON lines, CSV, or a saved feed, plain or compressed by gzip.

Reads once from front to back at constant memory, so that an archive may be of any size and come by a pipe.
What cannot be read is a `Fault` among the records, with its line; the others are read all the same.
"""

from __future__ import annotations

import gzip
import io
import json
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, cast

from attrs import evolve, frozen

from tracker.errors import BadDocument, ParseFailed
from tracker.evidence.document import Record
from tracker.feeds.entries import cleaned
from tracker.feeds.html import one_line
from tracker.feeds.lines import BROKEN, MARK, lines, reason, rows
from tracker.feeds.records import NAME_LIMIT, Reading
from tracker.feeds.worker import Parser

FORMATS = ("jsonl", "csv", "feed")
MAX_ENTRIES = 20_000  # of one saved feed; the parser takes ten seconds for as many

_SUFFIXES = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv",
    ".xml": "feed", ".rss": "feed", ".atom": "feed", ".rdf": "feed",
}  # fmt: skip
_GZIP = b"\x1f\x8b"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")


@frozen
class Fault:
    """A record that cannot be taken: where, why, and what to do. `line` is 0 where it is the whole file."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        """`file:line: reason`, on one line."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return one_line(f"{place}: {self.reason}")


class Archive:
    """One file to be read; without a path, standard input."""

    def __init__(self, path: Path | None, reading: Reading, worker: Parser) -> None:
        self.path = path
        self.name = str(path) if path else "standard input"
        self.reading = reading
        self._worker = worker
        stem = path.name.removesuffix(".gz").rpartition(".")[0] or path.name if path else "stdin"
        self.feed = f"archive/{cleaned(one_line(stem))}"[:NAME_LIMIT]

    @property
    def is_repeatable(self) -> bool:
        """Whether it can be read twice, as a pipe cannot."""
        try:
            mode = self.path.stat().st_mode if self.path else stat.S_IFIFO
        except OSError:  # opening it will say why
            return True
        return not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode))

    def check(self) -> None:
        """Read as far as it takes to know what the file is; raises `BadDocument` where it is nothing of ours.

        Reads nothing of what can be read only once.
        """
        if self.is_repeatable:
            with self._opened() as (file, form):
                if form == "csv":
                    next(self._table(file), None)
                elif form == "jsonl":
                    self._check_names(file)

    def records(self) -> Iterator[Record | Fault]:
        """Every record, in the order in which they were told, the oldest first of a feed.

        Raises `BadDocument` where the file cannot be opened or is nothing of ours.
        """
        with self._opened() as (file, form):
            if form == "feed":
                yield from self._saved_feed(file)
            elif form == "csv":
                yield from self._table(file)
            else:
                yield from self._lines(file)

    @contextmanager
    def _opened(self) -> Iterator[tuple[IO[bytes], str]]:
        with ExitStack() as stack:
            try:
                raw = stack.enter_context(self.path.open("rb")) if self.path else _standard_input()
                file: io.BufferedReader | gzip.GzipFile = raw
                if raw.peek(2)[:2] == _GZIP:
                    file = stack.enter_context(gzip.GzipFile(fileobj=raw))
                form = self.reading.form or self._format(file.peek(4096))
            except BROKEN as problem:
                raise BadDocument(f"{self.name}: cannot be read: {reason(problem)}") from problem
            yield cast(IO[bytes], file), form

    def _format(self, head: bytes) -> str:
        """What the name says, else what the content looks like."""
        if self.path:
            suffix = Path(self.path.name.removesuffix(".gz")).suffix.lower()
            if suffix in _SUFFIXES:
                return _SUFFIXES[suffix]
        start = head.removeprefix(MARK).lstrip()
        if start.startswith((b"<", *_UTF_16)):
            return "feed"
        if start.startswith(b"["):
            raise BadDocument(f"{self.name}: a JSON list; write one object a line, as jq -c '.[]' does")
        if start.startswith(b"{"):
            return "feed" if b"jsonfeed.org/version" in start or b'"items"' in start else "jsonl"
        return "csv"

    def _saved_feed(self, file: IO[bytes]) -> Iterator[Record | Fault]:
        reading = self.reading
        feed = reading.feed or self.feed
        known = reading.feeds.get(feed)
        try:
            body = file.read(reading.max_bytes + 1)
            if len(body) > reading.max_bytes:
                raise ParseFailed(f"longer than {reading.max_bytes} bytes; raise [fetch] max_bytes")
            parsed = self._worker.parse(
                body,
                base_url=known.url if known and not known.path else "",
                max_entries=MAX_ENTRIES,
                zone=reading.zone,
            )
        except ParseFailed as problem:
            yield Fault(self.name, 0, f"{problem}; --format says what else it is")
            return
        except BROKEN as problem:
            yield Fault(self.name, 0, f"cannot be read: {reason(problem)}")
            return
        language = reading.language_of(feed) or parsed.language
        for entry in reversed(parsed.entries):
            spoken = evolve(entry, language=entry.language or language.strip().lower()[:35])
            record = Record(feed, reading.publisher_of(feed), spoken, parsed.salvaged)
            try:
                yield reading.replayable(record)
            except BadDocument as problem:
                yield Fault(self.name, 0, f"{entry.title!r}: {problem}")
        if parsed.dropped:
            told = f"{parsed.dropped} entries after the first {MAX_ENTRIES} are left out; split the feed"
            yield Fault(self.name, 0, told)

    def _lines(self, file: IO[bytes]) -> Iterator[Record | Fault]:
        for line in lines(file, self.reading.max_bytes):
            try:
                if line.fault:
                    raise BadDocument(line.fault)
                if line.text.strip():
                    given = _object(line.text)
                    yield self._record(self.reading.fields(given), tuple(given.values()))
            except BadDocument as problem:
                yield Fault(self.name, line.number, str(problem))

    def _check_names(self, file: IO[bytes]) -> None:
        """Names that mean nothing in the first record are so in all of them, likely."""
        for line in lines(file, self.reading.max_bytes):
            if line.fault:
                return
            if line.text.strip():
                try:
                    given = _object(line.text)
                except BadDocument:
                    return
                with self._placed(line.number):
                    self.reading.fields(given)
                return

    def _table(self, file: IO[bytes]) -> Iterator[Record | Fault]:
        """Raises `BadDocument` where the first row is no header."""
        table = rows(lines(file, self.reading.max_bytes), self.reading.max_bytes)
        header = next(table, None)
        if header is None:
            return
        with self._placed(header.number):
            if header.fault:
                raise BadDocument(header.fault)
            ours = self.reading.fields(header.cells)
            if "title" not in ours and "body" not in ours:
                raise BadDocument(
                    "no header with a title or a body; say which is one, as in --map headline=title, or "
                    "what the file is by --format"
                )
        for row in table:
            try:
                if row.fault:
                    raise BadDocument(row.fault)
                if len(row.cells) != len(ours):
                    raise BadDocument(
                        f"{len(row.cells)} fields, and the header has {len(ours)}; put a text that holds "
                        "separators, quotes or line breaks in double quotes"
                    )
                yield self._record(ours, row.cells)
            except BadDocument as problem:
                yield Fault(self.name, row.number, str(problem))

    def _record(self, ours: Sequence[str], values: Sequence[object]) -> Record:
        given = {name: value for name, value in zip(ours, values, strict=True) if name}
        return self.reading.record(given, self.feed)

    @contextmanager
    def _placed(self, line: int) -> Iterator[None]:
        try:
            yield
        except BadDocument as problem:
            raise BadDocument(str(Fault(self.name, line, str(problem)))) from problem


def _standard_input() -> io.BufferedReader:
    if sys.stdin is None:
        raise OSError("it is closed")
    return cast(io.BufferedReader, sys.stdin.buffer)


def _object(text: str) -> Mapping[str, object]:
    try:
        given = json.loads(text)
    except RecursionError as problem:
        raise BadDocument("no JSON object: nested too deep") from problem
    except ValueError as problem:
        raise BadDocument(f"no JSON object: {problem}") from problem
    if not isinstance(given, dict):
        raise BadDocument('no JSON object; write one a line, as in {"title": "…"}')
    return given
