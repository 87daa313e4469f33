"""What a user may say about feeds in `config.toml`: one `[[feed]]` table each, and `[fetch]` for all.

Plain types and defaults only, so that any reader of TOML can fill them. Knows nothing of networks or of the
file the values came from; a wrong value is a `ValueError` of one line, which the config room places.
"""

from __future__ import annotations

import math
import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from attrs import Attribute, field, frozen

from tracker.errors import BadDate
from tracker.evidence.when import zone_of

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?[smhdw])+")
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)([smhdw])")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two letters at least, so that C:\feeds is a path
_LONGEST = timedelta(days=3660)


def duration(text: str) -> timedelta:
    """Read `30m`, `1h`, `2s`, `1.5h`, `1d`, `1h30m`; units are s, m, h, d and w.

    Raises `ValueError`, one line that says what to write, for anything else, for nothing, and for more than
    ten years.
    """
    compact = text.replace(" ", "").lower()
    if not _DURATION.fullmatch(compact):
        raise ValueError(f"{text!r} is no duration; write a number and a unit, such as '30m', '1h' or '1d'")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(compact))
    if not 0 < seconds <= _LONGEST.total_seconds():
        raise ValueError(f"{text!r} is no usable duration; it must be above zero and at most ten years")
    return timedelta(seconds=seconds)


def path_of(url: str) -> Path | None:
    """The file that `url` names, if it is a `file:` URL or has no scheme at all; None for anything remote."""
    if url.lower().startswith("file:"):
        return Path(unquote(urlsplit(url).path))
    return None if _SCHEME.match(url) else Path(url)


def _is_duration(_: object, __: Attribute[str], value: str) -> None:
    duration(value)


def _is_zone(_: object, attribute: Attribute[str], value: str) -> None:
    try:
        zone_of(value)
    except BadDate as problem:
        raise ValueError(f"{attribute.name}: {problem}") from problem


def _is_positive(_: object, attribute: Attribute[Any], value: float) -> None:
    if not 0 < value < math.inf:
        raise ValueError(f"{attribute.name} must be above zero and finite, not {value!r}")


def _is_count(_: object, attribute: Attribute[int], value: int) -> None:
    if value < 0:
        raise ValueError(f"{attribute.name} must not be below zero, but is {value!r}")


def _is_burst(_: object, attribute: Attribute[int], value: int) -> None:
    if not 1 <= value <= 100:
        raise ValueError(f"{attribute.name} must be from 1 to 100, but is {value!r}")


def _is_filled(_: object, attribute: Attribute[str], value: str) -> None:
    if not value.strip():
        raise ValueError(f"{attribute.name} must not be empty")


def _is_reachable(_: object, __: Attribute[str], value: str) -> None:
    if path_of(value) is None and not re.match(r"https?://[^/]", value, re.IGNORECASE):
        raise ValueError(
            f"{value!r} cannot be fetched; write an http or https address, or the path of a file"
        )


def _are_places(_: object, attribute: Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    for place in value:
        try:
            if "/" in place:
                ip_network(place.strip(), strict=False)
        except ValueError as problem:
            raise ValueError(f"{attribute.name}: {place!r} is no network, as 10.0.0.0/8 is") from problem


def _is_proxy(_: object, __: Attribute[str], value: str) -> None:
    try:
        url = urlsplit(value)
        is_good = not value or bool(url.scheme in ("http", "https") and url.hostname and url.port != 0)
    except ValueError:
        is_good = False
    if not is_good:
        raise ValueError(f"proxy: {value!r} is no address of a proxy; write http://host:port")


@frozen(kw_only=True)
class FeedSettings:
    """One `[[feed]]`.

    `url` is an http(s) address, a `file:` URL or a path. `publisher` names a `[[source]]`; the feed's own
    name stands in where it is empty. `interval` is the shortest time between two visits that the user wants.
    `zone` is what the feed's dates mean when they carry no zone. `headers` and the `user:password` in the
    environment variable `auth_env` go to the feed's own origin only. `allow_private` lets that origin be
    an address of the local network. `max_entries` bounds what one visit may bring. With `full_text` the page
    of each new entry is read, too.
    """

    name: str = field(validator=_is_filled)
    url: str = field(validator=[_is_filled, _is_reachable])
    publisher: str = ""
    language: str = ""
    interval: str = field(default="1h", validator=_is_duration)
    zone: str = field(default="UTC", validator=_is_zone)
    headers: dict[str, str] = field(factory=dict)
    auth_env: str = ""
    allow_private: bool = False
    max_entries: int = field(default=500, validator=_is_positive)
    full_text: bool = False

    @property
    def path(self) -> Path | None:
        """The file it is read from; None for a feed that is fetched."""
        return path_of(self.url)

    @property
    def source(self) -> str:
        """The name of its publisher."""
        return self.publisher or self.name


@frozen(kw_only=True)
class FetchSettings:
    """`[fetch]`: how we behave towards every server.

    `contact` is a URL or an address at which a publisher reaches the person behind the polling. `timeout` is
    seconds for the whole of one fetch, redirects and body together. `max_bytes` bounds a body, both as it
    is sent and as it is after inflating. `min_interval` is a floor for feeds of the open network;
    `max_interval` a ceiling for all waits, whatever a server asks. `allow_hosts` are host names, addresses
    or networks (CIDR) that may be private. `proxy` is the only way to a proxy: the environment is not read.
    A registrable domain is asked `domain_burst` times at once at the most, and then once in every
    `domain_interval`. After `moves_after` visits with the same permanent redirects a feed has moved. A visit
    to a feed with `full_text` reads the pages of its `pages` newest new entries, in `pages_timeout` seconds.
    """

    user_agent: str = field(default="commitment-tracker/0.1", validator=_is_filled)
    contact: str = ""
    timeout: float = field(default=20.0, validator=_is_positive)
    max_bytes: int = field(default=8 * 1024 * 1024, validator=_is_positive)
    max_header_bytes: int = field(default=64 * 1024, validator=_is_positive)
    max_redirects: int = field(default=5, validator=_is_count)
    min_interval: str = field(default="5m", validator=_is_duration)
    max_interval: str = field(default="1d", validator=_is_duration)
    allow_hosts: tuple[str, ...] = field(default=(), validator=_are_places)
    proxy: str = field(default="", validator=_is_proxy)
    domain_interval: str = field(default="1s", validator=_is_duration)
    domain_burst: int = field(default=5, validator=_is_burst)
    moves_after: int = field(default=5, validator=_is_positive)
    pages: int = field(default=10, validator=_is_count)
    pages_timeout: float = field(default=30.0, validator=_is_positive)

    @property
    def identity(self) -> str:
        """The User-Agent we send: who we are and where to complain."""
        return f"{self.user_agent} (+{self.contact})" if self.contact else self.user_agent
