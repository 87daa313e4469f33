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
from tracker.projections.inbox import Inbox


class Shelf:
    """The facts, findings and documents that were read by `connection`."""

    def __init__(self, connection: Connection, inbox: Inbox) -> None:
        self.connection = connection
        self.inbox = inbox
        self._facts: dict[str, Fact | None] = {}
        self._findings: dict[str, Finding] = {}
        self._documents: dict[str, Document] = {}

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
        self._findings |= self.inbox.by_ids(self.connection, missing)
        return [self._findings[name] for name in wanted if name in self._findings]

    def documents(self, findings: Iterable[Finding]) -> dict[str, Document]:
        """The documents that findings rest on, by their hash; one that is not here is left out."""
        missing = {f.document: f.number for f in findings if f.document not in self._documents}
        self._documents |= archive.held(self.connection, [(n, digest) for digest, n in missing.items()])
        return self._documents

    @cached_property
    def rejections(self) -> dict[str, list[tuple[int, int]]]:
        """The findings that a reviewer rejected, with from which position to which that held."""
        return self.inbox.rejections(self.connection)
