"""What docs/api.md and docs/export.md promise: the examples run, and nothing public is missing."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import re
import shlex
import shutil
import typing
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import tracker
import tracker.api
from tests.cli.test_cli import run
from tests.demos import copy_of_demo
from tracker.api import Tracker
from tracker.cli import export
from tracker.dossier.dossier import Dossier
from tracker.evidence.document import Span
from tracker.evidence.source import Citation
from tracker.evidence.when import Occurred
from tracker.projections import answers

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "api.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which `tracker demo` made `demo`."""
    folder = tmp_path_factory.mktemp("api")
    copy_of_demo("korea-2018", tmp_path_factory, folder / "demo")
    return folder


def test_the_examples_run_as_printed(demo: Path, tmp_path: Path) -> None:
    """One after the other; what stands below one is what it prints."""
    shutil.copytree(demo / "demo", tmp_path / "demo")
    blocks = re.findall(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    with contextlib.chdir(tmp_path):
        for code, wanted in blocks:
            told = io.StringIO()
            with contextlib.redirect_stdout(told):
                exec(compile(code, "docs/api.md", "exec"), names)
            assert told.getvalue() == wanted, code
    assert len(blocks) > 8


def methods() -> Iterator[str]:
    """The public methods of the tracker."""
    yield from (name for name, _ in inspect.getmembers(Tracker, inspect.isfunction) if name[0] != "_")


@pytest.mark.parametrize("name", ["open", *methods()])
def test_every_call_is_on_the_page_with_its_arguments(name: str) -> None:
    """`search(text, *, as_of, …)`: no public method and no argument of one is missing."""
    calls = re.findall(rf"`{name}\(([^`]*)\)`", PAGE)
    assert calls, f"{name}() is not on docs/api.md"
    function = tracker.open if name == "open" else getattr(Tracker, name)
    wanted = list(inspect.signature(function).parameters)
    assert [each for each in wanted if each != "self" and each not in re.findall(r"\w+", calls[0])] == []


def returned(hint: object) -> Iterator[type]:
    """The value classes in an annotation."""
    if isinstance(hint, type) and attrs.has(hint):
        yield hint
    for part in typing.get_args(hint):
        yield from returned(part)


def values() -> dict[str, type]:
    """Every class of ours that an answer is, or is made of."""
    ours = [each for each in vars(answers).values() if getattr(each, "__module__", "") == answers.__name__]
    found = {each.__name__: each for each in [*ours, Occurred, Span, Citation]}
    for name in methods():
        hints = typing.get_type_hints(getattr(Tracker, name))
        found |= {each.__name__: each for each in returned(hints["return"])}
    # What a dossier is made of is on docs/dossiers.md; an event is what `Fact.event` says.
    return {name: each for name, each in found.items() if each is not Dossier and name != "Event"}


@pytest.mark.parametrize("name", values())
def test_every_field_of_every_answer_is_on_the_page(name: str) -> None:
    """A section for each class, that names each field and property and no other."""
    kind = values()[name]
    (section,) = re.findall(rf"^### `{name}`\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    fields = [field.name for field in attrs.fields(kind)]
    fields += [key for key, each in vars(kind).items() if isinstance(each, property) and key[0] != "_"]
    listed = [
        word
        for item in re.findall(r"^- (.*?:)", section, re.DOTALL | re.MULTILINE)
        for word in re.findall(r"`(\w+)`", item)
    ]
    assert [field for field in fields if f"`{field}`" not in section] == []
    assert [word for word in listed if word not in fields] == []


def test_every_public_name_is_on_the_page() -> None:
    """Of `tracker` and of `tracker.api`; and every error that the page names exists."""
    for name in {*tracker.__all__, *tracker.api.__all__}:
        assert re.search(rf"`(?:tracker\.)?{name}\b", PAGE), name
    errors = importlib.import_module("tracker.errors")
    named = re.findall(r"`(\w+)`", PAGE[PAGE.index("## Errors") : PAGE.rindex("```python")])
    assert [name for name in named if name[0].isupper() and not hasattr(errors, name)] == []


def test_the_exports_on_the_page_run_and_their_columns_are_these(demo: Path, tmp_path: Path) -> None:
    """Each command as printed; the columns by name and order."""
    page = (DOCS / "export.md").read_text(encoding="utf-8")
    shutil.copytree(demo / "demo", tmp_path / "demo")
    for line in re.findall(r"^\$ tracker (.*)$", page, re.MULTILINE):
        arguments = shlex.split(line)
        if "--out" not in arguments:
            arguments += ["--out", "out"]
        done = run(*arguments, "--force", cwd=tmp_path / "demo")
        assert done.returncode == 0, (line, done.stderr)
    for what in ("board", "history", "evidence", "changes"):
        (told,) = re.findall(rf"^`{what}`: (.*?)\.$", page, re.DOTALL | re.MULTILINE)
        assert tuple(told.replace("\n", " ").split(", ")) == getattr(export, what.upper())
