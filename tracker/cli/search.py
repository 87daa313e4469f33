"""`tracker search`: words in commitments and in captured documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli import opened, output

if TYPE_CHECKING:
    from tracker.projections.answers import Hit

COLUMNS = ("kind", "id", "title", "words", "commitments", "findings")
_AROUND = 40


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--as-of", help="Commitments as they stood then, documents published by then.")
@click.option("--known-at", help="Commitments as known then, documents seen by then.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many at the most."
)
@output.format_option
@click.pass_context
def command(
    context: click.Context,
    words: tuple[str, ...],
    as_of: str | None,
    known_at: str | None,
    limit: int,
    form: str,
) -> None:
    """Where all these WORDS occur, in any case, with or without accents, also inside of longer words."""
    with opened(context) as t:
        hits = t.search(" ".join(words), as_of=as_of, known_at=known_at, limit=limit)
    if form == "table":
        for hit in hits:
            _print(hit)
        if not hits:
            click.echo("nothing was found")
        return
    rows = [
        {**{name: getattr(hit, name) for name in COLUMNS}, "id": hit.id or str(hit.number)} for hit in hits
    ]
    output.print_rows(rows, COLUMNS, form)


def _print(hit: Hit) -> None:
    about = f"  ({', '.join(hit.commitments)})" if hit.kind == "document" and hit.commitments else ""
    click.echo(f"{hit.kind} {hit.id or hit.number}: {hit.title}{about}")
    first = hit.spans[0]
    around = hit.text[max(0, first.start - _AROUND) : first.end + _AROUND]
    click.echo(f"    … {' '.join(around.split())} …")
