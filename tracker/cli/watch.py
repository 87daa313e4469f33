"""`tracker watch`: what a watch would find in the stored documents, and how it reads one text."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli import opened, output
from tracker.cli.output import printable
from tracker.cli.passages import passage

if TYPE_CHECKING:
    from tracker.desk.trial import Trial
    from tracker.evidence.finding import Match

COLUMNS = (
    *("commitment", "document", "published", "publisher", "feed", "change", "relation", "factuality"),
    *("occurred", "confidence", "cue", "words", "spans", "before", "rejected", "title", "url"),
)

_dossier = click.option(
    "--dossier",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The watches of a dossier not loaded yet.",
)


@click.group("watch")
def command() -> None:
    """Try a watch on the stored documents, or explain how it reads one text. Writes nothing."""


@command.command("test")
@click.argument("name", metavar="[ID]", default="")
@_dossier
@click.option("--since", help="Only documents first seen from this day or moment on.")
@click.option("--feed", default="", help="Only documents of this feed.")
@click.option("--changes", is_flag=True, help="Only what differs from the findings in the log.")
@output.format_option
@click.pass_context
def test(
    context: click.Context,
    name: str,
    dossier: Path | None,
    since: str | None,
    feed: str,
    changes: bool,
    form: str,
) -> None:
    """What the watch of ID, or every watch, would find in the stored documents, and what that would change.

    A change is new, gone or decided otherwise, against the findings in the log.
    """
    if not name and dossier is None:
        raise click.UsageError("name a commitment, or a file with --dossier for all of its watches")
    counts: Counter[str] = Counter()
    rows = []
    with opened(context) as t, output.progress(t.last_document(), "reading documents") as step:
        read = _Steps(step)
        found = t.watch_test(name, dossier=dossier, feed=feed, since=since, progress=read)
        for trial in found:
            counts[trial.change] += 1
            if changes and not trial.change:
                continue
            if form == "table":
                _print(trial)
            else:
                rows.append(_row(trial, form))
    if form != "table":
        output.print_rows(rows, COLUMNS, form)
        return
    matches = counts.total() - counts["gone"]
    told = ", ".join(f"{counts[change]} {change}" for change in ("new", "gone", "decided otherwise"))
    click.echo(f"{matches} documents match; against the log: {told}")


class _Steps:
    """Documents as steps of a bar: they are told by number, and those of other feeds are passed over."""

    def __init__(self, step: Callable[..., None]) -> None:
        self.step, self.at = step, 0

    def __call__(self, number: int) -> None:
        self.step(f"document {number}", number - self.at)
        self.at = number


def _before(trial: Trial) -> str | None:
    return None if trial.finding is None else _said(trial.finding.match)


def _said(match: Match) -> str:
    on = f", {match.occurred}" if match.occurred else ""
    return f"{match.relation}, {match.factuality}{on}"


def _row(trial: Trial, form: str) -> dict[str, Any]:
    told, document = trial.told, trial.document
    pairs = [[span.start, span.end] for span in told.spans]
    return {
        "commitment": trial.commitment,
        "document": document.number,
        "published": output.instant(document.published),
        "publisher": document.publisher,
        "feed": document.feed,
        "change": trial.change,
        "relation": told.relation.value,
        "factuality": told.factuality.value,
        "occurred": str(told.occurred) if told.occurred else None,
        "confidence": told.confidence,
        "cue": trial.cue,
        "words": " … ".join(document.text[span.start : span.end] for span in told.spans),
        "spans": pairs if form == "json" else " ".join(f"{start}-{end}" for start, end in pairs),
        "before": _before(trial),
        "rejected": trial.rejected,
        "title": document.title,
        "url": document.url,
    }


_COLOURS = {"new": "green", "gone": "red", "decided otherwise": "yellow"}


def _print(trial: Trial) -> None:
    document, told = trial.document, trial.told
    when = output.instant(document.published or document.first_seen)
    click.echo(
        f"{trial.commitment}  document {document.number}, {printable(document.publisher)}, {when}", nl=False
    )
    click.secho(f"  {trial.change}" if trial.change else "", fg=_COLOURS.get(trial.change))
    click.echo(f"  {passage(document.text, told.spans)}")
    if trial.match is not None:
        click.echo(f"  {_said(trial.match)}")
    if trial.change in ("gone", "decided otherwise"):
        taken = ", and was rejected" if trial.rejected else ""
        click.echo(f"  the log has: {_before(trial)}{taken}")
    click.echo(f"  by {printable(trial.cue)}\n")


@command.command("explain")
@click.argument("name", metavar="ID")
@click.argument("words", nargs=-1, metavar="[TEXT]...")
@_dossier
@click.option(
    "--file",
    "source",
    type=click.Path(path_type=Path, allow_dash=True),
    help="The text is in FILE; - is stdin.",
)
@click.option("--document", type=click.IntRange(min=1), help="The text is that of a captured document.")
@click.option("--published", help="The day or moment it was published, by which days are reckoned.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True,
              help="How to print it.")  # fmt: skip
@click.pass_context
def explain(
    context: click.Context,
    name: str,
    words: tuple[str, ...],
    dossier: Path | None,
    source: Path | None,
    document: int | None,
    published: str | None,
    form: str,
) -> None:
    """How the watch of ID reads TEXT: words, concepts, clauses, acts with their cues, and the decision.

    The first line is the headline.
    """
    if bool(words) + (source is not None) + (document is not None) != 1:
        raise click.UsageError("name one text: in words, with --file, or with --document")
    text = " ".join(words) if source is None else _text(source)
    with opened(context) as t:
        told = t.watch_explain(name, text, document=document, published=published, dossier=dossier)
    if form == "json":
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for line in _lines(told):
            click.echo(printable(line).rstrip())


def _text(source: Path) -> str:
    from tracker.errors import BadDocument

    try:
        raw = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
    except OSError as problem:
        raise BadDocument(f"{source}: cannot be read: {problem.strerror}") from None
    return raw.decode(errors="replace")


def _lines(told: dict[str, Any]) -> Iterator[str]:
    """The stages, from the words to the decision."""
    yield "words, each with the stem it is compared by where that is another"
    pairs = ((each["word"], each["stem"]) for each in told["tokens"])
    yield "  " + " ".join(word if word.lower() == stem else f"{word}/{stem}" for word, stem in pairs)
    yield "concepts"
    for each in told["concepts"]:
        by = f"<{each['concept']}> by {each['variant']!r}" if each["concept"] else "?"
        yield f"  {each['role']:<10}  “{each['text']}”  {by}"
    if not told["concepts"]:
        yield "  none, so the text does not concern the commitment"
    yield "clauses"
    for each in told["clauses"]:
        place = ", ".join(filter(None, ("headline" if each["title"] else "", each["lead"])))
        yield f"  {each['text']}" + (f"  ({place})" if place else "")
    yield "acts, the strongest first"
    for each in told["acts"]:
        yield f"  {each['relation']}, {each['factuality']}, {each['confidence']}: “{each['text']}”"
        yield from (f"    {cue['stage']}: {cue['rule']}  “{cue['text']}”" for cue in each["cues"])
    if not told["acts"]:
        yield "  none"
    yield "decision"
    decision = told["decision"]
    if decision is None:
        yield "  no finding"
        return
    on = f" on {decision['occurred']}" if decision["occurred"] else ""
    said = f"{decision['relation']}, {decision['factuality']}{on}, {decision['confidence']}"
    yield f"  {said}: “{decision['text']}”"
    if decision["speaker"]:
        party = f" ({decision['speaker_party']})" if decision["speaker_party"] else ""
        yield f"    said by {decision['speaker']}{party}"
    yield from (f"    {cue['stage']}: {cue['rule']}  “{cue['text']}”" for cue in decision["cues"])
