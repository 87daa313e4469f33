"""From a batch of facts to the rows of the history that they close and open.

A fact that happened after everything else in its commitment goes on from the fold before it; any other folds
its commitment anew. What hangs on a commitment that changed is folded after it. Knows nothing of SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Protocol

import msgspec
from attrs import define

from tracker.commitments.events import Fact, Proposed, Reworded
from tracker.commitments.fold import Change, Course, Timeline, courses_of, part_of, upstream_of
from tracker.commitments.rings import rings
from tracker.database.schema import to_micros
from tracker.log.streams import COMMITMENT

OPEN = 2**62
"""Without end: of knowledge in positions, of valid time in microseconds."""

COLUMNS = (
    "commitment", "begun_at", "known_from", "known_to", "valid_from", "valid_to",
    "state", "status", "standing", "inert",
)  # fmt: skip

_encode = msgspec.json.Encoder().encode


@define
class Row:
    """One standing from `valid_from` to `valid_to` (microseconds), believed since `known_from`.

    `number` is that of the stored row; None for one that is not stored yet.
    """

    valid_from: int
    valid_to: int
    state: str
    status: str
    standing: bytes
    inert: bytes | None
    known_from: int
    number: int | None = None

    def stored(self, commitment: str, begun_at: int, known_to: int) -> tuple[object, ...]:
        """As it is stored, in the order of COLUMNS."""
        valid = (self.valid_from, self.valid_to)
        standing = (self.state, self.status, self.standing, self.inert)
        return (commitment, begun_at, self.known_from, known_to, *valid, *standing)


class Links:
    """Who has to be folded again when another one changes: a condition on it, or the whole it is part of.

    Links are kept for good, so that what a commitment hung on once is looked at again when that changes.
    """

    def __init__(self, found: Iterable[tuple[str, str, bool]]) -> None:
        self.down: dict[str, set[str]] = {}
        self.up: dict[str, set[str]] = {}
        self.parts: dict[str, set[str]] = {}
        self.learnt: dict[tuple[str, str], bool] = {}
        for up, down, is_part in found:
            self._add(up, down, is_part)

    def _add(self, up: str, down: str, is_part: bool) -> None:
        self.down.setdefault(up, set()).add(down)
        self.up.setdefault(down, set()).add(up)
        if is_part:
            self.parts.setdefault(down, set()).add(up)

    def learn(self, name: str, fact: Fact) -> None:
        """What the words of a commitment say it hangs on."""
        assert isinstance(fact.event, Proposed | Reworded)
        wanted = {(up, name): False for up in upstream_of([fact])}
        if fact.event.terms.part_of:
            # A part points at its whole the other way round: the whole is what hangs on the part.
            wanted[name, fact.event.terms.part_of] = True
        for (up, down), is_part in wanted.items():
            if up not in (self.parts if is_part else self.up).get(down, ()):
                self._add(up, down, is_part)
                self.learnt[up, down] = up in self.parts.get(down, ())

    def after(self, name: str) -> list[tuple[str, ...]]:
        """The rings that may change with `name`, its own first, in the order in which to fold them."""
        if name not in self.down:
            return [(name,)]
        reached, queue = {name}, [name]
        while queue:
            found = self.down.get(queue.pop(), set()) - reached
            reached |= found
            queue += found
        return rings({each: self.up.get(each, set()) & reached for each in reached})


class Source(Protocol):
    """What was there before the batch."""

    def links(self) -> Iterable[tuple[str, str, bool]]:
        """(upstream, downstream, whether the one is a part of the other)."""

    def facts(self, names: Sequence[str], up_to: int) -> Mapping[str, list[Fact]]:
        """The facts of commitments up to a position."""

    def last_rows(self, names: Sequence[str]) -> Mapping[str, Row]:
        """Of each commitment the row that is believed of the end of time."""

    def earlier_rows(self, name: str) -> list[Row]:
        """All other rows that are believed of one commitment, in order of valid time."""

    def change(self, row: Row) -> Change:
        """What a row was made of."""


class Folding:
    """One batch: what was there is read once, rows are collected until the end."""

    def __init__(self, source: Source, batch: Sequence[Fact]) -> None:
        self.source = source
        self.links = Links(source.links())
        self.before = batch[0].position - 1
        names = list(dict.fromkeys(fact.stream.removeprefix(COMMITMENT) for fact in batch))
        self.facts: dict[str, list[Fact]] = {name: [] for name in names}
        self.facts |= source.facts(names, self.before)
        last = source.last_rows(names)
        # Of each commitment the rows believed now, from some moment on: all of them where it is in `whole`.
        self.rows = {name: [last[name]] if name in last else [] for name in names}
        self.whole = {name for name in names if name not in last}
        self.courses: dict[str, Course] = {}
        self.parties: set[tuple[str, str]] = set()
        self.closed: list[tuple[int, int]] = []
        self.passed: list[tuple[str, Row, int]] = []

    def take(self, fact: Fact) -> None:
        """Fold the commitment of `fact` as known at its position, then what hangs on it, each after all that
        it hangs on itself."""
        name = fact.stream.removeprefix(COMMITMENT)
        course = self._course(name)
        self.facts[name].append(fact)
        if isinstance(fact.event, Proposed | Reworded):
            self.links.learn(name, fact)
            terms = fact.event.terms
            self.parties |= {(party, name) for party in (*terms.debtor, *terms.creditor)}
        changed: set[str] = set()
        is_folded = course is not None and course.can_go_on(fact)
        if course is not None and is_folded and self._go_on(name, course, fact):
            changed.add(name)
        for ring in self.links.after(name):
            if (name in ring and not is_folded) or not changed.isdisjoint(self._upstream(ring)):
                changed |= self._fold(ring, fact.position)

    def _upstream(self, ring: Iterable[str]) -> set[str]:
        return set(chain.from_iterable(self.links.up.get(name, ()) for name in ring))

    def _course(self, name: str) -> Course | None:
        """The fold of a commitment that hangs on itself in no way, up to now; None before its first fact."""
        if name not in self.courses and (facts := self._facts(name)) and self.links.after(name)[0] == (name,):
            parts = self._parts(name)
            needs = {*upstream_of(facts), *parts}
            if name not in needs:
                upstream = {up: self._timeline(up) for up in needs}
                self.courses |= courses_of({name: facts}, upstream, {name: parts})
        return self.courses.get(name)

    def _go_on(self, name: str, course: Course, fact: Fact) -> bool:
        """Fold one more fact; whether that changed anything."""
        count = len(course.changes)
        course.go_on(fact, {up: self._timeline(up) for up in course.needs})
        if len(course.changes) == count:
            return False
        change = course.changes[-1]
        rows = self.rows[name]
        if rows:
            last = rows.pop()
            self._close(name, last, fact.position)
            rows.append(
                Row(
                    last.valid_from, to_micros(change.at), last.state, last.status, last.standing, last.inert,
                    fact.position,
                )
            )  # fmt: skip
        rows.append(_row(change, OPEN, fact.position))
        return True

    def _fold(self, ring: tuple[str, ...], position: int) -> set[str]:
        """Fold commitments that may hang on each other; returns those that changed.

        A ring of links may have come apart since: it is taken in the order in which its members hang on each
        other by now.
        """
        streams = {name: facts for name in ring if (facts := self._facts(name))}
        parts = {name: self._parts(name) for name in streams}
        needs = {name: upstream_of(facts) | {*parts[name]} for name, facts in streams.items()}
        changed = set()
        for members in rings(needs):
            others = {other for name in members for other in needs[name]} - set(members)
            upstream = {name: self._timeline(name) for name in others}
            courses = courses_of({name: streams[name] for name in members}, upstream, parts)
            for name, course in courses.items():
                if len(members) == 1 and name not in needs[name]:
                    self.courses[name] = course
                else:
                    self.courses.pop(name, None)
                if self._replace(name, course.changes, position):
                    changed.add(name)
        return changed

    def _facts(self, name: str) -> list[Fact]:
        if name not in self.facts:
            self.facts[name] = self.source.facts([name], self.before).get(name, [])
        return self.facts[name]

    def _parts(self, name: str) -> list[str]:
        return sorted(p for p in self.links.parts.get(name, ()) if part_of(self._facts(p)) == name)

    def _timeline(self, name: str) -> Timeline:
        course = self.courses.get(name)
        if course is not None:
            return course.timeline
        return Timeline(tuple(map(self.source.change, self._believed(name))))

    def _believed(self, name: str) -> list[Row]:
        """All rows that are believed of a commitment, in order of valid time."""
        if name not in self.whole:
            self.whole.add(name)
            if name not in self.rows:
                last = self.source.last_rows([name])
                self.rows[name] = [last[name]] if name in last else []
            self.rows[name] = self.source.earlier_rows(name) + self.rows[name]
        return self.rows[name]

    def _replace(self, name: str, changes: Sequence[Change], position: int) -> bool:
        """Believe these changes of a commitment from `position` on; whether that is any news."""
        before = {row.valid_from: row for row in self._believed(name)}
        ends = [*(to_micros(change.at) for change in changes[1:]), OPEN]
        rows = [_row(change, end, position) for change, end in zip(changes, ends, strict=False)]
        kept = 0
        for index, row in enumerate(rows):
            old = before.get(row.valid_from)
            if old is not None and _content(old) == _content(row):
                rows[index] = before.pop(row.valid_from)
                kept += 1
        for old in before.values():
            self._close(name, old, position)
        self.rows[name] = rows
        return bool(before) or kept < len(rows)

    def _close(self, name: str, row: Row, position: int) -> None:
        if row.number is not None:
            self.closed.append((position, row.number))
        elif row.known_from < position:
            self.passed.append((name, row, position))

    def opened(self) -> list[tuple[object, ...]]:
        """Every row that is to be stored, in the order of COLUMNS."""
        still = ((name, row, OPEN) for name, rows in self.rows.items() for row in rows if row.number is None)
        return [
            row.stored(name, self.facts[name][0].position, known_to)
            for name, row, known_to in chain(self.passed, still)
        ]


def _row(change: Change, valid_to: int, position: int) -> Row:
    standing = change.standing
    beside = _encode((change.inert, change.counts)) if change.inert or change.counts else None
    state, status = standing.state.value, standing.status.value
    return Row(to_micros(change.at), valid_to, state, status, _encode(standing), beside, position)


def _content(row: Row) -> tuple[int, bytes, bytes | None]:
    return (row.valid_to, row.standing, row.inert)
