"""What the matcher could not read, by feed and language: one item each, until a person has dealt with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.log import log
from tracker.log.events import LanguageRead, LanguageUnread
from tracker.projections.answers import Unread


def open_ones(connection: Connection, known: int, seen_by: datetime | None = None) -> list[Unread]:
    """Those that waited at position `known`; counted are the documents first seen by then."""
    waiting: dict[tuple[str, str], tuple[LanguageUnread, datetime]] = {}
    for fact in log.read_all(connection, types=("LanguageUnread", "LanguageRead")):
        if fact.position > known:
            break
        event = fact.event
        if isinstance(event, LanguageUnread):
            waiting[event.feed, event.language] = event, fact.recorded_at
        elif isinstance(event, LanguageRead):
            waiting.pop((event.feed, event.language), None)
    found = []
    for event, since in waiting.values():
        count, sample = archive.in_language(connection, event.feed, event.language, event.number, seen_by)
        found.append(
            Unread(
                feed=event.feed,
                language=event.language,
                count=count,
                number=sample.number if sample else event.number,
                title=sample.title if sample else "",
                since=since,
            )
        )
    return found
