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
BEGINNINGS = Statement(  # in the order of en_US, for one, no text is between a prefix and its end
    "SELECT stream FROM events "
    "WHERE stream COLLATE BINARY >= ? AND stream COLLATE BINARY < ? AND version = 1 ORDER BY position"
)
# In two steps, and with a `+` to keep SQLite from the index of positions: asked for the last position up to
# a time, it went back from the end of the log, row by row.
LAST_BY = Statement(
    "SELECT max(+position) FROM events "
    "WHERE recorded_at = (SELECT max(recorded_at) FROM events WHERE recorded_at <= ?)"
)
CHAIN = Statement(f"SELECT {COLUMNS}, hash FROM events WHERE position > ? ORDER BY position LIMIT ?")


@cache
def batch(types: int, of_one_stream: bool) -> Statement:
    """The next rows after a position, of so many types (0: of any), of one stream or of all."""
    where = ["position > ?"]
    if types:
        where.append(f"type IN ({_marks(types)})")
    if of_one_stream:
        where.append("stream = ?")
    return Statement(f"SELECT {COLUMNS} FROM events WHERE {' AND '.join(where)} ORDER BY position LIMIT ?")


@cache
def by_id(ids: int) -> Statement:
    """The rows with so many ids."""
    return Statement(f"SELECT {COLUMNS} FROM events WHERE id IN ({_marks(ids)})")


@cache
def last_of(types: int) -> Statement:
    """The last position of so many types."""
    return Statement(f"SELECT max(position) FROM events WHERE type IN ({_marks(types)})")


def _marks(count: int) -> str:
    return ", ".join("?" * count)
