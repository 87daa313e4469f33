"""An entry from what somebody gave as one: cleaned, bounded, and never without a guid.

Feeds and archives come through here alike, so the same article from either has the same words and hash.
Knows no format, and nothing of where the texts came from.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from attrs import evolve

from tracker.evidence.document import Entry
from tracker.feeds.decode import FORBIDDEN
from tracker.feeds.html import one_line, tidy_text, to_text

TITLE_LIMIT = 1_000
BODY_LIMIT = 200_000
# In bytes: PostgreSQL indexes no row above 2,704, and with a guid of 2,000 Korean letters, or one that was an
# address of 4,000 characters, a whole round ended.
GUID_LIMIT = 2_000

_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]\w+);", re.IGNORECASE)


def cleaned(text: str) -> str:
    """`text` without the characters that XML may not hold: no feed in XML has them, and a terminal would
    obey some."""
    return FORBIDDEN.sub("", text.encode("utf-8", "replace").decode())


def plain_text(text: str) -> str:
    """The text of what may be HTML or may be none; what looks like markup is taken for it."""
    return to_text(text) if "<" in text or _ENTITY.search(text) else tidy_text(text)


def bounded(
    *,
    guid: str,
    url: str,
    title: str,
    body: str,
    author: str,
    published: datetime | None,
    published_given: str,
    updated: datetime | None,
    language: str,
) -> Entry:
    """The entry, bounded; its guid falls back to its address, then to its content."""
    body = body[:BODY_LIMIT].rstrip()
    title = one_line(title)[:TITLE_LIMIT]
    if not title:  # entries of short-message services have none; the first line stands in
        title, _, body = body.partition("\n")
        if len(title) > 200:
            title, body = title[:199].rstrip() + "…", f"{title}\n{body}".rstrip()
    entry = Entry(
        guid=one_line(guid),
        url=url,
        title=title,
        body=body,
        author=one_line(author)[:TITLE_LIMIT],
        published=published,
        published_given=published_given[:200],
        updated=updated,
        language=language.strip().lower()[:35],
    )
    return evolve(entry, guid=_short(entry.guid or entry.url or entry.hash))


def _short(guid: str) -> str:
    """A guid that is too long, as its beginning and the hash of all of it."""
    if len(guid.encode()) <= GUID_LIMIT:
        return guid
    return f"{guid[:400]}…{hashlib.sha256(guid.encode()).hexdigest()}"
