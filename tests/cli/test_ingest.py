"""`tracker ingest` as an analyst meets it: what is told, what is taken, and what a kill leaves."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tracker
from tests.cli.test_cli import run
from tests.examples import examples
from tests.rounds.test_archive_rounds import desk, held

MEASURED = """
import resource, sys
from tracker.cli import main
try:
    main(["ingest", *sys.argv[1:]])
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)  # kB on Linux
"""
COMMAND = [sys.executable, "-m", "tracker.cli", "ingest"]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a config and a dossier."""
    return desk(tmp_path / "desk", "tracker.sqlite3").parent


def archive(path: Path, count: int, *, days: int = 20, body: str = "Cars crossed on Monday.") -> None:
    """JSON lines of two papers, some days of June and July 2024 in no order."""
    with path.open("w") as out:
        for number in range(count):
            day = number * 7 % days
            title = f"Port authority opens harbour bridge, part {number}" if number % 50 == 1 else "Rain"
            line = {
                "title": title,
                "guid": str(number),
                "body": f"{number} {body}",
                "publisher": ("herald", "gazette")[number // 2 % 2],
                "published": f"2024-0{6 + day // 28}-{1 + day % 28:02}T08:00Z",
            }
            out.write(json.dumps(line) + "\n")


def test_the_last_line_says_what_was_new(here: Path) -> None:
    """And taken again, nothing is; several files may be of several formats."""
    archive(here / "a.jsonl", 10)
    (here / "b.csv").write_text("title,published\nBread,2024-06-03\n")
    for new in (11, 0):
        done = run("ingest", "a.jsonl", "b.csv", cwd=here)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"{new} new of 11 records from 2 files; the log is at ")
    with tracker.open(here / "config.toml") as t:
        assert {document.feed for document in t.documents()} == {"archive/a", "archive/b"}


def test_bad_records_are_told_and_the_others_taken(here: Path) -> None:
    """Twenty one by one and then the count; the exit status says so."""
    lines = ['{"title": "good"}', *('{"titel": "x"}' for _ in range(30)), '{"title": "too"}']
    (here / "a.jsonl").write_text("\n".join(lines))
    done = run("ingest", "a.jsonl", cwd=here)
    told = done.stderr.splitlines()
    assert (done.returncode, len(told)) == (2, 21)
    assert told[0].startswith("a.jsonl:2: unknown field 'titel' (did you mean 'title'?)")
    assert told[-1] == "and 10 more; --dry-run names all"
    assert done.stdout == "2 new of 2 records from 1 file; the log is at 2; 30 bad records were left out\n"


def test_a_dry_run_tells_all_and_writes_nothing(here: Path) -> None:
    """Every bad record, whatever the count; the log stays empty."""
    (here / "a.jsonl").write_text("\n".join(['{"title": "good"}', *("{" for _ in range(30))]))
    done = run("ingest", "--dry-run", "a.jsonl", cwd=here)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 30)
    assert done.stdout == "1 records in 1 file; nothing was written; 30 bad records were left out\n"
    with tracker.open(here / "config.toml") as t:
        assert (t.head(), list(t.documents())) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("a.jsonl", "missing.csv"), "missing.csv: cannot be read: No such file or directory"),
        (("a.jsonl", "unfit.csv"), "unfit.csv:1: unknown field 'headline'"),
        (("a.jsonl", "."), ".: cannot be read: Is a directory"),
        (("--map", "headline", "a.jsonl"), "write a name of theirs and one of ours"),
        (("--map", "headline=titel", "a.jsonl"), "did you mean 'title'"),
        (("--feed", "f" * 101, "a.jsonl"), "--feed: 'ffff"),
        (("--zone", "Seoul", "a.jsonl"), "use an IANA name"),
        (("--format", "xml", "a.jsonl"), "'jsonl', 'csv', 'feed'"),
        ((), "Missing argument"),
    ],
)
def test_a_wrong_call_is_one_line_and_writes_nothing(
    here: Path, arguments: tuple[str, ...], told: str
) -> None:
    """Before anything is read: also a second file that is nothing of ours."""
    archive(here / "a.jsonl", 2)
    (here / "unfit.csv").write_text("headline\nx\n")
    done = run("ingest", *arguments, cwd=here)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert told in done.stderr
    with tracker.open(here / "config.toml") as t:
        assert t.head() == 0


def test_a_table_of_somebody_elses_names_is_taken(here: Path) -> None:
    """By `--map` and `--ignore-unknown`, with zone, feed and publisher of ours."""
    (here / "a.txt").write_text("Headline;Day;Tags\nBread;2024-06-03;x\n")
    options = (
        "--map",
        "headline=title",
        "--map",
        "day=published",
        "--ignore-unknown",
        "--zone",
        "Asia/Seoul",
    )
    named = ("--feed", "press", "--publisher", "herald", "--format", "csv")
    assert run("ingest", *options, *named, "a.txt", cwd=here).returncode == 0
    with tracker.open(here / "config.toml") as t:
        (document,) = t.documents()
        assert (document.feed, document.publisher) == ("press", "herald")
        assert (str(document.published), document.published_given) == (
            "2024-06-02 15:00:00+00:00",
            "2024-06-03",
        )


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input_is_an_archive(here: Path, name: str) -> None:
    """Also as a pipe that has a name, which is not read to try."""
    given_lines = b'{"title": "x"}\n{"title": "y"}\n'
    done = subprocess.run([*COMMAND, name], cwd=here, input=given_lines, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"2 new of 2 records")


