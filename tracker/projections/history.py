"""The bitemporal history: where each commitment stood, when, and when we knew.

One row is one standing over a stretch of valid time `[valid_from, valid_to)`, believed over a stretch of
knowledge `[known_from, known_to)` in log positions, with the facts that had no effect at its beginning.
"Now", "as of", "known at" and "what changed since" are range reads of this one table. A new fact re-folds
its stream and what hangs on it; rows that are no longer believed are closed, never deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.commitments.events import Fact, Proposed, Reworded
from tracker.commitments.fold import Change, Timeline, fold_ring, part_of, upstream_of, without_effect
from tracker.commitments.rings import rings
from tracker.commitments.rules import Inert
from tracker.commitments.standing import Standing
from tracker.database.engine import upsert
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
    # What had no effect at `valid_from`, and what counts from there on after all; NULL where neither.
    sa.Column("inert", sa.LargeBinary),
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
_inert_decoder = msgspec.json.Decoder(tuple[tuple[Inert, ...], tuple[str, ...]])

_Key = tuple[datetime, datetime | None, bytes, bytes | None]
"""What makes a row: from when to when, the standing, what was inert."""


class History:
    """The projection that fills `history`."""

    name = "history"
    version = 2
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
        self.rows: dict[str, dict[_Key, tuple[int, int | None]]] = {}
        self.closed: list[tuple[int, int]] = []
        self.inserted: list[dict[str, object]] = []
        self.links: set[tuple[str, str]] = set()
        self.wholes: dict[str, set[str]] = {}
        for row in connection.execute(sa.select(links)):
            self._remember(row.upstream, row.downstream, row.is_part)
        self.order: dict[str, tuple[int, tuple[str, ...]]] | None = None

    def take(self, fact: Fact) -> None:
        """Fold the commitment of `fact` as known at its position, then what hangs on it, each after all that
        it hangs on itself."""
        name = fact.stream.removeprefix(PREFIX)
        facts = self._stream(name, fact.position - 1)
        if not facts or facts[-1].position < fact.position:
            facts.append(fact)
        if isinstance(fact.event, Proposed | Reworded):
            self._link(name, fact)
        changed: set[str] = set()
        for ring in self._affected(name):
            if name in ring or any((up, down) in self.links for up in changed for down in ring):
                changed |= self._fold(ring, fact.position)

    def _affected(self, name: str) -> list[tuple[str, ...]]:
        """The rings that may change with `name`, in the order in which to fold them."""
        if self.order is None:
            needs: dict[str, list[str]] = {}
            for up, down in self.links:
                needs.setdefault(up, [])
                needs.setdefault(down, []).append(up)
            ordered = enumerate(rings(needs))
            self.order = {member: (index, ring) for index, ring in ordered for member in ring}
        reached, queue = {name}, [name]
        while queue:
            current = queue.pop()
            found = {down for up, down in self.links if up == current} - reached
            reached |= found
            queue += found
        return [ring for _, ring in sorted({self.order.get(each, (0, (each,))) for each in reached})]

    def _stream(self, name: str, up_to: int) -> list[Fact]:
        if name not in self.facts:
            self.facts[name] = read(self.connection, PREFIX + name, up_to)
        return self.facts[name]

    def _timeline(self, name: str) -> Timeline:
        if name not in self.timelines:
            query = _rows(sa.select(history), name, OPEN - 1)
            self.timelines[name] = Timeline(tuple(map(_change, self.connection.execute(query))))
        return self.timelines[name]

    def _link(self, name: str, fact: Fact) -> None:
        event = fact.event
        assert isinstance(event, Proposed | Reworded)
        wanted = {(up, name): False for up in upstream_of([fact])}
        if event.terms.part_of:
            # A part points at its whole the other way round: the whole is what hangs on the part.
            wanted[name, event.terms.part_of] = True
        for (up, down), is_part in wanted.items():
            if (up, down) not in self.links or (is_part and up not in self.wholes.get(down, ())):
                row = {"upstream": up, "downstream": down, "is_part": is_part}
                upsert(links, self.connection, row, ("upstream", "downstream"))
                self._remember(up, down, is_part)

    def _remember(self, up: str, down: str, is_part: bool) -> None:
        self.order = None
        self.links.add((up, down))
        if is_part:
            self.wholes.setdefault(down, set()).add(up)

    def _fold(self, ring: tuple[str, ...], position: int) -> set[str]:
        """Fold commitments that may hang on each other; returns those whose timeline changed.

        Links are kept for good, so a ring of them may have come apart: it is taken in the order in which its
        members hang on each other by now.
        """
        streams = {name: facts for name in ring if (facts := self._stream(name, position))}
        parts = {
            name: sorted(p for p in self.wholes.get(name, ()) if part_of(self._stream(p, position)) == name)
            for name in streams
        }
        needs = {name: upstream_of(facts) | {*parts[name]} for name, facts in streams.items()}
        changed = set()
        for members in rings(needs):
            others = {other for name in members for other in needs[name]} - set(members)
            upstream = {name: self._timeline(name) for name in others}
            for name, folded in fold_ring({name: streams[name] for name in members}, upstream, parts).items():
                if folded != self._timeline(name):
                    self.timelines[name] = folded
                    self._replace(name, folded, position)
                    changed.add(name)
        return changed

    def _replace(self, name: str, folded: Timeline, position: int) -> None:
        believed = self._believed(name)
        wanted: dict[_Key, None] = {}
        for index, change in enumerate(folded.changes):
            later = folded.changes[index + 1].at if index + 1 < len(folded.changes) else None
            beside = _encode((change.inert, change.counts)) if change.inert or change.counts else None
            wanted[change.at, later, _encode(change.standing), beside] = None
        for key in [key for key in believed if key not in wanted]:
            known_from, stored = believed.pop(key)
            if stored is not None:
                self.closed.append((stored, position))
            elif known_from < position:
                self._insert(name, key, known_from, position)
        for key in wanted:
            believed.setdefault(key, (position, None))

    def _believed(self, name: str) -> dict[_Key, tuple[int, int | None]]:
        if name not in self.rows:
            query = _rows(sa.select(history), name, OPEN - 1)
            self.rows[name] = {
                (row.valid_from, row.valid_to, row.standing, row.inert): (row.known_from, row.row)
                for row in self.connection.execute(query)
            }
        return self.rows[name]

    def _insert(self, name: str, key: _Key, known_from: int, known_to: int) -> None:
        valid_from, valid_to, encoded, inert = key
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
                "inert": inert,
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
        history.c.known_from <= known, history.c.known_to > known, *_valid_at(as_of)
    )
    if ids is not None:
        query = query.where(history.c.commitment.in_(list(ids)))
    return {row.commitment: _decoder.decode(row.standing) for row in connection.execute(query)}


def inert(
    connection: Connection, as_of: datetime | None, known: int, ids: Iterable[str] | None = None
) -> dict[str, tuple[Inert, ...]]:
    """By commitment the facts without effect by `as_of` (None: at all), believed at log position `known`."""
    query = (
        sa.select(history)
        .where(history.c.known_from <= known, history.c.known_to > known, history.c.inert.is_not(None))
        .order_by(history.c.valid_from)
    )
    if as_of is not None:
        query = query.where(history.c.valid_from <= as_of)
    if ids is not None:
        query = query.where(history.c.commitment.in_(list(ids)))
    changes: dict[str, list[Change]] = {}
    for row in connection.execute(query):
        changes.setdefault(row.commitment, []).append(_change(row))
    return {name: without_effect(found) for name, found in changes.items()}


def steps(connection: Connection, name: str, known: int) -> list[Standing]:
    """All standings of one commitment in order of valid time, believed at log position `known`."""
    query = _rows(sa.select(history.c.standing), name, known)
    return [_decoder.decode(row.standing) for row in connection.execute(query)]


def _rows(query: sa.Select[Any], name: str, known: int) -> sa.Select[Any]:
    """The rows of one commitment that were believed at log position `known`, in order of valid time."""
    believed = (history.c.known_from <= known, history.c.known_to > known)
    return query.where(history.c.commitment == name, *believed).order_by(history.c.valid_from)


def _change(row: sa.Row[Any]) -> Change:
    standing = _decoder.decode(row.standing)
    if row.inert is None:
        return Change(row.valid_from, standing)
    return Change(row.valid_from, standing, *_inert_decoder.decode(row.inert))


def moves(
    connection: Connection, as_of: datetime | None, after: int, up_to: int
) -> list[tuple[int, str, Standing | None, Standing]]:
    """Wherever belief about where a commitment stood at `as_of` (None: after all facts) changed.

    (position, commitment, before, since), for the positions after `after` up to `up_to`, in their order and
    at one position by commitment; before is None where it did not exist.
    """
    changed: dict[tuple[int, str], list[Standing | None]] = {}
    for index, column in enumerate((history.c.known_to, history.c.known_from)):
        query = sa.select(column.label("position"), history.c.commitment, history.c.standing)
        query = query.where(column > after, column <= up_to, *_valid_at(as_of))
        for row in connection.execute(query):
            pair = changed.setdefault((row.position, row.commitment), [None, None])
            pair[index] = _decoder.decode(row.standing)
    # Sorted here and not by the database, whose collation is its own affair.
    return [
        (position, name, before, since)
        for (position, name), (before, since) in sorted(changed.items(), key=lambda item: item[0])
        if since is not None
    ]


def _valid_at(as_of: datetime | None) -> tuple[sa.ColumnElement[bool], ...]:
    if as_of is None:
        return (history.c.valid_to.is_(None),)
    later = sa.or_(history.c.valid_to.is_(None), history.c.valid_to > as_of)
    return (history.c.valid_from <= as_of, later)
