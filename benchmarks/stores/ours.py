"""Our log, as its users have it: version check, idempotency and hash chain on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from benchmarks.stores import material
from tracker.database import migrate
from tracker.database.engine import Database
from tracker.log.eventlog import EventLog
from tracker.log.log import Draft


class Ours:
    """`EventLog` over a database of its own."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        migrate.upgrade(self.database)
        self.log = EventLog(self.database)
        self.versions: Counter[str] = Counter()
        self.count = 0

    def appends(self, streams: list[str], per: int) -> Callable[[], int]:
        """Work to be timed: one append of `per` events to each of `streams`; returns how many events."""
        batches = []
        for stream in streams:
            numbers = range(self.count, self.count + per)
            drafts = [Draft(material.event(i), material.occurred(i), recorded_by="policy") for i in numbers]
            batches.append({stream: (self.versions[stream], drafts)})
            self.versions[stream] += per
            self.count += per

        def work() -> int:
            for batch in batches:
                self.log.append(batch)
            return per * len(batches)

        return work

    def replay(self, stream: str) -> Callable[[], int]:
        """Work to be timed: read a stream, decoded; returns how many events."""
        return lambda: len(self.log.read(stream))

    def close(self) -> None:
        """Give its connections back."""
        self.database.close()
