"""`tracker doctor`: what is wrong with an installation, and the mend."""

from __future__ import annotations

import click


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Leave the mail server alone.")
@click.pass_context
def command(context: click.Context, offline: bool) -> None:
    """Look at config, database, log, clock, daemons, dossiers, feeds, digests and mail server, a line each.

    Works where other commands do not. Ends with 1 where something fails, with 0 where nothing does.
    """
    from tracker.doctor import Grade, examined

    failed = False
    for each in examined(context.find_root().obj["config"], offline=offline):
        failed = failed or each.grade is Grade.FAIL
        told = " ".join(each.told.split())
        click.echo(f"{each.grade.value:<5}{each.what}: {told}{f'; {each.mend}' if each.mend else ''}")
    context.exit(1 if failed else 0)
