"""What the tests of the feeds room share: a scripted server, and one way to fetch from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tests.feeds.scripted_server import ScriptedServer
from tracker.feeds.fetch import Request, Response, fetch, open_client
from tracker.feeds.settings import FetchSettings

Fetch = Callable[..., Response]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def get() -> Fetch:
    """Fetch an address of this machine, which is allowed unless `settings` says otherwise."""

    def run(request: Request | str, settings: FetchSettings | None = None) -> Response:
        settings = settings or FetchSettings(allow_hosts=("127.0.0.0/8",), timeout=5.0)
        asked = Request(url=request) if isinstance(request, str) else request

        async def once() -> Response:
            async with open_client(settings) as client:
                return await fetch(client, asked, settings)

        return asyncio.run(once())

    return run
