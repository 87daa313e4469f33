"""Moves a deadline and tells of it, until it is killed: python -m tests.digest.sender CONFIG TIMES LATER.

Its clock is LATER hours ahead of the real one.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import tracker
from tracker.commitments.events import DeadlineMoved
from tracker.commitments.terms import Window
from tracker.digest.service import send_due


def main(config: str, times: int, later: int) -> None:
    """One change and one round of digests, so many times, then another round."""

    def present() -> datetime:
        return datetime.now(UTC) + timedelta(hours=later)

    with tracker.open(config, clock=present) as t:
        print("ready", flush=True)
        for _ in range(times):
            until = datetime(2100, 1, 1, tzinfo=UTC) + timedelta(days=t.head())
            t.record("open-bridge", DeadlineMoved(window=Window(until=until), because="steel"), present())
            send_due(t, present())
        print(send_due(t, present()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
