"""What docs/feeds.md shows, runs: against a server on loopback that stands in for the publisher."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_cli import run
from tests.docs.pages import run_examples
from tests.feeds.scripted_server import ScriptedServer, answer

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "feeds.md").read_text(encoding="utf-8")
HOME = '<html><link rel="alternate" type="application/atom+xml" title="Korea" href="korea.xml"></html>'
FEED = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Korea</title><id>urn:f</id>
<entry><id>urn:7</id><title>Hostages return</title><link href="/7"/>
<updated>2018-05-10T00:00:00Z</updated></entry>
<entry><id>urn:6</id><title>No date</title><link href="/6"/></entry></feed>"""
LIST = """<opml version="2.0"><body><outline text="Yonhap" xmlUrl="https://en.yna.co.kr/RSS/news.xml"/>
<outline text="The Daily Example" xmlUrl="https://daily.example/rss"/></body></opml>"""


def test_the_examples_run_as_printed(tmp_path: Path) -> None:
    """Each command, in order, on a new desk that lets feeds be on this machine."""
    assert run("init", "desk", cwd=tmp_path).returncode == 0
    desk = tmp_path / "desk"
    config = (desk / "config.toml").read_text(encoding="utf-8")
    allowed = config.replace("allow_hosts = [] ", 'allow_hosts = ["127.0.0.1"] ')
    assert allowed != config
    (desk / "config.toml").write_text(allowed, encoding="utf-8")
    (desk / "reader.opml").write_text(LIST, encoding="utf-8")
    with ScriptedServer() as server:
        server.on("/", answer(HOME, Content_Type="text/html"))
        server.on("/korea", answer(status=301, Location="/korea.xml"))
        server.on("/korea.xml", answer(FEED, ETag='"n-7"', Cache_Control="max-age=1800"))
        run_examples(PAGE.replace("https://news.example", server.url("")), desk)
