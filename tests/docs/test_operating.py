"""What docs/operating.md shows, runs, in order, over the demo's folder."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.test_cli import run
from tests.demos import copy_of_demo

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operating.md"


def test_the_guide_to_operating_runs_as_printed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each command succeeds, and each line below it is in its answer."""
    desk = copy_of_demo("korea-2018", tmp_path_factory, tmp_path / "demo")
    told, seen = "", 0
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for line in "\n".join(blocks).splitlines():
        match shlex.split(line):
            case ["$", "tracker", *arguments]:
                done = run(*arguments, cwd=desk)
                assert done.returncode == 0, (line, done.stderr)
                told = done.stdout
                seen += 1
            case ["$", "mv", old, new]:
                (desk / old).rename(desk / new)
            case [_, *_]:
                assert line in told, (line, told)
    assert seen == 8
