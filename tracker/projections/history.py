"""The bitemporal history: where each commitment stood, when, and when we knew.

One row is one standing over a stretch of valid time `[valid_from, valid_to)`, believed over a stretch of
knowledge `[known_from, known_to)` in log positions. "Now", "as of", "known at" and "what changed since" are
range reads of this one table. A new fact re-folds its stream and what hangs on it; rows that are no longer
believed are closed, never deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.commitments.events import Fact, Proposed, Reworded
from tracker.commitments.fold import Change, Timeline, timeline, upstream_of
from tracker.commitments.standing import Standing
from tracker.database.schema import Moment
from tracker.log.log import read

OPEN = 2**62

PREFIX = "commitment/"

_tables = sa.MetaData()

history = sa.Table(
    "history",
    _tables,
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("commitment", sa.Text, nullable=False),
    sa.Column("known_from", sa.BigInteger, nullable=False),
    sa.Column("known_to", sa.BigInteger, nullable=False),
    sa.Column("valid_from", Moment, nullable=False),
    sa.Column("valid_to", Moment),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("standing", sa.LargeBinary, nullable=False),
    sa.Index("ix_history_commitment", "commitment", "known_to"),
    sa.Index("ix_history_known_to", "known_to"),
    sa.Index("ix_history_known_from", "known_from"),
)

# Who has to be folded again when another one changes: a condition on it, or the whole it is a part of.
links = sa.Table(
    "history_links",
    _tables,
    sa.Column("upstream", sa.Text, primary_key=True),
    sa.Column("downstream", sa.Text, primary_key=True),
    sa.Column("is_part", sa.Boolean, nullable=False),
)

_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Standing)


class History:
    """The projection that fills `history`."""

    name = "history"
    version = 1
    tables = (history, links)

    def apply(self, batch: Sequence[Fact], connection: Connection) -> None:
        """Fold what the batch touches, once per position, so that each step of knowledge stays."""
        work = _Work(connection)
        for fact in batch:
            if fact.stream.startswith(PREFIX):
                work.take(fact)
        work.write()


class _Work:
    """One batch: streams and timelines read once, rows written at the end."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.facts: dict[str, list[Fact]] = {}
        self.timelines: dict[str, Timeline] = {}
        self.rows: dict[str, dict[tuple[datetime, datetime | None, bytes], tuple[int, int | None]]] = {}
        self.closed: list[tuple[int, int]] = []
        self.inserted: list[dict[str, object]] = []
        self.links = {
            (row.upstream, row.downstream): row.is_part for row in connection.execute(sa.select(links))
        }

    def take(self, fact: Fact) -> None:
        """Fold the commitment of `fact` as known at its position, then what hangs on it."""
        name = fact.stream.removeprefix(PREFIX)
        facts = self._stream(name, fact.position - 1)
        if not facts or facts[-1].position < fact.position:
            facts.append(fact)
        if isinstance(fact.event, Proposed | Reworded):
            self._link(name, fact)
        seen: set[str] = set()
        queue = [name]
        while queue:
            current = queue.pop(0)
            if current in seen:  # a commitment that waits for itself by way of others
                continue
            seen.add(current)
            if self._fold(current, fact.position):
                queue.extend(down for up, down in sorted(self.links) if up == current)

    def _stream(self, name: str, up_to: int) -> list[Fact]:
        if name not in self.facts:
            self.facts[name] = read(self.connection, PREFIX + name, up_to)
        return self.facts[name]

    def _timeline(self, name: str, position: int) -> Timeline:
        if name not in self.timelines:
            rows = self.connection.execute(
                sa.select(history.c.valid_from, history.c.standing)
                .where(history.c.commitment == name, history.c.known_to == OPEN)
                .order_by(history.c.valid_from)
            )
            self.timelines[name] = Timeline(
                tuple(Change(row.valid_from, _decoder.decode(row.standing)) for row in rows)
            )
        return self.timelines[name]

    def _link(self, name: str, fact: Fact) -> None:
        event = fact.event
        assert isinstance(event, Proposed | Reworded)
        wanted = {(up, name): False for up in upstream_of([fact])}
        if event.terms.part_of:
            wanted[event.terms.part_of, name] = True
        for up, is_part in ((key[0], value) for key, value in wanted.items()):
            # A part points at its whole the other way round: the whole is what hangs on the part.
            key = (name, up) if is_part else (up, name)
            if key not in self.links:
                self.links[key] = is_part
                self.connection.execute(
                    links.insert().values(upstream=key[0], downstream=key[1], is_part=is_part)
                )

    def _fold(self, name: str, position: int) -> bool:
        """Fold one commitment; returns whether its timeline changed."""
        facts = self._stream(name, position)
        if not facts:
            return False
        above = {up: is_part for (up, down), is_part in self.links.items() if down == name}
        upstream = {up: self._timeline(up, position) for up in above}
        before = self._timeline(name, position)
        after = timeline(facts, upstream, sorted(up for up, is_part in above.items() if is_part))
        if after == before:
            return False
        self.timelines[name] = after
        self._replace(name, after, position)
        return True

    def _replace(self, name: str, folded: Timeline, position: int) -> None:
        believed = self._believed(name)
        wanted = {}
        for index, change in enumerate(folded.changes):
            later = folded.changes[index + 1].at if index + 1 < len(folded.changes) else None
            wanted[change.at, later, _encode(change.standing)] = change.standing
        for key in [key for key in believed if key not in wanted]:
            known_from, stored = believed.pop(key)
            if stored is not None:
                self.closed.append((stored, position))
            elif known_from < position:
                self._insert(name, key, known_from, position)
        for key in wanted:
            believed.setdefault(key, (position, None))

    def _believed(self, name: str) -> dict[tuple[datetime, datetime | None, bytes], tuple[int, int | None]]:
        if name not in self.rows:
            query = sa.select(history).where(history.c.commitment == name, history.c.known_to == OPEN)
            self.rows[name] = {
                (row.valid_from, row.valid_to, row.standing): (row.known_from, row.row)
                for row in self.connection.execute(query)
            }
        return self.rows[name]

    def _insert(
        self, name: str, key: tuple[datetime, datetime | None, bytes], known_from: int, known_to: int
    ) -> None:
        valid_from, valid_to, encoded = key
        standing = _decoder.decode(encoded)
        self.inserted.append(
            {
                "commitment": name,
                "known_from": known_from,
                "known_to": known_to,
                "valid_from": valid_from,
                "valid_to": valid_to,
                "state": standing.state.value,
                "status": standing.status.value,
                "standing": encoded,
            }
        )

    def write(self) -> None:
        """Close what is no longer believed and insert what is."""
        for row, position in self.closed:
            self.connection.execute(history.update().where(history.c.row == row).values(known_to=position))
        for name, believed in self.rows.items():
            for key, (known_from, stored) in believed.items():
                if stored is None:
                    self._insert(name, key, known_from, OPEN)
        if self.inserted:
            self.connection.execute(history.insert(), self.inserted)


