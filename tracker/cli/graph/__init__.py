"""`tracker graph`: who owes whom what, as a picture in text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli import opened

if TYPE_CHECKING:
    from tracker.api import Tracker
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
        names = _names(t)
        successors = _successors(t, rows, known_at)
    if party is not None:
        _check_party(party, rows, names)
    if ids or party is not None:
        chosen = [
            row.id
            for row in rows
            if (not ids or row.id in ids) and (party is None or party in (*row.debtor, *row.creditor))
        ]
        rows = choose(rows, chosen, successors)
    if not rows:
        click.echo("tracker: nothing to draw; `tracker status` lists what there is", err=True)
    told = {"mermaid": mermaid, "dot": dot}[form](draw(rows, names, successors, _title(as_of, known_at)))
    if out is None:
        click.echo(told, nl=False)
        return
    try:
        out.write_bytes(told.encode())
    except OSError as problem:
        raise click.UsageError(f"{out}: cannot be written: {problem.strerror}") from problem
    click.echo(f"wrote {out}")


def _names(t: Tracker) -> dict[str, str]:
    """What the dossiers in the log call the parties; where two differ, the later one's word."""
    from tracker.log.events import DossierLoaded

    loaded = [fact.event for fact in t.log(types=("DossierLoaded",))]
    return {
        party.id: party.name
        for event in loaded
        if isinstance(event, DossierLoaded)
        for party in event.parties
    }


def _successors(t: Tracker, rows: Sequence[Commitment], known_at: str | None) -> dict[str, str]:
    """Which commitment took the place of each superseded one, as the fact says that made it so."""
    return {
        row.id: entry.text
        for row in rows
        if row.state == "superseded"
        for entry in t.timeline(row.id, known_at=known_at)
        if entry.type == "Superseded" and not entry.retracted and entry.occurred == row.since
    }


def _check_party(party: str, rows: Sequence[Commitment], names: Mapping[str, str]) -> None:
    from tracker.errors import UserError, did_you_mean

    known = {*names, *(p for row in rows for p in (*row.debtor, *row.creditor))}
    if party not in known:
        raise UserError(f"no party {party!r}{did_you_mean(party, sorted(known))}")


def _title(as_of: str | None, known_at: str | None) -> str:
    """The dates asked about. A sheet about the present has none: the same board, the same bytes."""
    told = [f"as of {as_of}" if as_of else "", f"known at {known_at}" if known_at else ""]
    return ", ".join(filter(None, told))
