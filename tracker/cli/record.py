"""`tracker record`: verdicts and other facts entered by hand."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli import opened
from tracker.cli.facts import TYPES, fact_options, given_keys, supported


@click.command("record")
@click.argument("name", metavar="ID")
@click.argument("kind", type=click.Choice(TYPES), metavar="TYPE")
@click.option("--occurred", required=True, help="When it happened: 2018-05-09, 2018-05, or a date-time.")
@click.option("--because", required=True, help="Why, in words, or the URL of the source.")
@fact_options
@click.pass_context
def command(
    context: click.Context, /, name: str, kind: str, occurred: str, because: str, **given: Any
) -> None:
    """Record a fact of TYPE about the commitment ID.

    TYPE is fulfilled, violated, accepted, withdrawn, suspended, resumed, released, cancelled, ended,
    superseded, reinstated, condition-met, condition-failed, deadline-moved, reworded, position-stated or
    clarity-rated. A day is meant in the zone of the commitment. What would have no effect is refused with
    the rule that stops it.
    """
    with opened(context) as t:
        event = supported(t.describe(name, kind, given_keys(given)), because)
        recorded = t.record(name, event, occurred)
    click.echo(f"recorded as {recorded.fact.id} at position {recorded.fact.position}")
    for warning in recorded.warnings:
        click.echo(f"note: {warning}", err=True)
