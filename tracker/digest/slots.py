"""Which issue of a digest is due. Pure: `now` is an argument.

A slot is named after a local date, so that an hour which comes twice or not at all changes nothing.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from tracker.digest.settings import DigestSettings
from tracker.evidence.when import zone_of
from tracker.feeds.settings import duration


def due_slot(settings: DigestSettings, zone: str, now: datetime) -> str:
    """The latest slot that has begun at `now` (aware); `zone` stands in where the digest names none.

    Daily slots are local dates, weekly ones ISO weeks from Monday, others counts of their duration.
    """
    if settings.every not in ("day", "week"):
        period = duration(settings.every)
        return f"{settings.every}-{int(now.timestamp() // period.total_seconds())}"
    local = now.astimezone(zone_of(settings.zone or zone))
    hour, minute = map(int, settings.at.split(":"))
    day = local.date()
    # Compared as wall-clock times: on the day the clocks change, 07:00 is still 07:00.
    if local.time() < time(hour, minute):
        day -= timedelta(days=1)
    if settings.every == "day":
        return day.isoformat()
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"
