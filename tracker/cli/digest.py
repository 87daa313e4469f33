"""`tracker digest`: see a digest before it goes out, or send it now."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli import opened


@click.group("digest")
def command() -> None:
    """Preview or send a digest."""


@command.command("preview")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), help="Write NAME.eml and NAME.html into this folder.")
@click.pass_context
def preview(context: click.Context, name: str, out: Path | None) -> None:
    """What the digest NAME would say now."""
    from tracker.digest.service import preview as compose_preview

    with opened(context) as t:
        subject, text, html, eml = compose_preview(t, name)
    if out is None:
        click.echo(f"Subject: {subject}\n\n{text}")
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{name}.eml").write_bytes(eml)
        (out / f"{name}.html").write_text(html, encoding="utf-8")
    except OSError as problem:
        raise click.UsageError(f"{out}: cannot be written: {problem.strerror}") from problem
    click.echo(f"wrote {out / name}.eml and {out / name}.html")


@command.command("send")
@click.argument("name")
@click.pass_context
def send(context: click.Context, name: str) -> None:
    """Send the digest NAME now, off its schedule."""
    from tracker.digest.service import send_now

    with opened(context) as t:
        sent = send_now(t, name)
    click.echo(f"sent to {sent} recipients")
