"""What a stranger does first: no command, half a pipe, a wrong filter; each ends as a shell expects."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.api.test_api import DOSSIER
from tests.cli.test_cli import CONFIG, run


@pytest.mark.parametrize("arguments", [[], ["feeds"], ["log"]])
def test_without_a_command_the_help_comes_as_it_is_laid_out(arguments: list[str], tmp_path: Path) -> None:
    """On stderr with status 2, line by line, and not squeezed into one."""
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Usage: tracker")
    assert len(done.stderr.splitlines()) > 5


def test_a_reader_that_has_seen_enough_is_no_failure(tmp_path: Path) -> None:
    """`tracker load | head -1` ends with status 0 and without a word, as in any pipeline."""
    (tmp_path / "config.toml").write_text(CONFIG)
    seed = Path(__file__).resolve().parents[2] / "seeds" / "korea-2018.toml"
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker.cli", "load", str(seed)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (0, b"")
    assert run("status", "dprk-denuclearize", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("[run]\nevry = '1m'", "[run]: unknown key 'evry' (did you mean 'every'?)"),
        ("[smtp]\nprot = 25", "[smtp]: unknown key 'prot' (did you mean 'port'?)"),
        ("[smtp]\nport = 70000", "[smtp]: port: 70000 is no port"),
        ("[policy]\norigins = 0", "[policy]: origins: 0 must be at least 1"),
        ("[policy]\nconfidence = nan", "[policy]: confidence: nan must be from 0 to 1"),
        ("[policy]\nreliability = 'F'", "[policy]: reliability: F means 'cannot be judged'"),
        ("[[digest]]\nname = 'daily'\nwhen = '07:00'", "[[digest]] 'daily': unknown key 'when'"),
    ],
)
def test_every_table_is_checked_by_every_command(table: str, message: str, tmp_path: Path) -> None:
    """A mistyped key does not wait for the first mail of the night; and no database is made before."""
    (tmp_path / "config.toml").write_text(CONFIG + table)
    done = run("status", cwd=tmp_path)
    assert done.returncode == 2
    assert f"tracker: config.toml: {message}" in done.stderr
    assert not (tmp_path / "tracker.sqlite3").exists()


def test_match_reads_half_a_surrogate_pair_as_a_question_mark(tmp_path: Path) -> None:
    """JSON can hold what no output can; the spans are still those of the text that came in."""
    (tmp_path / "watched.toml").write_text(
        DOSSIER
        + '\n[[concept]]\nname = "bridge"\nvariants = ["harbour bridge"]\n'
        + '\n[[watch]]\nfor = ["open-bridge"]\nobject = ["bridge"]\nfulfils = ["open -> <bridge>"]\n'
    )
    (tmp_path / "in.jsonl").write_text(r'{"id": "\ud83d", "title": "\ud83d Mayor opens the harbour bridge"}')
    done = run("match", "--dossier", "watched.toml", "--input", "in.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (found,) = map(json.loads, done.stdout.splitlines())
    assert (found["id"], found["words"]) == ("?", ["opens", "harbour bridge"])
    assert found["spans"] == [[8, 13], [18, 32]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "kept"], "'kept' is no status and no state; write one of pending, fulfilled, violated"),
        (["--party", "voter"], "no commitment names a party 'voter' (did you mean 'voters'?)"),
        (["--party", "VOTERS"], "(did you mean 'voters'?)"),
    ],
)
def test_a_filter_that_fits_nothing_ever_is_a_mistake(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    """An empty board would be the wrong answer to a slip of the hand."""
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "pledges.toml").write_text(DOSSIER)
    assert run("load", cwd=tmp_path).returncode == 0
    done = run("status", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_an_empty_board_says_load_only_where_nothing_was_loaded(tmp_path: Path) -> None:
    """Before the first promise was made there is nothing to show, and nothing to load either."""
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "pledges.toml").write_text(DOSSIER)
    assert "`tracker load` takes a dossier in" in run("status", cwd=tmp_path).stdout
    assert run("load", cwd=tmp_path).returncode == 0
    for early in (["--as-of", "1999-01-01"], ["--party", "voters", "--known-at", "1999-01-01"]):
        assert run("status", *early, cwd=tmp_path).stdout.splitlines()[1:] == ["nothing to show"]


def test_a_narrow_terminal_breaks_no_word(tmp_path: Path) -> None:
    """Ids and states can be read and copied at any width; only sentences are folded."""
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "pledges.toml").write_text(DOSSIER.replace("open-bridge", "open-the-old-harbour-bridge"))
    assert run("load", cwd=tmp_path).returncode == 0
    for columns in ("40", "80", "200"):
        terminal, side = pty.openpty()
        command = [sys.executable, "-m", "tracker.cli", "status"]
        environment = {**os.environ, "COLUMNS": columns, "TERM": "dumb"}
        subprocess.run(command, cwd=tmp_path, stdout=side, stdin=side, env=environment, check=True)
        os.close(side)
        told = os.read(terminal, 10_000).decode()
        os.close(terminal)
        for word in ("open-the-old-harbour-bridge", "pending", "conditional", "2024-02-01", "government"):
            assert word in told.split(), told


def test_a_feed_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    """It is not one more file without a feed in it, and no rows are printed about it."""
    (tmp_path / "good.xml").write_text("<rss version='2.0'><channel><title>T</title></channel></rss>")
    for name in ("missing.xml", "."):
        done = run("feeds", "parse", "good.xml", name, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert name in done.stderr and len(done.stderr.splitlines()) == 1


def test_feeds_list_tells_the_address_of_the_config(tmp_path: Path) -> None:
    """Also where the last visit was to another one."""
    feed = "[[feed]]\nname = 'x'\nurl = '{}'\n"
    for url in ("old.xml", "new.xml"):
        (tmp_path / "config.toml").write_text(CONFIG + feed.format(url))
        if url == "old.xml":
            assert run("poll", cwd=tmp_path).returncode == 0
    (row,) = json.loads(run("feeds", "list", "--format", "json", cwd=tmp_path).stdout)
    assert row["url"] == "new.xml"


def test_poll_says_why_it_leaves_a_named_feed_alone(tmp_path: Path) -> None:
    """Named and yet not visited: another process has it, and there is no other way to say so."""
    (tmp_path / "config.toml").write_text(CONFIG + "[[feed]]\nname = 'x'\nurl = 'x.xml'\n")
    assert run("poll", cwd=tmp_path).returncode == 0
    with closing(sqlite3.connect(tmp_path / "tracker.sqlite3")) as raw, raw:
        raw.execute("UPDATE feeds SET lease_until = next_at * 2")
    assert "no feed is due; name one to poll it now" in run("poll", cwd=tmp_path).stdout
    assert "another process is visiting it; try again in a minute" in run("poll", "x", cwd=tmp_path).stdout
