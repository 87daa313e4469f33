"""The daemon as a process: new evidence on a feed changes a status, and a mail tells of it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

import tracker
from tests.rounds.test_rounds import DOSSIER, Pages, serving


class Post:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Accept every mail."""
        self.mails.append(message_from_bytes(envelope.content))
        return "250 kept"


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    """A real SMTP server on a free loopback port."""
    keeper = Post()
    with socket.socket() as probe:  # the controller wants a port of its own, and tells none
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield keeper, port
    finally:
        controller.stop()


def until(what: Callable[[], bool], seconds: float = 40.0) -> bool:
    """Whether `what` came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.2)
    return False


def test_run_sees_new_evidence_changes_the_status_sends_the_digest_and_stops(
    tmp_path: Path, post: tuple[Post, int]
) -> None:
    """From a feed that changes under the daemon's eyes to a mail; SIGTERM ends it with status 0."""
    keeper, port = post
    pages = Pages()
    pages.feed("/herald", ("h0", "Rain expected", "Bring a coat."))
    pages.feed("/gazette", ("g0", "Sun expected", "Leave the coat."))
    with serving(pages) as address:
        feeds = "".join(
            f'[[source]]\nname = "{name}"\nreliability = "B"\nkind = "newspaper"\n'
            f'[[feed]]\nname = "{name}"\nurl = "{address}/{name}"\npublisher = "{name}"\ninterval = "1s"\n'
            "allow_private = true\n"
            for name in ("herald", "gazette")
        )
        (tmp_path / "harbour.toml").write_text(DOSSIER)
        (tmp_path / "config.toml").write_text(
            '[tracker]\ndossiers = ["harbour.toml"]\n[policy]\nenabled = true\n[run]\nevery = "1s"\n'
            f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsender = "tracker@example.org"\n'
            '[[digest]]\nname = "news"\nrecipients = ["reader@example.org"]\n'
            'schedule = "on change, at most every 1s"\n' + feeds
        )
        with tracker.open(tmp_path / "config.toml") as t:
            t.load()
        with (tmp_path / "out.txt").open("w") as out:
            daemon = subprocess.Popen(
                [sys.executable, "-m", "tracker.cli", "run"], cwd=tmp_path, stdout=out, stderr=out
            )
        try:
            assert until(lambda: len(pages.asked) >= 2), (tmp_path / "out.txt").read_text()
            pages.feed("/herald", ("h1", "Port authority opens harbour bridge", "Cars crossed on Monday."))
            pages.feed("/gazette", ("g1", "Harbour bridge opened by port authority", "A ribbon was cut."))

            def told() -> bool:
                return any("harbour bridge" in str(mail).lower() for mail in keeper.mails) and opened()

            def opened() -> bool:
                with tracker.open(tmp_path / "config.toml") as t:
                    return t.commitment("open-bridge").status == "fulfilled"

            assert until(opened), (tmp_path / "out.txt").read_text()
            assert until(told), (tmp_path / "out.txt").read_text()
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(timeout=15) == 0, (tmp_path / "out.txt").read_text()
        finally:
            daemon.kill()
            daemon.wait()
    assert keeper.mails[0]["To"] == "reader@example.org"
    ids = [mail["Message-ID"] for mail in keeper.mails]
    assert len(ids) == len(set(ids))
