"""A dossier as values: parties, concepts, and for each commitment what was undertaken and what became of it.

Says what is so and since when it was known; knows nothing of the text it came from, nor of what is recorded.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import evolve, frozen

from tracker.commitments.events import Event, Proposed
from tracker.commitments.terms import Terms
from tracker.evidence.profile import Concept, WatchProfile
from tracker.evidence.when import Occurred


@frozen
class Party:
    """Somebody who can owe or be owed; `adjective` is empty where none was given."""

    id: str
    name: str
    adjective: str = ""


@frozen
class DatedEvent:
    """Something that happened to a commitment, when, and from when on (UTC) it was known."""

    event: Event
    occurred: Occurred
    known: datetime


class Afterwards(StrEnum):
    """What was promised of the time after an achieve, in the words of the dossier."""

    KEPT = "kept"  # that it stays so: the second half is a commitment of its own
    FINAL = "final"  # nothing, for what was done cannot be undone
    UNPROMISED = "unpromised"  # nothing, though it can be undone


@frozen
class Undertaking:
    """One commitment of a dossier.

    `facts` begin with its `Proposed`, then stand in the order of the file. `watch` is None where no news is
    expected to tell of it, `afterwards` where the dossier does not say.
    """

    facts: tuple[DatedEvent, ...]
    watch: WatchProfile | None = None
    afterwards: Afterwards | None = None

    @property
    def proposed(self) -> Proposed:
        """The event that brought it into the world."""
        event = self.facts[0].event
        assert isinstance(event, Proposed)
        return event

    @property
    def id(self) -> str:
        """The id of the commitment."""
        return self.proposed.terms.id

    @property
    def terms(self) -> Terms:
        """Its terms as they were first given, before any rewording."""
        return self.proposed.terms

    @property
    def known(self) -> datetime:
        """From when on (UTC) it was known: the end of the interval in which it was made."""
        return self.facts[0].known

    def until(self, now: datetime) -> Undertaking:
        """What was known of it at `now` (aware), which must not be before it was made."""
        return evolve(self, facts=tuple(fact for fact in self.facts if fact.known <= now))


@frozen
class Dossier:
    """Everything one file says. `zone` is an IANA name, `language` a code such as "en"."""

    name: str
    title: str
    summary: str
    zone: str
    language: str
    parties: tuple[Party, ...]
    concepts: tuple[Concept, ...]
    entries: tuple[Undertaking, ...]

    def get(self, commitment: str) -> Undertaking | None:
        """The entry of one commitment id."""
        return next((entry for entry in self.entries if entry.id == commitment), None)

    def until(self, now: datetime) -> Dossier:
        """The dossier as it could have been written at `now` (aware), without what came later."""
        return evolve(self, entries=tuple(e.until(now) for e in self.entries if e.known <= now))

    def moments(self) -> tuple[datetime, ...]:
        """The instants (UTC) at which something became known, in order, each once."""
        return tuple(sorted({max(fact.known, entry.known) for entry in self.entries for fact in entry.facts}))
