"""What one read transaction has read already.

Facts, findings and documents do not change while it lasts, so views of many moments can share them; whoever
knows what they will need fetches it at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.commitments.events import Fact
from tracker.evidence.document import Document
from tracker.evidence.finding import Finding
from tracker.log import log
from tracker.projections import inbox

_CHUNK = 500  # below the least number of parameters a statement may have


class Shelf:
    """The facts, findings and documents that were read by `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._facts: dict[str, Fact | None] = {}
        self._findings: dict[str, Finding] = {}
        self._documents: dict[int, Document] = {}

    def keep(self, facts: Iterable[Fact]) -> None:
        """Take in facts that were read."""
        self._facts |= {fact.id: fact for fact in facts}

    def fact(self, event_id: str) -> Fact | None:
        """A fact by its id, or None."""
        if event_id not in self._facts:
            self._facts[event_id] = log.fact_of(self.connection, event_id)
        return self._facts[event_id]

    def findings(self, ids: Iterable[str]) -> list[Finding]:
        """The findings with these ids in their order; one that does not exist is left out."""
        wanted = list(dict.fromkeys(ids))
        missing = [name for name in wanted if name not in self._findings]
        for begin in range(0, len(missing), _CHUNK):
            self._findings |= inbox.by_ids(self.connection, missing[begin : begin + _CHUNK])
        return [self._findings[name] for name in wanted if name in self._findings]

    def documents(self, numbers: Iterable[int]) -> dict[int, Document]:
        """The documents with these numbers; one that does not exist is left out."""
        wanted = list(dict.fromkeys(numbers))
        missing = [number for number in wanted if number not in self._documents]
        for begin in range(0, len(missing), _CHUNK):
            self._documents |= archive.numbered(self.connection, missing[begin : begin + _CHUNK])
        return {number: self._documents[number] for number in wanted if number in self._documents}

    @cached_property
    def rejections(self) -> dict[str, int]:
        """The findings that a reviewer rejected, with the position of that."""
        return inbox.rejections(self.connection)
