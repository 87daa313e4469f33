"""The dated facts of one commitment: each `[[commitment.fact]]` as an event with its two times.

A rewording and a moved deadline say only what changed; the events they become carry the whole text and the
whole window, so the facts of these types have to stand in the order in which they happened.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from tracker.commitments.conditions import parse
from tracker.commitments.events import ClarityRated, DeadlineMoved, Reworded
from tracker.commitments.terms import Terms
from tracker.dossier.complaints import Rule
from tracker.dossier.dossier import DatedEvent
from tracker.dossier.events import KEYS_OF, allow, supported_event
from tracker.dossier.register import Register
from tracker.dossier.tables import Table
from tracker.errors import BadCondition, did_you_mean
from tracker.evidence.when import Occurred

_LATEST_HOLDS = (Reworded, DeadlineMoved, ClarityRated)


def read_facts(
    table: Table, terms: Terms, begun: tuple[DatedEvent, ...], register: Register
) -> tuple[DatedEvent, ...]:
    """The facts written under a commitment's table, in the order of the file.

    `begun` are the events that the commitment itself gave, its proposal first. A fact whose keys, dates or
    order do not fit is left out with a complaint; raises `Misread` for a condition that cannot be read.
    """
    said = _said(table, register)
    made = begun[0].occurred
    found = [(dated, table) for dated in begun]

    def read(fact: Table) -> None:
        nonlocal terms
        kind = fact.one_of("type", KEYS_OF)
        fact = fact.called(f"{fact.label} {kind!r} of {terms.id!r}")
        allow(fact, kind)
        occurred = fact.when("occurred", terms.zone)
        known = fact.end_of("known", terms.zone) or occurred.end
        if known < occurred.start or known == occurred.start < occurred.end:
            raise fact.error(f"known {fact.raw['known']} is before it occurred ({occurred})", "known")
        if _order(occurred) < _order(made):
            raise fact.error(
                f"occurred {occurred} is before the commitment was made ({made})",
                "occurred",
                mend="give both equally exactly",
            )
        dated = DatedEvent(supported_event(fact, kind, terms, said, register), occurred, known)
        _check_order(fact, dated, found)
        match dated.event:
            case Reworded(terms=reworded):
                terms = reworded
            case DeadlineMoved(window=window):
                terms = evolve(terms, window=window)
        found.append((dated, fact))

    table.page.margin.each(table.tables("fact"), read)
    return tuple(dated for dated, _ in found[len(begun) :])


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
                    place.complain(
                        f"condition: unknown commitment {name!r}{did_you_mean(name, register.commitments)}",
                        "condition",
                        mend="name one of this file; a dossier stands alone",
                        rule=Rule.UNKNOWN_REFERENCE,
                    )
            found.extend(condition.said())
    return tuple(found)


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
                f"occurred {dated.occurred} is not after the one above it{where}",
                "occurred",
                mend="facts of this type go in the order they happened, one at a time",
            )
        if dated.known < earlier.known:
            raise fact.error(f"became known before the one above it{where}, which it builds on", "occurred")
