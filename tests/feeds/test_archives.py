"""Archives as analysts have them: what is read, what is told, and that nothing is worse than one line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.errors import BadDocument, UserError
from tracker.evidence.document import Record
from tracker.feeds.archives import Archive, Fault
from tracker.feeds.dated import DatedRecords
from tracker.feeds.entries import BODY_LIMIT, bounded
from tracker.feeds.records import Reading, names
from tracker.feeds.settings import FeedSettings
from tracker.feeds.worker import ParseWorker

NINTH = datetime(2018, 5, 9, tzinfo=UTC)
RSS = """<rss version="2.0"><channel><title>n</title><language>ko</language>
<item><guid>2</guid><title>Second</title><pubDate>Thu, 10 May 2018 08:00:00 GMT</pubDate></item>
<item><guid>1</guid><title>First &amp; foremost</title><description>&lt;p&gt;Words</description>
<pubDate>Wed, 09 May 2018 08:00:00 GMT</pubDate></item></channel></rss>"""


@pytest.fixture(scope="module")
def worker() -> Iterator[ParseWorker]:
    """The process that parses saved feeds."""
    with ParseWorker() as started:
        yield started


def read(path: Path, worker: ParseWorker, reading: Reading | None = None) -> list[Record | Fault]:
    """All that a file holds."""
    archive = Archive(path, reading or Reading(), worker)
    archive.check()
    return list(archive.records())


def taken(found: Sequence[Record | Fault]) -> list[Record]:
    """The records, where nothing else is there."""
    assert [str(each) for each in found if isinstance(each, Fault)] == []
    return [each for each in found if isinstance(each, Record)]


def faults(found: Sequence[Record | Fault]) -> list[str]:
    """What is told of the bad ones."""
    return [str(each) for each in found if isinstance(each, Fault)]


def test_json_lines_are_read_with_every_field(tmp_path: Path, worker: ParseWorker) -> None:
    """All ten fields come through: cleaned as a feed's are, the given date kept beside the instant."""
    line = {
        "title": "Hostages <b>return</b>\x07\n", "url": "https://n.example/7?utm_source=x", "guid": 7,
        "body": "<p>One.<p>Two &amp; three.<script>x</script>", "author": "A. Writer", "language": "EN",
        "published": "2018-05-09", "updated": "Thu, 10 May 2018 09:00:00 +0900",
        "publisher": "Example Wire", "feed": "wire",
    }  # fmt: skip
    (tmp_path / "a.jsonl").write_text(json.dumps(line) + "\n\n")
    (record,) = taken(read(tmp_path / "a.jsonl", worker, Reading(zone="Asia/Seoul")))
    assert (record.feed, record.publisher, record.salvaged) == ("wire", "Example Wire", False)
    assert record.entry == bounded(
        guid="7", url="https://n.example/7", title="Hostages return", body="One.\nTwo & three.",
        author="A. Writer", published=datetime(2018, 5, 8, 15, tzinfo=UTC), published_given="2018-05-09",
        updated=datetime(2018, 5, 10, tzinfo=UTC), language="en",
    )  # fmt: skip


def test_who_says_nothing_is_held_under_the_name_of_the_file(tmp_path: Path, worker: ParseWorker) -> None:
    """Feed and publisher: the record's, the option's, the configured feed's, then the file's name."""
    (tmp_path / "korea news.jsonl").write_text('{"title": "x"}\n{"title": "y", "feed": "wire"}\n')
    path = tmp_path / "korea news.jsonl"
    plain = taken(read(path, worker))
    assert [(r.feed, r.publisher) for r in plain] == [("archive/korea news",) * 2, ("wire", "wire")]
    wire = FeedSettings(name="wire", url="https://w.example/", publisher="Example Wire", language="ko")
    known = taken(read(path, worker, Reading(feeds={"wire": wire}, feed="desk")))
    assert [(r.feed, r.publisher) for r in known] == [("desk", "desk"), ("wire", "Example Wire")]
    assert [r.entry.language for r in known] == ["", "ko"]
    assert {r.publisher for r in taken(read(path, worker, Reading(publisher="Us")))} == {"Us"}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_by_its_header(tmp_path: Path, worker: ParseWorker, separator: str) -> None:
    """Whatever separates, with a byte-order mark, names in capitals, and texts of several lines."""
    rows = [["Title", " URL", "Published"], ["One", "", "2018-05-09"], ['"Two\nlines, ""q"""', "", ""]]
    text = "\r\n".join(separator.join(row) for row in rows)
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    one, two = taken(read(tmp_path / "a.csv", worker))
    assert (one.entry.title, one.entry.published) == ("One", NINTH)
    assert (two.entry.title, two.entry.published) == ('Two lines, "q"', None)


