"""`tracker scorecard`: how each party keeps what it owes."""

from __future__ import annotations

import click

from tracker.cli import opened, output

COUNTED = ("pending", "fulfilled", "violated", "closed", "overdue", "remedied", "breaches", "parts")


@click.command("scorecard")
@click.option("--as-of", help="What was true then.")
@click.option("--known-at", help="What we knew then.")
@output.format_option
@click.pass_context
def command(context: click.Context, as_of: str | None, known_at: str | None, form: str) -> None:
    """How many commitments each party kept and broke, of those it owes and accepted.

    In the JSON format each number is the list of the commitments behind it.
    """
    with opened(context) as t:
        scores = t.scorecard(as_of=as_of, known_at=known_at)
    rows = [
        {
            "party": score.party,
            **({name: getattr(score, name) for name in COUNTED} if form == "json" else score.counts),
        }
        for score in scores
    ]
    output.print_rows(rows, ("party", *COUNTED), form)
    if not rows and form == "table":
        click.echo("nobody had accepted anything")
