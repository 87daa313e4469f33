"""When to come again: what a server allows, what a user wants, and what is never exceeded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.feeds.cadence import Cadence, Hints, Memory, Outcome, Plan, allowed_from, next_poll
from tracker.feeds.settings import FeedSettings, FetchSettings

NOW = datetime(2018, 5, 10, 12, 30, tzinfo=UTC)  # a Thursday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURLY = Cadence(interval=HOUR)
BLANK = Memory()


def wait(
    outcome: Outcome, memory: Memory = BLANK, cadence: Cadence = HOURLY, random: float = 0.0
) -> timedelta:
    return next_poll(NOW, cadence, outcome, memory, random).at - NOW


def good(status: int = 200, new: int = 1, hints: Hints | None = None, **headers: str) -> Outcome:
    return Outcome(
        status=status, new=new, hints=hints, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def http(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


seconds = st.integers(-10, 10**7)
moments = seconds.map(lambda s: http(NOW + timedelta(seconds=s)))
header_values = {
    "cache-control": st.one_of(
        seconds.map(lambda s: f"public, max-age={s}"),
        st.sampled_from(["no-cache", "max-age=x", ",,,="]),
        st.text(),
    ),
    "expires": st.one_of(moments, st.sampled_from(["0", "-1", "never"]), st.text()),
    "date": moments,
    "age": st.one_of(seconds.map(str), st.text()),
    "retry-after": st.one_of(seconds.map(str), moments, st.text()),
}
hints = st.builds(
    Hints,
    ttl=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    skip_hours=st.frozensets(st.integers(0, 23)).map(lambda s: tuple(sorted(s))),
    skip_days=st.frozensets(st.sampled_from(["monday", "thursday", "friday", "sunday"])).map(tuple),
)
outcomes = st.builds(
    Outcome,
    status=st.sampled_from([0, 200, 204, 304, 301, 403, 404, 410, 429, 500, 503]),
    headers=st.fixed_dictionaries({}, optional=header_values),
    new=st.integers(0, 5),
    hints=st.none() | hints,
    is_broken=st.booleans(),
)
memories = st.builds(
    Memory,
    failures=st.integers(0, 10**6),
    news_at=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2019, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    hints=hints,
)
cadences = st.builds(
    Cadence,
    interval=st.timedeltas(timedelta(seconds=1), timedelta(days=2)),
    shortest=st.timedeltas(timedelta(0), timedelta(hours=2)),
    longest=st.timedeltas(timedelta(seconds=1), timedelta(days=31)),
    adaptive=st.booleans(),
)
draws = st.floats(0, 1, exclude_max=True)


@given(cadences, outcomes, memories, draws)
def test_never_earlier_than_allowed_never_later_than_the_ceiling(
    cadence: Cadence, outcome: Outcome, memory: Memory, draw: float
) -> None:
    """Whatever headers, hints, history and luck: within the ceiling, and not before the server says."""
    plan = next_poll(NOW, cadence, outcome, memory, draw)
    assert NOW < plan.at <= NOW + cadence.longest
    allowed = allowed_from(NOW, outcome, plan.memory.hints)
    if outcome.status != 410:
        assert plan.at >= min(allowed, NOW + cadence.longest)
        assert plan.at >= NOW + min(max(cadence.interval, cadence.shortest), cadence.longest)
    assert plan.domain_until is None or NOW < plan.domain_until <= NOW + cadence.longest


@example(HOURLY, Outcome(), Memory(hints=Hints(ttl=timedelta(0))), 0.0)
@given(cadences, outcomes, memories, draws)
def test_what_is_remembered_can_be_stored(
    cadence: Cadence, outcome: Outcome, memory: Memory, draw: float
) -> None:
    """The memory of a plan survives its text form; the empty text is an empty memory."""
    kept = next_poll(NOW, cadence, outcome, memory, draw).memory
    assert Memory.from_text(kept.as_text()) == kept
    assert Memory.from_text("") == Memory()


@given(st.lists(outcomes.filter(lambda o: o.status != 410), min_size=1, max_size=60), draws)
def test_no_failure_is_the_last(story: list[Outcome], draw: float) -> None:
    """After any number of failures there is a next visit within the ceiling, and success forgets them all."""
    memory, plan = Memory(), None
    for outcome in story:
        plan = next_poll(NOW, HOURLY, outcome, memory, draw)
        memory = plan.memory
        assert plan.at <= NOW + DAY and not plan.is_paused
    assert next_poll(NOW, HOURLY, good(), memory, draw).memory.failures == 0


def test_the_interval_is_the_users() -> None:
    """With nothing else to go by, the interval, and up to a tenth more."""
    assert wait(good()) == HOUR
    assert wait(good(), random=0.999) == pytest.approx(HOUR * 1.1, abs=timedelta(seconds=5))


@pytest.mark.parametrize("status", [200, 304])
def test_cache_headers_count_also_on_304(status: int) -> None:
    """max-age and Expires hold us off, whether the feed had changed or not."""
    assert wait(good(status, cache_control="public, max-age=10800")) == 3 * HOUR
    assert wait(good(status, expires=http(NOW + 5 * HOUR))) == 5 * HOUR


def test_freshness_follows_rfc_9111() -> None:
    """max-age is before Expires, age is taken off, Expires is against the server's own clock."""
    assert wait(good(cache_control="max-age=7200", expires=http(NOW + 9 * HOUR))) == 2 * HOUR
    assert wait(good(cache_control="max-age=10800", age="3600")) == 2 * HOUR
    fast = {"date": http(NOW + DAY), "expires": http(NOW + DAY + 2 * HOUR)}
    assert wait(Outcome(status=200, headers=fast)) == 2 * HOUR
    assert wait(good(cache_control="no-cache, max-age=86400")) == HOUR
    assert wait(good(cache_control="s-maxage=86400")) == HOUR
    assert wait(good(expires="-1")) == HOUR


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_both_forms_holds_the_domain(status: int) -> None:
    """Seconds and a date mean the same, for the feed and for its whole domain."""
    for text in ("10800", http(NOW + 3 * HOUR)):
        plan = next_poll(NOW, HOURLY, Outcome(status=status, headers={"retry-after": text}), Memory(), 0.0)
        assert (plan.at, plan.domain_until) == (NOW + 3 * HOUR, NOW + 3 * HOUR)


