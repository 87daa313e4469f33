"""Makes the snapshot that a release leaves behind: a small real database, by the program, as SQL.

    python -m tests.database.freeze tests/database/released/0001.sql

Run it once for a schema that is released, and never again for that schema: the tests open what is there.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import tracker
from tests.rounds.test_rounds import DOSSIER, Pages
from tracker import rounds
from tracker.commitments.events import PositionStated
from tracker.digest.service import send_due

CONFIG = """
[tracker]
database = "tracker.sqlite3"
zone = "UTC"
dossiers = ["harbour.toml"]

[policy]
enabled = true
origins = 2
reliability = "B"

[[source]]
name = "Gazette"
reliability = "B"

[[source]]
name = "Courier"
reliability = "B"

[[feed]]
name = "gazette"
url = "gazette.xml"
publisher = "Gazette"

[[feed]]
name = "courier"
url = "courier.xml"
publisher = "Courier"

[[digest]]
name = "weekly"
recipients = ["analyst@example.org"]
schedule = "weekly monday 07:00"

[smtp]
host = "127.0.0.1"
port = 9
sender = "tracker@example.org"
"""


def freeze(folder: Path) -> str:
    """A dossier, documents, findings, verdicts, one taken back, a document forgotten, a mail that waits."""
    os.environ["LOGNAME"] = "analyst"
    present = datetime(2024, 6, 3, 9, tzinfo=UTC)
    (folder / "config.toml").write_text(CONFIG)
    (folder / "harbour.toml").write_text(DOSSIER)
    pages = Pages()
    for name in ("gazette", "courier"):
        title = f"The port authority opened the harbour bridge, says the {name}"
        pages.feed(name, ("1", title, f"What the {name} saw — “open”."), ("2", "Weather", f"Rain ({name})"))
        (folder / f"{name}.xml").write_bytes(pages.bodies[name])
    with tracker.open(folder / "config.toml", clock=lambda: present) as t:
        t.load()
        rounds.gather(t)
        present += timedelta(hours=1)
        stated = PositionStated(party="port", position="it is open", because="said in council")
        recorded = t.record("open-bridge", stated, "2024-06-03")
        t.retract(recorded.fact.id, "another bridge was meant")
        weather = next(document.number for document in t.documents() if document.title == "Weather")
        t.forget([weather], "it names a private person")
        send_due(t, present)
        t.board()
    with closing(sqlite3.connect(folder / "tracker.sqlite3")) as connection:
        return "\n".join(connection.iterdump()) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        Path(sys.argv[1]).write_text(freeze(Path(work)), encoding="utf-8")