def test_a_saved_feed_is_read_as_feeds_are(tmp_path: Path, worker: ParseWorker) -> None:
    """The oldest first, in the feed's language; one whose markup is broken is marked as salvaged."""
    (tmp_path / "a.xml").write_text(RSS)
    first, second = taken(read(tmp_path / "a.xml", worker))
    assert (first.entry.guid, first.entry.title, first.entry.body) == ("1", "First & foremost", "Words")
    assert (second.entry.guid, second.entry.language, second.feed) == ("2", "ko", "archive/a")
    assert not first.salvaged
    (tmp_path / "b.xml").write_text(RSS.replace("</channel></rss>", ""))
    assert all(record.salvaged for record in taken(read(tmp_path / "b.xml", worker)))


def test_what_a_file_is_shows_in_it(tmp_path: Path, worker: ParseWorker) -> None:
    """Without a suffix that says so, by its beginning; packed or not."""
    contents = {
        "rss": RSS,
        "json feed": '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "x"}]}',
        "lines": '{"title": "x"}\n{"title": "y"}\n',
        "table": "title,body\nx,y\n",
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content.encode()))
        plain, packed = read(tmp_path / name, worker), read(tmp_path / f"{name}.gz", worker)
        assert len(taken(plain)) == (2 if name in ("rss", "lines") else 1)
        assert [r.entry for r in taken(plain)] == [r.entry for r in taken(packed)]


BAD_LINES = [
    ("{", "no JSON object"),
    ("[1]", "write one a line"),
    ('{"titel": "x"}', "did you mean 'title'"),
    ('{"title": "x", "Title": "y"}', "two fields are 'title'"),
    ('{"title": ["x"]}', "'title' must be a text"),
    ('{"title": true}', "'title' must be a text"),
    ('{"author": "x"}', "neither a title nor a body"),
    ('{"title": "<i></i>"}', "neither a title nor a body"),
    ('{"title": "x", "published": "soon"}', "published: 'soon' is no date; write 2018-05-09"),
    ('{"title": "x", "updated": 1525824000}', "updated: '1525824000' is no date"),
    ('{"title": "x", "url": "n.example/7"}', "url: 'n.example/7' is no http or https address"),
    ('{"title": "x", "feed": "' + "f" * 101 + '"}', "longer than 100 characters"),
    ("[" * 100_000, "nested too deep"),
    ('{"title": "' + "x" * 3000 + '"}', "longer than 2000 bytes"),
]


@pytest.mark.parametrize(("line", "told"), BAD_LINES)
def test_a_bad_line_is_told_and_the_others_are_read(
    tmp_path: Path, worker: ParseWorker, line: str, told: str
) -> None:
    """One line that names file, line, what is wrong and the mend."""
    (tmp_path / "a.jsonl").write_text(f'{{"title": "before"}}\n{line}\n{{"title": "after"}}\n')
    limit = 200_000 if "deep" in told else 2000
    found = read(tmp_path / "a.jsonl", worker, Reading(max_bytes=limit))
    assert [r.entry.title for r in found if isinstance(r, Record)] == ["before", "after"]
    (message,) = faults(found)
    assert message.startswith(f"{tmp_path / 'a.jsonl'}:2: ")
    assert told in message and "\n" not in message and len(message) < 500


