"""What the command line and the rounds ask of digests: preview, make what is due, send, look after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import asdict, evolve, frozen

from tracker.api.base import who
from tracker.digest import outbox
from tracker.digest.compose import Issue, Material, collect, compose
from tracker.digest.mail import body, message
from tracker.digest.outbox import Edition, Told, told
from tracker.digest.render import Rendered, render
from tracker.digest.schedule import OnChange, Timetable, read
from tracker.digest.sending import Sent, deliver
from tracker.digest.settings import DigestSettings, Filter, Recipient, SmtpSettings, empty_every
from tracker.errors import MailFailed, UnknownDigest, UserError, did_you_mean
from tracker.feeds.settings import duration

if TYPE_CHECKING:
    from tracker.api import Tracker


@frozen
class _Group:
    """Recipients who are told the same: the same range, filter and zone, in the same slot.

    `skipped` slots in a row had nothing to tell.
    """

    slot: str
    began: datetime | None
    after: int
    since: datetime | None
    skipped: int
    filter: Filter
    zone: str

    @property
    def wanted(self) -> str:
        """What the recipients asked for, as text."""
        given = {key: list(value) for key, value in asdict(self.filter).items() if value}
        since = self.since.isoformat() if self.since else ""
        return json.dumps({**given, "zone": self.zone, "since": since}, sort_keys=True)


def preview(
    t: Tracker, name: str, *, recipient: str = "", since: int | None = None
) -> tuple[Rendered, bytes]:
    """What a digest would tell a recipient now, the first one if none is named, and the mail.

    Queues and sends nothing. `since` is the log position to tell from, by default where this recipient's last
    issue ended. Raises `UnknownDigest`, and `UserError` for who is no recipient.
    """
    settings = one(t, name)
    smtp = t.config.section("smtp", SmtpSettings)
    to = _chosen(settings, recipient)[0] if settings.recipients else Recipient(address=smtp.sender)
    with t.database.reading() as connection:
        last = told(connection, name).get(to.address, Told())
    now = t.now()
    if since is not None:
        last = evolve(last, position=since, told_at=_recorded_at(t, since) or now)
    group = _group(t, settings, to, last, "preview", None)
    issue = _issue(settings, group, collect(t, last.position, t.catch_up(), now, settings.sections))
    rendered = render(issue, settings)
    made = body(rendered, name, to.format, smtp, "preview", now)
    return rendered, message(made, name, "preview", to.address, smtp)


def send_due(t: Tracker, now: datetime, *, stop: Callable[[], bool] = lambda: False) -> Sent:
    """Make the issues that are due at `now` and send what is pending.

    A mail server that fails is told, not raised: the mails wait for the next round.
    """
    every = t.config.sections("digest", DigestSettings)
    for settings in every:
        make_due(t, settings, now)
    if not every:
        return Sent()
    return deliver(t.database, t.config.section("smtp", SmtpSettings), t.now, every, stop=stop)


def send_now(t: Tracker, name: str, *, recipient: str = "") -> Sent:
    """Make an issue off schedule, also where nothing changed, and send it, to one recipient or to all.

    Raises `MailFailed` where no mail could be sent; they stay in the outbox and go out with the next round.
    """
    settings = one(t, name)
    now = t.now()
    with t.database.reading() as connection:
        known = told(connection, name)
    slot = f"now-{now.isoformat()}"
    groups: dict[_Group, list[str]] = {}
    for to in _chosen(settings, recipient):
        group = _group(t, settings, to, known.get(to.address, Told()), slot, None)
        groups.setdefault(group, []).append(to.address)
    _make(t, settings, groups, now, forced=True)
    sent = deliver(t.database, t.config.section("smtp", SmtpSettings), t.now, [settings])
    if sent.error and not sent.mails:
        raise MailFailed(f"digest {name!r}: {sent.error}")
    return sent


def make_due(t: Tracker, settings: DigestSettings, now: datetime) -> int:
    """Compose and queue what is due of one digest; returns how many mails were queued."""
    with t.database.reading() as connection:
        known = told(connection, settings.name)
    return _make(t, settings, _due(t, settings, known, now), now, forced=False)


def keep_house(t: Tracker, now: datetime) -> int:
    """Delete mails that are older than `[smtp] keep` and wait for nothing; returns how many."""
    return outbox.prune(t.database, now - duration(t.config.section("smtp", SmtpSettings).keep))


def retry(t: Tracker, name: str, *, recipient: str = "", unknown: bool = False) -> list[tuple[str, str, str]]:
    """Send failed mails of a digest again with the next round, and pending ones without their wait.

    With `unknown` also those of which nobody knows: they may arrive twice, which the outbox keeps down.
    Returns (slot, recipient, state they were in).
    """
    one(t, name)
    states = ("pending", "failed", *(("unknown",) if unknown else ()))
    return outbox.retry(t.database, t.now(), name, states, recipient, who())


def resume(t: Tracker, name: str, recipient: str) -> None:
    """Mail a recipient again who was paused; raises `UserError` where nobody was."""
    settings = one(t, name)
    _chosen(settings, recipient)
    if not outbox.resume(t.database, name, recipient):
        raise UserError(f"digest {name!r}: {recipient} is not paused; `tracker digest list` shows who is")


def one(t: Tracker, name: str) -> DigestSettings:
    """The digest with this name; raises `UnknownDigest`."""
    known = {settings.name: settings for settings in t.config.sections("digest", DigestSettings)}
    if name not in known:
        raise UnknownDigest(f"no digest {name!r} in {t.config.name}{did_you_mean(name, known)}")
    return known[name]


def zone_for(t: Tracker, settings: DigestSettings, recipient: Recipient) -> str:
    """The zone of a recipient: their own, the digest's, the tracker's."""
    return recipient.zone or settings.zone or t.zone


def _chosen(settings: DigestSettings, recipient: str) -> tuple[Recipient, ...]:
    if not recipient:
        return settings.recipients
    found = tuple(each for each in settings.recipients if each.address == recipient)
    if not found:
        near = did_you_mean(recipient, [each.address for each in settings.recipients])
        raise UserError(f"digest {settings.name!r}: {recipient!r} is no recipient{near}")
    return found


def _due(
    t: Tracker, settings: DigestSettings, known: dict[str, Told], now: datetime
) -> dict[_Group, list[str]]:
    """Who is to be told something now, those together who are told the same."""
    schedule = read(settings.schedule)
    zones = {zone_for(t, settings, each) for each in settings.recipients}
    slots = (
        {zone: schedule.latest(ZoneInfo(zone), now) for zone in zones}
        if isinstance(schedule, Timetable)
        else {}
    )
    head = t.head() if isinstance(schedule, OnChange) else 0
    groups: dict[_Group, list[str]] = {}
    for to in settings.recipients:
        last = known.get(to.address, Told())
        if last.is_paused:
            continue
        if isinstance(schedule, OnChange):
            is_early = last.told_at is not None and now - last.told_at < schedule.pause
            if is_early or head <= last.position:
                continue
            group = _group(t, settings, to, last, "", None)
        else:
            slot = slots[zone_for(t, settings, to)]
            if slot is None or (last.slot_began is not None and last.slot_began >= slot.began):
                continue
            group = _group(t, settings, to, last, slot.name, slot.began)
        groups.setdefault(group, []).append(to.address)
    return groups


def _group(
    t: Tracker, settings: DigestSettings, to: Recipient, last: Told, slot: str, began: datetime | None
) -> _Group:
    zone = zone_for(t, settings, to)
    return _Group(slot, began, last.position, last.told_at, last.skipped, to.filter, zone)


def _make(
    t: Tracker, settings: DigestSettings, groups: dict[_Group, list[str]], now: datetime, *, forced: bool
) -> int:
    """Compose outside of any transaction, then queue in one that checks that nobody was faster."""
    if not groups:
        return 0
    up_to, queued = t.catch_up(), 0
    for group, material in _with_material(t, settings, groups, up_to, now):
        queued += outbox.queue(t.database, _edition(settings, group, material, forced=forced), groups[group])
    return queued


def _with_material(
    t: Tracker, settings: DigestSettings, groups: dict[_Group, list[str]], up_to: int, now: datetime
) -> Iterator[tuple[_Group, Material]]:
    """Groups by where they were told up to; what a range holds is read once and kept for no longer."""
    material: Material | None = None
    for group in sorted(groups, key=lambda each: each.after):
        if material is None or material.after != group.after:
            material = collect(t, group.after, up_to, now, settings.sections)
        yield group, material


def _edition(settings: DigestSettings, group: _Group, material: Material, *, forced: bool) -> Edition:
    issue = _issue(settings, group, material)
    every = empty_every(settings.when_empty)
    is_wanted = forced or not issue.is_empty or (every > 0 and group.skipped + 1 >= every)
    slot = group.slot
    if isinstance(read(settings.schedule), OnChange) and not slot:
        # Named after where it ends: two processes that see the same make the same.
        is_wanted, slot = not issue.is_empty, "" if issue.is_empty else f"at-{material.to}"
    return Edition(
        digest=settings.name,
        slot=slot,
        began=group.began,
        wanted=group.wanted,
        after=group.after,
        up_to=material.to,
        made_at=material.now,
        headline=issue.headline,
        rendered=render(issue, settings) if is_wanted else None,
    )


def _issue(settings: DigestSettings, group: _Group, material: Material) -> Issue:
    return compose(material, group.filter, settings.sections, group.zone, group.since)


def _recorded_at(t: Tracker, position: int) -> datetime | None:
    """When a position of the log was recorded."""
    fact = next(iter(t.log(after=position - 1)), None) if position > 0 else None
    return fact.recorded_at if fact else None
