"""`tracker review`: what waits for a person, and what a person decides."""

from __future__ import annotations

import click

from tracker.cli import opened, output
from tracker.cli.explain import without_words

COLUMNS = ("commitment", "kind", "reason", "words", "since", "finding")
RELATIONS = ("fulfils", "partly fulfils", "violates", "meets condition", "context")


@click.group("review")
def command() -> None:
    """List, accept or reject what waits for a person."""


@command.command("list")
@output.format_option
@click.pass_context
def list_(context: click.Context, form: str) -> None:
    """What waits, the most pressing first."""
    with opened(context) as t:
        items = t.inbox()
    rows = [
        {
            "commitment": item.commitment,
            "kind": item.kind,
            "reason": item.reason,
            "words": (" … ".join(item.quote.words) or without_words(item.quote)) if item.quote else "",
            "since": output.instant(item.since),
            "finding": item.quote.id if item.quote else None,
        }
        for item in items
    ]
    output.print_rows(rows, COLUMNS, form)
    if not rows and form == "table":
        click.echo("nothing waits")


@command.command("accept")
@click.argument("finding")
@click.option("--as", "relation", type=click.Choice(RELATIONS), help="Read it as this instead.")
@click.option("--because", default="", help="Why.")
@click.pass_context
def accept(context: click.Context, finding: str, relation: str | None, because: str) -> None:
    """Hold a finding true; the verdict that follows is recorded with it."""
    with opened(context) as t:
        recorded = t.review_accept(finding, relation, because)
    click.echo(f"recorded {type(recorded.fact.event).__name__} at position {recorded.fact.position}")
    for warning in recorded.warnings:
        click.echo(f"note: {warning}", err=True)


@command.command("reject")
@click.argument("finding")
@click.option("--because", default="", help="Why.")
@click.pass_context
def reject(context: click.Context, finding: str, because: str) -> None:
    """Hold a finding wrong or beside the point."""
    with opened(context) as t:
        recorded = t.review_reject(finding, because)
    click.echo(f"rejected, at position {recorded.fact.position}")
