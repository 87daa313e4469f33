"""What a user may say about digests and mail in `config.toml`; a wrong value is a ValueError of one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from attrs import Attribute, field, frozen

from tracker.commitments.standing import State, Status
from tracker.digest.schedule import read
from tracker.errors import BadDate, did_you_mean
from tracker.evidence.when import zone_of
from tracker.feeds.settings import duration
from tracker.projections.answers import Commitment

_ADDRESS = re.compile(r"[^@\s<>,]+@[^@\s<>,]+")

# In the order in which an issue has them.
SECTIONS = ("corrections", "changes", "deadlines", "review", "feeds", "board", "timeline")

_STANDS = tuple(dict.fromkeys(word.value for word in (*Status, *State)))


def _one_of(*words: str) -> Callable[[object, Attribute[str], str], None]:
    def check(_: object, attribute: Attribute[str], value: str) -> None:
        if value not in words:
            raise ValueError(f"{attribute.name}: {value!r} is none of {', '.join(words)}")

    return check


def _is_address(_: object, attribute: Attribute[str], value: str) -> None:
    if value and not _ADDRESS.fullmatch(value):
        raise ValueError(f"{attribute.name}: {value!r} is no mail address")


def _is_zone(_: object, __: object, value: str) -> None:
    try:
        if value:
            zone_of(value)
    except BadDate as problem:
        raise ValueError(f"zone: {problem}") from problem


def _are_statuses(_: object, __: object, values: tuple[str, ...]) -> None:
    for value in values:
        if value not in _STANDS:
            near = did_you_mean(value, _STANDS)
            raise ValueError(f"statuses: {value!r} is none of {', '.join(_STANDS)}{near}")


@frozen(kw_only=True)
class Filter:
    """Which commitments a recipient wants: of any of these parties, statuses or states, ids, tags.

    What is empty asks for nothing; what is not must all hold.
    """

    parties: tuple[str, ...] = ()
    statuses: tuple[str, ...] = field(default=(), validator=_are_statuses)
    commitments: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether it takes everything."""
        return not (self.parties or self.statuses or self.commitments or self.tags)

    def takes(self, row: Commitment) -> bool:
        """Whether a commitment that stands so is wanted."""
        return (
            (not self.parties or not {*row.debtor, *row.creditor}.isdisjoint(self.parties))
            and (not self.statuses or row.status in self.statuses or row.state in self.statuses)
            and (not self.commitments or row.id in self.commitments)
            and (not self.tags or not set(row.tags).isdisjoint(self.tags))
        )


@frozen(kw_only=True)
class Recipient(Filter):
    """One who gets a digest: in `zone` (empty: the digest's), as text alone or as text and HTML ("html")."""

    address: str = field(validator=lambda _, __, value: _is_recipient(value))
    zone: str = field(default="", validator=_is_zone)
    format: str = field(default="html", validator=_one_of("html", "text"))

    @classmethod
    def from_text(cls, text: str) -> Recipient:
        """The short form in `config.toml`: the address alone."""
        return cls(address=text)

    @property
    def filter(self) -> Filter:
        """What is wanted, without who wants it."""
        return Filter(
            parties=self.parties, statuses=self.statuses, commitments=self.commitments, tags=self.tags
        )


def _is_recipient(value: str) -> None:
    if not _ADDRESS.fullmatch(value):
        raise ValueError(f"{value!r} is no mail address")


def _are_different(_: object, __: object, value: tuple[Recipient, ...]) -> None:
    seen: set[str] = set()
    for each in value:
        if each.address in seen:
            raise ValueError(f"recipients: {each.address!r} stands there twice")
        seen.add(each.address)


def _are_sections(_: object, __: object, value: tuple[str, ...]) -> None:
    for name in value:
        if name not in SECTIONS:
            near = did_you_mean(name, SECTIONS)
            raise ValueError(f"sections: {name!r} is none of {', '.join(SECTIONS)}{near}")


