"""The demo is the proof: half a year replayed, and the board says what history says."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import tracker
from tests.cli import test_cli as cli
from tests.cli.test_cli import Done
from tests.demos import copy_of_demo
from tracker.cli.demo import MARK, _fresh
from tracker.cli.demo_feeds import SavedFeed, serve
from tracker.resources import resource

COMMAND = [sys.executable, "-m", "tracker.cli"]


def run(*arguments: str, cwd: Path) -> Done:
    """`tracker …`, which must end well."""
    done = cli.run(*arguments, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def run_demo(*arguments: str, cwd: Path) -> None:
    """`tracker demo …` as a process of its own, which must end well."""
    command = [*COMMAND, "demo", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `tracker demo` leaves."""
    return copy_of_demo("korea-2018", tmp_path_factory, tmp_path_factory.mktemp("demo") / "korea")


BOARD = {
    "dprk-release-detainees": ("fulfilled", "fulfilled"),
    "dprk-release-detainees-kim-dong-chul": ("fulfilled", "fulfilled"),
    "dprk-release-detainees-kim-sang-duk": ("fulfilled", "fulfilled"),
    "dprk-release-detainees-kim-hak-song": ("fulfilled", "fulfilled"),
    "dprk-pause-tests": ("pending", "active"),
    "dprk-moratorium-icbm": ("pending", "active"),
    "dprk-shut-test-site": ("pending", "active"),
    "us-dprk-summit": ("pending", "active"),
    "us-rok-resume-exercises": ("fulfilled", "fulfilled"),
    "koreas-hotline": ("fulfilled", "fulfilled"),
    "koreas-april-summit": ("fulfilled", "fulfilled"),
    "koreas-olympic-march": ("fulfilled", "fulfilled"),
    "dprk-denuclearize": ("pending", "conditional"),
    "us-security-guarantee": ("pending", "proposed"),
    "freeze-for-freeze": ("pending", "proposed"),
    "dprk-statement-1992": ("violated", "violated"),
}


def status(demo: Path, *arguments: str) -> dict[str, dict[str, object]]:
    """`tracker status --format json`, by id."""
    rows = json.loads(run("status", "--format", "json", *arguments, cwd=demo).stdout)
    return {row["id"]: row for row in rows}


def test_the_board_of_10_may_2018_says_what_history_says(demo: Path) -> None:
    """Every line of the expected board holds, from documents alone."""
    board = status(demo, "--as-of", "2018-05-10")
    assert {name: (board[name]["status"], board[name]["state"]) for name in BOARD} == BOARD


def test_the_detainees_are_free_since_the_9th_not_since_the_prediction(demo: Path) -> None:
    """ "Will be freed today" on the 3rd frees nobody; 3 of 3 are free since the 9th."""
    assert str(status(demo, "--as-of", "2018-05-08")["dprk-release-detainees"]["status"]) == "pending"
    row = status(demo, "--as-of", "2018-05-10")["dprk-release-detainees"]
    assert row["since"] == "2018-05-09"
    with tracker.open(demo / "config.toml") as t:
        assert t.commitment("dprk-release-detainees", as_of="2018-05-10").extent == (3, 3)


def test_statements_without_clause_or_act_are_unrateable_and_1992_is_broken_since_2006(demo: Path) -> None:
    """No verdict where none is possible; a settled one has its date."""
    board = status(demo, "--as-of", "2018-05-10")
    for year in ("1972", "2000", "2007"):
        assert "unrateable" in str(board[f"koreas-statement-{year}"]["flags"])
    assert board["dprk-statement-1992"]["since"] == "2006-10-09"


