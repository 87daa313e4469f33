"""What docs/ingest.md shows, runs."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.test_cli import run
from tests.docs.pages import run_examples
from tracker.feeds.archives import MAX_ENTRIES
from tracker.feeds.records import FIELDS
from tracker.rounds import BATCH

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "ingest.md").read_text(encoding="utf-8")


def test_the_examples_run_as_printed(tmp_path: Path) -> None:
    """Each command, in order, on a new desk that has the table of the page and a second database."""
    assert run("init", "desk", cwd=tmp_path).returncode == 0
    desk = tmp_path / "desk"
    (table,) = re.findall(r"^\$ cat press\.csv\n(.*?)^\$", PAGE, re.DOTALL | re.MULTILINE)
    (desk / "press.csv").write_text(table, encoding="utf-8")
    config = (desk / "config.toml").read_text(encoding="utf-8")
    replayed = config.replace('"tracker.sqlite3"', '"replayed.sqlite3"')
    assert replayed != config
    (desk / "replayed.toml").write_text(replayed, encoding="utf-8")
    run_examples(PAGE, desk)


def test_every_field_is_on_the_page() -> None:
    """And the bounds are those of the program."""
    table = PAGE[PAGE.index("| field |") : PAGE.index("Case means nothing")]
    assert set(re.findall(r"`(\w+)`", table)) == set(FIELDS)
    assert f"{MAX_ENTRIES:,} entries" in PAGE
    assert f"{BATCH} records" in PAGE
