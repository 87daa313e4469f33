"""Captured documents: what a feed said, when we first saw it, never changed afterwards.

Captures are numbered from 1 without gaps under the write lock, so whoever has considered the documents up
to N has missed none before it. An entry is known by its feed and guid; other words under the same guid are
a new version.

Words can be forgotten: their place and hash stay, and by that hash the same words at the same address are
never captured again, under whatever guid or feed they come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
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
    gone: Collection[str] = (),
) -> int:
    """Store the entries whose words we have not under their guid; returns how many were new.

    `gone` are hashes of words that were forgotten in another archive, and are kept out of this one, too.
    Oldest first where the feed dates them, so that numbers follow the order of publication.
    """
    incoming = list(entries)[::-1]  # feeds put the newest first; it decides between equal dates
    incoming.sort(key=lambda entry: entry.updated or entry.published or now)
    latest = _latest(connection, feed, {entry.guid for entry in incoming})
    kept_out = {*gone, *_forgotten(connection, {entry.hash for entry in incoming})}
    number = last_number(connection)
    rows = []
    for entry in incoming:
        known_hash, version = latest.get(entry.guid, ("", 0))
        if entry.hash == known_hash or entry.hash in kept_out:
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
    for chunk in _chunks(guids):
        query = sa.select(*columns).where(documents.c.feed == feed, documents.c.guid.in_(chunk))
        for guid, digest, version in connection.execute(query.order_by(documents.c.version)):
            found[guid] = (digest, version)
    return found


def _forgotten(connection: Connection, hashes: set[str]) -> set[str]:
    """Those of the hashes whose words were forgotten, in whatever feed."""
    found: set[str] = set()
    for chunk in _chunks(hashes):
        query = sa.select(documents.c.hash).where(documents.c.hash.in_(chunk), documents.c.forgotten)
        found.update(connection.execute(query).scalars())
    return found


def _chunks(values: set[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), 500):  # below the least number of parameters a statement may have
        yield ordered[start : start + 500]


def forget(connection: Connection, number: int) -> None:
    """Remove the words of one capture; its number, hash, dates, feed, guid and address stay."""
    emptied = documents.update().where(documents.c.number == number)
    connection.execute(emptied.values(title="", body="", forgotten=True))


def kin(connection: Connection, document: Document) -> list[int]:
    """The captures that still hold the same words or another version of the same entry, by number."""
    same_entry = sa.and_(documents.c.feed == document.feed, documents.c.guid == document.guid)
    query = sa.select(documents.c.number).where(
        sa.or_(documents.c.hash == document.hash, same_entry),
        documents.c.number != document.number,
        sa.not_(documents.c.forgotten),
    )
    return list(connection.execute(query.order_by(documents.c.number)).scalars())


def captured(
    connection: Connection, *, feed: str = "", since: datetime | None = None, after: int = 0, limit: int
) -> list[Document]:
    """The next captures after a number, in order; if given, of one feed, first seen at `since` or later."""
    query = sa.select(documents).where(documents.c.number > after).order_by(documents.c.number).limit(limit)
    if feed:
        query = query.where(documents.c.feed == feed)
    if since is not None:
        query = query.where(documents.c.first_seen >= since)
    return [_document(row) for row in connection.execute(query)]


def in_language(
    connection: Connection, feed: str, language: str, since: int, seen_by: datetime | None = None
) -> tuple[int, Document | None]:
    """How many captures of a feed, from number `since` on, are in a language, and the first of them.

    Without those that were forgotten, and those first seen after `seen_by`.
    """
    query = sa.select(documents).where(
        documents.c.feed == feed,
        documents.c.language == language,
        documents.c.number >= since,
        sa.not_(documents.c.forgotten),
    )
    if seen_by is not None:
        query = query.where(documents.c.first_seen <= seen_by)
    count = connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    row = connection.execute(query.order_by(documents.c.number).limit(1)).first()
    return count, _document(row) if row is not None else None


def last_number(connection: Connection) -> int:
    """The number of the latest capture, 0 where there is none."""
    return connection.execute(sa.select(sa.func.max(documents.c.number))).scalar() or 0


def numbered(connection: Connection, numbers: Sequence[int]) -> dict[int, Document]:
    """Documents by their capture number."""
    query = sa.select(documents).where(documents.c.number.in_(list(numbers)))
    return {row.number: _document(row) for row in connection.execute(query)}


def held(connection: Connection, wanted: Iterable[tuple[int, str]]) -> dict[str, Document]:
    """Documents by their hash, of those named by number and hash that are here.

    The capture with the number, if it has the hash. After the import of a log the number may be another's
    here, or nobody's: then any capture with the hash, a forgotten one before all others.
    """
    numbers = {digest: number for number, digest in wanted}
    found: dict[str, Document] = {}
    for chunk in _chunks(set(numbers)):
        query = sa.select(documents).where(documents.c.hash.in_(chunk))
        # The later row replaces the one before it, unless that is the very capture.
        for row in connection.execute(query.order_by(documents.c.forgotten, documents.c.number.desc())):
            if row.hash not in found or found[row.hash].number != numbers[row.hash]:
                found[row.hash] = _document(row)
    return found


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