def test_the_world_of_7_march_as_known_on_7_march(demo: Path) -> None:
    """That day's knowledge: nobody freed, the pause relayed, no moratorium, no promise to shut the site."""
    board = status(demo, "--as-of", "2018-03-07", "--known-at", "2018-03-07")
    assert board["dprk-release-detainees"]["status"] == "pending"
    assert (board["dprk-pause-tests"]["status"], board["dprk-pause-tests"]["state"]) == (
        "pending",
        "proposed",
    )
    assert "dprk-moratorium-icbm" not in board
    assert "dprk-shut-test-site" not in board
    with tracker.open(demo / "config.toml") as t:
        pause = t.commitment("dprk-pause-tests", as_of="2018-03-07", known_at="2018-03-07")
        assert (pause.voice, pause.told_by) == ("relayed", "rok")


def test_the_end_of_the_story_stands_in_the_log_too(demo: Path) -> None:
    """After 15 June: the site demolished, the summit held though it had been called off in between."""
    board = status(demo, "--as-of", "2018-06-15")
    assert board["dprk-shut-test-site"]["status"] == "fulfilled"
    assert board["dprk-shut-test-site"]["since"] == "2018-05-24"
    assert board["us-dprk-summit"]["status"] == "fulfilled"
    with tracker.open(demo / "config.toml") as t:
        assert "violated" in [step.state for step in t.history("us-dprk-summit")]


def test_explain_names_verdict_rule_documents_publishers_grades_and_words(demo: Path) -> None:
    """The words that it prints stand in the documents that it names."""
    told = run("explain", "dprk-release-detainees", cwd=demo).stdout
    with tracker.open(demo / "config.toml") as t:
        reasons = t.explain("dprk-release-detainees").reasons
    quotes = [quote for reason in reasons for quote in reason.findings]
    assert len({quote.origin for quote in quotes}) >= 2
    assert "Fulfilled" in told or "fulfilled" in told
    for quote in quotes:
        assert quote.publisher in told
        assert quote.grade in told
        assert all(word in quote.text and word in told for word in quote.words)
    assert all(reason.rule for reason in reasons)


def test_a_second_poll_of_unchanged_feeds_adds_no_event(demo: Path) -> None:
    """The folder that the demo leaves polls its own feed files, and finds nothing new in them."""
    with tracker.open(demo / "config.toml") as t:
        names = [feed.name for feed in t.feed_settings]
        documents = [feed.documents for feed in t.feeds()]
    run("poll", *names, cwd=demo)  # under the real clock: deadlines of 2018 have passed since
    with tracker.open(demo / "config.toml") as t:
        head = t.head()
    run("poll", *names, cwd=demo)
    with tracker.open(demo / "config.toml") as t:
        assert t.head() == head
        assert [feed.documents for feed in t.feeds()] == documents
        assert not [feed.error for feed in t.feeds() if feed.error]


def test_the_log_of_the_demo_verifies_and_is_bracketed(demo: Path) -> None:
    """A replay is marked in the log from begin to end, and the chain holds."""
    run("log", "verify", cwd=demo)
    with tracker.open(demo / "config.toml") as t:
        types = [type(fact.event).__name__ for fact in t.log(stream="tracker")]
    assert types[0] == "LogStarted"
    assert types[-1] == "ReplayEnded"
    assert "ReplayStarted" in types


def test_the_digest_is_there_as_mail_and_as_page(demo: Path) -> None:
    """Both files hold the name of what changed."""
    assert b"Message-ID" in (demo / "digest.eml").read_bytes()
    assert "<html" in (demo / "digest.html").read_text(encoding="utf-8")


SMALLER = ("--dossier", "norvex-climate")  # takes a quarter of the time


