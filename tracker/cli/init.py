"""`tracker init`: a folder to begin in."""

from __future__ import annotations

import shutil
from pathlib import Path

import click


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path(), metavar="[DIR]")
def command(folder: Path) -> None:
    """Make DIR with a commented config.toml and the Korean dossier; overwrites nothing."""
    from tracker.resources import resource

    wanted = {folder / "config.toml": resource("config.toml")}
    for seed in sorted(resource("seeds").glob("*.toml")):
        wanted[folder / "seeds" / seed.name] = seed
    for target in wanted:
        if target.exists():
            raise click.UsageError(f"{target} is there already; nothing was written")
    try:
        (folder / "seeds").mkdir(parents=True, exist_ok=True)
        for target, source in wanted.items():
            shutil.copyfile(source, target)
    except OSError as problem:
        raise click.UsageError(f"{folder}: cannot be written: {problem.strerror}") from problem
    for target in wanted:
        click.echo(f"wrote {target}")
    click.echo("next: edit config.toml, then `tracker load` and `tracker poll`")
