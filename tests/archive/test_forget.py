"""Forgetting: the words are gone from every file, the chain and the findings stand, nothing comes back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import tracker
from tests.cli.test_cli import run
from tests.database.freeze import CONFIG
from tests.rounds.test_rounds import DOSSIER, Pages
from tracker import rounds
from tracker.api import Tracker
from tracker.errors import UnknownDocument, UnknownFeed, UserError
from tracker.log.events import DocumentForgotten

TITLE = "The port authority opened the harbour bridge"
SECRET = "Zaphrodine Quillfeather cut the ribbon"
OTHERS = tuple((f"n{i}", f"Notice {i}", f"Nothing of note happened on pier {i}. " * 40) for i in range(60))


class Folder:
    """A folder with two feeds in files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "config.toml").write_text(CONFIG)
        (path / "harbour.toml").write_text(DOSSIER)
        self.feed("gazette", ("1", TITLE, SECRET))
        self.feed("courier", ("1", TITLE, "Said a reader"))

    def feed(self, name: str, *items: tuple[str, str, str]) -> None:
        """What a feed says from now on."""
        pages = Pages()
        pages.feed(name, *items)
        (self.path / f"{name}.xml").write_bytes(pages.bodies[name])

    def poll(self, t: Tracker) -> int:
        """Visit both feeds; returns how many documents were new."""
        return sum(visit.new for visit in rounds.gather(t, ("gazette", "courier")).visits)

    def holding(self, words: str) -> list[str]:
        """The database's files that hold these words."""
        files = sorted(self.path.glob("*.sqlite3*"))
        return [file.name for file in files if words.encode() in file.read_bytes()]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """The folder."""
    return Folder(tmp_path)


@pytest.fixture
def t(folder: Folder) -> Iterator[Tracker]:
    """A tracker that has read both feeds and holds the bridge open."""
    with tracker.open(folder.path / "config.toml") as opened:
        opened.load()
        assert folder.poll(opened) == 2
        yield opened


def number_of(t: Tracker, feed: str) -> int:
    """The number of the first document of a feed."""
    return next(t.documents(feed=feed)).number


def test_the_words_go_and_their_place_the_chain_and_the_findings_stay(t: Tracker) -> None:
    """Title and body are gone; hash, feed, guid, address and dates are as before, and so is the verdict."""
    before = t.document(number_of(t, "gazette"))
    (done,) = t.forget([before.number], "it names a private person")
    after = t.document(before.number)
    assert (after.title, after.body, after.forgotten) == ("", "", True)
    for name in ("hash", "feed", "guid", "url", "published", "first_seen", "version"):
        assert getattr(after, name) == getattr(before, name)
    assert t.verify().position == t.head() == done.fact.position
    assert t.commitment("open-bridge").status == "fulfilled"
    (reason,) = t.explain("open-bridge").reasons
    told = {quote.publisher: (quote.title, quote.words, quote.text) for quote in reason.findings}
    assert told["Gazette"] == ("(forgotten)", (), "")
    assert told["Courier"][1] == ("opened", "harbour bridge")


def test_the_log_says_who_forgot_what_and_why(t: Tracker) -> None:
    """On the stream `documents`, by number and hash, never by words."""
    number = number_of(t, "gazette")
    (done,) = t.forget([number], "it names a private person")
    (fact,) = t.log(stream="documents")
    assert fact.id == done.fact.id
    assert fact.recorded_by
    assert fact.event == DocumentForgotten(
        number=number, document=t.document(number).hash, because="it names a private person"
    )


def test_forgetting_again_changes_nothing(t: Tracker) -> None:
    """It is one fact, the first, whatever the reason given later."""
    number = number_of(t, "gazette")
    (first,) = t.forget([number, number], "it names a private person")
    head = t.head()
    (again,) = t.forget([number], "another reason")
    assert (first.before, again.before) == (False, True)
    assert (again.fact, t.head()) == (first.fact, head)


def test_the_same_words_are_not_captured_again(t: Tracker, folder: Folder) -> None:
    """Not with the next poll, not after an edit and back, not under another guid; an edit is news."""
    t.forget([number_of(t, "gazette")], "it names a private person")
    (folder.path / "gazette.xml").touch()
    assert folder.poll(t) == 0
    folder.feed("gazette", ("1", TITLE, "An official cut the ribbon"))
    assert folder.poll(t) == 1
    folder.feed("gazette", ("1", TITLE, SECRET))
    assert folder.poll(t) == 0
    assert [document.version for document in t.documents(feed="gazette")] == [1, 2]
    assert all(SECRET not in document.body for document in t.documents())


