"""What every store of the comparison has to keep: events as they come in, of about 320 bytes as JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tracker.commitments import events as e
from tracker.evidence.grade import Basis
from tracker.evidence.source import Citation
from tracker.evidence.when import Occurred

START = datetime(2018, 1, 1, tzinfo=UTC)


def event(number: int) -> e.PositionStated | e.Violated:
    """The event with this number; every fourth is a verdict."""
    cites = Citation(
        "Yonhap", "Ministry repeats its stand before talks", "2018-05-09", f"yna.test/{number:08}"
    )
    if number % 4:
        return e.PositionStated(
            party="rok",
            position=f"For the {number}. time: the step was in good faith and an answer in kind is due.",
            because="said by the spokesman at the daily briefing",
            cites=cites,
        )
    return e.Violated(
        by=("dprk",),
        clause="2 (1)",
        basis=Basis.CORROBORATED,
        findings=(f"{number:016x}", f"{number + 1:016x}"),
        rule="two origins",
        settings="5f2b",
        cites=cites,
    )


def occurred(number: int) -> Occurred:
    """When it happened: an instant of its own."""
    return Occurred.at(START + timedelta(seconds=977 * number, microseconds=number), "Asia/Seoul")


def stream(number: int) -> str:
    """The name of a stream."""
    return f"commitment/c{number}"
