"""The dated facts of one commitment: each `[[commitment.fact]]` as an event with its two times.

A rewording and a moved deadline say only what changed; the events they become carry the whole text and the
whole window, so the facts of these types have to stand in the order in which they happened.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from attrs import evolve

from tracker.commitments.conditions import parse
from tracker.commitments.events import (
    Accepted,
    Cancelled,
    ClarityRated,
    ConditionFailed,
    ConditionMet,
    DeadlineMoved,
    Ended,
    Event,
    Fulfilled,
    Manner,
    PositionStated,
    Reinstated,
    Released,
    Resumed,
    Reworded,
    Superseded,
    Suspended,
    Violated,
    Withdrawn,
)
from tracker.commitments.terms import Terms, Window
from tracker.dossier.dossier import DatedEvent
from tracker.dossier.register import Register
from tracker.dossier.tables import Table
from tracker.errors import BadCondition, did_you_mean
from tracker.evidence.grade import Basis
from tracker.evidence.when import Occurred

COMMON_KEYS = ("type", "occurred", "known", "because", "cites")
REWORDING_KEYS = (
    "title",
    "consequent",
    "condition",
    "scope",
    "instrument",
    "clause",
    "language",
    "note",
    "tags",
)
KEYS_OF: dict[str, tuple[str, ...]] = {
    "accepted": ("by", "effective"),
    "withdrawn": ("by",),
    "reworded": REWORDING_KEYS,
    "deadline-moved": ("by", "from", "until", "review_on"),
    "condition-met": ("condition",),
    "condition-failed": ("condition",),
    "suspended": ("by",),
    "resumed": ("by",),
    "fulfilled": ("extent", "shortfall", "basis"),
    "violated": ("by", "manner", "clause", "extent", "basis"),
    "ended": ("by",),
    "released": ("by",),
    "cancelled": ("by",),
    "superseded": ("superseded_by",),
    "reinstated": ("by",),
    "position-stated": ("party", "position"),
    "clarity-rated": ("unrateable",),
}
_NEVER_EMPTY = ("title", "consequent", "language")
_LATEST_HOLDS = (Reworded, DeadlineMoved, ClarityRated)
_EXTENT = re.compile(r"(\d{1,6})/(\d{1,6})")


def read_facts(
    table: Table, terms: Terms, begun: tuple[DatedEvent, ...], register: Register
) -> tuple[DatedEvent, ...]:
    """The facts written under a commitment's table, in the order of the file.

    `begun` are the events that the commitment itself gave, its proposal first. Raises `DossierError` for a
    key, an id, a date or an order that does not fit.
    """
    said = _said(table, register)
    made = begun[0].occurred
    found = [(dated, table) for dated in begun]
    for fact in table.tables("fact"):
        kind = fact.one_of("type", KEYS_OF)
        fact = fact.called(f"{fact.label} {kind!r} of {terms.id!r}")
        _allow(fact, kind)
        occurred = fact.when("occurred", terms.zone)
        known = fact.end_of("known", terms.zone) or occurred.end
        if known < occurred.start or known == occurred.start < occurred.end:
            raise fact.error(f"known {fact.raw['known']} is before it occurred ({occurred})", "known")
        if _order(occurred) < _order(made):
            raise fact.error(
                f"occurred {occurred} is before the commitment was made ({made}); give both equally exactly",
                "occurred",
            )
        dated = DatedEvent(_event(fact, kind, terms, said, register), occurred, known)
        _check_order(fact, dated, found)
        match dated.event:
            case Reworded(terms=reworded):
                terms = reworded
            case DeadlineMoved(window=window):
                terms = evolve(terms, window=window)
        found.append((dated, fact))
    return tuple(dated for dated, _ in found[len(begun) :])


def read_window(table: Table, before: Window, zone: str) -> Window:
    """The window after what `from`, `until` and `review_on` say; an empty `until` lifts the deadline.

    `from` and `review_on` mean the beginning of their day, `until` the end of it.
    """
    lifted = table.raw.get("until") == ""
    window = Window(
        start=table.start_of("from", zone) or before.start,
        until=None if lifted else table.end_of("until", zone) or before.until,
        review_on=table.start_of("review_on", zone) or before.review_on,
    )
    if window.start and window.until and window.start >= window.until:
        raise table.error("the window ends before it begins", "until" if table.has("until") else "from")
    return window


def _said(table: Table, register: Register) -> tuple[str, ...]:
    """The quoted texts of the commitment's conditions, all of which are checked on the way."""
    found: list[str] = []
    rewordings = [fact for fact in table.tables("fact") if fact.raw.get("type") == "reworded"]
    for place in (table, *rewordings):
        if text := place.maybe("condition"):
            try:
                condition = parse(text)
            except BadCondition as problem:
                raise place.error(str(problem), "condition") from None
            except RecursionError:
                raise place.error("condition: nested too deeply", "condition") from None
            for name in condition.upstream():
                if name not in register.commitments:
                    near = did_you_mean(name, register.commitments)
                    raise place.error(f"condition: unknown commitment {name!r}{near}", "condition")
            found.extend(condition.said())
    return tuple(found)


def _allow(fact: Table, kind: str) -> None:
    allowed = (*COMMON_KEYS, *KEYS_OF[kind])
    for key in fact.raw:
        elsewhere = [other for other, keys in KEYS_OF.items() if key in keys]
        if key not in allowed and elsewhere:
            raise fact.error(
                f"key {key!r} belongs to {' and '.join(elsewhere)}; {kind} takes {', '.join(KEYS_OF[kind])}",
                key,
            )
    fact.allow(allowed)


