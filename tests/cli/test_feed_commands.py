"""`tracker feeds check` and `discover`: what is at an address, told by a real server, and nothing stored."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_cli import Done, run
from tests.feeds.scripted_server import ScriptedServer, answer

ITEMS = "".join(
    f"<item><guid>n-{n}</guid><title>Pledge {n}</title><link>/{n}?utm_source=x</link>"
    f"<pubDate>Thu, 10 May 2018 0{n}:00:00 GMT</pubDate></item>"
    for n in range(7)
)
HEAD = "<title>Pledges</title><language>en</language><ttl>90</ttl>"
FEED = f"<rss version='2.0'><channel>{HEAD}{ITEMS}</channel></rss>"
PAGE = """<!DOCTYPE html><html><head><title>News</title>
<!-- <link rel="alternate" type="application/rss+xml" href="/commented.xml"> -->
<base href="/desk/"><link rel="stylesheet" href="x.css">
<link rel="alternate" type="application/rss+xml" title="All &amp; sundry" href="all.xml">
<LINK REL='alternate feed' TYPE='Application/Atom+XML; charset=utf-8' HREF=//127.0.0.9/atom.xml>
<link rel="alternate" type="application/rss+xml" href="all.xml">
<link rel="alternate" hreflang="de" href="/de/">
<link rel="alternate" type="application/rss+xml" href="javascript:x">
</head><body><p>Words.</p></body></html>"""


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a config that lets feeds be on this machine."""
    (tmp_path / "config.toml").write_text(
        '[fetch]\nallow_hosts = ["127.0.0.1"]\ncontact = "me@example.org"\n'
    )
    return tmp_path


def steps(done: Done) -> list[tuple[str, str]]:
    return [(row["step"], row["told"]) for row in json.loads(done.stdout)]


def test_check_tells_a_visit_step_by_step_and_stores_nothing(server: ScriptedServer, desk: Path) -> None:
    """Redirects, validators, cache headers, how it was read, what would be stored; no database appears."""
    server.on("/old", answer(status=301, Location="/feed"))
    reply = answer(FEED, ETag='"a"', Cache_Control="max-age=900", Content_Type="text/xml; charset=utf-8")
    server.on("/feed", reply)
    done = run("feeds", "check", server.url("/old"), "--format", "json", cwd=desk)
    assert done.returncode == 0, done.stderr
    told = steps(done)
    assert told[:4] == [
        ("asks as", "commitment-tracker/0.1 (+me@example.org)"),
        ("301", f"{server.url('/old')} (moved for good)"),
        ("200", server.url("/feed")),
        ("moved", f"every hop says for good: configure {server.url('/feed')}"),
    ]
    by_step = dict(told)
    assert (by_step["etag"], by_step["cache-control"]) == ('"a"', "max-age=900")
    assert by_step["read as"] == "rss20, utf-8, whole"
    assert (by_step["title"], by_step["ttl"], by_step["entries"]) == ("Pledges", "no visit within 1.5 h", "7")
    assert by_step["would store"] == "7 documents, 0 without a date, language en"
    entries = [text for step, text in told if step == "entry"]
    assert entries[0] == f"2018-05-10T00:00:00Z | Pledge 0 | {server.url('/0')}"
    assert (len(entries), entries[-1]) == (6, "and 2 more")
    assert [path.name for path in desk.iterdir()] == ["config.toml"]


def test_check_says_what_is_missing_and_what_was_salvaged(server: ScriptedServer, desk: Path) -> None:
    """A feed without validators costs its whole self; a broken one is said to be broken."""
    server.on("/feed", answer(FEED.removesuffix("</channel></rss>")))
    told = dict(steps(run("feeds", "check", server.url("/feed"), "--format", "json", cwd=desk)))
    assert told["validators"] == "none: each visit costs the whole feed"
    assert told["caching"] == "nothing said"
    assert told["read as"].endswith("(salvaged)")


