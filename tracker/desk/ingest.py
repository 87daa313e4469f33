"""Taking the records of an archive among the documents.

An archive is read again: after it was stopped, and because it has grown. So words that are held under a guid
in whatever version are known, where a feed that goes back to earlier words has a new version.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.evidence.document import Record
from tracker.log.forgotten import forgotten


def ingest(connection: Connection, records: Sequence[Record], now: datetime) -> int:
    """Capture what is new of `records` in a write transaction, the oldest first; returns how many were."""
    known = archive.held_words(connection, [(record.feed, record.entry) for record in records])
    fresh = []
    for record in records:
        words = (record.feed, record.entry.guid, record.entry.entry_hash)
        if words not in known:
            known.add(words)
            fresh.append(record)
    if not fresh:
        return 0
    fresh.sort(key=lambda record: record.dated or now)
    gone = forgotten(connection)
    new = 0
    # Neighbours together and no others: which of two papers had a story first is told by the numbers.
    for (feed, publisher, salvaged), group in groupby(fresh, _origin):
        new += archive.capture(
            connection,
            feed=feed,
            publisher=publisher,
            language="",
            # Where dates do not decide, it takes what comes first for the newest, as feeds have it.
            entries=[record.entry for record in group][::-1],
            now=now,
            salvaged=salvaged,
            gone=gone,
        )
    return new


def _origin(record: Record) -> tuple[str, str, bool]:
    return record.feed, record.publisher, record.salvaged