def test_a_replay_refuses_a_log_of_today(here: Path) -> None:
    """One line with the mend, and nothing is written."""
    archive(here / "a.jsonl", 4)
    assert run("load", cwd=here).returncode == 0
    done = run("ingest", "--replay", "a.jsonl", cwd=here)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "name a new [tracker] database" in done.stderr
    with tracker.open(here / "config.toml") as t:
        assert list(t.documents()) == []


def test_a_replay_knows_each_day_and_runs_once(here: Path) -> None:
    """Day by day as known then; a record without a date is told before anything is written."""
    archive(here / "a.jsonl", 100, days=10)
    with (here / "a.jsonl").open("a") as out:
        out.write('{"title": "undated"}\n')
    for new in (100, 0):
        done = run("ingest", "--replay", "a.jsonl", cwd=here)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "a.jsonl:101: no date" in done.stderr
        assert f"{new} new of 100 records" in done.stdout
    status = run("status", "--known-at", "2024-06-07", "--format", "json", cwd=here).stdout
    assert (json.loads(status)[0]["status"], json.loads(status)[0]["to_review"]) == ("pending", 0)
    assert json.loads(run("status", "--format", "json", cwd=here).stdout)[0]["status"] == "fulfilled"


@pytest.mark.parametrize("is_replay", [False, True])
def test_killed_in_the_middle_it_goes_on_when_called_again(
    tmp_path: Path, shared_url: str, is_replay: bool
) -> None:
    """SIGKILL three times; in the end there are the documents and findings of an undisturbed run."""
    configs = [desk(tmp_path / "killed", shared_url), desk(tmp_path / "whole", "whole.sqlite3")]
    for config in configs:
        archive(config.parent / "a.jsonl", 300, days=8)
        if not is_replay:
            assert run("load", cwd=config.parent).returncode == 0
    command = [*COMMAND, *(["--replay"] if is_replay else []), "a.jsonl"]
    for enough in (1, 90, 180):
        process = subprocess.Popen(command, cwd=configs[0].parent, stdout=subprocess.DEVNULL)
        with tracker.open(configs[0]) as t:
            deadline = time.monotonic() + 60
            while sum(1 for _ in t.documents()) < enough and process.poll() is None:
                assert time.monotonic() < deadline
                time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    arguments = command[command.index("ingest") :]
    for config in configs:
        assert run(*arguments, cwd=config.parent).returncode == 0
    with tracker.open(configs[0]) as killed, tracker.open(configs[1]) as whole:
        if is_replay:
            assert held(killed) == held(whole)
        found = [
            (
                [(d.number, d.hash, d.guid, d.version, d.published) for d in t.documents()],
                [f.id for f in t.log(types=["FindingMade"])],
                [(c.status, c.since, c.to_review) for c in t.board()],
            )
            for t in (killed, whole)
        ]
        assert found[0] == found[1]
        assert len(found[0][0]) == 300
        assert found[0][1]


@pytest.mark.parametrize("option", [pytest.param("--ignore-unknown", marks=pytest.mark.torture), "--replay"])
def test_memory_does_not_grow_with_the_archive(here: Path, option: str) -> None:
    """24 megabytes of texts cost what six do, once a batch is full: 9 MB of difference at the most."""
    (here / "config.toml").write_text((here / "config.toml").read_text() + "\n[fetch]\nmax_bytes = 100000\n")
    peaks = []
    for count in (300, 1200):
        archive(here / "a.jsonl", count, days=3, body="word" * 5000)
        (here / "tracker.sqlite3").unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, option, "a.jsonl"], cwd=here, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        peaks.append(int(done.stderr))
    assert peaks[1] - peaks[0] < 9_000, peaks


@examples(20, deadline=None)
@given(
    content=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)), replay=st.booleans()
)
def test_whatever_the_bytes_it_says_at_most_a_line_for_each(content: bytes, replay: bool) -> None:
    """Exit status 0 or 2, and never our mistake."""
    with TemporaryDirectory() as folder:
        config = desk(Path(folder) / "desk", "tracker.sqlite3")
        (config.parent / "archive").write_bytes(content)
        done = run("ingest", *(["--replay"] if replay else []), "archive", cwd=config.parent)
    assert done.returncode in (0, 2)
    assert "our mistake" not in done.stderr
    assert done.stderr.count("\n") <= content.count(b"\n") + 1
