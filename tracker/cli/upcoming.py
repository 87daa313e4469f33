"""`tracker upcoming`: the deadlines ahead."""

from __future__ import annotations

import click

from tracker.cli import opened, output


@click.command("upcoming")
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="How far ahead.")
@click.option("--as-of", help="From this moment on instead of now.")
@click.option("--known-at", help="What we knew then.")
@output.format_option
@click.pass_context
def command(context: click.Context, days: int, as_of: str | None, known_at: str | None, form: str) -> None:
    """Live commitments whose window ends within so many days, the next first."""
    from tracker.cli.status import print_board

    with opened(context) as t:
        rows = t.upcoming(days, as_of=as_of, known_at=known_at)
    print_board(rows, form)
    if not rows and form == "table":
        click.echo("nothing is due")
