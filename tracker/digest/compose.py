"""What an issue says: from a log position to another, so that no change is in two issues or in none.

What happened in a range is read once, for however many recipients; each filter then takes its own from it.
Knows the tracker by its public API only; nothing of mail, templates or the tables of the digest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from tracker.commitments.events import DeadlinePassed
from tracker.digest.settings import Filter
from tracker.evidence.when import zone_of
from tracker.log.events import FindingMade
from tracker.projections.answers import Change, Commitment, FeedHealth, InboxItem

if TYPE_CHECKING:
    from tracker.api import Tracker

# What makes a step worth a reader's time. The rest is wording, which `tracker show` has.
_TOLD = ("state", "until", "extent", "shortfall", "flags", "basis", "consequent")
_ORDER = ("violated", "fulfilled", "closed", "pending")
_SETTLED = ("fulfilled", "violated")
_DOUBTS = frozenset({"disputed", "unsupported"})

# A timeline has no more points than these, and so many days between two of them, or more where it must.
_POINTS = 14
_STEPS = (1, 7, 14, 30, 91, 182, 365)


@frozen
class Tally:
    """How many commitments had each status at the end of a day."""

    day: date
    violated: int
    fulfilled: int
    pending: int
    closed: int


@frozen
class Issue:
    """The content of one issue. Several steps of one commitment are one change, first to last.

    `since` is when the issue before it was made, None in the first, which introduces: it tells where all
    stands, not how it came there. `passed` are the deadlines that passed since the last issue, `overdue` all
    that nobody has judged yet; `disputes` the reports since then that speak against a standing verdict;
    `waiting` is what a person has to decide, the languages that nobody could read among it. `timeline` is of
    the board's commitments, as they are now known to have stood, the oldest first. `made_at` and `since` are
    in UTC, days are told in `zone`. `sections` are the ones wanted, in their order.
    """

    headline: str
    since: datetime | None
    changes: tuple[Change, ...]
    corrections: tuple[Change, ...]
    disputes: tuple[InboxItem, ...]
    passed: tuple[Commitment, ...]
    upcoming: tuple[Commitment, ...]
    overdue: tuple[Commitment, ...]
    waiting: tuple[InboxItem, ...]
    failing: tuple[FeedHealth, ...]
    board: tuple[Commitment, ...]
    timeline: tuple[Tally, ...]
    sections: tuple[str, ...]
    zone: str
    made_at: datetime

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened that its reader has not been told."""
        return self.since is not None and not (
            self.changes or self.corrections or self.disputes or self.passed
        )


@frozen
class Material:
    """All that was recorded after the log position `after`, up to and with `to`, and how all stands then.

    `expired` are the commitments whose deadline the clock took down in the range, `found` the findings that
    were made in it. `past` are the boards of the timeline by the day at whose end they were so.
    """

    after: int
    to: int
    now: datetime
    steps: tuple[Change, ...]
    board: tuple[Commitment, ...]
    upcoming: tuple[Commitment, ...]
    waiting: tuple[InboxItem, ...]
    failing: tuple[FeedHealth, ...]
    expired: frozenset[str]
    found: frozenset[str]
    past: tuple[tuple[date, tuple[Commitment, ...]], ...]


def collect(t: Tracker, after: int, to: int, now: datetime, sections: tuple[str, ...]) -> Material:
    """What a range of the log holds for those sections; the tracker has caught up with `to`."""
    board = t.board(known_at=to)
    expired, found = _since(t, after, to)
    days = _days(board, now, t.zone) if "timeline" in sections else []
    return Material(
        after=after,
        to=to,
        now=now,
        steps=tuple(t.changes(after, known_at=to)),
        board=board,
        upcoming=t.upcoming(30, known_at=to),
        waiting=t.inbox(known_at=to),
        failing=tuple(feed for feed in t.feeds() if feed.error and not feed.paused),
        expired=expired,
        found=found,
        past=tuple((day, t.board(as_of=day, known_at=to)) for day in days),
    )


def compose(
    material: Material, wanted: Filter, sections: tuple[str, ...], zone: str, since: datetime | None
) -> Issue:
    """What one filter takes from a range; `since` is when the issue before was made, None for the first.

    A section that is not wanted is empty, and nothing in it is news.
    """

    def has(section: str) -> bool:
        return section in sections

    board = tuple(row for row in material.board if wanted.takes(row))
    # A verdict that was taken back concerns whoever watches for verdicts: before counts as much as after.
    told = [
        step
        for step in material.steps
        if wanted.takes(step.after) or (step.before is not None and wanted.takes(step.before))
    ]
    moved = [c for c in _joined(told) if c.before is None or _differ(c.before, c.after)] if since else []
    corrections = tuple(c for c in moved if has("corrections") and _is_correction(c))
    changes = tuple(c for c in moved if has("changes") and c not in corrections)
    names = {row.id for row in board} | {change.commitment for change in moved}
    overdue = tuple(row for row in board if "overdue" in row.flags)
    waiting = tuple(item for item in material.waiting if _concerns(item, names, wanted))
    passed = tuple(row for row in overdue if since and has("deadlines") and row.id in material.expired)
    disputes = tuple(
        item
        for item in waiting
        if since and has("corrections") and item.kind == "dispute" and item.quote
        if item.quote.id in material.found
    )
    return Issue(
        headline=_headline(changes, corrections, disputes, passed, overdue, board, since, material.now, zone),
        since=since,
        changes=changes,
        corrections=corrections,
        disputes=disputes,
        passed=passed,
        upcoming=tuple(row for row in material.upcoming if has("deadlines") and wanted.takes(row)),
        overdue=overdue if has("deadlines") else (),
        waiting=waiting if has("review") else (),
        failing=material.failing if has("feeds") else (),
        board=board if has("board") else (),
        timeline=_timeline(material, wanted) if has("timeline") else (),
        sections=sections,
        zone=zone,
        made_at=material.now,
    )


