"""`tracker check`: what is wrong with dossiers, before they are loaded. Opens no database."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli import output
from tracker.cli.files import dossier_text

COLUMNS = ("file", "line", "rule", "where", "problem", "mend")


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(("lines", *output.FORMATS)),
    default="lines",
    show_default=True,
    help="One line for each fault, or rows.",
)
@click.pass_context
def command(context: click.Context, files: tuple[Path, ...], form: str) -> None:
    """Name everything that is wrong with the dossier FILEs (default: those of the config), with its mend.

    Exit status 0 where all are clean, 2 where a fault was found.
    """
    from tracker.desk.grammar import Patterns
    from tracker.dossier.check import check

    texts = [(str(path), dossier_text(path)) for path in files or _of_the_config(context)]
    faults = {name: check(text, name, Patterns()) for name, text in texts}
    if form == "lines":
        for name, found in faults.items():
            click.echo("\n".join(map(str, found)) or f"{name}: clean")
    else:
        rows = [
            {column: getattr(fault, column) for column in COLUMNS}
            for found in faults.values()
            for fault in found
        ]
        output.print_rows(rows, COLUMNS, form)
    if any(faults.values()):
        context.exit(2)


def _of_the_config(context: click.Context) -> tuple[Path, ...]:
    from tracker.config import Config, tracker_settings

    config = Config.load(context.find_root().obj["config"])
    dossiers = tuple(config.path(name) for name in tracker_settings(config).dossiers)
    if not dossiers:
        raise click.UsageError(f"{config.name}: [tracker] names no dossiers; name a FILE")
    return dossiers
