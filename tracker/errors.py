"""The exceptions of the package: one tree, each message one line that names the place and the mend.

No exception of SQLAlchemy, httpx, feedparser or smtplib leaves the package; each room translates what it
catches into one of these. Knows nothing of the other rooms.

`exit_status` is what the command line ends with: 2 where the user can mend it (a file, a flag, a key, a
date, a folder), 1 where we or the outside failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class TrackerError(Exception):
    """Root of everything the package raises on purpose."""

    exit_status = 1


class UserError(TrackerError):
    """Something the user can mend: bad input of any kind."""

    exit_status = 2


class ConfigError(UserError):
    """`config.toml` or an environment variable is wrong; names file and key."""


class DossierError(UserError):
    """A dossier is wrong; names file, table and key."""


class BadDate(UserError):
    """A text that should be a date or a time is none."""


class BadCondition(UserError):
    """The text of a condition cannot be parsed; points at the column."""


class BadPattern(UserError):
    """A watch profile or a concept cannot be compiled; names profile and pattern."""


class UnknownCommitment(UserError):
    """No commitment has this id."""


class UnknownFinding(UserError):
    """No finding has this id."""


class UnknownDocument(UserError):
    """No captured document has this number."""


class UnknownFeed(UserError):
    """No feed has this name."""


class UnknownDigest(UserError):
    """No digest has this name."""


class BadDocument(UserError):
    """A line or a file that should hold documents does not."""


class BadDecisions(UserError):
    """Some of a list of decisions are refused; `faults` holds each by its place, from 0, and why."""

    def __init__(self, faults: Sequence[tuple[int, str]]) -> None:
        super().__init__("; ".join(f"decision {place + 1}: {why}" for place, why in faults))
        self.faults = tuple(faults)


class BadExport(UserError):
    """A file that should hold an exported log does not, or not all of it; names the line."""


class UnstorableText(UserError):
    """A text with a character that not every database can store; names the stream and the character."""


class UnknownProjection(UserError):
    """No projection with this name is built in or installed."""


class ProjectionParked(TrackerError):
    """A projection could not take in an event and waits there; names position, reason and mend."""


class Refused(UserError):
    """A command that the rules do not allow; `rule` names which."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class LogUnavailable(UserError):
    """The database cannot be opened, read or written; names the place and the mend."""


class ReadOnlyDatabase(LogUnavailable):
    """The database can be read but not written."""


class SchemaMismatch(UserError):
    """The database's schema is older or newer than this program."""


class WrongVersion(TrackerError):
    """A stream is not at the version the writer expected."""

    def __init__(self, stream: str, expected: object, actual: int) -> None:
        super().__init__(f"stream {stream!r}: expected {expected}, found version {actual}")
        self.stream = stream
        self.expected = expected
        self.actual = actual


class UnknownEventType(TrackerError):
    """The log holds an event type or schema that this program does not know."""


class ChainBroken(TrackerError):
    """The hash chain of the log does not verify; `position` is the first bad one."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position


class FetchFailed(TrackerError):
    """A feed could not be fetched; the message says why."""


class ParseFailed(TrackerError):
    """The bytes of a feed hold no feed."""


class MailFailed(TrackerError):
    """The mail server could not be reached or refused us."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'interval'?)` for the nearest of `known`, or nothing where none is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""
