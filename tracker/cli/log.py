"""`tracker log`: the events themselves."""

from __future__ import annotations

import json

import click

from tracker.cli import opened, output

COLUMNS = ("position", "id", "stream", "type", "occurred_from", "recorded_at", "data")
SHORT = ("position", "recorded_at", "stream", "type", "occurred")


@click.group("log")
def command() -> None:
    """Show or verify the event log."""


@command.command("show")
@click.option("--stream", default="", help="Only this stream.")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only after this position.")
@click.option("--type", "types", multiple=True, help="Only events of this type.")
@output.format_option
@click.pass_context
def show(context: click.Context, stream: str, after: int, types: tuple[str, ...], form: str) -> None:
    """The events in order."""
    from tracker.log.codec import encode

    with opened(context) as t:
        rows = [
            {
                "position": fact.position,
                "id": fact.id,
                "stream": fact.stream,
                "type": type(fact.event).__name__,
                "occurred": str(fact.occurred),
                "occurred_from": output.instant(fact.occurred.start),
                "recorded_at": output.instant(fact.recorded_at),
                "data": json.loads(encode(fact.event)[2]),
            }
            for fact in t.log(after=after, types=types, stream=stream)
        ]
    output.print_rows(rows, SHORT if form == "table" else COLUMNS, form)


@command.command("verify")
@click.pass_context
def verify(context: click.Context) -> None:
    """Recompute the hash chain of the whole log."""
    with opened(context) as t:
        head = t.verify()
    click.echo(f"the chain holds up to position {head.position}, hash {head.hash.hex()}")
