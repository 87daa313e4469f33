"""`tracker explain`: from a status to the words it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli import opened, output

if TYPE_CHECKING:
    from tracker.projections.answers import Explanation, Link, Quote


@click.command("explain")
@click.argument("name", metavar="ID")
@click.option("--as-of", help="What was true then.")
@click.option("--known-at", help="What we knew then.")
@click.pass_context
def command(context: click.Context, name: str, as_of: str | None, known_at: str | None) -> None:
    """Why a commitment stands as it does: verdict, rule, documents, grades, and the exact words."""
    with opened(context) as t:
        print_explanation(t.explain(name, as_of=as_of, known_at=known_at))


def print_explanation(told: Explanation) -> None:
    """The explanation as text."""
    from tracker.cli.status import notes

    row = told.commitment
    click.echo(f"{row.id}: {row.title}")
    click.echo(
        f"  owed by {', '.join(row.debtor)}" + (f" to {', '.join(row.creditor)}" if row.creditor else "")
    )
    click.echo(f"  {row.consequent}")
    beside = notes(row)
    click.echo(f"  {row.status} ({row.state}) since {row.since}" + (f"; {beside}" if beside else ""))
    if row.shortfall:
        click.echo(f"  shortfall: {row.shortfall}")
    for reason in told.reasons:
        about = f" of {reason.commitment}" if reason.commitment != row.id else ""
        recorded = f"recorded {output.instant(reason.recorded_at)} by {reason.recorded_by}"
        click.echo(f"\n  {reason.type}{about} on {reason.occurred}, {recorded}")
        if reason.rule:
            click.echo(f"    rule: {reason.rule}: {reason.because}")
        elif reason.because:
            click.echo(f"    because: {reason.because}")
        if reason.cites:
            click.echo(f"    source: {reason.cites}")
        for quote in reason.findings:
            _print_quote(quote)
    for link in told.links:
        click.echo(f"\n  {linked(link)}")
    if told.inert:
        click.echo("\n  Without effect:")
        for entry in told.inert:
            waits = "; waits for review" if entry.waits else ""
            click.echo(f"    {entry.type} of {entry.occurred} ({entry.rule}): {entry.inert}{waits}")
    if told.against:
        click.echo("\n  Against it:")
        for quote in told.against:
            _print_quote(quote)
    if told.waiting:
        click.echo("\n  Waiting for review:")
        for quote in told.waiting:
            _print_quote(quote)
    if told.positions:
        click.echo("\n  What the parties say:")
        for position in told.positions:
            click.echo(f"    {position.party}, {position.occurred}: {position.position}")
    click.echo("\n  What would change it: " + "; ".join(told.would_change) + ".")


def linked(link: Link) -> str:
    """The other side of a bargain and how it stands."""
    stated = "" if link.stated_here else ", as the other side's terms say"
    stands = f"{link.status} ({link.state})" if link.status else "not made by then"
    return f"in return for {link.commitment}, which is {stands}{stated}"


def without_words(quote: Quote) -> str:
    """Why a finding is shown without its words: a forgotten document has a title that says so."""
    return "(the document was forgotten)" if quote.title else "(the document is not in this archive)"


def _print_quote(quote: Quote) -> None:
    when = output.instant(quote.published) or "undated"
    click.echo(f"    [{quote.grade}] {quote.publisher}, {when}, origin {quote.origin}: {quote.title}")
    words = " … ".join(f"“{word}”" for word in quote.words) or without_words(quote)
    taken = ", taken back" if quote.rejected else ""
    on = f" on {quote.occurred}" if quote.occurred else ""
    click.echo(f"         {words}: {quote.relation}, {quote.factuality}{on}; finding {quote.id}{taken}")
    click.echo(f"         {quote.because}")
    if quote.url:
        click.echo(f"         {quote.url}")
