"""A process that is killed while it reads the archive again: the next one ends it, and finds the same."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.desk.press import Story, dossier, press, titles
from tracker.api import Tracker
from tracker.config import Config
from tracker.desk import words

RUN = "import tracker; t = tracker.open({!r}); print('open', flush=True); t.consider()"


def test_reading_again_survives_being_killed(tmp_path: Path) -> None:
    """Killed over and over, wherever it is; every batch is there whole or not at all."""
    stories = [Story(f"Port authority raises mooring fees, part {n}", on="2024-03-05") for n in range(700)]
    url = f"sqlite:///{tmp_path / 'tracker.sqlite3'}"
    with press(url) as desk:
        desk.load()
        desk.print(*stories)
        desk.load(fees=True)
    (tmp_path / "harbour.toml").write_text(dossier(fees=True))
    (tmp_path / "config.toml").write_text('[tracker]\ndatabase = "tracker.sqlite3"\nzone = "UTC"\n')
    command = [sys.executable, "-c", RUN.format(str(tmp_path / "config.toml"))]
    kills = 0
    for wait in (0.1, 0.3, 0.5, 0.8):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(wait)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
    assert kills
    with Tracker(Config.load(tmp_path / "config.toml", {})) as t, t.database.reading() as connection:
        behind = words.behind(connection).get("fees", 700)
        assert behind % 100 == 0
        assert len(t.evidence("fees")) == behind or behind == 700
    with press(url) as desk:
        desk.consider()
        assert titles(desk, "fees") == sorted(story.title for story in stories)
        desk.t.verify()
