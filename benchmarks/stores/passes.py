"""One pass over a whole SQLite log in a process of its own, which tells its rate and its peak of memory."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections import deque

from attrs import frozen

from benchmarks.stores.memory import peak
from benchmarks.stores.ours import Ours
from benchmarks.stores.race import timed
from tracker.database.engine import Database
from tracker.log.eventlog import EventLog

BATCH = 1000


@frozen
class Pass:
    """Events a second, and the peak of resident memory in MB (0 where the system does not tell)."""

    rate: float
    peak: float


def fill(url: str, count: int) -> None:
    """Make a log of so many events in a hundred streams."""
    ours = Ours(url)
    for begin in range(0, count, BATCH):
        ours.appends([f"commitment/c{begin // BATCH % 100}"], min(BATCH, count - begin))()
    ours.close()


def run(kind: str, url: str) -> Pass:
    """Run a pass (`read_all`, `verify` or `select`) in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_pass, (kind, url))


def _pass(kind: str, url: str) -> Pass:
    log = EventLog(Database(url))

    def read_all() -> int:
        last = deque(log.read_all(), maxlen=1)
        return last[0].position

    def verify() -> int:
        return log.verify().position

    def select() -> int:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        last = deque(connection.execute("SELECT * FROM events ORDER BY position"), maxlen=1)
        return int(last[0][0])

    rate = timed({"read_all": read_all, "verify": verify, "select": select}[kind])
    return Pass(rate, peak())
