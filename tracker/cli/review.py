"""`tracker review`: what waits for a person, and what a person decides."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli import opened, output
from tracker.cli.explain import without_words

if TYPE_CHECKING:
    from tracker.desk.review import Decision
    from tracker.projections.answers import InboxItem

COLUMNS = ("commitment", "kind", "reason", "words", "since", "finding")
TOLD = (
    *COLUMNS,
    *("title", "relation", "factuality", "occurred", "grade", "origin", "publisher", "published"),
    *("document", "headline", "url"),
)
RELATIONS = ("fulfils", "partly fulfils", "violates", "meets condition", "context")
ELSEWHERE = "`tracker review list` shows what waits, `accept`, `reject` and `apply` decide"


@click.group("review", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Decide what waits for a person: on a terminal, one after the other, by a key each.

    With a command, from elsewhere.
    """
    if context.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError(f"without a command this asks on a terminal, and there is none; {ELSEWHERE}")
    from tracker.cli.review_walk import walk

    with opened(context) as t:
        walk(t)


@command.command("list")
@output.format_option
@click.pass_context
def list_(context: click.Context, form: str) -> None:
    """What waits, the most pressing first."""
    with opened(context) as t:
        items = t.inbox()
    output.print_rows([_row(item) for item in items], TOLD if form == "json" else COLUMNS, form)
    if not items and form == "table":
        click.echo("nothing waits")


def _row(item: InboxItem) -> dict[str, Any]:
    quote = item.quote
    row = {
        "commitment": item.commitment,
        "kind": item.kind,
        "reason": item.reason,
        "words": (" … ".join(quote.words) or without_words(quote)) if quote else "",
        "since": output.instant(item.since),
        "finding": quote.id if quote else None,
        "title": item.title,
    }
    told: dict[str, Any] = dict.fromkeys(TOLD[len(row) :])
    if quote is not None:
        told |= {name: getattr(quote, name) for name in ("relation", "factuality", "grade", "origin")}
        told |= {"publisher": quote.publisher, "published": output.instant(quote.published)}
        told |= {"occurred": str(quote.occurred) if quote.occurred else None}
        told |= {"document": quote.number, "headline": quote.title, "url": quote.url}
    return row | told


@command.command("accept")
@click.argument("finding")
@click.option("--as", "relation", type=click.Choice(RELATIONS), help="Read it as this instead.")
@click.option("--because", default="", help="Why.")
@click.pass_context
def accept(context: click.Context, finding: str, relation: str | None, because: str) -> None:
    """Hold a finding true; the verdict that follows is recorded with it."""
    with opened(context) as t:
        recorded = t.review_accept(finding, relation, because)
    click.echo(f"recorded {type(recorded.fact.event).__name__} at position {recorded.fact.position}")
    for warning in recorded.warnings:
        click.echo(f"note: {warning}", err=True)


@command.command("reject")
@click.argument("finding")
@click.option("--because", required=True, help="Why.")
@click.pass_context
def reject(context: click.Context, finding: str, because: str) -> None:
    """Hold a finding wrong or beside the point."""
    with opened(context) as t:
        recorded = t.review_reject(finding, because)
    click.echo(f"rejected, at position {recorded.fact.position}")


@command.command("undo")
@click.argument("event", default="")
@click.option("--because", default="undone", show_default=True, help="Why.")
@click.pass_context
def undo(context: click.Context, event: str, because: str) -> None:
    """Take back your last decision, or that with the id EVENT, and the verdict that followed from it.

    EVENT is the id of the decision, of its verdict or of the finding. The log keeps both.
    """
    from tracker.cli.review_walk import told_undone

    with opened(context) as t:
        undone = t.review_undo(event, because)
    for line in told_undone(undone):
        click.echo(line)
    for warning in undone.warnings:
        click.echo(f"note: {warning}", err=True)


@command.command("apply")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_context
def apply(context: click.Context, file: Path) -> None:
    """Record the decisions in FILE (- is stdin), all or none: JSON lines of finding, decision and because.

    A decision is accept, reject, or what the finding is to be read as: fulfils, "partly fulfils", violates,
    "meets condition", context. What has been decided so before is left as it is.
    """
    from tracker.errors import BadDecisions

    decisions, lines = _decisions(file)
    with opened(context) as t:
        try:
            done = t.review_apply(decisions)
        except BadDecisions as refused:
            for place, why in refused.faults:
                click.echo(f"tracker: {file}:{lines[place]}: {why}", err=True)
            context.exit(2)
    before = f"; {done.before} had been decided so before" if done.before else ""
    click.echo(f"{done.recorded} decisions recorded{before}")


def _decisions(file: Path) -> tuple[list[Decision], list[int]]:
    """The decisions in a file, and the line of each; raises `BadDocument` with all that is wrong in it."""
    from tracker.errors import BadDocument

    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        text = raw.decode()
    except (OSError, UnicodeDecodeError) as problem:
        raise BadDocument(
            f"{file}: cannot be read: {getattr(problem, 'strerror', None) or problem}"
        ) from None
    decisions, lines, faults = [], [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            decisions.append(_decision(line))
            lines.append(number)
        except ValueError as problem:
            faults.append(f"{file}:{number}: {problem}")
    for fault in faults[:-1]:
        click.echo(f"tracker: {fault}", err=True)
    if faults:
        raise BadDocument(faults[-1])
    return decisions, lines


def _decision(line: str) -> Decision:
    """One line; raises `ValueError` that says what is wrong with it."""
    from tracker.desk.review import Decision
    from tracker.errors import did_you_mean
    from tracker.evidence.finding import Relation

    try:
        given = json.loads(line)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ValueError as problem:
        raise ValueError(f"no JSON: {problem}") from None
    if not isinstance(given, dict):
        raise ValueError("no JSON object; write one on each line")
    keys = ("finding", "decision", "because")
    for key, value in given.items():
        if key not in keys:
            raise ValueError(f"unknown key {key!r}{did_you_mean(key, keys)}")
        if not isinstance(value, str):
            raise ValueError(f"{key!r} must be a text")
    for key in ("finding", "decision"):
        if not given.get(key):
            raise ValueError(f"{key!r} is missing")
    word, because = given["decision"], given.get("because", "").strip()
    known = ("accept", "reject", *RELATIONS)
    if word not in known:
        raise ValueError(f"decision {word!r} is none of {', '.join(known)}{did_you_mean(word, known)}")
    if word == "reject":
        if not because:
            raise ValueError("'because' is missing: a rejection says why")
        return Decision(given["finding"], rejected=True, because=because)
    return Decision(given["finding"], None if word == "accept" else Relation(word), because=because)