def test_bytes_that_are_no_text_are_a_bad_line(tmp_path: Path, worker: ParseWorker) -> None:
    """In JSON lines and in a table."""
    (tmp_path / "a.jsonl").write_bytes(b'{"title": "x"}\n{"title": "\xb1\xe2"}\n{"title": "y"}')
    (tmp_path / "a.csv").write_bytes(b"title\nx\n\xb1\xe2\ny\n")
    for name, line in (("a.jsonl", 2), ("a.csv", 3)):
        found = read(tmp_path / name, worker)
        assert [r.entry.title for r in found if isinstance(r, Record)] == ["x", "y"]
        assert faults(found) == [f"{tmp_path / name}:{line}: no UTF-8; convert the file, as with iconv"]


def test_a_quote_without_an_end_costs_its_line_alone(tmp_path: Path, worker: ParseWorker) -> None:
    """The rows that it would swallow are read, whether it is near the end or not."""
    rows = "".join(f"row {number},x\n" for number in range(2000))
    for before, after in (("", rows), (rows, "last,x\n"), (rows, "")):
        (tmp_path / "a.csv").write_text(f'title,body\n{before}"broken,x\n{after}')
        found = read(tmp_path / "a.csv", worker, Reading(max_bytes=5000))
        line = 2 + before.count("\n")
        (message,) = faults(found)
        assert message.startswith(f"{tmp_path / 'a.csv'}:{line}: a quote in it has no end")
        assert len(found) - 1 == before.count("\n") + after.count("\n")


def test_a_row_of_another_width_is_told(tmp_path: Path, worker: ParseWorker) -> None:
    """A text that is not quoted would shift every field after it."""
    (tmp_path / "a.csv").write_text("title,body\nx,y\nx,y,z\nx\n")
    assert [message.split(": ")[0][-2:] for message in faults(read(tmp_path / "a.csv", worker))] == [
        ":3",
        ":4",
    ]


def test_an_article_in_html_is_a_cell(tmp_path: Path, worker: ParseWorker) -> None:
    """Longer than Python's own bound for one; what is kept of it is bounded as a feed's."""
    (tmp_path / "a.csv").write_text(f"title,body\nx,{'word ' * 50_000}\n")
    (record,) = taken(read(tmp_path / "a.csv", worker))
    assert BODY_LIMIT - 10 < len(record.entry.body) <= BODY_LIMIT


