"""`tracker documents diff`: what an edit changed, word by word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tracker
from tests.archive.test_forget import TITLE, Folder
from tests.cli.test_cli import run
from tracker import rounds
from tracker.errors import UnknownDocument, UserError

FIRST = "<p>The bridge will open in May.</p><p>It rained.</p>"
EDITED = "<p>The bridge may open in May.</p><p>It rained.</p>"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder in which one entry was edited: documents 1 and 2 are its versions, 3 is another feed's."""
    folder = Folder(tmp_path)
    with tracker.open(tmp_path / "config.toml") as t:
        rounds.gather(t, ["courier"])
        for body in (FIRST, EDITED):
            folder.feed("gazette", ("1", TITLE, body.replace("<", "&lt;")))
            rounds.gather(t, ["gazette"])
        assert [(each.feed, each.version) for each in t.documents()] == [
            ("courier", 1),
            ("gazette", 1),
            ("gazette", 2),
        ]
    return folder


def test_an_edit_is_told_by_its_words(folder: Folder) -> None:
    """Which two documents, the changed paragraph with its marks, and how much is the same."""
    done = run("documents", "diff", "3", cwd=folder.path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "--- document 2, gazette version 1, 2024-06-03T08:00:00Z, http://news.example/1",
        "+++ document 3, gazette version 2, 2024-06-03T08:00:00Z, http://news.example/1",
        "    (1 paragraph the same)",
        "The bridge [-will-]{+may+} open in May.",
        "    (1 paragraph the same)",
    ]


def test_any_two_can_be_compared(folder: Folder) -> None:
    """In either order, and a document with itself."""
    done = run("documents", "diff", "2", "3", cwd=folder.path)
    assert "The bridge [-may-]{+will+} open in May." in done.stdout
    done = run("documents", "diff", "2", "1", "--format", "json", cwd=folder.path)
    assert "Said a reader" in "".join(
        row["text"] for row in json.loads(done.stdout) if row["op"] == "removed"
    )
    assert "(3 paragraphs the same)" in run("documents", "diff", "2", "2", cwd=folder.path).stdout


def test_programs_get_the_pieces(folder: Folder) -> None:
    """What stayed and came makes the newer text."""
    rows = json.loads(run("documents", "diff", "3", "--format", "json", cwd=folder.path).stdout)
    assert [row["op"] for row in rows] == ["same", "removed", "added", "same"]
    text = "".join(row["text"] for row in rows if row["op"] != "removed")
    with tracker.open(folder.path / "config.toml") as t:
        assert text == t.document(3).text


def test_forgotten_words_are_told_as_forgotten(folder: Folder) -> None:
    """And the other version's are not shown as if they were all new."""
    with tracker.open(folder.path / "config.toml") as t:
        t.forget([2], "it names a private person")
    done = run("documents", "diff", "3", cwd=folder.path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[2:] == ["(document 2 was forgotten)"]
    told = json.loads(run("documents", "diff", "3", "--format", "json", cwd=folder.path).stdout)
    assert told == [{"op": "forgotten", "text": "document 2 was forgotten"}]


def test_what_cannot_be_compared_is_said_in_a_line(folder: Folder) -> None:
    """A first version has nothing before it; a number may be nobody's."""
    done = run("documents", "diff", "2", cwd=folder.path)
    assert done.returncode == 2
    assert done.stderr.strip().endswith(
        "document 2 is the first version of its entry; name another to compare it with"
    )
    with tracker.open(folder.path / "config.toml") as t:
        with pytest.raises(UserError):
            t.diff(1)
        with pytest.raises(UnknownDocument, match="no document 9"):
            t.diff(3, 9)
