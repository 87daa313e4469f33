"""Findings as they are taken down: each with its origin and its grades, and none of them twice.

What is found at once is graded at once: of reports that came together none was first, so which of them was
read first changes no grade. Which is the original of two copies is decided by their dates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve as but
from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.commitments.events import Proposed
from tracker.commitments.policy import parties_of
from tracker.commitments.standing import State
from tracker.desk.folder import Folder, heard_of, open_folder
from tracker.evidence.credibility import credibility
from tracker.evidence.document import Document
from tracker.evidence.finding import BY_HAND, Finding, Match, standing_findings
from tracker.evidence.grade import Credibility
from tracker.evidence.origin import copied_from, origin_of, speaking_party
from tracker.evidence.source import Sources
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import FindingMade
from tracker.log.streams import FINDINGS

if TYPE_CHECKING:
    from tracker.matching.matcher import Matcher

_DONE_WITH = frozenset({State.WITHDRAWN, State.CANCELLED, State.SUPERSEDED, State.RELEASED, State.EXPIRED})
# A copy follows its original within days; of the findings before it, so many are looked at.
_LOOKED_AT = 50


@frozen
class Reading:
    """What one document says about one commitment."""

    document: Document
    match: Match


def matches_in(matcher: Matcher, document: Document, zone: str) -> list[Match]:
    """What a document says about the commitments that a matcher watches."""
    return matcher.match(
        document.text, published=dated(document), zone=zone, language=document.language or "en"
    )


def take_down(
    connection: Connection,
    name: str,
    readings: Sequence[Reading],
    sources: Sources,
    now: datetime,
    zone: str,
    *,
    matcher: str,
    by: str = "matcher",
    because: str = "",
) -> list[Finding]:
    """Record what was read about one commitment, as far as it is new; returns the findings that were made.

    A reading that decides otherwise than the finding in the same document takes its place; one that a person
    made stays. A document from before the commitment was made is no news of it.
    """
    folder = open_folder(connection, name)
    if folder.standing.state in _DONE_WITH:
        return []
    made, rejected = heard_of(connection, name)
    latest = {finding.document: finding for finding in made}
    known = [finding for finding in standing_findings(made) if finding.id not in rejected]
    told = _documents(connection, known)
    began = _began(folder)
    found: list[tuple[Finding, Document]] = []
    for reading in sorted(readings, key=_canonical):
        document, before = reading.document, latest.get(reading.document.hash)
        if dated(document) < began or (before and not _revises(reading, before, matcher)):
            continue
        source = sources.get(document.publisher)
        match = but(reading.match, speaker_party=speaking_party(reading.match, source))
        finding = Finding(
            id=_id(name, document.hash, before.id if before else ""),
            match=match,
            document=document.hash,
            number=document.number,
            publisher=document.publisher,
            origin=copied_from(document, told) or origin_of(match, document, sources),
            reliability=source.reliability,
            credibility=Credibility.UNJUDGED,  # until all that came with it is known
            matcher=matcher,
            revises=before.id if before else "",
        )
        latest[document.hash] = finding
        found.append((finding, document))
        told.append((document, finding.origin))
    parties = parties_of(folder.standing.terms)
    everything = standing_findings([*known, *(finding for finding, _ in found)])
    drafts = []
    for finding, document in found:
        others = [other for other in everything if other.id != finding.id]
        graded = credibility(finding.match, finding.origin, finding.reliability, others, parties)
        finding = but(finding, credibility=graded.credibility, because=graded.because)
        drafts.append(
            log.Draft(
                FindingMade(finding=finding, because=because),
                Occurred.at(dated(document), zone),
                id=finding.id,
                recorded_by=by,
                cause=document.hash,
            )
        )
    if drafts:
        log.append(connection, {FINDINGS + name: (log.Expected.ANY, drafts)}, now)
    return [draft.event.finding for draft in drafts if isinstance(draft.event, FindingMade)]


def dated(document: Document) -> datetime:
    """When it was published, as far as we know."""
    return document.published or document.first_seen


def _began(folder: Folder) -> datetime:
    """The beginning of the day on which it was first made."""
    return min(fact.occurred.start for fact in folder.facts if isinstance(fact.event, Proposed))


def _canonical(reading: Reading) -> tuple[datetime, str, int]:
    return dated(reading.document), reading.document.hash, reading.document.number


def _revises(reading: Reading, before: Finding, matcher: str) -> bool:
    """Whether it says another thing than the finding before it in the same capture.

    Not in another capture of the same words: it has another date, so the two would revise each other anew
    each time they are read. Nor does the machine correct a person.
    """
    if matcher != BY_HAND and (before.matcher == BY_HAND or before.number != reading.document.number):
        return False
    return _decision(reading.match) != _decision(before.match)


def _decision(match: Match) -> tuple[object, ...]:
    """What of a match can change a verdict; the place of its words alone cannot."""
    return match.relation, match.factuality, match.occurred


def _documents(connection: Connection, findings: Sequence[Finding]) -> list[tuple[Document, str]]:
    """The documents of the latest findings, each with its origin."""
    latest = findings[-_LOOKED_AT:]
    found = archive.held(connection, [(finding.number, finding.document) for finding in latest])
    return [(found[each.document], each.origin) for each in latest if each.document in found]


def _id(commitment: str, document: str, revises: str) -> str:
    """The same words about the same commitment are one finding, however often they are considered."""
    text = "\0".join((commitment, document, revises) if revises else (commitment, document))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
