"""Looking words up in commitments and in captured documents: all of both is read, nothing is indexed.

A document has no position in the log. Its two dates are when it was published (when the feed gave none, when
we first saw it), which `as_of` bounds, and when we first saw it, which `known_at` bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from heapq import nsmallest

from tracker.archive import documents as archive
from tracker.evidence.document import Document
from tracker.evidence.finding import Finding
from tracker.evidence.wording import find, holds
from tracker.projections.answers import Commitment, Hit
from tracker.projections.reads import Reader

_BATCH = 500


def search(
    reader: Reader, words: Sequence[str], seen_by: datetime | None, names: Mapping[str, str], limit: int
) -> list[Hit]:
    """Where all the folded `words` occur, `limit` places at the most.

    Commitments come before documents, in each those with all the words in their title before the others;
    commitments then in the order of the board, documents the newest capture first. `names` are those of the
    parties by their id, `seen_by` is the moment by which a document was there.
    """
    told = [(row, _told(row, names)) for row in reader.board()]
    found = [(row, text) for row, text in told if holds(text, words)]
    found.sort(key=lambda pair: not holds(pair[0].title, words))
    hits = [_of_commitment(row, text, words) for row, text in found[:limit]]
    documents = nsmallest(
        limit - len(hits),
        (document for document in _documents(reader, seen_by) if holds(document.text, words)),
        key=lambda document: (not holds(document.title, words), -document.number),
    )
    evidence = reader.inbox.on_documents(reader.connection, [each.hash for each in documents], reader.known)
    return hits + [_of_document(each, words, evidence.get(each.hash, ())) for each in documents]


def _told(row: Commitment, names: Mapping[str, str]) -> str:
    """What is looked at in a commitment, a line for each part; the title is the first."""
    parties = (*row.debtor, *row.creditor)
    called = dict.fromkeys(word for party in parties for word in (party, names.get(party, party)))
    return "\n".join((row.title, row.id, row.consequent, row.condition, " ".join(row.tags), *called))


def _documents(reader: Reader, seen_by: datetime | None) -> Iterator[Document]:
    """The captures that are not forgotten and were published by `as_of` and seen by `seen_by`."""
    after = 0
    while found := archive.captured(reader.connection, after=after, limit=_BATCH):
        after = found[-1].number
        for document in found:
            was_out = reader.as_of is None or (document.published or document.first_seen) <= reader.as_of
            was_seen = seen_by is None or document.first_seen <= seen_by
            if was_out and was_seen and not document.forgotten:
                yield document


def _of_commitment(row: Commitment, text: str, words: Sequence[str]) -> Hit:
    return Hit(
        kind="commitment",
        id=row.id,
        number=0,
        title=row.title,
        text=text,
        spans=find(text, words),
        commitments=(row.id,),
        findings=(),
    )


def _of_document(document: Document, words: Sequence[str], evidence: Sequence[Finding]) -> Hit:
    return Hit(
        kind="document",
        id="",
        number=document.number,
        title=document.title,
        text=document.text,
        spans=find(document.text, words),
        commitments=tuple(dict.fromkeys(finding.commitment for finding in evidence)),
        findings=tuple(finding.id for finding in evidence),
    )
