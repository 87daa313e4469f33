"""Digests and a real SMTP server: each change once, each slot once; a failing server loses nothing."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

import tracker
from tests.digest.posts import Opened, Post, advance, free_port, listening, opened, post, states
from tracker.commitments.events import Fulfilled, Violated
from tracker.digest.mail import body, message
from tracker.digest.render import PICTURE_CID, Rendered
from tracker.digest.sending import Sent
from tracker.digest.service import preview, send_due, send_now
from tracker.digest.settings import SmtpSettings
from tracker.errors import ConfigError, MailFailed, UnknownDigest

__all__ = ["opened", "post"]


def test_every_change_is_told_once_and_every_slot_sent_once(opened: Opened, post: tuple[Post, int]) -> None:
    """A second round of the same day sends nothing, the next day tells what is new and only that."""
    keeper, port = post
    t = opened(port)
    assert send_due(t, t.now()) == Sent(2)
    assert send_due(t, t.now()) == Sent(0)
    advance(t, days=60)
    t.record("no-new-tax", Violated(because="a levy on flour"), "2024-03-15")
    assert send_due(t, t.now()) == Sent(2)
    last = keeper.mails[-1]
    body = last.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "1 violated" in last["Subject"]
    assert "a levy on flour" in text
    assert "Open the harbour bridge\n  new" not in text
    advance(t, days=1)
    assert send_due(t, t.now()) == Sent(0)  # nothing changed: skipped
    assert len(keeper.mails) == 4


def test_a_refused_mail_waits_and_a_rejected_one_is_failed(opened: Opened, post: tuple[Post, int]) -> None:
    """4xx comes again later under the same Message-ID; 5xx is told as failed; the other reader has hers."""
    keeper, port = post
    t = opened(port)
    keeper.answers = ["451 later", "554 never"]
    sent = send_due(t, t.now())
    assert sent.mails == 0
    assert "554" in sent.error
    assert states(t) == {"a": "pending", "b": "failed"}
    advance(t, hours=1)
    assert send_due(t, t.now()).mails == 1
    assert [mail["To"] for mail in keeper.mails] == ["a@example.org"]


def test_a_server_that_is_away_loses_nothing(opened: Opened, tmp_path: Path) -> None:
    """The issue is made and waits; when the server is back it goes out, once."""
    port = free_port()
    t = opened(port)
    sent = send_due(t, t.now())
    assert sent.mails == 0
    assert "cannot be reached" in sent.error
    assert "\n" not in sent.error
    with pytest.raises(MailFailed, match="cannot be reached"):
        send_now(t, "daily")
    keeper = Post()
    with listening(keeper, port=port):
        assert send_due(t, advance(t, minutes=1)).mails == 4
    ids = [mail["Message-ID"] for mail in keeper.mails]
    assert len(set(ids)) == 4


def test_the_mail_has_the_headers_that_make_it_a_good_citizen() -> None:
    """Automatic, threaded, with a way out, text before HTML, and the same when made again."""
    rendered = Rendered("Subject " + "ü" * 80, "text\n", "<p>html</p>", b"\x89PNG")
    smtp = SmtpSettings(sender="tracker@example.org")
    made_at = datetime(2024, 5, 1, 7, tzinfo=UTC)

    def made(recipient: str, form: str = "html") -> bytes:
        return message(
            body(rendered, "daily", form, smtp, "seal", made_at), "daily", "2024-05-01", recipient, smtp
        )

    assert made("a@example.org") == made("a@example.org")
    read = message_from_bytes(made("a@example.org"), policy=policy.default)
    other = message_from_bytes(made("b@example.org"), policy=policy.default)
    assert read["Message-ID"] != other["Message-ID"]
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Subject"] == rendered.subject
    assert read["List-Unsubscribe"] == "<mailto:tracker@example.org?subject=unsubscribe%20daily>"
    assert "List-Unsubscribe-Post" not in read
    assert not read.defects
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    picture = list(read.walk())[-1]
    assert picture["Content-ID"] == f"<{PICTURE_CID}>"
    assert picture.get_content() == b"\x89PNG"
    plain = message_from_bytes(made("a@example.org", "text"), policy=policy.default)
    assert (plain.get_content_type(), plain.get_content()) == ("text/plain", "text\r\n")
    assert plain["MIME-Version"] == "1.0"


def test_one_click_unsubscribing_survives_folding() -> None:
    """Long links stay whole in the raw header, where mail programs look; the token is this reader's."""
    link = "https://example.org/" + "long/" * 40 + "{digest}/{recipient}/{token}"
    smtp = SmtpSettings(sender="tracker@example.org", unsubscribe_url=link, unsubscribe_secret="s3cret")
    at = datetime(2024, 5, 1, 7, tzinfo=UTC)
    made = body(Rendered("s", "t", "<p>h</p>"), "daily", "html", smtp, "seal", at)
    raw = [message(made, "daily", "2024-05-01", f"{who}@example.org", smtp) for who in "ab"]
    token = hmac.new(b"s3cret", b"daily\0a@example.org", "sha256").hexdigest()
    wanted = f"<https://example.org/{'long/' * 40}daily/a%40example.org/{token}>, <mailto:"
    header = next(line for line in raw[0].split(b"\r\n") if line.startswith(b"List-Unsubscribe: "))
    assert header.decode().removeprefix("List-Unsubscribe: ").startswith(wanted)
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw[0]
    assert token.encode() not in raw[1]


def test_hostile_titles_are_escaped_in_html(opened: Opened) -> None:
    """What a feed or a person wrote is text, never markup."""
    t = opened(free_port())
    advance(t, days=90)
    t.record("open-bridge", Fulfilled(because="<script>alert(1)</script> & more"), "2024-05-01")
    made, _ = preview(t, "daily", since=1)
    text, html = made.text, made.html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<script>alert(1)</script> & more" in text
    assert len(html) < 100_000


def test_unknown_digests_and_wrong_settings_are_told(opened: Opened, tmp_path: Path) -> None:
    """The near name, the place and the mend."""
    t = opened(free_port())
    with pytest.raises(UnknownDigest, match="did you mean 'daily'"):
        preview(t, "dayly")
    text = (tmp_path / "config.toml").read_text()
    (tmp_path / "config.toml").write_text(text.replace("a@example.org", "a at example"))
    with tracker.open(tmp_path / "config.toml") as wrong, pytest.raises(ConfigError, match="no mail address"):
        preview(wrong, "daily")
