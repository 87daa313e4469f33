"""`tracker export` and the commands that ask: stable columns, whole files, no formulas."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.api.harbour import OPENED, Harbour
from tests.cli.test_cli import desk, run
from tracker.cli import export

__all__ = ["desk"]  # the fixture

FORMULA = '=HYPERLINK("http://evil.example";"harbour bridge opened by port authority")'
WHATS = {
    "board": export.BOARD,
    "history": export.HISTORY,
    "evidence": export.EVIDENCE,
    "changes": export.CHANGES,
}


@pytest.fixture
def harbour(tmp_path: Path, shared_url: str) -> Path:
    """A folder with a verdict from two reports, one of which has a formula for its title."""
    folder = tmp_path / "harbour"
    folder.mkdir()
    harbour = Harbour(folder, shared_url)
    with harbour.opened() as t:
        harbour.poll(t, OPENED, (FORMULA, "Çok güzel, 다리 개통\nsaid a reader"))
    return folder


def exported(folder: Path, *arguments: str) -> bytes:
    """What an export writes into a file."""
    out = folder / "out.file"
    done = run("export", *arguments, "--force", "--out", out.name, cwd=folder)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return out.read_bytes()


def as_text(value: Any) -> str:
    """A JSON value as the page says that a CSV cell has it."""
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


@pytest.mark.parametrize("what", WHATS)
def test_the_forms_hold_the_same_rows_with_the_documented_columns(harbour: Path, what: str) -> None:
    """CSV as RFC 4180 has it, one JSON array, JSON lines; times in UTC, lists as lists."""
    array = json.loads(exported(harbour, what, "--format", "json"))
    assert array
    assert all(tuple(row) == WHATS[what] for row in array)
    told = exported(harbour, what, "--format", "jsonl").decode()
    assert told.endswith("\n")
    assert [json.loads(line) for line in told.splitlines()] == array
    text = exported(harbour, what).decode("utf-8")
    assert text.count("\r\n") == len(array) + 1
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [tuple(row) for row in rows] == [WHATS[what]] * len(array)
    for row, values in zip(rows, array, strict=True):
        plain = {name: cell.removeprefix("'") for name, cell in row.items()}
        assert plain == {name: as_text(value) for name, value in values.items()}
        for name in row:
            if name.endswith(("_at", "_from", "_to", "until", "published")):
                assert re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z)?", row[name])


def test_a_cell_that_a_spreadsheet_would_run_is_text(harbour: Path) -> None:
    """A headline is anybody's; in JSON it is as it was."""
    rows = list(csv.DictReader(io.StringIO(exported(harbour, "evidence").decode(), newline="")))
    assert [row["title"] for row in rows if "HYPERLINK" in row["title"]] == ["'" + FORMULA]
    assert FORMULA in [row["title"] for row in json.loads(exported(harbour, "evidence", "--format", "json"))]
    for text in ("=1", "+1", "-1", "@x", "\tx", "\rx", "'x"):
        assert export._cell(text) == export._cell((text,)) == "'" + text
    plain = {"x=1": "x=1", 0.5: "0.5", -3: "-3", True: "true", None: "", (): ""}
    assert {value: export._cell(value) for value in plain} == plain


def test_the_export_is_what_was_true_and_known_then_of_whom_was_asked(desk: Path) -> None:
    """Moments, parties, ids and a position choose the rows; what does not exist is a mistake."""

    def rows(*arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(exported(desk, *arguments, "--format", "json"))
        return found

    assert len(rows("board")) == len(rows("board", "--party", "voters")) == 3
    for what in ("board", "changes"):
        assert rows(what, "--as-of", "1999-01-01") == rows(what, "--known-at", "1999-01-01") == []
    assert rows("history", "--known-at", "1999-01-01") == rows("evidence") == []
    assert {row["id"] for row in rows("history", "open-bridge")} == {"open-bridge"}
    last = rows("changes")[-1]["position"]
    assert rows("changes", "--after", str(last)) == []
    assert exported(desk, "changes", "--after", str(last), "--format", "jsonl") == b""
    for arguments, message in [
        (("board", "--party", "votes"), "did you mean 'voters'"),
        (("changes", "--party", "votes"), "did you mean 'voters'"),
        (("history", "open-brigde"), "did you mean 'open-bridge'"),
        (("board", "--as-of", "soon"), "is no date"),
    ]:
        done = run("export", *arguments, "--out", "new.csv", cwd=desk)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr
        assert not [*desk.glob("*new.csv*")]


def test_a_file_that_is_there_stays_unless_forced(desk: Path) -> None:
    """Nothing half-written, nothing overwritten by mistake."""
    (desk / "board.csv").write_text("mine")
    done = run("export", "board", "--out", "board.csv", cwd=desk)
    assert done.returncode == 2
    assert "is there already; an export overwrites nothing, name another file or give --force" in done.stderr
    assert (desk / "board.csv").read_text() == "mine"
    done = run("export", "board", "--as-of", "soon", "--out", "board.csv", "--force", cwd=desk)
    assert (done.returncode, (desk / "board.csv").read_text()) == (2, "mine")
    assert run("export", "board", "--out", "board.csv", "--force", cwd=desk).returncode == 0
    assert (desk / "board.csv").read_text().startswith("id,title,")
    assert "cannot be written" in run("export", "board", "--out", "no/board.csv", cwd=desk).stderr


def test_without_a_file_it_goes_to_standard_output_and_a_reader_may_stop(desk: Path) -> None:
    """`tracker export changes | head` is no failure."""
    command = f"{sys.executable} -m tracker.cli export changes --format jsonl"
    done = subprocess.run(command, shell=True, cwd=desk, capture_output=True, check=True)
    assert done.stdout == exported(desk, "changes", "--format", "jsonl")
    piped = subprocess.run(f"{command} | head -n 1", shell=True, cwd=desk, capture_output=True, check=True)
    assert (piped.stdout, piped.stderr) == (done.stdout.splitlines(keepends=True)[0], b"")


def test_scorecard_search_and_upcoming_tell_what_the_api_tells(harbour: Path) -> None:
    """As tables, and as JSON with the ids behind the numbers."""
    (row,) = json.loads(run("scorecard", "--format", "json", cwd=harbour).stdout)
    assert (row["party"], row["fulfilled"], row["violated"]) == ("port", ["open-bridge"], [])
    assert re.search(r"^port +0 +1 +0", run("scorecard", cwd=harbour).stdout, re.MULTILINE)
    assert "nobody" in run("scorecard", "--as-of", "1999-01-01", cwd=harbour).stdout
    told = run("search", "zoe", "ribbon", cwd=harbour).stdout
    assert "The port authority opened the harbour bridge  (open-bridge)" in told
    (hit,) = json.loads(run("search", "다리", "--format", "json", cwd=harbour).stdout)
    assert (hit["kind"], hit["title"], hit["words"]) == ("document", FORMULA, ["다리"])
    assert run("search", "zebra", cwd=harbour).stdout == "nothing was found\n"
    assert run("search", " ", cwd=harbour).returncode == 2
    assert run("upcoming", cwd=harbour).stdout.endswith("\nnothing is due\n")


def test_upcoming_lists_deadlines(desk: Path) -> None:
    """From a moment on, so many days."""
    told = run("upcoming", "--as-of", "2024-12-10", "--days", "30", "--format", "json", cwd=desk).stdout
    assert [row["id"] for row in json.loads(told)] == ["open-bridge"]
