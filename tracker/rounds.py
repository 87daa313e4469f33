"""One round at a given moment: poll, consider, sweep, catch up, digest. In this order, and only here.

`tracker poll`, the daemon, the demo, `tracker ingest` and a replay all drive these functions; none of them
has an order of its own. A step that fails in a way that belongs to the outside (a feed, the mail server) is a
value in the report; the others still run. `stop` is asked between steps and inside of those that wait for
others; what was not done for it is due in the next round.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import Enum
from itertools import islice

from attrs import evolve, frozen

from tracker import ticks
from tracker.api import Tracker
from tracker.archive import documents as archive
from tracker.commitments.events import DeadlineMoved
from tracker.dossier.dossier import Dossier
from tracker.errors import UnknownFeed, UserError, did_you_mean
from tracker.evidence.document import Record
from tracker.evidence.when import end_of_day, midnight
from tracker.feeds.dated import DatedRecords
from tracker.feeds.poller import Visit, poll
from tracker.log import log
from tracker.log.events import ReplayEnded, ReplayStarted
from tracker.log.streams import TRACKER

BATCH = 200  # records of an archive in a transaction

Stop = Callable[[], bool]


def _never() -> bool:
    return False


@frozen
class Round:
    """What one round did. `new` counts the records of an archive that were, `sent` mails, `removed` the rows
    that housekeeping gave up; `head` is the log's last position after it."""

    at: datetime
    visits: tuple[Visit, ...] = ()
    new: int = 0
    considered: int = 0
    swept: int = 0
    sent: int = 0
    removed: int = 0
    head: int = 0
    mail_error: str = ""

    @property
    def failed(self) -> tuple[Visit, ...]:
        """The visits that brought no answer."""
        return tuple(visit for visit in self.visits if visit.error)


def gather(
    t: Tracker,
    feeds: Sequence[str] = (),
    *,
    told: Callable[[Visit], None] | None = None,
    stop: Stop = _never,
) -> Round:
    """Poll what is due, or the named feeds at once, and make of it what can be made; sends nothing.

    `told` hears of each visit as it ends. Raises `UnknownFeed` before anything is polled.
    """
    known = [feed.name for feed in t.feed_settings]
    for name in feeds:
        if name not in known:
            raise UnknownFeed(f"no feed {name!r} in {t.config.name}{did_you_mean(name, known)}")
    visits = asyncio.run(
        poll(
            t.database,
            t.feed_settings,
            t.fetch_settings,
            t.now,
            t.parser,
            folder=t.config.folder,
            environment=t.config.environment,
            names=feeds,
            told=told,
            begin=t._begin,
            stop=stop,
        )
    )
    done = Round(t.now(), tuple(visits))
    if stop():
        return done
    considered = t.consider()
    swept = t.sweep()
    return evolve(done, at=t.now(), considered=considered, swept=swept, head=t.catch_up())


def digests(t: Tracker, *, stop: Stop = _never) -> Round:
    """Compose the digests that are due and send what waits; a mail server that fails is in `mail_error`."""
    from tracker.digest.service import (
        send_due,
    )  # with it come Jinja2 and the picture, which polling needs not

    now = t.now()
    done = send_due(t, now, stop=stop)
    return Round(now, sent=done.mails, mail_error=done.error, head=t.head())


def housekeeping(t: Tracker, *, stop: Stop = _never) -> Round:
    """Give up what is old: issues and mails, and the rows of daemons that are dead."""
    from tracker.digest.service import keep_house

    now = t.now()
    removed = keep_house(t, now)
    if not stop():
        with t.database.writing() as connection:
            removed += ticks.forget(connection, now - ticks.DEAD)
        t.database.optimize()
    return Round(now, removed=removed, head=t.head())


def full(t: Tracker, *, told: Callable[[Visit], None] | None = None, stop: Stop = _never) -> Round:
    """A whole round: everything `gather` does, the digests that are due, and housekeeping."""
    done = gather(t, told=told, stop=stop)
    mailed = digests(t, stop=stop)
    kept = housekeeping(t, stop=stop)
    return evolve(done, sent=mailed.sent, mail_error=mailed.mail_error, removed=kept.removed, head=kept.head)


def ingest(t: Tracker, records: Iterable[Record], *, told: Callable[[int], None] | None = None) -> Round:
    """Take the records of an archive as of now, and make of them what can be made; sends nothing.

    A batch is captured and considered before the next one is read, so that it may be stopped at any time.
    `told` hears how many records each batch had.
    """
    new = considered = 0
    rest = iter(records)
    while batch := list(islice(rest, BATCH)):
        new += t.ingest(batch)
        considered += t.consider()
        if told:
            told(len(batch))
    considered += t.consider()
    swept = t.sweep()
    return Round(t.now(), new=new, considered=considered, swept=swept, head=t.catch_up())


