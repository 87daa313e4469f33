"""One round at a given moment: poll, consider, sweep, catch up, digest. In this order, and only here.

`tracker poll`, the daemon, the demo and a replay all drive these functions; none of them has an order of its
own. A step that fails in a way that belongs to the outside (a feed, the mail server) is a value in the
report; the others still run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from attrs import evolve, frozen

from tracker.api import Tracker
from tracker.digest.service import send_due
from tracker.dossier.dossier import Dossier
from tracker.errors import UnknownFeed, did_you_mean
from tracker.feeds.poller import Visit, poll


@frozen
class Round:
    """What one round did. `head` is the log's last position after it."""

    at: datetime
    visits: tuple[Visit, ...] = ()
    considered: int = 0
    swept: int = 0
    sent: int = 0
    head: int = 0
    mail_error: str = ""

    @property
    def failed(self) -> tuple[Visit, ...]:
        """The visits that brought no answer."""
        return tuple(visit for visit in self.visits if visit.error)


def gather(t: Tracker, feeds: Sequence[str] = (), *, told: Callable[[Visit], None] | None = None) -> Round:
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
        )
    )
    considered = t.consider()
    swept = t.sweep()
    return Round(t.now(), tuple(visits), considered, swept, 0, t.catch_up())


def full(t: Tracker, *, told: Callable[[Visit], None] | None = None) -> Round:
    """A whole round: everything `gather` does, and the digests that are due."""
    done = gather(t, told=told)
    sent, mail_error = send_due(t, t.now())
    return evolve(done, sent=sent, mail_error=mail_error)


def replay(
    t: Tracker,
    dossiers: Iterable[Dossier],
    moments: Sequence[datetime],
    set_clock: Callable[[datetime], None],
    name: str,
) -> Iterator[Round]:
    """Run the product over dated material: at each of `moments`, in order, load what was known and gather.

    The log says where the replay begins and ends. `set_clock` moves the clock that the tracker was opened
    with; feeds are fetched as they answer then.
    """
    material = list(dossiers)
    known = sorted({instant for dossier in material for instant in dossier.moments()})
    for index, moment in enumerate(moments):
        set_clock(moment)
        if index == 0:
            t.begin_replay(name)
        last = moments[index - 1] if index else None
        if last is None or any(last < instant <= moment for instant in known):
            for dossier in material:
                t.load_dossier(dossier)
        yield gather(t)
    t.end_replay(name)
