"""Two captures of an entry beside each other: which words went, and which came.

Of a forgotten document there are no words, and none of the other's are shown as if they had been added.
"""

from __future__ import annotations

from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.desk.forget import one
from tracker.errors import UserError
from tracker.evidence.difference import Piece, difference
from tracker.evidence.document import Document


@frozen
class Comparison:
    """Two documents, and the pieces of their texts in order; no pieces where either was forgotten."""

    before: Document
    after: Document
    pieces: tuple[Piece, ...]

    @property
    def forgotten(self) -> tuple[int, ...]:
        """The numbers of those whose words are gone."""
        return tuple(each.number for each in (self.before, self.after) if each.forgotten)


def compare(connection: Connection, number: int, other: int | None) -> Comparison:
    """A document with `other`, or with the version of its entry before it.

    Raises `UnknownDocument`, and `UserError` where there is no version before.
    """
    after = one(connection, number)
    before = archive.version_before(connection, after) if other is None else one(connection, other)
    if before is None:
        raise UserError(
            f"document {number} is the first version of its entry; name another to compare it with"
        )
    if before.forgotten or after.forgotten:
        return Comparison(before, after, ())
    return Comparison(before, after, difference(before.text, after.text))
