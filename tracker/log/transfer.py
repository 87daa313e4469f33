"""The log as a file and back: JSON lines, one event a line, that a stranger can verify without this program.

A line holds every column of the event. `data` is a JSON string with the stored text, not a JSON object: the
hash covers the exact bytes, and an object that some tool has read and written again may have others. The
last line says `"last":true`, so that a file that was cut off is not taken for a shorter log. `docs/log.md`
has the format, `docs/verify_log.py` checks a file by it.

Documents are not in the log, so they are not in the file: it holds spans and hashes, not the texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Annotated, Any, BinaryIO

import msgspec
import sqlalchemy as sa
from msgspec import Meta
from sqlalchemy.engine import Connection

from tracker.database.engine import Database
from tracker.database.schema import from_micros
from tracker.errors import BadDate, BadExport, ChainBroken, UnknownEventType, UserError
from tracker.evidence.when import Precision, zone_of
from tracker.log.chain import HEADER, link
from tracker.log.checkpoint import Checkpoint
from tracker.log.codec import decode
from tracker.log.log import BATCH, read_head
from tracker.log.tables import events
from tracker.log.texts import is_storable

# Far beyond any event; without a bound, a file without line ends would be read into memory whole.
LONGEST = 64 * 1024 * 1024

# What a datetime of ours can hold, years 1 to 9999, and what the columns can.
_Micros = Annotated[int, Meta(ge=-62_135_596_800_000_000, le=253_402_300_799_999_999)]
_Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]
_Precision = Annotated[str, Meta(pattern=rf"^({'|'.join(Precision)})\Z")]
_Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of an export: the columns of an event in the order in which they are hashed."""

    position: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    id: str
    stream: str
    version: _Count
    type: str
    schema: _Count
    occurred_from: _Micros
    occurred_to: _Micros
    zone: str
    precision: _Precision
    recorded_at: _Micros
    recorded_by: str
    cause: str
    data: str
    hash: _Hash
    last: bool = False

    @property
    def end(self) -> Checkpoint:
        """The log as it ends with this event."""
        return Checkpoint(self.position, from_micros(self.recorded_at), bytes.fromhex(self.hash))


_header = attrgetter(*HEADER)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Line).decode


def export_log(database: Database, out: BinaryIO) -> Checkpoint:
    """Write the log as it is now; returns the checkpoint of its end.

    Every link is verified on the way, so that no export of a broken log exists: raises `ChainBroken`, with
    part of it written. Raises `UserError` where the log is empty.
    """
    # A transaction for each batch, not one for all: a slow pipe must not hold one open. The log only grows,
    # so what lies before the end that was read first stays as it is.
    with database.reading() as connection:
        end = read_head(connection)
    if end.position == 0:
        raise UserError("the log is empty; there is nothing to export")
    columns = [events.c[name] for name in HEADER]
    query = sa.select(*columns, events.c.data, events.c.hash).order_by(events.c.position).limit(BATCH)
    at = Checkpoint()
    while at.position < end.position:
        with database.reading() as connection:
            rows = connection.execute(query.where(events.c.position > at.position)).all()
        if not rows:
            raise ChainBroken(at.position + 1, f"position {at.position + 1} is missing from the log")
        for row in rows[: end.position - at.position]:
            line = _verified(at, tuple(row), is_last=row.position == end.position)
            out.write(_encode(line) + b"\n")
            at = line.end
    return at


def _verified(at: Checkpoint, row: tuple[Any, ...], *, is_last: bool) -> Line:
    *header, data, stored = row
    due = at.position + 1
    if header[0] != due:
        raise ChainBroken(due, f"position {due} is missing from the log")
    if link(at.hash, tuple(header), data) != stored:
        raise ChainBroken(due, f"position {due} was changed after it was written")
    values = dict(zip(HEADER, header, strict=True))
    try:
        return Line(**values | {"data": bytes(data).decode(), "hash": bytes(stored).hex(), "last": is_last})
    except UnicodeDecodeError:  # the hash fits, so whoever did that made a chain anew
        raise ChainBroken(due, f"position {due} holds no text; no tracker wrote that") from None


def import_log(
    connection: Connection, source: BinaryIO, name: str = "export", expected: Checkpoint | None = None
) -> Checkpoint:
    """Fill an empty log from an export, inside a `writing()` transaction; returns the checkpoint of its end.

    Positions, hashes and times go in as they are, so the log is the same log. Each line is checked when it
    is read, at constant memory but for the names of the streams; `expected` is a checkpoint that the file
    must contain. Raises `ChainBroken` for an event that was changed, moved or left out, `BadExport` for
    whatever else is wrong with the file (both name `name` and the line), and `UserError` where the log is
    not empty. Nothing is in the log then, as the transaction is rolled back.
    """
    head = read_head(connection)
    if head.position:
        raise UserError(
            f"the log is not empty, it ends at position {head.position}; an export can only be imported "
            "into a new database: name one in [tracker] database"
        )
    reading = _Reading(name, expected)
    batch: list[Line] = []
    for line in reading.lines(source):
        batch.append(line)
        if len(batch) == BATCH:
            _insert(connection, batch, reading)
            batch = []
    _insert(connection, batch, reading)
    return reading.at


