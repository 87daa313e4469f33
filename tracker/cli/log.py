"""`tracker log`: the events themselves, whether they are as they were written, and the log as a file."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from tracker.cli import opened, output
from tracker.cli.files import new_file

if TYPE_CHECKING:
    from tracker.log.checkpoint import Checkpoint

COLUMNS = ("position", "id", "stream", "type", "occurred_from", "recorded_at", "data")
SHORT = ("position", "recorded_at", "stream", "type", "occurred")


@click.group("log")
def command() -> None:
    """Show, verify, export or import the event log."""


@command.command("show")
@click.option("--stream", default="", help="Only this stream.")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only after this position.")
@click.option("--type", "types", multiple=True, help="Only events of this type.")
@output.format_option
@click.pass_context
def show(context: click.Context, stream: str, after: int, types: tuple[str, ...], form: str) -> None:
    """The events in order."""
    from tracker.log.codec import encode

    with opened(context) as t:
        rows = [
            {
                "position": fact.position,
                "id": fact.id,
                "stream": fact.stream,
                "type": type(fact.event).__name__,
                "occurred": str(fact.occurred),
                "occurred_from": output.instant(fact.occurred.start),
                "recorded_at": output.instant(fact.recorded_at),
                "data": json.loads(encode(fact.event)[2]),
            }
            for fact in t.log(after=after, types=types, stream=stream)
        ]
    output.print_rows(rows, SHORT if form == "table" else COLUMNS, form)


@command.command("verify")
@click.option("--since", metavar="CHECKPOINT", help="Only what came after this checkpoint.")
@click.option(
    "--against",
    multiple=True,
    metavar="CHECKPOINT",
    help="The whole log, and that it still contains this checkpoint. May be given several times.",
)
@click.pass_context
def verify(context: click.Context, since: str | None, against: tuple[str, ...]) -> None:
    """Recompute the hash chain; status 1 names the first position that does not fit.

    A CHECKPOINT is the line that `tracker log checkpoint` printed, in quotes, or a file that holds it. Of a
    file with several, --against checks each, --since starts from the last.
    """
    if since is not None and against:
        raise click.UsageError("--since looks at the end of the log, --against at all of it; give one")
    known = [checkpoint for text in against for checkpoint in _checkpoints(text)]
    start = _checkpoints(since)[-1] if since is not None else None
    with opened(context) as t:
        head = t.verify(start)
        for checkpoint in known:
            t.verify(checkpoint)
    after = f" after position {start.position}" if start else ""
    click.echo(f"the chain holds{after} up to position {head.position}, hash {head.hash.hex()}")
    if known:
        positions = ", ".join(str(checkpoint.position) for checkpoint in known)
        click.echo(f"it contains the {'checkpoint' if len(known) == 1 else 'checkpoints'} of {positions}")


@command.command("checkpoint")
@click.pass_context
def checkpoint(context: click.Context) -> None:
    """Print where the log ends, when that was recorded, and its hash: a line to publish."""
    with opened(context) as t:
        click.echo(str(t.checkpoint()))


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default=Path("-"))
@click.pass_context
def export(context: click.Context, file: Path) -> None:
    """Write the log as JSON lines into a new FILE, or to standard output.

    Documents are not in it: it holds the spans and hashes of evidence, not its words.
    """
    is_stdout = str(file) == "-"
    # The log is opened before the file, so that a wrong config leaves no file behind.
    with opened(context) as t, nullcontext(sys.stdout.buffer) if is_stdout else new_file(file) as out:
        end = t.export_log(out)
        out.flush()
    if not is_stdout:
        click.echo(f"{file}: {end.position} events; it ends with the checkpoint\n{end}")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--against", metavar="CHECKPOINT", help="A checkpoint that the file must contain.")
@click.pass_context
def import_(context: click.Context, file: Path, against: str | None) -> None:
    """Fill an empty log from an export, verified: all of FILE or nothing."""
    expected = _checkpoints(against)[-1] if against is not None else None
    is_stdin = str(file) == "-"
    try:
        source: BinaryIO = sys.stdin.buffer if is_stdin else file.open("rb")
    except OSError as problem:
        raise click.UsageError(f"{file}: cannot be read: {problem.strerror}") from problem
    with source, opened(context) as t:
        end = t.import_log(source, "standard input" if is_stdin else str(file), expected=expected)
    click.echo(f"{end.position} events imported; the log ends with the checkpoint\n{end}")


def _checkpoints(text: str) -> list[Checkpoint]:
    """The checkpoint that an option gives, or those in the file that it names."""
    from tracker.errors import UserError
    from tracker.log.checkpoint import Checkpoint

    try:
        return [Checkpoint.parse(text)]
    except UserError as problem:
        try:
            lines = Path(text).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            raise click.UsageError(f"{problem}, or a file that holds it") from problem
        except (OSError, UnicodeDecodeError) as unreadable:
            reason = getattr(unreadable, "strerror", None) or "it is no text"
            raise click.UsageError(f"{text}: cannot be read: {reason}") from unreadable
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(Checkpoint.parse(line))
            except UserError as problem:
                raise click.UsageError(f"{text}:{number}: {problem}") from problem
    if not found:
        raise click.UsageError(f"{text}: the file holds no checkpoint")
    return found
