"""`tracker demo`: the whole product over half a year of dated material, in a few seconds.

Serves the Korean demo feeds on a loopback port and replays December 2017 to June 2018 day by day under a
simulated clock: the real poller fetches, the real matcher reads, the policy decides what is corroborated.
Leaves a folder in which every other command works.
"""

from __future__ import annotations

import shutil
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from tracker.cli import output

NAME = "korea-2018"
FIRST, LAST = date(2017, 12, 1), date(2018, 6, 15)
ZONE = "Asia/Seoul"
EXPLAINED = "dprk-release-detainees"
DIGEST = "weekly"
MARK = ".tracker-demo"


@click.command("demo")
@click.option("--out", type=click.Path(path_type=Path), default=Path("tracker-demo"), show_default=True,
              help="The folder to make; one that an earlier demo made is made anew.")  # fmt: skip
def command(out: Path) -> None:
    """Replay half a year of promises and see where they stand."""
    import tracker
    from tracker import rounds
    from tracker.cli import status
    from tracker.cli.demo_feeds import SavedFeed, serve
    from tracker.cli.explain import print_explanation
    from tracker.digest.service import preview
    from tracker.resources import resource

    seeds = resource("seeds")
    tables = tomllib.loads((seeds / NAME / "demo.toml").read_text(encoding="utf-8"))
    saved = {feed["file"]: SavedFeed(seeds / NAME / feed["file"]) for feed in tables["feed"]}
    work = _fresh(out)
    shutil.copy(seeds / f"{NAME}.toml", work / f"{NAME}.toml")
    clock = rounds.Clock(days(saved.values())[0])
    with serve(saved, clock) as address:
        _write_config(work / "config.toml", tables, lambda file: address + file, interval="1m", durable=False)
        with tracker.open(work / "config.toml", clock=clock) as t:
            dossier = t.read_dossier(work / f"{NAME}.toml")
            moments = days(saved.values(), dossier.moments())
            with output.progress(len(moments), "Replaying December 2017 to June 2018") as advance:
                documents = 0
                for done in rounds.replay(t, [dossier], moments, clock, NAME):
                    if done.failed:
                        raise click.ClickException(f"a demo feed failed: {done.failed[0].error}")
                    documents += done.considered
                    advance(f"{done.at.astimezone(output.zone(ZONE)):%-d %B %Y}")
            subject, _, html, eml = preview(t, DIGEST)
            board = t.board()
            explanation = t.explain(EXPLAINED)
            head = t.head()
    (work / "feeds").mkdir()
    for file, feed in saved.items():
        (work / "feeds" / file).write_bytes(feed.on(clock()))
    _write_config(work / "config.toml", tables, lambda file: f"feeds/{file}", interval="1h", durable=True)
    (work / "digest.eml").write_bytes(eml)
    (work / "digest.html").write_text(html, encoding="utf-8")
    _publish(work, out)

    click.echo(
        f"\nWhere the promises stood on {LAST:%-d %B %Y}, from {documents} documents and {head} events:\n"
    )
    status.print_board(board, "table")
    click.echo("\nOne of them explained:\n")
    print_explanation(explanation)
    click.echo(
        f"\nThe digest “{subject}” is in {out / 'digest.html'} and {out / 'digest.eml'}.\n"
        f"\nTry next, in {out}:\n"
        "  tracker status --as-of 2018-05-10\n"
        "  tracker status --as-of 2018-03-07 --known-at 2018-03-07\n"
        "  tracker explain dprk-shut-test-site\n"
        "  tracker review list\n"
    )


def days(feeds: Any, known: tuple[datetime, ...] = ()) -> list[datetime]:
    """The ends of the days, in Seoul, on which anything was published or known; the first and last always."""
    from tracker.evidence.when import midnight

    events = sorted({moment for feed in feeds for moment in feed.moments()} | set(known))
    moments = []
    day = FIRST
    while day <= LAST:
        start, end = midnight(day, ZONE), midnight(day + timedelta(days=1), ZONE)
        if day in (FIRST, LAST) or any(start < moment <= end for moment in events):
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


def _write_config(path: Path, tables: dict[str, Any], url: Any, *, interval: str, durable: bool) -> None:
    """The demo's config: its sources and feeds, verdicts by policy, one weekly digest.

    While it is made it need not survive a power cut: two thousand waits for the disk took half a minute.
    """
    lines = [
        "# Written by `tracker demo`. The feeds are local files now; `tracker poll` reads them again.",
        "",
        "[tracker]",
        'database = "tracker.sqlite3"',
        f'zone = "{ZONE}"',
        f'dossiers = ["{NAME}.toml"]',
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
        'every = "week"',
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
