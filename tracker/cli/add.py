"""`tracker add`: a new commitment, drafted into a dossier file. Opens no database."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import click

from tracker.cli.files import dossier_text


@click.command("add")
@click.argument("text")
@click.option("--debtor", required=True, multiple=True, help="Who owes it: a party's id, or its name if new.")
@click.option("--creditor", multiple=True, help="Who is owed; may be repeated.")
@click.option("--kind", required=True, type=click.Choice(("achieve", "maintain", "refrain")),
              help="Bring it about, keep a state, or keep from an act.")  # fmt: skip
@click.option("--until", default="", help="The last day of its window.")
@click.option("--made", default="", help="The day on which it was promised; else today.")
@click.option("--source", default="", help="Where it says so: an address, a citation's id, or a publisher.")
@click.option("--title", default="", help="Short, on one line; else the first words of TEXT.")
@click.option("--id", "name", default="", help="Its id; else made of debtor and text.")
@click.option("--into", type=click.Path(path_type=Path), metavar="FILE",
              help="The dossier; else the first of the config, or drafts.toml.")  # fmt: skip
@click.pass_context
def command(
    context: click.Context,
    text: str,
    debtor: tuple[str, ...],
    creditor: tuple[str, ...],
    kind: str,
    until: str,
    made: str,
    source: str,
    title: str,
    name: str,
    into: Path | None,
) -> None:
    """Append a draft of the commitment TEXT to a dossier, with new parties and the source it needs.

    What stands in the file stays as it is, comments too. What `tracker check` then misses is named.
    """
    from tracker.config import Config, tracker_settings
    from tracker.dossier.check import check
    from tracker.dossier.draft import Draft, draft, header
    from tracker.evidence.when import occurrence, zone_of

    config = Config.load(context.find_root().obj["config"])
    settings = tracker_settings(config)
    path = into or config.path((*settings.dossiers, "drafts.toml")[0])
    zone = zone_of(settings.zone)
    day = occurrence(made, settings.zone).start.astimezone(zone) if made else datetime.now(zone)
    if until:
        occurrence(until, settings.zone)  # a date that is none is refused before anything is written
    is_there = path.exists()
    before = dossier_text(path) if is_there else header(path.stem, settings.zone)
    wanted = Draft(
        consequent=" ".join(text.split()),
        debtor=debtor,
        creditor=creditor,
        kind=kind,
        made=day.date(),
        until=until,
        source=source,
        title=title,
        id=name,
    )
    if not wanted.consequent:
        raise click.UsageError("TEXT must say what is owed")
    drafted = draft(before, str(path), wanted)
    after = before + drafted.text
    # The bytes that are there, not the text: that has other line ends than a file from Windows.
    kept = path.read_bytes() if is_there else before.encode("utf-8")
    _replace(path, kept + drafted.text.encode("utf-8"))
    click.echo(f"{path}: drafted {drafted.id}")
    known = set(map(str, check(before, str(path))))
    for fault in map(str, check(after, str(path))):
        if fault not in known:
            click.echo(f"still missing: {fault}")
    click.echo(f"next: edit it, then `tracker check {path}` and `tracker load {path}`")


def _replace(path: Path, content: bytes) -> None:
    """Write the file whole or not at all, with the rights it had."""
    target = path.resolve()  # a link stays a link
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        if target.exists():
            part.chmod(target.stat().st_mode & 0o7777)
        part.replace(target)
    except OSError as problem:
        raise click.UsageError(f"{path}: cannot be written: {problem.strerror}") from problem
    finally:
        part.unlink(missing_ok=True)