class Clock:
    """The simulated present of a replay."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def set(self, moment: datetime) -> None:
        """Move the present."""
        self.moment = moment


def replay(
    t: Tracker,
    dossiers: Iterable[Dossier],
    moments: Sequence[datetime],
    clock: Clock,
    name: str,
    step: Callable[[datetime], Round] | None = None,
) -> Iterator[Round]:
    """Run the product over dated material: at each of `moments`, in order, load what was known and take the
    step: without one, gather, from feeds that are fetched as they answer then.

    The log says where the replay begins and ends. `clock` is the one that the tracker was opened with. A
    replay of this name that was stopped goes on in the moment in which it was, and yields from there; one
    that has ended is not done again. Raises `UserError` where the log holds something later.
    """
    material = list(dossiers)
    known = sorted({instant for dossier in material for instant in dossier.moments()})
    found = _found(t, name)
    if found is _Found.ENDED or not moments:
        return
    reached = _latest(t) if found is _Found.STOPPED else None
    last: datetime | None = None
    for moment in moments:
        if reached and moment < reached:
            continue
        _nothing_later(t, moment)
        clock.set(moment)
        if last is None and found is _Found.NEW:
            t.begin_replay(name)
        if last is None or any(last < instant <= moment for instant in known):
            for dossier in material:
                t.load_dossier(dossier)
        last = moment
        yield step(moment) if step else gather(t)
    _nothing_later(t, moments[-1])
    t.end_replay(name)


def replay_archive(
    t: Tracker, records: DatedRecords, clock: Clock, *, told: Callable[[int], None] | None = None
) -> Iterator[Round]:
    """Replay the dossiers of the config and an archive, from its first day to its last, at the end of each
    day on which something was published, became known or fell due.

    `clock` stands at the real present, which nothing passes. `told` as of `ingest`.
    """
    now = clock()
    dossiers = [t.read_dossier(path) for path in t.dossiers]
    days = {min(midnight(day + timedelta(days=1), t.zone), now): day for day in records.days()}
    ends = {end_of_day(instant, t.zone) for dossier in dossiers for instant in _turns(dossier)}
    between = {end for end in ends if min(days) < end < max(days)} if days else set()

    def step(moment: datetime) -> Round:
        return ingest(t, records.on(days[moment]) if moment in days else (), told=told)

    yield from replay(t, dossiers, sorted({*days, *between}), clock, f"archive/{records.fingerprint}", step)


def _turns(dossier: Dossier) -> Iterator[datetime]:
    """When something became known of a dossier's commitments, and when a window of theirs ends."""
    yield from dossier.moments()
    for entry in dossier.entries:
        windows = [fact.event.window for fact in entry.facts if isinstance(fact.event, DeadlineMoved)]
        yield from (window.until for window in (entry.terms.window, *windows) if window.until)


class _Found(Enum):
    """How the log knows a replay."""

    NEW = "not"
    STOPPED = "begun and not ended"
    ENDED = "ended"


def _found(t: Tracker, name: str) -> _Found:
    """Raises `UserError` where another replay was begun and has not ended."""
    running = ""
    for fact in t.log(types=("ReplayStarted", "ReplayEnded"), stream=TRACKER):
        if isinstance(fact.event, ReplayStarted):
            running = fact.event.name
        elif isinstance(fact.event, ReplayEnded):
            running = ""
            if fact.event.name == name:
                return _Found.ENDED
    if running and running != name:
        raise UserError(
            f"this log is in the middle of the replay {running!r}, of other records than these; run that one "
            "to its end with the files and options it was begun with, or name a new [tracker] database"
        )
    return _Found.STOPPED if running else _Found.NEW


def _latest(t: Tracker) -> datetime | None:
    """When the last event was recorded or document captured; the two need not be of one moment."""
    with t.database.reading() as connection:
        number = archive.last_number(connection)
        captures = (document.first_seen for document in archive.numbered(connection, [number]).values())
        return max(filter(None, (log.read_head(connection).recorded_at, *captures)), default=None)


def _nothing_later(t: Tracker, moment: datetime) -> None:
    latest = _latest(t)
    if latest and latest > moment:
        raise UserError(
            f"the log holds what was recorded at {latest:%Y-%m-%d %H:%M} UTC, and the replay is at "
            f"{moment:%Y-%m-%d %H:%M}: a replay needs a log that nobody else writes to; "
            "name a new [tracker] database"
        )
