"""The log of one database, for whoever is in no transaction of their own.

The desk appends inside the transaction that decides, with the functions of `log`; everybody else asks here.
Every call is a transaction by itself; readers of the whole log take one for each batch, so that nothing is
held open while they work.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from tracker.commitments.events import Fact
from tracker.database.engine import Database
from tracker.log import log
from tracker.log.checkpoint import Checkpoint
from tracker.log.log import BATCH, Draft, Expected


def _present() -> datetime:
    return datetime.now(UTC)


class EventLog:
    """Append to, read, follow and verify the log of `database`; `clock` gives the present (aware)."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _present) -> None:
        self.database = database
        self.clock = clock

    def append(self, batch: Mapping[str, tuple[Expected | int, Sequence[Draft]]]) -> list[Fact]:
        """Append drafts to one or several streams, all or nothing; returns the facts in the order given.

        Of each stream the writer says what it expects: a version, or a member of `Expected`; that is checked
        where something of it is new, or where it has no drafts at all. For an id seen before, in whatever
        stream, the fact is returned as it was first recorded. The id alone decides: a command that is tried
        again may say another *now*, so its content is not compared. Raises `WrongVersion`,
        `UnknownEventType`, `UnstorableText` and `LogUnavailable`.
        """
        with self.database.writing() as connection:
            return log.append(connection, batch, self.clock())

    def read(self, stream: str, up_to: int | None = None) -> list[Fact]:
        """The facts of one stream in order of their version, up to position `up_to` if given."""
        with self.database.reading() as connection:
            return log.read(connection, stream, up_to)

    def read_all(
        self, after: int = 0, types: Sequence[str] = (), stream: str = "", batch: int = BATCH
    ) -> Iterator[Fact]:
        """The facts after a position in order, at constant memory; of `types` or of one stream if given."""
        while True:
            with self.database.reading() as connection:
                facts = log.read_batch(connection, after, types, stream, batch)
            yield from facts
            if len(facts) < batch:
                return
            after = facts[-1].position

    def follow(
        self, after: int = 0, *, every: float = 0.2, until: Callable[[], bool] = lambda: False
    ) -> Iterator[Fact]:
        """The facts after a position, and then each new one, looked for `every` so many seconds.

        Ends once `until()` is true and nothing more is there. Positions have no gaps and appear in their
        order, so none is missed.
        """
        while True:
            is_last = until()
            for fact in self.read_all(after):
                after = fact.position
                yield fact
            if is_last:
                return
            time.sleep(every)

    def head(self) -> Checkpoint:
        """The end of the log."""
        with self.database.reading() as connection:
            return log.read_head(connection)

    def checkpoint(self) -> Checkpoint:
        """The end of the log, to be published and checked against later."""
        return self.head()

    def verify(self, since: Checkpoint | None = None) -> Checkpoint:
        """Recompute the chain, of the whole log or of what came after a checkpoint; returns its end.

        Raises `ChainBroken` with the first position that does not fit: one that was changed, is missing or
        too many, or, against a checkpoint, was replaced, was cut off or was recorded at another time.
        """
        with self.database.reading() as connection:
            return log.verify(connection, since)
