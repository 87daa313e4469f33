"""The hash chain: every event's hash covers the one before it and its own canonical bytes.

`hash = SHA-256(previous hash ‖ header ‖ data)`, the first previous hash being 32 zero bytes. The header is
the JSON array, without spaces and in UTF-8, of: position, id, stream, version, type, schema, occurred_from,
occurred_to, zone, precision, recorded_at, recorded_by, cause (times in microseconds since 1970, UTC).
"""

from __future__ import annotations

import hashlib

import msgspec

GENESIS = bytes(32)

_encode = msgspec.json.Encoder().encode

HEADER = (
    "position", "id", "stream", "version", "type", "schema", "occurred_from", "occurred_to", "zone",
    "precision", "recorded_at", "recorded_by", "cause",
)  # fmt: skip


def link(previous: bytes, header: tuple[object, ...], data: bytes) -> bytes:
    """The hash of an event, from the hash before it, its header values in the order of HEADER, its data."""
    return hashlib.sha256(b"".join((previous, _encode(header), data))).digest()
