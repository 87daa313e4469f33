"""The append-only log of everything the tracker ever took down.

Positions count from 1 without gaps, in the order of commits: every writer holds the one write lock
(`Database.writing`), so a follower that has read up to N has missed nothing before N. Knows nothing of what
events mean.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from random import Random
from typing import Any

from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.commitments.events import Fact
from tracker.database.schema import from_micros, to_micros
from tracker.errors import ChainBroken, WrongVersion
from tracker.evidence.when import Occurred
from tracker.log import sql, texts
from tracker.log.chain import GENESIS, HEADER, follow
from tracker.log.checkpoint import Checkpoint
from tracker.log.codec import encode
from tracker.log.rows import facts_of, row_of

BATCH = 1000

# Seeded by the system, in every process anew; asked for each id, the system took 3 µs of an event's 10.
_chance = Random()
if sys.platform != "win32":
    os.register_at_fork(after_in_child=_chance.seed)


class Expected(Enum):
    """What a writer expects of a stream, where it does not name its version."""

    NEW = "no stream"
    EXISTS = "a stream"
    ANY = "anything"


@frozen
class Draft:
    """An event to append. Without an id it gets a random one; an id seen before appends nothing."""

    event: object
    occurred: Occurred
    id: str = ""
    recorded_by: str = ""
    cause: str = ""


def new_id() -> str:
    """A random id, for a draft that another one has to name.

    Its first 12 digits are the milliseconds since 1970, so that new ids lie side by side in their index:
    with ids random from the first digit, 100 events took 1.5 times as long to insert.
    """
    return "%032x" % (time.time_ns() // 1_000_000 << 80 | _chance.getrandbits(80))


def derived_id(stream: str, event: object, occurred: Occurred, cause: str = "") -> str:
    """An id that follows from the content, so that doing the same thing twice does it once."""
    name, schema, data = encode(event)
    text = "\0".join((cause, stream, name, str(schema), str(occurred.start), str(occurred.end)))
    return hashlib.sha256(text.encode() + data).hexdigest()[:32]


def append(
    connection: Connection,
    batch: Mapping[str, tuple[Expected | int, Sequence[Draft]]],
    now: datetime,
) -> list[Fact]:
    """Append to one or several streams, all or nothing, inside a `writing()` transaction.

    Returns the facts in the order given; for an id seen before, the fact as it was first recorded.
    `recorded_at` is the later of `now` and the head's. Raises `WrongVersion` and `UnstorableText`.
    """
    _check_texts(batch)
    head, versions = _before(connection, list(batch))
    recorded_at = max(now, head.recorded_at) if head.recorded_at else now
    at = to_micros(recorded_at)
    recorded_at = from_micros(at)  # as it will be read: in UTC
    position, previous = head.position, head.hash
    # Of the whole batch at once: an id is the log's, so it may come under two streams of one batch.
    known = _known(connection, [draft.id for _, drafts in batch.values() for draft in drafts if draft.id])
    rows: list[tuple[object, ...]] = []
    facts: list[Fact] = []
    for stream, (expected, drafts) in batch.items():
        version = versions[stream]
        if not drafts or any(draft.id not in known for draft in drafts):
            _check(stream, expected, version)
        for draft in drafts:
            if draft.id in known:
                facts.append(known[draft.id])
                continue
            position += 1
            version += 1
            fact = Fact(
                draft.id or new_id(),
                stream,
                version,
                position,
                draft.event,
                draft.occurred,
                recorded_at,
                draft.recorded_by,
                draft.cause,
            )
            try:
                row, previous = row_of(fact, at, previous)
            except UnicodeEncodeError as problem:
                raise texts.unstorable(stream, type(draft.event).__name__, problem) from None
            known[fact.id] = fact
            rows.append(row)
            facts.append(fact)
    if rows:
        sql.INSERT.run(connection, rows)
    return facts


def _check_texts(batch: Mapping[str, tuple[Expected | int, Sequence[Draft]]]) -> None:
    for stream, (_, drafts) in batch.items():
        # All at once, and one by one only where something is wrong: that takes 0.1 µs of an event's 11.
        each = [text for d in drafts for text in (d.id, d.recorded_by, d.cause, d.occurred.zone)]
        if not texts.is_storable("".join((stream, *each))):
            texts.check_name(stream)
            names = ("id", "recorded_by", "cause", "zone")
            texts.check(stream, zip(names * len(drafts), each, strict=True))


def _before(connection: Connection, streams: Sequence[str]) -> tuple[Checkpoint, dict[str, int]]:
    """The end of the log, and the versions of streams."""
    head, versions = Checkpoint(), dict.fromkeys(streams, 0)
    for stream in streams:
        if head.position:
            (version,) = sql.VERSION.run(connection, stream).fetchone()
        elif row := sql.HEAD_AND_VERSION.run(connection, stream).fetchone():
            *end, version = row
            head = _checkpoint(end)
        else:
            break
        versions[stream] = version or 0
    return head, versions


def _known(connection: Connection, ids: Sequence[str]) -> dict[str, Fact]:
    known: dict[str, Fact] = {}
    for begin in range(0, len(ids), BATCH):
        some = ids[begin : begin + BATCH]
        known |= {fact.id: fact for fact in facts_of(sql.by_id(len(some)).rows(connection, *some))}
    return known


def _check(stream: str, expected: Expected | int, version: int) -> None:
    match expected:
        case Expected.NEW:
            agrees = version == 0
        case Expected.EXISTS:
            agrees = version > 0
        case Expected.ANY:
            agrees = True
        case int():
            agrees = version == expected
    if not agrees:
        raise WrongVersion(stream, expected.value if isinstance(expected, Expected) else expected, version)


def read_head(connection: Connection) -> Checkpoint:
    """The end of the log; position 0 where it is empty."""
    row = sql.HEAD.run(connection).fetchone()
    return _checkpoint(row) if row else Checkpoint()


def _checkpoint(row: Sequence[Any]) -> Checkpoint:
    position, recorded_at, digest = row
    return Checkpoint(position, from_micros(recorded_at), digest)


def read(connection: Connection, stream: str, up_to: int | None = None) -> list[Fact]:
    """The facts of one stream in order of their version, up to position `up_to` if given."""
    texts.check_name(stream)
    if up_to is None:
        return facts_of(sql.STREAM.rows(connection, stream))
    return facts_of(sql.STREAM_UP_TO.rows(connection, stream, up_to))


def read_streams(connection: Connection, streams: Sequence[str], up_to: int) -> dict[str, list[Fact]]:
    """The facts of many streams up to position `up_to`, by stream; one that has none is left out."""
    found: dict[str, list[Fact]] = {}
    for begin in range(0, len(streams), BATCH):
        some = streams[begin : begin + BATCH]
        for fact in facts_of(sql.of_streams(len(some)).rows(connection, *some, up_to)):
            found.setdefault(fact.stream, []).append(fact)
    return found


def read_all(
    connection: Connection,
    after: int = 0,
    types: Sequence[str] = (),
    stream: str = "",
    batch: int = BATCH,
) -> Iterator[Fact]:
    """The facts after a position, in order, at constant memory; only of `types` or of one stream if given."""
    while True:
        facts = read_batch(connection, after, types, stream, batch)
        yield from facts
        if len(facts) < batch:
            return
        after = facts[-1].position


def read_batch(
    connection: Connection, after: int, types: Sequence[str] = (), stream: str = "", batch: int = BATCH
) -> list[Fact]:
    """The next facts after a position, `batch` at the most; fewer only where there are no more.

    Raises `ValueError` where `batch` is below 1.
    """
    if batch < 1:
        raise ValueError(f"batch must be at least 1, not {batch}")
    texts.check_name(stream)
    if stream:
        rows = sql.next_of_stream(len(types)).rows(connection, stream, after, *types, batch)
    elif types:
        kinds = dict.fromkeys(types)
        each = [value for name in kinds for value in (name, after, batch)]
        rows = sql.next_of_types(len(kinds)).rows(connection, *each, batch)
    else:
        rows = sql.NEXT.rows(connection, after, batch)
    return facts_of(rows)


def in_order(connection: Connection, prefix: str) -> list[str]:
    """What follows `prefix` in the names of its streams, in the order in which they began."""
    rows = sql.BEGINNINGS.rows(connection, prefix, prefix + "\U0010ffff")
    return [stream.removeprefix(prefix) for (stream,) in rows]


def latest_of(connection: Connection, prefix: str, besides: Sequence[str]) -> dict[str, datetime]:
    """When what the streams with a prefix tell of had last happened, by what follows the prefix.

    Events of the types `besides`, at least one, are passed over.
    """
    rows = sql.latest_of_streams(len(besides)).rows(connection, prefix, prefix + "\U0010ffff", *besides)
    return {stream.removeprefix(prefix): from_micros(at) for stream, at in rows}


def fact_of(connection: Connection, event_id: str) -> Fact | None:
    """The fact with this id, or None."""
    return _known(connection, [event_id]).get(event_id) if texts.is_storable(event_id) else None


def last_fact(connection: Connection, stream: str, type_name: str) -> Fact | None:
    """The latest fact of one type in a stream, or None."""
    return next(iter(facts_of(sql.LAST_OF_STREAM.rows(connection, stream, type_name))), None)


def last_of(connection: Connection, types: Sequence[str]) -> int:
    """The last position that holds an event of one of `types`, 0 where none does."""
    return sql.last_of(len(types)).run(connection, *types).fetchone()[0] or 0


def position_at(connection: Connection, moment: datetime) -> int:
    """The last position recorded by `moment`, 0 where there is none."""
    at = to_micros(moment)
    return sql.LAST_BY.run(connection, at, at).fetchone()[0]  # type: ignore[no-any-return]


def verify(connection: Connection, since: Checkpoint | None = None) -> Checkpoint:
    """Recompute the chain, whole or from a checkpoint on; raises `ChainBroken` at the first bad position."""
    at = since or Checkpoint()
    _check_beginning(connection)
    _check_against(connection, at)
    size = BATCH
    while True:
        begun = at.position
        try:
            # The cursor itself: rows that nobody keeps are cheaper than a list of them by a tenth.
            last = follow(begun, at.hash, sql.CHAIN.rows(connection, begun, size))
        except connection.dialect.loaded_dbapi.Error as problem:
            if "Could not decode to UTF-8" not in str(problem):
                raise
            if size == 1:
                raise ChainBroken(begun + 1, f"what follows position {begun} cannot be read") from problem
            size = 1  # one of the batch cannot be read: go on to it one by one
            continue
        if last is not None:
            at = Checkpoint(last[0], from_micros(last[HEADER.index("recorded_at")]), last[-1])
        if at.position < begun + size:
            return at


def _check_beginning(connection: Connection) -> None:
    # No reader of the whole log would meet a row before position 1, but a reader of its stream would.
    (first,) = sql.FIRST.run(connection).fetchone()
    if first is not None and first < 1:
        raise ChainBroken(first, f"position {first} is before the beginning of the log")


def _check_against(connection: Connection, at: Checkpoint) -> None:
    row = sql.END_AT.run(connection, at.position).fetchone() if at.position else (None, GENESIS)
    if row is None:
        end = read_head(connection).position
        if end > at.position:
            raise ChainBroken(at.position, f"position {at.position} is missing from the log")
        raise ChainBroken(end + 1, f"the log ends at position {end}; the checkpoint is of {at.position}")
    if told := at.differs(*row):
        raise ChainBroken(at.position, told)
