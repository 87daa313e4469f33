"""The hash chain: every event's hash covers the one before it and its own canonical bytes.

`hash = SHA-256(previous hash ‖ header ‖ data)`, the first previous hash being 32 zero bytes. The header is
the JSON array, without spaces and in UTF-8, of: position, id, stream, version, type, schema, occurred_from,
occurred_to, zone, precision, recorded_at, recorded_by, cause (times in microseconds since 1970, UTC).
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from operator import itemgetter
from typing import Any

import msgspec

from tracker.errors import ChainBroken

GENESIS = bytes(32)

_encode = msgspec.json.Encoder().encode

HEADER = (
    "position", "id", "stream", "version", "type", "schema", "occurred_from", "occurred_to", "zone",
    "precision", "recorded_at", "recorded_by", "cause",
)  # fmt: skip

_texts = itemgetter(*map(HEADER.index, ("id", "stream", "type", "zone", "precision", "recorded_by", "cause")))


def link(previous: bytes, header: tuple[object, ...], data: bytes) -> bytes:
    """The hash of an event, from the hash before it, its header values in the order of HEADER, its data."""
    return sha256(b"".join((previous, _encode(header), data))).digest()


def follow(position: int, previous: bytes, rows: Iterable[Any]) -> Any:
    """Check rows (header values, data, hash) that should come next; returns the last one, None if none came.

    `position` and `previous` are those of the row before. Raises `ChainBroken`.
    """
    row = None
    for row in rows:
        position += 1
        if row[0] != position:
            raise ChainBroken(position, f"position {position} is missing from the log")
        try:
            "".join(_texts(row))
            expected = sha256(previous + _encode(row[:-2]) + row[-2]).digest()
        except TypeError:
            # SQLite keeps any kind of value in any column. Text in the place of data is nothing to hash;
            # bytes in the place of text would encode as their Base64, so the join is there to refuse them.
            expected = b""
        previous = row[-1]
        if expected != previous:
            raise ChainBroken(position, f"position {position} was changed after it was written")
    return row
