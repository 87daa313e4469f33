"""Real processes for tests that need several at one database, let go at one moment, none left at the end.

A process is a module with a `main` that prints `ready` and waits for a line before it begins.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

Process = subprocess.Popen[str]


@contextmanager
def processes(module: str, each: Sequence[Sequence[object]]) -> Iterator[list[Process]]:
    """One process of a module for each list of arguments."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for arguments in each
    ]
    try:
        for process in started:
            assert process.stdout is not None
            if process.stdout.readline() != "ready\n":
                pytest.fail(process.communicate()[1])
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def ended_well(process: Process) -> list[str]:
    """The words that a process said, once it has ended without a complaint."""
    told, complaint = process.communicate(timeout=120)
    assert (process.returncode, complaint) == (0, "")
    return told.split()
