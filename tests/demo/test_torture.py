"""Long campaigns; `make torture` runs them."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.demo.test_demo import COMMAND, run_demo, status


@pytest.mark.torture
def test_a_demo_killed_two_hundred_times_runs_in_the_end(tmp_path: Path) -> None:
    """SIGKILL at two hundred random moments leaves nothing in the way."""
    chance = random.Random(2018)
    for _ in range(200):
        process = subprocess.Popen(
            [*COMMAND, "demo", "--out", "korea"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.1, 12))
        process.send_signal(signal.SIGKILL)
        process.wait()
    run_demo("--out", "korea", cwd=tmp_path)
    assert status(tmp_path / "korea")["koreas-april-summit"]["status"] == "fulfilled"
