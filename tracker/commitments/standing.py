"""Where a commitment stands: its state, and everything the fold has learned on the way there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import evolve as but
from attrs import frozen

from tracker.commitments.events import Fact, Manner
from tracker.commitments.terms import Kind, Terms, Voice, Window
from tracker.evidence.grade import Basis
from tracker.evidence.profile import WatchProfile
from tracker.evidence.source import Citation
from tracker.evidence.when import Occurred


class State(StrEnum):
    """Where in its life a commitment is."""

    PROPOSED = "proposed"
    CONDITIONAL = "conditional"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    FULFILLED = "fulfilled"
    VIOLATED = "violated"
    EXPIRED = "expired"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class Status(StrEnum):
    """The words a reader wants; a function of the state."""

    PENDING = "pending"
    FULFILLED = "fulfilled"
    VIOLATED = "violated"
    CLOSED = "closed"


class Flag(StrEnum):
    """What stands beside the status. Derived at the moment asked about."""

    OVERDUE = "overdue"
    UNOBSERVED = "unobserved"
    REMEDIED = "remedied"
    DISPUTED = "disputed"
    UNSUPPORTED = "unsupported"
    UNRATEABLE = "unrateable"


LIVE = frozenset({State.PROPOSED, State.CONDITIONAL, State.ACTIVE, State.SUSPENDED})


@frozen
class Inert:
    """A recorded fact without effect: which, the rule that stopped it, and why in words.

    `waits` says that a person has to decide; the others are only shown.
    """

    fact: str
    rule: str
    reason: str
    waits: bool = False


@frozen
class Position:
    """What a party says about the commitment."""

    party: str
    position: str
    occurred: Occurred
    cites: Citation | None = None


@frozen(kw_only=True)
class Standing:
    """The result of a fold.

    `since` is the occurrence that led to the state, `because` the ids of the facts behind it, latest last.
    `obliged_from` is when the debtor began to owe (None before acceptance). `said` are the conditions on
    the outside world that hold. `extent` is (done, whole), (0, 0) where not counted. `breaches` are fact
    ids, in order of occurrence.
    """

    terms: Terms
    state: State
    since: Occurred
    voice: Voice = Voice.OWN
    told_by: str = ""
    window: Window = Window()
    obliged_from: datetime | None = None
    episode: int = 1
    said: tuple[str, ...] = ()
    triggered: bool = False
    rests_on_condition: bool = False
    basis: Basis | None = None
    extent: tuple[int, int] = (0, 0)
    shortfall: str = ""
    by: tuple[str, ...] = ()
    manner: Manner | None = None
    breaches: tuple[str, ...] = ()
    remedied: Occurred | None = None
    deadline_passed: bool = False
    unobserved: bool = False
    quiet_since: datetime | None = None
    unrateable: str = ""
    positions: tuple[Position, ...] = ()
    watch: WatchProfile | None = None
    because: tuple[str, ...] = ()
    inert: tuple[Inert, ...] = ()

    @property
    def status(self) -> Status:
        """pending while live, fulfilled, violated, else closed."""
        match self.state:
            case State.FULFILLED:
                return Status.FULFILLED
            case State.VIOLATED:
                return Status.VIOLATED
            case state if state in LIVE:
                return Status.PENDING
            case _:
                return Status.CLOSED

    @property
    def is_live(self) -> bool:
        """Whether it can still be kept or broken."""
        return self.state in LIVE

    @property
    def is_achieve(self) -> bool:
        """Whether one act fulfils it."""
        return self.terms.kind is Kind.ACHIEVE

    @property
    def is_lapsed(self) -> bool:
        """Violated because the deadline passed."""
        return self.state is State.VIOLATED and self.manner is Manner.LAPSE

    def flags(self, as_of: datetime) -> tuple[Flag, ...]:
        """The flags that follow from the facts alone, at `as_of`; disputes need the findings."""
        flags = []
        until = self.window.until
        if self.is_live and self.is_achieve and until is not None and until <= as_of:
            flags.append(Flag.OVERDUE)
        if self.is_live and (self.unobserved or self.quiet_since is not None):
            flags.append(Flag.UNOBSERVED)
        if self.remedied is not None:
            flags.append(Flag.REMEDIED)
        if self.unrateable and self.is_live:
            flags.append(Flag.UNRATEABLE)
        return tuple(flags)

    def enter(self, state: State, fact: Fact, **changes: Any) -> Standing:
        """The same commitment in `state`, led there by `fact`."""
        return but(self, state=state, since=fact.occurred, because=(fact.id,), **changes)

    def ignore(self, fact: Fact, rule: str, reason: str, *, waits: bool = False) -> Standing:
        """Unchanged, with `fact` listed as inert."""
        return but(self, inert=(*self.inert, Inert(fact.id, rule, reason, waits)))
