"""Long logs, by chance, of commitments that hang on each other, and boards of them as one word to compare."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from random import Random

import msgspec
from attrs import evolve as but

from tests.commitments.lives import SEOUL, finding, terms
from tests.log.happenings import START
from tracker.commitments import events as e
from tracker.commitments.standing import Standing
from tracker.commitments.terms import Kind
from tracker.database.engine import Database
from tracker.evidence.when import Occurred
from tracker.log import log
from tracker.log.events import FindingMade, FindingRejected
from tracker.log.log import Draft, Expected
from tracker.log.streams import COMMITMENT

NAMES = ("one", "two", "three", "four", "five")


def any_terms(chance: Random, name: str) -> e.Proposed:
    """Each may hang on the one before it, and be a part of the first."""
    place = NAMES.index(name)
    how, word = chance.choice(["once", "while"]), chance.choice(["active", "fulfilled"])
    condition = f"{how}: {NAMES[place - 1]} is {word}"
    return e.Proposed(
        terms=terms(
            Kind.ACHIEVE,
            id=name,
            condition=condition if place and chance.random() < 0.8 else "",
            part_of="one" if place and chance.random() < 0.3 else "",
            roll_up="all" if not place else "",
            debtor=(chance.choice(["debtor", "partner"]),),
        )
    )


def any_event(chance: Random, name: str, ids: list[str], found: list[str]) -> e.Event:
    """What may happen next to a commitment; some of it takes something back, or rests on a finding."""
    match chance.randrange(12):
        case 0:
            return e.Reworded(terms=any_terms(chance, name).terms)
        case 1:
            return e.Retracted(event=chance.choice(ids))
        case 2 | 3:
            return e.Accepted(because=f"{chance.random()}")
        case 4:
            return e.Fulfilled(findings=tuple(found[-1:]))
        case 5:
            return e.Violated(findings=tuple(found[-1:]))
        case 6:
            return e.Reinstated()
        case 7:
            return e.Suspended()
        case 8:
            return e.Resumed()
        case _:
            return e.PositionStated(party="debtor", position=f"{chance.random()}")


def live(database: Database, chance: Random) -> Iterator[int]:
    """Record one event after the other, without an end; yields the position of each.

    Half of it happened after all else, the rest years ago or hence.
    """
    ids: dict[str, list[str]] = {}
    found: list[str] = []
    while True:
        name = chance.choice(NAMES)
        if chance.random() < 0.2:
            found.append(log.new_id())
            stream = "findings/it"
            event: e.Event = FindingMade(finding=but(finding("origin"), id=found[-1]))
            if len(found) > 3 and chance.random() < 0.3:
                event = FindingRejected(finding=chance.choice(found[:-1]))
        elif name in ids:
            stream, event = COMMITMENT + name, any_event(chance, name, ids[name], found)
        else:
            stream, event = COMMITMENT + name, any_terms(chance, name)
        with database.writing() as connection:
            position = log.read_head(connection).position + 1
            moment = START + timedelta(days=position)
            if isinstance(event, e.Proposed):
                moment = START
            elif chance.random() < 0.5:
                moment = START + timedelta(days=chance.randrange(-9_000, 9_000))
            draft = Draft(event, Occurred.at(moment, SEOUL), id=log.new_id())
            (fact,) = log.append(connection, {stream: (Expected.ANY, [draft])}, START)
        if stream.startswith(COMMITMENT):
            ids.setdefault(name, []).append(fact.id)
        yield fact.position


def board_of(*standings: Mapping[str, Standing]) -> str:
    """Boards as one word: the same only where all standings are."""
    encoded = msgspec.json.encode([sorted(each.items()) for each in standings])
    return hashlib.sha256(encoded).hexdigest()
