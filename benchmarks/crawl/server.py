"""A server of feeds for the benchmarks, as a process of its own: `python -m benchmarks.crawl.server`.

Says its port, and ends with its standard input. `/50/N` is feed number N, with 50 entries; its ETag never
changes, and whoever brings it is answered 304. Connections are kept. A bare protocol, without streams: it
must never be what holds the others up.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TAG = b'"of-the-feed"'
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nETag: " + TAG + b"\r\n\r\n"
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
FOUND = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\nETag: %s\r\n"
    b"Content-Length: %d\r\n\r\n%s"
)
CHANNEL = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed @N@</title>'
    "<link>http://news.example/@N@/</link><description>What happened</description>{}</channel></rss>"
)
ITEM = (
    "<item><title>The parties met for the {0}. time, says @N@</title>"
    "<link>http://news.example/@N@/{0}</link>"
    '<guid isPermaLink="false">@N@-{0}</guid><pubDate>Sat, 28 Apr 2018 {1:02}:{0:02}:00 GMT</pubDate>'
    "<description>&lt;p&gt;Both sides &lt;b&gt;agreed&lt;/b&gt; on Friday to meet again within a month, and "
    "to let inspectors see the &lt;a href=&quot;/site/{0}&quot;&gt;northern site&lt;/a&gt; before the end of "
    "the year. Neither said what would follow if they did not. A spokesman called the talks, the {0}. since "
    "the spring, frank and useful; diplomats of two neighbours said that they had been told of them "
    "beforehand.&lt;/p&gt;</description></item>"
)


@cache
def template(entries: int) -> bytes:
    """A feed whose number stands at every `@N@`: as many bytes of it in every feed, other words in each."""
    return CHANNEL.format("".join(ITEM.format(n, 23 - n % 24) for n in range(entries))).encode()


class Answering(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self.got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers go to."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that has come in whole."""
        self.got += data
        while b"\r\n\r\n" in self.got:
            head, _, self.got = self.got.partition(b"\r\n\r\n")
            self.transport.write(self.answer(head))

    def answer(self, head: bytes) -> bytes:
        """What to say to a request."""
        _, path, _ = head.split(b" ", 2)
        entries, _, number = path[1:].partition(b"/")
        if not entries.isdigit() or not number.isdigit():
            return MISSING
        if TAG in head:
            return NOT_MODIFIED
        body = template(int(entries)).replace(b"@N@", number)
        return FOUND % (TAG, len(body), body)


async def serve() -> None:
    """Until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "127.0.0.1", 0, backlog=200)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server that runs meanwhile."""
    command = [sys.executable, "-m", "benchmarks.crawl.server"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as own:
        assert own.stdout is not None and own.stdin is not None
        try:
            yield f"http://127.0.0.1:{int(own.stdout.readline())}"
        finally:
            own.stdin.close()
            own.wait()


if __name__ == "__main__":
    asyncio.run(serve())
