"""`tracker feeds`: how the feeds are doing; `feeds_check` and `feeds_opml` beside it hold the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tracker.cli import feeds_check, feeds_opml, opened, output

COLUMNS = (
    *("name", "publisher", "last_success", "next_at", "failures", "documents", "per_day", "error", "url"),
    "asked_at",
)


@click.group("feeds")
def command() -> None:
    """How the feeds are doing; check and find feeds; lists of feeds for other readers."""


for each in (feeds_check.check, feeds_check.discover, feeds_opml.import_, feeds_opml.export):
    command.add_command(each)


@command.command("list")
@output.format_option
@click.pass_context
def list_(context: click.Context, form: str) -> None:
    """Every configured feed: last success, next visit, failures and why, and its new entries a day.

    `asked_at` is filled where a feed has moved from the address in the config.
    """
    with opened(context) as t:
        rows = [
            {
                "name": feed.name,
                "publisher": feed.publisher,
                "last_success": output.instant(feed.last_success),
                "next_at": "paused" if feed.paused else output.instant(feed.next_at),
                "failures": feed.failures,
                "documents": feed.documents,
                "error": feed.paused_because or feed.error,
                "url": feed.url,
                "per_day": round(feed.per_day, 1),
                "asked_at": feed.asked_at if feed.asked_at != feed.url else None,
            }
            for feed in t.feeds()
        ]
    output.print_rows(rows, COLUMNS, form)


@command.command("parse")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE...",
)
@output.format_option
def parse(files: tuple[Path, ...], form: str) -> None:
    """What feed FILEs hold, offline; a file that holds no feed has an error instead of entries."""
    rows = [_parsed(file) for file in files]
    if form == "table":
        rows = [{**row, "entries": len(row["entries"])} for row in rows]
    output.print_rows(rows, ("file", "title", "salvaged", "error", "entries"), form)


def _parsed(file: Path) -> dict[str, Any]:
    from tracker.errors import FetchFailed, ParseFailed
    from tracker.feeds.fetch import read_local
    from tracker.feeds.parse import parse as parse_feed
    from tracker.feeds.settings import FetchSettings

    row: dict[str, Any] = {"file": str(file), "title": None, "salvaged": False, "error": None, "entries": []}
    try:
        found = parse_feed(read_local(file, FetchSettings()).body, base_url="")
    except (FetchFailed, ParseFailed) as problem:
        return {**row, "error": str(problem)}
    entries = [
        {
            "guid": entry.guid,
            "title": entry.title,
            "url": entry.url,
            "published": output.instant(entry.published),
            "published_given": entry.published_given,
            "body": entry.body,
        }
        for entry in found.entries
    ]
    return {**row, "title": found.title, "salvaged": found.salvaged, "entries": entries}


_because = click.option("--because", default="", metavar="TEXT", help="Why; it goes into the log.")


@command.command("pause")
@click.argument("name")
@_because
@click.pass_context
def pause(context: click.Context, name: str, because: str) -> None:
    """Visit the feed NAME no more until it is resumed; `tracker poll NAME` still does."""
    with opened(context) as t:
        click.echo(f"{name} is paused" if t.pause_feed(name, because) else f"{name} was paused before")


@command.command("resume")
@click.argument("name")
@_because
@click.pass_context
def resume(context: click.Context, name: str, because: str) -> None:
    """Visit the feed NAME again, from the next round on, at its address in the config."""
    with opened(context) as t:
        click.echo(f"{name} is resumed" if t.resume_feed(name, because) else f"{name} was not paused")
