"""`eventsourcing` with its own mapper and its application recorder, the one that keeps a total order.

It has less to do than we have: no chain, no event id, no second time, no zone, and the tuples and enums of
an event stay the lists and texts they are in JSON.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.persistence import DatetimeAsISO, InfrastructureFactory, JSONTranscoder, Mapper
from eventsourcing.utils import Environment

from benchmarks.stores import material
from tracker.commitments import events as e
from tracker.evidence.source import Citation


@dataclass(frozen=True)
class PositionStated:
    """As ours, with what `eventsourcing` wants of an event."""

    originator_id: UUID
    originator_version: int
    timestamp: datetime
    because: str
    cites: Citation
    party: str
    position: str


@dataclass(frozen=True)
class Violated:
    """As ours, with what `eventsourcing` wants of an event."""

    originator_id: UUID
    originator_version: int
    timestamp: datetime
    because: str
    cites: Citation
    manner: str
    by: list[str]
    clause: str
    extent: list[int]
    basis: str
    findings: list[str]
    rule: str
    settings: str


class CitationAsList:
    """How its transcoder writes and reads our `Citation`."""

    type = Citation
    name = "citation"

    def encode(self, obj: Citation) -> list[str]:
        """To what JSON knows."""
        return [obj.publisher, obj.title, obj.date, obj.url]

    def decode(self, data: list[str]) -> Citation:
        """And back."""
        return Citation(*data)


def event(number: int, stream: UUID, version: int) -> PositionStated | Violated:
    """The event with this number as the peer has it."""
    ours = material.event(number)
    when = material.occurred(number).start
    assert ours.cites is not None
    if isinstance(ours, e.PositionStated):
        return PositionStated(stream, version, when, ours.because, ours.cites, ours.party, ours.position)
    return Violated(
        stream, version, when, ours.because, ours.cites, ours.manner.value, list(ours.by), ours.clause,
        list(ours.extent), ours.basis.value, list(ours.findings), ours.rule, ours.settings,
    )  # fmt: skip


class Peer:
    """Its `EventStore`, made by its factory from settings."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.factory: Any = InfrastructureFactory.construct(Environment("bench", settings))
        transcoder: Any = JSONTranscoder()
        transcoder.register(DatetimeAsISO())
        transcoder.register(CitationAsList())
        self.store: Any = self.factory.event_store(mapper=Mapper(transcoder=transcoder))
        self.versions: Counter[str] = Counter()
        self.count = 0

    def appends(self, streams: list[str], per: int) -> Callable[[], int]:
        """Work to be timed: one put of `per` events for each of `streams`; returns how many events."""
        batches = []
        for stream in streams:
            batch = []
            for _ in range(per):
                self.count += 1
                self.versions[stream] += 1
                batch.append(event(self.count, uuid5(NAMESPACE_URL, stream), self.versions[stream]))
            batches.append(batch)

        def work() -> int:
            for batch in batches:
                self.store.put(batch)
            return per * len(batches)

        return work

    def replay(self, stream: str) -> Callable[[], int]:
        """Work to be timed: get the events of a stream; returns how many."""
        key = uuid5(NAMESPACE_URL, stream)
        return lambda: len(list(self.store.get(key)))

    def close(self) -> None:
        """Close its connections."""
        self.factory.close()
