"""Small projections for the tests of the runner, and logs for them.

`Words` has what a projection may have: a hyphen in its name, indexes, a unique constraint, two tables of
which one refers to the other. The rest are `Words` of other versions, and such as cannot take in `poison`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.log.happenings import draft
from tracker.commitments.events import Event, Fact
from tracker.database.engine import Database
from tracker.database.statement import Statement
from tracker.log import log
from tracker.projections.projection import Projection
from tracker.projections.runner import View

STREAM = "notes"


class Words(Projection):
    """Which words were said, and at which positions."""

    name = "said-words"

    def declare(self) -> None:
        """The words, and where each was said."""
        self.words = self.table(
            "words",
            sa.Column("number", sa.Integer, primary_key=True),
            sa.Column("word", sa.Text, nullable=False),
            sa.Column("first", sa.BigInteger, nullable=False),
            sa.UniqueConstraint("word"),
            sa.Index(None, "first"),
        )
        self.places = self.table(
            "places",
            sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("word", sa.Text, sa.ForeignKey(self.words.c.word), nullable=False),
            sa.Index(None, "word", "position"),
        )

    def apply(self, batch: Sequence[Fact], connection: Connection) -> None:
        """A new word first, then the place."""
        for fact in batch:
            word = said(fact)
            self.meet(word, fact, connection)
            known = sa.select(self.words.c.number).where(self.words.c.word == word)
            if connection.execute(known).first() is None:
                connection.execute(self.words.insert().values(word=word, first=fact.position))
            connection.execute(self.places.insert().values(position=fact.position, word=word))

    def meet(self, word: str, fact: Fact, connection: Connection) -> None:
        """Where other versions fail."""

    def told(self, connection: Connection) -> list[str]:
        """All that was said, in order."""
        query = sa.select(self.places.c.word).join(self.words).order_by(self.places.c.position)
        return list(connection.execute(query).scalars())


class NewWords(Words):
    """The next version, with a table more."""

    version = 2

    def declare(self) -> None:
        """One table more."""
        super().declare()
        self.spare = self.table("spare", sa.Column("spare", sa.Integer, primary_key=True))


class OtherWords(Words):
    """Another projection whose tables have the same names."""

    name = "other-words"


class Picky(Words):
    """Fails on `poison`, in a way of its own."""

    def meet(self, word: str, fact: Fact, connection: Connection) -> None:
        """Raise something."""
        if word == "poison":
            raise ValueError(f"{word} at {fact.position}\nand more than a line")


class NewPicky(NewWords, Picky):
    """The next version, which fails."""


class Unstorable(Words):
    """Fails with a text that not every database can store."""

    def meet(self, word: str, fact: Fact, connection: Connection) -> None:
        """Raise it."""
        if word == "poison":
            raise ValueError("nothing \0 and half \ud83d of a pair")


class Colliding(Words):
    """Fails with an IntegrityError, by way of SQLAlchemy."""

    def meet(self, word: str, fact: Fact, connection: Connection) -> None:
        """Twice the same number."""
        if word == "poison":
            for _ in range(2):
                connection.execute(self.words.insert().values(number=-1, word=word, first=fact.position))


class CollidingBelow(Words):
    """Fails with an IntegrityError of the driver itself."""

    def meet(self, word: str, fact: Fact, connection: Connection) -> None:
        """Refer to a word that is not there."""
        if word == "poison":
            Statement(f"INSERT INTO {self.places.name} (position, word) VALUES (?, ?)").run(
                connection, -1, None
            )


class Astray(Words):
    """Fails because a table is missing."""

    def meet(self, word: str, fact: Fact, connection: Connection) -> None:
        """Ask for a table that nobody made."""
        if word == "poison":
            connection.exec_driver_sql("SELECT * FROM nowhere")


class Interrupted(Words):
    """Somebody presses Ctrl-C in the middle of a batch."""

    def meet(self, word: str, fact: Fact, connection: Connection) -> None:
        """As the interpreter does it."""
        if word == "poison":
            raise KeyboardInterrupt


class Moody(Words):
    """Fails on `poison` as often as it is told, and then works."""

    fails: ClassVar[int]
    alone: ClassVar[Counter[int]]

    def apply(self, batch: Sequence[Fact], connection: Connection) -> None:
        """Count the times at which there is nothing but the poison."""
        if [said(fact) for fact in batch] == ["poison"]:
            self.alone[batch[0].position] += 1
        super().apply(batch, connection)

    def meet(self, word: str, fact: Fact, connection: Connection) -> None:
        """Fail, as long as it was not by itself often enough."""
        if word == "poison" and self.alone[fact.position] <= self.fails:
            raise OSError("the disk is elsewhere")


def said(fact: Fact) -> str:
    """The word of a fact."""
    assert isinstance(fact.event, Event)
    return fact.event.because


def say(database: Database, *words: str) -> None:
    """Record words, in order."""
    with database.writing() as connection:
        drafts = [draft(word) for word in words]
        log.append(connection, {STREAM: (log.Expected.ANY, drafts)}, datetime(2021, 1, 1, tzinfo=UTC))


def heard(view: View, kind: type[Words] = Words) -> list[str]:
    """What a projection answers with."""
    return view.of(kind).told(view.connection)
