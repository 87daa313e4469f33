"""`tracker feeds import` and `export`: lists of other readers become tables, and tables a list for them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.cli.test_cli import run
from tracker.feeds.opml import read

CONFIG = """[tracker]
zone = "UTC"
[[feed]]
name = "yonhap"
url = "https://user:secret@yonhap.example/feed"
publisher = "Yonhap"
language = "ko"
[[feed]]
name = "saved"
url = "feeds/saved.xml"
"""
LIST = """<opml version="2.0"><head/><body><outline text="Korea">
<outline text="Yonhap" xmlUrl="http://yonhap.example/feed?utm_source=x"/>
<outline text="Süddeutsche Zeitung: &quot;Politik&quot;" language="de"
 xmlUrl="https://sz.example/a?b=1&amp;c=2"/>
<outline text="Yonhap" xmlUrl="https://other.example/1"/><outline text="Yonhap" xmlUrl="https://other.example/2"/>
<outline text="한겨레&#x202E;" xmlUrl="https://hani.example/rss"/>
<outline text="# [[feed]]&#10;name&#127; = 'x'" xmlUrl="https://odd.example/&quot;&#10;x"/>
</outline><outline text="Podcast" xmlUrl="itpc://cast.example/"/></body></opml>"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a config of two feeds and a list of seven."""
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "list.opml").write_text(LIST)
    return tmp_path


def test_import_prints_tables_that_the_config_can_take(desk: Path) -> None:
    """Names are unique, also against the config's; what stands in titles stays within quotes and comments."""
    told = run("feeds", "import", "list.opml", cwd=desk)
    assert (told.returncode, told.stderr) == (0, "")
    assert "# 한겨레\n" in told.stdout  # without the character that turns the line around
    feeds = tomllib.loads(told.stdout)["feed"]
    assert [(feed["name"], feed["url"]) for feed in feeds] == [
        ("suddeutsche-zeitung-politik", "https://sz.example/a?b=1&c=2"),
        ("yonhap-2", "https://other.example/1"),
        ("yonhap-3", "https://other.example/2"),
        ("hani-example", "https://hani.example/rss"),
        ("feed-name-x", 'https://odd.example/"%20x'),
    ]
    assert [feed.get("language") for feed in feeds] == ["de", None, None, None, None]
    with (desk / "config.toml").open("a") as config:
        config.write("\n" + told.stdout)
    listed = run("feeds", "list", "--format", "csv", cwd=desk)
    assert listed.returncode == 0, listed.stderr
    assert len(listed.stdout.splitlines()) == 1 + 2 + 5


def test_import_names_what_it_does_not_take_and_writes_nothing(desk: Path) -> None:
    """The feed that is configured, however its address is spelt, and the one nobody can fetch."""
    before = sorted((path.name, path.read_bytes()) for path in desk.iterdir())
    lines = run("feeds", "import", "list.opml", cwd=desk).stdout.splitlines()
    assert lines[0] == "# untouched, configured as 'yonhap': http://yonhap.example/feed?utm_source=x"
    assert lines[-2:] == [
        "# left out, no http(s) address: Podcast (itpc://cast.example/)",
        "# 5 new of 7 feeds",
    ]
    assert sorted((path.name, path.read_bytes()) for path in desk.iterdir()) == before


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("missing.opml", None, "No such file"),
        ("words.opml", "just words", "no OPML: syntax error"),
        ("feed.opml", "<rss version='2.0'/>", "its first element is not <opml>"),
        ("bomb.opml", "<!DOCTYPE opml [<!ENTITY a 'ha'>]><opml>&a;</opml>", "declares an entity (a)"),
        ("large.opml", "<opml>" + " " * 9_000_000, "larger than 8,388,608 bytes"),
    ],
)
def test_a_list_that_is_none_is_one_line_and_status_2(
    desk: Path, name: str, text: str | None, message: str
) -> None:
    """It names the file, and nothing is printed."""
    if text is not None:
        (desk / name).write_text(text)
    done = run("feeds", "import", name, cwd=desk)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert done.stderr.startswith(f"tracker: {name}: ")
    assert message in done.stderr


def test_export_writes_opml_without_passwords_and_without_files(desk: Path) -> None:
    """To standard output or to a new file, whole; the feed that is left out is named."""
    told = run("feeds", "export", cwd=desk)
    assert told.returncode == 0
    assert "secret" not in told.stdout and "user" not in told.stdout
    assert told.stderr == "saved: left out, it is a file: feeds/saved.xml\n"
    (outline,) = read(told.stdout.encode())
    assert (outline.title, outline.url, outline.language) == ("yonhap", "https://yonhap.example/feed", "ko")
    assert run("feeds", "export", "--out", "out.opml", cwd=desk).returncode == 0
    assert (desk / "out.opml").read_text() == told.stdout


def test_export_overwrites_nothing_unless_it_is_told_to(desk: Path) -> None:
    """As every export."""
    done = run("feeds", "export", "--out", "list.opml", cwd=desk)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert (desk / "list.opml").read_text() == LIST
    assert run("feeds", "export", "--out", "list.opml", "--force", cwd=desk).returncode == 0
    assert (desk / "list.opml").read_text() != LIST


def test_what_was_exported_is_configured_already(desk: Path) -> None:
    """A list that comes home changes nothing."""
    assert run("feeds", "export", "--out", "out.opml", cwd=desk).returncode == 0
    told = run("feeds", "import", "out.opml", cwd=desk).stdout
    assert told.splitlines() == [
        "# untouched, configured as 'yonhap': https://yonhap.example/feed",
        "# 0 new of 1 feeds",
    ]
