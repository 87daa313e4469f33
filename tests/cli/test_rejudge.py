"""`tracker rejudge`: what its page shows, what it prints, and that it writes nowhere."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.test_cli import CONFIG, desk, run
from tests.database.test_read_only import frozen
from tests.demos import copy_of_demo

assert desk  # a fixture

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rejudge.md"
OTHERS = (
    "[policy]\nenabled = true\norigins = 3\nlapse = 'violate'\n",
    "[policy]\nenabled = true\norigins = 1\nreliability = 'E'\n",
    "[policy]\n",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that one run of `tracker demo` leaves."""
    return copy_of_demo("korea-2018", tmp_path_factory, tmp_path_factory.mktemp("rejudge") / "demo")


def test_the_page_runs_as_printed(demo: Path) -> None:
    """Its file is the one shown, and each line below a command is in its answer."""
    told = ""
    (block,) = re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for part in block.split("$ ")[1:]:
        line, _, shown = part.partition("\n")
        match shlex.split(line):
            case ["cat", name]:
                (demo / name).write_text(shown)
            case ["tracker", *arguments]:
                done = run(*arguments, cwd=demo)
                assert done.returncode == 0, done.stderr
                told = "\n".join(re.sub(" +", " ", each) for each in done.stdout.splitlines())
                for wanted in shown.splitlines():
                    assert re.sub(" +", " ", wanted) in told


def test_json_has_both_sides_and_the_findings(demo: Path) -> None:
    """A verdict that one origin would carry is told with its rule and what it would use."""
    (demo / "one.toml").write_text("[policy]\nenabled = true\norigins = 1\n")
    done = run("rejudge", "--policy", "one.toml", "--format", "json", cwd=demo)
    (row,) = json.loads(done.stdout)
    assert list(row) == ["id", "title", "before", "after", "because"]
    assert (row["id"], row["before"]["state"]) == ("dprk-discuss-denuclearization", "proposed")
    assert (row["after"]["status"], row["after"]["basis"]) == ("fulfilled", "verified")
    (reason,) = row["because"]
    assert (reason["type"], reason["rule"], len(reason["findings"])) == ("Fulfilled", "corroborated", 1)
    early = run("rejudge", "--policy", "one.toml", "--as-of", "2018-05-10", "--format", "json", cwd=demo)
    assert json.loads(early.stdout) == []


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(folder / "tracker.sqlite3")) as raw:
        names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: raw.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def test_nothing_is_written(demo: Path, tmp_path: Path) -> None:
    """Not a byte of the database, whatever the settings; where nobody may write, the answer is the same."""
    folder = tmp_path / "desk"
    shutil.copytree(demo, folder)
    before, file = rows(folder), (folder / "tracker.sqlite3").read_bytes()
    head = run("log", "checkpoint", cwd=folder).stdout
    for index, text in enumerate(OTHERS):
        (folder / f"{index}.toml").write_text(text)
    told = [run("rejudge", "--policy", f"{i}.toml", cwd=folder) for i in range(len(OTHERS))]
    assert all(done.returncode == 0 and "would stand otherwise" in done.stdout for done in told)
    assert len({done.stdout for done in told}) == len(OTHERS)
    assert (folder / "tracker.sqlite3").read_bytes() == file
    assert rows(folder) == before
    assert run("log", "checkpoint", cwd=folder).stdout == head
    with frozen(folder):
        assert [run("rejudge", "--policy", f"{i}.toml", cwd=folder) for i in range(len(OTHERS))] == told
    assert (folder / "tracker.sqlite3").read_bytes() == file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "other.toml: no such file"),
        ("[policy\n", "other.toml: no valid TOML"),
        ("[polcy]\n", "other.toml: unknown table [polcy] (did you mean 'policy'?)"),
        ("origins = 2\n", "other.toml: unknown table [origins]"),
        ("[tracker]\n", "other.toml: a table [policy] is missing"),
        ("[policy]\norigin = 2\n", "other.toml: [policy]: unknown key 'origin' (did you mean 'origins'?)"),
        ("[policy]\norigins = '2'\n", "other.toml: [policy]: origins: must be a whole number, not '2'"),
        ("[policy]\nlapse = 'violated'\n", "[policy]: lapse: 'violated' is none of review, violate"),
    ],
)
def test_a_bad_file_is_one_line_and_status_2(desk: Path, text: str | None, message: str) -> None:
    """As for the config itself."""
    if text is not None:
        (desk / "other.toml").write_text(text)
    done = run("rejudge", "--policy", "other.toml", cwd=desk)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert done.stderr.startswith("tracker: ") and message in done.stderr


def test_the_environment_is_about_the_settings_in_force_alone(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise both sides of the comparison would be overridden alike."""
    monkeypatch.setenv("TRACKER_POLICY_ENABLED", "true")
    (desk / "config.toml").write_text(CONFIG + "[policy]\n")
    done = run("rejudge", "--policy", "config.toml", cwd=desk)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        "nothing would stand otherwise; as now: 3 pending",
    )
    assert "note: config.toml does not say enabled = true" in done.stderr
