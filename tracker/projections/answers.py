"""What reads return: frozen values that know where they came from.

Times are aware UTC; `Occurred` carries the zone and the precision it was reported in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from tracker.commitments.rules import Rule
from tracker.commitments.standing import Standing
from tracker.evidence.document import Span
from tracker.evidence.source import Citation
from tracker.evidence.when import Occurred


@frozen(kw_only=True)
class Commitment:
    """One commitment as it stood at the moment asked about.

    `status` is pending, fulfilled, violated or closed; `extent` is (done, whole), (0, 0) where not counted;
    `to_review` counts the findings that wait for a person.
    """

    id: str
    title: str
    debtor: tuple[str, ...]
    creditor: tuple[str, ...]
    kind: str
    status: str
    state: str
    since: Occurred
    until: datetime | None
    flags: tuple[str, ...]
    basis: str | None
    to_review: int
    extent: tuple[int, int]
    shortfall: str
    by: tuple[str, ...]
    manner: str | None
    voice: str
    told_by: str
    consequent: str
    condition: str
    tags: tuple[str, ...]
    note: str
    standing: Standing


@frozen(kw_only=True)
class Quote:
    """One finding with the words it rests on.

    `words` are the exact words, `spans` their place in `text`, the whole captured text. `counted` says that
    the verdict used it, `rejected` that a reviewer took it back.
    """

    id: str
    publisher: str
    title: str
    url: str
    published: datetime | None
    reliability: str
    credibility: str
    origin: str
    relation: str
    factuality: str
    occurred: Occurred | None
    words: tuple[str, ...]
    text: str
    spans: tuple[Span, ...]
    number: int
    counted: bool
    rejected: bool

    @property
    def grade(self) -> str:
        """Both halves of the Admiralty code, such as B2."""
        return self.reliability + self.credibility


@frozen(kw_only=True)
class Reason:
    """One recorded fact behind a status, with the findings it used."""

    id: str
    type: str
    occurred: Occurred
    recorded_at: datetime
    recorded_by: str
    because: str
    cites: Citation | None
    rule: str
    commitment: str
    findings: tuple[Quote, ...]


@frozen(kw_only=True)
class Position:
    """What a party says about a commitment."""

    party: str
    position: str
    occurred: Occurred
    cites: Citation | None


@frozen(kw_only=True)
class Link:
    """The other side of a reciprocal commitment and how it stands; None where it did not exist then."""

    commitment: str
    stated_here: bool
    status: str | None
    state: str | None


@frozen(kw_only=True)
class Change:
    """A step of belief: at `position` the latest standing of a commitment became another one."""

    position: int
    commitment: str
    title: str
    before: Commitment | None
    after: Commitment
    recorded_at: datetime
    because: tuple[Reason, ...]


@frozen(kw_only=True)
class Explanation:
    """Why a commitment stands as it does, down to the words, and what would change it.

    `links` are the commitments it was given in return for, stated from either side; `inert` the facts
    without effect.
    """

    commitment: Commitment
    reasons: tuple[Reason, ...]
    positions: tuple[Position, ...]
    links: tuple[Link, ...]
    inert: tuple[TimelineEntry, ...]
    against: tuple[Quote, ...]
    waiting: tuple[Quote, ...]
    would_change: tuple[str, ...]


@frozen(kw_only=True)
class TimelineEntry:
    """One recorded fact of a commitment, with both its dates.

    `inert` says why it has no effect, if so, and `rule` by which rule; `waits` that a person has to decide.
    """

    position: int
    id: str
    type: str
    occurred: Occurred
    recorded_at: datetime
    recorded_by: str
    because: str
    cites: Citation | None
    text: str
    retracted: bool
    inert: str
    rule: Rule | None
    waits: bool


@frozen(kw_only=True)
class InboxItem:
    """Something that waits for a person.

    `kind` is dispute, unsupported, fact, finding, deadline or unobserved.
    """

    commitment: str
    title: str
    kind: str
    reason: str
    quote: Quote | None
    since: datetime


@frozen(kw_only=True)
class FeedHealth:
    """How a configured feed is doing. `documents` counts captures."""

    name: str
    url: str
    publisher: str
    last_success: datetime | None
    next_at: datetime | None
    failures: int
    error: str
    paused: bool
    documents: int


@frozen(kw_only=True)
class Difference:
    """A commitment that would stand otherwise under other settings of the policy.

    `because` are the facts behind `after`; a verdict that the other settings would make is among them with
    the findings it would use, though it is recorded nowhere.
    """

    commitment: str
    title: str
    before: Commitment
    after: Commitment
    because: tuple[Reason, ...]


@frozen(kw_only=True)
class Rejudged:
    """What other settings would make of the recorded findings, in the order of the board.

    `settings` is their hash, as it would stand in a verdict; `same` counts by status the commitments that
    would stand as they do.
    """

    settings: str
    differences: tuple[Difference, ...]
    same: Mapping[str, int]
