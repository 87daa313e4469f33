"""What the rooms may know: the contract that the import-linter cannot say."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "tracker"
ALLOWED = {
    "commitments": {"attrs", "tracker.commitments", "tracker.evidence", "tracker.errors"},
    "evidence": {"attrs", "rapidfuzz", "tracker.evidence", "tracker.errors"},
}
FILES = [path for room in ALLOWED for path in sorted((PACKAGE / room).glob("*.py"))]


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at the top or inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_the_pure_rooms_import_the_standard_library_attrs_and_what_lies_below(path: Path) -> None:
    """Nothing else: no database, no network, no room above."""
    allowed = ALLOWED[path.parent.name]
    for module in imports(path):
        own = any(module == name or module.startswith(name + ".") for name in allowed)
        assert own or module.partition(".")[0] in sys.stdlib_module_names, module


CLOCKS = {"now", "today", "utcnow", "time", "monotonic", "perf_counter"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_the_pure_rooms_read_no_clock_and_no_file(path: Path) -> None:
    """`now` is an argument; what is in a file, somebody else has read."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in CLOCKS | {"open", "read_text", "getenv"}, f"line {node.lineno}: {called}"
