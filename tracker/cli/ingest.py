"""`tracker ingest`: documents from archives, recorded now or replayed day by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli import opened, output

if TYPE_CHECKING:
    from tracker.api import Tracker
    from tracker.evidence.document import Record
    from tracker.feeds.archives import Archive
    from tracker.rounds import Clock

TOLD = 20  # bad records, one by one; of the others the count


@click.command("ingest")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--format", "form", type=click.Choice(("jsonl", "csv", "feed")), default=None,
              help="What the files are; by default each shows it.")  # fmt: skip
@click.option("--feed", default="", help="Hold records that name no feed under this one.")
@click.option("--publisher", default="", help="The publisher of records that name none.")
@click.option("--zone", default="", help="What dates mean that name no zone; by default that of the config.")
@click.option("--map", "pairs", multiple=True, metavar="THEIRS=OURS",
              help="What a field of theirs is called here; may be given again.")  # fmt: skip
@click.option("--ignore-unknown", is_flag=True, help="Pass over fields that are called nothing here.")
@click.option("--replay", is_flag=True, help="Run day by day as of then, into a log with nothing later.")
@click.option("--dry-run", is_flag=True, help="Name every bad record, write nothing.")
@click.pass_context
def command(
    context: click.Context,
    files: tuple[str, ...],
    form: str | None,
    feed: str,
    publisher: str,
    zone: str,
    pairs: tuple[str, ...],
    ignore_unknown: bool,
    replay: bool,
    dry_run: bool,
) -> None:
    """Take the documents in FILEs (JSON lines, CSV with a header, saved feeds; - is standard input).

    A record has a title or a body, and may have url, guid, author, published, updated, language, publisher
    and feed. Bad records are told and left out, and the exit status is 2. What is there already is not taken
    again.
    """
    from tracker.api.base import present
    from tracker.evidence.when import zone_of
    from tracker.feeds.archives import Archive
    from tracker.feeds.entries import cleaned
    from tracker.feeds.html import one_line
    from tracker.feeds.records import Reading, names
    from tracker.rounds import Clock

    clock = Clock(present())
    theirs = names(pairs)
    with opened(context, clock=clock if replay else None) as t:
        reading = Reading(
            zone=zone_of(zone).key if zone else t.zone,
            feed=one_line(cleaned(feed)),
            publisher=one_line(cleaned(publisher)),
            names=theirs,
            ignore_unknown=ignore_unknown,
            until=clock() if replay else None,
            form=form or "",
            max_bytes=t.fetch_settings.max_bytes,
            feeds={known.name: known for known in t.feed_settings},
        )
        archives = [Archive(None if name == "-" else Path(name), reading, t.parser) for name in files]
        for archive in archives:
            archive.check()
        sieve = _Sieve(archives, None if dry_run else TOLD)
        if dry_run:
            for _ in sieve:
                pass
            end = f"{sieve.good} records in {_files(archives)}; nothing was written"
        else:
            new = _replay(t, sieve, clock) if replay else _ingest(t, sieve)
            end = f"{new} new of {sieve.good} records from {_files(archives)}; the log is at {t.head()}"
    if sieve.bad > TOLD and not dry_run:
        click.echo(f"and {sieve.bad - TOLD} more; --dry-run names all", err=True)
    click.echo(end + (f"; {sieve.bad} bad records were left out" if sieve.bad else ""))
    if sieve.bad:
        context.exit(2)


class _Sieve:
    """The records of archives without the bad ones, which it counts and tells; `told` of them at the most."""

    def __init__(self, archives: Sequence[Archive], told: int | None) -> None:
        self._archives = archives
        self._told = told
        self.good = 0
        self.bad = 0

    def __iter__(self) -> Iterator[Record]:
        from tracker.feeds.archives import Fault

        for archive in self._archives:
            for found in archive.records():
                if not isinstance(found, Fault):
                    self.good += 1
                    yield found
                    continue
                self.bad += 1
                if self._told is None or self.bad <= self._told:
                    click.echo(output.printable(str(found)), err=True)


def _files(archives: Sequence[Archive]) -> str:
    return "1 file" if len(archives) == 1 else f"{len(archives)} files"


def _ingest(t: Tracker, records: _Sieve) -> int:
    from tracker import rounds

    with output.progress(None, "Ingesting") as advance:
        done = rounds.ingest(t, records, told=lambda count: advance(f"{records.good} records"))
    return done.new


def _replay(t: Tracker, records: _Sieve, clock: Clock) -> int:
    """The first pass is over when all is read and sorted; nothing is written before."""
    from tracker import rounds
    from tracker.feeds.dated import DatedRecords

    new = 0
    with DatedRecords(t.zone) as dated:
        with output.progress(None, "Reading") as advance:
            for record in records:
                dated.add(record)
                if not len(dated) % 1000:
                    advance(f"{len(dated)} records")
        with output.progress(len(dated), "Replaying") as advance:

            def told(count: int) -> None:
                # The clock stands at the end of a day, which is the beginning of the next one.
                advance(output.last_day(clock(), t.zone), count)

            for done in rounds.replay_archive(t, dated, clock, told=told):
                new += done.new
    return new
