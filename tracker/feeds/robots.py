"""What a host allows robots to read (RFC 9309), fetched within bounds and kept for a day at most.

A host that answers 4xx has no rules; one that cannot be reached, answers 5xx or 429, or says more than we
read, is left alone until it is asked again. Only pages are asked for under these rules: a feed is published
to be fetched by programs. Protego reads them: the parser of the standard library knows no `*` and no longest
match, and so reads other rules than the host wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from attrs import define, evolve, field, frozen
from protego import Protego

from tracker.errors import FetchFailed
from tracker.feeds.cadence import Hints, Outcome, allowed_from
from tracker.feeds.decode import decode
from tracker.feeds.fetch import Client, Permit, Request, fetch
from tracker.feeds.settings import FetchSettings

LARGEST = 500 * 1024  # as much as RFC 9309 asks of us
_LONGEST = timedelta(days=1)
_SHORTEST = timedelta(minutes=10)
_MOST = 5_000  # hosts that are remembered


@frozen
class Rules:
    """What one host allows a product: `*` is anything, `$` the end; the longest rule decides."""

    product: str = ""
    _parsed: Protego | None = None

    @classmethod
    def of(cls, text: str, product: str) -> Rules:
        """The rules for `product`, or else those for everybody."""
        return cls(product, Protego.parse(text))

    def allow(self, url: str) -> bool:
        """Whether the page may be read; where two rules are equally long, the one that allows."""
        return self._parsed is None or bool(self._parsed.can_fetch(url, self.product))


@frozen
class _Kept:
    """The rules of a host until they are asked for again; where there is a `problem`, nothing is allowed."""

    rules: Rules
    until: datetime
    problem: str = ""


@define
class Robots:
    """The rules of the hosts that were asked, and until when each is good."""

    _known: dict[str, _Kept] = field(factory=dict)

    async def check(
        self,
        client: Client,
        request: Request,
        settings: FetchSettings,
        now: Callable[[], datetime],
        permit: Permit | None,
    ) -> None:
        """Raise `FetchFailed` where the host does not allow the page that `request` asks for.

        Where its rules are not known they are asked for as the page itself is: with the same credentials, and
        each address after `permit`.
        """
        parts = urlsplit(request.url)
        place = f"{parts.scheme}://{parts.netloc}/robots.txt"
        kept = self._known.get(place)
        if kept is None or kept.until <= now():
            asked = evolve(request, url=place, accept="text/plain, */*;q=0.5", types=())
            kept = await _asked(client, asked, settings, now, permit)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[place] = kept
        if kept.problem:
            raise FetchFailed(f"{request.url}: what its host allows cannot be read: {kept.problem}")
        if not kept.rules.allow(request.url):
            raise FetchFailed(f"{request.url}: the robots.txt of its host does not allow it")


async def _asked(
    client: Client,
    request: Request,
    settings: FetchSettings,
    now: Callable[[], datetime],
    permit: Permit | None,
) -> _Kept:
    # Half the time: were the page's over first, nothing would be remembered, and the next page wait as long.
    bounds = evolve(settings, max_bytes=min(settings.max_bytes, LARGEST), timeout=settings.timeout / 2)
    try:
        response = await fetch(client, request, bounds, permit=permit)
    except FetchFailed as problem:
        return _Kept(Rules(), now() + _SHORTEST, str(problem))
    if response.status >= 500 or response.status == 429:
        return _Kept(Rules(), now() + _SHORTEST, f"{response.url}: the server answered {response.status}")
    text = decode(response.body).text if response.status == 200 else ""
    fresh = allowed_from(now(), Outcome(status=200, headers=response.headers), Hints()) - now()
    span = max(_SHORTEST, min(fresh, _LONGEST)) if fresh > timedelta(0) else _LONGEST
    return _Kept(Rules.of(text, settings.user_agent.partition("/")[0].strip()), now() + span)
