"""`tracker feeds import` and `export`: lists of feeds, from other readers and for them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from tracker.cli.files import new_file

if TYPE_CHECKING:
    from tracker.feeds.opml import Outline
    from tracker.feeds.settings import FeedSettings

# What TOML forbids, and what turns the direction of a line, so that it reads otherwise than it is.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.opml")
@click.pass_context
def import_(context: click.Context, file: Path) -> None:
    """Print the feeds of an OPML FILE as [[feed]] tables, ready for the config file.

    Nothing is written: look at them, then append them. A feed whose address is configured already is named
    and left as it is; so is an outline that names no http(s) address.
    """
    from tracker.errors import BadDocument, FetchFailed
    from tracker.feeds.fetch import read_local
    from tracker.feeds.opml import read
    from tracker.feeds.settings import FetchSettings

    configured = configured_feeds(context)
    try:
        outlines = read(read_local(file, FetchSettings()).body)
    except (BadDocument, FetchFailed) as problem:
        told = str(problem).removeprefix(f"{file}: ")
        raise click.UsageError(f"{file}: {told}") from problem
    click.echo("\n".join(_tables(outlines, configured)))


@click.command("export")
@click.option("--out", type=click.Path(path_type=Path), help="A new file, not standard output.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@click.pass_context
def export(context: click.Context, out: Path | None, force: bool) -> None:
    """Write the configured feeds as OPML 2.0, for another reader.

    Passwords in addresses are left out. Feeds that are files are named on standard error and left out, as no
    other reader could fetch them.
    """
    from tracker.feeds.opml import write

    feeds = configured_feeds(context)
    for feed in feeds:
        if feed.path is not None:
            click.echo(f"{feed.name}: left out, it is a file: {feed.url}", err=True)
    told = write([feed for feed in feeds if feed.path is None], "Feeds of the tracker")
    if out is None:
        click.echo(told, nl=False)
        return
    with new_file(out, force=force) as target:
        target.write(told.encode())


def configured_feeds(context: click.Context) -> tuple[FeedSettings, ...]:
    """The `[[feed]]` tables of the config file; no database is opened for them."""
    from tracker.config import Config
    from tracker.feeds.settings import FeedSettings

    return Config.load(context.find_root().obj["config"]).sections("feed", FeedSettings)


def _tables(outlines: Collection[Outline], configured: Collection[FeedSettings]) -> Iterator[str]:
    """The lines of TOML: a table for each new feed, a comment for each that is not taken."""
    from tracker.feeds.urls import canonicalise

    known = {canonicalise(feed.url): feed.name for feed in configured if feed.path is None}
    names = {feed.name for feed in configured}
    new = 0
    for outline in outlines:
        if not outline.url:
            yield f"# left out, no http(s) address: {_plain(outline.title)} ({_plain(outline.given)})"
        elif (key := canonicalise(outline.url)) in known:
            yield f"# untouched, configured as {_plain(known[key])!r}: {_plain(outline.url)}"
        else:
            new += 1
            yield from _table(outline, names)
    yield f"# {new} new of {len(outlines)} feeds"


def _table(outline: Outline, names: set[str]) -> Iterator[str]:
    name = _unique(_slug(outline.title) or _slug(urlsplit(outline.url).hostname or "") or "feed", names)
    names.add(name)
    if outline.title and outline.title != name:
        yield f"# {_plain(outline.title)}"
    yield "[[feed]]"
    yield f"name = {_quoted(name)}"
    yield f"url = {_quoted(outline.url)}"
    if outline.language:
        yield f"language = {_quoted(outline.language)}"
    yield ""


def _slug(text: str) -> str:
    """`Süddeutsche Zeitung: Politik` as `suddeutsche-zeitung-politik`; empty without a Latin letter."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].rstrip("-")


def _unique(name: str, taken: Collection[str]) -> str:
    """`name`, with the first number that makes it another than all of `taken`."""
    number, found = 2, name
    while found in taken:
        number, found = number + 1, f"{name}-{number}"
    return found


def _quoted(text: str) -> str:
    """A basic string of TOML, which is one of JSON without control characters."""
    return json.dumps(_plain(text), ensure_ascii=False)


def _plain(text: str) -> str:
    return _CONTROLS.sub("", text)