def test_check_uses_the_settings_of_a_configured_feed(server: ScriptedServer, desk: Path) -> None:
    """By its name or its address: its headers, its right to be private, its limit of entries."""
    url = server.on("/feed", answer(FEED))
    (desk / "config.toml").write_text(
        f'[[feed]]\nname = "kept"\nurl = "{url}"\nallow_private = true\nmax_entries = 3\n'
        'headers = {X-Desk = "7"}\n'
    )
    for word in ("kept", url):
        told = dict(steps(run("feeds", "check", word, "--format", "json", cwd=desk)))
        assert told["entries"] == "3, 4 more over max_entries"
    assert {asked.headers["x-desk"] for asked in server.asked} == {"7"}


@pytest.mark.parametrize("command", ["check", "discover"])
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/missing", "the server answered 404"),
        ("/words", "feed"),
        ("/loop", "redirects in a circle"),
        ("/private", "127.0.0.2 is not an address of the open network"),
    ],
)
def test_what_is_no_feed_is_one_line_and_status_2(
    server: ScriptedServer, desk: Path, command: str, path: str, message: str
) -> None:
    """The guard holds at every hop, and the reason is one line."""
    server.on("/words", answer("just words"))
    server.on("/loop", answer(status=302, Location="/loop"))
    server.on("/private", answer(status=302, Location=server.url("/words", "127.0.0.2")))
    done = run("feeds", command, server.url(path), cwd=desk)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["check", "discover"])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "yonhapp",
            "'yonhapp' is no http or https address, and no feed has that name (did you mean 'yonhap'?)",
        ),
        ("saved", "saved is a file, saved.xml; `tracker feeds parse` reads files"),
        ("locked", "locked: the environment variable NOBODY_SETS_THIS (auth_env) is not set"),
    ],
)
def test_a_name_that_cannot_be_visited_says_why(desk: Path, command: str, name: str, message: str) -> None:
    """Mistyped, a file, or without its password."""
    (desk / "config.toml").write_text(
        '[[feed]]\nname = "yonhap"\nurl = "http://127.0.0.1:9/"\n'
        '[[feed]]\nname = "saved"\nurl = "saved.xml"\n'
        '[[feed]]\nname = "locked"\nurl = "http://127.0.0.1:9/x"\nauth_env = "NOBODY_SETS_THIS"\n'
    )
    done = run("feeds", command, name, cwd=desk)
    assert (done.returncode, done.stderr) == (2, f"tracker: {message}\n")


@pytest.mark.parametrize("command", ["check", "discover"])
@pytest.mark.parametrize("url", ["ftp://example.org/feed", "feed.xml", "", "http://", "http://[::1/x"])
def test_an_address_that_is_none_is_one_line_and_status_2(desk: Path, command: str, url: str) -> None:
    """Nothing is asked, and nothing is taken for a file."""
    done = run("feeds", command, url, cwd=desk)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr


def test_check_tells_the_hops_before_it_was_refused(server: ScriptedServer, desk: Path) -> None:
    """What was seen on the way is on standard output, the reason on standard error."""
    server.on("/private", answer(status=302, Location=server.url("/x", "127.0.0.2")))
    done = run("feeds", "check", server.url("/private"), "--format", "json", cwd=desk)
    assert steps(done)[-1] == ("302", f"{server.url('/private')} (moved for now)")
    assert [asked.path for asked in server.asked] == ["/private"]


def test_a_server_cannot_write_on_the_terminal(server: ScriptedServer, desk: Path) -> None:
    """Control characters of a title, a header or a type are not printed: a terminal would obey them."""
    title = "Kept\x1b]0;owned\x07 \x9b2J\u202eword"
    items = [{"id": "1\x1b[2J", "title": title, "content_text": title}]
    feed = {"version": "https://jsonfeed.org/version/1", "title": title, "items": items}
    server.on("/feed", answer(json.dumps(feed), ETag='"a\x9b2J"'))
    link = f"<link rel=alternate type=application/rss+xml href=/f title='{title}'>"
    server.on("/", answer(link.encode(), Content_Type="text/html; charset=utf-8"))
    for command, path in (("check", "/feed"), ("discover", "/feed"), ("discover", "/")):
        for form in ("table", "json"):
            done = run("feeds", command, server.url(path), "--format", form, cwd=desk)
            assert done.returncode == 0, done.stderr
            assert "Kept]0;owned 2Jword" in done.stdout
            assert all(each.isprintable() or each == "\n" for each in done.stdout)


