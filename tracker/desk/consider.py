"""From captured documents to findings, and from findings to verdicts where the policy finds them enough.

The cursor over the documents moves in the transaction that appends what was found, so a crash between
capture and matching loses nothing and doubles nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from attrs import evolve as but
from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.commitments.events import WatchChanged
from tracker.commitments.policy import PolicySettings
from tracker.commitments.standing import State
from tracker.database.engine import upsert
from tracker.desk.folder import findings_of, open_folder
from tracker.desk.judging import verdict_on
from tracker.desk.tables import cursors
from tracker.evidence.credibility import credibility
from tracker.evidence.document import Document
from tracker.evidence.finding import Finding, Match
from tracker.evidence.origin import copied_from, origin_of, speaking_party
from tracker.evidence.profile import Concept, WatchProfile
from tracker.evidence.source import Sources
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import DossierLoaded, FindingMade
from tracker.log.streams import COMMITMENT, FINDINGS

if TYPE_CHECKING:
    from tracker.matching.matcher import Matcher

CURSOR = "considered"
BATCH = 100
WORDS = ("WatchChanged", "DossierLoaded")

_DONE_WITH = frozenset({State.WITHDRAWN, State.CANCELLED, State.SUPERSEDED, State.RELEASED, State.EXPIRED})


@frozen
class Words:
    """What the log says documents are to be matched with."""

    concepts: tuple[Concept, ...]
    profiles: tuple[WatchProfile, ...]

    @classmethod
    def read(cls, connection: Connection) -> Words:
        """The latest concepts of every dossier and the latest profile of every commitment."""
        concepts: dict[str, tuple[Concept, ...]] = {}
        profiles: dict[str, WatchProfile] = {}
        for fact in log.read_all(connection, types=WORDS):
            if isinstance(fact.event, WatchChanged):
                profiles[fact.event.profile.commitment] = fact.event.profile
            elif isinstance(fact.event, DossierLoaded):
                concepts[fact.stream] = fact.event.concepts
        merged = {concept.name: concept for group in concepts.values() for concept in group}
        return cls(tuple(merged.values()), tuple(profiles.values()))


class Desk:
    """Considers documents. Keeps the compiled matcher while the words in the log stay the same."""

    def __init__(self, sources: Sources, policy: PolicySettings, zone: str) -> None:
        self.sources = sources
        self.policy = policy
        self.zone = zone
        self._position = -1
        self._matcher: Matcher | None = None

    def matcher(self, connection: Connection) -> Matcher:
        """The matcher for the words now in the log."""
        from tracker.matching.matcher import Matcher  # whoever only asks needs no grammar

        position = log.last_of(connection, WORDS)
        if self._matcher is None or position != self._position:
            words = Words.read(connection)
            self._matcher = Matcher(words.concepts, words.profiles)
            self._position = position
        return self._matcher

    def consider(self, connection: Connection, now: datetime) -> int:
        """Consider the next documents inside a write transaction; returns how many there were."""
        cursor = _cursor(connection)
        documents = archive.captured(connection, after=cursor, limit=BATCH)
        if not documents:
            return 0
        matcher = self.matcher(connection)
        touched: dict[str, None] = {}
        for document in documents:
            if document.forgotten:
                continue  # before anybody had read it
            matches = matcher.match(
                document.text,
                published=document.published or document.first_seen,
                zone=self.zone,
                language=document.language or "en",
            )
            for match in matches:
                if self._take_down(connection, match, document, matcher.version, now):
                    touched[match.commitment] = None
        for name in touched:
            self.judge(connection, name, now)
        upsert(cursors, connection, {"name": CURSOR, "number": documents[-1].number}, ("name",))
        return len(documents)

    def _take_down(
        self, connection: Connection, match: Match, document: Document, version: str, now: datetime
    ) -> bool:
        """Record one finding, graded by what was known before it."""
        if open_folder(connection, match.commitment).standing.state in _DONE_WITH:
            return False
        earlier = findings_of(connection, match.commitment)
        source = self.sources.get(document.publisher)
        match = but(match, speaker_party=speaking_party(match, source))
        origin = copied_from(document, self._documents(connection, earlier)) or origin_of(
            match, document, self.sources
        )
        finding = Finding(
            id=_finding_id(match.commitment, document.hash),
            match=match,
            document=document.hash,
            number=document.number,
            publisher=document.publisher,
            origin=origin,
            reliability=source.reliability,
            credibility=credibility(match, origin, source.reliability, earlier),
            matcher=version,
        )
        draft = log.Draft(
            FindingMade(finding=finding),
            Occurred.at(document.published or document.first_seen, self.zone),
            id=finding.id,
            recorded_by="matcher",
            cause=document.hash,
        )
        head = log.read_head(connection).position
        facts = log.append(connection, {FINDINGS + match.commitment: (log.Expected.ANY, [draft])}, now)
        return facts[0].position > head

    def _documents(self, connection: Connection, findings: Sequence[Finding]) -> list[tuple[Document, str]]:
        """The documents of the latest findings, each with its origin; a copy follows within days."""
        latest = findings[-20:]
        found = archive.held(connection, [(finding.number, finding.document) for finding in latest])
        return [(found[each.document], each.origin) for each in latest if each.document in found]

    def judge(self, connection: Connection, name: str, now: datetime) -> bool:
        """Record the verdict that the findings on a commitment support, if they do; returns whether."""
        folder = open_folder(connection, name)
        draft = verdict_on(folder, findings_of(connection, name), self.policy, now)
        if draft is not None:
            log.append(connection, {COMMITMENT + name: (log.Expected.EXISTS, [draft])}, now)
        return draft is not None


def _cursor(connection: Connection) -> int:
    query = sa.select(cursors.c.number).where(cursors.c.name == CURSOR)
    return connection.execute(query).scalar() or 0


def _finding_id(commitment: str, document: str) -> str:
    """The same words about the same commitment are one finding, however often they are considered."""
    return hashlib.sha256(f"{commitment}\0{document}".encode()).hexdigest()[:32]
