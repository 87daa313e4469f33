"""What a stranger does first: no command, half a pipe, a wrong filter; each ends as a shell expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_cli import run


@pytest.mark.parametrize("arguments", [[], ["feeds"], ["log"]])
def test_without_a_command_the_help_comes_as_it_is_laid_out(arguments: list[str], tmp_path: Path) -> None:
    """On stderr with status 2, line by line, and not squeezed into one."""
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Usage: tracker")
    assert len(done.stderr.splitlines()) > 5
