"""The append-only log of everything the tracker ever took down.

Positions count from 1 without gaps, in the order of commits: every writer holds the one write lock
(`Database.writing`), so a follower that has read up to N has missed nothing before N. Knows nothing of what
events mean.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import DBAPIError

from tracker.commitments.events import Fact
from tracker.database.schema import from_micros, to_micros
from tracker.errors import ChainBroken, WrongVersion
from tracker.evidence.when import Occurred, Precision
from tracker.log.chain import HEADER, link
from tracker.log.checkpoint import Checkpoint
from tracker.log.codec import decode, encode
from tracker.log.tables import events

BATCH = 1000


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
    """A random id, for a draft that another one has to name."""
    return uuid.uuid4().hex


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
    `recorded_at` is the later of `now` and the head's. Raises `WrongVersion`.
    """
    head = read_head(connection)
    recorded_at = max(now, head.recorded_at) if head.recorded_at else now
    position, previous = head.position, head.hash
    rows: list[dict[str, object]] = []
    facts: list[Fact] = []
    # Of the whole batch at once: an id is the log's, so it may come under two streams of one batch.
    before = _known(connection, (draft for _, drafts in batch.values() for draft in drafts))
    for stream, (expected, drafts) in batch.items():
        version = _version(connection, stream)
        fresh = [draft for draft in drafts if draft.id not in before]
        if fresh or not drafts:
            _check(stream, expected, version)
        for draft in drafts:
            if draft.id in before:
                facts.append(before[draft.id])
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
            row = _row(fact, previous)
            before[fact.id] = fact
            rows.append(row)
            facts.append(fact)
            previous = row["hash"]  # type: ignore[assignment]
    if rows:
        connection.execute(events.insert(), rows)
    return facts


def _version(connection: Connection, stream: str) -> int:
    newest = sa.select(sa.func.max(events.c.version)).where(events.c.stream == stream)
    return connection.execute(newest).scalar() or 0


def _known(connection: Connection, drafts: Iterable[Draft]) -> dict[str, Fact]:
    ids = [draft.id for draft in drafts if draft.id]
    if not ids:
        return {}
    rows = connection.execute(sa.select(events).where(events.c.id.in_(ids)))
    return {fact.id: fact for fact in map(_fact, rows)}


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


def _row(fact: Fact, previous: bytes) -> dict[str, object]:
    name, schema, data = encode(fact.event)
    row: dict[str, object] = {
        "position": fact.position,
        "id": fact.id,
        "stream": fact.stream,
        "version": fact.version,
        "type": name,
        "schema": schema,
        "occurred_from": to_micros(fact.occurred.start),
        "occurred_to": to_micros(fact.occurred.end),
        "zone": fact.occurred.zone,
        "precision": fact.occurred.precision.value,
        "recorded_at": to_micros(fact.recorded_at),
        "recorded_by": fact.recorded_by,
        "cause": fact.cause,
    }
    header = tuple(row[name] for name in HEADER)
    row["data"] = data
    row["hash"] = link(previous, header, data)
    return row


def _fact(row: Row[tuple[object, ...]]) -> Fact:
    occurred = Occurred(
        from_micros(row.occurred_from), from_micros(row.occurred_to), Precision(row.precision), row.zone
    )
    event = decode(row.type, row.schema, row.data)
    recorded = from_micros(row.recorded_at)
    return Fact(
        row.id, row.stream, row.version, row.position, event, occurred, recorded, row.recorded_by, row.cause
    )


def read_head(connection: Connection) -> Checkpoint:
    """The end of the log; position 0 where it is empty."""
    newest = sa.select(events.c.position, events.c.recorded_at, events.c.hash)
    row = connection.execute(newest.order_by(events.c.position.desc()).limit(1)).first()
    if row is None:
        return Checkpoint()
    return Checkpoint(row.position, from_micros(row.recorded_at), bytes(row.hash))


def read(connection: Connection, stream: str, up_to: int | None = None) -> list[Fact]:
    """The facts of one stream in order of their version, up to position `up_to` if given."""
    query = sa.select(events).where(events.c.stream == stream).order_by(events.c.version)
    if up_to is not None:
        query = query.where(events.c.position <= up_to)
    return [_fact(row) for row in connection.execute(query)]


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
    """The next facts after a position, `batch` at the most; fewer only where there are no more."""
    query = sa.select(events).order_by(events.c.position).limit(batch).where(events.c.position > after)
    if types:
        query = query.where(events.c.type.in_(types))
    if stream:
        query = query.where(events.c.stream == stream)
    return [_fact(row) for row in connection.execute(query)]


