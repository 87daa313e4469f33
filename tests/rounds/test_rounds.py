"""Rounds over a real HTTP server on loopback: what is new is stored once, and one bad feed stops no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import tracker
from tracker import rounds
from tracker.api import Tracker
from tracker.digest.compose import collect
from tracker.errors import UnknownFeed

DOSSIER = """
format = 1
name = "harbour"
title = "A harbour's pledges"
zone = "UTC"
language = "en"

[[party]]
id = "port"
name = "The port authority"

[[citation]]
id = "plan"
publisher = "Port authority"
title = "Plan"
date = "2024-01-01"

[[commitment]]
id = "open-bridge"
title = "Open the harbour bridge"
debtor = ["port"]
kind = "achieve"
consequent = "the bridge is open"
voice = "own"
made = "2024-01-01"
cites = "plan"

[[commitment.fact]]
type = "accepted"
occurred = "2024-01-02"
by = "port"
because = "the board agreed"

[[concept]]
name = "harbour-bridge"
variants = ["harbour bridge", "harbor bridge"]

[[concept]]
name = "port-authority"
variants = ["port authority", "harbour master"]
party = "port"

[[watch]]
for = ["open-bridge"]
object = ["harbour-bridge"]
actors = ["port-authority"]
fulfils = ["open -> <harbour-bridge>"]
"""

ITEM = """<item><guid>{guid}</guid><title>{title}</title><link>http://news.example/{guid}</link>
<description>{body}</description><pubDate>{date}</pubDate></item>"""

DATE = "Mon, 03 Jun 2024 08:00:00 GMT"


class Pages:
    """What the server answers, by path; counts what was asked."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.statuses: dict[str, int] = {}
        self.asked: list[str] = []

    def feed(self, path: str, *items: tuple[str, str, str]) -> None:
        """Put an RSS feed of (guid, title, body) at `path`."""
        inner = "".join(ITEM.format(guid=g, title=title, body=b, date=DATE) for g, title, b in items)
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{inner}</channel></rss>'
        self.bodies[path] = text.encode()


