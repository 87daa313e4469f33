"""One visit: what a server may cost us, where it may lead us, and what it may learn."""

from __future__ import annotations

import asyncio
import gzip
import os
import ssl
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.feeds.conftest import Fetch
from tests.feeds.scripted_server import Asked, ScriptedServer, answer
from tracker.errors import FetchFailed
from tracker.feeds.fetch import Request, fetch, open_client, read_local
from tracker.feeds.settings import FeedSettings, FetchSettings

FEED = b"<rss version='2.0'><channel><title>Pledges</title></channel></rss>"
LOOPBACK = ("127.0.0.0/8",)


def settings(**changes: object) -> FetchSettings:
    return FetchSettings(**{"allow_hosts": LOOPBACK, "timeout": 5.0, **changes})  # type: ignore[arg-type]


def test_a_plain_feed_comes_back_whole(server: ScriptedServer, get: Fetch) -> None:
    """Body, validators and content type arrive as the server gave them."""
    url = server.on(
        "/feed", answer(FEED, ETag='W/"a b"', Last_Modified="yesterday", Content_Type="text/xml; charset=x")
    )
    got = get(url)
    assert (got.status, got.body, got.url, got.permanent_url) == (200, FEED, url, None)
    assert (got.etag, got.last_modified, got.content_type) == ('W/"a b"', "yesterday", "text/xml; charset=x")
    assert got.elapsed > 0


def test_validators_go_back_verbatim(server: ScriptedServer, get: Fetch) -> None:
    """What the server gave as ETag and Last-Modified is returned to the byte, however odd."""
    url = server.on("/feed", answer(status=304, Cache_Control="max-age=900"))
    got = get(Request(url=url, etag='W/"a b"', last_modified="last Tuesday-ish"))
    assert (got.status, got.body, got.headers["cache-control"]) == (304, b"", "max-age=900")
    sent = server.asked[0].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('W/"a b"', "last Tuesday-ish")


def test_validators_and_headers_may_hold_any_letter(server: ScriptedServer, get: Fetch) -> None:
    """What is not ASCII is sent as UTF-8: one odd ETag must not stop the round for all feeds."""
    url = server.on("/feed", answer(FEED, ETag='"판"'.encode().decode("latin-1")))
    got = get(url, settings(contact="Frau Müller"))
    assert (got.body, got.etag) == (FEED, '"판"')
    get(Request(url=url, etag=got.etag, headers={"X-Desk": "서울"}))
    sent = [asked.headers for asked in server.asked]
    assert sent[0]["user-agent"].encode("latin-1").decode() == "commitment-tracker/0.1 (+Frau Müller)"
    assert sent[1]["if-none-match"].encode("latin-1").decode() == '"판"'
    assert sent[1]["x-desk"].encode("latin-1").decode() == "서울"


def test_a_header_that_cannot_be_sent_fails_alone(server: ScriptedServer, get: Fetch) -> None:
    """A name or a value that HTTP forbids is this feed's failure, in one line."""
    url = server.on("/feed", answer(FEED))
    for headers in ({"X-Bär": "x"}, {"X Y": "x"}, {"X": "a\nb"}):
        with pytest.raises(FetchFailed, match=r"Illegal header|can't encode"):
            get(Request(url=url, headers=headers))


def test_we_say_who_we_are(server: ScriptedServer, get: Fetch) -> None:
    """The User-Agent is ours, with the contact; gzip is the only coding we accept; the URL is untouched."""
    url = server.on("/feed?b=2&a=1", answer(FEED))
    get(url, settings(contact="https://example.org/bot"))
    sent = server.asked[0]
    assert sent.path == "/feed?b=2&a=1"
    assert sent.headers["user-agent"] == "commitment-tracker/0.1 (+https://example.org/bot)"
    assert sent.headers["accept-encoding"] == "gzip"


def test_gzip_is_inflated(server: ScriptedServer, get: Fetch) -> None:
    """A gzip body arrives inflated, also when it is larger than one step and comes in small pieces."""
    body = os.urandom(50_000).hex().encode() * 3
    packed = answer(gzip.compress(body), Content_Encoding="gzip")

    def script(_: Asked) -> Iterator[bytes | float]:
        yield from (packed[at : at + 999] for at in range(0, len(packed), 999))

    assert get(server.play("/feed", script)).body == body


