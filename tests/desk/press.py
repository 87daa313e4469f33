"""A desk over documents that a test writes down: an invented harbour, its promises, who reports on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import frozen

from tracker.api import Tracker
from tracker.archive import documents as archive
from tracker.config import Config
from tracker.dossier.parse import parse
from tracker.evidence.document import Entry

HEAD = """
format = 1
name = "harbour"
title = "A harbour's pledges"
zone = "UTC"
language = "en"

[[party]]
id = "port"
name = "The port authority"

[[party]]
id = "town"
name = "The town"

[[citation]]
id = "plan"
publisher = "Port authority"
title = "Plan"
date = "2024-01-01"

[[concept]]
name = "harbour-bridge"
variants = ["harbour bridge"]

[[concept]]
name = "port-authority"
variants = ["port authority"]
party = "port"

[[concept]]
name = "town-council"
variants = ["town council"]
party = "town"

[[concept]]
name = "mooring-fees"
variants = ["mooring fees"]
"""

COMMITMENT = """
[[commitment]]
id = "{name}"
title = "{name}"
debtor = ["port"]
creditor = ["town"]
kind = "{kind}"
consequent = "it is so"
voice = "own"
made = "2024-01-01"
cites = "plan"

[[commitment.fact]]
type = "accepted"
occurred = "2024-01-01"
by = "port"
because = "the board agreed"

[[watch]]
for = ["{name}"]
"""

BRIDGE = """object = ["harbour-bridge"]
actors = ["port-authority"]
fulfils = ["{act} -> <harbour-bridge>"]
violates = ["(demolish | close) -> <harbour-bridge>"]
"""
FEES = """object = ["mooring-fees"]
actors = ["port-authority"]
violates = ["raise -> <mooring-fees>"]
"""

SOURCES = [
    {"name": "Gazette", "reliability": "B"},
    {"name": "Courier", "reliability": "B"},
    {"name": "Herald", "reliability": "B"},
    {"name": "Coast Wire", "reliability": "B", "kind": "wire", "credits": ["CW"]},
    {"name": "Port Ministry", "reliability": "B", "kind": "ministry", "party": "port"},
    {"name": "Port News Agency", "reliability": "B", "kind": "party-organ", "party": "port"},
]


def dossier(*, act: str = "open", bridge: bool = True, fees: bool = False, more: str = "") -> str:
    """The dossier, with the word for the act that opens the bridge."""
    text = HEAD
    if bridge:
        text += COMMITMENT.format(name="bridge", kind="achieve") + BRIDGE.format(act=act)
    if fees:
        text += COMMITMENT.format(name="fees", kind="refrain") + FEES
    return text + more


@frozen
class Story:
    """One entry of a feed."""

    title: str
    by: str = "Gazette"
    on: str = "2024-03-01"
    body: str = ""
    language: str = "en"
    feed: str = ""

    def entry(self) -> Entry:
        """As the feed gave it."""
        day = datetime.fromisoformat(self.on).replace(tzinfo=UTC, hour=8)
        name = f"{self.by}-{self.on}-{self.title}"
        return Entry(
            guid=name,
            url=f"https://news.example/{name}",
            title=self.title,
            body=self.body,
            published=day,
            language=self.language,
        )


class Press:
    """An open tracker whose documents come from the test."""

    def __init__(self, t: Tracker) -> None:
        self.t = t
        self.moment = datetime(2024, 6, 1, tzinfo=UTC)

    def load(self, **words: Any) -> None:
        """Take the dossier in, with these words."""
        self.wait()
        self.t.load_dossier(parse(dossier(**words), "harbour.toml"))

    def capture(self, *stories: Story) -> None:
        """Store documents, in this order of arrival, without considering them."""
        self.wait()
        with self.t.database.writing() as connection:
            for story in stories:
                archive.capture(
                    connection,
                    feed=story.feed or story.by,
                    publisher=story.by,
                    language=story.language,
                    entries=[story.entry()],
                    now=self.moment,
                )

    def print(self, *stories: Story) -> None:
        """Store documents and consider them."""
        self.capture(*stories)
        self.consider()

    def consider(self) -> int:
        """Consider all there is."""
        self.wait()
        return self.t.consider()

    def wait(self, **span: float) -> None:
        """Let a second pass, or what is said."""
        self.moment += timedelta(**(span or {"seconds": 1}))

    def found(self, name: str = "bridge") -> set[tuple[str, ...]]:
        """What the findings on a commitment say, whatever the order in which they were made."""
        return {
            (q.title, q.publisher, q.relation, q.factuality, str(q.occurred), q.grade, q.origin)
            for q in (each.quote for each in self.t.evidence(name))
        }

    def statuses(self) -> dict[str, str]:
        """The state of each commitment."""
        return {row.id: row.state for row in self.t.board()}


@contextmanager
def press(
    url: str = "sqlite://", policy: dict[str, Any] | None = None, quiet_after: str = ""
) -> Iterator[Press]:
    """A tracker over nothing yet."""
    tables: dict[str, Any] = {
        "tracker": {"database": url, "zone": "UTC", "quiet_after": quiet_after},
        "source": SOURCES,
        "policy": policy or {},
    }
    held: list[Press] = []
    with Tracker(Config("test", Path(), tables, {}), clock=lambda: held[0].moment) as t:
        held.append(Press(t))
        yield held[0]


def titles(press: Press, name: str = "bridge") -> Sequence[str]:
    """The titles of the documents in which something was found, sorted."""
    return sorted(each.quote.title for each in press.t.evidence(name))