def test_what_else_holds_the_words_is_told(t: Tracker, folder: Folder) -> None:
    """Another version of the entry is a document of its own."""
    folder.feed("gazette", ("1", TITLE, SECRET + ", we hear"))
    assert folder.poll(t) == 1
    old, new = (document.number for document in t.documents(feed="gazette"))
    (done,) = t.forget([old], "it names a private person")
    assert done.kin == (new,)
    (done,) = t.forget([new], "so does this")
    assert done.kin == ()


def test_a_document_forgotten_before_it_was_read_finds_nothing(t: Tracker, folder: Folder) -> None:
    """The matcher goes on after it."""
    folder.feed("gazette", ("2", "The port authority opened the harbour bridge again", "x"))
    t.forget([number_of(t, "gazette")], "x")
    head = t.head()
    assert folder.poll(t) == 1
    assert t.head() > head
    assert t.consider() == 0


def test_all_or_none_are_forgotten_and_a_reason_is_needed(t: Tracker) -> None:
    """A number that is none stops the others."""
    number = number_of(t, "gazette")
    with pytest.raises(UnknownDocument, match="no document 99; the last is 2"):
        t.forget([number, 99], "x")
    with pytest.raises(UserError, match="say why"):
        t.forget([number], " ")
    assert not t.document(number).forgotten
    with pytest.raises(UnknownFeed, match="did you mean 'gazette'"):
        t.documents(feed="gazete")


def test_no_file_of_the_database_holds_the_words_afterwards(t: Tracker, folder: Folder) -> None:
    """Neither the free pages nor the write-ahead log, while the database stays open."""
    folder.feed("gazette", *OTHERS, ("3", "Ribbon", SECRET * 300))
    assert folder.poll(t) == 61
    assert folder.holding("Zaphrodine")
    for document in t.documents(feed="gazette"):
        if SECRET in document.body:
            t.forget([document.number], "it names a private person")
    assert t.scrub()
    assert folder.holding("Zaphrodine") == []
    assert folder.holding("pier 7")
    assert t.verify().position == t.head()


def test_a_reader_that_holds_the_old_view_is_told_and_the_next_time_it_is_gone(
    t: Tracker, folder: Folder
) -> None:
    """What somebody is reading cannot be taken away; nothing is promised before it is so."""
    t.database.busy_seconds = 1
    t.database.engine.dispose()
    with closing(sqlite3.connect(folder.path / "tracker.sqlite3", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM events").fetchall()
        t.forget([number_of(t, "gazette")], "it names a private person")
        assert not t.scrub()
        reader.execute("COMMIT")
    assert t.scrub()
    assert folder.holding("Zaphrodine") == []


def test_the_commands_list_show_and_forget(t: Tracker, folder: Folder) -> None:
    """By number, by feed and by day; forgotten ones say so wherever they are named."""
    number = number_of(t, "gazette")
    listed = json.loads(run("documents", "list", "--format", "json", cwd=folder.path).stdout)
    assert [row["number"] for row in listed] == [1, 2]
    assert SECRET in run("documents", "show", str(number), cwd=folder.path).stdout
    rows = json.loads(
        run("documents", "show", "--feed", "gazette", "--format", "json", cwd=folder.path).stdout
    )
    assert [(row["number"], row["body"], row["forgotten"]) for row in rows] == [(number, SECRET, False)]
    later = run("documents", "list", "--since", "2999-01-01", cwd=folder.path)
    assert "no document was captured" in later.stdout
    done = run("documents", "forget", str(number), "--because", "asked to", cwd=folder.path)
    assert done.returncode == 0, done.stderr
    assert f"document {number} is forgotten, recorded as" in done.stdout
    shown = run("documents", "show", str(number), cwd=folder.path).stdout
    assert "(the document was forgotten)" in shown
    assert SECRET not in shown
    assert "(the document was forgotten): fulfils" in run("explain", "open-bridge", cwd=folder.path).stdout
    for wrong in (["show"], ["show", "1", "--feed", "gazette"], ["show", "99"], ["forget", "1"]):
        done = run("documents", *wrong, cwd=folder.path)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), wrong
