"""`tracker record`: verdicts and other facts entered by hand."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli import opened

VERDICTS = (
    "fulfilled",
    "violated",
    "accepted",
    "withdrawn",
    "suspended",
    "resumed",
    "released",
    "cancelled",
    "ended",
    "reinstated",
    "condition-met",
    "condition-failed",
    "position",
)
MANNERS = ("breach", "lapse", "repudiated")


@click.command("record")
@click.argument("name", metavar="ID")
@click.argument("verdict", type=click.Choice(VERDICTS), metavar="VERDICT")
@click.option("--occurred", required=True, help="When it happened: 2018-05-09, 2018-05, or a date-time.")
@click.option("--because", required=True, help="Why, in words, or the URL of the source.")
@click.option("--by", multiple=True, help="The party that did it; may be given several times.")
@click.option(
    "--manner", type=click.Choice(MANNERS), help="How it was violated; default: breach, of an act lapse."
)
@click.option("--condition", default="", help="The quoted text of the condition.")
@click.option("--position", default="", help="What the party says.")
@click.pass_context
def command(context: click.Context, /, name: str, verdict: str, occurred: str, **given: Any) -> None:
    """Record VERDICT about the commitment ID.

    VERDICT is one of fulfilled, violated, accepted, withdrawn, suspended, resumed, released, cancelled,
    ended, reinstated, condition-met, condition-failed, position.
    """
    with opened(context) as t:
        is_achieve = t.commitment(name).kind == "achieve"
        event = _event(verdict, is_achieve, given)
        recorded = t.record(name, event, occurred)
    click.echo(f"recorded as {recorded.fact.id} at position {recorded.fact.position}")
    for warning in recorded.warnings:
        click.echo(f"note: {warning}", err=True)


def _event(verdict: str, is_achieve: bool, given: dict[str, Any]) -> Any:
    """The event that the options describe."""
    from tracker.commitments import events
    from tracker.evidence.source import Citation

    because, by = given["because"], given["by"]
    said: dict[str, Any] = {"because": because}
    if because.startswith(("http://", "https://")):
        said = {"cites": Citation(publisher="", title=because, url=because)}
    one = by[0] if by else ""
    match verdict:
        case "fulfilled":
            return events.Fulfilled(rule="by hand", **said)
        case "violated":
            manner = events.Manner(given["manner"] or ("lapse" if is_achieve else "breach"))
            return events.Violated(rule="by hand", manner=manner, by=by, **said)
        case "ended":
            return events.Ended(by=by, **said)
        case "condition-met" | "condition-failed":
            if not given["condition"]:
                raise click.UsageError(f"{verdict} needs --condition with the quoted text")
            made = events.ConditionMet if verdict == "condition-met" else events.ConditionFailed
            return made(condition=given["condition"], **said)
        case "position":
            if not one or not given["position"]:
                raise click.UsageError("position needs --by PARTY and --position TEXT")
            return events.PositionStated(party=one, position=given["position"], **said)
        case _:
            return getattr(events, verdict.capitalize())(by=one, **said)