def _order(occurred: Occurred) -> tuple[datetime, datetime]:
    """As the fold sorts: by the end of the interval, then by its start."""
    return (occurred.end, occurred.start)


def _check_order(fact: Table, dated: DatedEvent, found: list[tuple[DatedEvent, Table]]) -> None:
    """Where only the latest of a type holds, no two may tie, in the world or in what was known of it."""
    if not isinstance(dated.event, _LATEST_HOLDS):
        return
    for earlier, place in found:
        if type(earlier.event) is not type(dated.event):
            continue
        where = f" (line {line})" if (line := place.line("occurred")) else ""
        if _order(dated.occurred) <= _order(earlier.occurred):
            raise fact.error(
                f"occurred {dated.occurred} is not after the one above it{where}; "
                "facts of this type go in the order they happened, one at a time",
                "occurred",
            )
        if dated.known < earlier.known:
            raise fact.error(f"became known before the one above it{where}, which it builds on", "occurred")


def _event(fact: Table, kind: str, terms: Terms, said: tuple[str, ...], register: Register) -> Event:
    because, cites = fact.maybe("because"), register.cited(fact)
    if not because and cites is None:
        raise fact.error("nothing supports it; give 'cites', or 'because' in your own words")
    return evolve(_bare_event(fact, kind, terms, said, register), because=because, cites=cites)


def _bare_event(fact: Table, kind: str, terms: Terms, said: tuple[str, ...], register: Register) -> Event:
    match kind:
        case "accepted":
            effective = fact.start_of("effective", terms.zone)
            return Accepted(by=register.party(fact, "by"), effective=effective)
        case "withdrawn":
            return Withdrawn(by=register.party(fact, "by"))
        case "reworded":
            return Reworded(terms=_reworded(fact, terms))
        case "deadline-moved":
            if not any(fact.has(key) for key in ("from", "until", "review_on")):
                raise fact.error("says no new date; give 'until', 'review_on' or 'from'")
            return DeadlineMoved(
                window=read_window(fact, terms.window, terms.zone), by=register.party(fact, "by")
            )
        case "condition-met":
            return ConditionMet(condition=_condition(fact, said))
        case "condition-failed":
            return ConditionFailed(condition=_condition(fact, said))
        case "suspended":
            return Suspended(by=register.party(fact, "by"))
        case "resumed":
            return Resumed(by=register.party(fact, "by"))
        case "fulfilled":
            basis = fact.choice("basis", Basis, Basis.STATED)
            return Fulfilled(extent=_extent(fact), shortfall=fact.maybe("shortfall"), basis=basis)
        case "violated":
            return Violated(
                manner=fact.choice("manner", Manner, Manner.BREACH),
                by=_several(fact, register),
                clause=fact.maybe("clause"),
                extent=_extent(fact),
                basis=fact.choice("basis", Basis, Basis.STATED),
            )
        case "ended":
            return Ended(by=_several(fact, register))
        case "released":
            return Released(by=register.party(fact, "by"))
        case "cancelled":
            return Cancelled(by=register.party(fact, "by"))
        case "superseded":
            fact.text("superseded_by")
            heir = fact.reference("superseded_by", register.commitments, "commitment")
            if heir == terms.id:
                raise fact.error("a commitment cannot supersede itself", "superseded_by")
            return Superseded(superseded_by=heir)
        case "reinstated":
            return Reinstated(by=register.party(fact, "by"))
        case "position-stated":
            fact.text("party")
            return PositionStated(party=register.party(fact, "party"), position=fact.text("position"))
        case _:
            assert kind == "clarity-rated"
            return ClarityRated(unrateable=fact.text("unrateable", empty=True))


def _reworded(fact: Table, terms: Terms) -> Terms:
    changed = [key for key in REWORDING_KEYS if fact.has(key)]
    if not changed:
        raise fact.error(f"says no new words; give one of {', '.join(REWORDING_KEYS)}")
    words: dict[str, Any] = {
        key: fact.words(key) if key == "tags" else fact.text(key, empty=key not in _NEVER_EMPTY)
        for key in changed
    }
    return evolve(terms, **words)


def _condition(fact: Table, said: tuple[str, ...]) -> str:
    words = fact.text("condition")
    if not said:
        raise fact.error("the commitment has no quoted condition", "condition")
    if words not in said:
        quoted = " or ".join(f'"{text}"' for text in said)
        raise fact.error(f"condition {words!r} is not the quoted text {quoted}", "condition")
    return words


def _several(fact: Table, register: Register) -> tuple[str, ...]:
    if isinstance(fact.raw.get("by"), str):
        return (register.party(fact, "by"),)
    return register.parties_of(fact, "by")


def _extent(fact: Table) -> tuple[int, int]:
    """Done of whole; (0, 0) where not counted."""
    if not fact.has("extent"):
        return (0, 0)
    found = _EXTENT.fullmatch(fact.text("extent"))
    done, whole = (int(found[1]), int(found[2])) if found else (1, 0)
    if done > whole or not whole:
        raise fact.error(f'extent {fact.raw["extent"]!r} is no part of a whole; write "2/3"', "extent")
    return (done, whole)
