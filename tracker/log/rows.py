"""Facts to rows and rows to facts.

Rows are the driver's tuples, in the order of `sql.COLUMNS`. This is where reading spends its time, so both
ways are one flat function. Knows nothing of statements.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tracker.commitments.events import Fact
from tracker.database.schema import to_micros
from tracker.evidence.when import Occurred, Precision
from tracker.log.chain import link
from tracker.log.codec import decode, encode

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PRECISIONS = {precision.value: precision for precision in Precision}


def row_of(fact: Fact, recorded_at: int, previous: bytes) -> tuple[tuple[object, ...], bytes]:
    """The row of a fact recorded at so many microseconds, chained to the hash before it; and its own hash."""
    name, schema, data = encode(fact.event)
    occurred = fact.occurred
    start = to_micros(occurred.start)
    header = (
        fact.position, fact.id, fact.stream, fact.version, name, schema, start,
        start if occurred.end is occurred.start else to_micros(occurred.end), occurred.zone,
        occurred.precision.value, recorded_at, fact.recorded_by, fact.cause,
    )  # fmt: skip
    digest = link(previous, header, data)
    return (*header, data, digest), digest


def facts_of(rows: Iterable[Any]) -> list[Fact]:
    """The facts of rows, in their order."""
    # Nothing made here is ever part of a cycle, but each fact is several objects that the garbage collector
    # counts, and goes through again and again: that was 2 of the 5.4 µs that a fact took.
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        return _facts(rows)
    finally:
        if was_collecting:
            gc.enable()


def _facts(rows: Iterable[Any]) -> list[Fact]:
    facts = []
    # What was appended together was recorded at the same instant; and an occurrence that is an instant
    # starts and ends at the same one. Each saves a datetime, a tenth of what a row costs.
    latest, recorded = 0, _EPOCH
    for row in rows:
        position, key, stream, version, name, schema, start, end, zone, precision, at, by, cause, data = row
        if at != latest:
            latest, recorded = at, _EPOCH + at * _MICROSECOND
        begun = _EPOCH + start * _MICROSECOND
        ended = begun if end == start else _EPOCH + end * _MICROSECOND
        occurred = Occurred(begun, ended, _PRECISIONS[precision], zone)
        event = decode(name, schema, data)
        facts.append(Fact(key, stream, version, position, event, occurred, recorded, by, cause))
    return facts
