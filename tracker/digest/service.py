"""What the command line and the rounds ask of digests: preview, send what is due, send one now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tracker.digest.compose import compose
from tracker.digest.mail import message
from tracker.digest.outbox import deliver, has_slot, queue, told_up_to
from tracker.digest.render import render
from tracker.digest.settings import DigestSettings, SmtpSettings
from tracker.digest.slots import due_slot
from tracker.errors import MailFailed, UnknownDigest, did_you_mean

if TYPE_CHECKING:
    from tracker.api import Tracker


def preview(t: Tracker, name: str, *, since: int | None = None) -> tuple[str, str, str, bytes]:
    """(subject, text, HTML, the mail as bytes) of what a digest would say now; queues and sends nothing.

    `since` is the log position to tell from, by default where the last issue ended.
    """
    settings = _one(t, name)
    smtp = t.config.section("smtp", SmtpSettings)
    now = t.now()
    with t.database.reading() as connection:
        after = told_up_to(connection, name) if since is None else since
    rendered = render(compose(t, settings, after, t.catch_up(), now), settings)
    recipient = settings.recipients[0] if settings.recipients else smtp.sender
    mail = message(rendered, name, due_slot(settings, t.zone, now), recipient, smtp, now)
    return rendered.subject, rendered.text, rendered.html, mail.as_bytes()


def send_due(t: Tracker, now: datetime) -> tuple[int, str]:
    """Make the issues that are due and send what is pending: (mails sent, what went wrong, or empty).

    A mail server that fails is told, not raised: the mails wait for the next round.
    """
    every = t.config.sections("digest", DigestSettings)
    for settings in every:
        _make(t, settings, due_slot(settings, t.zone, now), now)
    if not every:
        return 0, ""
    try:
        return deliver(t.database, t.config.section("smtp", SmtpSettings), now, [d.name for d in every])
    except MailFailed as problem:
        return 0, str(problem)


def send_now(t: Tracker, name: str) -> int:
    """Make an issue off schedule, also where nothing changed, and send it; returns how many mails were sent.

    Raises `MailFailed` where none was; they stay in the outbox and go out with the next round.
    """
    settings = _one(t, name)
    now = t.now()
    _make(t, settings, f"now-{now.isoformat(timespec='seconds')}", now, forced=True)
    sent, error = deliver(t.database, t.config.section("smtp", SmtpSettings), now, [name])
    if error and not sent:
        raise MailFailed(f"digest {name!r}: {error}")
    return sent


def _make(t: Tracker, settings: DigestSettings, slot: str, now: datetime, *, forced: bool = False) -> None:
    """Compose outside the transaction, then queue in one that checks that nobody was faster."""
    with t.database.reading() as connection:
        if has_slot(connection, settings.name, slot):
            return
        after = told_up_to(connection, settings.name)
    up_to = t.catch_up()
    issue = compose(t, settings, after, up_to, now)
    skip = issue.is_empty and settings.when_empty == "skip" and not forced
    queue(t.database, settings, slot, issue, render(issue, settings), after, up_to, skip=skip)


def _one(t: Tracker, name: str) -> DigestSettings:
    known = {settings.name: settings for settings in t.config.sections("digest", DigestSettings)}
    if name not in known:
        raise UnknownDigest(f"no digest {name!r} in {t.config.name}{did_you_mean(name, known)}")
    return known[name]
