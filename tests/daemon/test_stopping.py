"""How a daemon ends: within 10 s and with status 0, whatever it waits for, and nothing is lost by it."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import tracker
from tests.daemon.processes import deaf, running, until
from tests.databases import opened
from tests.digest.posts import Post, listening
from tests.rounds.test_rounds import DOSSIER, Pages, serving
from tracker import rounds
from tracker.digest.tables import outbox
from tracker.feeds.tables import feeds as table
from tracker.ticks import ticks


def configured(folder: Path, url: str, feeds: dict[str, str], port: int = 9, every: str = "1s") -> Path:
    """A config over a database, feeds by name, and a mail server; its dossier loaded."""
    (folder / "harbour.toml").write_text(DOSSIER)
    named = "".join(
        f'[[feed]]\nname = "{name}"\nurl = "{address}"\ninterval = "1h"\nallow_private = true\n'
        for name, address in feeds.items()
    )
    config = folder / "config.toml"
    config.write_text(
        f'[tracker]\ndossiers = ["harbour.toml"]\ndatabase = {json.dumps(url)}\n[run]\nevery = "{every}"\n'
        f'[fetch]\ntimeout = 120.0\n[smtp]\nhost = "127.0.0.1"\nport = {port}\ntimeout = 120.0\n'
        'sender = "tracker@example.org"\n[[digest]]\nname = "news"\nrecipients = ["reader@example.org"]\n'
        f'schedule = "daily 00:00"\n{named}'
    )
    with tracker.open(config) as t:
        t.load()
    return config


def test_a_feed_that_never_answers_does_not_hold_the_end_up(shared_url: str, tmp_path: Path) -> None:
    """One feed answers, three never do: SIGTERM ends it in seconds; the three are due again."""
    pages = Pages()
    pages.feed("/herald", ("h0", "Rain expected", "Bring a coat."))
    with serving(pages) as address, deaf() as (port, held), opened(shared_url) as database:
        silent = {f"silent-{n}": f"http://127.0.0.1:{port}/{n}" for n in range(3)}
        config = configured(tmp_path, shared_url, {"herald": f"{address}/herald", **silent})
        with running(config) as daemon:
            until(lambda: len(held) == 3 and pages.asked)
            until(lambda: _stored(shared_url))
            assert daemon.end() < 5
            assert daemon.logged("told to stop")
            assert daemon.lines[-1]["message"] == "stopped"
        with database.reading() as connection:
            rows = {row.name: row for row in connection.execute(sa.select(table))}
            assert connection.execute(sa.select(ticks)).all() == []
        for name in silent:
            row = rows[name]
            assert (row.lease_owner, row.lease_until, row.failures) == ("", None, 0)
            assert row.next_at <= datetime.now(UTC)
        assert rows["herald"].next_at > datetime.now(UTC)


def _stored(url: str) -> bool:
    with opened(url) as database, database.reading() as connection:
        return bool(connection.execute(sa.text("SELECT count(*) FROM documents")).scalar())


@pytest.mark.parametrize(
    "greeting",
    [pytest.param(b"220 here\r\n", id="greets"), pytest.param(b"", id="silent", marks=pytest.mark.torture)],
)
def test_a_mail_server_that_hangs_does_not_hold_the_end_up(tmp_path: Path, greeting: bytes) -> None:
    """Cut off in the middle after 8 s, with status 0. A mail that cannot have arrived goes out once its lease
    has run out."""
    url = f"sqlite:///{tmp_path / 'tracker.sqlite3'}"
    with deaf(greeting) as (port, held):
        config = configured(tmp_path, url, {}, port)
        with running(config) as daemon:
            until(lambda: held)
            time.sleep(0.5)
            assert 7 < daemon.end() < 10
            assert daemon.lines[-1]["message"] == "stopped in the middle of: digests"
    with opened(url) as database, database.reading() as connection:
        assert connection.execute(sa.select(ticks)).all() == []
    (row,) = mails(url)
    assert row.state == "sending"
    keeper = Post()
    with listening(keeper) as smtp:
        config.write_text(config.read_text().replace(f"port = {port}", f"port = {smtp}"))
        late = row.lease_until + timedelta(seconds=1)
        with tracker.open(config, clock=lambda: late) as t:
            rounds.digests(t)
    assert [each.state for each in mails(url) if each.slot == row.slot] == ["sent"]
    assert len(keeper.mails) == 1


def mails(url: str) -> Sequence[sa.Row[Any]]:
    """The outbox."""
    with opened(url) as database, database.reading() as connection:
        return connection.execute(sa.select(outbox)).all()


def test_an_idle_daemon_ends_at_once_by_ctrl_c(tmp_path: Path) -> None:
    """As by SIGTERM; and its rows are gone."""
    url = f"sqlite:///{tmp_path / 'tracker.sqlite3'}"
    config = configured(tmp_path, url, {})
    with running(config) as daemon, opened(url) as database:
        daemon.begun()
        time.sleep(1)
        assert daemon.end(signal.SIGINT) < 3
        with database.reading() as connection:
            assert connection.execute(sa.select(ticks)).all() == []


def test_a_second_signal_ends_it_on_the_spot(tmp_path: Path) -> None:
    """While a mail server hangs; with 128 and the number of the signal."""
    with deaf() as (port, held):
        config = configured(tmp_path, f"sqlite:///{tmp_path / 'tracker.sqlite3'}", {}, port)
        with running(config) as daemon:
            until(lambda: held)
            daemon.process.send_signal(signal.SIGTERM)
            until(lambda: daemon.logged("told to stop"))
            time.sleep(0.7)  # what comes at once is the same word twice
            began = time.monotonic()
            daemon.process.send_signal(signal.SIGTERM)
            assert daemon.process.wait(timeout=5) == 128 + signal.SIGTERM
            assert time.monotonic() - began < 2


def test_a_slow_feed_delays_no_digest(tmp_path: Path) -> None:
    """While a feed is waited for, the digest goes out."""
    keeper = Post()
    with deaf() as (port, held), listening(keeper) as smtp:
        feeds = {"silent": f"http://127.0.0.1:{port}/"}
        config = configured(tmp_path, f"sqlite:///{tmp_path / 'tracker.sqlite3'}", feeds, smtp)
        with running(config) as daemon:
            until(lambda: held)
            until(lambda: keeper.mails)
            assert daemon.end() < 5
