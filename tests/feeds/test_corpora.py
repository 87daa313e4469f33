"""The measuring of our parser on the feeds of others: what it counts, on an archive of our own."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from benchmarks.corpora import Claim, claims, main, measure, samples, seen

RIGHT = """<!--
Description: a title with markup and a date
Expect:      not bozo and entries[0]['title'] == '<b>Kept</b> at last' and entries[0].published_parsed ==
             (2018, 5, 10, 0, 0, 0, 3, 130, 0) and len(entries) == 1 and entries[0]['rights'] == 'x'
-->
<rss version="2.0"><channel><item><title>Kept at &lt;i&gt;last&lt;/i&gt;</title>
<pubDate>Thu, 10 May 2018 09:00:00 +0900</pubDate></item></channel></rss>"""
WRONG = RIGHT.replace("at last'", "at first'").replace("not bozo", "bozo")
READ = {
    "entries": [
        {
            "title": {"content": "Kept at last"},
            "links": [{"href": "https://x.example/a.mp3", "rel": "enclosure"}],
            "published": "2018-05-10T09:00:00+09:00",
        },
        {"title": None, "links": [{"href": "https://x.example/2", "rel": "alternate"}], "published": None},
    ]
}


def archive(folder: Path, files: dict[str, str]) -> Path:
    path = folder / "feeds.tar.xz"
    with tarfile.open(path, "w:xz") as out:
        for name, text in files.items():
            told = tarfile.TarInfo(name)
            told.size = len(text.encode())
            out.addfile(told, io.BytesIO(text.encode()))
    return path


def test_what_is_said_of_fields_we_keep_is_counted() -> None:
    """Comparisons with plain values; anything else is left out, and never run."""
    found, left_out = claims(
        "not bozo and entries[1]['title'] == u'a' and feed.link == 'b' and open('x') == 1"
    )
    assert found == [Claim(None, "salvaged", False), Claim(1, "title", "a"), Claim(None, "link", "b")]
    assert left_out == 1
    for odd in ("1 +", "entries[0]['title'] != 'a'", "entries[x].title == 'a'", "a == b", "len(feed) == 2"):
        assert claims(odd) == ([], 1)


def test_markup_is_compared_by_what_is_seen() -> None:
    """By the standard library, so that our own reduction is not its own judge."""
    assert seen("<p>a &amp; b</p>\n<script>no</script>c") == "a&bc"


def test_an_archive_is_measured_file_by_file(tmp_path: Path) -> None:
    """What holds, what differs, what is no feed; a reading of feed-rs beside a file counts as well."""
    path = archive(
        tmp_path,
        {
            "a/right.xml": RIGHT,
            "a/wrong.xml": WRONG,
            "a/read.xml": RIGHT.partition("-->")[2],
            "a/read.serde.json": json.dumps(READ),
            "a/none.xml": "<note/>",
            "a/readme.txt": "not read",
        },
    )
    result = measure(list(samples(path)))
    assert (result.files, result.feeds, len(result.refused), result.escaped) == (4, 3, 1, ())
    assert [(each.file, each.claim.name) for each in result.differences] == [
        ("a/wrong.xml", "salvaged"),
        ("a/wrong.xml", "title"),
        ("a/read.xml", "entries"),
        ("a/read.xml", "link"),
    ]
    assert result.counts == (7, 10)
    assert result.left_out == 2


def test_too_many_differences_end_with_1_and_a_missing_archive_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And all that holds with 0."""
    assert main([str(archive(tmp_path, {"right.xml": RIGHT}))]) == 0
    assert "3 of 3 hold, 100.0%" in capsys.readouterr().out
    assert main([str(archive(tmp_path, {"wrong.xml": WRONG}))]) == 1
    assert "entries[0].title: '<b>Kept</b> at first', ours 'Kept at last'" in capsys.readouterr().out
    (tmp_path / "no.tar").write_text("words")
    for arguments in ([], [str(tmp_path / "missing.tar")], [str(tmp_path / "no.tar")]):
        assert main(arguments) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
