"""What an issue says: from a log position to another, so that no change is in two issues or in none.

Knows the tracker by its public API only; nothing of mail, templates or the tables of the digest.
"""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from tracker.commitments.events import DeadlinePassed
from tracker.digest.settings import DigestSettings
from tracker.log.events import FindingMade
from tracker.projections.answers import Change, Commitment, FeedHealth, InboxItem

if TYPE_CHECKING:
    from tracker.api import Tracker

# What makes a step worth a reader's time. The rest is wording, which `tracker show` has.
_TOLD = ("state", "until", "extent", "shortfall", "flags", "basis", "consequent")
_SETTLED = ("fulfilled", "violated")
_DOUBTS = frozenset({"disputed", "unsupported"})


@frozen
class Issue:
    """The content of one issue. Several steps of one commitment are one change, first to last.

    `passed` are the deadlines that passed since the last issue, `overdue` all that nobody has judged yet;
    `disputes` the reports since then that speak against a standing verdict. `made_at` is in UTC, days are
    told in `zone`.
    """

    headline: str
    changes: tuple[Change, ...]
    corrections: tuple[Change, ...]
    disputes: tuple[InboxItem, ...]
    passed: tuple[Commitment, ...]
    upcoming: tuple[Commitment, ...]
    overdue: tuple[Commitment, ...]
    waiting: tuple[InboxItem, ...]
    failing: tuple[FeedHealth, ...]
    board: tuple[Commitment, ...]
    zone: str
    made_at: datetime

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened that a reader has not been told."""
        return not (self.changes or self.corrections or self.disputes or self.passed)


def compose(t: Tracker, settings: DigestSettings, after: int, to: int, now: datetime) -> Issue:
    """The issue that tells of what was recorded after log position `after`, up to and with `to`."""
    board = tuple(row for row in t.board() if _is_wanted(row, settings))
    names = {row.id for row in board}
    steps = takewhile(lambda step: step.position <= to, t.changes(after))
    told = [step for step in steps if _is_wanted(step.after, settings)]
    moved = [c for c in _joined(told) if c.before is None or _differ(c.before, c.after)]
    corrections = tuple(c for c in moved if _is_correction(c))
    changes = tuple(c for c in moved if c not in corrections)
    overdue = tuple(row for row in board if "overdue" in row.flags)
    waiting = tuple(item for item in t.inbox() if item.commitment in names)
    expired, found = _since(t, after, to)
    passed = tuple(row for row in overdue if row.id in expired)
    disputes = tuple(i for i in waiting if i.kind == "dispute" and i.quote and i.quote.id in found)
    return Issue(
        headline=_headline(changes, corrections, disputes, passed, overdue),
        changes=changes,
        corrections=corrections,
        disputes=disputes,
        passed=passed,
        upcoming=tuple(row for row in t.upcoming(30) if row.id in names),
        overdue=overdue,
        waiting=waiting,
        failing=tuple(feed for feed in t.feeds() if feed.error),
        board=board,
        zone=settings.zone or t.zone,
        made_at=now,
    )


def _is_wanted(row: Commitment, settings: DigestSettings) -> bool:
    return not settings.only or bool(set(settings.only) & {*row.debtor, *row.creditor})


def _joined(steps: list[Change]) -> list[Change]:
    """One change for each commitment: from before its first step to after its last."""
    joined: dict[str, Change] = {}
    for step in steps:
        first = joined.pop(step.commitment, step)
        joined[step.commitment] = evolve(step, before=first.before)
    return list(joined.values())


def _since(t: Tracker, after: int, to: int) -> tuple[set[str], set[str]]:
    """The commitments whose deadline the clock took down, and the findings that were made.

    Read from the log: a passed deadline is no step of belief, and a report against a verdict moves nothing
    before a person has judged it, but both are news and have a position of their own.
    """
    expired, found = set(), set()
    for fact in t.log(after=after, types=("DeadlinePassed", "FindingMade")):
        if fact.position > to:
            break
        if isinstance(fact.event, DeadlinePassed):
            expired.add(fact.stream.partition("/")[2])
        elif isinstance(fact.event, FindingMade):
            found.add(fact.event.finding.id)
    return expired, found


def _differ(before: Commitment, after: Commitment) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in _TOLD)


def _is_correction(change: Change) -> bool:
    """A verdict that no longer stands, or that is newly in doubt."""
    before, after = change.before, change.after
    if before is None or before.status not in _SETTLED:
        return False
    return before.status != after.status or bool(_DOUBTS & set(after.flags) - set(before.flags))


def _headline(
    changes: tuple[Change, ...],
    corrections: tuple[Change, ...],
    disputes: tuple[InboxItem, ...],
    passed: tuple[Commitment, ...],
    overdue: tuple[Commitment, ...],
) -> str:
    """ "1 violated, 2 fulfilled, 3 overdue", or that nothing changed."""
    counts = {"violated": 0, "fulfilled": 0, "closed": 0, "pending": 0}
    for change in changes:
        counts[change.after.status] += 1
    words = {"pending": "new or moved"}
    told = [f"{count} {words.get(status, status)}" for status, count in counts.items() if count]
    if corrections:
        told.append(f"{len(corrections)} corrected")
    if disputes:
        told.append(f"{len({item.commitment for item in disputes})} disputed")
    if passed:
        told.append(f"{len(passed)} {'deadline' if len(passed) == 1 else 'deadlines'} passed")
    if not told:
        told.append("nothing changed")
    if len(overdue) > len(passed):
        told.append(f"{len(overdue)} overdue")
    return ", ".join(told)
