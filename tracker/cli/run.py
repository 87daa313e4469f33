"""`tracker run`: the daemon in the foreground, until SIGTERM or Ctrl-C."""

from __future__ import annotations

from datetime import datetime

import click


@click.command("run")
@click.option("--once", is_flag=True, help="One round of everything, then end; for cron.")
@click.pass_context
def command(context: click.Context, once: bool) -> None:
    """Poll, consider, sweep and send digests as they fall due."""
    from tracker import daemon, rounds
    from tracker.cli import opened

    def tell(line: str) -> None:
        click.echo(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {line}")

    with opened(context) as t:
        if once:
            for line in daemon.told(rounds.full(t)) or ["nothing was due"]:
                tell(line)
        else:
            daemon.run(t, tell)
