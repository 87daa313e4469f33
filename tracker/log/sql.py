"""Every statement of the log, in one place; both databases read the same text.

A fact's columns are those of the chain's header, in its order, and the data: the hash is nobody's business
but the chain's.
"""

from __future__ import annotations

from functools import cache

from tracker.database.statement import Insert, Statement
from tracker.log.chain import HEADER
from tracker.log.tables import events

COLUMNS = ", ".join(events.c[name].name for name in (*HEADER, "data"))

INSERT = Insert(events, (*HEADER, "data", "hash"))
HEAD = Statement("SELECT position, recorded_at, hash FROM events ORDER BY position DESC LIMIT 1")
FIRST = Statement("SELECT min(position) FROM events")
END_AT = Statement("SELECT recorded_at, hash FROM events WHERE position = ?")
HEAD_AND_VERSION = Statement(  # one round trip less for the usual append, to one stream
    "SELECT position, recorded_at, hash, (SELECT max(version) FROM events WHERE stream = ?) "
    "FROM events ORDER BY position DESC LIMIT 1"
)
VERSION = Statement("SELECT max(version) FROM events WHERE stream = ?")
STREAM = Statement(f"SELECT {COLUMNS} FROM events WHERE stream = ? ORDER BY version")
STREAM_UP_TO = Statement(f"SELECT {COLUMNS} FROM events WHERE stream = ? AND position <= ? ORDER BY version")
LAST_OF_STREAM = Statement(
    f"SELECT {COLUMNS} FROM events WHERE stream = ? AND type = ? ORDER BY version DESC LIMIT 1"
)
BEGINNINGS = Statement(
    "SELECT stream FROM events WHERE stream >= ? AND stream < ? AND version = 1 ORDER BY position"
)
# Recording times never go back, so the last position up to a time is found by halving, in one round trip.
LAST_BY = Statement(
    "WITH RECURSIVE halves(low, high) AS ("
    "SELECT CAST(0 AS BIGINT), coalesce(max(position), 0) FROM events UNION ALL SELECT "
    "CASE WHEN recorded_at <= ? THEN position ELSE low END, "
    "CASE WHEN recorded_at <= ? THEN high ELSE position - 1 END "
    "FROM halves JOIN events ON position = (low + high + 1) / 2 WHERE low < high"
    ") SELECT max(low) FROM halves"
)
CHAIN = Statement(f"SELECT {COLUMNS}, hash FROM events WHERE position > ? ORDER BY position LIMIT ?")


NEXT = Statement(f"SELECT {COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?")


@cache
def next_of_stream(types: int) -> Statement:
    """The next rows of a stream after a position, of so many types (0: of any)."""
    of_types = f" AND type IN ({_marks(types)})" if types else ""
    where = f"stream = ? AND position > ?{of_types}"
    return Statement(f"SELECT {COLUMNS} FROM events WHERE {where} ORDER BY position LIMIT ?")


@cache
def next_of_types(types: int) -> Statement:
    """The next rows after a position, of so many types; for each type the type, the position and the limit.

    Asked for all types at once, SQLite read and sorted everything after the position for every batch.
    """
    one = "SELECT position FROM events WHERE type = ? AND position > ? ORDER BY position LIMIT ?"
    each = " UNION ALL ".join(f"SELECT position FROM ({one}) AS one" for _ in range(types))
    first = f"SELECT position FROM ({each}) AS each_type ORDER BY position LIMIT ?"
    return Statement(f"SELECT {COLUMNS} FROM events WHERE position IN ({first}) ORDER BY position")


@cache
def of_streams(streams: int) -> Statement:
    """The rows of so many streams up to a position, in the order of each."""
    where = f"stream IN ({_marks(streams)}) AND position <= ?"
    return Statement(f"SELECT {COLUMNS} FROM events WHERE {where} ORDER BY stream, version")


@cache
def by_id(ids: int) -> Statement:
    """The rows with so many ids."""
    return Statement(f"SELECT {COLUMNS} FROM events WHERE id IN ({_marks(ids)})")


@cache
def last_of(types: int) -> Statement:
    """The last position of so many types."""
    return Statement(f"SELECT max(position) FROM events WHERE type IN ({_marks(types)})")


@cache
def latest_of_streams(besides: int) -> Statement:
    """When the last event of each of a range of streams had ended, besides those of so many types."""
    where = f"stream >= ? AND stream < ? AND type NOT IN ({_marks(besides)})"
    return Statement(f"SELECT stream, max(occurred_to) FROM events WHERE {where} GROUP BY stream")


def _marks(count: int) -> str:
    return ", ".join("?" * count)