def in_order(connection: Connection, prefix: str) -> list[str]:
    """What follows `prefix` in the names of its streams, in the order in which they began."""
    query = sa.select(events.c.stream, events.c.position).where(
        events.c.stream >= prefix, events.c.stream < prefix + "\uffff", events.c.version == 1
    )
    rows = sorted(connection.execute(query), key=lambda row: row.position)
    return [row.stream.removeprefix(prefix) for row in rows]


def fact_of(connection: Connection, event_id: str) -> Fact | None:
    """The fact with this id, or None."""
    row = connection.execute(sa.select(events).where(events.c.id == event_id)).first()
    return _fact(row) if row is not None else None


def last_fact(connection: Connection, stream: str, type_name: str) -> Fact | None:
    """The latest fact of one type in a stream, or None."""
    query = sa.select(events).where(events.c.stream == stream, events.c.type == type_name)
    row = connection.execute(query.order_by(events.c.version.desc()).limit(1)).first()
    return _fact(row) if row is not None else None


def last_of(connection: Connection, types: Sequence[str]) -> int:
    """The last position that holds an event of one of `types`, 0 where none does."""
    query = sa.select(sa.func.max(events.c.position)).where(events.c.type.in_(types))
    return connection.execute(query).scalar() or 0


def position_at(connection: Connection, moment: datetime) -> int:
    """The last position recorded by `moment`, 0 where there is none."""
    # Recording times never go back, so the last row in time is the last in position.
    query = sa.select(sa.func.max(events.c.position)).where(events.c.recorded_at <= to_micros(moment))
    return connection.execute(query).scalar() or 0


# What the driver gives for HEADER, data and hash. SQLite keeps any kind of value in any column, and bytes can
# encode as the very text they took the place of.
_KINDS = (int, str, str, int, str, int, int, int, str, str, int, str, str, bytes, bytes)


def verify(connection: Connection, since: Checkpoint | None = None) -> Checkpoint:
    """Recompute the chain, whole or from a checkpoint on; raises `ChainBroken` at the first bad position."""
    at = since or Checkpoint()
    _check_beginning(connection)
    if at.position:
        _check_against(connection, at)
    columns = [_as_stored(name) for name in (*HEADER, "data", "hash")]
    query = sa.select(*columns).order_by(events.c.position)
    size = BATCH
    while True:
        try:
            rows = connection.execute(query.where(events.c.position > at.position).limit(size)).all()
        except DBAPIError as problem:
            if "Could not decode to UTF-8" not in str(problem.orig):
                raise
            if size == 1:
                raise ChainBroken(
                    at.position + 1, f"what follows position {at.position} cannot be read"
                ) from problem
            size = 1  # one of the batch cannot be read: go on to it one by one
            continue
        for row in rows:
            if row.position != at.position + 1:
                raise ChainBroken(at.position + 1, f"position {at.position + 1} is missing from the log")
            header = tuple(row[: len(HEADER)])
            if tuple(map(type, row)) != _KINDS or link(at.hash, header, row.data) != row.hash:
                raise ChainBroken(row.position, f"position {row.position} was changed after it was written")
            at = Checkpoint(row.position, from_micros(row.recorded_at), row.hash)
        if len(rows) < size:
            return at


def _as_stored(name: str) -> sa.Label[None]:
    return sa.type_coerce(events.c[name], sa.types.NULLTYPE).label(name)


def _check_beginning(connection: Connection) -> None:
    # No reader of the whole log would meet a row before position 1, but a reader of its stream would.
    first = connection.execute(sa.select(sa.func.min(events.c.position))).scalar()
    if isinstance(first, int | float) and first < 1:
        raise ChainBroken(int(first), f"position {first} is before the beginning of the log")


def _check_against(connection: Connection, at: Checkpoint) -> None:
    query = sa.select(_as_stored("hash")).where(events.c.position == at.position)
    row = connection.execute(query).first()
    if row is None:
        end = read_head(connection).position
        if end > at.position:
            raise ChainBroken(at.position, f"position {at.position} is missing from the log")
        raise ChainBroken(end + 1, f"the log ends at position {end}; the checkpoint is of {at.position}")
    if row.hash != at.hash:
        raise ChainBroken(at.position, f"position {at.position} is not what the checkpoint was made of")
