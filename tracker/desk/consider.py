"""From captured documents to findings, and from findings to verdicts where the policy finds them enough.

The cursor over the documents moves in the transaction that appends what was found, so a crash between
capture and matching loses nothing and doubles nothing. So does the cursor of a commitment whose words are
new, and which is matched against the stored documents by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.commitments.policy import PolicySettings
from tracker.desk import words
from tracker.desk.findings import Reading, matches_in, take_down
from tracker.desk.folder import findings_of, open_folder
from tracker.desk.judging import verdict_on
from tracker.desk.unread import note
from tracker.evidence.document import Document
from tracker.evidence.finding import Match
from tracker.evidence.source import Sources
from tracker.log import log
from tracker.log.streams import COMMITMENT

if TYPE_CHECKING:
    from tracker.matching.matcher import Matcher

BATCH = 100


@frozen
class Considered:
    """How many documents were new, and how many were read again for words that are new."""

    new: int = 0
    again: int = 0


class Desk:
    """Considers documents. Keeps the compiled matcher and adds to it what changes in the log."""

    def __init__(self, sources: Sources, policy: PolicySettings, zone: str) -> None:
        self.sources = sources
        self.policy = policy
        self.zone = zone
        self._watch = words.Watch()

    def matcher(self, connection: Connection) -> Matcher:
        """The matcher for the words now in the log."""
        return self._watch.matcher(connection)

    def consider(self, connection: Connection, now: datetime) -> Considered:
        """Consider the next documents inside a write transaction; those that were read before come last."""
        words.plan(connection)
        at = words.cursor(connection)
        documents = archive.captured(connection, after=at, limit=BATCH)
        if documents:
            matcher = self._watch.matcher(connection)
            note(connection, [d for d in documents if not matcher.covers(d.language)], now, self.zone)
            self._read(connection, self._matches(matcher, documents), now)
            words.move(connection, documents[-1].number)
            return Considered(new=len(documents))
        waiting = words.behind(connection)
        return Considered(again=self._read_again(connection, waiting, at, now) if waiting else 0)

    def _read_again(
        self, connection: Connection, waiting: Mapping[str, int], target: int, now: datetime
    ) -> int:
        """Match some commitments against the next stored documents that they were not matched with."""
        start = min(waiting.values())
        batch = archive.captured(connection, after=start, limit=BATCH)
        documents = [document for document in batch if document.number <= target]
        last = documents[-1].number if documents else target
        readings = self._matches(self._watch.only(connection, waiting), documents)
        due = [r for r in readings if r.document.number > waiting[r.match.commitment]]
        self._read(connection, due, now)
        for name, number in waiting.items():
            words.catch_up(connection, name, max(number, last), target)
        return len(documents)

    def _matches(self, matcher: Matcher, documents: Iterable[Document]) -> list[Reading]:
        return [
            Reading(document, match)
            for document in documents
            if not document.forgotten  # before anybody had read it
            for match in self.match(matcher, document)
        ]

    def match(self, matcher: Matcher, document: Document) -> list[Match]:
        """What a document says about the commitments that a matcher watches."""
        return matches_in(matcher, document, self.zone)

    def _read(self, connection: Connection, readings: Sequence[Reading], now: datetime) -> None:
        """Record what was found, then judge: all that is known of a commitment at once."""
        touched = []
        for name in sorted({reading.match.commitment for reading in readings}):
            about = [reading for reading in readings if reading.match.commitment == name]
            version = self._watch.version(name)
            if take_down(connection, name, about, self.sources, now, self.zone, matcher=version):
                touched.append(name)
        for name in touched:
            self.judge(connection, name, now)

    def judge(self, connection: Connection, name: str, now: datetime) -> bool:
        """Record the verdict that the findings on a commitment support, if they do; returns whether."""
        folder = open_folder(connection, name)
        draft = verdict_on(folder, findings_of(connection, name), self.policy, now)
        if draft is not None:
            log.append(connection, {COMMITMENT + name: (log.Expected.EXISTS, [draft])}, now)
        return draft is not None
