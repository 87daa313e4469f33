"""Short ways to write drafts and to look at a log, for the tests of the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tracker.commitments.events import Accepted, Event
from tracker.evidence.when import Occurred
from tracker.log.log import Draft

THEN = Occurred.at(datetime(2018, 5, 9, 3, tzinfo=UTC), "Asia/Seoul")
START = datetime(2020, 1, 1, tzinfo=UTC)


class Clock:
    """A present that the test moves."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: int) -> datetime:
        """Move by so many `days`, `seconds` …; back, where negative."""
        self.moment += timedelta(**by)
        return self.moment


def draft(because: str = "it was said", event_id: str = "", event: Event | None = None) -> Draft:
    """A draft of an acceptance, or of another event."""
    return Draft(event or Accepted(because=because), THEN, id=event_id, recorded_by="tester", cause="a test")


def drafts(count: int, prefix: str = "") -> list[Draft]:
    """So many drafts, told apart by their words, and by ids where a prefix is given."""
    return [draft(f"no. {i}", f"{prefix}{i}" if prefix else "") for i in range(count)]
