"""`tracker digest`: see a digest before it goes out, send it now, and look after what is sent."""

from __future__ import annotations

import tempfile
import webbrowser
from datetime import datetime
from pathlib import Path

import click
from attrs import AttrsInstance, asdict

from tracker.cli import opened, output

_MAIL = ("state", "digest", "slot", "recipient", "attempts", "made_at", "next_at", "error")
_SLOT = ("made_at", "digest", "slot", "recipient", "state", "sent_at", "subject", "error")
_ATTEMPT = ("at", "digest", "slot", "recipient", "outcome", "words")
_LIST = ("digest", "recipient", "schedule", "zone", "told_at", "position", "failures", "paused")


@click.group("digest")
def command() -> None:
    """Preview and send digests, and look after their outbox."""


@command.command("list")
@output.format_option
@click.pass_context
def list_(context: click.Context, form: str) -> None:
    """Every recipient of every digest: schedule, zone, what they were told up to, and whether paused."""
    from tracker.digest.shown import subscriptions

    with opened(context) as t:
        rows = [_row(each) for each in subscriptions(t)]
    output.print_rows(rows, _LIST, form)


@command.command("preview")
@click.argument("name")
@click.option("--to", "recipient", default="", help="As this recipient gets it; without it, the first one.")
@click.option("--since", type=click.IntRange(min=0), help="Tell from this position of the log on.")
@click.option("--out", type=click.Path(path_type=Path), help="Write NAME.eml and NAME.html into this folder.")
@click.option("--open", "shown", is_flag=True, help="Show the page in the browser.")
@click.pass_context
def preview(
    context: click.Context, name: str, recipient: str, since: int | None, out: Path | None, shown: bool
) -> None:
    """What the digest NAME would say now. Sends nothing."""
    from tracker.digest.render import standalone
    from tracker.digest.service import preview as compose_preview

    with opened(context) as t:
        made, mail = compose_preview(t, name, recipient=recipient, since=since)
    if out is None and not shown:
        click.echo(f"Subject: {made.subject}\n\n{made.text}")
        return
    out = Path(tempfile.mkdtemp(prefix="tracker-digest-")) if out is None else out
    page = out / f"{name}.html"
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{name}.eml").write_bytes(mail)
        page.write_text(standalone(made), encoding="utf-8")
    except OSError as problem:
        raise click.UsageError(f"{out}: cannot be written: {problem.strerror}") from problem
    click.echo(f"wrote {out / name}.eml and {page}")
    if shown and not webbrowser.open(page.resolve().as_uri()):
        click.echo(f"no browser to show it with; open {page}", err=True)


@command.command("send")
@click.argument("name")
@click.option("--to", "recipient", default="", help="To this recipient only.")
@click.pass_context
def send(context: click.Context, name: str, recipient: str) -> None:
    """Send the digest NAME now, off its schedule."""
    from tracker.digest.service import send_now

    with opened(context) as t:
        sent = send_now(t, name, recipient=recipient)
    click.echo(f"sent to {sent.mails} {'recipient' if sent.mails == 1 else 'recipients'}")
    if sent.error:
        click.echo(f"not to all: {sent.error}; `tracker digest outbox` shows the others", err=True)


@command.command("outbox")
@click.argument("name", default="")
@output.format_option
@click.pass_context
def outbox(context: click.Context, name: str, form: str) -> None:
    """Mails that wait, that failed, and those of which nobody knows whether they arrived."""
    from tracker.digest.service import one
    from tracker.digest.shown import OPEN, mails

    with opened(context) as t:
        if name:
            one(t, name)
        rows = [_row(each) for each in mails(t, name, OPEN)]
    output.print_rows(rows, _MAIL, form)


@command.command("retry")
@click.argument("name")
@click.option("--to", "recipient", default="", help="Of this recipient only.")
@click.option("--unknown", is_flag=True, help="Also mails that may have arrived: they may arrive twice.")
@click.pass_context
def retry(context: click.Context, name: str, recipient: str, unknown: bool) -> None:
    """Send failed mails of the digest NAME again with the next round, and waiting ones without their wait."""
    from tracker.digest.service import retry as send_again

    with opened(context) as t:
        again = send_again(t, name, recipient=recipient, unknown=unknown)
    for slot, address, state in again:
        doubt = "; it may arrive twice" if state == "unknown" else ""
        click.echo(f"{slot} to {address}, was {state}{doubt}")
    mails = "1 mail" if len(again) == 1 else f"{len(again)} mails"
    click.echo(f"{mails} will be tried with the next round of `tracker run`")


@command.command("resume")
@click.argument("name")
@click.argument("recipient")
@click.pass_context
def resume(context: click.Context, name: str, recipient: str) -> None:
    """Mail RECIPIENT again, who was paused after too many failures."""
    from tracker.digest.service import resume as go_on

    with opened(context) as t:
        go_on(t, name, recipient)
    click.echo(f"{recipient} gets {name} again; the next issue tells all since the last one")


@command.command("log")
@click.argument("name", default="")
@click.option("--attempts", "tried", is_flag=True, help="Every attempt to send, in place of the slots.")
@output.format_option
@click.pass_context
def log(context: click.Context, name: str, tried: bool, form: str) -> None:
    """Every slot: what was made of it for whom, or why nothing was, and what became of the mail."""
    from tracker.digest.service import one
    from tracker.digest.shown import attempts, mails

    with opened(context) as t:
        if name:
            one(t, name)
        rows = [_row(each) for each in (attempts(t, name) if tried else mails(t, name))]
    output.print_rows(rows, _ATTEMPT if tried else _SLOT, form)


def _row(value: AttrsInstance) -> dict[str, object]:
    """The fields of a value, times as text."""
    fields = asdict(value)
    return {key: output.instant(each) if isinstance(each, datetime) else each for key, each in fields.items()}
