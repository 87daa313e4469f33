"""One line of a diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from attrs import frozen

from tracker.errors import TrackerError


class Grade(StrEnum):
    """How it is: `warn` works and wants to be looked at, `fail` does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@frozen(kw_only=True)
class Found:
    """What was looked at, how it is, in words, and the mend; empty where there is nothing to mend, or the
    words say it."""

    grade: Grade
    what: str
    told: str
    mend: str = ""


def well(what: str, told: str) -> Found:
    """All is as it should be."""
    return Found(grade=Grade.OK, what=what, told=told)


def warn(what: str, told: str, mend: str = "") -> Found:
    """It works, and somebody should look at it."""
    return Found(grade=Grade.WARN, what=what, told=told, mend=mend)


def fail(what: str, told: str, mend: str = "") -> Found:
    """It does not work."""
    return Found(grade=Grade.FAIL, what=what, told=told, mend=mend)


def safely(what: str, look: Callable[[], Iterable[Found]]) -> Iterator[Found]:
    """What a look finds; where the look itself fails, that is what is found."""
    try:
        yield from look()
    except TrackerError as problem:
        yield fail(what, str(problem))
    except OSError as problem:
        yield fail(what, f"{problem.filename or what}: {problem.strerror or problem}")


def some(names: Iterable[str]) -> str:
    """Names in a line: the first few, and how many more."""
    every = list(names)
    return ", ".join(every[:5]) + (f" and {len(every) - 5} more" if len(every) > 5 else "")
