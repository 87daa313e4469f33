"""What docs/projections.md tells: its examples run, and its projection is registered as it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import tracker
from docs.last_breach import LastBreach
from tests.docs.pages import loaded_desk, run_examples
from tracker.commitments.events import Retracted, Violated

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "projections.md").read_text(encoding="utf-8")
SCRIPT = ROOT / "docs" / "last_breach.py"
TEST = "dprk-statement-1992"
LATER = datetime(2006, 10, 19, tzinfo=UTC)


def test_the_examples_run_as_printed(tmp_path: Path) -> None:
    """Each command, in order."""
    run_examples(PAGE, loaded_desk(tmp_path))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A loaded desk, and the package of the page installed as pip would leave it."""
    site = tmp_path / "site"
    (points,) = re.findall(r"```toml\n\[project\.entry-points\.\"(.*?)\"\]\n(\S+) = \"(.*?)\"", PAGE)
    group, name, target = points
    info = site / "last_breach-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: last-breach\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {target}\n")
    shutil.copy(SCRIPT, site)
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
    return loaded_desk(tmp_path)


def python(desk: Path, *arguments: str) -> str:
    """What a Python started at the desk prints."""
    done = subprocess.run([sys.executable, *arguments], cwd=desk, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_registered_projection_is_listed_kept_and_asked(desk: Path) -> None:
    """By the tracker's own commands, and by the program on the page."""

    def listed() -> dict[str, str]:
        rows = json.loads(python(desk, "-m", "tracker.cli", "projections", "list", "--format", "json"))
        return {row["name"]: row["state"] for row in rows}

    assert listed()["last-breach"] == "new"
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert python(desk, "-c", code) == "10 days since the last breach\n"
    assert listed()["last-breach"] == "current"
    told = python(desk, "-m", "tracker.cli", "projections", "rebuild", "last-breach")
    assert told == "last-breach: build 2 answers now\n"


def test_a_package_that_cannot_be_used_stops_nobody(desk: Path) -> None:
    """It is listed with the reason, and the board is shown."""
    (desk.parent / "site" / "last_breach.py").write_text("import nothing_of_that_name\n")
    python(desk, "-m", "tracker.cli", "status")
    told = python(desk, "-m", "tracker.cli", "projections", "list", "--format", "json")
    (row,) = [row for row in json.loads(told) if row["name"] == "last-breach"]
    assert row["state"] == "broken"
    assert "No module named 'nothing_of_that_name'" in row["error"]


def test_a_parked_projection_is_listed_and_resumed_by_command(desk: Path) -> None:
    """With the reason and the place; the board is shown all the while."""
    code = (desk.parent / "site" / "last_breach.py").read_text()
    loop = "        for fact in batch:\n"
    ill = code.replace(loop, f"{loop}            assert fact.position < 7\n")
    assert ill != code
    (desk.parent / "site" / "last_breach.py").write_text(ill)
    python(desk, "-c", "import tracker; tracker.open('config.toml').catch_up()")
    python(desk, "-m", "tracker.cli", "status")
    told = python(desk, "-m", "tracker.cli", "projections", "list", "--format", "json")
    (row,) = [row for row in json.loads(told) if row["name"] == "last-breach"]
    assert (row["state"], row["position"]) == ("parked", 6)
    assert re.match(r"AssertionError:  \(last_breach\.py:\d+\)", row["error"])
    resume = [sys.executable, "-m", "tracker.cli", "projections", "resume", "last-breach"]
    again = subprocess.run(resume, cwd=desk, capture_output=True, text=True)
    assert again.returncode == 1
    assert "waits at position 6" in again.stderr.splitlines()[-1]
    (desk.parent / "site" / "last_breach.py").write_text(code)
    assert re.fullmatch(r"last-breach: up to date at position \d+\n", python(desk, *resume[1:]))


def test_what_is_taken_back_counts_no_longer_from_then_on(tmp_path: Path) -> None:
    """Nor does a retraction that was taken back; and what was known before stays as it was known."""
    with tracker.open(loaded_desk(tmp_path) / "config.toml") as t:
        first = t.head()
        again = t.record(TEST, Violated(by=("dprk",), because="a second test"), "2006-10-15").fact
        t.retract(again.id, "it was an earthquake")
        gone = t.head()
        retraction = next(f for f in t.log(stream=f"commitment/{TEST}") if isinstance(f.event, Retracted))
        t.retract(retraction.id, "it was a test after all")
        with t.view(LastBreach) as view:
            days = [
                view.of(LastBreach).days(view.connection, TEST, LATER, known)
                for known in (0, first, again.position, gone, view.head)
            ]
        assert days == [None, 10, 4, 10, 4]
