"""`tracker evidence`: what was found on a commitment, what a person adds, and what nobody could read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli import opened, output
from tracker.cli.explain import without_words

if TYPE_CHECKING:
    from tracker.projections.answers import Evidence

RELATIONS = ("fulfils", "partly fulfils", "violates", "meets condition", "context")
COLUMNS = ("finding", "became", "grade", "relation", "occurred", "origin", "publisher", "words", "why", "by")
SHORT = ("finding", "became", "relation", "occurred", "words", "why")
UNREAD = ("feed", "language", "count", "since", "number", "title")


@click.group("evidence")
def command() -> None:
    """Show, or add by hand, what speaks for and against; list what could not be read."""


@command.command("list")
@click.argument("name", metavar="ID")
@click.option("--as-of", help="What had begun by then.")
@click.option("--known-at", help="What had been found by then.")
@output.format_option
@click.pass_context
def list_(context: click.Context, name: str, as_of: str | None, known_at: str | None, form: str) -> None:
    """Every finding on the commitment ID, or the finding of that ID, with its grades and why it has them."""
    with opened(context) as t:
        found = t.evidence(name, as_of=as_of, known_at=known_at)
    output.print_rows([_row(each) for each in found], SHORT if form == "table" else COLUMNS, form)
    if not found and form == "table":
        click.echo("nothing was found")


@command.command("add")
@click.argument("place", metavar="FILE|URL")
@click.option("--for", "commitment", required=True, metavar="ID", help="The commitment it is about.")
@click.option(
    "--quote", "quotes", multiple=True, help="The words that say it, as they stand; may be repeated."
)
@click.option("--relation", type=click.Choice(RELATIONS), help="What they report of the commitment.")
@click.option("--occurred", help="When it happened; else as the text says, or the day of publication.")
@click.option("--publisher", help="Whose words, by its name in the source list; else the host, or you.")
@click.option("--published", help="The day or moment of publication.")
@click.option("--language", default="en", show_default=True, help="Of the text.")
@click.option("--because", default="", help="Why it matters.")
@click.pass_context
def add(
    context: click.Context,
    place: str,
    commitment: str,
    quotes: tuple[str, ...],
    relation: str | None,
    occurred: str | None,
    publisher: str | None,
    published: str | None,
    language: str,
    because: str,
) -> None:
    """Archive a page, a PDF or a note, and make a finding of it that waits for review.

    Without --quote and --relation the matcher says what it finds in it. The same words are archived once;
    saying the same of them again adds nothing.
    """
    with opened(context) as t:
        added = t.add_evidence(
            place,
            commitment,
            quotes=quotes,
            relation=relation,
            occurred=occurred,
            publisher=publisher,
            published=published,
            language=language,
            because=because,
        )
        (found,) = t.evidence(added.finding.id)
    did = "is finding" if added.is_new else "was there before, as finding"
    click.echo(f"document {added.document.number} {did} {found.quote.id}: {found.quote.relation}")
    for words in found.quote.words:
        click.echo(f"  “{' '.join(words.split())}”")
    click.echo(f"  {found.quote.because}")


@command.command("unread")
@output.format_option
@click.pass_context
def unread(context: click.Context, form: str) -> None:
    """Documents in languages that the matcher cannot read, by feed and language."""
    with opened(context) as t:
        rows = [
            {name: getattr(each, name) for name in UNREAD} | {"since": output.instant(each.since)}
            for each in t.unread()
        ]
    output.print_rows(rows, UNREAD, form)
    if not rows and form == "table":
        click.echo("nothing is unread")


@command.command("read")
@click.argument("feed")
@click.argument("language")
@click.option("--because", required=True, help="What you made of them.")
@click.option("--for-good", is_flag=True, help="Ask about later ones no more.")
@click.pass_context
def read(context: click.Context, feed: str, language: str, because: str, for_good: bool) -> None:
    """Say that you dealt with what is unread of FEED in LANGUAGE, up to the last capture."""
    with opened(context) as t:
        fact = t.read_by_hand(feed, language, because, for_good=for_good)
    click.echo(f"read, recorded as {fact.id} at position {fact.position}")


def _row(each: Evidence) -> dict[str, object]:
    quote = each.quote
    return {
        "finding": quote.id,
        "became": _became(each),
        "grade": quote.grade,
        "relation": f"{quote.relation}, {quote.factuality}",
        "occurred": str(quote.occurred) if quote.occurred else "",
        "origin": quote.origin,
        "publisher": quote.publisher,
        "words": " … ".join(quote.words) or without_words(quote),
        "why": quote.because,
        "by": quote.matcher,
    }


def _became(each: Evidence) -> str:
    """What became of a finding, in a word or two."""
    if each.quote.rejected:
        return "rejected"
    if each.revised_by:
        return "revised"
    if each.quote.counted:
        return "counted"
    if each.accepted:
        return "accepted"
    return "waiting" if each.waiting else ""
