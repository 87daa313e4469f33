"""What docs/evidence.md shows, runs; and its policy is one that the config takes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.demos import copy_of_demo
from tests.docs.pages import loaded_desk, run_examples
from tracker.commitments.policy import PolicySettings
from tracker.config import Config

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")


CASE = "## One case, from feed to verdict"


def test_the_examples_run_as_printed(tmp_path: Path) -> None:
    """Each command, in order, on a new desk, but for the case."""
    before, _, rest = PAGE.partition(CASE)
    run_examples(before + rest.partition("\n## ")[2], loaded_desk(tmp_path))


def test_the_case_runs_as_printed(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In the folder that its demo makes."""
    desk = copy_of_demo("norvex-climate", tmp_path_factory, tmp_path / "demo")
    run_examples(PAGE.partition(CASE)[2].partition("\n## ")[0], desk)


def test_the_overrides_on_the_page_are_read_and_name_commitments_of_the_seed() -> None:
    """Whoever copies them has what the page says."""
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    policy = Config("config.toml", Path(), tomllib.loads(text), {}).section("policy", PolicySettings)
    seed = (Path(__file__).resolve().parents[2] / "seeds" / "korea-2018.toml").read_text(encoding="utf-8")
    known = {commitment["id"] for commitment in tomllib.loads(seed)["commitment"]}
    assert {name for override in policy.override for name in override.commitments} <= known
    assert (policy.of("dprk-shut-test-site").origins, policy.of("us-keep-sanctions").enabled) == (3, False)