class _Reading:
    """An export being read: where it stands, and every promise that it has to keep."""

    def __init__(self, name: str, expected: Checkpoint | None) -> None:
        self.name = name
        self.expected = expected
        self.at = Checkpoint()
        self.versions: dict[str, int] = {}

    def lines(self, source: BinaryIO) -> Iterator[Line]:
        """The checked lines; ends where the file does, or raises."""
        number, is_complete = 0, False
        for raw in iter(lambda: source.readline(LONGEST), b""):
            number += 1
            if is_complete:
                raise self._bad(number, "more follows after the last event")
            line = self._line(number, raw)
            self._check(number, line)
            is_complete = line.last
            yield line
        if number == 0:
            raise BadExport(f"{self.name}: the file is empty")
        if not is_complete:
            raise self._bad(number, "the file is cut off, this is not the last event; export it again")
        if self.expected is not None and self.expected.position > self.at.position:
            told = f"the export ends at position {self.at.position}; the checkpoint is of "
            raise self._broken(number, self.at.position + 1, f"{told}{self.expected.position}")

    def _line(self, number: int, raw: bytes) -> Line:
        if len(raw) == LONGEST:
            raise self._bad(number, "longer than any event; this is no export of a log")
        try:
            return _decode(raw)
        except UnicodeDecodeError as problem:
            raise self._bad(number, "no UTF-8; the file was damaged or re-encoded") from problem
        except msgspec.DecodeError as problem:
            raise self._bad(number, f"no line of an export: {problem}") from problem

    def _check(self, number: int, line: Line) -> None:
        due = self.at.position + 1
        if line.position != due:
            raise self._broken(number, due, f"position {line.position} stands where {due} is due")
        if link(self.at.hash, _header(line), line.data.encode()).hex() != line.hash:
            raise self._broken(number, due, f"position {due} was changed after it was written")
        for name in ("id", "stream", "recorded_by", "cause"):
            if not is_storable(text := getattr(line, name)):
                raise self._bad(number, f"the {name} {text!r} holds a NUL character, which no log can hold")
        version = self.versions.get(line.stream, 0) + 1
        if line.version != version:
            told = f"version {line.version} of stream {line.stream!r} stands where {version} is due"
            raise self._bad(number, told)
        if self.at.recorded_at and from_micros(line.recorded_at) < self.at.recorded_at:
            raise self._bad(number, "recorded before the event before it")
        if line.occurred_from > line.occurred_to:
            raise self._bad(number, "occurred_to is before occurred_from")
        self._read(number, line)
        self.versions[line.stream] = version
        self.at = line.end
        if (
            self.expected is not None
            and self.expected.position == due
            and (told := self.expected.differs(line.recorded_at, self.at.hash))
        ):
            raise self._broken(number, due, told)

    def _read(self, number: int, line: Line) -> None:
        # An event that does not decode would break every later read of the log; better now than then.
        try:
            zone_of(line.zone)
            decode(line.type, line.schema, line.data.encode())
        except (UnknownEventType, BadDate) as problem:
            raise self._bad(number, str(problem)) from problem
        except msgspec.DecodeError as problem:
            raise self._bad(number, f"data is no {line.type}: {problem}") from problem

    def _bad(self, number: int, told: str) -> BadExport:
        return BadExport(f"{self.name}:{number}: {told}")

    def _broken(self, number: int, position: int, told: str) -> ChainBroken:
        return ChainBroken(position, f"{self.name}:{number}: {told}")


def _insert(connection: Connection, batch: list[Line], reading: _Reading) -> None:
    if not batch:
        return
    # Asked for before they go in: the database would refuse an id that comes twice, but not name the line.
    ids = [line.id for line in batch]
    known = set(connection.execute(sa.select(events.c.id).where(events.c.id.in_(ids))).scalars())
    for line in batch:
        if line.id in known:
            # Positions count from 1 and so do lines.
            raise BadExport(f"{reading.name}:{line.position}: the id {line.id!r} stands there a second time")
        known.add(line.id)
    rows = [
        dict(zip(HEADER, _header(line), strict=True))
        | {"data": line.data.encode(), "hash": bytes.fromhex(line.hash)}
        for line in batch
    ]
    connection.execute(events.insert(), rows)
