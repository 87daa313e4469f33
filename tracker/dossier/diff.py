"""What a dossier says that is not yet recorded: the events to append so that the log agrees with the file.

Declarative and never destructive: the same dossier over the same log gives nothing, what was deleted from the
file stays in the log, and what somebody retracted there does not come back because the file still says it.
Pure: takes recorded facts and `now`, appends nothing itself.

The base words, window and clarity of a commitment may be edited in the file as well as changed by its facts.
The fold goes by occurrence, and two different rewordings of one moment wait for a person; so an edit becomes
an event of its own, dated `now`, with the whole of what the file says by then. It is told from what somebody
recorded by hand by its reason (`EDITED`): events that are neither the file's facts nor its edits are left
alone, until the next edit of the file's words overrides them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from attrs import evolve, fields, frozen

from tracker.commitments.events import (
    ClarityRated,
    DeadlineMoved,
    Event,
    Fact,
    Proposed,
    Reworded,
    Superseded,
    WatchChanged,
)
from tracker.commitments.fold import fold_all
from tracker.commitments.order import CLOCK, effective
from tracker.commitments.terms import Terms, Window
from tracker.dossier.dossier import DatedEvent, Dossier, Undertaking
from tracker.evidence.when import Occurred

Action = Literal["add", "reword", "re-time", "supersede", "watch", "fact"]
Values = dict[str, Any]

EDITED = "the dossier was edited"
"""The reason of an event that carries an edit of the file, not a fact of the world."""

_TICK = timedelta(microseconds=1)


@frozen
class Change:
    """One event to append to the stream of `commitment`; `summary` says it in a line, for a person."""

    commitment: str
    action: Action
    summary: str
    event: Event
    occurred: Occurred


def diff(dossier: Dossier, now: datetime, recorded: Mapping[str, Sequence[Fact]]) -> tuple[Change, ...]:
    """What to append at `now` (aware): commitment by commitment as in the file, a new one's proposal first.

    `recorded` holds, by commitment id, all facts of that commitment's stream, retractions among them; ids
    that are missing are new. Commitments and facts that became known after `now` are left for later.
    """
    now = now.astimezone(UTC)
    return tuple(
        change
        for entry in dossier.until(now).entries
        for change in _Comparison(entry, recorded.get(entry.id, ()), now).changes()
    )


def without_effect(
    changes: Sequence[Change], now: datetime, recorded: Mapping[str, Sequence[Fact]]
) -> tuple[str, ...]:
    """One line for each of `changes` that would have no effect, or would take it from a recorded fact."""
    grown = {name: list(facts) for name, facts in recorded.items()}
    for number, change in enumerate(changes):
        stream = grown.setdefault(change.commitment, [])
        position = max((fact.position for fact in stream), default=0) + 1
        new = Fact(f"new-{number}", "", 0, position, change.event, change.occurred, now)
        stream.append(new)
    before, after = fold_all(recorded), fold_all(grown)
    lines = []
    for name in grown:
        known = {each.fact for each in before[name].inert()} if name in before else set()
        told = {fact.id: fact for fact in grown[name]}
        for each in after[name].inert():
            fact = told[each.fact]
            if each.fact not in known and not isinstance(fact.event, CLOCK):
                what = f"{name!r}: {type(fact.event).__name__} of {fact.occurred}"
                lines.append(f"{what} has no effect ({each.rule}): {each.reason}")
    return tuple(lines)


def fixed(dossier: Dossier, recorded: Mapping[str, Sequence[Fact]]) -> tuple[str, ...]:
    """One line for each edit that no event can carry: of which kind a commitment is, when, how and by whom it
    was proposed.

    The first event of a stream is never retracted, so these stay as they were first recorded. For whoever
    loads a dossier to show.
    """
    return tuple(
        f"{dossier.name}: {entry.id!r}: {key} was recorded as {old!r} and stays so; the file says {new!r}:"
        " give what is different an id of its own, and this one a 'superseded' fact"
        for entry in dossier.entries
        for fact in recorded.get(entry.id, ())
        if isinstance(fact.event, Proposed)
        for key, old, new in (
            ("made", str(fact.occurred), str(entry.facts[0].occurred)),
            ("kind", fact.event.terms.kind.value, entry.terms.kind.value),
            ("voice", fact.event.voice.value, entry.proposed.voice.value),
            ("told_by", fact.event.by, entry.proposed.by),
        )
        if old != new
    )


@frozen
class _Course:
    """Something of which the latest event holds; `read` gives the values of one, or of the proposal."""

    action: Action
    type: type[Event]
    name: str
    read: Callable[[Any], Values]
    write: Callable[[Any, Values], Event]


# The window has a course of its own; another id or kind would be another commitment.
_NOT_WORDS = ("id", "kind", "window")


def _terms_of(event: Proposed | Reworded) -> Values:
    return {f.name: getattr(event.terms, f.name) for f in fields(Terms) if f.name not in _NOT_WORDS}


def _window_of(event: Proposed | DeadlineMoved) -> Values:
    window = event.terms.window if isinstance(event, Proposed) else event.window
    return {f.name: getattr(window, f.name) for f in fields(Window)}


def _clarity_of(event: Proposed | ClarityRated) -> Values:
    return {"unrateable": event.unrateable if isinstance(event, ClarityRated) else ""}


_WORDS = _Course("reword", Reworded, "words", _terms_of, lambda e, v: evolve(e, terms=evolve(e.terms, **v)))
_WINDOW = _Course("re-time", DeadlineMoved, "window", _window_of, lambda e, v: evolve(e, window=Window(**v)))
_CLARITY = _Course("reword", ClarityRated, "clarity", _clarity_of, lambda e, v: evolve(e, **v))
_COURSES = (_WORDS, _WINDOW, _CLARITY)


class _Comparison:
    """One commitment of the file against what its stream holds."""

    def __init__(self, entry: Undertaking, recorded: Sequence[Fact], now: datetime) -> None:
        self.entry = entry
        self.recorded = sorted(recorded, key=lambda fact: fact.position)
        self.live = effective(recorded)
        self.now = now

    def changes(self) -> Iterator[Change]:
        made = self.entry.facts[0]
        if not any(isinstance(fact.event, Proposed) for fact in self.recorded):
            yield Change(
                self.entry.id,
                "add",
                f"made {made.occurred}: {self.entry.terms.title}",
                made.event,
                made.occurred,
            )
        yield from self._watch()
        wanted = {course.name: self._wanted(course) for course in _COURSES}
        added: list[DatedEvent] = []
        for dated in self.entry.facts[1:]:
            if dated in added or self._seen(dated, self.recorded):
                continue
            for course in _COURSES:
                if isinstance(dated.event, course.type):
                    values = next(v for slot, v in wanted[course.name] if slot is dated)
                    dated = evolve(dated, event=course.write(dated.event, values))
            added.append(dated)
            action: Action = "supersede" if isinstance(dated.event, Superseded) else "fact"
            yield Change(self.entry.id, action, self._told(dated), dated.event, dated.occurred)
        for course in _COURSES:
            yield from self._edit(course, wanted[course.name], added)

    def _watch(self) -> Iterator[Change]:
        """The latest profile counts, retracted or not: what was taken back must not return by itself."""
        profile = self.entry.watch
        recorded = [f for f in self.recorded if isinstance(f.event, WatchChanged)]
        if profile is None or (recorded and recorded[-1].event == WatchChanged(profile=profile)):
            return
        when = self._after([fact.occurred for fact in recorded])
        summary = "watched for differently" if recorded else "watched for"
        yield Change(self.entry.id, "watch", summary, WatchChanged(profile=profile), when)

    def _wanted(self, course: _Course) -> list[tuple[DatedEvent, Values]]:
        """The file's facts of one course that nobody retracted, each with the values that hold after it.

        Each adds what it changed in the file to what holds before it here, so that a change that was
        retracted is not carried on by those that follow it.
        """
        before = values = course.read(self.entry.proposed)
        wanted = [(self.entry.facts[0], values)]
        for dated in self.entry.facts[1:]:
            if not isinstance(dated.event, course.type):
                continue
            after = course.read(dated.event)
            if self._seen(dated, self.live) or not self._seen(dated, self.recorded):
                values = values | {key: value for key, value in after.items() if value != before[key]}
                wanted.append((dated, values))
            before = after
        return wanted

    def _seen(self, dated: DatedEvent, facts: Sequence[Fact]) -> bool:
        """Whether `facts` hold it: by content and time, or by type and time where only the latest holds.

        The words of a rewording build on those before it; once they were edited, it is still the same fact.
        """
        latest_holds = isinstance(dated.event, tuple(course.type for course in _COURSES))
        return any(
            fact.occurred == dated.occurred
            and (
                type(fact.event) is type(dated.event) and not _is_edit(fact)
                if latest_holds
                else fact.event == dated.event
            )
            for fact in facts
        )

    def _edit(
        self, course: _Course, wanted: list[tuple[DatedEvent, Values]], added: list[DatedEvent]
    ) -> Iterator[Change]:
        """The event that makes the log say what the file says, where its facts alone do not."""
        slots = [slot.occurred for slot, _ in wanted]
        said = [
            (fact.occurred, course.read(fact.event))
            for fact in self.live
            if isinstance(fact.event, Proposed)
            or (isinstance(fact.event, course.type) and (_is_edit(fact) or fact.occurred in slots))
        ]
        said += [(d.occurred, course.read(d.event)) for d in added if isinstance(d.event, course.type)]
        if course is _CLARITY and len(wanted) == 1:
            return  # the file says nothing of it (any more)
        target = wanted[-1][1]
        # Stable, so that of a proposal and a fact of its day the fact comes later, as in the fold.
        said.sort(key=lambda pair: _order(pair[0]))
        dropped = [
            course.read(fact.event)
            for fact in self.recorded
            if isinstance(fact.event, course.type) and _is_edit(fact) and fact not in self.live
        ]
        if not said or said[-1][1] == target or target in dropped:
            return
        times = [f.occurred for f in self.live if isinstance(f.event, course.type)] + [o for o, _ in said]
        changed = ", ".join(key for key, value in target.items() if said[-1][1][key] != value)
        event = course.write(_blank(course, self.entry.terms), target)
        yield Change(
            self.entry.id, course.action, f"{course.name} edited: {changed}", event, self._after(times)
        )

    def _after(self, earlier: list[Occurred]) -> Occurred:
        """Now, or just after the last of `earlier` where that ends later: what is said last must hold."""
        last = max((occurred.end for occurred in earlier), default=None)
        moment = self.now if last is None or last < self.now else last + _TICK
        return Occurred.at(moment, self.entry.terms.zone)

    def _told(self, dated: DatedEvent) -> str:
        name = type(dated.event).__name__
        summary = f"{re.sub('(?<=[a-z])(?=[A-Z])', '-', name).lower()} {dated.occurred}"
        for fact in self.live:
            if type(fact.event) is type(dated.event) and fact.occurred == dated.occurred:
                summary += (
                    f"; like {fact.id}, which is recorded in other words: retract that if this replaces it"
                )
                break
        return summary


def _is_edit(fact: Fact) -> bool:
    return isinstance(fact.event, Event) and fact.event.because == EDITED


def _blank(course: _Course, terms: Terms) -> Event:
    """An event of the course's type with the reason of an edit, for the values to be written into."""
    if course is _WORDS:
        return Reworded(terms=terms, because=EDITED)
    if course is _WINDOW:
        return DeadlineMoved(window=terms.window, because=EDITED)
    return ClarityRated(because=EDITED)


def _order(occurred: Occurred) -> tuple[datetime, datetime]:
    """As the fold sorts."""
    return (occurred.end, occurred.start)
