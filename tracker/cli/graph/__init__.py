"""`tracker graph`: who owes whom what, as a picture in text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli import opened

if TYPE_CHECKING:
    from tracker.projections.answers import Commitment


@click.command("graph")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(("mermaid", "dot")),
    default="mermaid",
    show_default=True,
    help="Mermaid for pages that draw it, DOT for Graphviz.",
)
@click.option("--as-of", help="What was true then: 2018-05-10, 2018-05, or a date-time.")
@click.option("--known-at", help="What we knew then.")
@click.option("--party", help="Only what this party owes or is owed, and what that is linked to.")
@click.option("--out", type=click.Path(path_type=Path), help="Write into this file.")
@click.pass_context
def command(
    context: click.Context,
    ids: tuple[str, ...],
    form: str,
    as_of: str | None,
    known_at: str | None,
    party: str | None,
    out: Path | None,
) -> None:
    """Draw who owes whom what: conditions and reciprocity as arrows, statuses as classes.

    With IDs: these, every commitment linked to one of them, and whatever any of those hangs on.
    """
    from tracker.cli.graph.dot import dot
    from tracker.cli.graph.drawing import choose, draw
    from tracker.cli.graph.mermaid import mermaid

    with opened(context) as t:
        for name in ids:  # an unknown id is an error, not an empty sheet
            t.commitment(name, as_of=as_of, known_at=known_at)
        rows: Sequence[Commitment] = t.board(as_of=as_of, known_at=known_at)
        named = t.board(as_of=as_of, known_at=known_at, party=party)
        names = t.parties()
    if ids or party is not None:
        rows = choose(rows, [row.id for row in named if not ids or row.id in ids])
    if not rows:
        click.echo("tracker: nothing to draw; `tracker status` lists what there is", err=True)
    told = {"mermaid": mermaid, "dot": dot}[form](draw(rows, names, _title(as_of, known_at)))
    if out is None:
        click.echo(told, nl=False)
        return
    try:
        out.write_bytes(told.encode())
    except OSError as problem:
        raise click.UsageError(f"{out}: cannot be written: {problem.strerror}") from problem
    click.echo(f"wrote {out}")


def _title(as_of: str | None, known_at: str | None) -> str:
    """The dates asked about. A sheet about the present has none: the same board, the same bytes."""
    told = [f"as of {as_of}" if as_of else "", f"known at {known_at}" if known_at else ""]
    return ", ".join(filter(None, told))
