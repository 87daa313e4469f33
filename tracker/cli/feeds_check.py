"""`tracker feeds check` and `discover`: what is at an address, before it is configured. Nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from tracker.cli import output

if TYPE_CHECKING:
    from tracker.evidence.document import Entry
    from tracker.feeds.fetch import Hop, Request, Response
    from tracker.feeds.parse import ParsedFeed
    from tracker.feeds.settings import FeedSettings, FetchSettings
    from tracker.feeds.worker import ParseWorker

_MEANINGS = {301: "moved for good", 302: "moved for now", 303: "see other", 307: "moved for now",
             308: "moved for good", 404: "not there", 410: "gone for good", 429: "too often"}  # fmt: skip
_HEADERS = ("content-type", "etag", "last-modified", "cache-control", "expires", "age", "retry-after")
_SHOWN = 5  # entries that are told one by one

Step = tuple[str, str]


@click.command("check")
@click.argument("url")
@output.format_option
@click.pass_context
def check(context: click.Context, url: str, form: str) -> None:
    """Fetch URL once, and tell step by step what came of it and what would be stored.

    The bounds and the guard of the config file apply. URL may also be the name of a configured
    feed, whose own settings then apply too. Exit status 0 where there is a feed, 2 where there is none.
    """
    from tracker.errors import FetchFailed, ParseFailed

    fetch_settings, feed = _settings(context, url)
    steps: list[Step] = []
    problem = ""
    try:
        _told(feed, fetch_settings, steps)
    except (FetchFailed, ParseFailed) as failed:
        problem = str(failed)
    _print([{"step": step, "told": told} for step, told in steps], ("step", "told"), form)
    if problem:
        raise click.UsageError(problem)


@click.command("discover")
@click.argument("url", metavar="PAGE-URL")
@output.format_option
@click.pass_context
def discover(context: click.Context, url: str, form: str) -> None:
    """List the feeds that the web page at PAGE-URL names for itself.

    The bounds and the guard of the config file apply. A page that is itself a feed is listed as one.
    """
    from tracker.errors import FetchFailed

    fetch_settings, feed = _settings(context, url)
    try:
        response = _fetched(_request(feed), fetch_settings, [])
        if response.status != 200:
            raise FetchFailed(f"{response.url}: the server answered {response.status}")
    except FetchFailed as problem:
        raise click.UsageError(str(problem)) from problem
    rows = list(_named(response, fetch_settings))
    if not rows:
        raise click.UsageError(f"{response.url} names no feed, and is none")
    _print(rows, ("url", "type", "title"), form)


def _print(rows: list[dict[str, str]], columns: tuple[str, ...], form: str) -> None:
    """Rows of what strangers wrote, without the characters that a terminal would obey."""
    cleaned = [{name: output.printable(text) for name, text in row.items()} for row in rows]
    output.print_rows(cleaned, columns, form)


def _settings(context: click.Context, url: str) -> tuple[FetchSettings, FeedSettings]:
    """How to fetch, and the feed at `url`: the configured one of that address or name, else a plain one."""
    from tracker.config import Config
    from tracker.errors import did_you_mean
    from tracker.feeds.settings import FeedSettings, FetchSettings, path_of

    config = Config.load(context.find_root().obj["config"])
    fetch_settings = config.section("fetch", FetchSettings)
    feeds = config.sections("feed", FeedSettings)
    for feed in feeds:
        if url in (feed.url, feed.name):
            return fetch_settings, feed
    if path_of(url) is not None:
        near = did_you_mean(url, [feed.name for feed in feeds])
        raise click.UsageError(f"{url!r} is no http or https address, and no feed has that name{near}")
    try:
        return fetch_settings, FeedSettings(name=url, url=url)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem


def _request(feed: FeedSettings) -> Request:
    import os

    from tracker.errors import FetchFailed
    from tracker.feeds.fetch import Request

    if feed.path is not None:
        raise FetchFailed(f"{feed.name} is a file, {feed.url}; `tracker feeds parse` reads files")
    return Request.of(feed, os.environ)


def _fetched(request: Request, settings: FetchSettings, hops: list[Hop]) -> Response:
    """One fetch; `hops` fills as it goes, also where it fails."""
    import asyncio

    from tracker.feeds.fetch import fetch, open_client

    async def once() -> Response:
        async with open_client(settings) as client:
            return await fetch(client, request, settings, told=hops.append)

    return asyncio.run(once())


def _told(feed: FeedSettings, settings: FetchSettings, steps: list[Step]) -> None:
    """Fill `steps`. Raises what ends the visit, and leaves what was told until then."""
    from tracker.errors import FetchFailed
    from tracker.feeds.worker import ParseWorker

    hops: list[Hop] = []
    request = _request(feed)
    advice = "" if settings.contact else " (no contact in [fetch])"
    steps.append(("asks as", settings.identity + advice))
    try:
        response = _fetched(request, settings, hops)
    finally:
        steps += [(str(hop.status), _hop(hop)) for hop in hops]
    steps += _answer(response)
    if response.status != 200:
        raise FetchFailed(f"{response.url}: the server answered {response.status}; nothing would be stored")
    with ParseWorker() as worker:
        parsed = worker.parse(
            response.body,
            content_type=response.content_type,
            base_url=response.url,
            max_entries=feed.max_entries,
            zone=feed.zone,
        )
        steps += _reading(parsed)
        steps.append(("next visit", _next(response, parsed, feed, settings)))
        steps += _entries(parsed, feed)
        if feed.full_text:
            steps += _page(parsed, feed, settings, response.url, worker)


def _page(
    parsed: ParsedFeed, feed: FeedSettings, settings: FetchSettings, home: str, worker: ParseWorker
) -> Iterator[Step]:
    """What the page of the first entry that has one would give."""
    import asyncio
    import os
    from datetime import UTC, datetime

    from tracker.errors import FetchFailed, ParseFailed
    from tracker.feeds import article
    from tracker.feeds.fetch import Request, open_client
    from tracker.feeds.pages import page_text, with_text
    from tracker.feeds.robots import Robots

    article.require()
    entry = next((entry for entry in parsed.entries if entry.url), None)
    if entry is None:
        yield "page", "none: no entry has an address"
        return

    async def once(url: str) -> str:
        request = Request.of_page(feed, os.environ, home=home, url=url)
        async with open_client(settings) as client:
            return await page_text(client, request, settings, worker, Robots(), lambda: datetime.now(UTC))

    try:
        text = asyncio.run(once(entry.url))
    except (FetchFailed, ParseFailed) as problem:
        yield "page", f"the feed's words would be stored: {problem}"
        return
    kept = "the page's" if with_text(entry, text).as_given else "the feed's"
    yield "page", f"{len(text):,} characters; the feed gave {len(entry.body):,}; {kept} would be stored"


def _next(response: Response, parsed: ParsedFeed, feed: FeedSettings, settings: FetchSettings) -> str:
    """When the poller would come back after this visit, at the earliest, and for what reason."""
    from datetime import UTC, datetime

    from tracker.feeds.cadence import Cadence, Memory, Outcome, next_poll

    now = datetime.now(UTC)
    outcome = Outcome(
        status=response.status, headers=response.headers, new=len(parsed.entries), hints=parsed.hints
    )
    plan = next_poll(now, Cadence.of(feed, settings), outcome, Memory(), 0.0)
    return f"in {_shown(plan.at - now)} or a little later ({plan.because})"


def _hop(hop: Hop) -> str:
    meaning = _MEANINGS.get(hop.status)
    return f"{hop.url} ({meaning})" if meaning else hop.url


def _answer(response: Response) -> Iterator[Step]:
    if response.permanent_url:
        yield "moved", f"every hop says for good: configure {response.permanent_url}"
    yield "took", f"{response.elapsed:.2f} s, {len(response.body):,} bytes"
    for name in _HEADERS:
        if value := response.headers.get(name):
            yield name, value
    if not (response.etag or response.last_modified):
        yield "validators", "none: each visit costs the whole feed"
    if not {"cache-control", "expires"} & set(response.headers):
        yield "caching", "nothing said"


def _reading(parsed: ParsedFeed) -> Iterator[Step]:
    how = "broken, and read as far as it goes (salvaged)" if parsed.salvaged else "whole"
    yield "read as", f"{parsed.kind or 'unknown'}, {parsed.encoding}, {how}"
    yield "title", parsed.title
    hints = parsed.hints
    if hints.ttl is not None:
        yield "ttl", f"no visit within {_shown(hints.ttl)}"
    if hints.skip_hours:
        yield "skips hours", ", ".join(map(str, hints.skip_hours))
    if hints.skip_days:
        yield "skips days", ", ".join(hints.skip_days)


def _entries(parsed: ParsedFeed, feed: FeedSettings) -> Iterator[Step]:
    dropped = f", {parsed.dropped:,} more over max_entries" if parsed.dropped else ""
    yield "entries", f"{len(parsed.entries):,}{dropped}"
    undated = sum(entry.published is None for entry in parsed.entries)
    language = feed.language or parsed.language or "none said"
    guids = len({entry.guid for entry in parsed.entries})
    yield "would store", f"{guids:,} documents, {undated:,} without a date, language {language}"
    for entry in parsed.entries[:_SHOWN]:
        yield "entry", _entry(entry)
    if len(parsed.entries) > _SHOWN:
        yield "entry", f"and {len(parsed.entries) - _SHOWN:,} more"


def _entry(entry: Entry) -> str:
    return " | ".join([output.instant(entry.published) or "no date", entry.title, entry.url or entry.guid])


def _shown(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60, 1)
    return f"{round(minutes / 60, 1):g} h" if minutes >= 60 else f"{minutes:g} min"


def _named(response: Response, settings: FetchSettings) -> Iterator[dict[str, str]]:
    """The page itself where it is a feed, else what it names."""
    from tracker.errors import ParseFailed
    from tracker.feeds.discover import named_in
    from tracker.feeds.worker import ParseWorker

    try:
        with ParseWorker() as worker:
            feed = worker.parse(response.body, content_type=response.content_type, base_url=response.url)
        yield {"url": response.url, "type": feed.kind, "title": feed.title}
    except ParseFailed:
        for found in named_in(response.body, content_type=response.content_type, url=response.url):
            yield {"url": found.url, "type": found.type, "title": found.title}
