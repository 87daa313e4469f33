"""What docs/review.md shows, and docs/dossiers.md of trying a watch, runs over the folder of the demo."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.terminal import on_terminal
from tests.demos import copy_of_demo
from tests.docs.pages import run_examples
from tracker.cli import review
from tracker.desk.review import Rule

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "review.md").read_text(encoding="utf-8")
GUIDE = (DOCS / "dossiers.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the smaller demo makes."""
    return copy_of_demo("norvex-climate", tmp_path_factory, tmp_path_factory.mktemp("review") / "demo")


@pytest.fixture
def desk(demo: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(demo, tmp_path / "demo"))


def waiting(desk: Path) -> str:
    """The finding that is the first to decide on."""
    import tracker

    with tracker.open(desk / "config.toml") as t:
        return next(item.quote.id for item in t.inbox() if item.quote is not None)


def test_the_session_runs_as_printed(desk: Path) -> None:
    """At a terminal: each line that is shown is there, in order, and each key after « leads on."""
    (session,) = re.findall(r"```text\n\$ tracker review\n(.*?)```", PAGE, re.DOTALL)
    finding = waiting(desk)
    with on_terminal("review", cwd=desk) as terminal:
        for line in session.replace("FINDING", finding).splitlines():
            if not line.startswith("« "):
                terminal.expect(line)
            elif len(line) == 3:
                terminal.press(line[2])
            else:
                terminal.answer(f"{line[2:]}\n")
        assert terminal.end() == 0


def test_the_commands_run_as_printed(desk: Path) -> None:
    """Of both pages."""
    run_examples(PAGE.replace("FINDING", waiting(desk)), desk)
    run_examples(GUIDE.partition("## Trying a watch")[2].partition("\n## ")[0], desk)


def test_every_decision_that_a_file_may_hold_is_named() -> None:
    """In code, on the page."""
    for word in ("accept", "reject", *review.RELATIONS):
        assert f"`{word}`" in PAGE


def test_every_rule_that_refuses_a_decision_is_named() -> None:
    """The table of the page and the rules are the same."""
    assert re.findall(r"^\| `([a-z]+(?:-[a-z]+)+)` \|", PAGE, re.MULTILINE) == [rule.value for rule in Rule]
