"""`tracker show`: the terms of one commitment and its timeline, with both dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli import opened, output
from tracker.cli.explain import linked
from tracker.cli.status import notes

if TYPE_CHECKING:
    from tracker.projections.answers import Explanation, TimelineEntry

COLUMNS = ("position", "occurred", "recorded", "type", "by", "what", "id")


@click.command("show")
@click.argument("name", metavar="ID")
@click.option("--all", "everything", is_flag=True, help="Retracted facts too.")
@click.option("--known-at", help="What we knew then.")
@output.format_option
@click.pass_context
def command(context: click.Context, name: str, everything: bool, known_at: str | None, form: str) -> None:
    """One commitment: its terms, how the parties read them, and every recorded fact with both its dates.

    The formats other than the table hold the facts alone.
    """
    with opened(context) as t:
        told = t.explain(name, known_at=known_at)
        entries = t.timeline(name, known_at=known_at)
    shown = [entry for entry in entries if everything or not entry.retracted]
    if form == "table":
        _print_terms(told)
    output.print_rows([_row(entry) for entry in shown], COLUMNS, form)
    hidden = len(entries) - len(shown)
    if hidden and form == "table":
        click.echo(f"\n{hidden} retracted; --all shows them")


def _print_terms(told: Explanation) -> None:
    row = told.commitment
    terms, zone = row.standing.terms, row.standing.terms.zone
    lines = [
        ("owed by", ", ".join(row.debtor)),
        ("to", ", ".join(row.creditor)),
        ("kind", row.kind + (", revocable" if terms.revocable else "")),
        ("what", row.consequent),
        ("condition", row.condition),
        ("scope", terms.scope),
        ("from", output.first_day(row.standing.window.start, zone)),
        ("until", output.last_day(row.until, zone)),
        ("review on", output.first_day(row.standing.window.review_on, zone)),
        ("part of", terms.part_of),
        ("voice", row.voice + (f", told by {row.told_by}" if row.told_by else "")),
        ("instrument", " ".join(filter(None, (terms.instrument, terms.clause)))),
        ("source", str(terms.cites) if terms.cites else ""),
        ("note", row.note),
        ("status", f"{row.status} ({row.state}) since {row.since}"),
        ("notes", notes(row)),
        ("unrateable", row.standing.unrateable),
    ]
    click.echo(f"{row.id}: {row.title}")
    for label, text in lines:
        if text:
            click.echo(f"  {label + ':':15}{text}")
    for reading in terms.interpretations:
        click.echo(f"  read by {reading.party}: {reading.reading}")
    for position in told.positions:
        click.echo(f"  said by {position.party}, {position.occurred}: {position.position}")
    for link in told.links:
        click.echo(f"  {linked(link)}")
    click.echo("")


def _row(entry: TimelineEntry) -> dict[str, object]:
    what = (
        "RETRACTED" if entry.retracted else "",
        f"no effect: {entry.inert}" if entry.inert else "",
        "waits for review" if entry.waits else "",
        entry.text,
        entry.because,
    )
    return {
        "position": entry.position,
        "occurred": str(entry.occurred),
        "recorded": output.instant(entry.recorded_at),
        "type": entry.type,
        "by": entry.recorded_by,
        "what": "; ".join(filter(None, what)),
        "id": entry.id,
    }