def _concerns(item: InboxItem, names: set[str], wanted: Filter) -> bool:
    # A text in a language that nobody could read may be about anything: only who asked for all hears of it.
    return item.commitment in names if item.commitment else wanted.is_all


def _joined(steps: Iterable[Change]) -> list[Change]:
    """One change for each commitment: from before its first step to after its last."""
    joined: dict[str, Change] = {}
    for step in steps:
        first = joined.pop(step.commitment, step)
        joined[step.commitment] = evolve(step, before=first.before)
    return list(joined.values())


def _since(t: Tracker, after: int, to: int) -> tuple[frozenset[str], frozenset[str]]:
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
    return frozenset(expired), frozenset(found)


def _differ(before: Commitment, after: Commitment) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in _TOLD)


def _is_correction(change: Change) -> bool:
    """A verdict that no longer stands, or that is newly in doubt."""
    before, after = change.before, change.after
    if before is None or before.status not in _SETTLED:
        return False
    return before.status != after.status or bool(_DOUBTS & set(after.flags) - set(before.flags))


def _days(board: Iterable[Commitment], now: datetime, zone: str) -> list[date]:
    """The days of the timeline, evenly spaced back from today.

    They go back to when a fifth of it all had begun: one treaty of 1972 would leave this spring no room.
    """
    today = now.astimezone(zone_of(zone)).date()
    begun = sorted(row.standing.obliged_from or row.since.start for row in board)
    first = begun[len(begun) // 5].astimezone(zone_of(zone)).date() if begun else today
    span = max((today - first).days, 0)
    step = next((s for s in _STEPS if span <= s * (_POINTS - 1)), 0) or -(-span // (_POINTS - 1))
    count = span // step + 1
    return [today - timedelta(days=step * back) for back in reversed(range(count))]


def _timeline(material: Material, wanted: Filter) -> tuple[Tally, ...]:
    # By what is asked for now, so that a commitment is in all of the picture or in none of it.
    names = {row.id for row in material.board if wanted.takes(row)}
    tallies = []
    for day, board in material.past:
        counts = Counter(row.status for row in board if row.id in names)
        tallies.append(
            Tally(
                day=day,
                violated=counts["violated"],
                fulfilled=counts["fulfilled"],
                pending=counts["pending"],
                closed=counts["closed"],
            )
        )
    return tuple(tallies)


def _headline(
    changes: tuple[Change, ...],
    corrections: tuple[Change, ...],
    disputes: tuple[InboxItem, ...],
    passed: tuple[Commitment, ...],
    overdue: tuple[Commitment, ...],
    board: tuple[Commitment, ...],
    since: datetime | None,
    now: datetime,
    zone: str,
) -> str:
    """ "1 violated, 2 fulfilled, 3 deadlines passed since Monday", or that nothing changed."""
    late = f"; {len(overdue)} overdue" if len(overdue) > len(passed) else ""
    if since is None:
        counts = Counter(row.status for row in board)
        stands = ", ".join(f"{counts[status]} {status}" for status in _ORDER if counts[status])
        return f"{stands or 'none yet'}{late}"
    counts = Counter(change.after.status for change in changes)
    words = {"pending": "new or moved"}
    told = [f"{counts[status]} {words.get(status, status)}" for status in _ORDER if counts[status]]
    if corrections:
        told.append(f"{len(corrections)} corrected")
    if disputes:
        told.append(f"{len({item.commitment for item in disputes})} disputed")
    if passed:
        told.append(f"{_many(len(passed), 'deadline')} passed")
    return f"{', '.join(told) or 'nothing changed'} since {_day(since, now, zone)}{late}"


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _day(since: datetime, now: datetime, zone: str) -> str:
    """A moment as one says it: the hour of today, the weekday of this week, else the date."""
    local, today = since.astimezone(zone_of(zone)), now.astimezone(zone_of(zone)).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if 0 < (today - local.date()).days < 7:
        return f"{local:%A}"
    return f"{local.day} {local:%B %Y}"
