"""`tracker demo`: the whole product over months of dated material, in a few seconds.

Serves the demo feeds of a dossier on a loopback port and replays them day by day under a simulated clock: the
real poller fetches, the real matcher reads, the policy decides what is corroborated. Leaves a folder in which
every other command works. Knows no dossier: what is shown of one is said in its `demo.toml`.
"""

from __future__ import annotations

import shutil
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from attrs import frozen

from tracker.cli import output

DEFAULT = "korea-2018"
_WEEK = timedelta(days=7)
DIGEST = "weekly"
MARK = ".tracker-demo"


@frozen
class Show:
    """What is shown of a dossier: the table `[demo]` of its `demo.toml`.

    `first` and `last` are the days of the replay in `zone`, `explain` is the commitment that is explained,
    `next` are commands to try afterwards.
    """

    first: date
    last: date
    zone: str
    explain: str
    next: tuple[str, ...]

    @property
    def span(self) -> str:
        """The months of the replay, in words."""
        return f"{self.first:%B %Y} to {self.last:%B %Y}"


@click.command("demo")
@click.option("--out", type=click.Path(path_type=Path), default=Path("tracker-demo"), show_default=True,
              help="The folder to make; one that an earlier demo made is made anew.")  # fmt: skip
@click.option("--dossier", "name", default=DEFAULT, show_default=True, metavar="NAME",
              help="Which of the dossiers that come with a demo.")  # fmt: skip
def command(out: Path, name: str) -> None:
    """Replay months of promises and see where they stand."""
    import tracker
    from tracker import rounds
    from tracker.cli import status
    from tracker.cli.demo_feeds import SavedFeed, serve
    from tracker.cli.explain import print_explanation
    from tracker.digest.render import standalone
    from tracker.digest.service import preview

    seed = _seed(name)
    tables = tomllib.loads((seed / "demo.toml").read_text(encoding="utf-8"))
    show = Show(**{**tables["demo"], "next": tuple(tables["demo"]["next"])})
    saved = {feed["file"]: SavedFeed(seed / feed["file"]) for feed in tables["feed"]}
    work = _fresh(out)
    shutil.copy(seed.with_suffix(".toml"), work / f"{name}.toml")
    clock = rounds.Clock(days(show, saved.values())[0])

    def configure(url: Any, *, interval: str, durable: bool) -> None:
        _write_config(work / "config.toml", name, show.zone, tables, url, interval=interval, durable=durable)

    with serve(saved, clock) as address:
        configure(lambda file: address + file, interval="1m", durable=False)
        with tracker.open(work / "config.toml", clock=clock) as t:
            dossier = t.read_dossier(work / f"{name}.toml")
            moments = days(show, saved.values(), dossier.moments())
            with output.progress(len(moments), f"Replaying {show.span}") as advance:
                documents, before = 0, 0
                for done in rounds.replay(t, [dossier], moments, clock, name):
                    if done.failed:
                        raise click.ClickException(f"a demo feed failed: {done.failed[0].error}")
                    documents += done.considered
                    before = done.head if done.at <= moments[-1] - _WEEK else before
                    advance(f"{done.at.astimezone(output.zone(show.zone)):%-d %B %Y}")
            digest, mail = preview(t, DIGEST, since=before)
            board = t.board()
            explanation = t.explain(show.explain)
            head = t.head()
    (work / "feeds").mkdir()
    for file, feed in saved.items():
        (work / "feeds" / file).write_bytes(feed.on(clock()))
    configure(lambda file: f"feeds/{file}", interval="1h", durable=True)
    (work / "digest.eml").write_bytes(mail)
    (work / "digest.html").write_text(standalone(digest), encoding="utf-8")
    _publish(work, out)

    told = f"from {documents} documents and {head} events"
    click.echo(f"\nWhere the promises stood on {show.last:%-d %B %Y}, {told}:\n")
    status.print_board(board, "table")
    click.echo("\nOne of them explained:\n")
    print_explanation(explanation)
    click.echo(f"\nThe digest “{digest.subject}” is in {out / 'digest.html'} and {out / 'digest.eml'}.\n")
    click.echo(f"Try next, in {out}:\n" + "".join(f"  {line}\n" for line in show.next))


