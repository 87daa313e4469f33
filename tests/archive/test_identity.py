"""When an entry is the same one: by its guid, by its words and their date, by what the feed gave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from attrs import evolve

from tracker.archive import documents as archive
from tracker.archive.documents import capture
from tracker.database.engine import Database
from tracker.evidence.document import Document, Entry

DAY = datetime(2018, 5, 10, tzinfo=UTC)
ENTRY = Entry(guid="a", url="https://news.example/1", title="The site is shut", published=DAY)


def store(database: Database, *entries: Entry, feed: str = "wire") -> int:
    """Capture; returns how many were new."""
    with database.writing() as connection:
        return capture(connection, feed=feed, publisher="Wire", language="en", entries=entries, now=DAY)


def stored(database: Database) -> list[Document]:
    """All that was captured."""
    with database.reading() as connection:
        return archive.captured(connection, limit=100)


def test_a_feed_that_writes_new_guids_brings_nothing_new(database: Database) -> None:
    """The same words, address and instant under another guid, at the next visit or in the same one."""
    assert store(database, ENTRY, evolve(ENTRY, guid="b")) == 1
    assert store(database, evolve(ENTRY, guid="c")) == 0
    assert [document.guid for document in stored(database)] == ["b"]


def test_the_same_words_of_another_day_are_evidence_anew(database: Database) -> None:
    """A bulletin that says the same each day, with a guid each day, is captured each day."""
    days = [evolve(ENTRY, guid=f"day {n}", published=DAY + timedelta(days=n)) for n in range(3)]
    assert [store(database, day) for day in days] == [1, 1, 1]
    assert store(database, *days) == 0


def test_a_missing_date_makes_no_new_entry(database: Database) -> None:
    """Neither a feed that stops dating what it gave, nor one that begins to."""
    assert store(database, ENTRY) == 1
    assert store(database, evolve(ENTRY, guid="b", published=None)) == 0
    undated = Entry(guid="u", url="https://news.example/2", title="Talks go on")
    assert store(database, undated) == 1
    assert store(database, evolve(undated, guid="v", published=DAY)) == 0


def test_an_edited_entry_is_known_by_the_date_of_its_edit(database: Database) -> None:
    """It was stored with that date, and comes again with both under a new guid."""
    edited = evolve(ENTRY, title="The site is not shut", updated=DAY + timedelta(hours=1))
    assert store(database, ENTRY) == 1
    assert store(database, edited) == 1
    assert store(database, evolve(edited, guid="b")) == 0


def test_other_feeds_addresses_and_words_are_other_entries(database: Database) -> None:
    """A wire copy in another feed is a document of its own, and so is a copy at another address."""
    assert store(database, ENTRY) == 1
    assert store(database, ENTRY, feed="other") == 1
    assert store(database, evolve(ENTRY, guid="b", url="https://news.example/copy")) == 1
    assert store(database, evolve(ENTRY, guid="c", body="And more.")) == 1


def test_an_edit_under_the_guid_is_a_version_whatever_was_there(database: Database) -> None:
    """Back to the first words is an edit, too."""
    changed = evolve(ENTRY, body="Corrected.")
    assert [store(database, each) for each in (ENTRY, changed, ENTRY)] == [1, 1, 1]
    assert [document.version for document in stored(database)] == [1, 2, 3]


def test_a_body_from_the_page_is_no_edit_of_the_summary(database: Database) -> None:
    """What the feed gave is compared with what it gives; under another guid, too."""
    full = evolve(ENTRY, body="All that the page says.", as_given=ENTRY.hash)
    assert store(database, full) == 1
    assert store(database, ENTRY) == 0
    assert store(database, evolve(ENTRY, guid="b")) == 0
    (document,) = stored(database)
    assert (document.hash, document.entry_hash) == (full.hash, ENTRY.hash)


def test_forgotten_words_stay_out_as_the_feed_gave_them(database: Database) -> None:
    """What was forgotten with the body of its page does not come back as the summary, in whatever feed."""
    assert store(database, evolve(ENTRY, body="All of it.", as_given=ENTRY.hash)) == 1
    with database.writing() as connection:
        archive.forget(connection, 1)
    assert store(database, ENTRY, feed="other") == 0


def test_what_is_news_is_what_would_be_stored(database: Database) -> None:
    """Told before anything is stored: new guids and edits, and no entry that is there."""
    store(database, ENTRY)
    edited, other = evolve(ENTRY, body="Corrected."), evolve(ENTRY, guid="n", title="Other words")
    with database.reading() as connection:
        assert archive.news(connection, "wire", [ENTRY, evolve(ENTRY, guid="b")]) == []
        assert archive.news(connection, "wire", [edited, other]) == [edited, other]
