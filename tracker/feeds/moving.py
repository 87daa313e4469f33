"""Whether a feed has moved for good.

One permanent redirect proves little: it may be a mistake that is mended within the hour. So the address moves
only after the same chain of 301 and 308 has led to the feed several times running.

Pure: judges answers, and knows nothing of where the count is kept.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from attrs import frozen

from tracker.feeds.fetch import Response
from tracker.feeds.settings import FeedSettings


@frozen
class Trail:
    """The chain of redirects that led to the feed, and for how many visits running."""

    chain: str = ""
    count: int = 0

    def after(self, response: Response | None, *, is_good: bool) -> Trail:
        """After one more visit.

        No answer says nothing. Any other answer than the feed at the end of the same permanent chain begins
        anew: another way there, a hop for now only, an error, or the feed where it always was.
        """
        if response is None:
            return self
        if not is_good or response.permanent_url is None:
            return Trail()
        hops = [f"{hop.status} {hop.url}" for hop in response.hops[:-1]]
        chain = " ".join([*hops, response.permanent_url])
        return Trail(chain, self.count + 1 if chain == self.chain else 1)


def may_move(feed: FeedSettings, target: str) -> bool:
    """Whether the address of a feed may become `target`.

    What is for the feed's own origin (credentials, headers, leave to be private) would go to another one
    with it. Such a feed is followed anew at each visit instead, and so is one with a password in its address.
    """
    here, there = urlsplit(feed.url), urlsplit(target)
    if here.username or here.password:
        return False
    is_bound = bool(feed.headers or feed.auth_env or feed.allow_private)
    return not is_bound or _origin(here) == _origin(there)


def _origin(url: SplitResult) -> tuple[str, str, int]:
    scheme = url.scheme.lower()
    return scheme, (url.hostname or "").lower(), url.port or (443 if scheme == "https" else 80)
