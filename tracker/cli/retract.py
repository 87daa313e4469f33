"""`tracker retract`: take back what was recorded, without losing it."""

from __future__ import annotations

import click

from tracker.cli import opened


@click.command("retract")
@click.argument("event")
@click.option("--reason", required=True, help="Why it is taken back.")
@click.pass_context
def command(context: click.Context, event: str, reason: str) -> None:
    """Take back the fact with the id EVENT, from now on, whatever day is asked about."""
    with opened(context) as t:
        recorded = t.retract(event, reason)
    click.echo(f"retracted by {recorded.fact.id} at position {recorded.fact.position}")
    for warning in recorded.warnings:
        click.echo(f"note: {warning}", err=True)
