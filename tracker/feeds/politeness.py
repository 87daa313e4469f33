"""How often a registrable domain is asked, however many of its feeds we read.

Each domain has a bucket of tokens, one for each visit, that fills at a steady pace. A bucket is kept as a
single instant, when it will be full, so that daemons which share a database share it, too.

Pure: `now` is an argument. What is a public suffix is looked up in the list that tldextract brings along;
nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import evolve, frozen

from tracker.feeds.guard import is_allowed, is_public
from tracker.feeds.settings import FetchSettings, duration

if TYPE_CHECKING:  # it imports an HTTP client of its own, which we never use
    from tldextract import TLDExtract


@frozen
class Pace:
    """A token comes back `every` so often, and `burst` of them fill a bucket."""

    every: timedelta
    burst: int

    @classmethod
    def of(cls, fetch: FetchSettings) -> Pace:
        """As configured."""
        return cls(duration(fetch.domain_interval), fetch.domain_burst)


@frozen
class Bucket:
    """The tokens of one domain: all are there from `full_at` on, and none before `held_until`."""

    full_at: datetime
    held_until: datetime | None = None

    def room(self, now: datetime, pace: Pace) -> int:
        """How many visits may begin now."""
        if self.held_until is not None and self.held_until > now:
            return 0
        missing = -((now - self.full_at) // pace.every) if self.full_at > now else 0
        return max(0, pace.burst - missing)

    def opens_at(self, now: datetime, pace: Pace) -> datetime:
        """From when on a visit may begin."""
        token = max(now, self.full_at - (pace.burst - 1) * pace.every)
        return token if self.held_until is None else max(token, self.held_until)

    def taken(self, now: datetime, pace: Pace) -> Bucket:
        """With a token less."""
        return evolve(self, full_at=max(self.full_at, now) + pace.every)

    def held(self, until: datetime) -> Bucket:
        """With no token before `until`; a longer hold stays."""
        return evolve(self, held_until=until if self.held_until is None else max(self.held_until, until))


def domain_of(url: str, allow: Sequence[str] = ()) -> str:
    """The registrable domain that `url` counts for; empty where nobody else's server is asked.

    That goes for files, names without a dot, addresses that are not of the open network, and what
    `allow` (`allow_hosts`) names. A public address counts for itself. Suffixes under which anybody may
    have a name (github.io) are public, so that one tenant's limits are not another's.
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
    if is_allowed(host, host, allow):
        return ""
    try:
        ip_address(host)
    except ValueError:
        return _registrable(host) if "." in host else ""
    return host if is_public(host) else ""


def _registrable(host: str) -> str:
    found = _suffixes().extract_str(host)
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else host
    return ".".join(host.split(".")[-2:])  # the list's own rule for a suffix that is not on it


@cache
def _suffixes() -> TLDExtract:
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)
