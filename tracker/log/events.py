"""Events that are not about one commitment's life: findings, dossiers, the log itself.

`findings/<commitment>` holds what was found and what a reviewer made of it, apart from the commitment's own
stream, which stays short. `dossier/<name>` holds the words a dossier is matched with. `documents` holds which
captured words were forgotten, `feed/<name>` where a feed is, whether it is visited, and what of it nobody
could read, `tracker` what happened to the log.
"""

from __future__ import annotations

from attrs import frozen

from tracker.commitments.events import Event
from tracker.evidence.finding import Finding, Relation
from tracker.evidence.profile import Concept


@frozen(kw_only=True)
class LogStarted(Event):
    """First event of every log."""

    program: str


@frozen(kw_only=True)
class ReplayStarted(Event):
    """What follows was recorded under a simulated clock, over dated material."""

    name: str


@frozen(kw_only=True)
class ReplayEnded(Event):
    """The clock is the real one again."""

    name: str


@frozen(kw_only=True)
class PolicyChanged(Event):
    """The settings that turn findings into verdicts; `settings` is their hash, `text` their values."""

    settings: str
    text: str


@frozen
class PartyName:
    """A party and what it is called."""

    id: str
    name: str


@frozen(kw_only=True)
class DossierLoaded(Event):
    """The parties and concepts of a dossier, as its commitments are to be read and matched."""

    name: str
    title: str
    zone: str
    language: str
    parties: tuple[PartyName, ...]
    concepts: tuple[Concept, ...]


@frozen(kw_only=True)
class FindingMade(Event):
    """The matcher found something in a document."""

    finding: Finding


@frozen(kw_only=True)
class FindingAccepted(Event):
    """A reviewer holds it true, read as `relation`; the verdict that follows names it."""

    finding: str
    relation: Relation


@frozen(kw_only=True)
class FindingRejected(Event):
    """A reviewer holds it wrong or beside the point; it never weighs again."""

    finding: str


@frozen(kw_only=True)
class DocumentForgotten(Event):
    """The words of a captured document were removed: `number` counts the capture, `document` is its hash."""

    number: int
    document: str


@frozen(kw_only=True)
class LanguageUnread(Event):
    """Documents of a feed came in a language that the matcher cannot read.

    The first of them is the capture `number` with the hash `document`.
    """

    feed: str
    language: str
    number: int
    document: str


@frozen(kw_only=True)
class LanguageRead(Event):
    """A person dealt with the documents of a feed in a language, up to capture `number`.

    With `for_good` later ones are not asked about either.
    """

    feed: str
    language: str
    number: int
    for_good: bool


@frozen(kw_only=True)
class FeedMoved(Event):
    """A feed is asked at another address: so many `visits` running were sent there for good.

    `configured` is its address in the config, `before` where it was asked until then.
    """

    configured: str
    before: str
    after: str
    visits: int


@frozen(kw_only=True)
class FeedPaused(Event):
    """A feed, last asked at `url`, is not visited until somebody resumes it."""

    url: str


@frozen(kw_only=True)
class FeedResumed(Event):
    """A feed is visited again, at `url`, its address in the config; where it had moved is forgotten."""

    url: str
