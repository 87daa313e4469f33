"""`tracker rejudge`: what the board would be under other settings of the policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli import opened, output
from tracker.cli.status import notes

if TYPE_CHECKING:
    from tracker.commitments.policy import PolicySettings
    from tracker.projections.answers import Commitment, Difference, Rejudged

SHORT = ("id", "now", "then", "since", "notes", "by rule")
COLUMNS = ("id", "title", "before", "after", "because")
SHOWN = ("status", "state", "flags", "basis", "to_review", "manner", "by")


@click.command("rejudge")
@click.option("--policy", "path", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="A TOML file with a table [policy]; a whole config.toml will do.")  # fmt: skip
@click.option("--as-of", help="Compare what was true then.")
@output.format_option
@click.pass_context
def command(context: click.Context, path: Path, as_of: str | None, form: str) -> None:
    """What would stand otherwise had the recorded findings been judged under other settings.

    Writes nothing. What persons and dossiers recorded stays as it is.
    """
    settings = read_policy(path)
    with opened(context) as t:
        answer = t.rejudge(settings, as_of=as_of)
    if not settings.decides:
        click.echo(f"note: {path} does not say enabled = true, so no finding decides by rule", err=True)
    rows = [_told(each) if form == "json" else _short(each) for each in answer.differences]
    output.print_rows(rows, COLUMNS if form == "json" else SHORT, form)
    if form == "table":
        click.echo(_counted(answer))


def read_policy(path: Path) -> PolicySettings:
    """The settings in a file, by the rules of config.toml; raises `ConfigError`.

    The environment does not override them: it is about the settings in force.
    """
    from tracker.api import TABLES
    from tracker.commitments.policy import PolicySettings
    from tracker.config import Config
    from tracker.errors import ConfigError

    config = Config.load(path, {})
    config.only(*TABLES)
    if "policy" not in config.tables:
        raise ConfigError(f"{config.name}: a table [policy] is missing")
    return config.section("policy", PolicySettings)


def _short(each: Difference) -> dict[str, object]:
    return {
        "id": each.commitment,
        "now": each.before.state,
        "then": each.after.state,
        "since": str(each.after.since),
        "notes": notes(each.after),
        "by rule": "; ".join(reason.because for reason in each.because if reason.rule),
    }


def _told(each: Difference) -> dict[str, object]:
    reasons = [
        {
            "type": reason.type,
            "commitment": reason.commitment,
            "occurred": str(reason.occurred),
            "recorded_by": reason.recorded_by,
            "rule": reason.rule,
            "because": reason.because,
            "findings": [quote.id for quote in reason.findings],
        }
        for reason in each.because
    ]
    return {
        "id": each.commitment,
        "title": each.title,
        "before": _stands(each.before),
        "after": _stands(each.after),
        "because": reasons,
    }


def _stands(row: Commitment) -> dict[str, object]:
    since = {"since": str(row.since), "until": output.last_day(row.until, row.standing.terms.zone)}
    return {name: getattr(row, name) for name in SHOWN} | since


def _counted(answer: Rejudged) -> str:
    """How many would stand otherwise, and how many as they do."""
    same = ", ".join(f"{count} {status}" for status, count in answer.same.items())
    as_now = f"; as now: {same}" if same else ""
    count = len(answer.differences)
    return f"{count or 'nothing'} would stand otherwise{as_now}"
