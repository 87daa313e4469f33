"""Files that a command is given by name: texts to read, and files that it writes whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from tracker.errors import DossierError


def dossier_text(path: Path) -> str:
    """The text of a dossier file; raises `DossierError` where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise DossierError(f"{path}: cannot be read: {reason}") from problem


@contextmanager
def new_file(path: Path, *, force: bool | None = None) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is whole, and not at all where writing it fails.

    One that is there already is refused, or with `force` replaced; None where the command offers no --force.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _refuse_what_is_there(path, force)
        with part.open("xb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        _refuse_what_is_there(path, force)
        part.replace(path)
    except OSError as problem:
        raise click.UsageError(f"{path}: cannot be written: {problem.strerror}") from problem
    finally:
        part.unlink(missing_ok=True)


def _refuse_what_is_there(path: Path, force: bool | None) -> None:
    if path.exists() and not force:
        way_out = "name another file" if force is None else "name another file or give --force"
        raise click.UsageError(f"{path} is there already; an export overwrites nothing, {way_out}")