@pytest.mark.parametrize("seconds", [0.7, 1.6])
def test_a_demo_killed_at_any_moment_runs_again(tmp_path: Path, seconds: float) -> None:
    """SIGKILL in the middle leaves nothing in the way of the next run."""
    process = subprocess.Popen(
        [*COMMAND, "demo", *SMALLER, "--out", "norvex"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    run_demo(*SMALLER, "--out", "norvex", cwd=tmp_path)
    assert status(tmp_path / "norvex")["norvex-close-aldwick"]["status"] == "fulfilled"


def test_demo_does_not_touch_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    """A folder with other files in it is refused with one line, and left as it was."""
    (tmp_path / "korea").mkdir()
    (tmp_path / "korea" / "thesis.txt").write_text("years of work")
    done = cli.run("demo", "--out", "korea", cwd=tmp_path)
    assert done.returncode == 2
    assert "no demo made" in done.stderr
    assert (tmp_path / "korea" / "thesis.txt").read_text() == "years of work"


def test_a_violation_recorded_and_taken_back_on_two_time_axes(demo: Path, tmp_path: Path) -> None:
    """A launch of 25 April entered today: violated for 1 May, pending as known on 1 May; retracted, both are
    pending, and both events stay."""
    desk = tmp_path / "korea"
    shutil.copytree(demo, desk)
    asked = ("--as-of", "2018-05-01")
    then = (*asked, "--known-at", "2018-05-01")
    done = run(
        "record",
        "dprk-pause-tests",
        "violated",
        "--occurred",
        "2018-04-25",
        "--because",
        "a launch",
        cwd=desk,
    )
    event = done.stdout.split()[2]
    assert status(desk, *asked)["dprk-pause-tests"]["status"] == "violated"
    assert status(desk, *then)["dprk-pause-tests"]["status"] == "pending"
    run("retract", event, "--reason", "it was an exercise", cwd=desk)
    assert status(desk, *asked)["dprk-pause-tests"]["status"] == "pending"
    assert status(desk, *then)["dprk-pause-tests"]["status"] == "pending"
    shown = run("show", "dprk-pause-tests", "--all", cwd=desk).stdout
    assert event in shown
    assert "RETRACTED" in shown
    assert "it was an exercise" in shown


def test_a_verdict_loses_its_support_when_its_evidence_is_taken_back(demo: Path, tmp_path: Path) -> None:
    """It stands, flagged, in the inbox; as known before, it is as it was; explain shows what is gone."""
    desk = tmp_path / "korea"
    shutil.copytree(demo, desk)
    name = "dprk-release-detainees-kim-dong-chul"
    with tracker.open(desk / "config.toml") as t:
        (reason,) = t.explain(name).reasons
        origins = {quote.origin for quote in reason.findings}
        assert len(origins) > 1
        kept = next(quote.origin for quote in reason.findings)
        before = t.commitment(name)
        for quote in reason.findings:
            if quote.origin != kept:
                assert t.commitment(name).flags == ()
                t.review_reject(quote.id, "withdrawn by its publisher")
        after = t.commitment(name)
        assert (after.status, after.flags) == ("fulfilled", ("unsupported",))
        assert [item.kind for item in t.inbox() if item.commitment == name] == ["unsupported"]
        assert t.commitment(name, known_at="2018-06-20") == before
    assert "taken back" in run("explain", name, cwd=desk).stdout


def test_no_evidence_from_after_the_day_that_is_asked_about(demo: Path) -> None:
    """On 8 May nobody had been freed, and nothing that happened on the 9th speaks for or against it."""
    with tracker.open(demo / "config.toml") as t:
        told = t.explain("dprk-release-detainees-kim-dong-chul", as_of="2018-05-08")
        for quote in (*told.against, *told.waiting):
            assert quote.occurred is None or str(quote.occurred) <= "2018-05-08"
        later = t.explain("dprk-release-detainees-kim-dong-chul", as_of="2018-05-09")
        assert any(
            str(quote.occurred) == "2018-05-09" for reason in later.reasons for quote in reason.findings
        )


def test_the_years_after_can_be_loaded_into_the_folder_of_the_demo(demo: Path, tmp_path: Path) -> None:
    """The dossier goes on to 2019: loaded under today's clock, it adds what came later, and the verdicts that
    the documents had given stay theirs."""
    desk = tmp_path / "korea"
    shutil.copytree(demo, desk)
    then = status(desk, "--as-of", "2018-06-15")
    with tracker.open(desk / "config.toml") as t:
        by_policy = [reason.id for reason in t.explain("us-dprk-summit").reasons]
    assert "dprk-return-remains" in then
    assert "us-dprk-second-summit" not in then
    run("load", cwd=desk)
    board = status(desk, "--as-of", "2019-03-31")
    assert board["us-dprk-second-summit"]["status"] == "fulfilled"
    assert board["dprk-return-remains"]["since"] == "2018-07-27"
    for name, (word, state) in BOARD.items():
        row = status(desk, "--as-of", "2018-05-10")[name] if word == "pending" else board[name]
        assert (row["status"], row["state"]) == (word, state)
    with tracker.open(desk / "config.toml") as t:
        assert [reason.id for reason in t.explain("us-dprk-summit").reasons] == by_policy


def test_a_demo_killed_while_it_puts_its_folder_in_place_runs_again(tmp_path: Path) -> None:
    """Killed before any single rename or removal, the next run takes what it finds for a demo's."""
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from tracker.cli.demo import _publish\n"
        "left = int(sys.argv[1])\n"
        "def killer(event, arguments):\n"
        "    global left\n"
        "    if event in ('os.rename', 'os.remove', 'os.rmdir'):\n"
        "        left -= 1\n"
        "        if left < 0:\n"
        "            os.kill(os.getpid(), 9)\n"
        "sys.addaudithook(killer)\n"
        "_publish(Path(sys.argv[2]), Path(sys.argv[3]))\n"
    )
    out = tmp_path / "korea"
    for step in range(100):
        work = _fresh(out)
        for folder in (work, out):
            folder.mkdir(exist_ok=True)
            for name in (MARK, "config.toml", "tracker.sqlite3", "digest.eml"):
                (folder / name).touch()
        done = subprocess.run([sys.executable, "-c", script, str(step), str(work), str(out)])
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert 1 < step < 99
    assert sorted(path.name for path in tmp_path.iterdir()) == ["korea"]


def test_the_demo_does_not_pull_the_folder_away_from_under_the_user(tmp_path: Path) -> None:
    """The folder is made anew, so it cannot be the one the user is in, nor one above."""
    (tmp_path / "deep").mkdir()
    (tmp_path / MARK).touch()
    for place in (".", "..", str(tmp_path)):
        done = cli.run("demo", "--out", place, cwd=tmp_path / "deep")
        assert done.returncode == 2, done.stderr
        assert done.stderr == f"tracker: {Path(place)}: you are in it; name another folder with --out\n"
    assert (tmp_path / "deep").is_dir()


def test_the_demo_follows_a_link_to_its_folder(tmp_path: Path) -> None:
    """The link stays, and the demo is where it leads."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "norvex").symlink_to("disk")
    run_demo(*SMALLER, "--out", "norvex", cwd=tmp_path)
    assert (tmp_path / "norvex").is_symlink()
    assert (tmp_path / "disk" / "tracker.sqlite3").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["disk", "norvex"]


def test_a_visitor_who_leaves_in_the_middle_is_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C cuts the poller's connections; the demo's server must not answer it with a traceback."""
    feed = SavedFeed(resource("seeds/korea-2018/daily-buzz.xml"))
    with serve({"buzz": feed}, lambda: datetime(2018, 5, 1, tzinfo=UTC)) as address:
        threads = threading.active_count()
        where = urlsplit(address)
        visitor = socket.create_connection((where.hostname or "", where.port or 0))
        visitor.sendall(b"GET /buzz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert visitor.recv(100).startswith(b"HTTP/1.1 200")
        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        visitor.close()  # with a reset, and not with a goodbye
        while threading.active_count() > threads:
            time.sleep(0.01)
    assert capsys.readouterr().err == ""


def test_ctrl_c_ends_the_demo_with_130_and_without_a_word(tmp_path: Path) -> None:
    """At any time, to the whole terminal, as a shell sends it."""
    for seconds in (1.0, 2.5):
        process = subprocess.Popen(
            [*COMMAND, "demo"], cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        _, complaint = process.communicate(timeout=30)
        assert (process.returncode, complaint.strip()) == (130, "")