def _seed(name: str) -> Path:
    """The folder of the demo of a dossier."""
    from tracker.errors import did_you_mean
    from tracker.resources import resource

    seeds = resource("seeds")
    known = sorted(found.parent.name for found in seeds.glob("*/demo.toml"))
    if name not in known:
        told = f"no demo is called {name!r}{did_you_mean(name, known)}; there are {', '.join(known)}"
        raise click.BadParameter(told, param_hint="--dossier")
    return seeds / name


def days(show: Show, feeds: Any, known: tuple[datetime, ...] = ()) -> list[datetime]:
    """The ends of the days on which anything was published or known; the first and last always."""
    from tracker.evidence.when import midnight

    events = sorted({moment for feed in feeds for moment in feed.moments()} | set(known))
    moments = []
    day = show.first
    while day <= show.last:
        start, end = midnight(day, show.zone), midnight(day + timedelta(days=1), show.zone)
        if day in (show.first, show.last) or any(start < moment <= end for moment in events):
            moments.append(end)
        day += timedelta(days=1)
    return moments


def _fresh(out: Path) -> Path:
    """A working folder beside `out`, so that a demo that is killed leaves nothing half-made in its place."""
    if out.exists() and not (out / MARK).exists() and any(out.iterdir() if out.is_dir() else [out]):
        raise click.UsageError(f"{out} holds something that no demo made; name another folder with --out")
    place = out.resolve()
    if place in (Path.cwd(), *Path.cwd().parents):
        raise click.UsageError(f"{out}: you are in it; name another folder with --out")
    work = place.with_name(f".{place.name}.making")
    try:
        for left in (work, _aside(place)):
            if left.exists():
                shutil.rmtree(left)
        work.mkdir(parents=True)
        (work / MARK).touch()
    except OSError as problem:
        raise click.UsageError(f"{work}: cannot be made: {problem.strerror}") from problem
    return work


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name}.old")


def _publish(work: Path, out: Path) -> None:
    """Put the new folder in place of the old one.

    The old one is moved aside and only then removed: one that is half gone may have lost its mark, and the
    next demo would not dare to touch it.
    """
    place = out.resolve()
    if place.exists():
        place.replace(_aside(place))
    work.replace(place)
    if _aside(place).exists():
        shutil.rmtree(_aside(place))


def _write_config(
    path: Path, name: str, zone: str, tables: dict[str, Any], url: Any, *, interval: str, durable: bool
) -> None:
    """The demo's config: its sources and feeds, verdicts by policy, one weekly digest.

    While it is made it need not survive a power cut: two thousand waits for the disk took half a minute.
    """
    lines = [
        "# Written by `tracker demo`. The feeds are local files now; `tracker poll` reads them again.",
        "",
        "[tracker]",
        'database = "tracker.sqlite3"',
        f'zone = "{zone}"',
        f'dossiers = ["{name}.toml"]',
        *([] if durable else ["durable = false"]),
        "",
        "[policy]",
        "enabled = true",
        "origins = 2",
        'reliability = "C"',
        "",
        "[fetch]",
        'allow_hosts = ["127.0.0.1"]',
        'min_interval = "1s"',
        "",
        "[[digest]]",
        f'name = "{DIGEST}"',
        'recipients = ["analyst@example.org"]',
        'schedule = "weekly monday 07:00"',
        "",
        "[smtp]",
        'host = "127.0.0.1"',
        "port = 2525",
        'sender = "tracker@example.org"',
        "",
    ]
    for source in tables["source"]:
        lines += ["[[source]]", *(f"{key} = {_toml(value)}" for key, value in source.items()), ""]
    for feed in tables["feed"]:
        lines += ["[[feed]]", f"name = {_toml(feed['name'])}", f"url = {_toml(url(feed['file']))}"]
        lines += [f"publisher = {_toml(feed['publisher'])}", f'interval = "{interval}"', ""]
    path.write_text("\n".join(lines), encoding="utf-8")


def _toml(value: object) -> str:
    """A text or a list of texts; JSON writes both as TOML reads them."""
    import json

    return json.dumps(value, ensure_ascii=False)
