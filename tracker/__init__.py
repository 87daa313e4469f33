"""Commitments as event streams: who promised what to whom, whether it was kept, and how we know.

    import tracker

    with tracker.open("config.toml") as t:
        for row in t.board(as_of="2018-05-10"):
            print(row.id, row.status)

Public names are resolved on first use, so importing the package imports nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.api import Tracker, open  # noqa: A004
    from tracker.errors import TrackerError, UserError
    from tracker.projections.answers import (
        Change,
        Commitment,
        Difference,
        Evidence,
        Explanation,
        FeedHealth,
        Hit,
        InboxItem,
        Link,
        Position,
        Quote,
        Reason,
        Rejudged,
        Score,
        TimelineEntry,
        Unread,
    )

__version__ = "0.1.0"

_PLACES = {
    "open": "tracker.api",
    "Tracker": "tracker.api",
    "TrackerError": "tracker.errors",
    "UserError": "tracker.errors",
    "Change": "tracker.projections.answers",
    "Commitment": "tracker.projections.answers",
    "Difference": "tracker.projections.answers",
    "Evidence": "tracker.projections.answers",
    "Explanation": "tracker.projections.answers",
    "FeedHealth": "tracker.projections.answers",
    "Hit": "tracker.projections.answers",
    "InboxItem": "tracker.projections.answers",
    "Link": "tracker.projections.answers",
    "Position": "tracker.projections.answers",
    "Quote": "tracker.projections.answers",
    "Reason": "tracker.projections.answers",
    "Rejudged": "tracker.projections.answers",
    "Score": "tracker.projections.answers",
    "TimelineEntry": "tracker.projections.answers",
    "Unread": "tracker.projections.answers",
}

__all__ = [
    "Change",
    "Commitment",
    "Difference",
    "Evidence",
    "Explanation",
    "FeedHealth",
    "Hit",
    "InboxItem",
    "Link",
    "Position",
    "Quote",
    "Reason",
    "Rejudged",
    "Score",
    "TimelineEntry",
    "Tracker",
    "TrackerError",
    "Unread",
    "UserError",
    "__version__",
    "open",
]


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'tracker' has no attribute {name!r}")
