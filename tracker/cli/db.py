"""`tracker db`: the database itself."""

from __future__ import annotations

from pathlib import Path

import click


@click.group("db")
def command() -> None:
    """Upgrade, back up or restore the database."""


@command.command("upgrade")
@click.pass_context
def upgrade(context: click.Context) -> None:
    """Bring the database to this program's schema; SQLite databases do it by themselves when opened."""
    from tracker.upkeep import upgrade_database

    revision = upgrade_database(context.find_root().obj["config"])
    click.echo(f"the schema is {revision}")


@command.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, file: Path) -> None:
    """Copy the database to the new FILE while others go on, and verify the copy's chain.

    For PostgreSQL it says which pg_dump to run.
    """
    from tracker.upkeep import backup_database

    end = backup_database(context.find_root().obj["config"], file)
    click.echo(f"{file}: the chain holds up to position {end.position}, hash {end.hash.hex()}")


@command.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def restore(context: click.Context, file: Path) -> None:
    """Put the backup FILE where the config says the database is, if there is none, and verify its chain.

    Words that were forgotten after the backup are in it again; forget them again.
    """
    from tracker.upkeep import restore_database

    end = restore_database(context.find_root().obj["config"], file)
    click.echo(f"restored; the chain holds up to position {end.position}, hash {end.hash.hex()}")
