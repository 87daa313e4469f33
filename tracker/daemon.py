"""`tracker run`: APScheduler ticks that drive `rounds`, and nothing else.

What is due stands in tables, so a tick may come late, twice, or from two daemons at once. The job store is
in memory; `max_instances=1`, `misfire_grace_time=None` and `coalesce=True`, because APScheduler by itself
drops a job that is more than a second late.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import field, frozen

from tracker.errors import TrackerError
from tracker.feeds.settings import duration

if TYPE_CHECKING:
    from tracker import rounds
    from tracker.api import Tracker


@frozen(kw_only=True)
class RunSettings:
    """`[run]`: `every` is how often the daemon looks what is due, a duration such as "30s"."""

    every: str = field(default="30s", validator=lambda _, __, value: duration(value))


def run(t: Tracker, tell: Callable[[str], None]) -> None:
    """Run rounds until SIGTERM or SIGINT; the round under way is finished first.

    `tell` hears one line for each round that did something or failed.
    """
    settings = t.config.section("run", RunSettings)
    asyncio.run(_run(t, duration(settings.every).total_seconds(), tell))


async def _run(t: Tracker, seconds: float, tell: Callable[[str], None]) -> None:
    # Here, because every command checks `[run]`, and a status need not pay for what only a daemon uses.
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    from tracker import rounds

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    turn = asyncio.Lock()

    async def tick() -> None:
        async with turn:
            if stop.is_set():
                return
            try:
                # A round blocks on the database and the network; the loop has to stay free for signals.
                done = await asyncio.to_thread(rounds.full, t)
            except TrackerError as problem:
                tell(f"round failed: {problem}")
                return
            for line in told(done):
                tell(line)

    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(
        tick,
        "interval",
        seconds=seconds,
        next_run_time=datetime.now(tz=None).astimezone(),
        max_instances=1,
        misfire_grace_time=None,
        coalesce=True,
    )
    scheduler.start()
    tell(f"running; looking what is due every {seconds:g} s")
    await stop.wait()
    scheduler.shutdown(wait=False)
    async with turn:  # the round under way ends before we do
        tell("stopped")


def told(done: rounds.Round) -> list[str]:
    """What a round did, in lines; none where it did nothing."""
    lines = [f"{visit.feed}: {visit.error}" for visit in done.failed]
    lines += [
        f"{visit.feed}: a page was not read: {visit.page_error}" for visit in done.visits if visit.page_error
    ]
    if done.mail_error:
        lines.append(done.mail_error)
    new = sum(visit.new for visit in done.visits)
    if new or done.swept or done.sent:
        lines.append(f"{new} new documents, {done.swept} deadlines, {done.sent} mails; log at {done.head}")
    return lines
