"""`tracker load`: dossiers into the log."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli import opened


@click.command("load")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("--dry-run", is_flag=True, help="Say what it would do, write nothing.")
@click.pass_context
def command(context: click.Context, files: tuple[Path, ...], dry_run: bool) -> None:
    """Take dossier FILEs (default: those of the config) into the log; what is recorded already stays."""
    with opened(context) as t:
        if not files and not t.dossiers:
            raise click.UsageError(f"{t.config.name}: [tracker] names no dossiers; name a FILE")
        loaded = t.load(files, dry_run=dry_run)
    for change in loaded.changes:
        click.echo(f"{change.action:9} {change.commitment}: {change.summary}")
    for note in loaded.notes:
        click.echo(f"note: {note}", err=True)
    verb = "would be appended" if dry_run else "appended"
    click.echo(f"{len(loaded.changes)} events {verb}" if loaded.changes else "nothing new")
