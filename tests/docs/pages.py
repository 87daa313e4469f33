"""Running what a page of the documentation prints."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.cli.test_cli import Done, run

# What a word in capitals stands for, in an example whose answer is another one each time.
SHOWN = {
    "N": r"\d+",
    "TIME": r"\S+Z",
    "DAY": r"\d{4}-\d\d-\d\d",
    "HASH": "[0-9a-f]{64}",
    "ID": "[0-9a-f]{32}",
    "WHO": r"\S+",
}


def loaded_desk(folder: Path) -> Path:
    """A folder made by `tracker init`, with the dossier loaded."""
    desk = folder / "desk"
    assert run("init", "desk", cwd=folder).returncode == 0
    assert run("load", cwd=desk).returncode == 0
    return desk


def run_examples(page: str, desk: Path) -> None:
    """Each command in order, as from a shell; the lines below it are in its answer."""
    told = ""
    for line in "\n".join(re.findall(r"```console\n(.*?)```", page, re.DOTALL)).splitlines():
        if line.startswith("$ "):
            told = _answer(line[2:], desk)
        else:
            wanted = re.sub(rf"\b({'|'.join(SHOWN)})\b", lambda found: SHOWN[found[1]], re.escape(line))
            wanted = re.sub(r"(?:\\ ){2,}", " +", wanted)
            assert re.search(f"^{wanted} *$", told, re.MULTILINE), (line, told)
    assert told


def _answer(line: str, desk: Path) -> str:
    """What a command says; one that only names `tracker` and its arguments needs no process of its own."""
    plain = line.startswith("tracker ") and not set(line) & set("|<>&;$`*?")
    if plain:
        done: Done | subprocess.CompletedProcess[str] = run(*shlex.split(line)[1:], cwd=desk)
    else:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            ["sh", "-c", line], cwd=desk, env=os.environ | {"PATH": path}, capture_output=True, text=True
        )
    assert done.returncode == 0, (line, done.stderr)
    return done.stdout
