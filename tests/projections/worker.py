"""A process that works at projections, for tests that need several: `python -m tests.projections.worker`.

    live      URL LAST SEED   records events until the log is at position LAST
    catch-up  URL LAST        brings the projections to the head, again and again, until that is LAST
    rebuild   URL LAST        fills new builds, again and again, until the head is LAST
    read      URL LAST        reads boards until the head is LAST; says of each its position and what it holds

LAST may be 0, for ever. Batches are small. It says `ready` and waits for a line before it begins. Exits with
1 and the error where something is refused.
"""

from __future__ import annotations

import sys
import time
from contextlib import closing
from random import Random

from tests.projections.lives import board_of, live
from tracker.database.engine import Database
from tracker.errors import TrackerError
from tracker.log.log import read_head
from tracker.projections import runner
from tracker.projections.history import History
from tracker.projections.inbox import Inbox

KINDS = (History, Inbox)


def catch_up(database: Database) -> int:
    """Bring both to the head."""
    return runner.catch_up(database, KINDS)


def rebuild(database: Database) -> int:
    """New builds of both; leaves the others some time at the database."""
    time.sleep(0.01)
    return min(runner.rebuild(database, kind).position for kind in KINDS)


def read(database: Database) -> int:
    """The boards of all that is known, and of what was known when half of it was."""
    with runner.caught_up(database, KINDS) as view:
        history = view.of(History)
        boards = [history.standings(view.connection, None, known) for known in (view.head, view.head // 2)]
        assert read_head(view.connection).position >= view.head
    print(view.head, board_of(*boards), flush=True)
    return view.head


def main() -> None:
    """Open the database, wait for the word to begin, work."""
    way, url, last, *seed = sys.argv[1:]
    runner.BATCH = 5
    works = {"catch-up": catch_up, "rebuild": rebuild, "read": read}
    with closing(Database(url)) as database:
        with database.reading() as connection:
            read_head(connection)
        print("ready", flush=True)
        sys.stdin.readline()
        if way == "live":
            for position in live(database, Random(seed[0])):
                if position == int(last):
                    return
        while works[way](database) != int(last) or last == "0":
            pass


if __name__ == "__main__":
    try:
        main()
    except TrackerError as problem:
        sys.exit(f"{type(problem).__name__}: {problem}")
