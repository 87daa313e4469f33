"""Documents in a language that the matcher cannot read: to the inbox, once for each feed and language.

The log says that such documents came, with the first of them, and what a person made of it; how many there
are is counted in the archive when somebody asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.commitments.events import Fact
from tracker.errors import UserError, did_you_mean
from tracker.evidence.document import Document
from tracker.evidence.finding import BY_HAND
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import LanguageRead, LanguageUnread
from tracker.log.streams import FEED
from tracker.projections.unread import open_ones


def note(connection: Connection, documents: Sequence[Document], now: datetime, zone: str) -> None:
    """Say that `documents` were not read, where the log does not say so of their feed and language."""
    first: dict[tuple[str, str], Document] = {}
    for document in documents:
        if not document.forgotten and document.feed != BY_HAND:
            first.setdefault((document.feed, document.language), document)
    for (feed, language), document in first.items():
        told = _latest(connection, feed, language)
        if isinstance(told, LanguageUnread) or (isinstance(told, LanguageRead) and told.for_good):
            continue
        # Also those that were captured by a tracker which did not yet tell of them.
        since = told.number + 1 if isinstance(told, LanguageRead) else 0
        sample = archive.in_language(connection, feed, language, since)[1] or document
        event = LanguageUnread(feed=feed, language=language, number=sample.number, document=sample.hash)
        draft = log.Draft(event, Occurred.at(now, zone), recorded_by="matcher", cause=document.hash)
        log.append(connection, {FEED + feed: (log.Expected.ANY, [draft])}, now)


def read_by_hand(
    connection: Connection,
    feed: str,
    language: str,
    because: str,
    now: datetime,
    zone: str,
    by: str,
    *,
    for_good: bool,
) -> Fact:
    """Take down that a person dealt with all that was captured so far; raises `UserError`."""
    waiting = open_ones(connection, log.read_head(connection).position)
    if (feed, language) not in [(each.feed, each.language) for each in waiting]:
        near = did_you_mean(f"{feed} {language}", [f"{each.feed} {each.language}" for each in waiting])
        raise UserError(
            f"nothing of feed {feed!r} in {language!r} waits to be read{near};"
            " `tracker evidence unread` lists what does"
        )
    event = LanguageRead(
        feed=feed,
        language=language,
        number=archive.last_number(connection),
        for_good=for_good,
        because=because,
    )
    draft = log.Draft(event, Occurred.at(now, zone), recorded_by=by)
    return log.append(connection, {FEED + feed: (log.Expected.EXISTS, [draft])}, now)[0]


def _latest(connection: Connection, feed: str, language: str) -> object:
    """The last word on a feed and language."""
    facts = log.read_all(connection, types=("LanguageUnread", "LanguageRead"), stream=FEED + feed)
    events = [fact.event for fact in facts]
    about = [e for e in events if isinstance(e, LanguageUnread | LanguageRead) and e.language == language]
    return about[-1] if about else None
