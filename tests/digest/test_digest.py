"""Digests and a real SMTP server: each change once, each slot once; a failing server loses nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

import tracker
from tests.api.test_api import DOSSIER, Clock
from tracker.api import Tracker
from tracker.commitments.events import Fulfilled, Violated
from tracker.digest.mail import message
from tracker.digest.render import Rendered
from tracker.digest.service import preview, send_due, send_now
from tracker.digest.settings import DigestSettings, SmtpSettings
from tracker.digest.slots import due_slot
from tracker.digest.tables import outbox
from tracker.errors import ConfigError, MailFailed, UnknownDigest


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


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    """A real SMTP server on loopback."""
    keeper, port = Post(), free_port()
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield keeper, port
    finally:
        controller.stop()


Opened = Callable[..., Tracker]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens a tracker with a daily digest for two readers or others, that mails to a port."""
    trackers = []

    def make(port: int, dossier: str = DOSSIER, readers: str = "ab", smtp: str = "") -> Tracker:
        recipients = ", ".join(f'"{reader}@example.org"' for reader in readers)
        (tmp_path / "pledges.toml").write_text(dossier)
        (tmp_path / "config.toml").write_text(
            '[tracker]\nzone = "Europe/London"\ndossiers = ["pledges.toml"]\n'
            f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsender = "tracker@example.org"\n{smtp}'
            f'[[digest]]\nname = "daily"\nrecipients = [{recipients}]\n'
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


def test_every_change_is_told_once_and_every_slot_sent_once(opened: Opened, post: tuple[Post, int]) -> None:
    """A second round of the same day sends nothing, the next day tells what is new and only that."""
    keeper, port = post
    t = opened(port)
    assert send_due(t, t.now()) == (2, "")
    assert send_due(t, t.now()) == (0, "")
    advance(t, days=60)
    t.record("no-new-tax", Violated(because="a levy on flour"), "2024-03-15")
    assert send_due(t, t.now()) == (2, "")
    last = keeper.mails[-1]
    body = last.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "1 violated" in last["Subject"]
    assert "a levy on flour" in text
    assert "Open the harbour bridge\n  new" not in text
    advance(t, days=1)
    assert send_due(t, t.now()) == (0, "")  # nothing changed: skipped
    assert len(keeper.mails) == 4


def test_a_refused_mail_waits_and_a_rejected_one_is_failed(opened: Opened, post: tuple[Post, int]) -> None:
    """4xx comes again later under the same Message-ID; 5xx is told as failed; the other reader has hers."""
    keeper, port = post
    t = opened(port)
    keeper.answers = ["451 later", "554 never"]
    sent, error = send_due(t, t.now())
    assert sent == 0
    assert "554" in error
    with t.database.reading() as connection:
        states = {row.recipient: row.state for row in connection.execute(outbox.select())}
    assert states == {"a@example.org": "pending", "b@example.org": "failed"}
    advance(t, hours=1)
    assert send_due(t, t.now())[0] == 1
    assert [mail["To"] for mail in keeper.mails] == ["a@example.org"]


def test_a_server_that_is_away_loses_nothing(opened: Opened, tmp_path: Path) -> None:
    """The issue is made and waits; when the server is back it goes out, once."""
    port = free_port()
    t = opened(port)
    sent, error = send_due(t, t.now())
    assert sent == 0
    assert "cannot be reached" in error
    assert "\n" not in error
    with pytest.raises(MailFailed, match="cannot be reached"):
        send_now(t, "daily")
    keeper = Post()
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        assert send_due(t, advance(t, minutes=1))[0] == 4
    finally:
        controller.stop()
    ids = [mail["Message-ID"] for mail in keeper.mails]
    assert len(set(ids)) == 4


def test_the_mail_has_the_headers_that_make_it_a_good_citizen() -> None:
    """Automatic, threaded, with a way out, text before HTML, and the same when made again."""
    rendered = Rendered("Subject " + "ü" * 80, "text\n", "<p>html</p>")
    smtp = SmtpSettings(sender="tracker@example.org")
    made_at = datetime(2024, 5, 1, 7, tzinfo=UTC)
    first = message(rendered, "daily", "2024-05-01", "a@example.org", smtp, made_at)
    again = message(rendered, "daily", "2024-05-01", "a@example.org", smtp, made_at)
    assert first.as_bytes() == again.as_bytes()
    other = message(rendered, "daily", "2024-05-01", "b@example.org", smtp, made_at)
    assert first["Message-ID"] != other["Message-ID"]
    read = message_from_bytes(first.as_bytes(), policy=policy.default)
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Subject"] == rendered.subject
    assert read["List-Unsubscribe"] == "<mailto:tracker@example.org?subject=unsubscribe%20daily>"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


def test_hostile_titles_are_escaped_in_html(opened: Opened) -> None:
    """What a feed or a person wrote is text, never markup."""
    t = opened(free_port())
    advance(t, days=90)
    t.record("open-bridge", Fulfilled(because="<script>alert(1)</script> & more"), "2024-05-01")
    _, text, html, _ = preview(t, "daily")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<script>alert(1)</script> & more" in text
    assert len(html) < 100_000


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2024-03-30T06:59:00+00:00", "2024-03-29"),
        ("2024-03-30T07:00:00+00:00", "2024-03-30"),
        ("2024-03-31T05:59:00+00:00", "2024-03-30"),  # summer time began in the night
        ("2024-03-31T06:00:00+00:00", "2024-03-31"),
        ("2024-10-27T06:30:00+00:00", "2024-10-26"),  # and ended
        ("2024-10-27T07:00:00+00:00", "2024-10-27"),
    ],
)
def test_a_daily_slot_is_a_local_date_whatever_the_clocks_do(now: str, slot: str) -> None:
    """Seven o'clock is seven o'clock, on the days the clocks change too."""
    settings = DigestSettings(name="daily", zone="Europe/London")
    assert due_slot(settings, "UTC", datetime.fromisoformat(now)) == slot


def test_a_weekly_slot_begins_on_monday() -> None:
    """Sunday belongs to the week before."""
    settings = DigestSettings(name="weekly", every="week")
    assert due_slot(settings, "UTC", datetime(2024, 6, 2, 12, tzinfo=UTC)) == "2024-W22"
    assert due_slot(settings, "UTC", datetime(2024, 6, 3, 6, tzinfo=UTC)) == "2024-W22"
    assert due_slot(settings, "UTC", datetime(2024, 6, 3, 7, tzinfo=UTC)) == "2024-W23"


def test_unknown_digests_and_wrong_settings_are_told(opened: Opened, tmp_path: Path) -> None:
    """The near name, the place and the mend."""
    t = opened(free_port())
    with pytest.raises(UnknownDigest, match="did you mean 'daily'"):
        preview(t, "dayly")
    text = (tmp_path / "config.toml").read_text()
    (tmp_path / "config.toml").write_text(text.replace("a@example.org", "a at example"))
    with tracker.open(tmp_path / "config.toml") as wrong, pytest.raises(ConfigError, match="no mail address"):
        preview(wrong, "daily")
