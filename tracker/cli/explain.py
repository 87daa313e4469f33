"""`tracker explain`: from a status to the words it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli import opened, output

if TYPE_CHECKING:
    from tracker.projections.answers import Explanation, Quote


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


def _print_quote(quote: Quote) -> None:
    when = output.instant(quote.published) or "undated"
    click.echo(f"    [{quote.grade}] {quote.publisher}, {when}, origin {quote.origin}: {quote.title}")
    words = " … ".join(f"“{word}”" for word in quote.words) or "(the document was forgotten)"
    on = f" on {quote.occurred}" if quote.occurred else ""
    click.echo(f"         {words}: {quote.relation}, {quote.factuality}{on}; finding {quote.id}")
    if quote.url:
        click.echo(f"         {quote.url}")
