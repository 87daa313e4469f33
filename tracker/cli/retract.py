"""`tracker retract`: take back what was recorded, without losing it."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli import opened
from tracker.cli.facts import TYPES, fact_options, given_keys, supported


@click.command("retract")
@click.argument("event")
@click.option("--reason", required=True, help="Why it is taken back.")
@click.option("--replace", "replace", type=click.Choice(TYPES), metavar="TYPE",
              help="Record a fact of TYPE in its stead; the options say what is different.")  # fmt: skip
@click.option("--occurred", help="With --replace: when it happened, if not when the other did.")
@click.option("--because", default="", help="With --replace: why; by default the reason.")
@fact_options
@click.pass_context
def command(
    context: click.Context,
    /,
    event: str,
    reason: str,
    replace: str | None,
    occurred: str | None,
    because: str,
    **given: Any,
) -> None:
    """Take back the fact with the id EVENT, from now on, whatever day is asked about.

    With --replace a corrected fact is recorded in the same step: both or neither. Where its TYPE is that of
    the fact taken back, what the options leave out is carried on from that.
    """
    keys = given_keys(given)
    if replace is None and (keys or occurred or because):
        raise click.UsageError("to record something in its stead, name its type with --replace")
    with opened(context) as t:
        instead = None
        if replace is not None:
            name = t.fact_of(event).stream.partition("/")[2]
            instead = supported(t.describe(name, replace, keys, instead_of=event), because or reason)
        recorded = t.retract(event, reason, replacement=instead, occurred=occurred)
    click.echo(f"retracted by {recorded.fact.id} at position {recorded.fact.position}")
    if recorded.replacement is not None:
        click.echo(f"replaced by {recorded.replacement.id} at position {recorded.replacement.position}")
    for warning in recorded.warnings:
        click.echo(f"note: {warning}", err=True)
