"""Text files that a command is given by name."""

from __future__ import annotations

from pathlib import Path

from tracker.errors import DossierError


def dossier_text(path: Path) -> str:
    """The text of a dossier file; raises `DossierError` where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise DossierError(f"{path}: cannot be read: {reason}") from problem