def test_a_gzip_bomb_meets_the_cap(server: ScriptedServer, get: Fetch) -> None:
    """A body that inflates a thousandfold is refused at max_bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(60)) + packer.flush()
    assert len(bomb) < 100_000
    url = server.on("/bomb", answer(bomb, Content_Encoding="gzip"))
    with pytest.raises(FetchFailed, match="larger than 1,000,000 bytes"):
        get(url, settings(max_bytes=1_000_000))


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, gzip", "gzip, br", "x-unknown"])
def test_other_and_stacked_codings_are_refused(server: ScriptedServer, get: Fetch, coding: str) -> None:
    """Only a single gzip is inflated: nothing else can be stopped half-way."""
    url = server.on("/feed", answer(gzip.compress(gzip.compress(FEED)), Content_Encoding=coding))
    with pytest.raises(FetchFailed, match="we accept gzip only"):
        get(url)


def test_a_gzip_body_that_breaks_off_is_no_feed(server: ScriptedServer, get: Fetch) -> None:
    """Half a feed is not kept: its validators would hide the other half for good."""
    packed = gzip.compress(os.urandom(5000))
    url = server.on("/feed", answer(packed[:-3000], Content_Encoding="gzip"))
    with pytest.raises(FetchFailed, match="ends before its end"):
        get(url)


def test_a_body_shorter_than_promised_is_no_feed(server: ScriptedServer, get: Fetch) -> None:
    """A connection that closes before Content-Length is reached fails."""

    def script(_: Asked) -> Iterator[bytes | float]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n<rss>"
        raise ConnectionResetError

    with pytest.raises(FetchFailed):
        get(server.play("/feed", script))


def test_a_large_body_is_refused_by_its_promise_and_by_its_size(server: ScriptedServer, get: Fetch) -> None:
    """An endless body stops at max_bytes, with or without a Content-Length."""

    def endless(_: Asked) -> Iterator[bytes | float]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        while True:
            yield b"2000\r\n" + b"x" * 8192 + b"\r\n"

    for url in (server.play("/endless", endless), server.on("/large", answer(b"x" * 100_001))):
        with pytest.raises(FetchFailed, match="larger than 100,000 bytes"):
            get(url, settings(max_bytes=100_000))


def test_a_slow_header_meets_the_deadline(server: ScriptedServer, get: Fetch) -> None:
    """A server that sends a header byte now and then is left at the total deadline."""

    def drip(_: Asked) -> Iterator[bytes | float]:
        yield b"HTTP/1.1 200 OK\r\nX: "
        while True:
            yield b"y"
            yield 0.05

    started = time.monotonic()
    with pytest.raises(FetchFailed, match=r"no complete answer in 0\.4 s"):
        get(server.play("/drip", drip), settings(timeout=0.4))
    assert time.monotonic() - started < 2


def test_a_slow_body_meets_the_deadline(server: ScriptedServer, get: Fetch) -> None:
    """So is one that drips its body, though every single read is quick."""

    def drip(_: Asked) -> Iterator[bytes | float]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
        while True:
            yield b"y"
            yield 0.05

    with pytest.raises(FetchFailed, match="no complete answer"):
        get(server.play("/drip", drip), settings(timeout=0.4))


def test_large_headers_are_refused(server: ScriptedServer, get: Fetch) -> None:
    """Headers over max_header_bytes fail, and endless headers fail without waiting for their end."""

    def endless(_: Asked) -> Iterator[bytes | float]:
        yield b"HTTP/1.1 200 OK\r\n"
        while True:
            yield b"X-Padding: " + b"y" * 1000 + b"\r\n"

    with pytest.raises(FetchFailed, match="max_header_bytes"):
        get(server.on("/large", answer(FEED, X_Padding="y" * 5000)), settings(max_header_bytes=4096))
    with pytest.raises(FetchFailed):
        get(server.play("/endless", endless))


def test_garbage_in_place_of_http_is_one_clear_line(server: ScriptedServer, get: Fetch) -> None:
    """Whatever a port answers, the failure is a FetchFailed that names the address, on one line."""
    url = server.on("/feed", b"220 mail.example ESMTP\r\n\r\n")
    with pytest.raises(FetchFailed) as caught:
        get(url)
    assert url in str(caught.value) and "\n" not in str(caught.value)


def test_nobody_listening_is_a_failure(get: Fetch) -> None:
    """A refused connection is a FetchFailed."""
    with pytest.raises(FetchFailed, match=r"http://127\.0\.0\.1:9/"):
        get("http://127.0.0.1:9/")


def test_errors_of_the_server_are_answers(server: ScriptedServer, get: Fetch) -> None:
    """404, 410, 429 and 503 come back with the headers that cadence needs, and without a body."""
    for status in (404, 410, 429, 503):
        url = server.on(f"/{status}", answer("sorry", status, Retry_After="120"))
        got = get(url)
        assert (got.status, got.body, got.headers["retry-after"]) == (status, b"", "120")


def test_a_wholly_permanent_chain_is_learnt(server: ScriptedServer, get: Fetch) -> None:
    """301 and 308 all the way: the final address is the permanent one."""
    server.on("/a", answer(status=301, Location="/b"))
    server.on("/b", answer(status=308, Location=server.url("/c")))
    server.on("/c", answer(FEED))
    got = get(server.url("/a"))
    assert (got.url, got.permanent_url) == (server.url("/c"), server.url("/c"))
    assert [hop.status for hop in got.hops] == [301, 308, 200]


@pytest.mark.parametrize("statuses", [(302,), (301, 302), (307, 301), (303, 308)])
def test_a_chain_with_one_temporary_hop_is_not_learnt(
    server: ScriptedServer, get: Fetch, statuses: tuple[int, ...]
) -> None:
    """One hop that is not for good makes the whole chain temporary."""
    for number, status in enumerate(statuses):
        server.on(f"/{number}", answer(status=status, Location=f"/{number + 1}"))
    server.on(f"/{len(statuses)}", answer(FEED))
    got = get(server.url("/0"))
    assert (got.body, got.permanent_url) == (FEED, None)


def test_redirects_end(server: ScriptedServer, get: Fetch) -> None:
    """Circles, and chains longer than max_redirects, fail; a chain of exactly that length does not."""
    server.on("/loop", answer(status=302, Location="/pool"))
    server.on("/pool", answer(status=302, Location="/loop"))
    with pytest.raises(FetchFailed, match="circle"):
        get(server.url("/loop"))
    for number in range(9):
        server.on(f"/{number}", answer(status=302, Location=f"/{number + 1}"))
    server.on("/9", answer(FEED))
    with pytest.raises(FetchFailed, match="more than 3 redirects"):
        get(server.url("/0"), settings(max_redirects=3))
    assert get(server.url("/6"), settings(max_redirects=3)).body == FEED


@pytest.mark.parametrize(
    "target",
    [
        *("file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/", "http://[::1/", ""),
        *("http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http://xn--a/"),
    ],
)
def test_redirects_lead_to_http_only(server: ScriptedServer, get: Fetch, target: str) -> None:
    """A redirect to a file, to another scheme, to nonsense or to nowhere fails."""
    with pytest.raises(FetchFailed):
        get(server.on("/feed", answer(status=302, Location=target)))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]"]
)
def test_private_addresses_are_refused_before_dialling(server: ScriptedServer, get: Fetch, host: str) -> None:
    """However loopback is written, no connection is opened unless it is allowed."""
    server.on("/feed", answer(FEED))
    with pytest.raises(FetchFailed, match=r"not an address of the open|is no address"):
        get(server.url("/feed", host), FetchSettings(timeout=5.0))
    assert server.asked == []


def test_a_redirect_to_a_private_address_is_refused(server: ScriptedServer, get: Fetch) -> None:
    """The guard judges every hop: an allowed host cannot lead on to one that is not."""
    url = server.on("/feed", answer(status=301, Location=server.url("/secret", "127.0.0.2")))
    server.on("/secret", answer(FEED))
    with pytest.raises(FetchFailed, match=r"127\.0\.0\.2 is not an address"):
        get(url, settings(allow_hosts=("127.0.0.1",)))
    assert [asked.path for asked in server.asked] == ["/feed"]


def test_allow_private_is_for_the_feeds_own_origin(server: ScriptedServer, get: Fetch) -> None:
    """A feed that may be private may not lead to other private places."""
    url = server.on("/feed", answer(FEED))
    assert get(Request(url=url, allow_private=True), FetchSettings()).body == FEED
    server.on("/moved", answer(status=302, Location="http://127.0.0.1:9/"))
    with pytest.raises(FetchFailed, match="not an address of the open network"):
        get(Request(url=server.url("/moved"), allow_private=True), FetchSettings())


def test_the_address_that_was_judged_is_dialled(server: ScriptedServer) -> None:
    """A name that answers differently the second time is asked once per hop, and never again for dialling."""
    server.on("/feed", answer(FEED))
    answers = [["127.0.0.1"], ["127.0.0.9"]]
    asked: list[str] = []

    async def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers.pop(0)

    async def run() -> None:
        limits = settings(allow_hosts=("127.0.0.1",))
        async with open_client(limits, resolver=resolver) as client:
            request = Request(url=server.url("/feed", "rebind.example"))
            assert (await fetch(client, request, limits)).body == FEED
            with pytest.raises(FetchFailed, match=r"rebind\.example \(127\.0\.0\.9\)"):
                await fetch(client, request, limits)

    asyncio.run(run())
    assert asked == ["rebind.example", "rebind.example"]
    assert [one.headers["host"] for one in server.asked] == [f"rebind.example:{server.port}"]


def test_a_dead_address_among_several_is_passed_over(server: ScriptedServer) -> None:
    """Where one of a host's addresses does not answer, the next is tried."""
    server.on("/feed", answer(FEED))

    async def resolver(host: str, port: int) -> list[str]:
        return ["127.0.0.77", "127.0.0.1"]

    async def run() -> None:
        async with open_client(settings(), resolver=resolver) as client:
            got = await fetch(client, Request(url=server.url("/feed", "two.example")), settings())
            assert got.body == FEED

    asyncio.run(run())


