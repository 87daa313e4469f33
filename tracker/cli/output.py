"""How rows are printed: as a table, JSON, CSV or Markdown; in colour and with progress on a terminal only."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

import click

FORMATS = ("table", "json", "csv", "markdown")

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How to print rows.",
)


def zone(name: str) -> ZoneInfo:
    """The IANA zone `name`."""
    return ZoneInfo(name)


def first_day(moment: datetime | None, name: str) -> str | None:
    """The local date on which `moment` falls: the first day of what begins there."""
    return None if moment is None else f"{moment.astimezone(zone(name)).date()}"


def last_day(moment: datetime | None, name: str) -> str | None:
    """The last local date before `moment`: of a window that ends there, the last day that it covers."""
    return None if moment is None else f"{(moment - timedelta(microseconds=1)).astimezone(zone(name)).date()}"


def instant(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the second."""
    return (
        None
        if moment is None
        else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    )


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], form: str) -> None:
    """Print rows; `columns` gives their order and the header, also where there are no rows."""
    if form == "json":
        told = [{name: row[name] for name in columns} for row in rows]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2, default=_plain))
        return
    texts = [[_text(row[name]) for name in columns] for row in rows]
    if form == "csv":
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([list(columns), *texts])
        click.echo(out.getvalue(), nl=False)
        return
    texts = [[printable(text) for text in line] for line in texts]
    if form == "markdown":
        click.echo("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
        for line in texts:
            click.echo("| " + " | ".join(text.replace("|", "\\|").replace("\n", " ") for text in line) + " |")
    elif sys.stdout.isatty():
        _rich(columns, texts)
    else:
        _aligned(columns, texts)


def printable(text: str) -> str:
    """A text of strangers without the characters that a terminal would obey; each space as a plain one."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)


def _aligned(columns: Sequence[str], texts: Sequence[Sequence[str]]) -> None:
    lines = [list(columns), *texts]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    for line in lines:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


_COLOURS = {"fulfilled": "green", "violated": "red", "pending": "yellow", "closed": "dim"}


def _rich(columns: Sequence[str], texts: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    cells = zip(*[columns, *texts], strict=True)
    widths = [max(len(word) for cell in column for word in [*cell.split(), ""]) for column in cells]
    # No id is broken in two: where the terminal is too narrow for the words, it breaks the line.
    terminal = Console()
    console = Console(width=max(terminal.width, sum(widths) + 2 * len(widths)), height=terminal.height)
    for name, width in zip(columns, widths, strict=True):
        table.add_column(name, overflow="fold", min_width=width)
    for line in texts:
        table.add_row(
            *(f"[{_COLOURS[t]}]{t}[/]" if t in _COLOURS else escape(t) for t in line),
        )
    console.print(table)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


@contextmanager
def progress(total: int | None, title: str) -> Iterator[Callable[..., None]]:
    """A bar on a terminal, silence elsewhere; call what it yields with a word for each step done, or for
    `steps` of them. Without a `total` the bar only shows that it goes on."""
    if not sys.stderr.isatty():
        yield lambda word, steps=1: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[at]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total, at="")
        yield lambda word, steps=1: bar.update(task, advance=steps, at=word)
