"""Where a commitment stands: its state, and what the fold has learned on the way there.

Small on purpose: a standing is made anew by every fact. What grows with the stream (which facts had no
effect, who said what) stays beside it, in the timeline and in the facts themselves.
"""

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
CLOSED = frozenset({State.EXPIRED, State.RELEASED, State.WITHDRAWN, State.CANCELLED, State.SUPERSEDED})

_STATUS = {
    **dict.fromkeys(LIVE, Status.PENDING),
    **dict.fromkeys(CLOSED, Status.CLOSED),
    State.FULFILLED: Status.FULFILLED,
    State.VIOLATED: Status.VIOLATED,
}


@frozen(kw_only=True)
class Standing:
    """The result of a fold at one moment.

    `since` is the occurrence that led to the state, `because` the ids of the facts behind it, latest last.
    `obliged_from` is when the debtor took it on (None before acceptance), `holds_since` when its condition
    began to hold (None while it does not, and where there is none), `owed_since` from when without a break
    something has been owed (None unless active or breached). `on_hold`: suspended by a recorded decision,
    whatever the condition does. `said` are the conditions on the outside world that hold. `extent` is
    (done, whole), (0, 0) where not counted. `breaches` counts them, `last_breach` is the latest to occur.
    `findings` are those the verdict rests on. Times are UTC.
    """

    terms: Terms
    state: State
    since: Occurred
    voice: Voice = Voice.OWN
    told_by: str = ""
    window: Window = Window()
    episode: int = 1
    obliged_from: datetime | None = None
    holds_since: datetime | None = None
    owed_since: datetime | None = None
    on_hold: bool = False
    said: tuple[str, ...] = ()
    manner: Manner | None = None
    by: tuple[str, ...] = ()
    basis: Basis | None = None
    extent: tuple[int, int] = (0, 0)
    shortfall: str = ""
    breaches: int = 0
    last_breach: Occurred | None = None
    remedied: Occurred | None = None
    superseded_by: str = ""
    deadline_passed: bool = False
    unobserved: bool = False
    quiet_since: datetime | None = None
    unrateable: str = ""
    watch: WatchProfile | None = None
    because: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """pending while live, fulfilled, violated, else closed."""
        return _STATUS[self.state]

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
        """The flags that follow from the facts alone, at `as_of`; the others need the findings."""
        return (Flag.OVERDUE, *self.lasting_flags) if self.is_overdue(as_of) else self.lasting_flags

    def is_overdue(self, as_of: datetime) -> bool:
        """Whether its deadline had passed by `as_of` and nobody has judged it."""
        until = self.window.until
        return until is not None and until <= as_of and self.is_live and self.is_achieve

    @property
    def lasting_flags(self) -> tuple[Flag, ...]:
        """Those that do not hang on the moment asked about."""
        flags = []
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
