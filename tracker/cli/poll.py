"""`tracker poll`: one visit to the feeds that are due, and what follows from what they brought."""

from __future__ import annotations

import click

from tracker.cli import output


@click.command("poll")
@click.argument("feeds", nargs=-1, metavar="[FEED]...")
@click.pass_context
def command(context: click.Context, feeds: tuple[str, ...]) -> None:
    """Fetch the feeds that are due, or those named whether due or not, and match what they brought."""
    from tracker import rounds
    from tracker.cli import opened

    with opened(context) as t:
        with output.progress(len(feeds) or len(t.feed_settings), "Polling") as advance:
            done = rounds.gather(t, feeds, told=lambda visit: advance(visit.feed))
        for visit in done.visits:
            if visit.error:
                click.echo(f"{visit.feed}: {visit.error}", err=True)
            if visit.page_error:
                click.echo(f"{visit.feed}: a page was not read: {visit.page_error}", err=True)
        new = sum(visit.new for visit in done.visits)
        answered = len(done.visits) - len(done.failed)
        click.echo(
            f"{answered} feeds answered, {len(done.failed)} failed, {new} new documents; "
            f"the log is at {done.head}"
        )
        if not done.visits and feeds:
            click.echo("another process is visiting it; try again in a minute")
        elif not done.visits:
            click.echo(
                "no feed is due; name one to poll it now" if t.feed_settings else "no feed is configured"
            )
