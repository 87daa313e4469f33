"""What can happen to a commitment: one frozen class per event, and `Fact`, an event with its two times.

Every event carries `because` (a person's or a rule's words) and `cites` (the publication they rest on).
No field is a union of classes and none is private: the log's codec refuses both. The log keeps spans and
hashes of evidence, never its words.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from tracker.commitments.terms import Terms, Voice, Window
from tracker.evidence.grade import Basis
from tracker.evidence.profile import WatchProfile
from tracker.evidence.source import Citation
from tracker.evidence.when import Occurred


@frozen(kw_only=True)
class Event:
    """What every event carries."""

    because: str = ""
    cites: Citation | None = None


@frozen(kw_only=True)
class Proposed(Event):
    """A promise came into the world: first event of every commitment. `by` told it, where it was relayed."""

    terms: Terms
    voice: Voice = Voice.OWN
    by: str = ""


@frozen(kw_only=True)
class Accepted(Event):
    """The debtor took it on, or the creditor took up the debtor's own offer.

    Effective from `effective` (UTC; None: from when it was said).
    """

    by: str = ""
    effective: datetime | None = None


@frozen(kw_only=True)
class Withdrawn(Event):
    """Taken back before it was accepted."""

    by: str = ""


@frozen(kw_only=True)
class Reworded(Event):
    """The words changed, the commitment did not. `terms` replaces everything but the window."""

    terms: Terms


@frozen(kw_only=True)
class DeadlineMoved(Event):
    """The window changed by agreement or by the debtor's word; nothing else moves a date."""

    window: Window
    by: str = ""


@frozen(kw_only=True)
class ConditionMet(Event):
    """A condition on the outside world came to hold; `condition` is its quoted text."""

    condition: str = ""


@frozen(kw_only=True)
class ConditionFailed(Event):
    """A condition on the outside world ceased to hold; `condition` is its quoted text."""

    condition: str = ""


@frozen(kw_only=True)
class Suspended(Event):
    """The obligation rests for a while; moves no date."""

    by: str = ""


@frozen(kw_only=True)
class Resumed(Event):
    """The obligation runs again."""

    by: str = ""


class Manner(StrEnum):
    """How a commitment was violated."""

    BREACH = "breach"  # the act happened, or the state was not kept
    LAPSE = "lapse"  # the deadline passed without the act
    REPUDIATED = "repudiated"  # the debtor said it will not


REVIEWED = "reviewed"
"""The rule of a verdict that followed from a person's word on a finding."""


@frozen(kw_only=True)
class Fulfilled(Event):
    """Verdict: the consequent came about. `extent` is done of whole (2, 3), (0, 0) where not counted.

    `findings`, `rule` and `settings` say what a policy used; a person's verdict has none.
    """

    extent: tuple[int, int] = (0, 0)
    shortfall: str = ""
    basis: Basis = Basis.STATED
    findings: tuple[str, ...] = ()
    rule: str = ""
    settings: str = ""


@frozen(kw_only=True)
class Violated(Event):
    """Verdict: broken, by `by` (party ids; empty where that is not known), in one of three manners."""

    manner: Manner = Manner.BREACH
    by: tuple[str, ...] = ()
    clause: str = ""
    extent: tuple[int, int] = (0, 0)
    basis: Basis = Basis.STATED
    findings: tuple[str, ...] = ()
    rule: str = ""
    settings: str = ""


@frozen(kw_only=True)
class Ended(Event):
    """What a "while talks last" hung on came to its end, by `by`."""

    by: tuple[str, ...] = ()


@frozen(kw_only=True)
class Released(Event):
    """The creditor waives."""

    by: str = ""


@frozen(kw_only=True)
class Cancelled(Event):
    """Called off without merit or blame."""

    by: str = ""


@frozen(kw_only=True)
class Superseded(Event):
    """Renegotiated into another commitment."""

    superseded_by: str


@frozen(kw_only=True)
class Reinstated(Event):
    """A closed or repudiated commitment is taken up again: a new episode; history keeps the old one."""

    by: str = ""


@frozen(kw_only=True)
class PositionStated(Event):
    """What a party says about it: kept, never decides."""

    party: str
    position: str


@frozen(kw_only=True)
class ClarityRated(Event):
    """Whether a verdict is possible at all; `unrateable` is the reason why not, empty where it is."""

    unrateable: str = ""


@frozen(kw_only=True)
class WatchChanged(Event):
    """How to recognise news about it changed."""

    profile: WatchProfile


@frozen(kw_only=True)
class DeadlinePassed(Event):
    """The clock: the deadline of an achieve passed. No verdict by itself."""

    until: datetime


@frozen(kw_only=True)
class WindowClosed(Event):
    """The clock: the window of a maintain or refrain closed. `observed`: someone was looking."""

    until: datetime
    observed: bool = False


@frozen(kw_only=True)
class WentQuiet(Event):
    """The clock: nothing was heard about it since `since`. No news is not compliance."""

    since: datetime


@frozen(kw_only=True)
class HeardAgain(Event):
    """The clock: something was heard about it again, at `heard`, after it had gone quiet."""

    heard: datetime


@frozen(kw_only=True)
class Retracted(Event):
    """Takes back one recorded fact of the same stream, from when this was recorded."""

    event: str
    replaced_by: str = ""


@frozen
class Fact:
    """One recorded event: what, when it happened, when and by whom it was recorded, and where it stands.

    `position` counts all events of the log from 1, `version` those of the stream from 1. `recorded_at` is
    UTC. `cause` is the id of the event or document that led to it, or empty.
    """

    id: str
    stream: str
    version: int
    position: int
    event: object
    occurred: Occurred
    recorded_at: datetime
    recorded_by: str = ""
    cause: str = ""