UNFIT = {
    "a.csv": ("Headline,date\nx,y\n", "unknown field 'Headline', 'date'"),
    "b.csv": ("title,headlines\n", "--map headline=title"),
    "c.csv": ("author,url\nx,y\n", "no header with a title or a body"),
    "d.csv": ("title,author,Title\n", "two fields are 'title'"),
    "e.jsonl": ('{"titel": "x"}\n', "unknown field 'titel' (did you mean 'title'?)"),
    "f.json": ('[{"title": "x"}]', "a JSON list"),
    "missing.csv": (None, "cannot be read: No such file"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_file_that_is_nothing_of_ours_is_refused_before_it_is_read(
    tmp_path: Path, worker: ParseWorker, name: str
) -> None:
    """By its header or its first record; the message names the file and the mend."""
    content, told = UNFIT[name]
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(BadDocument) as refused:
        Archive(tmp_path / name, Reading(), worker).check()
    assert told in str(refused.value)
    assert str(refused.value).startswith(f"{tmp_path / name}:")


def test_fields_of_other_names_are_mapped_or_passed_over(tmp_path: Path, worker: ParseWorker) -> None:
    """As an analyst's table has them."""
    (tmp_path / "a.csv").write_text("Headline,Day,Tags\nx,2018-05-09,a\n")
    mapped = names(["headline=title", "Day = published"])
    (record,) = taken(read(tmp_path / "a.csv", worker, Reading(names=mapped, ignore_unknown=True)))
    assert (record.entry.title, record.entry.published) == ("x", NINTH)
    for pair, told in (("x", "as in headline=title"), ("x=titel", "did you mean 'title'")):
        with pytest.raises(UserError, match=told):
            names([pair])
    with pytest.raises(UserError, match="mapped twice"):
        names(["x=title", "X=body"])


def test_a_packed_file_that_breaks_off_gives_what_was_there(tmp_path: Path, worker: ParseWorker) -> None:
    """And a fault at its end."""
    lines = "".join(json.dumps({"title": f"{number:x}" * 50}) + "\n" for number in range(2000))
    packed = gzip.compress(lines.encode())
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    found = read(tmp_path / "a.jsonl.gz", worker)
    (message,) = faults(found)
    assert "breaks off" in message
    assert 500 < len(found) < 1500


def test_a_feed_is_bounded(tmp_path: Path, worker: ParseWorker) -> None:
    """A bomb, garbage and a page are one fault each."""
    (tmp_path / "bomb.xml.gz").write_bytes(gzip.compress(b"<rss>" + b" " * 10_000_000))
    (tmp_path / "garbage.xml").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "page.xml").write_text("<!doctype html><html><body>x</body></html>")
    told = {"bomb.xml.gz": "longer than 1000000 bytes", "garbage.xml": "no feed", "page.xml": "an HTML page"}
    for name, words in told.items():
        (message,) = faults(read(tmp_path / name, worker, Reading(max_bytes=1_000_000)))
        assert words in message


def test_what_has_no_place_in_a_replay_is_bad(tmp_path: Path, worker: ParseWorker) -> None:
    """No date, one to come, and one that stands for none; in a feed as elsewhere."""
    dates = ["", "2018-05-09", "2018-05-11", "0001-01-01"]
    lines = [json.dumps({"title": "x", "published": date}) for date in dates]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    (tmp_path / "a.xml").write_text(RSS)
    reading = Reading(until=datetime(2018, 5, 10, tzinfo=UTC))
    found = read(tmp_path / "a.jsonl", worker, reading)
    assert [message.split(":")[1] for message in faults(found)] == ["1", "3", "4"]
    assert [r.entry.guid for r in read(tmp_path / "a.xml", worker, reading) if isinstance(r, Record)] == ["1"]


def test_a_guid_is_no_longer_than_an_index_takes() -> None:
    """Two long ones that differ at their ends stay two."""
    one, two = (_entry_with_guid("가" * 2000 + end) for end in "ab")
    assert one != two
    assert len(one.encode()) <= 2000
    assert _entry_with_guid("g" * 2000) == "g" * 2000


def _entry_with_guid(guid: str) -> str:
    empty = dict.fromkeys(("url", "body", "author", "published_given", "language"), "")
    return bounded(guid=guid, title="x", published=None, updated=None, **empty).guid


def test_records_come_back_by_their_dates() -> None:
    """By day in the zone, then by moment, then as the archive had them; the fingerprint is of all of them."""
    moments = [datetime(2018, 5, 10, 3, tzinfo=UTC), datetime(2018, 5, 9, 14, tzinfo=UTC), NINTH, NINTH]
    records = [
        Record("f", "p", bounded(guid=str(n), title="x", url="", body="", author="", published=moment,
                                 published_given="", updated=None, language=""))
        for n, moment in enumerate(moments)
    ]  # fmt: skip
    with DatedRecords("Asia/Seoul") as shelf, DatedRecords("Asia/Seoul") as other:
        for record in records:
            shelf.add(record)
            other.add(record)
        assert [[r.entry.guid for r in shelf.on(day)] for day in shelf.days()] == [["2", "3", "1"], ["0"]]
        assert (len(shelf), shelf.fingerprint) == (4, other.fingerprint)
        other.add(records[0])
        assert shelf.fingerprint != other.fingerprint


STARTS = st.sampled_from([b"", b"title,body\n", b'{"title": "', b'title\n"', b"<rss>", b"\x1f\x8b\x08"])


@settings(max_examples=300, deadline=None)
@given(start=STARTS, content=st.binary(max_size=300), form=st.sampled_from(["", "jsonl", "csv", "feed"]))
def test_whatever_the_bytes_there_is_at_most_one_line_for_each(
    worker: ParseWorker, start: bytes, content: bytes, form: str
) -> None:
    """No exception but ours, no message of more than one line, no record without a title and a guid."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "archive"
        path.write_bytes(start + content)
        archive = Archive(path, Reading(form=form, max_bytes=200), worker)
        try:
            archive.check()
            found = list(archive.records())
        except BadDocument as problem:
            assert "\n" not in str(problem)
            return
        assert all("\n" not in message for message in faults(found))
        assert all(record.entry.title and record.entry.guid for record in found if isinstance(record, Record))
