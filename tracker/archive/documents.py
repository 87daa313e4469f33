"""Captured documents: what a feed said, when we first saw it, never changed afterwards.

Captures are numbered from 1 without gaps under the write lock, so whoever has considered the documents up
to N has missed none before it. An entry is known by its feed and guid; other words under the same guid are
a new version.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from tracker.database.schema import Moment, metadata
from tracker.evidence.document import Document, Entry

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.Text, nullable=False, index=True),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("guid", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("publisher", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("published", Moment),
    sa.Column("published_given", sa.Text, nullable=False),
    sa.Column("first_seen", Moment, nullable=False),
    sa.Column("salvaged", sa.Boolean, nullable=False),
    sa.Column("forgotten", sa.Boolean, nullable=False),
    sa.UniqueConstraint("feed", "guid", "version"),
)


def capture(
    connection: Connection,
    *,
    feed: str,
    publisher: str,
    language: str,
    entries: Iterable[Entry],
    now: datetime,
    salvaged: bool = False,
) -> int:
    """Store the entries whose words we have not under their guid; returns how many were new.

    Oldest first where the feed dates them, so that numbers follow the order of publication.
    """
    incoming = list(entries)[::-1]  # feeds put the newest first; it decides between equal dates
    incoming.sort(key=lambda entry: entry.updated or entry.published or now)
    latest = _latest(connection, feed, {entry.guid for entry in incoming})
    number = connection.execute(sa.select(sa.func.max(documents.c.number))).scalar() or 0
    rows = []
    for entry in incoming:
        known_hash, version = latest.get(entry.guid, ("", 0))
        if entry.hash == known_hash:
            continue
        number += 1
        latest[entry.guid] = (entry.hash, version + 1)
        rows.append(
            {
                "number": number,
                "hash": entry.hash,
                "feed": feed,
                "guid": entry.guid,
                "version": version + 1,
                "publisher": publisher,
                "url": entry.url,
                "title": entry.title,
                "body": entry.body,
                "author": entry.author,
                "language": entry.language or language,
                # The date of an edit is the edit's: the words as they stand were published then.
                "published": entry.updated if version and entry.updated else entry.published,
                "published_given": entry.published_given,
                "first_seen": now,
                "salvaged": salvaged,
                "forgotten": False,
            }
        )
    if rows:
        connection.execute(documents.insert(), rows)
    return len(rows)


def _latest(connection: Connection, feed: str, guids: set[str]) -> dict[str, tuple[str, int]]:
    """The hash and version we hold for each guid of a feed."""
    found: dict[str, tuple[str, int]] = {}
    columns = (documents.c.guid, documents.c.hash, documents.c.version)
    wanted = sorted(guids)
    for start in range(0, len(wanted), 500):  # below the least number of parameters a statement may have
        chunk = wanted[start : start + 500]
        query = sa.select(*columns).where(documents.c.feed == feed, documents.c.guid.in_(chunk))
        for guid, digest, version in connection.execute(query.order_by(documents.c.version)):
            found[guid] = (digest, version)
    return found


def after(connection: Connection, number: int, limit: int) -> list[Document]:
    """The next documents after a capture number, in order."""
    query = sa.select(documents).where(documents.c.number > number).order_by(documents.c.number).limit(limit)
    return [_document(row) for row in connection.execute(query)]


def numbered(connection: Connection, numbers: Sequence[int]) -> dict[int, Document]:
    """Documents by their capture number."""
    query = sa.select(documents).where(documents.c.number.in_(list(numbers)))
    return {row.number: _document(row) for row in connection.execute(query)}


def counts(connection: Connection) -> dict[str, int]:
    """How many captures each feed has."""
    query = sa.select(documents.c.feed, sa.func.count().label("captures")).group_by(documents.c.feed)
    return {row.feed: row.captures for row in connection.execute(query)}


def _document(row: Row[tuple[object, ...]]) -> Document:
    return Document(
        number=row.number,
        hash=row.hash,
        feed=row.feed,
        publisher=row.publisher,
        guid=row.guid,
        url=row.url,
        title=row.title,
        body=row.body,
        author=row.author,
        language=row.language,
        published=row.published,
        published_given=row.published_given,
        first_seen=row.first_seen,
        version=row.version,
        salvaged=row.salvaged,
        forgotten=row.forgotten,
    )
