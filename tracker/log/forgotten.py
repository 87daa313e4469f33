"""Which documents were forgotten, by the log: it may have been imported, with none of its documents."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from tracker.log import log
from tracker.log.events import DocumentForgotten


def forgotten(connection: Connection) -> set[str]:
    """The hashes of their words."""
    facts = log.read_all(connection, types=(DocumentForgotten.__name__,))
    return {fact.event.document for fact in facts if isinstance(fact.event, DocumentForgotten)}
