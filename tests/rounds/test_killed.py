"""SIGKILL at random instants of a round: nothing is lost, nothing is doubled, and what follows is the same.

The feeds change under way, and hold so few entries that what is lost would stay lost. A feed changes only
when it is asked with the validator of all that it holds: whoever says that has stored it. So every version
that was ever served must be there in the end.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from attrs import define, field, frozen
from attrs import evolve as but

import tracker
from tests.databases import opened
from tests.feeds.scripted_server import Asked, ScriptedServer, answer
from tests.processes import processes
from tests.rounds.test_rounds import DOSSIER
from tracker import rounds
from tracker.api import Tracker
from tracker.archive import documents as archive
from tracker.database.engine import Database
from tracker.desk.words import cursor
from tracker.evidence.document import Document, Entry
from tracker.evidence.finding import Finding
from tracker.evidence.grade import Credibility
from tracker.feeds.tables import feeds as table
from tracker.log.events import FindingMade

BEGIN = datetime(2024, 6, 3, 9, tzinfo=UTC)
FEEDS = 4
HELD = 4
ITEM = (
    "<item><guid>{0.guid}</guid><title>{0.title}</title><link>http://news.example/{0.guid}</link>"
    "<description>{0.body}</description><pubDate>{0.date}</pubDate></item>"
)
WORDS = (
    "Port authority opens harbour bridge",
    "Rain expected all week",
    "Harbour bridge opened by port authority",
)


@frozen
class Item:
    """One version of an entry."""

    guid: str
    title: str
    body: str
    date: str


@define
class Living:
    """A feed that goes on: a new entry, or other words for an old one, each time that all was stored."""

    name: str
    chance: Random
    items: deque[Item] = field(factory=lambda: deque(maxlen=HELD))
    served: list[Item] = field(factory=list)
    changes: int = 0
    is_over: bool = False

    def script(self, asked: Asked) -> Iterator[bytes | float]:
        """Answer one request."""
        yield self.chance.uniform(0, 0.02)
        has_all = asked.headers.get("if-none-match") == self.tag
        if has_all and self.is_over:
            yield answer(b"", 304, ETag=self.tag)
            return
        if has_all or not self.items:
            for _ in range(self.chance.randint(HELD - 1, HELD + 1)):
                self.change()
            self.served += self.items
        inner = "".join(map(ITEM.format, reversed(self.items)))
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{inner}</channel></rss>'
        yield answer(feed, ETag=self.tag)

    @property
    def tag(self) -> str:
        """The validator of what it holds."""
        return f'"{self.changes}"'

    def change(self) -> None:
        """Something is new, or was corrected."""
        self.changes += 1
        words, number = self.chance.choice(WORDS), self.changes
        guid = self.chance.choice(self.items).guid if self.items and self.chance.random() < 0.3 else ""
        moment = BEGIN - timedelta(days=30) + timedelta(minutes=number)
        item = Item(
            guid or f"{self.name}-{number}",
            f"{words}, says report {number} of {self.name}",
            f"It was told {number} times.",
            moment.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        )
        kept = [each for each in self.items if each.guid != guid]
        self.items = deque([*kept, item], maxlen=HELD)


@define
class Struck:
    """Where kills struck, by what they left: leases and so visits under way, or documents not considered."""

    visits: int = 0
    unconsidered: int = 0
    between: int = 0

    def look(self, database: Database) -> bool:
        """Look at what is there; returns whether a round was interrupted before it had considered all."""
        with database.writing() as connection:
            # The server may only now be committing for a client that is gone; we look after it.
            leased = sa.select(sa.func.count()).where(table.c.lease_until.is_not(None))
            is_visiting = bool(connection.execute(leased).scalar())
            is_behind = archive.last_number(connection) > cursor(connection)
        self.visits += is_visiting
        self.unconsidered += is_behind
        self.between += not (is_visiting or is_behind)
        return is_visiting or is_behind


def test_four_killed_rounds_lose_and_double_nothing(shared_url: str, tmp_path: Path) -> None:
    """SIGKILL in the midst of four rounds."""
    kill_rounds(shared_url, tmp_path, 4)


@pytest.mark.torture
def test_a_hundred_killed_rounds_lose_and_double_nothing(shared_url: str, tmp_path: Path) -> None:
    """The same a hundred times; visits were interrupted, and documents left that nobody had considered."""
    struck = kill_rounds(shared_url, tmp_path, 100)
    assert struck.visits > 20
    assert struck.unconsidered > 20


def kill_rounds(url: str, folder: Path, times: int) -> Struck:
    """Kill as many rounds in their midst, let the last one end, and look at all that is there."""
    chance = Random()  # a kill comes at another moment every time, whatever the seed
    living = [Living(f"paper-{number}", Random(chance.random())) for number in range(FEEDS)]
    struck = Struck()
    with ScriptedServer() as server, opened(url) as database:
        for feed in living:
            server.play(f"/{feed.name}", feed.script)
        config = configured(folder, url, server, living)
        with tracker.open(config, clock=lambda: BEGIN) as t:
            t.load()
        hits = tries = 0
        while hits < times:
            tries += 1
            assert tries < 20 * times, f"kills struck nothing: {struck}"
            begin = BEGIN + timedelta(days=tries)
            with processes("tests.rounds.rounder", [(config, begin.isoformat())]) as (process,):
                assert process.stdout is not None
                assert process.stdout.readline() == "stored\n"
                time.sleep(chance.uniform(0, 0.3))
                process.kill()
                assert process.communicate()[1] == ""
            hits += struck.look(database)
        for feed in living:
            feed.is_over = True
        last = BEGIN + timedelta(days=tries + 1)
        with tracker.open(config, clock=lambda: last) as t:
            assert rounds.gather(t).failed == ()
            documents = everything(t)
            assert_whole(documents, living)
            with database.reading() as connection:
                assert cursor(connection) == len(documents)
            found = findings(t)
            assert t.verify().position == t.head()
    assert len({finding.id for finding in found}) == len(found)
    assert found == undisturbed(folder, server, living, documents)
    assert found, "no document was about anything"
    return struck


def configured(folder: Path, url: str, server: ScriptedServer, living: list[Living]) -> Path:
    """A config over that database, whose feeds are due in every round."""
    (folder / "harbour.toml").write_text(DOSSIER)
    feeds = "".join(
        f'[[source]]\nname = "{feed.name}"\nreliability = "B"\nkind = "newspaper"\n\n'
        f'[[feed]]\nname = "{feed.name}"\nurl = "{server.url(f"/{feed.name}")}"\ninterval = "1m"\n\n'
        for feed in living
    )
    config = folder / "config.toml"
    config.write_text(
        f'[tracker]\ndossiers = ["harbour.toml"]\ndatabase = {json.dumps(url)}\n[policy]\nenabled = false\n'
        f'[fetch]\nallow_hosts = ["127.0.0.1"]\nmin_interval = "1m"\nmax_interval = "5m"\n\n{feeds}'
    )
    return config


def everything(t: Tracker) -> list[Document]:
    """All that was captured, in order."""
    with t.database.reading() as connection:
        return archive.captured(connection, limit=1_000_000)


def findings(t: Tracker) -> list[Finding]:
    """All findings by their id, without what hangs on which documents came together: the second grade."""
    made = [fact.event.finding for fact in t.log() if isinstance(fact.event, FindingMade)]
    alike = [but(finding, credibility=Credibility.UNJUDGED, because="") for finding in made]
    return sorted(alike, key=lambda finding: finding.id)


def assert_whole(documents: list[Document], living: list[Living]) -> None:
    """Every version that was ever served is there once, numbered in a row, with versions in a row."""
    assert [document.number for document in documents] == list(range(1, len(documents) + 1))
    held = Counter((each.feed, each.guid, each.title, each.body) for each in documents)
    served = {(feed.name, each.guid, each.title, each.body) for feed in living for each in feed.served}
    assert served - set(held) == set(), "lost"
    assert held == Counter(served), "doubled"
    versions = Counter((each.feed, each.guid) for each in documents)
    told = Counter((feed, guid) for feed, guid, version in versions_of(documents) if version)
    assert told == versions
    assert max(versions.values()) > 1, "nothing was corrected"
    assert any(len({each.guid for each in feed.served}) > HELD for feed in living), "nothing was pushed out"


def versions_of(documents: list[Document]) -> set[tuple[str, str, int]]:
    """Feed, guid and version of each."""
    return {(each.feed, each.guid, each.version) for each in documents}


def undisturbed(
    folder: Path, server: ScriptedServer, living: list[Living], documents: list[Document]
) -> list[Finding]:
    """What one process finds in the same documents, captured one after another in the same order."""
    calm = folder / "calm"
    calm.mkdir()
    config = configured(calm, f"sqlite:///{calm / 'calm.sqlite3'}", server, living)
    with tracker.open(config, clock=lambda: BEGIN) as t:
        t.load()
        for each in documents:
            entry = Entry(
                each.guid, each.url, each.title, each.body, each.author, each.published, each.published_given
            )
            with t.database.writing() as connection:
                captured = archive.capture(
                    connection,
                    feed=each.feed,
                    publisher=each.publisher,
                    language=each.language,
                    entries=[entry],
                    now=each.first_seen,
                )
            assert captured == 1
            t.consider()
        return findings(t)
