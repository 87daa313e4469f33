"""Looking after the outbox: who is paused, what is tried again and kept, and that all is written down."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.digest.posts import Opened, Post, advance, free_port, listening, opened, post, states
from tests.digest.test_broken_lines import Moody
from tracker.cli import main
from tracker.commitments.events import Violated
from tracker.digest.sending import MOST_FAILURES
from tracker.digest.service import keep_house, resume, retry, send_due
from tracker.digest.shown import attempts, mails, subscriptions
from tracker.digest.tables import issues
from tracker.errors import UserError

__all__ = ["opened", "post"]

EVERY_DAY = 'when_empty = "send"\n'


Said = Callable[..., tuple[int, str]]


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """The exit status of `tracker --config …` and all that it says."""

    def run(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(tmp_path / "config.toml"), *words])
        said = capsys.readouterr()
        return int(str(ended.value.code)), said.out + said.err

    return run


def test_a_recipient_who_is_refused_for_good_is_paused_and_told_all_afterwards(opened: Opened) -> None:
    """After three mails; nothing is made meanwhile, and the issue after the pause covers it."""
    keeper = Moody("RCPT", "550 nobody of this name", times=MOST_FAILURES)
    with listening(keeper) as port:
        t = opened(port, readers="a", digest=EVERY_DAY)
        for _ in range(MOST_FAILURES):
            assert send_due(t, advance(t, days=1)).mails == 0
        paused = subscriptions(t)[0]
        assert paused.paused == "3 mails in a row failed: 550 nobody of this name"
        t.record("no-new-tax", Violated(because="a levy on flour"), "2024-03-02")
        assert send_due(t, advance(t, days=5)).mails == 0
        assert len(mails(t)) == MOST_FAILURES
        resume(t, "daily", "a@example.org")
        with pytest.raises(UserError, match="is not paused"):
            resume(t, "daily", "a@example.org")
        assert send_due(t, t.now()).mails == 1
    assert "1 violated since" in keeper.mails[-1]["Subject"]
    assert subscriptions(t)[0].failures == 0


def test_two_refusals_and_a_delivery_begin_the_count_anew(opened: Opened) -> None:
    """Only those in a row pause."""
    keeper = Moody("RCPT", "550 nobody of this name", times=2)
    with listening(keeper) as port:
        t = opened(port, readers="a", digest=EVERY_DAY)
        for failures in (1, 2, 0):
            send_due(t, advance(t, days=1))
            assert subscriptions(t)[0].failures == failures
        keeper.times = 2
        for failures in (1, 2):
            send_due(t, advance(t, days=1))
            assert subscriptions(t)[0].failures == failures
        assert not subscriptions(t)[0].paused


def test_an_unknown_mail_is_sent_again_only_when_asked_and_the_outbox_says_so(opened: Opened) -> None:
    """Under the same Message-ID, with who asked."""
    keeper = Moody("DATA", "drop")
    with listening(keeper) as port:
        t = opened(port, readers="a")
        send_due(t, t.now())
        assert states(t) == {"a": "unknown"}
        assert retry(t, "daily") == []
        assert send_due(t, advance(t, hours=2)).mails == 0
        assert retry(t, "daily", unknown=True) == [("2024-02-29", "a@example.org", "unknown")]
        assert send_due(t, t.now()).mails == 1
    assert [each.outcome for each in attempts(t)] == ["unknown", "again", "sent"]
    assert attempts(t)[1].words.endswith("was unknown; it may arrive twice")


def test_a_failed_mail_is_tried_again_when_asked(opened: Opened) -> None:
    """And a pending one without its wait."""
    keeper = Moody("RCPT", "550 no", times=1)
    with listening(keeper) as port:
        t = opened(port)
        send_due(t, t.now())
        assert states(t) == {"a": "failed", "b": "sent"}
        assert retry(t, "daily", recipient="b@example.org") == []
        assert [state for *_, state in retry(t, "daily")] == ["failed"]
        keeper.answer, keeper.times = "450 later", 1
        assert send_due(t, t.now()).mails == 0
        assert states(t)["a"] == "pending"
        retry(t, "daily")
        assert send_due(t, t.now()).mails == 1


def test_who_is_no_longer_a_recipient_gets_nothing_more(opened: Opened) -> None:
    """What still waits for them is dropped, and the outbox says why."""
    t = opened(free_port())
    send_due(t, t.now())
    with listening(Post()) as port:
        fewer = opened(port, readers="b")
        assert send_due(fewer, fewer.now()).mails == 1
    gone = next(mail for mail in mails(fewer) if mail.recipient == "a@example.org")
    assert (gone.state, gone.error) == ("skipped", "no longer a recipient")


def test_the_outbox_keeps_what_waits_and_forgets_what_is_long_done(
    opened: Opened, post: tuple[Post, int]
) -> None:
    """Ninety days by default; positions stay, so nothing is told again."""
    _, port = post
    t = opened(port, digest=EVERY_DAY)
    send_due(t, t.now())
    assert keep_house(t, advance(t, days=89)) == 0
    send_due(t, t.now())
    assert keep_house(t, advance(t, days=2)) == 2
    assert keep_house(t, t.now()) == 0
    assert len(mails(t)) == 2
    with t.database.reading() as connection:
        assert len(connection.execute(issues.select()).all()) == 1
    assert subscriptions(t)[0].position > 0


def test_two_senders_share_the_work(opened: Opened, post: tuple[Post, int]) -> None:
    """What one has leased the other leaves alone; what is given back is free at once."""
    keeper, port = post
    t = opened(port, readers="abcdefgh")
    asked = iter([False, False, False, False])
    first = send_due(t, t.now(), stop=lambda: next(asked, True))
    assert 0 < first.mails < 8
    other = opened(port, readers="abcdefgh")
    assert send_due(other, other.now()).mails == 8 - first.mails
    assert len({mail["Message-ID"] for mail in keeper.mails}) == len(keeper.mails) == 8


def test_the_command_line_shows_and_mends_the_outbox(opened: Opened, cli: Said) -> None:
    """list, outbox, retry, resume, log: what was done is seen by everyone."""
    keeper = Moody("RCPT", "550 nobody", times=1)
    with listening(keeper) as port:
        t = opened(port)
        send_due(t, t.now())
    t.close()
    waiting = json.loads(cli("digest", "outbox", "--format", "json")[1])
    assert [(row["recipient"], row["state"], row["error"]) for row in waiting] == [
        ("a@example.org", "failed", "550 nobody")
    ]
    listed = json.loads(cli("digest", "list", "--format", "json")[1])
    assert [(row["recipient"], row["failures"]) for row in listed] == [
        ("a@example.org", 1),
        ("b@example.org", 0),
    ]
    assert "will be tried with the next round" in cli("digest", "retry", "daily")[1]
    log = json.loads(cli("digest", "log", "daily", "--attempts", "--format", "json")[1])
    assert {row["outcome"] for row in log} == {"failed", "sent", "again"}
    slots = json.loads(cli("digest", "log", "--format", "json")[1])
    assert {row["slot"] for row in slots} == {"2024-02-29"}
    assert all(row["subject"].startswith("Commitments: ") for row in slots)
    status, told = cli("digest", "resume", "daily", "b@example.org")
    assert status == 2
    assert "is not paused; `tracker digest list` shows who is" in told
    assert "did you mean 'daily'" in cli("digest", "log", "dayly")[1]


def test_a_preview_is_shown_in_the_browser(
    opened: Opened, tmp_path: Path, cli: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder of its own, so that none of the user's is littered."""
    opened(free_port()).close()
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{tmp_path}/shown"\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    before = set(Path.cwd().iterdir())
    status, told = cli("digest", "preview", "daily", "--open")
    assert status == 0, told
    shown = Path((tmp_path / "shown").read_text().removeprefix("file://"))
    assert "<html" in shown.read_text()
    assert set(Path.cwd().iterdir()) == before
    shutil.rmtree(shown.parent)


def test_a_preview_is_written_and_sends_nothing(opened: Opened, tmp_path: Path, cli: Said) -> None:
    """The page has its picture inside; a folder that is a file is told."""
    t = opened(free_port())
    t.close()
    status, told = cli("digest", "preview", "daily", "--out", str(tmp_path / "out"))
    assert status == 0, told
    page = (tmp_path / "out" / "daily.html").read_text()
    assert "cid:" not in page
    assert (tmp_path / "out" / "daily.eml").read_bytes().startswith(b"To: ")
    assert cli("digest", "outbox")[1].count("\n") <= 1
    (tmp_path / "file").write_text("")
    status, told = cli("digest", "preview", "daily", "--out", str(tmp_path / "file" / "x"))
    assert status == 2
    assert "cannot be written" in told
