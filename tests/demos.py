"""The folders that `tracker demo` leaves, made once for all tests of a run, whichever process asks first."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def copy_of_demo(dossier: str, factory: pytest.TempPathFactory, to: Path) -> Path:
    """A copy, at `to`, of the demo of a dossier."""
    return Path(shutil.copytree(_made(dossier, factory), to))


def told_by_demo(dossier: str, factory: pytest.TempPathFactory) -> str:
    """What the command said that made the demo of a dossier."""
    return _told(_made(dossier, factory)).read_text(encoding="utf-8")


def _made(dossier: str, factory: pytest.TempPathFactory) -> Path:
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made = shared / f"demo-of-{dossier}"
    with (shared / f"{dossier}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            command = [sys.executable, "-m", "tracker.cli", "demo", "--dossier", dossier, "--out", made.name]
            done = subprocess.run(command, cwd=shared, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            _told(made).write_text(done.stdout, encoding="utf-8")
    return made


def _told(made: Path) -> Path:
    return made.with_suffix(".txt")