@frozen(kw_only=True)
class DigestSettings:
    """One `[[digest]]`.

    `schedule` is what `schedule.read` reads: "daily 07:00", "weekly monday 07:00", "cron 0 7 * * 1-5", or
    "on change, at most every 6h". `zone` and `subject` may be empty: the tracker's zone, and a subject made
    of what changed. `when_empty`, where nothing changed, is "skip", "send", or "send every 7th".
    """

    REPLACED: ClassVar = {
        "every": '; write schedule = "daily 07:00", "weekly monday 07:00" or "on change, at most every 6h"',
        "at": '; write it into the schedule, as in "daily 07:00"',
        "only": "; write parties into the table of each recipient: [[digest.recipients]]",
    }

    name: str = field(validator=lambda _, __, v: _is_name(v))
    recipients: tuple[Recipient, ...] = field(default=(), validator=_are_different)
    schedule: str = field(default="daily 07:00", validator=lambda _, __, value: read(value))
    zone: str = field(default="", validator=_is_zone)
    subject: str = ""
    sections: tuple[str, ...] = field(default=SECTIONS, validator=_are_sections)
    when_empty: str = field(default="skip", validator=lambda _, __, value: empty_every(value))


def empty_every(text: str) -> int:
    """How many slots in a row without a change make one that is sent all the same; 0 for never."""
    if text in ("skip", "send"):
        return int(text == "send")
    found = re.fullmatch(r"send every ([1-9]\d{0,3})(st|nd|rd|th)?", text)
    if not found:
        raise ValueError(f"when_empty: {text!r} is none of 'skip', 'send', 'send every 7th'")
    return int(found[1])


def _is_port(_: object, __: object, value: int) -> None:
    if not 0 < value < 65536:
        raise ValueError(f"port: {value} is no port; write a number from 1 to 65535")


def _is_positive(_: object, attribute: Attribute[float], value: float) -> None:
    if not value > 0:
        raise ValueError(f"{attribute.name}: {value} must be above zero")


def _is_name(value: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", value):
        raise ValueError(f"name: {value!r} must be of small letters, digits and hyphens")


@frozen(kw_only=True)
class SmtpSettings:
    """`[smtp]`: the server that takes our mail. `timeout` is in seconds; `unsubscribe` takes such mails;
    `keep` is how long the outbox keeps what it sent.

    `unsubscribe_url` is a page that takes one-click POSTs (RFC 8058), with {digest}, {recipient} and {token}
    in it where it wants them; the token proves that the link is ours, by `unsubscribe_secret`.
    """

    host: str = "localhost"
    port: int = field(default=25, validator=_is_port)
    security: str = field(default="none", validator=_one_of("none", "starttls", "tls"))
    username: str = ""
    password: str = field(default="", repr=False)
    sender: str = field(default="tracker@localhost", validator=_is_address)
    timeout: float = field(default=30.0, validator=_is_positive)
    unsubscribe: str = field(default="", validator=_is_address)
    keep: str = field(default="90d", validator=lambda _, __, value: duration(value))
    unsubscribe_url: str = field(default="", validator=lambda _, __, value: _is_link(value))
    unsubscribe_secret: str = field(default="", repr=False)

    def __attrs_post_init__(self) -> None:
        if "{token}" in self.unsubscribe_url and not self.unsubscribe_secret:
            raise ValueError("unsubscribe_url: has a {token}, and unsubscribe_secret is empty")


def _is_link(value: str) -> None:
    if not value:
        return
    if not value.startswith("https://"):
        raise ValueError(f"unsubscribe_url: {value!r} must begin with https://")
    try:
        value.format(digest="", recipient="", token="")
    except (KeyError, IndexError, ValueError) as problem:
        raise ValueError(
            f"unsubscribe_url: {value!r} may have {{digest}}, {{recipient}}, {{token}}, no other braces"
        ) from problem
