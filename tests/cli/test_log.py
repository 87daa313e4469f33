"""`tracker log` as an operator meets it: checkpoints, verification, and the log as a file."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_cli import CONFIG, desk, run

__all__ = ["desk"]  # the fixture

TRACKER = [sys.executable, "-m", "tracker.cli"]


def told(*arguments: str, cwd: Path) -> str:
    """What a command prints that succeeds."""
    done = run("log", *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(*arguments: str, cwd: Path, status: int = 2) -> str:
    """The one line of a command that fails with this status."""
    done = run("log", *arguments, cwd=cwd)
    assert done.returncode == status, done.stdout + done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def grow(desk: Path) -> None:
    """Record one more fact."""
    done = run(
        "record", "no-new-tax", "violated", "--occurred", "2024-03-15", "--because", "a levy", cwd=desk
    )
    assert done.returncode == 0, done.stderr


def tamper(desk: Path, statement: str) -> None:
    """Change the database behind the tracker's back."""
    with sqlite3.connect(desk / "tracker.sqlite3") as connection:
        connection.execute(statement)
    connection.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A folder with a config, and nothing in the log."""
    folder = tmp_path / "fresh"
    folder.mkdir()
    (folder / "config.toml").write_text(CONFIG)
    return folder


def test_show_takes_known_types_only_and_an_unknown_stream_is_empty(desk: Path) -> None:
    """A mistyped type would look like a log without such events; a stream may yet begin."""
    shown = json.loads(told("show", "--type", "Accepted", "--format", "json", cwd=desk))
    assert {row["type"] for row in shown} == {"Accepted"}
    assert "no event is of type 'Acepted' (did you mean 'Accepted'?)" in refused(
        "show", "--type", "Acepted", cwd=desk
    )
    assert json.loads(told("show", "--stream", "commitment/nothing", "--format", "json", cwd=desk)) == []
    after = json.loads(told("show", "--after", "3", "--format", "json", cwd=desk))
    assert after[0]["position"] == 4


def test_a_checkpoint_is_a_line_that_verify_takes_back(desk: Path) -> None:
    """In quotes or in a file, one or several, from there on or all of it."""
    first = told("checkpoint", cwd=desk)
    grow(desk)
    second = told("checkpoint", cwd=desk)
    (desk / "checkpoints.txt").write_text(first + "\n" + second)
    at, end = first.split()[0], second.split()[0]
    assert int(end) == int(at) + 1
    held = f"the chain holds up to position {end}, hash {second.split()[2]}\n"
    assert told("verify", cwd=desk) == held
    assert told("verify", "--against", first, cwd=desk) == held + f"it contains the checkpoint of {at}\n"
    several = told("verify", "--against", "checkpoints.txt", cwd=desk)
    assert several == held + f"it contains the checkpoints of {at}, {end}\n"
    since = told("verify", "--since", first.strip(), cwd=desk)
    assert since == held.replace("holds", f"holds after position {at}")
    assert f"after position {end} " in told("verify", "--since", "checkpoints.txt", cwd=desk)


def test_a_broken_chain_is_status_1_and_names_the_position(desk: Path) -> None:
    """What is before a checkpoint is not looked at with --since, and is with --against."""
    checkpoint = told("checkpoint", cwd=desk).strip()
    grow(desk)
    tamper(desk, "UPDATE events SET recorded_by = 'nobody' WHERE position = 4")
    broken = "tracker: position 4 was changed after it was written"
    assert refused("verify", cwd=desk, status=1) == broken
    assert refused("verify", "--against", checkpoint, cwd=desk, status=1) == broken
    assert refused("export", "log.jsonl", cwd=desk, status=1) == broken
    assert not list(desk.glob("*log.jsonl*"))
    assert "the chain holds after position" in told("verify", "--since", checkpoint, cwd=desk)


def test_an_end_that_was_cut_off_is_seen_against_a_checkpoint_only(desk: Path) -> None:
    """The chain of what is left holds; the published line knows better."""
    grow(desk)
    checkpoint = told("checkpoint", cwd=desk)
    end = int(checkpoint.split()[0])
    tamper(desk, f"DELETE FROM events WHERE position = {end}")
    assert f"up to position {end - 1}" in told("verify", cwd=desk)
    for option in ("--against", "--since"):
        line = refused("verify", option, checkpoint, cwd=desk, status=1)
        assert line == f"tracker: the log ends at position {end - 1}; the checkpoint is of {end}"


def test_a_checkpoint_with_another_time_is_refused(desk: Path, fresh: Path) -> None:
    """Its hash alone is not the line that was published; it is refused wherever one is given."""
    position, time, digest = told("checkpoint", cwd=desk).split()
    told("export", "log.jsonl", cwd=desk)
    other = time.replace(time[:4], "1999", 1)
    line = f"position {position} has the hash of the checkpoint, but not its time {other}"
    for option in ("--against", "--since"):
        given = f"{position} {other} {digest}"
        assert refused("verify", option, given, cwd=desk, status=1) == f"tracker: {line}"
    imported = refused("import", str(desk / "log.jsonl"), "--against", given, cwd=fresh, status=1)
    assert imported.endswith(f"log.jsonl:{position}: {line}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "'soon' is no checkpoint; give the line that `tracker log checkpoint` printed, or a file"),
        ("empty.txt", "empty.txt: the file holds no checkpoint"),
        ("words.txt", "words.txt:2: 'so much for that' is no checkpoint"),
        ("bytes.bin", "bytes.bin: cannot be read: it is no text"),
        (".", ".: cannot be read: Is a directory"),
    ],
)
def test_what_is_no_checkpoint_is_the_users_mistake(desk: Path, text: str, message: str) -> None:
    """The line says what one looks like, or where in the file it is not."""
    (desk / "empty.txt").write_text("\n\n")
    (desk / "words.txt").write_text(told("checkpoint", cwd=desk) + "so much for that\n")
    (desk / "bytes.bin").write_bytes(b"\xff\xfe\x00")
    for arguments in (["verify", "--since", text], ["verify", "--against", text]):
        assert message in refused(*arguments, cwd=desk)


def test_since_and_against_are_two_questions(desk: Path) -> None:
    """One looks at the end of the log, the other at all of it."""
    line = told("checkpoint", cwd=desk)
    assert "give one" in refused("verify", "--since", line, "--against", line, cwd=desk)


def test_an_export_fills_a_fresh_database_with_the_same_log(desk: Path, fresh: Path) -> None:
    """Also after the board was looked at, and the file is named for what it holds."""
    checkpoint = told("checkpoint", cwd=desk)
    end = checkpoint.split()[0]
    done = told("export", "log.jsonl", cwd=desk)
    assert done == f"log.jsonl: {end} events; it ends with the checkpoint\n{checkpoint}"
    assert run("status", cwd=fresh).returncode == 0
    done = told("import", "../log.jsonl", "--against", checkpoint, cwd=fresh)
    assert done == f"{end} events imported; the log ends with the checkpoint\n{checkpoint}"
    assert told("verify", "--against", checkpoint, cwd=fresh).endswith(f"checkpoint of {end}\n")
    for arguments in (["status"], ["log", "show", "--format", "json"]):
        assert run(*arguments, cwd=fresh).stdout == run(*arguments, cwd=desk).stdout
    assert "the log is not empty, it ends at" in refused("import", "../log.jsonl", cwd=fresh)


def test_an_export_overwrites_nothing_and_leaves_no_half_of_itself(desk: Path, fresh: Path) -> None:
    """The file is there whole or not at all."""
    (desk / "log.jsonl").write_text("kept")
    before = sorted(path.name for path in desk.iterdir())
    assert "log.jsonl is there already" in refused("export", "log.jsonl", cwd=desk)
    assert (desk / "log.jsonl").read_text() == "kept"
    assert "missing/log.jsonl: cannot be written: No such" in refused("export", "missing/log.jsonl", cwd=desk)
    assert "there is nothing to export" in refused("export", "log.jsonl", cwd=fresh)
    assert sorted(path.name for path in desk.iterdir()) == before
    assert not list(fresh.glob("*log.jsonl*"))


def test_a_pipe_is_as_good_as_a_file(desk: Path, fresh: Path) -> None:
    """`tracker log export - | tracker log import -` copies a log, and adds no word to it."""
    piped = subprocess.run([*TRACKER, "log", "export"], cwd=desk, capture_output=True, check=True)
    told("export", "log.jsonl", cwd=desk)
    assert piped.stdout == (desk / "log.jsonl").read_bytes()
    command = [*TRACKER, "log", "import", "-"]
    done = subprocess.run(command, cwd=fresh, input=piped.stdout, capture_output=True, check=True)
    assert done.stdout.decode().endswith(told("checkpoint", cwd=desk))


def test_a_bad_file_is_told_with_its_line_and_imports_nothing(desk: Path, fresh: Path) -> None:
    """Status 2 where the file is no export or not all of one, 1 where its chain is broken."""
    told("export", "log.jsonl", cwd=desk)
    lines = (desk / "log.jsonl").read_text().splitlines(keepends=True)
    (fresh / "cut.jsonl").write_text("".join(lines[:-1]))
    (fresh / "changed.jsonl").write_text("".join(lines).replace('"zone":"Europe/London"', '"zone":"UTC"', 1))
    assert f"cut.jsonl:{len(lines) - 1}: the file is cut off" in refused("import", "cut.jsonl", cwd=fresh)
    assert "config.toml:1: no line of an export" in refused("import", "config.toml", cwd=fresh)
    assert "missing.jsonl: cannot be read: No such" in refused("import", "missing.jsonl", cwd=fresh)
    assert "changed.jsonl:1: position 1 was changed" in refused(
        "import", "changed.jsonl", cwd=fresh, status=1
    )
    assert told("checkpoint", cwd=fresh) == f"0 - {'0' * 64}\n"
    assert f"{len(lines)} events imported" in told("import", "../log.jsonl", cwd=fresh)
