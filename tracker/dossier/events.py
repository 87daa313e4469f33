"""One fact as an event: which keys each type takes, and what they mean.

Serves the facts of a dossier and whoever records one by hand alike, so that both speak the same words.
"""

from __future__ import annotations

import re
from typing import Any

from attrs import evolve

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
from tracker.commitments.terms import Kind, Terms, Window
from tracker.dossier.complaints import Rule
from tracker.dossier.register import Register
from tracker.dossier.tables import Table
from tracker.errors import did_you_mean
from tracker.evidence.grade import Basis

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
_EXTENT = re.compile(r"(\d{1,6})/(\d{1,6})")


def supported_event(fact: Table, kind: str, terms: Terms, said: tuple[str, ...], register: Register) -> Event:
    """The event with what it rests on; complains where nothing supports it."""
    because, cites = fact.maybe("because"), register.cited(fact)
    if not because and cites is None:
        fact.complain(
            "nothing supports it", mend="give 'cites', or 'because' in your own words", rule=Rule.NO_SOURCE
        )
    return evolve(read_event(fact, kind, terms, said, register), because=because, cites=cites)


def read_event(fact: Table, kind: str, terms: Terms, said: tuple[str, ...], register: Register) -> Event:
    """The event of type `kind` (a key of `KEYS_OF`) that the keys of `fact` describe.

    `terms` are the words and the window before it, `said` the quoted texts of the conditions. Raises
    `DossierError` for a key that is missing or does not fit.
    """
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
                raise fact.error("says no new date", mend="give 'until', 'review_on' or 'from'")
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
            usual = Manner.LAPSE if terms.kind is Kind.ACHIEVE else Manner.BREACH
            return Violated(
                manner=fact.choice("manner", Manner, usual),
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
        raise fact.error("says no new words", mend=f"give one of {', '.join(REWORDING_KEYS)}")
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
        raise fact.error(f"extent {fact.raw['extent']!r} is no part of a whole", "extent", mend='write "2/3"')
    return (done, whole)


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


def values_of(event: Event) -> tuple[str, dict[str, object]]:
    """The type of an event and the keys it could have been written with, the words and dates apart that
    `read_event` carries on from `terms`; raises `KeyError` for one that nobody writes."""
    kind = re.sub("(?<=[a-z])(?=[A-Z])", "-", type(event).__name__).lower()
    values: dict[str, object] = {}
    for key in KEYS_OF[kind] if not isinstance(event, Reworded | DeadlineMoved) else ():
        match getattr(event, key):
            case (int(done), int(whole)):
                value: object = f"{done}/{whole}" if whole else None
            case tuple(several):
                value = list(several)
            case other:
                value = other
        if value or key == "unrateable":
            values[key] = value
    return kind, values


def allow(fact: Table, kind: str) -> None:
    """Complain of keys that the type does not take, and say which type does."""
    allowed = (*COMMON_KEYS, *KEYS_OF[kind])
    for key in fact.raw:
        elsewhere = [other for other, keys in KEYS_OF.items() if key in keys]
        if key not in allowed and elsewhere:
            fact.complain(
                f"key {key!r} belongs to {' and '.join(elsewhere)}",
                key,
                mend=f"{kind} takes {', '.join(KEYS_OF[kind])}",
            )
        elif key not in allowed:
            fact.complain(f"unknown key {key!r}{did_you_mean(key, allowed)}", key)