def test_retry_after_is_capped() -> None:
    """A server that says to come back in a year is visited at the ceiling."""
    for text in ("31536000", http(NOW + 365 * DAY), "9" * 18):
        plan = next_poll(NOW, HOURLY, Outcome(status=429, headers={"retry-after": text}), Memory(), 0.5)
        assert (plan.at, plan.domain_until) == (NOW + DAY, NOW + DAY)


def test_the_feeds_own_hints_are_lower_bounds() -> None:
    """ttl holds us off, and is remembered for the answers that hold no feed."""
    plan = next_poll(NOW, HOURLY, good(hints=Hints(ttl=4 * HOUR)), Memory(), 0.0)
    assert plan.at == NOW + 4 * HOUR
    assert wait(good(304, new=0), plan.memory) == 4 * HOUR
    assert wait(good(hints=Hints(ttl=timedelta(minutes=5)))) == HOUR


def test_hours_and_days_to_skip_are_skipped() -> None:
    """A visit that would fall into them comes right after; a feed that skips all hours skips none."""
    assert wait(good(hints=Hints(skip_hours=(13, 14)))) == timedelta(hours=2, minutes=30)
    assert wait(good(hints=Hints(skip_days=("thursday",)))) == timedelta(hours=11, minutes=30)
    assert wait(good(hints=Hints(skip_hours=tuple(range(24))))) == HOUR


def test_back_off_doubles_with_full_jitter() -> None:
    """Each failure doubles the span the draw is from; never below the interval, never above the ceiling."""
    failed = Outcome(status=500)
    assert wait(failed, Memory(failures=2), random=0.0) == HOUR
    assert wait(failed, Memory(failures=2), random=0.5) == 4 * HOUR
    assert wait(failed, Memory(failures=3), random=0.5) == 8 * HOUR
    assert wait(failed, Memory(failures=99), random=0.5) == 12 * HOUR
    spread = {wait(failed, Memory(failures=9), random=draw / 10) for draw in range(10)}
    assert len(spread) == 10


def test_no_answer_and_no_feed_are_failures() -> None:
    """A dead host and a page in place of a feed both back off."""
    for outcome in (Outcome(), Outcome(status=200, is_broken=True), Outcome(status=404)):
        plan = next_poll(NOW, HOURLY, outcome, Memory(failures=4), 0.9)
        assert plan.memory.failures == 5 and plan.at > NOW + 10 * HOUR


def test_gone_is_paused_visibly() -> None:
    """410 raises the flag and says why, and still there is a date."""
    plan = next_poll(NOW, HOURLY, Outcome(status=410), Memory(), 0.3)
    assert plan.is_paused and "410" in plan.because and NOW + 12 * HOUR < plan.at <= NOW + DAY


def test_silence_slows_us_down_and_news_brings_us_back() -> None:
    """An eighth of the silence, at most the ceiling; one new entry restores the interval."""
    quiet = Memory(news_at=NOW - 2 * DAY)
    assert wait(good(304, new=0), quiet) == 6 * HOUR
    assert wait(good(304, new=0), Memory(news_at=NOW - 90 * DAY)) == DAY
    assert wait(good(new=3), quiet) == HOUR
    plan = next_poll(NOW, HOURLY, good(new=0), Memory(), 0.0)
    assert plan.memory.news_at == NOW  # silence is counted from when we began to listen


def test_ones_own_feeds_are_neither_slowed_nor_floored() -> None:
    """Files and private hosts are visited as often as the user says; strangers not below the floor."""

    def planned(**changes: object) -> Plan:
        feed = FeedSettings(name="f", interval="2s", **changes)  # type: ignore[arg-type]
        quiet = Memory(news_at=NOW - 9 * DAY)
        return next_poll(NOW, Cadence.of(feed, FetchSettings()), good(304, new=0), quiet, 0.0)

    assert planned(url="feeds/wire.xml").at == NOW + timedelta(seconds=2)
    assert planned(url="http://wiki.intra/feed", allow_private=True).at == NOW + timedelta(seconds=2)
    assert planned(url="https://example.org/feed").at == NOW + DAY
    feed = FeedSettings(name="f", interval="2s", url="https://example.org/feed")
    assert Cadence.of(feed, FetchSettings()).shortest == timedelta(minutes=5)


def test_jitter_at_the_ceiling_keeps_feeds_apart() -> None:
    """Feeds that are all at the ceiling are not all visited at one moment."""
    quiet = Memory(news_at=NOW - 90 * DAY)
    assert len({wait(good(304, new=0), quiet, random=draw / 10) for draw in range(10)}) == 10
