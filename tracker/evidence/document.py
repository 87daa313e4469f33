"""A document: one captured version of a feed entry, content-addressed and never changed.

Spans of findings index `Document.text`, the title and the body on lines of their own.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cached_property

from attrs import frozen


@frozen
class Span:
    """Characters `[start, end)` of a document's text."""

    start: int
    end: int


@frozen
class Entry:
    """One entry as a feed gave it, already decoded, cleaned of markup and bounded in size.

    `published` and `updated` are aware UTC or None; `published_given` is the text the feed had. `as_given` is
    the hash of the feed's own words where the body is that of the page instead, else empty.
    """

    guid: str
    url: str
    title: str
    body: str = ""
    author: str = ""
    published: datetime | None = None
    published_given: str = ""
    updated: datetime | None = None
    language: str = ""
    as_given: str = ""

    @property
    def text(self) -> str:
        """What matching reads and spans index."""
        return f"{self.title}\n{self.body}" if self.body else self.title

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) over url, title and body: the identity of this version."""
        return hashlib.sha256("\0".join((self.url, self.title, self.body)).encode()).hexdigest()

    @property
    def entry_hash(self) -> str:
        """The hash of the entry as the feed gave it: what tells an edit from a visit that brought nothing."""
        return self.as_given or self.hash


@frozen
class Record:
    """An entry of an archive: the feed it is held under, its publisher, and whether its file was broken."""

    feed: str
    publisher: str
    entry: Entry
    salvaged: bool = False

    @property
    def dated(self) -> datetime | None:
        """When the words, as they stand, were out: at their last edit, else when they were published."""
        return self.entry.updated or self.entry.published


@frozen
class Document:
    """A captured entry: `number` counts captures without gaps; `version` counts edits of one entry from 1.

    `publisher` is the name of the source (config `[[source]]`), `feed` the feed it came by. `title` and
    `body` are empty once the document was forgotten; everything else stays. `entry_hash` is `hash`, unless
    the body is the linked page's: then it is that of the words the feed gave.
    """

    number: int
    hash: str
    feed: str
    publisher: str
    guid: str
    url: str
    title: str
    body: str
    author: str
    language: str
    published: datetime | None
    published_given: str
    first_seen: datetime
    version: int = 1
    salvaged: bool = False
    forgotten: bool = False
    entry_hash: str = ""

    @property
    def text(self) -> str:
        """What matching reads and spans index."""
        return f"{self.title}\n{self.body}" if self.body else self.title