def test_credentials_stay_at_home(server: ScriptedServer, get: Fetch) -> None:
    """Headers and password go to the feed's origin, also after a redirect within it, and nowhere else."""
    server.on("/a", answer(status=302, Location="/b"))
    server.on("/b", answer(status=302, Location=server.url("/c", "127.0.0.2")))
    with ScriptedServer() as other:
        other.on("/c", answer(FEED))
        server.on("/b", answer(status=302, Location=other.url("/c")))
        got = get(Request(url=server.url("/a"), headers={"X-Key": "k"}, auth="user:secret"))
        assert got.body == FEED
        assert [asked.headers.get("x-key") for asked in server.asked] == ["k", "k"]
        assert all(asked.headers["authorization"].startswith("Basic ") for asked in server.asked)
        assert not {"x-key", "authorization"} & set(other.asked[0].headers)


def test_credentials_in_an_address_are_sent_and_never_shown(server: ScriptedServer, get: Fetch) -> None:
    """user:password@ becomes a header; no response and no message holds it."""
    url = server.on("/feed", answer(FEED)).replace("http://", "http://user:secret@")
    got = get(url)
    assert server.asked[0].headers["authorization"] == "Basic dXNlcjpzZWNyZXQ="
    assert "secret" not in repr(got)
    with pytest.raises(FetchFailed) as caught:
        get("http://user:secret@127.0.0.1:9/")
    assert "secret" not in str(caught.value)


