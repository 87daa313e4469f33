"""A real SMTP server that keeps what it gets, and a tracker that mails to it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

import tracker
from tests.api.test_api import DOSSIER, Clock
from tracker.api import Tracker
from tracker.digest.tables import outbox


class Post:
    """Keeps what it accepts; `answers` are given first, one per mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Answer as told, else keep the mail."""
        if self.answers:
            return self.answers.pop(0)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 kept"


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def listening(keeper: Post, *, port: int = 0, **options: Any) -> Iterator[int]:
    """The port on which a real server gives mails to `keeper`."""
    port = port or free_port()
    controller = Controller(keeper, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    """A real SMTP server on loopback, and its port."""
    keeper = Post()
    with listening(keeper) as port:
        yield keeper, port


Opened = Callable[..., Tracker]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens a tracker with a daily digest for two readers or others, that mails to a port.

    What `digest` says stands at the end of the table of the digest, what `smtp` says in that of the server.
    """
    trackers = []

    def make(
        port: int,
        dossier: str = DOSSIER,
        readers: str = "ab",
        smtp: str = "",
        digest: str = "",
        database: str = "tracker.sqlite3",
    ) -> Tracker:
        recipients = ", ".join(f'"{reader}@example.org"' for reader in readers)
        listed = f"recipients = [{recipients}]\n" if readers else ""
        (tmp_path / "pledges.toml").write_text(dossier)
        (tmp_path / "config.toml").write_text(
            '[tracker]\nzone = "Europe/London"\ndossiers = ["pledges.toml"]\n'
            f'database = "{database}"\n'
            f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsender = "tracker@example.org"\n{smtp}'
            f'[[digest]]\nname = "daily"\n{listed}{digest}'
        )
        t = tracker.open(tmp_path / "config.toml", clock=Clock())
        trackers.append(t)
        t.load()
        return t

    yield make
    for t in trackers:
        t.close()


def advance(t: Tracker, **by: int) -> datetime:
    """Move the clock of the test; returns the present."""
    clock = t.now
    assert isinstance(clock, Clock)
    clock.moment += timedelta(**by)
    return clock.moment


def states(t: Tracker) -> dict[str, str]:
    """The state of each reader's mail."""
    with t.database.reading() as connection:
        return {row.recipient[0]: row.state for row in connection.execute(outbox.select())}
