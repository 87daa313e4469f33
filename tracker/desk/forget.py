"""Forgetting the words of captured documents, and saying in the log who did it, when and why.

The log never held the words: its findings hold spans and hashes. So the chain and every finding stand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.commitments.events import Fact
from tracker.errors import UnknownDocument, UserError
from tracker.evidence.document import Document
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import DocumentForgotten
from tracker.log.streams import DOCUMENTS


@frozen
class Forgotten:
    """What came of forgetting one document: the fact that says so, and where the words may still be.

    `fact` is the first one, where it was forgotten `before`. `kin` are the numbers of captures that hold the
    same words or other versions of the same entry.
    """

    number: int
    fact: Fact
    before: bool
    kin: tuple[int, ...]


def forget(
    connection: Connection, numbers: Sequence[int], because: str, now: datetime, zone: str, by: str
) -> tuple[Forgotten, ...]:
    """Remove the words of documents, all of them or none; forgetting one again changes nothing.

    Raises `UnknownDocument`, and `UserError` where nobody says why.
    """
    if not because.strip():
        raise UserError("say why it is forgotten; the log keeps that, and never the words")
    found = [one(connection, number) for number in dict.fromkeys(numbers)]
    facts = []
    for document in found:
        archive.forget(connection, document.number)
        draft = log.Draft(
            DocumentForgotten(number=document.number, document=document.hash, because=because),
            Occurred.at(now, zone),
            id=_id(document),
            recorded_by=by,
        )
        facts += log.append(connection, {DOCUMENTS: (log.Expected.ANY, [draft])}, now)
    return tuple(
        Forgotten(document.number, fact, document.forgotten, tuple(archive.kin(connection, document)))
        for document, fact in zip(found, facts, strict=True)
    )


def one(connection: Connection, number: int) -> Document:
    """A captured document by its number; raises `UnknownDocument`."""
    found = archive.numbered(connection, [number]).get(number)
    if found is None:
        last = archive.last_number(connection)
        told = f"the last is {last}" if last else "none was captured yet"
        raise UnknownDocument(f"no document {number}; {told}, and `tracker documents list` lists them")
    return found


def _id(document: Document) -> str:
    """Without the reason, so that forgetting it once more, for whatever reason, is no second fact."""
    return hashlib.sha256(f"forgotten\0{document.number}\0{document.hash}".encode()).hexdigest()[:32]
