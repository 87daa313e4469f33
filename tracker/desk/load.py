"""Taking a dossier into the log: what it says that is not recorded yet, and the words it is matched with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.dossier.dossier import Dossier
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import DossierLoaded, PartyName
from tracker.log.streams import COMMITMENT, DOSSIER

if TYPE_CHECKING:
    from tracker.dossier.diff import Change


@frozen
class Loaded:
    """What a dossier brought, in order, and what a person should know of it, a line each."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


def compare(connection: Connection, dossier: Dossier, now: datetime) -> Loaded:
    """What loading would append; writes nothing."""
    from tracker.dossier.diff import diff, fixed, without_effect  # whoever only asks loads nothing

    recorded = {entry.id: log.read(connection, COMMITMENT + entry.id) for entry in dossier.entries}
    changes = diff(dossier, now, recorded)
    return Loaded(changes, (*fixed(dossier, recorded), *without_effect(changes, now, recorded)))


def load(connection: Connection, dossier: Dossier, now: datetime, by: str) -> Loaded:
    """Append what is new in `dossier` as of `now` (aware); loading it again appends nothing."""
    loaded = compare(connection, dossier, now)
    batch: dict[str, tuple[log.Expected | int, list[log.Draft]]] = {}
    header = _header(dossier)
    before = log.read(connection, DOSSIER + dossier.name)
    if not before or before[-1].event != header:
        batch[DOSSIER + dossier.name] = (
            log.Expected.ANY,
            [log.Draft(header, Occurred.at(now, dossier.zone), recorded_by=by)],
        )
    for change in loaded.changes:
        stream = COMMITMENT + change.commitment
        drafts = batch.setdefault(stream, (log.Expected.ANY, []))[1]
        drafts.append(log.Draft(change.event, change.occurred, recorded_by=by, cause=DOSSIER + dossier.name))
    log.append(connection, batch, now)
    return loaded


def parties(connection: Connection) -> dict[str, str]:
    """The names of the parties of all loaded dossiers by their id, the latest where several name it."""
    return {
        party.id: party.name
        for fact in log.read_all(connection, types=("DossierLoaded",))
        if isinstance(fact.event, DossierLoaded)
        for party in fact.event.parties
    }


def _header(dossier: Dossier) -> DossierLoaded:
    return DossierLoaded(
        name=dossier.name,
        title=dossier.title,
        zone=dossier.zone,
        language=dossier.language,
        parties=tuple(PartyName(party.id, party.name) for party in dossier.parties),
        concepts=dossier.concepts,
    )
