"""Every trap that was measured on other readers, all in one process: what each ends in, what they cost."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.feeds.scripted_server import Asked, Script, ScriptedServer, answer

MEGABYTES = 150  # of peak memory, with interpreter and libraries
CHILD = """
import asyncio, json, sys
from tracker.errors import FetchFailed, ParseFailed
from tracker.feeds.fetch import Request, fetch, open_client
from tracker.feeds.parse import parse
from tracker.feeds.settings import FetchSettings

async def visit(url, timeout):
    settings = FetchSettings(allow_hosts=("127.0.0.1",), timeout=timeout)
    async with open_client(settings) as client:
        return await fetch(client, Request(url=url), settings)

def outcome(url, timeout):
    try:
        found = asyncio.run(visit(url, timeout))
        feed = parse(found.body, content_type=found.content_type, base_url=found.url)
    except (FetchFailed, ParseFailed) as problem:
        return f"{type(problem).__name__}: {problem}"
    first = feed.entries[0]
    kind = "salvaged" if feed.salvaged else "whole"
    counts = f"{len(feed.entries)} + {feed.dropped} entries, {len(repr(feed))} characters"
    return f"{kind}: {counts}, {first.title}|{first.body}"[:300]

told = {name: outcome(url, timeout) for name, url, timeout in json.load(sys.stdin)}
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps({"told": told, "megabytes": peak / 1024}))
"""


def rss(items: str, before: str = "") -> str:
    return f"{before}<rss version='2.0'><channel><title>c</title>{items}</channel></rss>"


def gzip_bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(megabytes)) + packer.flush()


def zstd_bomb(megabytes: int) -> bytes:
    """A frame of blocks that each say: this byte, 128 kB of it (RFC 8878, 3.1.1)."""
    block = (131_072 << 3 | 1 << 1).to_bytes(3, "little") + b"x"
    last = (1 << 3 | 1 << 1 | 1).to_bytes(3, "little") + b"x"
    return b"\x28\xb5\x2f\xfd\x00\x58" + block * (megabytes * 8) + last


def dripping(head: bytes) -> Script:
    """`head`, then a byte now and then for ever."""

    def script(_: Asked) -> Iterator[bytes | float]:
        yield head
        while True:
            yield b"y"
            yield 0.05

    return script


def endless(_: Asked) -> Iterator[bytes | float]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"10000\r\n" + b"x" * 65536 + b"\r\n"


def laughs() -> str:
    lines = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    return rss("<item><title>&l9;</title></item>", f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{lines}]>")


def set_out(server: ScriptedServer, secret: Path) -> None:
    """Every trap, at the path of its name."""
    bomb = gzip_bomb(400)
    korean = rss("<item><title>펲시 합의</title></item>").encode("cp949")
    outside = (
        f"<!DOCTYPE rss [<!ENTITY a SYSTEM '{secret.as_uri()}'><!ENTITY b SYSTEM '{server.url('/called')}'>"
        f"<!ENTITY % c SYSTEM '{server.url('/called')}'> %c;]>"
    )
    replies = {
        "gzip-bomb": answer(bomb, Content_Encoding="gzip"),
        "brotli-bomb": answer(bomb, Content_Encoding="br"),
        "zstd-bomb": answer(zstd_bomb(400), Content_Encoding="zstd"),
        "stacked-bomb": answer(gzip.compress(bomb), Content_Encoding="gzip, gzip"),
        "bomb-in-gzip": answer(gzip.compress(bomb), Content_Encoding="gzip"),
        "loop": answer(status=302, Location="/pool"),
        "pool": answer(status=302, Location="/loop"),
        "private": answer(status=301, Location=server.url("/called", "127.0.0.2")),
        "metadata": answer(status=302, Location="http://169.254.169.254/latest/meta-data/"),
        "wrong-charset": answer(korean, Content_Type="text/xml; charset=utf-8"),
        "narrow-charset": answer(korean, Content_Type="text/xml; charset=euc-kr"),
        "truncated": answer(
            rss("<item><title>a</title></item><item><title>b").removesuffix("</channel></rss>")
        ),
        "xxe": answer(rss("<item><title>kept &a;&b;</title></item>", outside)),
        "laughs": answer(laughs()),
        "entries": answer(rss("<item><title>t</title></item>" * 200_000)),
        "attribute": answer(rss(f"<item><title x='{'a' * 20_000_000}'>t</title></item>")),
        "attribute-below-the-cap": answer(rss(f"<item><title x='{'a' * 8_000_000}'>t</title></item>")),
    }
    for name, reply in replies.items():
        server.on(f"/{name}", reply)
    for number in range(9):
        server.on(f"/chain{number}", answer(status=302, Location=f"/chain{number + 1}"))
    server.play("/slow-header", dripping(b"HTTP/1.1 200 OK\r\nX: "))
    server.play("/slow-body", dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"))
    server.play("/endless", endless)


TOO_LARGE = r"FetchFailed: .*larger than 8,388,608 bytes"
ENDS = {
    "gzip-bomb": TOO_LARGE,
    "brotli-bomb": "FetchFailed: .*'br', though we accept gzip only",
    "zstd-bomb": "FetchFailed: .*'zstd', though we accept gzip only",
    "stacked-bomb": "FetchFailed: .*'gzip, gzip', though we accept gzip only",
    "bomb-in-gzip": "ParseFailed: no feed in it",
    "slow-header": r"FetchFailed: .*no complete answer in 0\.5 s",
    "slow-body": r"FetchFailed: .*no complete answer in 0\.5 s",
    "endless": TOO_LARGE,
    "loop": "FetchFailed: .*redirects in a circle",
    "chain0": "FetchFailed: .*more than 5 redirects",
    "private": r"FetchFailed: 127\.0\.0\.2 is not an address of the open network",
    "metadata": r"FetchFailed: 169\.254\.169\.254 is not an address of the open network",
    "wrong-charset": r"salvaged: 1 \+ 0 entries",
    "narrow-charset": r"whole: 1 \+ 0 entries, \d+ characters, 펲시 합의\|$",
    "truncated": r"salvaged: 2 \+ 0 entries, \d+ characters, a\|",
    "xxe": r"\w+: 1 \+ 0 entries, \d+ characters, kept[^A-Z]*\|$",
    "laughs": r"\w+: 1 \+ 0 entries, \d{3,5} characters",
    "entries": r"whole: 500 \+ 199500 entries",
    "attribute": TOO_LARGE,
    "attribute-below-the-cap": r"whole: 1 \+ 0 entries, \d{3,4} characters, t\|$",
}
SLOW = {"slow-header", "slow-body"}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_every_trap_ends_as_it_should_and_all_of_them_within_150_megabytes(
    server: ScriptedServer, tmp_path: Path
) -> None:
    """Fetched and parsed in one child, whose peak counts them all; nothing is called that a trap names."""
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    set_out(server, secret)
    asked = [(name, server.url(f"/{name}"), 0.5 if name in SLOW else 30.0) for name in ENDS]
    done = subprocess.run(
        [sys.executable, "-c", CHILD], input=json.dumps(asked), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    wrong = {name: told for name, told in found["told"].items() if not re.match(ENDS[name], told)}
    assert wrong == {}
    assert "SECRET" not in done.stdout
    assert "/called" not in {each.path for each in server.asked}
    assert found["megabytes"] < MEGABYTES
