"""When to visit a feed next.

Pure: takes what the last answer said and what we remember of the feed, returns an instant. Knows nothing of
sockets, databases or the clock; `now` and the luck of the draw are arguments.

The rules, strongest first:
1. Never later than the ceiling: no header and no failure silences a feed for good.
2. Never earlier than the server allows: Retry-After, Cache-Control and Expires (RFC 9110, RFC 9111), and the
   feed's own ttl, skipHours, skipDays and sy:update* (RSS 2.0, RSS 1.0 syndication module).
3. Never earlier than the user's interval.
4. Of a feed that has been silent for long, an eighth of the silence: what is missed is in proportion.
5. After failures, exponentially longer with full jitter; after success, a tenth more at random, so that
   feeds do not march in step.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from attrs import evolve, field, frozen

from tracker.feeds.settings import FeedSettings, FetchSettings, duration

_PATIENCE = 8
_JITTER = 0.1
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,12})\"?\s*(?=,|$)", re.IGNORECASE)
_UNBOUND = re.compile(r"(?:^|,)\s*(?:no-cache|no-store)\s*(?=,|$)", re.IGNORECASE)
_HOUR = timedelta(hours=1)


@frozen(kw_only=True)
class Cadence:
    """What the user wants: `interval` between visits, within `shortest` and `longest`.

    `adaptive` is off for feeds of the user's own, where politeness has no object and delay has a price.
    """

    interval: timedelta
    shortest: timedelta = timedelta(0)
    longest: timedelta = timedelta(days=1)
    adaptive: bool = True

    @classmethod
    def of(cls, feed: FeedSettings, fetch: FetchSettings) -> Cadence:
        """As configured. The floor and the adaptation are for feeds of the open network."""
        interval = duration(feed.interval)
        is_own = feed.path is not None or feed.allow_private
        return cls(
            interval=interval,
            shortest=timedelta(0) if is_own else duration(fetch.min_interval),
            longest=max(duration(fetch.max_interval), interval),
            adaptive=not is_own,
        )


@frozen(kw_only=True)
class Hints:
    """What the feed itself asks for: `ttl` between visits, and the hours (GMT) and days to stay away."""

    ttl: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()


@frozen(kw_only=True)
class Outcome:
    """How a visit ended. `status` is 0 where there was no answer; `is_broken` where it held no feed.

    `headers` are those of the answer, by lower-case name, also of a 304 or an error. `new` counts entries
    that were new or changed. `hints` is None where no feed was parsed, so that the remembered ones stay.
    """

    status: int = 0
    headers: Mapping[str, str] = field(factory=dict)
    new: int = 0
    hints: Hints | None = None
    is_broken: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the feed was there, new or unchanged."""
        return (200 <= self.status < 300 or self.status == 304) and not self.is_broken


