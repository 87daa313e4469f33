"""`tracker health`: whether the daemons do their work, for probes."""

from __future__ import annotations

import click

from tracker.cli import output

COLUMNS = ("grade", "what", "told", "mend")


@click.command("health")
@output.format_option
@click.pass_context
def command(context: click.Context, form: str) -> None:
    """Whether the database answers, the ticks of a daemon come, and mails go out; fast, and offline.

    Ends with 1 where something fails, with 0 where all is well or there are only warnings.
    """
    from attrs import asdict

    from tracker.doctor import Grade, health

    found = health(context.find_root().obj["config"])
    output.print_rows([{**asdict(each), "grade": each.grade.value} for each in found], COLUMNS, form)
    context.exit(1 if any(each.grade is Grade.FAIL for each in found) else 0)
