"""What the README shows, runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.cli.test_cli import run
from tests.demos import copy_of_demo

ROOT = Path(__file__).resolve().parents[2]


README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def demo(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the README's own first command leaves, in a folder of its own."""
    return copy_of_demo("korea-2018", tmp_path_factory, tmp_path / "demo")


def test_the_api_example_of_the_readme_runs_as_printed_and_has_ten_lines(demo: Path) -> None:
    """Over what its first command leaves."""
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(list(filter(None, code.splitlines()))) == 10
    done = subprocess.run([sys.executable, "-c", code], cwd=demo.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "dprk-release-detainees fulfilled fulfilled 2018-05-09" in done.stdout


def test_the_board_of_the_readme_is_what_its_command_prints(demo: Path) -> None:
    """Each line is one of the answer, and they are as many as the README says."""
    (block,) = re.findall(r"```console\n\$ make demo\n(.*?)```", README, re.DOTALL)
    command, *shown = block.splitlines()
    words, _, count = command.removeprefix("$ .venv/bin/tracker ").partition("# of its ")
    done = run(*shlex.split(words), cwd=demo.parent)
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert (done.returncode, len(lines) - 1) == (0, int(count.split()[0]))
    assert len(shown) > 4
    assert [line for line in lines if line in shown] == shown


def test_the_timeline_of_the_readme_is_what_the_mail_of_the_demo_says(demo: Path) -> None:
    """Each line but those for what is left out, in order, in the text of the mail."""
    (block,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    shown = [line for line in block.splitlines() if line not in ("", "…")]
    mail = message_from_bytes((demo / "digest.eml").read_bytes(), policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert isinstance(text, str)
    assert len(shown) > 6
    assert [line for line in text.splitlines() if line in shown] == shown


def test_the_guide_to_recording_runs_as_printed(tmp_path: Path) -> None:
    """Each command in order, with the id of the one before for EVENT; each line below it is in its answer."""
    desk = tmp_path / "desk"
    assert run("init", "desk", cwd=tmp_path).returncode == 0
    assert run("load", cwd=desk).returncode == 0
    text = (ROOT / "docs" / "recording.md").read_text(encoding="utf-8")
    event, told = "", ""
    lines = "\n".join(re.findall(r"```console\n(.*?)```", text, re.DOTALL)).splitlines()
    for line in filter(None, lines):
        if line.startswith("$ tracker "):
            done = run(*shlex.split(line.replace("EVENT", event))[2:], cwd=desk)
            assert done.returncode == 0, done.stderr
            told = done.stdout + done.stderr
            event = (re.findall(r"recorded as (\w+)", told) or [event])[0]
        else:
            wanted = re.escape(line).replace("EVENT", r"\w+").replace("\\ N", r" \d+").replace(r"\ \ ", r" +")
            assert re.search(wanted, told), (line, told)
    assert event


def test_every_command_that_the_readme_shows_is_there() -> None:
    """No command in a code block that the program does not have."""
    from tracker.cli import COMMANDS

    shown = set(re.findall(r"^\$ (?:\S*/)?tracker (?:--config \S+ )?([a-z]+)", README, re.MULTILINE))
    assert shown
    assert shown <= set(COMMANDS)


@pytest.mark.parametrize(
    "name", ["README.md", "config.toml", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
)
def test_every_command_that_is_written_of_is_there(name: str) -> None:
    """`tracker feeds list` is a command, and so is whatever else stands in backticks like it."""
    import click

    from tracker.cli import group

    text = (ROOT / name).read_text(encoding="utf-8")
    for words in re.findall(r"`tracker ([a-z]+(?: [a-z]+)?)", text):
        command: click.Command | None = group
        for word in words.split():
            if isinstance(command, click.Group):
                command = command.get_command(click.Context(command), word)
            assert command is not None, f"tracker {words}"


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")], ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    """As GitHub follows it: from the folder of the page."""
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_guide_is_on_the_readme() -> None:
    """Each page of docs/, so that nobody has to look for it."""
    guides = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
    assert sorted(guide for guide in guides if f"({guide})" not in README) == []


def test_every_place_on_the_page_of_the_house_is_there() -> None:
    """`commitments/fold.py`, `docs/`: what docs/architecture.md sends the reader to exists."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    places = re.findall(r"`([a-z_]+/[a-z_./]*)`", text)
    assert places
    for place in places:
        assert any((root / place).exists() for root in (ROOT, ROOT / "tracker")), place


def test_every_key_of_the_default_config_is_known_and_every_known_key_is_documented() -> None:
    """The commented config and the settings classes say the same."""
    import attrs

    from tracker.api import TABLES
    from tracker.commitments.policy import Override, PolicySettings
    from tracker.config import Config, TrackerSettings
    from tracker.digest.settings import DigestSettings, SmtpSettings
    from tracker.evidence.source import Source
    from tracker.feeds.settings import FeedSettings, FetchSettings
    from tracker.ticks import RunSettings

    classes = {
        "tracker": TrackerSettings,
        "run": RunSettings,
        "fetch": FetchSettings,
        "feed": FeedSettings,
        "source": Source,
        "policy": PolicySettings,
        "digest": DigestSettings,
        "smtp": SmtpSettings,
    }
    assert set(classes) == set(TABLES)
    config = Config.load(ROOT / "config.toml", {})
    config.only(*TABLES)
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for name, settings in classes.items():
        if name in ("feed", "source", "digest"):
            config.sections(name, settings)
        else:
            config.section(name, settings)
        for field in attrs.fields(settings):
            assert re.search(rf"^#? ?{field.name} *=|`{field.name}`", text, re.MULTILINE), (
                f"[{name}] {field.name}"
            )
    (lines,) = re.findall(r"^# \[\[policy\.override\]\]\n((?:# .+\n)+)", text, re.MULTILINE)
    table = tomllib.loads(re.sub("^# ", "", lines, flags=re.MULTILINE))
    assert set(table) == {field.name for field in attrs.fields(Override)}
    assert Config("x", ROOT, {"policy": {"override": [table]}}, {}).section("policy", PolicySettings)
