"""What reads return: frozen values that know where they came from.

Times are aware UTC; `Occurred` carries the zone and the precision it was reported in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import asdict, frozen

from tracker.commitments.rules import Rule
from tracker.commitments.standing import Standing
from tracker.evidence.document import Span
from tracker.evidence.source import Citation
from tracker.evidence.when import Occurred


@frozen(kw_only=True)
class Commitment:
    """One commitment as it stood at the moment asked about.

    `status` is pending, fulfilled, violated or closed; `extent` is (done, whole), (0, 0) where not counted;
    `breaches` counts those of a maintain or refrain. `manner` is how it was violated (breach, lapse,
    repudiated), `by` whom. `until` is the end of its window. `to_review` counts the findings that wait for a
    person. `standing` is what the model knows of it.
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
    breaches: int
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
    the verdict used it, `rejected` that a reviewer took it back. `number` is the document's in this archive;
    where it is not here, in the archive where it was found. `because` says why it has that grade. `matcher`
    is the version of the matcher and of its words that found it, or "by hand"; `revises` is the finding in
    the same document that it takes the place of.
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
    because: str
    matcher: str
    revises: str
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
    """A step of belief: at `position` the standing of a commitment became another one.

    `before` is None where it did not exist. `because` are the facts behind the new standing.
    """

    position: int
    commitment: str
    title: str
    before: Commitment | None
    after: Commitment
    recorded_at: datetime
    because: tuple[Reason, ...]

    @property
    def cursor(self) -> tuple[int, str]:
        """Where to go on after this change: one position may change several commitments."""
        return (self.position, self.commitment)


@frozen(kw_only=True)
class Evidence:
    """One finding on a commitment, and what became of it.

    `quote.counted` says that the verdict rests on it, `quote.rejected` that a reviewer took it back,
    `accepted` that one held it true, `waiting` that a person has to decide. `revised_by` is the finding
    in the same document that took its place, if one did. `reviewed_by` and `because` tell
    of the review, both empty without one. `confidence` is the matcher's, from 0 to 1; `speaker` the name
    that the words are attributed to, empty where the newsroom says it itself. It was made at `position` of
    the log.
    """

    commitment: str
    quote: Quote
    waiting: bool
    accepted: bool
    revised_by: str
    reviewed_by: str
    because: str
    confidence: float
    speaker: str
    position: int
    recorded_at: datetime


@frozen(kw_only=True)
class Score:
    """How a party keeps what it accepted to do: the commitments it owes, by id, in the order of the board.

    `pending`, `fulfilled`, `violated` and `closed` hold each commitment once; `overdue` are some of the
    pending, `remedied` some of the violated. `breaches` are the violations blamed on the party itself: a
    commitment that it broke three times is there three times, and one that only a joint debtor broke is not.
    `parts` are counted in their whole and nowhere else.
    """

    party: str
    pending: tuple[str, ...]
    fulfilled: tuple[str, ...]
    violated: tuple[str, ...]
    closed: tuple[str, ...]
    overdue: tuple[str, ...]
    remedied: tuple[str, ...]
    breaches: tuple[str, ...]
    parts: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each, by the name of the field."""
        return {name: len(ids) for name, ids in asdict(self).items() if name != "party"}


@frozen(kw_only=True)
class Hit:
    """A commitment or a captured document in which the words looked for occur.

    `kind` is commitment or document: the first has an `id`, the second a `number`; the other is empty or 0.
    `spans` are the places in `text`: of a document its whole text, of a commitment the lines that were looked
    at, the title first. `findings` were made in the document, on `commitments`.
    """

    kind: str
    id: str
    number: int
    title: str
    text: str
    spans: tuple[Span, ...]
    commitments: tuple[str, ...]
    findings: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The exact words found, in order."""
        return tuple(self.text[span.start : span.end] for span in self.spans)


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

    `kind` is dispute, unsupported, fact, finding, deadline, unobserved or language. The last is about no
    commitment: its `commitment` is empty, and its `title` that of the first document nobody could read.
    """

    commitment: str
    title: str
    kind: str
    reason: str
    quote: Quote | None
    since: datetime


@frozen(kw_only=True)
class Unread:
    """Documents of a feed in a language that the matcher cannot read, which no person has dealt with.

    `count` is how many there are; `number` and `title` are the first one's, which came at `since`.
    """

    feed: str
    language: str
    count: int
    number: int
    title: str
    since: datetime


@frozen(kw_only=True)
class FeedHealth:
    """How a configured feed is doing. `documents` counts captures; `paused_because` may be empty.

    `per_day` counts the new entries of a day, over the last 30 days or since the first of them; `asked_at` is
    the address that is asked, another one than `url` where the feed has moved.
    """

    name: str
    url: str
    publisher: str
    last_success: datetime | None
    next_at: datetime | None
    failures: int
    error: str
    paused: bool
    paused_because: str
    documents: int
    per_day: float
    asked_at: str


@frozen(kw_only=True)
class ProjectionHealth:
    """How far a build of a projection has got; `behind` counts the positions to the head of the log.

    `state` is current (it answers), building, retired, parked (`error` says why), new (it has no build yet)
    or broken (the package that registers it cannot be used).
    """

    name: str
    version: int
    build: int
    state: str
    position: int
    behind: int
    error: str


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
