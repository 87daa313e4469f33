"""Days since the last breach: a projection of one's own, the worked example of docs/projections.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tracker.api import Fact, Projection
from tracker.commitments.events import Manner, Retracted, Violated

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LastBreach(Projection):
    """When each commitment was last broken, by what had been recorded at any position of the log."""

    name = "last-breach"
    version = 1

    def declare(self) -> None:
        """Recorded breaches, and what was taken back."""
        self.breaches = self.table(
            "breaches",
            sa.Column("id", sa.Text, primary_key=True),
            sa.Column("commitment", sa.Text, nullable=False),
            sa.Column("day", sa.Integer, nullable=False),  # on which it ended, since 1970, in UTC
            sa.Column("position", sa.BigInteger, nullable=False),
            sa.Index(None, "commitment", "day"),
        )
        self.retractions = self.table(
            "retractions",
            sa.Column("id", sa.Text, primary_key=True),
            sa.Column("event", sa.Text, nullable=False, index=True),
            sa.Column("position", sa.BigInteger, nullable=False),
        )

    def apply(self, batch: Sequence[Fact], connection: Connection) -> None:
        """Keep the breaches and the retractions of a batch."""
        for fact in batch:
            commitment = fact.stream.removeprefix("commitment/")
            match fact.event:
                case Violated(manner=Manner.BREACH):
                    day = (fact.occurred.end - EPOCH).days
                    row = {"id": fact.id, "commitment": commitment, "day": day, "position": fact.position}
                    connection.execute(self.breaches.insert().values(row))
                case Retracted(event=event):
                    row = {"id": fact.id, "event": event, "position": fact.position}
                    connection.execute(self.retractions.insert().values(row))

    def days(self, connection: Connection, commitment: str, day: datetime, known: int) -> int | None:
        """Days from the last breach to `day` (UTC), as known at position `known`; None without a breach."""
        breaches, undone = self.breaches.c, self.retractions.alias().c
        again = self.retractions.alias().c  # a retraction that was itself taken back undoes nothing
        stands = ~sa.exists().where(
            undone.event == breaches.id,
            undone.position <= known,
            ~sa.exists().where(again.event == undone.id, again.position <= known),
        )
        until = (day - EPOCH).days
        query = sa.select(sa.func.max(breaches.day)).where(
            breaches.commitment == commitment, breaches.day <= until, breaches.position <= known, stands
        )
        last = connection.execute(query).scalar()
        return None if last is None else until - last