def test_a_password_in_an_address_is_not_shown(server: ScriptedServer, desk: Path) -> None:
    """Not in a step, and not in a reason."""
    server.on("/old", answer(status=302, Location="/feed"))
    server.on("/feed", answer(FEED), answer("just words"))
    url = server.url("/old").replace("http://", "http://user:secret@")
    for done in [run("feeds", "check", url, cwd=desk) for _ in range(2)]:
        assert "secret" not in done.stdout + done.stderr
    assert {asked.headers["authorization"] for asked in server.asked} == {"Basic dXNlcjpzZWNyZXQ="}


def test_discover_lists_what_a_page_names(server: ScriptedServer, desk: Path) -> None:
    """Relative to the page's base, each address once, comments and other alternates left aside."""
    server.on("/", answer(PAGE, Content_Type="text/html; charset=utf-8"))
    done = run("feeds", "discover", server.url("/"), "--format", "json", cwd=desk)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        {"url": server.url("/desk/all.xml"), "type": "application/rss+xml", "title": "All & sundry"},
        {"url": "http://127.0.0.9/atom.xml", "type": "application/atom+xml", "title": ""},
    ]


def test_discover_says_that_a_page_is_itself_a_feed(server: ScriptedServer, desk: Path) -> None:
    """Someone who pastes the address of a feed gets it back."""
    url = server.on("/feed", answer(FEED))
    (row,) = json.loads(run("feeds", "discover", url, "--format", "json", cwd=desk).stdout)
    assert row == {"url": url, "type": "rss20", "title": "Pledges"}


def test_check_of_a_feed_for_full_texts_says_what_its_pages_would_give(
    server: ScriptedServer, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the first entry: how much it has, or why the feed's words would be stored, or what to install."""
    with (desk / "config.toml").open("a") as config:
        config.write(f"[[feed]]\nname = 'wire'\nurl = '{server.url('/feed')}'\nfull_text = true\n")
    article = "<p>The ministry said on Tuesday that the test site would be shut within a month.</p>" * 3
    server.on("/feed", answer(FEED))
    server.on(
        "/0", answer(f"<html><body><article>{article}</article></body></html>", Content_Type="text/html")
    )

    def page() -> str:
        return dict(steps(run("feeds", "check", "wire", "--format", "json", cwd=desk)))["page"]

    assert page().endswith(" characters; the feed gave 0; the page's would be stored")
    server.on("/robots.txt", answer("User-agent: *\nDisallow: /"))
    assert page() == (
        f"the feed's words would be stored: {server.url('/0')}: the robots.txt of its host does not allow it"
    )
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    done = run("feeds", "check", "wire", cwd=desk)
    assert done.returncode == 2
    assert done.stderr.strip().endswith('not installed: pip install "commitment-tracker[fulltext]"')


def test_poll_tells_of_a_page_that_was_not_read(server: ScriptedServer, desk: Path) -> None:
    """The entry is stored, and the reason is on standard error."""
    with (desk / "config.toml").open("a") as config:
        config.write(f"[[feed]]\nname = 'wire'\nurl = '{server.url('/feed')}'\nfull_text = true\n")
    server.on("/feed", answer(f"<rss version='2.0'><channel>{ITEMS}</channel></rss>"))
    done = run("poll", "wire", cwd=desk)
    assert "7 new documents" in done.stdout
    assert f"wire: a page was not read: {server.url('/6')}: the server answered 404" in done.stderr