def test_the_password_comes_from_the_environment() -> None:
    """auth_env names a variable; one that is not set is said so, and repr never shows the value."""
    feed = FeedSettings(name="kept", url="https://example.org/", auth_env="FEED_LOGIN")
    request = Request.of(feed, {"FEED_LOGIN": "user:secret"}, etag="x")
    assert (request.auth, request.etag) == ("user:secret", "x")
    assert "secret" not in repr(request)
    with pytest.raises(FetchFailed, match="kept: the environment variable FEED_LOGIN"):
        Request.of(feed, {})


def test_cookies_are_not_kept(server: ScriptedServer) -> None:
    """A cookie that a server sets is not sent back, to it or to anyone at the same address."""
    server.on("/feed", answer(FEED, Set_Cookie="who=me; Path=/"))

    async def run() -> None:
        async with open_client(settings()) as client:
            for _ in range(2):
                await fetch(client, Request(url=server.url("/feed")), settings())

    asyncio.run(run())
    assert all("cookie" not in asked.headers for asked in server.asked)


def test_a_connection_is_used_again_for_one_host_and_not_for_two(server: ScriptedServer) -> None:
    """Keep-alive serves unchanged feeds; another host at the same address gets a connection of its own."""
    server.on("/feed", answer(status=304))

    async def resolver(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def run() -> None:
        async with open_client(settings(), resolver=resolver) as client:
            for host in ("one.example", "one.example", "two.example"):
                await fetch(client, Request(url=server.url("/feed", host)), settings())

    asyncio.run(run())
    assert [asked.connection for asked in server.asked] == [1, 1, 2]


def test_the_environment_names_no_proxy(
    server: ScriptedServer, get: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """http_proxy is not read; a proxy comes from the settings only."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9")
    assert get(server.on("/feed", answer(FEED))).body == FEED


def test_a_proxy_from_the_settings_is_asked_by_name(server: ScriptedServer) -> None:
    """Through a configured proxy the request names the host; the guard still judges it first."""
    server.on("http://feeds.example/feed", answer(FEED))

    async def resolver(host: str, port: int) -> list[str]:
        return ["10.0.0.1" if host == "inside.example" else "93.184.215.14"]

    async def run() -> None:
        limits = FetchSettings(proxy=server.url(""))
        async with open_client(limits, resolver=resolver) as client:
            assert (await fetch(client, Request(url="http://feeds.example/feed"), limits)).body == FEED
            with pytest.raises(FetchFailed, match="not an address of the open network"):
                await fetch(client, Request(url="http://inside.example/feed"), limits)

    asyncio.run(run())


def test_tls_is_verified_for_the_name_though_an_address_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate must be trusted, and be that of the host that was asked for."""
    certificate = Path(__file__).with_name("feed.example.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    async def resolver(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def ask(host: str) -> bytes:
        url = server.url("/feed", host).replace("http:", "https:")
        async with open_client(settings(), resolver=resolver) as client:
            return (await fetch(client, Request(url=url), settings())).body

    with ScriptedServer(tls=context) as server:
        server.on("/feed", answer(FEED))
        with pytest.raises(FetchFailed, match="certificate verify failed"):
            asyncio.run(ask("feed.example"))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert asyncio.run(ask("feed.example")) == FEED
        with pytest.raises(FetchFailed, match="certificate verify failed"):
            asyncio.run(ask("other.example"))


def test_bombs_cost_no_memory(server: ScriptedServer) -> None:
    """Hundreds of megabytes behind few bytes, and bodies without end, are refused with little in use."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(400)) + packer.flush()
    server.on("/gzip", answer(bomb, Content_Encoding="gzip"))
    server.on("/brotli", answer(bomb, Content_Encoding="br"))
    server.on("/stacked", answer(gzip.compress(bomb), Content_Encoding="gzip, gzip"))

    def endless(_: Asked) -> Iterator[bytes | float]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        while True:
            yield b"10000\r\n" + b"x" * 65536 + b"\r\n"

    server.play("/endless", endless)
    script = f"""
import asyncio
from pathlib import Path
from tracker.errors import FetchFailed
from tracker.feeds.fetch import Request, fetch, open_client
from tracker.feeds.settings import FetchSettings
settings = FetchSettings(allow_hosts=("127.0.0.1",))
async def run():
    async with open_client(settings) as client:
        for path in ("gzip", "brotli", "stacked", "endless"):
            try:
                await fetch(client, Request(url="{server.url("/")}" + path), settings)
            except FetchFailed:
                print(path)
asyncio.run(run())
# Not ru_maxrss: Linux lets a child begin with its parent's, and a worker of pytest may be large.
peak = Path("/proc/self/status").read_text().split("VmHWM:")[1]
print(int(peak.split()[0]) // 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    *refused, megabytes = done.stdout.split()
    assert refused == ["gzip", "brotli", "stacked", "endless"]
    assert int(megabytes) < 150


def test_a_local_file_is_read_once(tmp_path: Path) -> None:
    """A file gives 200 with a validator; with it, 304 until the file changes."""
    path = tmp_path / "feed.xml"
    path.write_bytes(FEED)
    first = read_local(path, FetchSettings())
    assert (first.status, first.body, first.url) == (200, FEED, path.as_uri())
    again = read_local(path, FetchSettings(), first.etag)
    assert (again.status, again.body, again.etag) == (304, b"", first.etag)
    path.write_bytes(FEED + b" ")
    assert read_local(path, FetchSettings(), first.etag).status == 200


def test_a_local_file_is_bounded(tmp_path: Path) -> None:
    """Missing files, folders, pipes and files over max_bytes fail, and none of them blocks."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(bytes(101))
    for name in ("missing", "", "pipe", "large", "nul\0"):
        with pytest.raises(FetchFailed) as caught:
            read_local(tmp_path / name, FetchSettings(max_bytes=100))
        assert str(tmp_path) in str(caught.value)
