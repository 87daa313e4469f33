"""A process that makes round after round until it is killed: `python -m tests.rounds.rounder CONFIG BEGIN`.

Each round is ten minutes after the one before, by a clock of its own that begins at BEGIN, so that all feeds
are due again and what leases a killed process left behind have ended. It says `ready`, waits for a line, and
tells `stored` after each visit that is.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import tracker
from tracker import rounds
from tracker.errors import TrackerError

STEP = timedelta(minutes=10)


def main() -> None:
    """Open the tracker, wait for the word to begin, go on for ever."""
    config, begin = sys.argv[1:]
    moment = datetime.fromisoformat(begin)
    with tracker.open(config, clock=lambda: moment) as t:
        t.head()
        print("ready", flush=True)
        sys.stdin.readline()
        while True:
            done = rounds.gather(t, told=lambda _: print("stored", flush=True))
            if done.failed:
                sys.exit(done.failed[0].error)
            moment += STEP


if __name__ == "__main__":
    try:
        main()
    except TrackerError as problem:
        sys.exit(f"{type(problem).__name__}: {problem}")
