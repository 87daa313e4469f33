"""Commitments of which nothing is heard: flagged once for each silence, until something is heard again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from tests.desk.press import Press, Story, press
from tracker.commitments.events import HeardAgain, PositionStated, Violated, WentQuiet
from tracker.commitments.fold import timeline
from tracker.commitments.policy import PolicySettings
from tracker.commitments.standing import Flag
from tracker.desk.sweep import sweep
from tracker.errors import ConfigError
from tracker.log import log
from tracker.log.streams import COMMITMENT

RAISED = "Port authority plans to raise mooring fees"


def silences(desk: Press) -> list[tuple[str, str]]:
    """What the clock took down of silence: the type, and the day as of which."""
    facts = desk.t.log(types=("WentQuiet", "HeardAgain"))
    return [(type(fact.event).__name__, f"{fact.occurred.start:%Y-%m-%d}") for fact in facts]


def is_flagged(desk: Press, as_of: str | None = None) -> bool:
    """Whether the refrain is flagged unobserved."""
    return Flag.UNOBSERVED.value in desk.t.commitment("fees", as_of=as_of).flags


def go(desk: Press, day: str) -> int:
    """Let the clock come to a day, and speak."""
    desk.moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return desk.t.sweep()


def test_a_silence_is_flagged_once_and_ends_when_something_is_heard(shared_url: str) -> None:
    """Accepted on 1 January: quiet on 1 April as of that day; heard of in May; quiet once more in August."""
    with press(shared_url, quiet_after="90d") as desk:
        desk.moment = datetime(2024, 1, 2, tzinfo=UTC)
        desk.load(bridge=True, fees=True)
        assert go(desk, "2024-03-30") == 0
        assert (go(desk, "2024-04-10"), go(desk, "2024-04-11")) == (1, 0)
        assert silences(desk) == [("WentQuiet", "2024-04-01")]
        assert is_flagged(desk)
        assert not is_flagged(desk, "2024-03-31")
        desk.moment = datetime(2024, 5, 2, tzinfo=UTC)
        desk.print(Story(RAISED, on="2024-05-01"))
        assert (desk.t.sweep(), desk.t.sweep()) == (1, 0)
        assert not is_flagged(desk)
        assert is_flagged(desk, "2024-04-20")
        assert go(desk, "2024-08-10") == 1
        assert silences(desk)[1:] == [("HeardAgain", "2024-05-01"), ("WentQuiet", "2024-07-30")]
        assert is_flagged(desk)


def test_a_fact_ends_a_silence_too() -> None:
    """What a party says of it is heard."""
    with press(quiet_after="30d") as desk:
        desk.moment = datetime(2024, 1, 2, tzinfo=UTC)
        desk.load(bridge=False, fees=True)
        assert go(desk, "2024-03-01") == 1
        desk.t.record("fees", PositionStated(party="port", position="kept", because="a speech"), "2024-02-20")
        assert desk.t.sweep() == 1
        assert not is_flagged(desk)
        assert is_flagged(desk, "2024-02-10")


def test_what_was_heard_late_takes_the_silence_back_where_it_began() -> None:
    """A report from within the silence that comes after it was flagged: on no day is it flagged."""
    with press(quiet_after="90d") as desk:
        desk.moment = datetime(2024, 1, 2, tzinfo=UTC)
        desk.load(bridge=False, fees=True)
        assert go(desk, "2024-04-10") == 1
        desk.print(Story(RAISED, on="2024-03-20"))
        assert desk.t.sweep() == 1
        assert [is_flagged(desk, day) for day in ("2024-04-01", "2024-04-05", "2024-04-10")] == [False] * 3
        assert go(desk, "2024-06-20") == 1  # three months after that report
        assert is_flagged(desk)


@pytest.mark.parametrize("quiet_after", ["", "90d"])
def test_only_what_runs_and_can_be_watched_goes_quiet(quiet_after: str) -> None:
    """Neither an achieve, nor what is over, nor anything where no duration is set."""
    with press(quiet_after=quiet_after) as desk:
        desk.moment = datetime(2024, 1, 2, tzinfo=UTC)
        desk.load(bridge=True, fees=True)
        if quiet_after:
            desk.wait(days=30)
            desk.t.record("fees", Violated(because="raised by half"), "2024-01-20")
        assert go(desk, "2026-01-01") == 0


def test_two_daemons_take_one_silence_down_once(shared_url: str) -> None:
    """Both look, both write: the ids follow from the content."""
    with press(shared_url, quiet_after="90d") as one, press(shared_url, quiet_after="90d") as other:
        one.moment = other.moment = datetime(2024, 1, 2, tzinfo=UTC)
        one.load(bridge=False, fees=True)
        late = datetime(2024, 4, 10, tzinfo=UTC)
        for desk in (one, other):
            with desk.t.database.writing() as connection:
                sweep(connection, "fees", PolicySettings(), late, timedelta(days=90))
        assert silences(one) == [("WentQuiet", "2024-04-01")]


def test_the_order_of_arrival_is_nothing_to_a_silence() -> None:
    """However its facts came in, it is flagged on the same days."""
    with press(quiet_after="30d") as desk:
        desk.moment = datetime(2024, 1, 2, tzinfo=UTC)
        desk.load(bridge=False, fees=True)
        go(desk, "2024-03-01")
        desk.t.record("fees", PositionStated(party="port", position="kept", because="a speech"), "2024-02-20")
        desk.t.sweep()
        go(desk, "2024-06-01")
        with desk.t.database.reading() as connection:
            first, *rest = log.read(connection, COMMITMENT + "fees")
        clock = [fact for fact in rest if isinstance(fact.event, WentQuiet | HeardAgain)]
        others = [fact for fact in rest if fact not in clock]
        assert len(clock) == 3
        days = [datetime(2024, month, day, tzinfo=UTC) for month in range(1, 7) for day in (1, 5, 21, 25)]

        def flagged(clock: list) -> list[bool]:  # type: ignore[type-arg]
            found = [timeline([first, *others, *clock]).at(day) for day in days]
            return [each is not None and each.quiet_since is not None for each in found]

        wanted = flagged(clock)
        assert True in wanted and False in wanted
        assert all(flagged(list(order)) == wanted for order in permutations(clock))


def test_a_duration_that_is_none_is_told() -> None:
    """One line, with the key."""
    with (
        pytest.raises(ConfigError, match=r"\[tracker\]: quiet_after: '3 moons' is no duration"),
        press(quiet_after="3 moons"),
    ):
        pass
