"""The bitemporal history: where each commitment stood, when, and when we knew.

One row is one standing over a stretch of valid time `[valid_from, valid_to)`, believed over a stretch of
knowledge `[known_from, known_to)` in log positions, with the facts that had no effect at its beginning.
"Now", "as of", "known at" and "what changed since" are range reads of this one table. A new fact that
happened last goes on from where its commitment stands; any other re-folds it. Then follows what hangs on it.
Rows that are no longer believed are closed, never deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.commitments.events import Fact
from tracker.commitments.fold import Change, without_effect
from tracker.commitments.rules import Inert
from tracker.commitments.standing import Standing, Status
from tracker.database.schema import Name, from_micros, to_micros
from tracker.database.statement import Insert, Statement
from tracker.log.log import read_streams
from tracker.log.streams import COMMITMENT
from tracker.projections.folding import COLUMNS, OPEN, Folding, Row
from tracker.projections.projection import Projection

STATUSES = [status.value for status in Status]

decode = msgspec.json.Decoder(Standing).decode
_inert_decoder = msgspec.json.Decoder(tuple[tuple[Inert, ...], tuple[str, ...]])


class History(Projection):
    """The projection, and the questions it answers. Times are microseconds since 1970 (UTC) in its tables."""

    name = "history"
    version = 4

    def declare(self) -> None:
        """Rows of standings; who hangs on whom; which parties a commitment ever named."""
        self.rows = self.table(
            "rows",
            sa.Column("row", sa.Integer, primary_key=True),
            sa.Column("commitment", Name, nullable=False),
            # The position of its first fact, by which boards are ordered.
            sa.Column("begun_at", sa.BigInteger, nullable=False),
            sa.Column("known_from", sa.BigInteger, nullable=False),
            sa.Column("known_to", sa.BigInteger, nullable=False),
            sa.Column("valid_from", sa.BigInteger, nullable=False),
            sa.Column("valid_to", sa.BigInteger, nullable=False),
            sa.Column("state", sa.Text, nullable=False),
            sa.Column("status", sa.Text, nullable=False),
            sa.Column("standing", sa.LargeBinary, nullable=False),
            # What had no effect at `valid_from`, and what counts from there on after all; NULL where neither.
            sa.Column("inert", sa.LargeBinary),
            sa.Index(None, "commitment", "known_to", "valid_to"),
            # Boards, of one status or of all four: which rows they are is seen without looking at the rows.
            sa.Index(None, "status", "valid_to", "known_to", "valid_from", "known_from"),
            sa.Index(None, "known_to", "valid_to"),  # what changed since: what was believed before
            sa.Index(None, "known_from"),  # and what was believed then
        )
        # Who has to be folded again when another one changes: a condition on it, or the whole it is part of.
        self.links = self.table(
            "links",
            sa.Column("upstream", sa.Text, primary_key=True),
            sa.Column("downstream", sa.Text, primary_key=True),
            sa.Column("is_part", sa.Boolean, nullable=False),
        )
        self.parties = self.table(
            "parties",
            sa.Column("party", sa.Text, primary_key=True),
            sa.Column("commitment", Name, primary_key=True),
        )
        self._insert = Insert(self.rows, COLUMNS)
        self._close = Statement(f"UPDATE {self.rows.name} SET known_to = ? WHERE row = ?")
        self._link = Statement(
            f"INSERT INTO {self.links.name} (upstream, downstream, is_part) VALUES (?, ?, ?) "
            "ON CONFLICT (upstream, downstream) DO UPDATE SET is_part = excluded.is_part"
        )
        self._name = Statement(
            f"INSERT INTO {self.parties.name} (party, commitment) VALUES (?, ?) ON CONFLICT DO NOTHING"
        )

    def apply(self, batch: Sequence[Fact], connection: Connection) -> None:
        """Fold what the batch touches, once per position, so that each step of knowledge stays."""
        facts = [fact for fact in batch if fact.stream.startswith(COMMITMENT)]
        if not facts:
            return
        folding = Folding(_Stored(self, connection), facts)
        for fact in facts:
            folding.take(fact)
        learnt = [(up, down, is_part) for (up, down), is_part in folding.links.learnt.items()]
        opened = folding.opened()
        for statement, values in (
            (self._close, folding.closed), (self._link, learnt), (self._name, sorted(folding.parties)),
        ):  # fmt: skip
            if values:
                statement.many(connection, values)
        if opened:
            self._insert.run(connection, opened)

    def standings(
        self, connection: Connection, as_of: datetime | None, known: int, ids: Iterable[str] | None = None
    ) -> dict[str, Standing]:
        """Where each commitment stood at `as_of` (None: after all facts), believed at position `known`."""
        found = self.stored_standings(connection, as_of, known, ids)
        return {name: decode(stored) for name, stored in found.items()}

    def stored_standings(
        self,
        connection: Connection,
        as_of: datetime | None,
        known: int,
        ids: Iterable[str] | None = None,
        statuses: Iterable[str] = STATUSES,
        party: str = "",
    ) -> dict[str, bytes]:
        """The same, as bytes that `decode` takes, in the order in which the commitments were first recorded.

        For whoever has decoded the same ones before. With `party`, only of commitments whose words ever
        named it.
        """
        where = [*_believed(known), *_valid(as_of), _one_of("status", statuses)]
        if ids is not None:
            where.append(_one_of("commitment", ids))
        if party:
            named = f"SELECT commitment FROM {self.parties.name} WHERE party = ?"
            where.append((f"commitment IN ({named})", [party]))
        rows = self._select(connection, "begun_at, commitment, standing", where)
        return {commitment: standing for _, commitment, standing in sorted(rows)}

    def inert(
        self, connection: Connection, as_of: datetime | None, known: int, ids: Iterable[str] | None = None
    ) -> dict[str, tuple[Inert, ...]]:
        """By commitment the facts without effect by `as_of` (None: at all), believed at position `known`."""
        where: list[_Condition] = [*_believed(known), ("inert IS NOT NULL", [])]
        if as_of is not None:
            where.append(("valid_from <= ?", [to_micros(as_of)]))
        if ids is not None:
            where.append(_one_of("commitment", ids))
        changes: dict[str, list[Change]] = {}
        columns = "commitment, valid_from, standing, inert"
        for name, *values in self._select(connection, columns, where, "valid_from"):
            changes.setdefault(name, []).append(_change(*values))
        return {name: without_effect(found) for name, found in changes.items()}

    def steps(self, connection: Connection, name: str, known: int) -> list[Standing]:
        """All standings of one commitment in order of valid time, believed at log position `known`."""
        where = [*_believed(known), _one_of("commitment", [name])]
        return [decode(stored) for (stored,) in self._select(connection, "standing", where, "valid_from")]

    def moves(
        self, connection: Connection, as_of: datetime | None, after: int, up_to: int
    ) -> list[tuple[int, str, Standing | None, Standing]]:
        """Wherever belief about where a commitment stood at `as_of` (None: after all facts) changed.

        (position, commitment, before, since), for the positions after `after` up to `up_to`, in their order
        and at one position by commitment; before is None where it did not exist.
        """
        changed: dict[tuple[int, str], list[Standing | None]] = {}
        for index, column in enumerate(("known_to", "known_from")):
            where = [(f"{column} > ? AND {column} <= ?", [after, up_to]), *_valid(as_of)]
            for position, name, stored in self._select(connection, f"{column}, commitment, standing", where):
                changed.setdefault((position, name), [None, None])[index] = decode(stored)
        return [
            (position, name, before, since)
            for (position, name), (before, since) in sorted(changed.items(), key=lambda item: item[0])
            if since is not None
        ]

    def _select(
        self, connection: Connection, columns: str, where: Sequence[_Condition], order: str = ""
    ) -> Iterable[Any]:
        """Rows that meet all conditions, on the driver itself: with a `Row` for each of a thousand, a board
        took twice as long."""
        conditions = " AND ".join(condition for condition, _ in where)
        text = f"SELECT {columns} FROM {self.rows.name} WHERE {conditions}"
        values = [value for _, some in where for value in some]
        return Statement(f"{text} ORDER BY {order}" if order else text).rows(connection, *values)

    def all_parties(self, connection: Connection) -> set[str]:
        """Every party that the words of a commitment ever named."""
        return set(connection.execute(sa.select(self.parties.c.party).distinct()).scalars())


_Condition = tuple[str, Sequence[object]]
"""A condition in SQL, with a value for each `?`."""


def _believed(known: int) -> list[_Condition]:
    """Believed at a position of the log."""
    return [("known_from <= ? AND known_to > ?", [known, known])]


def _valid(as_of: datetime | None) -> list[_Condition]:
    """What stood at a moment; None: after all facts."""
    if as_of is None:
        return [(f"valid_to = {OPEN}", [])]
    at = to_micros(as_of)
    return [("valid_from <= ? AND valid_to > ?", [at, at])]


def _one_of(column: str, wanted: Iterable[str]) -> _Condition:
    some = list(wanted)
    return (f"{column} IN ({', '.join('?' * len(some))})", some) if some else ("1 = 0", [])


def _change(valid_from: int, standing: bytes, inert: bytes | None) -> Change:
    at = from_micros(valid_from)
    if inert is None:
        return Change(at, decode(standing))
    return Change(at, decode(standing), *_inert_decoder.decode(inert))


class _Stored:
    """What a batch is folded onto, read on the driver itself."""

    def __init__(self, history: History, connection: Connection) -> None:
        self.connection = connection
        self._links = Statement(f"SELECT upstream, downstream, is_part FROM {history.links.name}")
        self._rows = (
            "SELECT commitment, valid_from, valid_to, state, status, standing, inert, known_from, row "
            f"FROM {history.rows.name} WHERE known_to = {OPEN}"
        )

    def links(self) -> Iterable[tuple[str, str, bool]]:
        """(upstream, downstream, whether the one is a part of the other)."""
        return self._links.rows(self.connection)

    def facts(self, names: Sequence[str], up_to: int) -> Mapping[str, list[Fact]]:
        """The facts of commitments up to a position."""
        found = read_streams(self.connection, [COMMITMENT + name for name in names], up_to)
        return {stream.removeprefix(COMMITMENT): facts for stream, facts in found.items()}

    def last_rows(self, names: Sequence[str]) -> Mapping[str, Row]:
        """Of each commitment the row that is believed of the end of time."""
        marks = ", ".join("?" * len(names))
        latest = Statement(f"{self._rows} AND valid_to = {OPEN} AND commitment IN ({marks})")
        return {name: Row(*values) for name, *values in latest.rows(self.connection, *names)}

    def earlier_rows(self, name: str) -> list[Row]:
        """All other rows that are believed of one commitment, in order of valid time."""
        earlier = Statement(f"{self._rows} AND valid_to < {OPEN} AND commitment = ? ORDER BY valid_from")
        return [Row(*values) for _, *values in earlier.rows(self.connection, name)]

    def change(self, row: Row) -> Change:
        """What a row was made of."""
        return _change(row.valid_from, row.standing, row.inert)
