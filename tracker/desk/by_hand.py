"""Evidence that a person brings: archived as what feeds bring, and taken down as a finding for review."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from attrs import evolve as but
from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.desk.findings import Reading, dated, take_down
from tracker.desk.folder import heard_of, open_folder
from tracker.errors import UserError
from tracker.evidence.document import Document, Entry, Span
from tracker.evidence.finding import BY_HAND, Cue, Factuality, Finding, Match, Relation
from tracker.evidence.source import Sources
from tracker.evidence.when import Occurred, zone_of


@frozen
class Added:
    """The finding, the document it is in, and whether either was there before."""

    finding: Finding
    document: Document
    is_new: bool


@frozen
class Said:
    """What a person says of a document; what is left out is the matcher's word, where it has one."""

    commitment: str
    quotes: tuple[str, ...] = ()
    relation: Relation | None = None
    occurred: Occurred | None = None
    because: str = ""


def archived(connection: Connection, entry: Entry, publisher: str, language: str, now: datetime) -> Document:
    """The document of what was handed in, captured unless its words are here; raises `UserError`."""
    found = archive.held(connection, [(0, entry.hash)]).get(entry.hash)
    if found is None:
        archive.capture(
            connection,
            feed=BY_HAND,
            publisher=publisher,
            language=language,
            entries=[but(entry, guid=entry.hash)],
            now=now,
        )
        found = archive.held(connection, [(0, entry.hash)])[entry.hash]
    if found.forgotten:
        raise UserError(f"these words were forgotten, as document {found.number}; they are not kept again")
    if found.publisher != publisher:
        raise UserError(
            f"these words are here as document {found.number} of {found.publisher!r}, not of {publisher!r};"
            " leave --publisher out, or hand in another document"
        )
    return found


def add(
    connection: Connection,
    document: Document,
    said: Said,
    matched: Match | None,
    sources: Sources,
    now: datetime,
    zone: str,
    by: str,
) -> Added:
    """Take down what a person says of a document, filled up by what the matcher `matched` in it.

    Doing it again adds nothing; saying otherwise takes the place of what was said before. Raises `UserError`
    for a quotation that is not in the text exactly once.
    """
    terms = open_folder(connection, said.commitment).standing.terms
    spans = tuple(span_of(document, quote) for quote in said.quotes)
    relation = said.relation or (matched.relation if matched else None)
    if relation is None or not (spans or matched):
        raise UserError(
            f"the matcher finds nothing about {said.commitment!r} in it;"
            " say --relation and the words: --quote"
        )
    base = matched or Match(said.commitment, relation, Factuality.ACTUAL, 1.0, (), (), None)
    is_told = bool(said.relation or spans)
    match = but(
        base,
        relation=relation,
        factuality=Factuality.ACTUAL if is_told and relation is not Relation.CONTEXT else base.factuality,
        confidence=1.0 if is_told else base.confidence,
        spans=spans or base.spans,
        cues=tuple(Cue("by hand", "quoted", span) for span in spans) or base.cues,
        occurred=said.occurred or base.occurred or _day(document, terms.zone),
    )
    readings = [Reading(document, match)]
    made = take_down(
        connection, said.commitment, readings, sources, now, zone,
        matcher=BY_HAND, by=by, because=said.because,
    )  # fmt: skip
    if made:
        return Added(made[0], document, True)
    here = [f for f in heard_of(connection, said.commitment)[0] if f.document == document.hash]
    if not here:
        raise UserError(
            f"{said.commitment!r} takes no more evidence: it is at its end, or was made after"
            f" {dated(document):%Y-%m-%d}, when this was published"
        )
    return Added(here[-1], document, False)


def span_of(document: Document, quote: str) -> Span:
    """Where a quotation stands, however its lines are broken; raises `UserError` unless it is there once."""
    words = quote.split()
    if not words:
        raise UserError("a quotation needs words")
    places = [found.span() for found in re.finditer(r"\s+".join(map(re.escape, words)), document.text)]
    if len(places) == 1:
        return Span(*places[0])
    if not places:
        raise UserError(f"“{quote}” is not in the text of document {document.number}; quote it as it stands")
    around = " · ".join(_around(document.text, *place) for place in places[:3])
    raise UserError(f"“{quote}” is there {len(places)} times; quote more of it: {around}")


def _around(text: str, start: int, end: int) -> str:
    return "…" + " ".join(text[max(0, start - 25) : end + 25].split()) + "…"


def _day(document: Document, zone: str) -> Occurred | None:
    """The day of its publication, where a person gave one; the day it was handed in says nothing."""
    if document.published is None:
        return None
    return Occurred.on(document.published.astimezone(zone_of(zone)).date(), zone)


def matched_in(matches: Sequence[Match], commitment: str) -> Match | None:
    """What the matcher says of one commitment."""
    return next((match for match in matches if match.commitment == commitment), None)
