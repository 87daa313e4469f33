"""`tracker documents`: what the feeds said, as it was captured, what an edit changed, and forgetting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.cli import opened, output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.api import Tracker
    from tracker.desk.compare import Comparison
    from tracker.evidence.document import Document

SHORT = ("number", "first_seen", "feed", "version", "title")
COLUMNS = (
    *("number", "hash", "feed", "publisher", "guid", "version", "url", "language", "author"),
    *("published", "first_seen", "forgotten", "title", "body"),
)


@click.group("documents")
def command() -> None:
    """List, show, compare or forget captured documents."""


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


@command.command("diff")
@click.argument("number", type=click.IntRange(min=1))
@click.argument("other", type=click.IntRange(min=1), required=False)
@output.format_option
@click.pass_context
def diff(context: click.Context, number: int, other: int | None, form: str) -> None:
    """What the document with this NUMBER says otherwise than the version before it, or than OTHER.

    Words that went are marked [-so-], words that came {+so+}; paragraphs that are the same are counted.
    """
    with opened(context) as t:
        found = t.diff(number, other)
    if form == "table":
        _print_comparison(found)
        return
    rows = [{"op": piece.op.value, "text": piece.text} for piece in found.pieces]
    rows += [{"op": "forgotten", "text": _gone(each)} for each in found.forgotten]
    output.print_rows(rows, ("op", "text"), form)


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


def _print_comparison(found: Comparison) -> None:
    for mark, document in (("---", found.before), ("+++", found.after)):
        when = output.instant(document.published or document.first_seen)
        told = f"{mark} document {document.number}, {document.feed} version {document.version}, {when}"
        click.echo(output.printable(f"{told}, {document.url}" if document.url else told))
    for number in found.forgotten:
        click.echo(f"({_gone(number)})")
    same = 0
    for line, is_changed in _lines(found):
        if not is_changed:
            same += 1
            continue
        _count_same(same)
        same = 0
        click.echo(line)
    _count_same(same)


def _count_same(count: int) -> None:
    if count:
        click.echo(f"    ({count} {'paragraph' if count == 1 else 'paragraphs'} the same)")


def _lines(found: Comparison) -> Iterator[tuple[str, bool]]:
    """The lines of both texts as one, each with whether anything in it changed."""
    marks = {"removed": ("[-", "-]", "red"), "added": ("{+", "+}", "green")}
    line, is_changed = "", False
    for piece in found.pieces:
        start, end, colour = marks.get(piece.op, ("", "", None))
        for index, part in enumerate(piece.text.split("\n")):
            if index:
                yield line, is_changed
                line, is_changed = "", False
            if part:
                line += click.style(start + output.printable(part) + end, fg=colour)
            is_changed = is_changed or bool(colour)
    if line:
        yield line, is_changed


def _gone(number: int) -> str:
    return f"document {number} was forgotten"


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
        ("body", "" if document.entry_hash == document.hash else "of the linked page, not of the feed"),
    ]
    for name, value in lines:
        if value:
            click.echo(f"  {name:<10}  {value}")
    if document.forgotten:
        click.echo("\n(the document was forgotten)\n")
    else:
        click.echo(f"\n{document.body}\n" if document.body else "")
