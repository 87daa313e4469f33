"""The event that somebody describes with the keys of a dossier."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve as but
from sqlalchemy.engine import Connection

from tracker.commitments.conditions import read
from tracker.commitments.events import DeadlineMoved, Event, Reworded
from tracker.desk.folder import open_folder
from tracker.desk.load import parties
from tracker.desk.record import recorded_fact
from tracker.dossier.dossier import Party
from tracker.dossier.events import allow, read_event, values_of
from tracker.dossier.register import Register
from tracker.dossier.tables import loose
from tracker.log import log
from tracker.log.streams import COMMITMENT


def describe(
    connection: Connection, name: str, kind: str, values: Mapping[str, object], instead_of: str = ""
) -> Event:
    """The event that `values` describe, in the words and with the keys of a dossier; raises `DossierError`.

    With `instead_of`, the id of a recorded fact, they say only what is different from that one.
    """
    standing = open_folder(connection, name).standing
    terms = but(standing.terms, window=standing.window)
    given = dict(values)
    if instead_of:
        old = recorded_fact(connection, instead_of).event
        match old:
            case Reworded(terms=words):
                terms = but(words, window=terms.window)
            case DeadlineMoved(window=window):
                terms = but(terms, window=window)
        old_kind, kept = values_of(old) if isinstance(old, Event) else (kind, {})
        given = {**(kept if old_kind == kind else {}), **given}
    table = loose("record", given).called(f"{kind} of {name!r}")
    register = Register(
        {party: Party(party, called) for party, called in parties(connection).items()},
        {},
        {},
        dict.fromkeys(log.in_order(connection, COMMITMENT), table),
    )
    condition = read(terms.condition)
    allow(table, kind)
    return read_event(table, kind, terms, condition.said() if condition else (), register)
