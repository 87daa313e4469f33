"""What a user may say about digests and mail in `config.toml`; a wrong value is a ValueError of one line."""

from __future__ import annotations

import re
from collections.abc import Callable

from attrs import Attribute, field, frozen

from tracker.errors import BadDate
from tracker.evidence.when import zone_of
from tracker.feeds.settings import duration

_ADDRESS = re.compile(r"[^@\s<>,]+@[^@\s<>,]+")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def _one_of(*words: str) -> Callable[[object, Attribute[str], str], None]:
    def check(_: object, attribute: Attribute[str], value: str) -> None:
        if value not in words:
            raise ValueError(f"{attribute.name}: {value!r} is none of {', '.join(words)}")

    return check


def _is_address(_: object, attribute: Attribute[str], value: str) -> None:
    if value and not _ADDRESS.fullmatch(value):
        raise ValueError(f"{attribute.name}: {value!r} is no mail address")


def _are_addresses(_: object, attribute: Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    for address in value:
        if not _ADDRESS.fullmatch(address):
            raise ValueError(f"{attribute.name}: {address!r} is no mail address")


def _is_time(_: object, __: object, value: str) -> None:
    if not _TIME.fullmatch(value):
        raise ValueError(f"at: {value!r} is no time of day; write it as 07:00")


def _is_zone(_: object, __: object, value: str) -> None:
    try:
        if value:
            zone_of(value)
    except BadDate as problem:
        raise ValueError(f"zone: {problem}") from problem


def _is_period(_: object, __: object, value: str) -> None:
    if value not in ("day", "week"):
        duration(value)


@frozen(kw_only=True)
class DigestSettings:
    """One `[[digest]]`.

    `every` is "day", "week" (on Mondays) or a duration; `at` the local time of the first two. `zone` and
    `subject` may be empty: the tracker's zone, and a subject made of what changed. `when_empty` is "skip" or
    "send". `only` keeps the commitments of these parties.
    """

    name: str = field(validator=lambda _, __, v: _is_name(v))
    recipients: tuple[str, ...] = field(default=(), validator=_are_addresses)
    every: str = field(default="day", validator=_is_period)
    at: str = field(default="07:00", validator=_is_time)
    zone: str = field(default="", validator=_is_zone)
    subject: str = ""
    when_empty: str = field(default="skip", validator=_one_of("skip", "send"))
    only: tuple[str, ...] = ()


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
    """`[smtp]`: the server that takes our mail. `timeout` is in seconds; `unsubscribe` takes such mails."""

    host: str = "localhost"
    port: int = field(default=25, validator=_is_port)
    security: str = field(default="none", validator=_one_of("none", "starttls", "tls"))
    username: str = ""
    password: str = field(default="", repr=False)
    sender: str = field(default="tracker@localhost", validator=_is_address)
    timeout: float = field(default=30.0, validator=_is_positive)
    unsubscribe: str = field(default="", validator=_is_address)