@contextmanager
def serving(pages: Pages) -> Iterator[str]:
    """A real HTTP server on a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages.asked.append(self.path)
            body = pages.bodies.get(self.path)
            self.send_response(pages.statuses.get(self.path, 200 if body is not None else 500))
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def pages() -> Pages:
    """An empty site."""
    return Pages()


@pytest.fixture
def t(tmp_path: Path, pages: Pages) -> Iterator[Tracker]:
    """A tracker over two papers and one feed of garbage, all on one server."""
    with serving(pages) as address:
        (tmp_path / "harbour.toml").write_text(DOSSIER)
        feeds = "".join(
            f'[[source]]\nname = "{name}"\nreliability = "B"\nkind = "newspaper"\n\n'
            f'[[feed]]\nname = "{name}"\nurl = "{address}/{name}"\npublisher = "{name}"\ninterval = "1h"\n\n'
            for name in ("herald", "gazette", "garbage")
        )
        (tmp_path / "config.toml").write_text(
            '[tracker]\ndossiers = ["harbour.toml"]\n[policy]\nenabled = true\n'
            f'[fetch]\nallow_hosts = ["127.0.0.1"]\n\n{feeds}'
        )
        pages.bodies["/garbage"] = bytes(range(256)) * 40
        pages.feed("/herald", ("h1", "Port authority opens harbour bridge", "Cars crossed on Monday."))
        pages.feed("/gazette", ("g1", "Rain expected all week", "Bring a coat."))
        with tracker.open(tmp_path / "config.toml") as opened:
            opened.load()
            yield opened


def test_two_origins_make_the_verdict_and_one_does_not(t: Tracker, pages: Pages) -> None:
    """One paper's report waits for review; a second one's makes it fulfilled, and the words are kept."""
    rounds.gather(t, ["herald", "gazette"])
    alone = t.commitment("open-bridge")
    assert (alone.status, alone.to_review) == ("pending", 1)
    pages.feed("/gazette", ("g2", "Harbour bridge opened by port authority", "The mayor cut a ribbon."))
    rounds.gather(t, ["gazette"])
    both = t.commitment("open-bridge")
    assert (both.status, both.basis, str(both.since)) == ("fulfilled", "corroborated", "2024-06-03")
    quotes = t.explain("open-bridge").reasons[0].findings
    assert {quote.publisher for quote in quotes} == {"herald", "gazette"}
    assert all(word in quote.text for quote in quotes for word in quote.words)


def test_a_bad_feed_is_a_value_and_the_others_are_polled(t: Tracker) -> None:
    """Garbage bytes are told in one line, and the round goes on."""
    done = rounds.gather(t)
    assert [visit.feed for visit in done.failed] == ["garbage"]
    assert "\n" not in done.failed[0].error
    assert {visit.feed: visit.new for visit in done.visits if not visit.error} == {"herald": 1, "gazette": 1}
    health = {feed.name: feed for feed in t.feeds()}
    assert health["garbage"].failures == 1
    assert health["garbage"].error
    assert health["herald"].documents == 1


def test_unchanged_feeds_add_no_event_and_no_document(t: Tracker) -> None:
    """Polling again what has not changed leaves log and archive as they were."""
    rounds.gather(t, ["herald", "gazette"])
    head = t.head()
    again = rounds.gather(t, ["herald", "gazette"])
    assert t.head() == head
    assert [visit.new for visit in again.visits] == [0, 0]


def test_what_is_not_due_is_not_asked_for(t: Tracker, pages: Pages) -> None:
    """A second round right away asks no server anything."""
    rounds.gather(t)
    asked = len(pages.asked)
    assert rounds.gather(t).visits == ()
    assert len(pages.asked) == asked


def test_an_edited_entry_is_a_new_version(t: Tracker, pages: Pages) -> None:
    """Other words under the same guid are kept beside the old ones."""
    rounds.gather(t, ["herald"])
    pages.feed("/herald", ("h1", "Correction: harbour bridge still closed", "We were wrong."))
    rounds.gather(t, ["herald"])
    assert {feed.name: feed.documents for feed in t.feeds()}["herald"] == 2


def test_an_unknown_feed_is_named_before_anything_is_polled(t: Tracker, pages: Pages) -> None:
    """A near miss is suggested, and no server is asked."""
    with pytest.raises(UnknownFeed, match="did you mean 'herald'"):
        rounds.gather(t, ["heral"])
    assert pages.asked == []


def test_a_feed_that_is_gone_begins_no_log_out_of_order(t: Tracker, pages: Pages, tmp_path: Path) -> None:
    """Where the pause is the first thing that happens, the log still begins with its beginning."""
    text = (tmp_path / "config.toml").read_text()
    (tmp_path / "config.toml").write_text(text.replace("[tracker]", '[tracker]\ndatabase = "new.sqlite3"'))
    pages.statuses["/herald"] = 410
    with tracker.open(tmp_path / "config.toml") as new:
        assert [visit.status for visit in rounds.gather(new, ["herald"]).visits] == [410]
        kinds = [type(fact.event).__name__ for fact in new.log()]
    assert kinds[0] == "LogStarted"
    assert "FeedPaused" in kinds


def test_a_paused_feed_is_left_alone_until_it_is_resumed(t: Tracker, pages: Pages) -> None:
    """Its health says why, the log who said so; once resumed it is visited in the next round."""
    assert t.pause_feed("herald", "its site is rebuilt")
    assert not t.pause_feed("herald")
    rounds.gather(t)
    assert "/herald" not in pages.asked
    health = {feed.name: feed for feed in t.feeds()}["herald"]
    assert (health.paused, health.paused_because, health.error) == (True, "its site is rebuilt", "")
    failing = collect(t, 0, t.head(), t.now(), ("feeds",)).failing
    assert "herald" not in [feed.name for feed in failing]
    assert t.resume_feed("herald", "the new site is there")
    assert not t.resume_feed("herald")
    assert [visit.feed for visit in rounds.gather(t).visits] == ["herald"]
    facts = list(t.log(stream="feed/herald"))
    assert [type(fact.event).__name__ for fact in facts] == ["FeedPaused", "FeedResumed"]
    assert all(fact.recorded_by for fact in facts)
    with pytest.raises(UnknownFeed, match="did you mean 'herald'"):
        t.pause_feed("heral")
