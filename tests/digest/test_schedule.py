"""When an issue is due: wall clocks, both hours of a change, zones that move, clocks that jump."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api.test_api import Clock
from tests.digest.posts import Opened, Post, advance, free_port, opened, post
from tracker.commitments.events import Violated
from tracker.digest.schedule import OnChange, Timetable, reached, read
from tracker.digest.service import make_due, one, send_due
from tracker.digest.shown import mails

__all__ = ["opened", "post"]

ZONES = (
    "Europe/London",
    "America/New_York",
    "Asia/Pyongyang",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
)


def slot(schedule: str, zone: str, now: str) -> str:
    """The name of the slot that is due at a moment."""
    timetable = read(schedule)
    assert isinstance(timetable, Timetable)
    found = timetable.latest(ZoneInfo(zone), datetime.fromisoformat(now))
    assert found is not None
    return found.name


@pytest.mark.parametrize(
    ("schedule", "zone", "now", "name"),
    [
        ("daily 07:00", "Europe/London", "2024-03-30T06:59:00+00:00", "2024-03-29"),
        ("daily 07:00", "Europe/London", "2024-03-30T07:00:00+00:00", "2024-03-30"),
        # Summer time began in the night, and ended.
        ("daily 07:00", "Europe/London", "2024-03-31T05:59:00+00:00", "2024-03-30"),
        ("daily 07:00", "Europe/London", "2024-03-31T06:00:00+00:00", "2024-03-31"),
        ("daily 07:00", "Europe/London", "2024-10-27T06:30:00+00:00", "2024-10-26"),
        ("daily 07:00", "Europe/London", "2024-10-27T07:00:00+00:00", "2024-10-27"),
        # 02:30 never comes on 10 March in New York; clocks jump over it at 07:00 UTC.
        ("daily 02:30", "America/New_York", "2024-03-10T06:59:59+00:00", "2024-03-09"),
        ("daily 02:30", "America/New_York", "2024-03-10T07:00:00+00:00", "2024-03-10"),
        # 01:30 comes twice on 3 November; the first is meant.
        ("cron 30 1 * * *", "America/New_York", "2024-11-03T05:29:59+00:00", "2024-11-02T01:30"),
        ("cron 30 1 * * *", "America/New_York", "2024-11-03T05:30:00+00:00", "2024-11-03T01:30"),
        ("cron 30 1 * * *", "America/New_York", "2024-11-03T06:30:00+00:00", "2024-11-03T01:30"),
        # Pyongyang put its clocks on by half an hour at 23:30 on 4 May 2018.
        ("daily 23:45", "Asia/Pyongyang", "2018-05-04T14:59:59+00:00", "2018-05-03"),
        ("daily 23:45", "Asia/Pyongyang", "2018-05-04T15:00:00+00:00", "2018-05-04"),
        ("daily 07:00", "Asia/Pyongyang", "2018-05-04T22:00:00+00:00", "2018-05-05"),
        ("daily 07:00", "Asia/Pyongyang", "2018-05-03T22:29:59+00:00", "2018-05-03"),
        # Samoa had no 30 December 2011.
        ("daily 07:00", "Pacific/Apia", "2011-12-30T10:00:00+00:00", "2011-12-30"),
        ("weekly monday 07:00", "UTC", "2024-06-02T12:00:00+00:00", "2024-05-27"),
        ("weekly monday 07:00", "UTC", "2024-06-03T06:59:00+00:00", "2024-05-27"),
        ("weekly monday 07:00", "UTC", "2024-06-03T07:00:00+00:00", "2024-06-03"),
        ("weekly sunday 7:00", "UTC", "2024-06-03T07:00:00+00:00", "2024-06-02"),
        ("cron 0 7 * * 1-5", "UTC", "2024-06-02T12:00:00+00:00", "2024-05-31T07:00"),
        ("cron 0 7 29 2 *", "UTC", "2027-06-02T12:00:00+00:00", "2024-02-29T07:00"),
    ],
)
def test_a_slot_is_a_time_of_the_wall_clock(schedule: str, zone: str, now: str, name: str) -> None:
    """Seven o'clock is seven o'clock, whatever the clocks do."""
    assert slot(schedule, zone, now) == name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hourly", "cannot be read; write"),
        ("daily 25:00", "cannot be read; write"),
        ("weekly someday 07:00", "cannot be read; write"),
        ("cron 0 7 * *", "has 4 cron fields, not 5"),
        ("cron 61 7 * * *", "Bad minute"),
        ("cron 0 0 30 2 *", "Bad day-of-month"),
        ("on change, at most every blue moon", "cannot be read"),
        ("on change, at most every 0h", "must be above zero"),
    ],
)
def test_a_schedule_that_cannot_be_read_is_told_in_one_line(text: str, told: str) -> None:
    """With what was written and what to write."""
    with pytest.raises(ValueError, match=told) as refused:
        read(text)
    assert repr(text) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_on_change_has_a_pause() -> None:
    """And no slots of its own."""
    assert read("on change, at most every 6h") == OnChange(timedelta(hours=6))


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001  (wall clocks)
)
def test_a_wall_clock_time_is_reached_once(zone: str, wall: datetime) -> None:
    """At the moment it is reached clocks show it or what they jumped to; a second earlier they had not."""
    wall = wall.replace(microsecond=0)
    at = reached(wall, ZoneInfo(zone))
    shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    before = (at - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert before < wall <= shown
    assert shown - wall <= timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "minutes"),
    [
        *((zone, 71) for zone in ZONES[:3]),
        *(pytest.param(zone, 10, marks=pytest.mark.torture) for zone in ZONES),
    ],
)
def test_each_day_and_each_week_of_a_year_has_its_slot_once(zone: str, minutes: int) -> None:
    """Asked all through 2018, in both hours of a change too, slots only ever go forward."""
    for schedule, count in (("daily 01:30", 365), ("daily 02:15", 365), ("weekly monday 02:30", 53)):
        timetable = read(schedule)
        assert isinstance(timetable, Timetable)
        moment, seen, last = datetime(2018, 1, 1, tzinfo=UTC), [], datetime.min.replace(tzinfo=UTC)
        while moment < datetime(2019, 1, 1, tzinfo=UTC):
            found = timetable.latest(ZoneInfo(zone), moment)
            assert found is not None
            assert found.began <= moment
            if found.began > last:
                last = found.began
                seen.append(found.name)
            else:
                assert found.began == last
            moment += timedelta(minutes=minutes)
        assert max(Counter(seen).values()) == 1
        assert count <= len(seen) <= count + 1
        assert seen == sorted(seen)
        days = [date.fromisoformat(name) for name in seen]
        gaps = {(later - earlier).days for earlier, later in pairwise(days)}
        assert gaps == ({1} if schedule.startswith("daily") else {7})


@pytest.mark.parametrize("days", [pytest.param(35), pytest.param(365, marks=pytest.mark.torture)])
def test_a_year_of_daily_and_weekly_issues_reaches_each_zone_once_a_slot(
    opened: Opened, post: tuple[Post, int], days: int
) -> None:
    """Something happens every day; each local date and each week has its issue, of what was new, once."""
    keeper, port = post
    readers = "".join(
        f'[[digest.recipients]]\naddress = "{number}@example.org"\nzone = "{zone}"\n'
        for number, zone in enumerate(ZONES[:4])
    )
    weekly = '[[digest]]\nname = "weekly"\nschedule = "weekly monday 07:00"\nrecipients = ["w@example.org"]\n'
    t = opened(
        port, readers="", digest=f'schedule = "daily 02:15"\nsections = ["changes"]\n{readers}{weekly}'
    )
    clock = t.now
    assert isinstance(clock, Clock)
    clock.moment = datetime(2024, 3, 2, tzinfo=UTC)
    end = clock.moment + timedelta(days=days)
    while clock.moment < end:
        if clock.moment.hour == 0:
            because = f"levy of {clock.moment:%d %B}"
            t.record("no-new-tax", Violated(because=because), f"{clock.moment:%Y-%m-%d}")
        for name in ("daily", "weekly"):
            make_due(t, one(t, name), clock.moment)
        clock.moment += timedelta(hours=3)
    slots = Counter((mail.digest, mail.recipient, mail.slot) for mail in mails(t))
    assert set(slots.values()) == {1}
    for number in range(4):
        dates = sorted(name for digest, who, name in slots if who == f"{number}@example.org")
        assert len(dates) in (days, days + 1)
        span = date.fromisoformat(dates[-1]) - date.fromisoformat(dates[0])
        assert span == timedelta(days=len(dates) - 1)
    assert len([name for digest, _, name in slots if digest == "weekly"]) == days // 7 + 1
    assert send_due(t, clock.moment).mails == len([m for m in mails(t) if m.state != "skipped"])
    assert len({mail["Message-ID"] for mail in keeper.mails}) == len(keeper.mails)


def test_a_daemon_that_was_off_for_a_week_sends_one_issue_that_covers_it(
    opened: Opened, post: tuple[Post, int]
) -> None:
    """Not seven; and it says since when."""
    keeper, port = post
    t = opened(port, readers="a")
    send_due(t, t.now())
    for day in range(2, 9):
        advance(t, days=1)
        t.record("no-new-tax", Violated(because=f"levy {day}"), f"2024-03-0{day}")
    assert send_due(t, t.now()).mails == 1
    assert send_due(t, t.now()).mails == 0
    assert keeper.mails[-1]["Subject"] == "Commitments: 1 violated since 1 March 2024"


@pytest.mark.parametrize(
    "changed",
    [
        'schedule = "daily 09:00"\n',
        'schedule = "weekly friday 08:00"\n',
        'schedule = "daily 07:00"\nzone = "America/New_York"\n',
    ],
)
def test_a_day_that_begins_once_more_has_no_second_issue(
    opened: Opened, post: tuple[Post, int], changed: str
) -> None:
    """A later hour or another zone on the day of an issue: the next has all that happened."""
    keeper, port = post
    t = opened(port, readers="a", digest='schedule = "daily 07:00"\n')
    assert send_due(t, advance(t, hours=7, minutes=30)).mails == 1
    t.record("no-new-tax", Violated(because="a levy on flour"), "2024-03-01")
    again = opened(port, readers="a", digest=changed)
    clock = again.now
    assert isinstance(clock, Clock)
    clock.moment = t.now()
    for _ in range(16):
        clock.moment += timedelta(hours=1)
        assert send_due(again, clock.moment).mails == 0
    clock.moment += timedelta(days=7 if "weekly" in changed else 1)
    assert send_due(again, clock.moment).mails == 1
    assert "1 violated since" in keeper.mails[-1]["Subject"]
    assert len({mail.slot for mail in mails(again)}) == len(mails(again)) == 2


def test_a_clock_that_jumps_sends_no_slot_twice(opened: Opened, post: tuple[Post, int]) -> None:
    """Back by a day and forth again: the slots that were dealt with stay so."""
    _, port = post
    t = opened(port, readers="a", digest='when_empty = "send"\n')
    assert [send_due(t, advance(t, days=days)).mails for days in (0, 1, -1, 0, 1, 1)] == [1, 1, 0, 0, 0, 1]
    assert [mail.slot for mail in mails(t)] == ["2024-02-29", "2024-03-01", "2024-03-02"]


def test_a_schedule_that_is_changed_neither_repeats_nor_swallows(opened: Opened) -> None:
    """From daily to weekly and back: the next slot is the first that begins after the last one."""
    t = opened(free_port(), readers="a", digest='when_empty = "send"\n')
    send_due(t, t.now())
    for schedule, days, queued in (
        ("weekly monday 07:00", 1, 0),
        ("weekly monday 07:00", 3, 1),
        ("daily 06:00", 1, 1),
    ):
        again = opened(free_port(), readers="a", digest=f'when_empty = "send"\nschedule = "{schedule}"\n')
        clock = again.now
        assert isinstance(clock, Clock)
        clock.moment = advance(t, days=days)
        assert make_due(again, one(again, "daily"), clock.moment) == queued
