"""What is wrong with a dossier, as a value; and the margin in which a reader notes it and reads on.

A loader wants the first complaint and nothing of the file; the linter wants all of them and what could be
read beside. Both read with the same code: what spoils a table is raised and noted around the table, what
spoils a word is noted where it stands. Knows nothing of what is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TypeVar

from attrs import frozen

from tracker.dossier.places import Path
from tracker.errors import DossierError

Written = TypeVar("Written")
Read = TypeVar("Read")


class Rule(StrEnum):
    """What can be wrong with a dossier. The first four keep it from being loaded, the fifth at times."""

    UNREADABLE = "unreadable"
    BAD_PATTERN = "bad-pattern"
    UNKNOWN_PARTY = "unknown-party"
    UNKNOWN_REFERENCE = "unknown-reference"
    NO_SOURCE = "no-source"
    NEVER_HOLDS = "never-holds"
    DEADLOCK = "deadlock"
    NOT_VIOLABLE = "not-violable"
    NOT_OBSERVABLE = "not-observable"
    NO_MAINTAIN_HALF = "no-maintain-half"
    OVERLAPPING = "overlapping"
    NO_EFFECT = "no-effect"


@frozen(kw_only=True)
class Complaint:
    """One thing wrong in one place: `line` counts from 1, 0 where the file as a whole is meant.

    `path` is the way to it in the parsed file, `label` what messages call the table, empty for the top.
    `mend` is empty where the problem says it all.
    """

    file: str
    line: int = 0
    path: Path = ()
    label: str = ""
    rule: Rule = Rule.UNREADABLE
    problem: str
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        said = f"{self.problem}; {self.mend}" if self.mend else self.problem
        return f"{place}: {self.label}: {said}" if self.label else f"{place}: {said}"


class Misread(DossierError):
    """A dossier cannot be read as it stands; the message is its complaint in a line."""

    def __init__(self, complaint: Complaint) -> None:
        super().__init__(str(complaint))
        self.complaint = complaint


class Margin:
    """The complaints about one text, in the order in which they were met.

    A strict one keeps none and raises the first: for what is taken in at once or not at all.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.complaints: list[Misread] = []
        self.strict = strict

    def note(self, complaint: Misread) -> None:
        """Keep a complaint and read on; raises it where the margin is strict."""
        if self.strict:
            raise complaint
        self.complaints.append(complaint)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Keep the complaint that ends the block, if one does, and go on after it."""
        try:
            yield
        except Misread as complaint:
            self.note(complaint)

    def each(self, places: Iterable[Written], read: Callable[[Written], Read]) -> tuple[Read, ...]:
        """All that can be read, each by itself, so that a fault in one hides none in the next."""
        found: list[Read] = []
        for place in places:
            with self.noting():
                found.append(read(place))
        return tuple(found)
