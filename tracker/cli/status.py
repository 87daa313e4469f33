"""`tracker status`: the board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tracker.cli import opened, output

if TYPE_CHECKING:
    from tracker.projections.answers import Commitment

COLUMNS = ("id", "title", "debtor", "creditor", "kind", "status", "state", "since", "until", "flags", "basis",
           "to_review")  # fmt: skip
SHORT = ("id", "status", "state", "since", "until", "by whom", "notes")


@click.command("status")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--as-of", help="What was true then: 2018-05-10, 2018-05, or a date-time.")
@click.option("--known-at", help="What we knew then.")
@click.option("--party", help="Only what this party owes or is owed.")
@click.option("--only", help="Only this status or state.")
@output.format_option
@click.pass_context
def command(
    context: click.Context,
    ids: tuple[str, ...],
    as_of: str | None,
    known_at: str | None,
    party: str | None,
    only: str | None,
    form: str,
) -> None:
    """Where the commitments stand."""
    with opened(context) as t:
        if ids:
            for name in ids:  # an unknown id is an error, not an empty board
                t.commitment(name, as_of=as_of, known_at=known_at)
        rows = t.board(as_of=as_of, known_at=known_at, party=party, only=only)
    chosen = [row for row in rows if not ids or row.id in ids]
    print_board(chosen, form)
    if not chosen and form == "table":
        is_filtered = as_of or known_at or party or only
        click.echo("nothing to show" if is_filtered else "nothing to show; `tracker load` takes a dossier in")


def print_board(rows: Sequence[Commitment], form: str) -> None:
    """The board in one of the formats; the table keeps to what fits a screen."""
    told = [
        {
            "id": row.id,
            "title": row.title,
            "debtor": list(row.debtor),
            "creditor": list(row.creditor),
            "kind": row.kind,
            "status": row.status,
            "state": row.state,
            "since": str(row.since),
            "until": output.last_day(row.until, row.standing.terms.zone),
            "flags": list(row.flags),
            "basis": row.basis,
            "to_review": row.to_review,
            "by whom": ", ".join(row.debtor),
            "notes": notes(row),
        }
        for row in rows
    ]
    output.print_rows(told, SHORT if form == "table" else COLUMNS, form)


def notes(row: Commitment) -> str:
    """What a reader should see beside a status, in a few words."""
    words = list(row.flags)
    done, whole = row.extent
    if whole:
        words.insert(0, f"{done} of {whole}")
    if row.manner:
        words.append(f"{row.manner} by {', '.join(row.by)}" if row.by else row.manner)
    if row.standing.breaches > 1:
        words.append(f"{row.standing.breaches} breaches, the last {row.standing.last_breach}")
    if row.state == "proposed" and row.voice != "own":
        words.append(f"{row.voice} by {row.told_by}" if row.told_by else row.voice)
    if row.basis:
        words.append(row.basis)
    if row.to_review:
        words.append(f"{row.to_review} to review")
    return ", ".join(words)
