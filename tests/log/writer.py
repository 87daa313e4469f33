"""A process that writes to a log, for tests that need several of them: `python -m tests.log.writer`.

    append   URL NAME COUNT   appends COUNT events in batches to two streams
    contend  URL NAME COUNT   reads a stream and appends on what it read, COUNT times in each of two ways
    endless  URL NAME         appends batches of three until it is killed

It says `ready`, waits for a line, and then tells each append on stdout once it is committed: its number.
Exits with 1 and the error where the log refuses what it should take.
"""

from __future__ import annotations

import itertools
import sys
from contextlib import closing

from tests.log.happenings import draft, drafts
from tracker.database.engine import Database
from tracker.errors import TrackerError, WrongVersion
from tracker.log import log
from tracker.log.eventlog import EventLog
from tracker.log.log import Expected


def append(events: EventLog, name: str, count: int) -> None:
    """So many events, told apart by their ids, one to five at a time, to a common stream and an own one."""
    for number in itertools.count():
        size = min(1 + number % 5, count)
        batch = drafts(size, f"{name}-{number}-")
        events.append({"common": (Expected.ANY, batch[::2]), f"own/{name}": (Expected.ANY, batch[1::2])})
        tell(number)
        count -= size
        if not count:
            return


def contend(events: EventLog, name: str, count: int) -> None:
    """Read, then append: in one transaction, as the desk does, and in two, again where it came too late."""
    for number in range(count):
        stream = f"common/{number // 25}"  # so that it is short to read however long this goes on
        with events.database.writing() as connection:
            version = len(log.read(connection, stream))
            log.append(connection, {stream: (version, [draft(f"{name} {number}")])}, events.clock())
        while True:
            try:
                events.append({stream: (len(events.read(stream)), [draft(f"{name} {number} again")])})
            except WrongVersion:
                continue
            break
        tell(number)


def endless(events: EventLog, name: str) -> None:
    """Batches of three over two streams, until somebody ends it."""
    for number in itertools.count():
        one, two, three = drafts(3, f"{name}-{number}-")
        events.append({"common": (Expected.ANY, [one, two]), f"own/{name}": (Expected.ANY, [three])})
        tell(number)


def tell(number: int) -> None:
    """Acknowledge a batch; only ever after its commit."""
    print(number, flush=True)


def main() -> None:
    """Open the log, wait for the word to begin, work."""
    way, url, name, *count = sys.argv[1:]
    with closing(Database(url)) as database:
        events = EventLog(database)
        events.head()
        print("ready", flush=True)
        sys.stdin.readline()
        match way:
            case "append":
                append(events, name, int(count[0]))
            case "contend":
                contend(events, name, int(count[0]))
            case "endless":
                endless(events, name)


if __name__ == "__main__":
    try:
        main()
    except TrackerError as problem:
        sys.exit(f"{type(problem).__name__}: {problem}")
