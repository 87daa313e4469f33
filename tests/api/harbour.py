"""A real tracker for the tests of questions: two feeds in files, a moving clock, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import tracker
from tests.database.freeze import CONFIG
from tests.rounds.test_rounds import DOSSIER, Pages
from tracker import rounds
from tracker.api import Tracker

NOTHING = ("", "")
JUNE = datetime(2024, 6, 3, 9, tzinfo=UTC)


class Harbour:
    """A folder with a config, a dossier and two feeds; `now` is the tracker's present."""

    def __init__(self, path: Path, url: str, dossier: str = DOSSIER) -> None:
        self.path = path
        self.now = JUNE
        config = CONFIG.replace('database = "tracker.sqlite3"', f'database = "{url}"')
        (path / "config.toml").write_text(config)
        (path / "harbour.toml").write_text(dossier)
        self.says()

    def says(self, gazette: tuple[str, str] = NOTHING, courier: tuple[str, str] = NOTHING) -> None:
        """What each feed has from now on: a title and a body, or nothing."""
        for name, (title, body) in (("gazette", gazette), ("courier", courier)):
            pages = Pages()
            pages.feed(name, *([(f"{name} {title}", title, body)] if title else []))
            (self.path / f"{name}.xml").write_bytes(pages.bodies[name])

    @contextmanager
    def opened(self) -> Iterator[Tracker]:
        """The tracker, its dossier loaded."""
        with tracker.open(self.path / "config.toml", clock=lambda: self.now) as t:
            t.load()
            yield t

    def poll(
        self, t: Tracker, gazette: tuple[str, str] = NOTHING, courier: tuple[str, str] = NOTHING
    ) -> None:
        """Let the feeds say something, and the tracker read it."""
        self.says(gazette, courier)
        rounds.gather(t, ("gazette", "courier"))


OPENED = ("The port authority opened the harbour bridge", "A ribbon was cut — at last, says Zoë Brûlé.")
"""A report that fulfils the promise of the dossier."""
