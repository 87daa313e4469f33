"""`tracker export`: what the tracker knows, for other programs. Columns and forms are in docs/export.md."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli import opened
from tracker.cli.files import new_file

if TYPE_CHECKING:
    from tracker.api import Tracker
    from tracker.projections.answers import Change, Commitment, Evidence

_STANDS = ("status", "state", "since_from", "since_to", "until", "flags", "basis", "extent_done",
           "extent_whole", "shortfall", "manner", "by", "breaches")  # fmt: skip
BOARD = ("id", "title", "debtor", "creditor", "kind", *_STANDS, "to_review", "voice", "told_by", "consequent",
         "condition", "tags")  # fmt: skip
HISTORY = ("id", "title", *_STANDS)
EVIDENCE = ("commitment", "finding", "position", "recorded_at", "document", "publisher", "title", "url",
            "published", "reliability", "credibility", "origin", "speaker", "relation", "factuality",
            "occurred_from", "occurred_to", "confidence", "counted", "rejected", "accepted", "waiting",
            "reviewed_by", "because", "words", "grade_because", "matcher", "revises",
            "revised_by")  # fmt: skip
CHANGES = ("position", "recorded_at", "commitment", "title", "before_status", "before_state", *_STANDS,
           "because")  # fmt: skip

Row = Mapping[str, Any]

# What a spreadsheet may take for a formula at the beginning of a cell. The apostrophe is there so that taking
# one off undoes it for every cell.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


@click.group("export")
def command() -> None:
    """Write what the tracker knows as CSV, JSON or JSON lines."""


def _common(function: Any) -> Any:
    for option in (
        click.pass_context,
        click.option("--force", is_flag=True, help="Replace the file if it is there."),
        click.option("--out", type=click.Path(path_type=Path), help="A new file, not standard output."),
        click.option("--format", "form", type=click.Choice(("csv", "json", "jsonl")), default="csv",
                     show_default=True, help="CSV, one JSON array, or a JSON object in each line."),
        click.option("--party", help="Only what this party owes or is owed."),
        click.option("--known-at", help="What we knew then."),
    ):  # fmt: skip
        function = option(function)
    return function


@command.command("board")
@click.option("--as-of", help="What was true then.")
@_common
def board(
    context: click.Context, as_of: str | None, known_at: str | None, party: str | None, **to: Any
) -> None:
    """Where every commitment stands."""
    with opened(context) as t:
        rows = t.board(as_of=as_of, known_at=known_at, party=party)
        _write([_board(row) for row in rows], BOARD, **to)


@command.command("history")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@_common
def history(
    context: click.Context, ids: tuple[str, ...], known_at: str | None, party: str | None, **to: Any
) -> None:
    """How commitments stood over time, one row for each change: of these IDs, or of all."""
    with opened(context) as t:
        names = _chosen(t, ids, party, None, known_at)
        steps = (step for name in names for step in t.history(name, known_at=known_at))
        _write(({"id": step.id, "title": step.title, **_stands(step)} for step in steps), HISTORY, **to)


@command.command("evidence")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--as-of", help="Only what tells of something that had begun by then.")
@_common
def evidence(
    context: click.Context,
    ids: tuple[str, ...],
    as_of: str | None,
    known_at: str | None,
    party: str | None,
    **to: Any,
) -> None:
    """Every finding on commitments, counted or not: of these IDs, or of all."""
    with opened(context) as t:
        names = _chosen(t, ids, party, as_of, known_at)
        found = (each for name in names for each in t.evidence(name, as_of=as_of, known_at=known_at))
        _write((_evidence(each) for each in found), EVIDENCE, **to)


@command.command("changes")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only after this position.")
@click.option("--as-of", help="Changes in what was believed of this moment.")
@_common
def changes(
    context: click.Context,
    after: int,
    as_of: str | None,
    known_at: str | None,
    party: str | None,
    **to: Any,
) -> None:
    """Every step of belief, in order, written as it is read."""
    with opened(context) as t:
        if party is not None:
            t.board(party=party)  # a party that nobody ever named is a mistake, not an empty file
        steps = t.changes(after, as_of=as_of, known_at=known_at)
        wanted = (s for s in steps if party is None or party in (*s.after.debtor, *s.after.creditor))
        _write((_change(step) for step in wanted), CHANGES, **to)


def _chosen(
    t: Tracker, ids: Sequence[str], party: str | None, as_of: str | None, known_at: str | None
) -> list[str]:
    """The ids of the commitments asked for; an unknown one is an error, not an empty file."""
    for name in ids:
        t.commitment(name, as_of=as_of, known_at=known_at)
    rows = t.board(as_of=as_of, known_at=known_at, party=party)
    return [row.id for row in rows if not ids or row.id in ids]


def _stands(row: Commitment) -> Row:
    done, whole = row.extent
    return {
        "status": row.status,
        "state": row.state,
        "since_from": row.since.start,
        "since_to": row.since.end,
        "until": row.until,
        "flags": row.flags,
        "basis": row.basis,
        "extent_done": done,
        "extent_whole": whole,
        "shortfall": row.shortfall,
        "manner": row.manner,
        "by": row.by,
        "breaches": row.breaches,
    }


def _board(row: Commitment) -> Row:
    beside = ("to_review", "voice", "told_by", "consequent", "condition", "tags")
    before = ("id", "title", "debtor", "creditor", "kind")
    named = {name: getattr(row, name) for name in (*before, *beside)}
    return {**named, **_stands(row)}


def _evidence(found: Evidence) -> Row:
    quote = found.quote
    of_quote = ("publisher", "title", "url", "published", "reliability", "credibility", "origin", "relation",
                "factuality", "counted", "rejected", "words", "matcher", "revises")  # fmt: skip
    of_finding = ("commitment", "position", "recorded_at", "speaker", "confidence", "accepted", "waiting",
                  "reviewed_by", "because", "revised_by")  # fmt: skip
    return {
        **{name: getattr(quote, name) for name in of_quote},
        **{name: getattr(found, name) for name in of_finding},
        "finding": quote.id,
        "document": quote.number,
        "grade_because": quote.because,
        "occurred_from": quote.occurred.start if quote.occurred else None,
        "occurred_to": quote.occurred.end if quote.occurred else None,
    }


def _change(step: Change) -> Row:
    return {
        "position": step.position,
        "recorded_at": step.recorded_at,
        "commitment": step.commitment,
        "title": step.title,
        "before_status": step.before.status if step.before else None,
        "before_state": step.before.state if step.before else None,
        **_stands(step.after),
        "because": tuple(reason.because for reason in step.because if reason.because),
    }


def _write(rows: Iterable[Row], columns: Sequence[str], form: str, out: Path | None, force: bool) -> None:
    """Write rows as they come; a file appears when it is whole."""
    ordered = ({name: row[name] for name in columns} for row in rows)
    lines = _csv(ordered, columns) if form == "csv" else _json(ordered, is_array=form == "json")
    with nullcontext(sys.stdout.buffer) if out is None else new_file(out, force=force) as file:
        for line in lines:
            file.write(line.encode())
        file.flush()


def _csv(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """RFC 4180: a header, lines that end with CR LF, quotes where they are needed."""
    line = io.StringIO()
    writer = csv.writer(line)
    for cells in chain([columns], ([_cell(value) for value in row.values()] for row in rows)):
        writer.writerow(cells)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case tuple():
            text = "; ".join(value)
        case datetime():
            text = _time(value)
        case _:
            text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _json(rows: Iterable[Row], *, is_array: bool) -> Iterator[str]:
    before, between, after = ("[", ",\n", "]\n") if is_array else ("", "\n", "")
    yield before
    index = -1
    for index, row in enumerate(rows):
        yield (between if index else "") + json.dumps(row, ensure_ascii=False, default=_time)
    yield after if is_array or index < 0 else "\n"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
