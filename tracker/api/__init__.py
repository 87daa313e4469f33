"""The one object a user opens. It wires the rooms together and answers every question.

    with tracker.open("config.toml") as t:
        t.commitment("dprk-shut-test-site").status

Reads take `as_of` (what was true then) and `known_at` (what we knew then), each a date, a datetime or ISO
text; a day or a month means its end in the tracker's zone. `known_at` may be a position of the log, too.
Without them: now, and all we know.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tracker.api.base import TABLES, Known, When
from tracker.api.projecting import Projecting
from tracker.api.reading import Reading
from tracker.api.watching import Watching
from tracker.api.writing import Writing
from tracker.commitments.events import Fact
from tracker.config import Config
from tracker.projections.projection import Projection

__all__ = ["TABLES", "Fact", "Known", "Projection", "Tracker", "When", "open"]


class Tracker(Reading, Watching, Writing, Projecting):
    """An open tracker."""


def open(  # noqa: A001  (the public name is tracker.open)
    path: str | os.PathLike[str] = "config.toml", *, clock: Callable[[], datetime] | None = None
) -> Tracker:
    """Open the tracker that a config file describes; use it as a context manager.

    `clock` returns the present as an aware datetime; only a replay needs to give one. Raises `ConfigError`,
    `LogUnavailable` and `SchemaMismatch`.
    """
    return Tracker(Config.load(Path(path)), clock=clock)
