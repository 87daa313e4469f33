"""`tracker projections`: the views of the log."""

from __future__ import annotations

import click
from attrs import asdict

from tracker.cli import opened, output

COLUMNS = ("name", "version", "build", "state", "position", "behind", "error")


@click.group("projections")
def command() -> None:
    """List the views of the log, make one anew, or let a parked one go on."""


@command.command("list")
@output.format_option
@click.pass_context
def list_(context: click.Context, form: str) -> None:
    """Every build of every projection: how far it has got, and why it is parked."""
    with opened(context) as t:
        output.print_rows([asdict(health) for health in t.projections()], COLUMNS, form)


@command.command("rebuild")
@click.argument("name")
@click.pass_context
def rebuild(context: click.Context, name: str) -> None:
    """Fill the projection NAME anew from the log, while the present one answers.

    One that was interrupted goes on where it was.
    """
    with opened(context) as t, output.progress(t.head(), f"Rebuilding {name}") as advance:
        reached = 0

        def step(position: int) -> None:
            nonlocal reached
            advance(f"{position:,} events", position - reached)
            reached = position

        build = t.rebuild(name, step)
    click.echo(f"{name}: build {build} answers now")


@command.command("resume")
@click.argument("name")
@click.pass_context
def resume(context: click.Context, name: str) -> None:
    """Let the parked projection NAME try again what it could not take in."""
    with opened(context) as t:
        position = t.resume(name)
    click.echo(f"{name}: up to date at position {position}")
