"""Pruning: old words in which nothing was found go, what a finding cites stays, nothing comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import tracker
from tests.archive.test_forget import OTHERS, TITLE, Folder
from tests.cli.test_cli import run
from tracker.api import Tracker

START = datetime(2024, 6, 3, 9, tzinfo=UTC)


class Clock:
    """A present that can be moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def opened(path: Path) -> tuple[Folder, Clock, Callable[[], Tracker]]:
    """A folder with a dossier and two feeds, its clock, and how to open it."""
    folder, clock = Folder(path), Clock()
    return folder, clock, lambda: tracker.open(path / "config.toml", clock=clock)


def test_old_words_without_a_finding_go_and_cited_ones_stay(tmp_path: Path) -> None:
    """Also those of an article about the commitment; a dry run only counts."""
    folder, clock, open_it = opened(tmp_path)
    with open_it() as t:
        t.load()
        folder.feed("gazette", ("1", TITLE, "cut the ribbon"), *OTHERS[:3])
        folder.poll(t)
        cited = {document.number for document in t.documents() if document.title == TITLE}
        assert cited and len(list(t.documents())) == 5
        assert t.prune(timedelta(days=30)) == 0, "nothing is old"
        clock.now += timedelta(days=40)
        folder.feed("courier", ("2", "Fresh news", "of another pier"))
        folder.poll(t)
        assert t.prune(timedelta(days=30), dry_run=True) == 3
        assert not any(document.forgotten for document in t.documents())
        assert t.prune(timedelta(days=30)) == 3
        left = {document.number for document in t.documents() if not document.forgotten}
        assert left == cited | {6}
        assert t.prune(timedelta(days=30)) == 0, "again is nothing"


def test_what_was_pruned_is_not_captured_again(tmp_path: Path) -> None:
    """A feed shows its old entries for years."""
    folder, clock, open_it = opened(tmp_path)
    with open_it() as t:
        folder.feed("gazette", *OTHERS[:3])
        folder.feed("courier")
        assert folder.poll(t) == 3
        clock.now += timedelta(days=40)
        assert t.prune(timedelta(days=30)) == 3
        folder.feed("gazette", *OTHERS[:4])
        assert folder.poll(t) == 1
        assert t.verify().position == t.head()


def test_more_than_a_batch_is_pruned(tmp_path: Path) -> None:
    """600 documents are two batches."""
    folder, clock, open_it = opened(tmp_path)
    with open_it() as t:
        for page in range(2):
            folder.feed("gazette", *((f"{page}-{n}", f"Notice {page}-{n}", "A pier.") for n in range(300)))
            folder.feed("courier")
            folder.poll(t)
        clock.now += timedelta(days=2)
        assert t.prune(timedelta(days=1)) == 600


@pytest.mark.parametrize("span", ["soon", "0d", "-3d"])
def test_a_span_that_is_none_is_told(tmp_path: Path, span: str) -> None:
    """In one line, with what to write."""
    Folder(tmp_path)
    done = run("documents", "prune", "--older-than", span, cwd=tmp_path)
    assert done.returncode == 2
    assert "--older-than" in done.stderr.splitlines()[-1]


def test_the_command_counts(tmp_path: Path) -> None:
    """In words."""
    folder, _, open_it = opened(tmp_path)
    with open_it() as t:
        folder.feed("gazette", *OTHERS[:1])
        folder.feed("courier")
        folder.poll(t)
    done = run("documents", "prune", "--older-than", "52w", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "the words of 1 document were removed\n")
