"""`tracker documents`: what the feeds said, as it was captured, and forgetting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.cli import opened, output

if TYPE_CHECKING:
    from tracker.api import Tracker
    from tracker.evidence.document import Document

SHORT = ("number", "first_seen", "feed", "version", "title")
COLUMNS = (
    *("number", "hash", "feed", "publisher", "guid", "version", "url", "language", "author"),
    *("published", "first_seen", "forgotten", "title", "body"),
)


@click.group("documents")
def command() -> None:
    """List, show or forget captured documents."""


def _filters(function: Any) -> Any:
    since = click.option("--since", help="Only those first seen from this day or moment on.")
    feed = click.option("--feed", default="", help="Only those of this feed.")
    return feed(since(function))


@command.command("list")
@_filters
@output.format_option
@click.pass_context
def list_(context: click.Context, feed: str, since: str | None, form: str) -> None:
    """Captured documents by number: when first seen, from which feed, which version, and the title."""
    with opened(context) as t:
        rows = [_row(document) for document in t.documents(feed=feed, since=since)]
    output.print_rows(rows, SHORT, form)
    if not rows and form == "table":
        click.echo("no document was captured")


@command.command("show")
@click.argument("numbers", nargs=-1, type=click.IntRange(min=1), metavar="[NUMBER]...")
@_filters
@output.format_option
@click.pass_context
def show(context: click.Context, numbers: tuple[int, ...], feed: str, since: str | None, form: str) -> None:
    """The whole text of the documents with these NUMBERs, or of those of a feed or since a day."""
    if bool(numbers) == bool(feed or since):
        raise click.UsageError("name documents by their numbers, or choose them with --feed and --since")
    with opened(context) as t:
        found = [t.document(number) for number in numbers] or list(t.documents(feed=feed, since=since))
    if form == "table":
        for document in found:
            _print(document)
    else:
        output.print_rows([_row(document) for document in found], COLUMNS, form)


@command.command("prune")
@click.option("--older-than", required=True, metavar="SPAN", help="First seen longer ago: '365d', '52w'.")
@click.option("--dry-run", is_flag=True, help="Only say how many there are.")
@click.pass_context
def prune(context: click.Context, older_than: str, dry_run: bool) -> None:
    """Remove the words of old documents in which nothing was found.

    What a finding cites stays, whatever its age. Number, dates, address and hash of the others stay too, so
    that the same words are not captured again; no new commitment can be matched against them any more.
    """
    from tracker.feeds.settings import duration

    try:
        span = duration(older_than)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--older-than") from problem
    with opened(context) as t:
        count = t.prune(span, dry_run=dry_run)
    what = "document" if count == 1 else "documents"
    click.echo(f"the words of {count} {what} {'would be' if dry_run else 'were'} removed")


@command.command("forget")
@click.argument("numbers", nargs=-1, required=True, type=click.IntRange(min=1), metavar="NUMBER...")
@click.option("--because", required=True, help="Why; kept in the log for good.")
@click.pass_context
def forget(context: click.Context, numbers: tuple[int, ...], because: str) -> None:
    """Remove title and body of the documents with these NUMBERs.

    Their place, dates and hash stay, so that the log's chain and the findings stand; the same words are not
    captured again. Copies made before hold the words still: backups, digests, exports.
    """
    with opened(context) as t:
        for done in t.forget(numbers, because):
            was = "was forgotten before, by" if done.before else "is forgotten, recorded as"
            click.echo(f"document {done.number} {was} {done.fact.id} at position {done.fact.position}")
            if done.kin:
                others = " ".join(map(str, done.kin))
                click.echo(f"note: the same words or other versions of them are in: {others}", err=True)
        _scrub(t)


def _scrub(t: Tracker) -> None:
    if not t.scrub():
        click.echo(
            "note: another process was reading; its view of the words may still be in the file. "
            "Forget them once more when it is done",
            err=True,
        )


def _row(document: Document) -> dict[str, Any]:
    title = "(forgotten)" if document.forgotten else document.title
    return {
        **{name: getattr(document, name) for name in COLUMNS},
        "title": title,
        "published": output.instant(document.published),
        "first_seen": output.instant(document.first_seen),
    }


def _print(document: Document) -> None:
    click.echo(f"document {document.number}: {_row(document)['title']}")
    lines = [
        ("feed", document.feed + (f", version {document.version}" if document.version > 1 else "")),
        ("publisher", document.publisher),
        ("author", document.author),
        ("published", output.instant(document.published)),
        ("first seen", output.instant(document.first_seen)),
        ("guid", document.guid),
        ("url", document.url),
        ("hash", document.hash),
    ]
    for name, value in lines:
        if value:
            click.echo(f"  {name:<10}  {value}")
    if document.forgotten:
        click.echo("\n(the document was forgotten)\n")
    else:
        click.echo(f"\n{document.body}\n" if document.body else "")
