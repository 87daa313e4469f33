"""What docs/digests.md shows runs, over the demo and a real mail server; its tables are whole."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import attrs
import pytest

import tracker
from tests.demos import copy_of_demo
from tests.digest.posts import Post
from tests.docs.mailbox import reached_by_environment
from tests.docs.pages import run_examples
from tracker import rounds
from tracker.digest import schedule
from tracker.digest.settings import SECTIONS, DigestSettings, Filter, SmtpSettings, empty_every

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "digests.md").read_text(encoding="utf-8")


class Cutting(Post):
    """Cuts the line once, when it has the whole first mail to the analyst."""

    is_cut = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep all others."""
        if not self.is_cut and envelope.rcpt_tos == ["analyst@example.org"]:
            self.is_cut = True
            server.transport.abort()
            return "250 kept"
        return await super().handle_DATA(server, session, envelope)


def sent(config: Path) -> int:
    """How many mails a round of digests sends."""
    with tracker.open(config) as t:
        return rounds.digests(t).sent


def test_the_commands_run_as_printed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the digests of the page, once a round has been sent in which the line broke after one mail.

    By the environment alone the mail server is a port of this machine.
    """
    desk = copy_of_demo("korea-2018", tmp_path_factory, tmp_path / "demo")
    config, keeper = desk / "config.toml", Cutting()
    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    text = config.read_text(encoding="utf-8")
    others = "".join(re.split(r"^(?=\[\[digest\]\]|\[smtp\]|\[\[source\]\])", text, flags=re.MULTILINE)[:1])
    config.write_text(f"{others}\n{shown}")
    with reached_by_environment(keeper, "secret") as way:
        for name, value in {**way, "TRACKER_SMTP_PASSWORD": "secret"}.items():
            monkeypatch.setenv(name, value)
        assert sent(config) == 1
        server = f"{way['TRACKER_SMTP_HOST']}:{way['TRACKER_SMTP_PORT']}"
        run_examples(PAGE.replace("mail.example.org:587", server), desk)
        assert sent(config) == 1
    assert [mail["To"] for mail in keeper.mails] == [*["desk@example.org"] * 2, "analyst@example.org"]
    assert {path.name for path in (desk / "pages").iterdir()} == {"daily.eml", "daily.html"}


def test_the_tables_name_every_section_state_and_schedule() -> None:
    """In the order of the program; and what is written in backticks as a schedule can be read."""
    rows = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    assert tuple(row for row in rows if row in SECTIONS) == SECTIONS
    assert {"pending", "sending", "sent", "failed", "unknown", "skipped"} <= set(rows)
    schedules = [row for row in rows if " " in row]
    assert len(schedules) == 4
    for each in schedules:
        schedule.read(each)


def test_what_the_page_calls_a_value_of_when_empty_is_one() -> None:
    """All three."""
    values = re.findall(r'`"(s[^"]+)"`', PAGE)
    assert [empty_every(value) for value in values] == [0, 1, 7]


def test_every_filter_is_on_the_page() -> None:
    """By its key."""
    for field in attrs.fields(Filter):
        assert f"`{field.name}`" in PAGE


def test_the_config_on_the_page_is_understood(tmp_path: Path) -> None:
    """By itself."""
    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "config.toml").write_text(shown)
    with tracker.open(tmp_path / "config.toml") as t:
        names = [each.name for each in t.config.sections("digest", DigestSettings)]
        assert names == [each["name"] for each in tomllib.loads(shown)["digest"]]
        assert t.config.section("smtp", SmtpSettings).port == 587
