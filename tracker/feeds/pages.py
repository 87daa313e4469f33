"""The pages that a feed's new entries link to, and their text in place of the feed's where it is longer.

A page is asked for as a feed is: within the same bounds, past the same guard, at the pace of its registrable
domain, and besides only where the robots.txt of its host allows. A domain's turn is waited for while the time
of the visit's pages lasts: an entry is new once, so what is not read now never is. Whatever comes of it, the
entry is there with the feed's own words. Stores nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from urllib.parse import urldefrag

from attrs import evolve, frozen
from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.database.engine import Database
from tracker.errors import FetchFailed, ParseFailed
from tracker.evidence.document import Entry
from tracker.feeds import leases
from tracker.feeds.article import LARGEST
from tracker.feeds.cadence import Hints, Outcome, allowed_from
from tracker.feeds.fetch import Client, Permit, Request, Response, fetch
from tracker.feeds.politeness import Pace, domain_of
from tracker.feeds.robots import Robots
from tracker.feeds.settings import FeedSettings, FetchSettings, duration
from tracker.feeds.worker import Parser


@frozen
class Read:
    """The entries as they are to be stored; how many have their page's text, and why the first has not."""

    entries: tuple[Entry, ...] = ()
    count: int = 0
    problem: str = ""


class Crowded(FetchFailed):
    """The server of a page wants to be left alone for a while, as `response` says."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"{response.url}: the server answered {response.status}")
        self.response = response


async def page_text(
    client: Client,
    request: Request,
    settings: FetchSettings,
    worker: Parser,
    robots: Robots,
    now: Callable[[], datetime],
    turn: Permit | None = None,
) -> str:
    """The text of one page. `turn` is awaited before each address on the way is asked.

    Raises `FetchFailed` or `ParseFailed` where there is none, and says why.
    """

    async def permit(url: str) -> None:
        # What is for the origin of the page asked for goes to no other, at a redirect.
        is_first = urldefrag(url).url == urldefrag(request.url).url
        here = evolve(request, url=url) if is_first else Request(url=url)
        await robots.check(client, here, settings, now, turn)
        if turn is not None:
            await turn(url)

    bounds = evolve(settings, max_bytes=min(settings.max_bytes, LARGEST))
    response = await fetch(client, request, bounds, permit=permit)
    if response.status in (429, 503):
        raise Crowded(response)
    if response.status != 200:
        raise FetchFailed(f"{response.url}: the server answered {response.status}")
    text = await asyncio.to_thread(worker.article, response.body, content_type=response.content_type)
    if not text:
        raise ParseFailed(f"{response.url}: no text of an article in it")
    return text


def with_text(entry: Entry, text: str) -> Entry:
    """The entry with the text of its page, if that is longer than its own; all else stays the feed's."""
    if text.startswith(f"{entry.title}\n"):
        text = text.removeprefix(f"{entry.title}\n")
    return evolve(entry, body=text, as_given=entry.hash) if len(text) > len(entry.body) else entry


@frozen(kw_only=True)
class Pages:
    """What the pages of a round are read with."""

    database: Database
    settings: FetchSettings
    now: Callable[[], datetime]
    worker: Parser
    environment: Mapping[str, str]
    robots: Robots

    async def read(
        self,
        client: Client,
        feed: FeedSettings,
        home: str,
        entries: Sequence[Entry],
        gone: Callable[[Connection], Collection[str]],
    ) -> Read:
        """The entries of a feed at `home`, the newest of the new ones with the text of their pages.

        `gone` tells the hashes of what was forgotten.
        """
        deadline = time.monotonic() + self.settings.pages_timeout
        texts: dict[str, str] = {}
        problem = ""
        new = await asyncio.to_thread(self._new, feed, entries, gone)
        for url in list(dict.fromkeys(filter(None, map(_page_of, new))))[: self.settings.pages]:
            try:
                texts[url] = await self._text(client, feed, home, url, deadline)
            except Crowded as failed:
                problem = problem or str(failed)
                await asyncio.to_thread(self._hold, failed.response)
                break
            except (FetchFailed, ParseFailed) as failed:
                problem = problem or str(failed)
        full = {entry: with_text(entry, texts.get(_page_of(entry), "")) for entry in new}
        count = sum(bool(entry.as_given) for entry in full.values())
        return Read(tuple(full.get(entry, entry) for entry in entries), count, problem)

    def _new(
        self, feed: FeedSettings, entries: Sequence[Entry], gone: Callable[[Connection], Collection[str]]
    ) -> list[Entry]:
        """Those that are new or edited, the newest first."""
        with self.database.reading() as connection:
            new = archive.news(connection, feed.name, entries, gone(connection))
        # Undated ones keep their place at the head, for feeds put the newest first.
        now = self.now()
        return sorted(new, key=lambda entry: entry.updated or entry.published or now, reverse=True)

    async def _text(self, client: Client, feed: FeedSettings, home: str, url: str, deadline: float) -> str:
        left = deadline - time.monotonic()
        if left <= 0:
            raise FetchFailed(f"{url}: no time left for it (pages_timeout)")

        async def turn(address: str) -> None:
            await self._turn(address, deadline)

        return await page_text(
            client,
            Request.of_page(feed, self.environment, home=home, url=url),
            evolve(self.settings, timeout=min(self.settings.timeout, left)),
            self.worker,
            self.robots,
            self.now,
            turn,
        )

    async def _turn(self, url: str, deadline: float) -> None:
        """Take a token of the domain, as soon as there is one."""
        domain = domain_of(url, self.settings.allow_hosts)
        pace = Pace.of(self.settings)
        while domain:
            seen = self.now()
            opens = await asyncio.to_thread(leases.take, self.database, domain, pace, seen)
            if opens is None:
                return
            wait = (opens - seen).total_seconds() + 0.001
            if time.monotonic() + wait > deadline:
                raise FetchFailed(f"{url}: {domain} was asked too often to be asked for it in time")
            await asyncio.sleep(wait)
            if self.now() <= seen:  # a clock that somebody else moves: no token comes from waiting for it
                raise FetchFailed(f"{url}: {domain} has no turn left for it")

    def _hold(self, response: Response) -> None:
        domain = domain_of(response.url, self.settings.allow_hosts)
        now = self.now()
        until = allowed_from(now, Outcome(status=response.status, headers=response.headers), Hints())
        if domain and until > now:
            with self.database.writing() as connection:
                longest = now + duration(self.settings.max_interval)
                leases.hold(connection, domain, min(until, longest), now)


def _page_of(entry: Entry) -> str:
    """The address of its page, without the place on it."""
    return urldefrag(entry.url).url
