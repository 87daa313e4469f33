"""The three ways to have the package, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import tracker
from tracker.resources import resource

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("sqlalchemy", "httpx", "apscheduler", "feedparser", "rich", "alembic", "jinja2")


def loaded_by(code: str) -> set[str]:
    """The heavy modules that a fresh interpreter has loaded after `code`."""
    told = f"{code}\nimport sys\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()) if done.stdout.splitlines() else set()


def test_importing_tracker_imports_nothing_heavy() -> None:
    """`import tracker` is free; its names are resolved on first use."""
    assert loaded_by("import tracker") == set()
    assert "sqlalchemy" in loaded_by("import tracker; tracker.open")  # the check can fail


def test_help_imports_nothing_heavy() -> None:
    """`tracker --help` shows every command without importing what they need."""
    code = (
        "import sys; sys.argv = ['tracker', '--help']\n"
        "from tracker.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass"
    )
    assert loaded_by(code) == set()


def test_every_public_name_resolves() -> None:
    """Each name in `__all__` is there, and an unknown one is an AttributeError."""
    for name in tracker.__all__:
        assert getattr(tracker, name) is not None
    with pytest.raises(AttributeError):
        tracker.nothing_of_the_kind  # noqa: B018


def test_resources_are_found_in_a_checkout() -> None:
    """Migrations, seeds and the default config are where the package looks for them."""
    for name in ("migrations/env.py", "seeds/korea-2018.toml", "seeds/korea-2018/demo.toml", "config.toml"):
        assert resource(name).is_file()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel, made without reaching for a package index."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def test_the_wheel_carries_its_resources_and_nothing_else(wheel: Path) -> None:
    """Seeds, migrations, templates and the type marker are inside; tests are not."""
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "tracker/py.typed",
        "tracker/_resources/config.toml",
        "tracker/_resources/seeds/korea-2018.toml",
        "tracker/_resources/seeds/korea-2018/demo.toml",
        "tracker/_resources/migrations/versions/0001_first_tables.py",
    ):
        assert wanted in names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "benchmarks/"))]


def installed(wheel: Path, place: Path) -> Path:
    """The Python of an environment that has the wheel.

    The dependencies come from the environment that runs the tests; the package itself only from the wheel.
    """
    venv.create(place, with_pip=False)
    site = next(place.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    ours = [p for p in sys.path if p.endswith("site-packages")]
    (site / "dependencies.pth").write_text("\n".join(ours))
    return place / "bin" / "python"


SCRIPT = """
from datetime import date

import tracker

with tracker.open("config.toml") as t:
    due: dict[str, date] = {row.id: row.until.date() for row in t.upcoming(30) if row.until}
    breaches: list[int] = [len(score.breaches) for score in t.scorecard(as_of=date(2018, 6, 14))]
    for change in t.changes(after=(3, "a"), follow=True, until=lambda: True):
        position, commitment = change.cursor
        words: list[tuple[str, ...]] = [quote.words for why in change.because for quote in why.findings]
    hits: tuple[tracker.Hit, ...] = t.search("test site", known_at="2018-05")
    grades: set[str] = {found.quote.grade for found in t.evidence("a")}
"""


def test_a_users_script_passes_mypy_strict_against_the_installed_package(wheel: Path, tmp_path: Path) -> None:
    """The types are in the wheel; and a mistake of the script is found."""
    python = installed(wheel, tmp_path / "env")
    (tmp_path / "good.py").write_text(SCRIPT)
    (tmp_path / "bad.py").write_text(SCRIPT.replace("len(score.breaches)", "score.breaches"))
    for name, status, told in (("good", 0, "no issues"), ("bad", 1, "List comprehension has incompatible")):
        command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(python), f"{name}.py"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, told in done.stdout) == (status, True), done.stdout


def test_the_installed_wheel_runs_the_demo_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    """Installed away from the checkout, the command finds all it needs."""
    python = installed(wheel, tmp_path / "env")
    site = python.parents[1]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    where = subprocess.run(
        [python, "-c", "import tracker; print(tracker.__file__)"],
        cwd=elsewhere,
        capture_output=True,
        text=True,
    )
    assert str(site) in where.stdout
    done = subprocess.run(
        [python, "-m", "tracker.cli", "demo", "--dossier", "norvex-climate", "--out", "norvex"],
        cwd=elsewhere,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (elsewhere / "norvex" / "tracker.sqlite3").is_file()
