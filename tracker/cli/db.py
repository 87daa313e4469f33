"""`tracker db`: the database itself."""

from __future__ import annotations

import click


@click.group("db")
def command() -> None:
    """Upgrade the database."""


@command.command("upgrade")
@click.pass_context
def upgrade(context: click.Context) -> None:
    """Bring the database to this program's schema; SQLite databases do it by themselves when opened."""
    from tracker.api import upgrade_database

    revision = upgrade_database(context.find_root().obj["config"])
    click.echo(f"the schema is {revision}")
