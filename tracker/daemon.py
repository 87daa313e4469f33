"""`tracker run`: APScheduler ticks that drive `rounds`, and nothing else.

What is due stands in tables, so a tick may come late, twice, or from two daemons at once. The job store is
in memory; `max_instances=1`, `misfire_grace_time=None` and `coalesce=True`, because APScheduler by itself
drops a job that is more than a second late. Each tick has a thread of its own while it works, so that a feed
that is slow delays no digest, nor a mail server a feed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tracker import rounds, ticks
from tracker.errors import TrackerError
from tracker.feeds.settings import duration
from tracker.rounds import Round, Stop
from tracker.ticks import Daemon, RunSettings

if TYPE_CHECKING:
    from tracker.api import Tracker

HOUSEKEEPING = timedelta(hours=1)

# Seconds from the signal to the end, whatever a feed or a mail server does.
GRACE = 8.0

# Seconds between two looks whether the clock was set back.
LOOK = 15.0

# Seconds in which a signal that comes again is no second one.
SAME_WORD = 0.5

logger = logging.getLogger(__name__)


@frozen
class Tick:
    """What comes again and again: its name, what it does, and how often."""

    name: str
    work: Callable[[Tracker, Stop], Round]
    every: timedelta


def all_ticks(settings: RunSettings) -> tuple[Tick, ...]:
    """The ticks of a daemon. A test may drive them under a clock of its own."""
    every = duration(settings.every)
    return (
        Tick("gather", lambda t, stop: rounds.gather(t, stop=stop), every),
        Tick("digests", lambda t, stop: rounds.digests(t, stop=stop), every),
        Tick("housekeeping", lambda t, stop: rounds.housekeeping(t, stop=stop), HOUSEKEEPING),
    )


def beat(t: Tracker, me: Daemon, tick: Tick, stop: Stop) -> Round | None:
    """One tick: take down that it begins, let it work, take down how it ended; returns what it did.

    What goes wrong is logged, in one line, and taken down, and the next tick comes as if nothing had been;
    None then. So it goes while the database is away, too, when nothing can be taken down.
    """
    done, error = None, ""
    try:
        with t.database.writing() as connection:
            ticks.began(connection, me, tick.name, tick.every, t.now())
        try:
            done = tick.work(t, stop)
        except TrackerError as problem:
            error = str(problem)
            _log(logging.ERROR, tick.name, error)
        except Exception as problem:
            error = f"this is our mistake, please report it: {problem!r}"
            logger.exception(error, extra=_extra(tick.name, {}))
        with t.database.writing() as connection:
            ticks.ended(connection, me, tick.name, t.now(), error)
    except TrackerError as problem:
        if str(problem) != error:
            _log(logging.ERROR, tick.name, str(problem))
    if done is not None:
        tell(tick.name, done)
    return done


def tell(tick: str, done: Round) -> bool:
    """Log what a round did; False where that was nothing."""
    lines = list(_told(done))
    for level, message, fields in lines:
        _log(level, tick, message, **fields)
    return bool(lines)


def _told(done: Round) -> Iterator[tuple[int, str, dict[str, object]]]:
    for visit in done.failed:
        yield logging.WARNING, f"{visit.feed}: {visit.error}", {"feed": visit.feed}
    for visit in done.visits:
        if visit.page_error:
            words = f"{visit.feed}: a page was not read: {visit.page_error}"
            yield logging.WARNING, words, {"feed": visit.feed}
    if done.mail_error:
        yield logging.WARNING, done.mail_error, {}
    new = sum(visit.new for visit in done.visits)
    counted = {"document": new, "clock fact": done.swept, "mail": done.sent, "old row": done.removed}
    words = ", ".join(f"{n} {name}{'' if n == 1 else 's'}" for name, n in counted.items() if n)
    if words:
        fields = {"new": new, "swept": done.swept, "mails": done.sent, "removed": done.removed}
        kept: dict[str, object] = {name: count for name, count in fields.items() if count}
        yield logging.INFO, f"{words}; the log is at {done.head}", {**kept, "head": done.head}


def _log(level: int, tick: str, message: str, **fields: object) -> None:
    logger.log(level, " ".join(message.split()), extra=_extra(tick, fields))


def _extra(tick: str, fields: dict[str, object]) -> dict[str, Any]:
    return {"fields": {"tick": tick, **fields}}


def run(t: Tracker) -> None:
    """Tick until SIGTERM or SIGINT. What is under way is finished, or given back where it waits for others.

    What does not end in `GRACE` seconds is cut off there, as if the process had been killed: its transaction
    is rolled back, its leases run out, a mail that the server may have had is told as unknown. A second
    signal ends the process at once, with 128 and the number of the signal.
    """
    asyncio.run(_run(t, all_ticks(t.config.section("run", RunSettings))))


async def _run(t: Tracker, every: tuple[Tick, ...]) -> None:
    me, stop, told = Daemon.here(), threading.Event(), asyncio.Event()
    under_way: set[asyncio.Task[Round | None]] = set()

    async def come(tick: Tick) -> None:
        if not stop.is_set():
            # A tick blocks on the database and the network; the loop has to stay free for signals.
            work = asyncio.to_thread(beat, t, me, tick, stop.is_set)
            task = asyncio.create_task(work, name=tick.name)
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            await asyncio.wait([task])

    def end() -> None:
        stop.set()
        told.set()

    _hear_signals(end)
    scheduler = _scheduled(every, come)
    scheduler.start()
    shortest = min(tick.every for tick in every).total_seconds()
    _log(logging.INFO, "", f"running; looking what is due every {shortest:g} s", pid=me.pid)
    while not told.is_set():
        try:
            async with asyncio.timeout(LOOK):
                await told.wait()
        except TimeoutError:
            heed_clock(scheduler, datetime.now(UTC))
    scheduler.pause()
    _log(logging.INFO, "", "told to stop")
    if under_way:
        await asyncio.wait(under_way, timeout=GRACE)
    cut = sorted(task.get_name() for task in under_way)
    farewell = asyncio.create_task(asyncio.to_thread(_farewell, t, me))
    await asyncio.wait([farewell], timeout=1)
    scheduler.shutdown(wait=False)
    _log(logging.INFO, "", f"stopped in the middle of: {', '.join(cut)}" if cut else "stopped")
    if cut or not farewell.done():
        # Python waits at its end for threads that wait for somebody else.
        logging.shutdown()
        os._exit(0)


def _hear_signals(end: Callable[[], None]) -> None:
    """Call `end` at the first SIGTERM or SIGINT; at a second one the process ends."""
    loop = asyncio.get_running_loop()
    heard: list[float] = []

    def hear(number: int) -> None:
        heard.append(loop.time())
        # `timeout`, for one, signals the process and then its group, so the same word comes twice.
        if heard[-1] - heard[0] > SAME_WORD:
            os._exit(128 + number)
        end()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, hear, number)


def _scheduled(every: tuple[Tick, ...], come: Callable[[Tick], Awaitable[None]]) -> Any:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler  # 60 ms, which --once need not pay

    scheduler = AsyncIOScheduler(timezone="UTC")
    for tick in every:
        scheduler.add_job(
            come,
            "interval",
            args=[tick],
            seconds=tick.every.total_seconds(),
            next_run_time=datetime.now(UTC),
            id=tick.name,
            max_instances=1,
            misfire_grace_time=None,
            coalesce=True,
        )
    return scheduler


def heed_clock(scheduler: Any, now: datetime) -> None:
    """Let a tick that is further away than its interval come at once: the clock was set back.

    APScheduler waits for the time it has written down, and a daemon whose machine began with a wrong clock
    rested for as long as that had been ahead.
    """
    for job in scheduler.get_jobs():
        if job.next_run_time is not None and job.next_run_time - now > job.trigger.interval:
            job.modify(next_run_time=now)


def _farewell(t: Tracker, me: Daemon) -> None:
    try:
        with t.database.writing() as connection:
            ticks.gone(connection, me)
    except TrackerError as problem:
        _log(logging.ERROR, "", str(problem))
