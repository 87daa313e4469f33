"""The command line as a user meets it: formats, exit statuses, one clear line for each bad input."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from pathlib import Path

import pytest
from attrs import frozen

from tests.api.test_api import DOSSIER
from tracker.cli import COMMANDS, main

CONFIG = '[tracker]\nzone = "Europe/London"\ndossiers = ["pledges.toml"]\n'


@frozen
class Done:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, cwd: Path) -> Done:
    """`tracker …`, from its arguments to its exit status, in the folder `cwd`."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main(list(arguments))
    assert isinstance(ended.value.code, int)
    return Done(ended.value.code, out.getvalue(), err.getvalue())


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a config and a loaded dossier."""
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "pledges.toml").write_text(DOSSIER)
    done = run("load", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_status_json_has_the_documented_keys(desk: Path) -> None:
    """An array of objects with exactly the promised keys."""
    rows = json.loads(run("status", "--format", "json", cwd=desk).stdout)
    assert [row["id"] for row in rows] == ["open-bridge", "no-new-tax", "toll-free"]
    keys = [*("id", "title", "debtor", "creditor", "kind", "status", "state"), *("since", "until", "flags")]
    keys += ["basis", "to_review"]
    assert all(list(row) == keys for row in rows)
    assert rows[0]["until"] == "2024-12-31"


def test_csv_and_markdown_hold_the_same_rows(desk: Path) -> None:
    """Each format is readable by its own reader."""
    told = run("status", "--format", "csv", cwd=desk).stdout
    assert [row["id"] for row in csv.DictReader(io.StringIO(told))] == [
        "open-bridge",
        "no-new-tax",
        "toll-free",
    ]
    lines = run("status", "--format", "markdown", cwd=desk).stdout.splitlines()
    assert lines[0].startswith("| id | title |")
    assert len(lines) == 5


def test_log_show_json_has_the_documented_keys(desk: Path) -> None:
    """An array of objects with exactly the promised keys, in order of position."""
    rows = json.loads(run("log", "show", "--format", "json", cwd=desk).stdout)
    keys = ["position", "id", "stream", "type", "occurred_from", "recorded_at", "data"]
    assert all(list(row) == keys for row in rows)
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))


def test_record_retract_and_show_all(desk: Path) -> None:
    """A violation recorded and taken back: status says pending again, show --all lists both."""
    done = run(
        "record", "no-new-tax", "violated", "--occurred", "2024-03-15", "--because", "a levy", cwd=desk
    )
    assert done.returncode == 0, done.stderr
    event = done.stdout.split()[2]
    violated = json.loads(run("status", "no-new-tax", "--format", "json", cwd=desk).stdout)
    assert violated[0]["status"] == "violated"
    assert run("retract", event, "--reason", "no bread was taxed", cwd=desk).returncode == 0
    pending = json.loads(run("status", "no-new-tax", "--format", "json", cwd=desk).stdout)
    assert pending[0]["status"] == "pending"
    shown = run("show", "no-new-tax", "--all", cwd=desk).stdout
    assert "RETRACTED" in shown
    assert "no bread was taxed" in shown


def test_load_dry_run_writes_nothing(desk: Path) -> None:
    """It says what it would append, and the log stays."""
    (desk / "pledges.toml").write_text(DOSSIER.replace("No new tax on bread", "No new tax on bread or milk"))
    before = run("log", "verify", cwd=desk).stdout
    told = run("load", "--dry-run", cwd=desk)
    assert "would be appended" in told.stdout
    assert run("log", "verify", cwd=desk).stdout == before
    assert "1 events appended" in run("load", cwd=desk).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["status", "open-brigde"], "did you mean 'open-bridge'"),
        (["status", "--as-of", "tomorrowish"], "is no date"),
        (["status", "--only", "fulfiled"], "did you mean 'fulfilled'"),
        (["statsu"], "did you mean 'status'"),
        (["explain", "nothing"], "no commitment 'nothing'"),
        (
            ["record", "open-bridge", "fulfilled", "--occurred", "2999-01-01", "--because", "x"],
            "not come yet",
        ),
        (["retract", "nothing", "--reason", "x"], "no event 'nothing'"),
        (["review", "accept", "nothing"], "no finding 'nothing'"),
        (["digest", "preview", "nothing"], "no digest 'nothing'"),
        (["poll", "nothing"], "no feed 'nothing'"),
        (["load", "missing.toml"], "missing.toml: cannot be read"),
        (["--config", "missing.toml", "status"], "no such file"),
        (["match", "--dossier", "pledges.toml", "--input", "bad.jsonl"], "bad.jsonl:2: no JSON object"),
    ],
)
def test_a_users_mistake_is_one_line_and_status_2(desk: Path, arguments: list[str], message: str) -> None:
    """One line on stderr that names the place, exit status 2, and nothing written."""
    (desk / "bad.jsonl").write_text('{"id": "1", "title": "x"}\n{oops\n')
    before = run("log", "verify", cwd=desk).stdout
    done = run(*arguments, cwd=desk)
    assert done.returncode == 2, done.stdout + done.stderr
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
    assert run("log", "verify", cwd=desk).stdout == before


def test_a_dossier_with_a_duplicate_id_names_both_lines_and_loads_nothing(desk: Path) -> None:
    """Half a dossier is worse than none."""
    (desk / "pledges.toml").write_text(DOSSIER.replace('id = "toll-free"', 'id = "open-bridge"'))
    before = run("log", "verify", cwd=desk).stdout
    done = run("load", cwd=desk)
    assert done.returncode == 2
    assert "open-bridge" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert run("log", "verify", cwd=desk).stdout == before


def test_a_mistyped_key_is_named(desk: Path) -> None:
    """Table, key and what may be meant."""
    (desk / "config.toml").write_text(
        CONFIG + '[[feed]]\nname = "x"\nurl = "http://x.example"\nintervall = "1h"\n'
    )
    done = run("status", cwd=desk)
    assert done.returncode == 2
    assert "[[feed]] 'x': unknown key 'intervall' (did you mean 'interval'?)" in done.stderr


def test_match_reads_lines_and_prints_findings_with_spans(desk: Path, tmp_path: Path) -> None:
    """The words it names stand in the text at the spans it gives."""
    (desk / "watched.toml").write_text(
        DOSSIER
        + '\n[[concept]]\nname = "bridge"\nvariants = ["harbour bridge"]\n'
        + '\n[[watch]]\nfor = ["open-bridge"]\nobject = ["bridge"]\nfulfils = ["open -> <bridge>"]\n'
    )
    document = {
        "id": "d1",
        "title": "Mayor opens harbour bridge",
        "published": "2024-05-20",
        "url": "http://x.example/1",
    }
    (desk / "in.jsonl").write_text(json.dumps(document) + "\n\n")
    done = run("match", "--dossier", "watched.toml", "--input", "in.jsonl", cwd=desk)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(f["id"], f["commitment"], f["relation"], f["factuality"]) for f in found] == [
        ("d1", "open-bridge", "fulfils", "actual")
    ]
    assert [document["title"][start:end] for start, end in found[0]["spans"]] == found[0]["words"]


def test_feeds_parse_tells_a_file_without_a_feed_from_one_with(desk: Path) -> None:
    """One object per file, also where there is no feed in it."""
    (desk / "good.xml").write_text(
        '<rss version="2.0"><channel><title>T</title>'
        "<item><guid>1</guid><title>A</title></item></channel></rss>"
    )
    (desk / "bad.xml").write_bytes(bytes(range(256)))
    told = json.loads(run("feeds", "parse", "good.xml", "bad.xml", "--format", "json", cwd=desk).stdout)
    assert [sorted(row) for row in told] == [["entries", "error", "file", "salvaged", "title"]] * 2
    assert [len(row["entries"]) for row in told] == [1, 0]
    assert told[0]["error"] is None
    assert told[1]["error"]


def test_init_makes_a_desk_that_works_and_overwrites_nothing(tmp_path: Path) -> None:
    """The default config and dossier load as they are; a second init refuses."""
    assert run("init", "desk", cwd=tmp_path).returncode == 0
    loaded = run("load", cwd=tmp_path / "desk")
    assert loaded.returncode == 0, loaded.stderr
    again = run("init", "desk", cwd=tmp_path)
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_help_names_every_command_and_every_command_has_help(tmp_path: Path) -> None:
    """What is listed can be called, with a help of its own."""
    told = run("--help", cwd=tmp_path).stdout
    for name in COMMANDS:
        assert name in told
    done = run("status", "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "--known-at" in done.stdout
