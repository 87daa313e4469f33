"""What a daemon costs that has nothing to do: a real `tracker run` over 1,000 feeds of which none is due.

Run it with `make bench`, or by itself: `python -m benchmarks.idle --help`. The interval is the default. The
processor time is what the system counted for the process over the span; memory is its peak.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attrs import asdict, frozen

import tracker
from tracker.feeds.standing import introduce
from tracker.feeds.tables import feeds as table

SHARE = 0.01  # of a core
MEMORY = 150  # MB

CONFIG = """[tracker]
database = "tracker.sqlite3"
dossiers = ["korea-2018.toml"]
[[digest]]
name = "daily"
recipients = ["reader@example.org"]
schedule = "cron 0 0 1 1 *"
[smtp]
host = "127.0.0.1"
port = 9
"""


@frozen
class Idle:
    """`share` of a core, and the peak of memory in MB."""

    feeds: int
    seconds: float
    share: float
    megabytes: float


def idle(count: int, seconds: float) -> Idle:
    """A daemon over so many feeds that are due tomorrow, watched for so long after it has settled."""
    from tracker.resources import resource

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        feeds = "".join(
            f'[[feed]]\nname = "feed-{n}"\nurl = "https://news{n}.example/feed.xml"\n' for n in range(count)
        )
        (folder / "config.toml").write_text(CONFIG + feeds)
        (folder / "korea-2018.toml").write_bytes((resource("seeds") / "korea-2018.toml").read_bytes())
        with tracker.open(folder / "config.toml") as t:
            t.load()
            with t.database.writing() as connection:
                introduce(connection, t.feed_settings, datetime.now(UTC))
                connection.execute(table.update().values(next_at=datetime.now(UTC) + timedelta(days=1)))
        command = [sys.executable, "-m", "tracker.cli", "run", "--log", "json"]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            time.sleep(10)
            begun, before = time.monotonic(), _seconds(process.pid)
            time.sleep(seconds)
            spent, span = _seconds(process.pid) - before, time.monotonic() - begun
            peak = _peak(process.pid)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=15) == 0, (folder / "log").read_text()
        finally:
            process.kill()
            process.wait()
    return Idle(count, span, spent / span, peak)


def _seconds(pid: int) -> float:
    """The processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


def main() -> None:
    """Print the figures, and write them as JSON where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.idle", description=__doc__)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=90, help="how long to watch")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    found = idle(options.feeds, options.seconds)
    for name, figure, limit, unit in (
        ("idle, of a core", 100 * found.share, 100 * SHARE, "%"),
        ("idle, peak of memory", found.megabytes, MEMORY, "MB"),
    ):
        verdict = "met" if figure < limit else "MISSED"
        print(f"{name + f', {found.feeds:,} feeds':<36}{figure:>8.2f} {unit}   < {limit:g} {unit} {verdict}")
    if options.json:
        options.json.write_text(json.dumps(asdict(found), indent=2))


if __name__ == "__main__":
    main()