def standings(
    connection: Connection, as_of: datetime | None, known: int, ids: Iterable[str] | None = None
) -> dict[str, Standing]:
    """Where each commitment stood at `as_of` (None: after all facts), believed at log position `known`."""
    query = sa.select(history.c.commitment, history.c.standing).where(
        history.c.known_from <= known, history.c.known_to > known
    )
    if as_of is None:
        query = query.where(history.c.valid_to.is_(None))
    else:
        query = query.where(
            history.c.valid_from <= as_of, sa.or_(history.c.valid_to.is_(None), history.c.valid_to > as_of)
        )
    if ids is not None:
        query = query.where(history.c.commitment.in_(list(ids)))
    return {row.commitment: _decoder.decode(row.standing) for row in connection.execute(query)}


def steps(connection: Connection, name: str, known: int) -> list[Standing]:
    """All standings of one commitment in order of valid time, believed at log position `known`."""
    query = (
        sa.select(history.c.standing)
        .where(history.c.commitment == name, history.c.known_from <= known, history.c.known_to > known)
        .order_by(history.c.valid_from)
    )
    return [_decoder.decode(row.standing) for row in connection.execute(query)]


def turning_points(connection: Connection, after: int, up_to: int) -> list[tuple[int, str]]:
    """(position, commitment) wherever belief about a commitment changed after `after`, in order."""
    query = (
        sa.select(history.c.known_from, history.c.commitment)
        .where(history.c.known_from > after, history.c.known_from <= up_to)
        .distinct()
        .order_by(history.c.known_from, history.c.commitment)
    )
    return [(row.known_from, row.commitment) for row in connection.execute(query)]
