"""Captured documents: what a feed said, when we first saw it, never changed afterwards.

Captures are numbered from 1 without gaps under the write lock, so whoever has considered the documents up
to N has missed none before it. An entry is known by its feed and guid; other words under the same guid are
a new version. What it said is compared as the feed gave it, wherever the stored body came from.

Some feeds write new guids for old entries, all of them in one night. So the same words at the same address
in the same feed are the same entry under whatever guid, if they are of one instant or either has no date.
With another date they are a new one: a page that says the same each day is evidence each day.

Words can be forgotten: their place and hash stay, and by that hash the same words at the same address are
never captured again, under whatever guid or feed they come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy.engine import Connection, Row

from tracker.database.schema import Moment, metadata
from tracker.evidence.document import Document, Entry

_RECENTLY = timedelta(days=30)
_MANY = 500  # below the least number of parameters a statement may have

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
    sa.Column("entry_hash", sa.Text, nullable=False, index=True, server_default=""),
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
    """Store the entries that are new or have other words than before; returns how many.

    `gone` are hashes of words that were forgotten in another archive, and are kept out of this one, too.
    Oldest first where the feed dates them, so that numbers follow the order of publication.
    """
    incoming = list(entries)[::-1]  # feeds put the newest first; it decides between equal dates
    incoming.sort(key=lambda entry: entry.updated or entry.published or now)
    known = _Known.of(connection, feed, incoming)
    hashes = {digest for entry in incoming for digest in (entry.hash, entry.entry_hash)}
    kept_out = {*gone, *_forgotten(connection, hashes)}
    number = last_number(connection)
    rows = []
    for entry in incoming:
        if known.has(entry) or not kept_out.isdisjoint((entry.hash, entry.entry_hash)):
            continue
        number += 1
        version, published = known.take(entry)
        rows.append(
            {
                "number": number,
                "hash": entry.hash,
                "feed": feed,
                "guid": entry.guid,
                "version": version,
                "publisher": publisher,
                "url": entry.url,
                "title": entry.title,
                "body": entry.body,
                "author": entry.author,
                "language": entry.language or language,
                "published": published,
                "published_given": entry.published_given,
                "first_seen": now,
                "salvaged": salvaged,
                "forgotten": False,
                "entry_hash": entry.entry_hash,
            }
        )
    if rows:
        connection.execute(documents.insert(), rows)
    return len(rows)


def news(
    connection: Connection, feed: str, entries: Sequence[Entry], gone: Collection[str] = ()
) -> list[Entry]:
    """Those of the entries that `capture` would store as new or edited, in their order."""
    known = _Known.of(connection, feed, entries)
    kept_out = {*gone, *_forgotten(connection, {entry.hash for entry in entries})}
    return [entry for entry in entries if not known.has(entry) and entry.hash not in kept_out]


@frozen
class _Known:
    """What is held of a feed: the latest version of each guid, and the dates under which words are there."""

    latest: dict[str, tuple[str, int]]
    dates: dict[str, set[datetime | None]]

    @classmethod
    def of(cls, connection: Connection, feed: str, entries: Iterable[Entry]) -> _Known:
        """As far as it matters to `entries`."""
        incoming = list(entries)
        latest: dict[str, tuple[str, int]] = {}
        columns = (documents.c.guid, documents.c.entry_hash, documents.c.version)
        for chunk in _chunks({entry.guid for entry in incoming}):
            query = sa.select(*columns).where(documents.c.feed == feed, documents.c.guid.in_(chunk))
            for guid, digest, version in connection.execute(query.order_by(documents.c.version)):
                latest[guid] = (digest, version)
        strange = {entry.entry_hash for entry in incoming if entry.guid not in latest}
        dates: dict[str, set[datetime | None]] = {}
        for chunk in _chunks(strange):
            pairs = sa.select(documents.c.entry_hash, documents.c.published)
            for digest, published in connection.execute(
                pairs.where(documents.c.feed == feed, documents.c.entry_hash.in_(chunk))
            ):
                dates.setdefault(digest, set()).add(published)
        return cls(latest, dates)

    def has(self, entry: Entry) -> bool:
        """Whether the entry is there already, under its guid or another one."""
        if entry.guid in self.latest:
            return self.latest[entry.guid][0] == entry.entry_hash
        dates = self.dates.get(entry.entry_hash)
        if dates is None:
            return False
        # Of an edited entry we hold the date of the edit.
        return entry.published is None or not dates.isdisjoint({entry.published, entry.updated, None})

    def take(self, entry: Entry) -> tuple[int, datetime | None]:
        """Note an entry that is being stored; returns its version and when that was published."""
        version = self.latest.get(entry.guid, ("", 0))[1] + 1
        # The date of an edit is the edit's: the words as they stand were published then.
        published = entry.updated if version > 1 and entry.updated else entry.published
        self.latest[entry.guid] = (entry.entry_hash, version)
        self.dates.setdefault(entry.entry_hash, set()).add(published)
        return version, published


def held_words(connection: Connection, entries: Iterable[tuple[str, Entry]]) -> set[tuple[str, str, str]]:
    """Feed, guid and hash, as the feed gave it, of every version that is here of entries with their feeds."""
    feeds: set[str] = set()
    guids: set[str] = set()
    for feed, entry in entries:
        feeds.add(feed)
        guids.add(entry.guid)
    found: set[tuple[str, str, str]] = set()
    columns = (documents.c.feed, documents.c.guid, documents.c.entry_hash)
    for some in _chunks(feeds):
        for chunk in _chunks(guids):
            query = sa.select(*columns).where(documents.c.feed.in_(some), documents.c.guid.in_(chunk))
            found.update((feed, guid, digest) for feed, guid, digest in connection.execute(query))
    return found


def _forgotten(connection: Connection, hashes: set[str]) -> set[str]:
    """Those of the hashes whose words were forgotten, as stored or as a feed gave them, whichever."""
    found: set[str] = set()
    for chunk in _chunks(hashes):
        for column in (documents.c.hash, documents.c.entry_hash):
            query = sa.select(column).where(column.in_(chunk), documents.c.forgotten)
            found.update(connection.execute(query).scalars())
    return found


def _chunks(values: set[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), _MANY):
        yield ordered[start : start + _MANY]


def forget(connection: Connection, number: int) -> None:
    """Remove the words of one capture; its number, hash, dates, feed, guid and address stay."""
    emptied = documents.update().where(documents.c.number == number)
    connection.execute(emptied.values(title="", body="", forgotten=True))


def empty(connection: Connection, numbers: Sequence[int]) -> None:
    """Remove the words of captures that nothing refers to; as `forget`, for many."""
    for start in range(0, len(numbers), _MANY):
        chosen = documents.c.number.in_(numbers[start : start + _MANY])
        connection.execute(documents.update().where(chosen).values(title="", body="", forgotten=True))


def kin(connection: Connection, document: Document) -> list[int]:
    """The captures that still hold the same words or another version of the same entry, by number."""
    same_entry = sa.and_(documents.c.feed == document.feed, documents.c.guid == document.guid)
    query = sa.select(documents.c.number).where(
        sa.or_(documents.c.hash == document.hash, documents.c.entry_hash == document.entry_hash, same_entry),
        documents.c.number != document.number,
        sa.not_(documents.c.forgotten),
    )
    return list(connection.execute(query.order_by(documents.c.number)).scalars())


def version_before(connection: Connection, document: Document) -> Document | None:
    """What the same entry said before; None of a first version."""
    query = sa.select(documents).where(
        documents.c.feed == document.feed,
        documents.c.guid == document.guid,
        documents.c.version == document.version - 1,
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _document(row)


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


def seen_before(
    connection: Connection, moment: datetime, *, after: int = 0, limit: int
) -> list[tuple[int, str]]:
    """Number and hash of the next captures after a number that have words and were first seen before."""
    query = (
        sa.select(documents.c.number, documents.c.hash)
        .where(documents.c.number > after, documents.c.first_seen < moment, sa.not_(documents.c.forgotten))
        .order_by(documents.c.number)
        .limit(limit)
    )
    return [(row.number, row.hash) for row in connection.execute(query)]


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


def pace(connection: Connection, now: datetime) -> dict[str, float]:
    """How many new entries a day each feed had in the last 30 days, or since the first of them.

    By the dates of publication where there are any: a first visit brings many days at once. An edit is no
    new entry.
    """
    when = sa.func.coalesce(documents.c.published, documents.c.first_seen)
    query = (
        sa.select(
            documents.c.feed, sa.func.count().label("entries"), sa.func.min(when, type_=Moment).label("first")
        )
        .where(documents.c.version == 1, when >= now - _RECENTLY, when <= now)
        .group_by(documents.c.feed)
    )
    rows = connection.execute(query)
    return {row.feed: row.entries / max((now - row.first) / timedelta(days=1), 1.0) for row in rows}


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
        entry_hash=row.entry_hash,
    )
