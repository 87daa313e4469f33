"""What an issue says: from a log position to another, so that no change is in two issues or in none."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen

from tracker.digest.settings import DigestSettings
from tracker.projections.answers import Change, Commitment, FeedHealth, InboxItem

if TYPE_CHECKING:
    from tracker.api import Tracker


@frozen
class Issue:
    """The content of one issue. Several steps of one commitment are one change, first to last."""

    headline: str
    changes: tuple[Change, ...]
    corrections: tuple[Change, ...]
    upcoming: tuple[Commitment, ...]
    overdue: tuple[Commitment, ...]
    waiting: tuple[InboxItem, ...]
    failing: tuple[FeedHealth, ...]
    board: tuple[Commitment, ...]
    zone: str
    made_at: datetime

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not self.changes and not self.corrections


def compose(t: Tracker, settings: DigestSettings, after: int, now: datetime) -> Issue:
    """The issue that tells of everything after log position `after`."""

    def wanted(row: Commitment) -> bool:
        return not settings.only or bool(set(settings.only) & {*row.debtor, *row.creditor})

    board = tuple(row for row in t.board() if wanted(row))
    merged: dict[str, Change] = {}
    for change in t.changes(after):
        if not wanted(change.after):
            continue
        first = merged.pop(change.commitment, change)
        merged[change.commitment] = Change(
            position=change.position,
            commitment=change.commitment,
            title=change.title,
            before=first.before,
            after=change.after,
            recorded_at=change.recorded_at,
            because=change.because,
        )
    moved = [c for c in merged.values() if c.before is None or c.before.state != c.after.state]
    corrections = tuple(c for c in moved if _is_correction(c))
    changes = tuple(c for c in moved if c not in corrections)
    names = {row.id for row in board}
    overdue = tuple(row for row in board if "overdue" in row.flags)
    return Issue(
        headline=headline(changes, corrections, overdue),
        changes=changes,
        corrections=corrections,
        upcoming=tuple(row for row in t.upcoming(30) if row.id in names),
        overdue=overdue,
        waiting=tuple(item for item in t.inbox() if item.commitment in names),
        failing=tuple(feed for feed in t.feeds() if feed.error),
        board=board,
        zone=settings.zone or t.zone,
        made_at=now,
    )


def _is_correction(change: Change) -> bool:
    """A verdict that no longer stands: it was taken back, or overtaken."""
    before = change.before
    return (
        before is not None
        and before.status in ("fulfilled", "violated")
        and before.status != change.after.status
    )


def headline(
    changes: tuple[Change, ...], corrections: tuple[Change, ...], overdue: tuple[Commitment, ...]
) -> str:
    """ "1 violated, 2 fulfilled, 3 overdue", or that nothing changed."""
    counts = {"violated": 0, "fulfilled": 0, "closed": 0, "pending": 0}
    for change in (*changes, *corrections):
        counts[change.after.status] += 1
    words = {"pending": "new or moved"}
    told = [f"{count} {words.get(status, status)}" for status, count in counts.items() if count]
    if corrections:
        told.append(f"{len(corrections)} corrected")
    if overdue:
        told.append(f"{len(overdue)} overdue")
    return ", ".join(told) if changes or corrections else ", ".join(["nothing changed", *told])
