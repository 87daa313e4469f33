"""Parsing in a process of its own: cheap for the many, stopped for the one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tracker.errors import ParseFailed
from tracker.feeds.parse import parse
from tracker.feeds.worker import ParseWorker, ParseWorkers

FEED = (
    b"<rss version='2.0'><channel><item><title>Kept</title>"
    b"<pubDate>2018-05-10</pubDate></item></channel></rss>"
)
# Thousands of open tags that never close: well below the size cap, and slow to read.
SLOW = b"<rss version='2.0'><channel><item>" + b"<a>&x;" * 400_000


def child_of(worker: ParseWorker) -> int:
    child = worker._child
    assert child is not None
    return child.pid


def test_the_answer_is_the_parsers() -> None:
    """Entries, and failures with their line, come through unchanged."""
    with ParseWorker() as worker:
        arguments = {"base_url": "https://news.example/", "max_entries": 5, "zone": "Asia/Seoul"}
        assert worker.parse(FEED, **arguments) == parse(FEED, **arguments)  # type: ignore[arg-type]
        with pytest.raises(ParseFailed, match="neither RSS"):
            worker.parse(b"words")


def test_one_process_serves_many_feeds() -> None:
    """A hundred feeds pay for one start."""
    with ParseWorker() as worker:
        worker.parse(FEED)
        first, started = child_of(worker), time.monotonic()
        for _ in range(100):
            worker.parse(FEED)
        assert child_of(worker) == first
        assert time.monotonic() - started < 3


def test_a_parse_that_overruns_is_stopped_and_the_next_goes_on() -> None:
    """The limit ends the process, not only the waiting; the next feed gets a new one."""
    with ParseWorker(seconds=0.3) as worker:
        worker.parse(FEED)
        first, started = child_of(worker), time.monotonic()
        with pytest.raises(ParseFailed, match=r"more than 0\.3 s"):
            worker.parse(SLOW)
        assert time.monotonic() - started < 3
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
        worker.seconds = 10.0
        assert worker.parse(FEED).entries[0].title == "Kept"


def test_a_process_that_dies_is_replaced() -> None:
    """A child killed from outside costs nothing once it is seen."""
    with ParseWorker() as worker:
        worker.parse(FEED)
        os.kill(child_of(worker), signal.SIGKILL)
        time.sleep(0.1)
        assert worker.parse(FEED).entries[0].title == "Kept"


def test_threads_may_share_a_worker() -> None:
    """Answers never go to another thread's question."""
    wrong: list[str] = []

    def ask(number: int) -> None:
        for _ in range(10):
            feed = worker.parse(FEED.replace(b"Kept", b"Kept %d" % number))
            if feed.entries[0].title != f"Kept {number}":
                wrong.append(feed.entries[0].title)

    with ParseWorker() as worker:
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_script_without_a_main_guard_may_use_it(tmp_path: Path) -> None:
    """The child does not run the user's script again."""
    script = tmp_path / "script.py"
    script.write_text(
        "from tracker.feeds.worker import ParseWorker\n"
        "print('once')\n"
        f"with ParseWorker() as worker:\n    print(worker.parse({FEED!r}).entries[0].title)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.stdout.split() == ["once", "Kept"]


def test_ctrl_c_in_the_terminal_is_for_the_parent_alone(tmp_path: Path) -> None:
    """It goes to every process of the terminal; the child must not answer it with a traceback."""
    script = tmp_path / "script.py"
    script.write_text(
        "import os, signal, threading, time\n"
        "from tracker.feeds.worker import ParseWorker\n"
        "signal.signal(signal.SIGINT, lambda *_: None)\n"
        "def insist():\n"
        "    for _ in range(100):\n"
        "        os.killpg(os.getpgrp(), signal.SIGINT)\n"
        "        time.sleep(0.01)\n"
        "threading.Thread(target=insist, daemon=True).start()\n"
        "with ParseWorker() as worker:\n"
        f"    print(len(worker.parse({FEED!r}).entries))\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, start_new_session=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_of_several_workers_one_more_is_started_only_when_all_are_busy() -> None:
    """One after another is one process; a feed that takes long holds up only its own."""
    with ParseWorkers(seconds=2.0, count=2) as workers:
        for _ in range(3):
            workers.parse(FEED)
        assert [worker._child is not None for worker in workers._all] == [True, False]
        complaints: list[str] = []

        def overrun() -> None:
            with pytest.raises(ParseFailed) as told:
                workers.parse(SLOW)
            complaints.append(str(told.value))

        slow = threading.Thread(target=overrun)
        slow.start()
        time.sleep(0.3)
        assert workers.parse(FEED).entries[0].title == "Kept"
        assert complaints == []
        slow.join()
        assert complaints == ["parsing took more than 2 s and was stopped"]


def test_a_child_whose_parent_was_killed_says_nothing() -> None:
    """Not even where it is about to answer, or has only just begun."""
    asks = (
        "from tracker.feeds.worker import ParseWorker; import os, signal, subprocess\n"
        "class Asking(subprocess.Popen):\n"
        "    def __init__(self, *a, **k):\n"
        "        super().__init__(*a, **k)\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "subprocess.Popen = Asking\n"
        "ParseWorker().parse(b'')"
    )
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