@frozen(kw_only=True)
class Memory:
    """What is kept of a feed between visits. `news_at` is when a visit last brought something (UTC)."""

    failures: int = 0
    news_at: datetime | None = None
    hints: Hints = field(factory=Hints)

    def as_text(self) -> str:
        """One line to be stored; `from_text` reads it back."""
        kept: dict[str, object] = {
            "failures": self.failures,
            "news_at": self.news_at.isoformat() if self.news_at else None,
            "ttl": self.hints.ttl.total_seconds() if self.hints.ttl is not None else None,
            "skip_hours": self.hints.skip_hours,
            "skip_days": self.hints.skip_days,
        }
        return json.dumps({key: value for key, value in kept.items() if value is not None}, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Memory:
        """What `as_text` gave; nothing remembered for the empty text."""
        kept = json.loads(text or "{}")
        ttl, news_at = kept.get("ttl"), kept.get("news_at")
        return cls(
            failures=kept.get("failures", 0),
            news_at=datetime.fromisoformat(news_at) if news_at else None,
            hints=Hints(
                ttl=timedelta(seconds=ttl) if ttl is not None else None,
                skip_hours=tuple(kept.get("skip_hours", ())),
                skip_days=tuple(kept.get("skip_days", ())),
            ),
        )


@frozen(kw_only=True)
class Plan:
    """What to do next: visit `at` (UTC), and remember `memory`.

    `is_paused`: the feed is gone (410) and waits for a person; `at` is then near the ceiling. `domain_until`:
    until when nothing else of the same domain should be asked, after 429 or 503. `because` names the rule.
    """

    at: datetime
    memory: Memory
    is_paused: bool = False
    domain_until: datetime | None = None
    because: str = ""


def next_poll(now: datetime, settings: Cadence, outcome: Outcome, memory: Memory, random: float) -> Plan:
    """When to visit next, `random` being drawn evenly from [0, 1). `now` is aware, the result UTC.

    The result is after `now`, not before what the server allows, and not after `now + settings.longest`.
    """
    now = now.astimezone(UTC)
    ceiling = settings.longest
    interval = min(max(settings.interval, settings.shortest), ceiling)
    retry = _retry_after(now, outcome.headers)
    if outcome.is_good:
        memory = Memory(
            failures=0,
            news_at=now if outcome.new or memory.news_at is None else memory.news_at,
            hints=memory.hints if outcome.hints is None else outcome.hints,
        )
        wanted, because = _wanted(now, settings, interval, memory)
        wanted = min(wanted * (1 + _JITTER * random), ceiling * (1 - _JITTER * random))
    elif outcome.status == 410:
        at = now + ceiling * (1 - _JITTER * random)
        return Plan(at=at, memory=_failed(memory), is_paused=True, because="gone for good (410)")
    else:
        memory = _failed(memory)
        # In floats: a doubling too many of a timedelta is an error, of a float a large number.
        doubled = interval.total_seconds() * 2.0 ** min(memory.failures, 60)
        span = timedelta(seconds=min(doubled, ceiling.total_seconds()))
        wanted = max(interval, span * random)
        because = f"failed {memory.failures} times in a row" if memory.failures > 1 else "failed"
    at = now + max(min(wanted, ceiling), min(interval, ceiling))
    for bound, reason in _allowed(now, outcome, memory.hints, retry):
        if bound > at:
            at, because = bound, reason
    at = _outside(at, memory.hints)
    is_crowded = outcome.status in (429, 503)
    return Plan(
        at=max(min(at, now + ceiling), now + timedelta(microseconds=1)),
        memory=memory,
        domain_until=min(retry, now + ceiling) if retry is not None and is_crowded else None,
        because=because,
    )


def allowed_from(now: datetime, outcome: Outcome, hints: Hints) -> datetime:
    """The earliest instant at which the server allows the next visit, without regard to any ceiling."""
    now = now.astimezone(UTC)
    bounds = [bound for bound, _ in _allowed(now, outcome, hints, _retry_after(now, outcome.headers))]
    return _outside(max([now, *bounds]), hints)


def _wanted(now: datetime, settings: Cadence, interval: timedelta, memory: Memory) -> tuple[timedelta, str]:
    silence = now - (memory.news_at or now)
    if settings.adaptive and silence / _PATIENCE > interval:
        return silence / _PATIENCE, "nothing new for long"
    return interval, "interval"


def _failed(memory: Memory) -> Memory:
    return evolve(memory, failures=memory.failures + 1)


def _allowed(
    now: datetime, outcome: Outcome, hints: Hints, retry: datetime | None
) -> list[tuple[datetime, str]]:
    bounds = []
    if retry is not None:
        bounds.append((retry, "Retry-After"))
    if outcome.is_good:
        fresh = _fresh_for(now, outcome.headers)
        if fresh is not None:
            bounds.append((_later(now, fresh), "the server's cache headers"))
        if hints.ttl is not None:
            bounds.append((_later(now, hints.ttl), "the feed's ttl"))
    return bounds


def _fresh_for(now: datetime, headers: Mapping[str, str]) -> timedelta | None:
    """How long the answer may be kept: max-age before Expires, less its age (RFC 9111, section 4.2)."""
    control = headers.get("cache-control", "")
    if _UNBOUND.search(control):
        return None
    age = timedelta(seconds=_seconds(headers.get("age", "")) or 0)
    if found := _MAX_AGE.search(control):
        return timedelta(seconds=int(found[1]) % 10**11) - age
    expires = _http_date(headers.get("expires", ""))
    if expires is None:
        return None
    # Against the server's own clock where it shows it: clocks that are days off are not rare.
    return expires - (_http_date(headers.get("date", "")) or now) - age


def _retry_after(now: datetime, headers: Mapping[str, str]) -> datetime | None:
    """The instant of Retry-After in either of its forms (RFC 9110, section 10.2.3); None where it is past."""
    text = headers.get("retry-after", "").strip()
    seconds = _seconds(text)
    when = _later(now, timedelta(seconds=seconds)) if seconds is not None else _http_date(text)
    if seconds is None and when is not None:
        when = _later(now, when - (_http_date(headers.get("date", "")) or now))
    return when if when is not None and when > now else None


def _outside(at: datetime, hints: Hints) -> datetime:
    """The first moment from `at` on that is in none of the hours and days to skip.

    A feed that skips all of them has said nothing.
    """
    if not hints.skip_hours and not hints.skip_days:
        return at
    moment = at
    for _ in range(8 * 24):
        if moment.hour not in hints.skip_hours and _DAYS[moment.weekday()] not in hints.skip_days:
            return moment
        moment = _later(moment.replace(minute=0, second=0, microsecond=0), _HOUR)
    return at


def _seconds(text: str) -> int | None:
    return min(int(text), 10**10) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _later(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
