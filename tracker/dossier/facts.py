"""The dated facts of one commitment: each `[[commitment.fact]]` as an event with its two times.

A rewording and a moved deadline say only what changed; the events they become carry the whole text and the
whole window, so the facts of these types have to stand in the order in which they happened.
"""

from __future__ import annotations

import re
from collections.abc import Collection

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
from tracker.commitments.terms import Terms, Window
from tracker.dossier.dossier import DatedEvent
from tracker.dossier.register import Register
from tracker.dossier.tables import Table
from tracker.errors import did_you_mean
from tracker.evidence.grade import Basis
from tracker.evidence.when import Occurred

COMMON_KEYS = ("type", "occurred", "known", "because", "cites")
REWORDING_KEYS = (
    "title", "consequent", "condition", "scope", "instrument", "clause", "language", "note", "tags"
)  # fmt: skip
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
    table: Table, terms: Terms, begun: tuple[DatedEvent, ...], said: Collection[str], register: Register
) -> tuple[DatedEvent, ...]:
    """The facts written under the commitment's table, in the order of the file.

    `begun` are the events that the commitment itself gave, its proposal first; `said` are the quoted texts of
    its conditions. Raises `DossierError` for a key, an id, a date or an order that does not fit.
    """
    found: list[tuple[DatedEvent, Table]] = [(dated, table) for dated in begun]
    made = begun[0].occurred
    for fact in table.tables("fact"):
        kind = _type_of(fact)
        fact = fact.called(f"{fact.label} {kind!r} of {terms.id!r}")
        _allow(fact, kind)
        occurred = fact.when("occurred", terms.zone)
        known = fact.end_of("known", terms.zone) or occurred.end
        if known < occurred.start:
            raise fact.error(f"known {fact.raw['known']} is before it occurred ({occurred})", "known")
        if _order(occurred) < _order(made):
            raise fact.error(
                f"occurred {occurred} is before the commitment was made ({made}); "
                "give the earlier or the more exact of the two as it was",
                "occurred",
            )
        event = _event(fact, kind, terms, said, register)
        dated = DatedEvent(event, occurred, known)
        _in_order(fact, dated, found)
        if isinstance(event, Reworded):
            terms = event.terms
        elif isinstance(event, DeadlineMoved):
            terms = evolve(terms, window=event.window)
        found.append((dated, fact))
    return tuple(dated for dated, _ in found[len(begun) :])


def conditions_of(table: Table) -> tuple[Table, ...]:
    """The tables that give the commitment a condition: its own, and its rewordings that do."""
    return tuple(t for t in (table, *table.tables("fact")) if t.has("condition") and _words_it(t))


def _words_it(table: Table) -> bool:
    return table.raw.get("type", "reworded") == "reworded"


def _type_of(fact: Table) -> str:
    return fact.one_of("type", KEYS_OF)


def _allow(fact: Table, kind: str) -> None:
    allowed = (*COMMON_KEYS, *KEYS_OF[kind])
    for key in fact.raw:
        elsewhere = [other for other, keys in KEYS_OF.items() if key in keys]
        if key not in allowed and elsewhere:
            near = did_you_mean(key, allowed)
            takes = f"it takes {', '.join(KEYS_OF[kind])}"
            raise fact.error(f"{key!r} belongs to {', '.join(elsewhere)}, not here{near or f'; {takes}'}", key)
    fact.allow(allowed)


def _order(occurred: Occurred) -> tuple[object, object]:
    """As the fold sorts: by the end of the interval, then by its start."""
    return (occurred.end, occurred.start)
