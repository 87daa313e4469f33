"""One bounded visit to one feed.

What a server may cost us is fixed before we ask: seconds in all, bytes of header, bytes of body before and
after inflating, hops. What it may lead us to is decided by `guard`, anew at every hop, and the address that
was judged is the one that is dialled. Whatever goes wrong is a `FetchFailed` of one line.

Knows nothing of what a feed looks like, of when to come again, or of databases.
"""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
import stat
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote

import httpx
from attrs import evolve, field, frozen

from tracker.errors import FetchFailed
from tracker.feeds.guard import Resolver, check, resolve
from tracker.feeds.settings import FeedSettings, FetchSettings

Permit = Callable[[str], Awaitable[None]]

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.3"
)
_PAGE_ACCEPT = "text/html, application/xhtml+xml;q=0.9"
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_KEPT = ("etag", "last-modified", "cache-control", "expires", "date", "age", "retry-after", "content-type")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_STEP = 65536
_Origin = tuple[str, str, int]  # scheme, host, port
_DEFAULT_PORTS = {"http": 80, "https": 443}


@frozen(kw_only=True)
class Request:
    """What to ask for. `etag` and `last_modified` go back exactly as the server gave them.

    `headers` and `auth` (`user:password`) are for the origin of `url` alone, and so is `allow_private`. Where
    `types` names media types, a body of any other is refused before it is read.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    headers: Mapping[str, str] = field(factory=dict)
    auth: str = field(default="", repr=False)
    allow_private: bool = False
    accept: str = _ACCEPT
    types: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        feed: FeedSettings,
        environ: Mapping[str, str],
        *,
        url: str = "",
        etag: str = "",
        last_modified: str = "",
    ) -> Request:
        """The request for a configured feed; `url` where it has moved since.

        Raises `FetchFailed` when `auth_env` names a variable that is not set.
        """
        if feed.auth_env and not environ.get(feed.auth_env):
            raise FetchFailed(f"{feed.name}: the environment variable {feed.auth_env} (auth_env) is not set")
        return cls(
            url=url or feed.url,
            etag=etag,
            last_modified=last_modified,
            headers=feed.headers,
            auth=environ.get(feed.auth_env, "") if feed.auth_env else "",
            allow_private=feed.allow_private,
        )

    @classmethod
    def of_page(cls, feed: FeedSettings, environ: Mapping[str, str], *, home: str, url: str) -> Request:
        """The request for a page that a feed at `home` links to: what is the feed's stays at its origin."""
        page = cls(url=url, accept=_PAGE_ACCEPT, types=_PAGE_TYPES)
        if feed.path is not None or _origin(_parsed(url)) != _origin(_parsed(home)):
            return page
        of_feed = cls.of(feed, environ)
        return evolve(
            page,
            headers=of_feed.headers,
            auth=of_feed.auth or unquote(_parsed(home).userinfo.decode("ascii")),
            allow_private=of_feed.allow_private,
        )


@frozen(kw_only=True)
class Hop:
    """One answer on the way: the address asked (without credentials), and the status it gave."""

    url: str
    status: int


@frozen(kw_only=True)
class Response:
    """What came back.

    `url` is where it was found in the end; `permanent_url` is that address when every hop on the way said
    that the move is for good, else None. `headers` are the few that matter, by lower-case name. `body` is
    inflated, and empty unless the status is 200. `elapsed` is seconds.
    """

    status: int
    url: str
    permanent_url: str | None = None
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = field(default=b"", repr=False)
    elapsed: float = 0.0
    hops: tuple[Hop, ...] = ()

    @property
    def content_type(self) -> str:
        """As the server gave it, or empty."""
        return self.headers.get("content-type", "")

    @property
    def etag(self) -> str:
        """To be sent back verbatim."""
        return self.headers.get("etag", "")

    @property
    def last_modified(self) -> str:
        """To be sent back verbatim."""
        return self.headers.get("last-modified", "")


@cache
def _tls(file: str, folder: str) -> ssl.SSLContext:
    """One for the process, as reading the certificates of the system takes 30 ms each time.

    Authorities of the user's own come by SSL_CERT_FILE and SSL_CERT_DIR, which make it another one.
    """
    return httpx.create_ssl_context()


class Client:
    """A connection of one worker's own. Make it with `open_client`, use it as an async context manager.

    One connection each: a pool that is shared by many tasks gets slower with its size (600 conditional
    requests: 275/s through one client with 50 connections, 1,850/s through 20 clients with one). And httpx's
    transport, without the client above it: its cookies, redirects, proxies of the environment and second look
    at every address we do not want, and they are half of what a 304 costs.
    """

    def __init__(self, settings: FetchSettings, resolver: Resolver = resolve) -> None:
        self.settings = settings
        self.resolver = resolver
        self._tls = _tls(os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))
        self._http: httpx.AsyncHTTPTransport | None = None
        self._origin: _Origin | None = None

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection; the client may be used again."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def ask(self, origin: _Origin, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection that was opened for this origin; close what comes back.

        We dial addresses, and a pool tells connections apart by address. Two hosts behind one address would
        share a connection whose certificate was verified for the first of them only.
        """
        if self._http is not None and origin != self._origin:
            await self.aclose()
        if self._http is None:
            self._http = httpx.AsyncHTTPTransport(
                verify=self._tls,
                trust_env=False,
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
                proxy=self.settings.proxy or None,
            )
            self._origin = origin
        return await self._http.handle_async_request(request)


def open_client(settings: FetchSettings, *, resolver: Resolver = resolve) -> Client:
    """A client for one worker; close it, or use it as an async context manager."""
    return Client(settings, resolver)


async def fetch(
    client: Client,
    request: Request,
    settings: FetchSettings,
    *,
    told: Callable[[Hop], None] | None = None,
    permit: Permit | None = None,
) -> Response:
    """Fetch `request`, following redirects, within the bounds of `settings`.

    `told` is called with each answer on the way as it comes, also where the fetch fails in the end. `permit`
    hears of each address before it is asked, and refuses it by raising `FetchFailed`; its time counts.
    Any status that is not a redirect is a response, also 404 and 503: what it means is not ours to say.
    Raises `FetchFailed` when there is none: bounds broken, address refused, connection or TLS failed.
    """
    started = time.monotonic()
    try:
        # httpx's own timeouts are per read: a byte every 0.4 s kept a fetch alive for 12 s with timeout=1.
        async with asyncio.timeout(settings.timeout):
            response = await _follow(client, request, settings, told, permit)
    except TimeoutError as problem:
        await client.aclose()
        raise FetchFailed(f"{_shown(request.url)}: no complete answer in {settings.timeout:g} s") from problem
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as problem:
        # UnicodeError: httpx reads the address of a redirect by itself, and lets the errors of idna through.
        await client.aclose()
        reason = " ".join(str(problem).split()) or type(problem).__name__
        raise FetchFailed(f"{_shown(request.url)}: {reason}") from problem
    return Response(
        status=response.status,
        url=response.url,
        permanent_url=response.permanent_url,
        headers=response.headers,
        body=response.body,
        elapsed=time.monotonic() - started,
        hops=response.hops,
    )


async def _follow(
    client: Client,
    request: Request,
    settings: FetchSettings,
    told: Callable[[Hop], None] | None,
    permit: Permit | None,
) -> Response:
    url = _parsed(request.url)
    home = _origin(url)
    credentials = _credentials(request, url)
    hops: list[Hop] = []
    permanent = True
    while True:
        is_home, shown = _origin(url) == home, _bare(url)
        extra = {**request.headers, **credentials} if is_home else {}
        if permit is not None:
            await permit(shown)
        answer = await _ask(client, request, url, extra, settings, is_home and request.allow_private)
        hops.append(Hop(url=shown, status=answer.status))
        if told is not None:
            told(hops[-1])
        if answer.status not in _REDIRECTS:
            moved = permanent and len(hops) > 1
            return Response(
                status=answer.status,
                url=shown,
                permanent_url=shown if moved else None,
                headers=answer.headers,
                body=answer.body,
                hops=tuple(hops),
            )
        if len(hops) > settings.max_redirects:
            raise FetchFailed(f"{_shown(request.url)}: more than {settings.max_redirects} redirects")
        target = _parsed(answer.location, url)
        # A move from https to http is followed, but not learnt: anyone on the way could have said it.
        is_safe = target.scheme == url.scheme or target.scheme == "https"
        permanent = permanent and answer.status in _PERMANENT and is_safe
        if _bare(target) in {hop.url for hop in hops}:
            raise FetchFailed(f"{_shown(request.url)}: redirects in a circle, at {_bare(target)}")
        url = target


@frozen(kw_only=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    location: str
    body: bytes


async def _ask(
    client: Client,
    request: Request,
    url: httpx.URL,
    extra: Mapping[str, str],
    settings: FetchSettings,
    allow_private: bool,
) -> _Answer:
    origin = _origin(url)
    addresses = await check(
        url.host, origin[2], settings.allow_hosts, allow_private=allow_private, resolver=client.resolver
    )
    headers = {
        **extra,
        "Host": url.netloc.decode("ascii"),
        "User-Agent": settings.identity,
        "Accept": request.accept,
        # The only coding whose inflating we can stop: 1.6 kB of brotli took 2-3 GB before a cap fired.
        "Accept-Encoding": "gzip",
    }
    if request.etag:
        headers["If-None-Match"] = request.etag
    if request.last_modified:
        headers["If-Modified-Since"] = request.last_modified
    # In bytes, because httpx takes text in ASCII alone: an odd ETag would fail every visit but the first.
    raw = {name.encode(): value.encode() for name, value in headers.items()}
    problem: httpx.ConnectError | None = None
    # A proxy dials for us, by name: it was named by the user, and TLS through it is verified by the URL.
    hosts = [url.host] if settings.proxy else addresses[:4]
    for host in hosts:
        target = url if host == url.host else url.copy_with(host=host)
        asked = httpx.Request("GET", target, headers=raw, extensions={"sni_hostname": url.host})
        try:
            reply = await client.ask(origin, asked)
        except httpx.ConnectError as failed:  # one family or one machine of several may be down
            problem = failed
            continue
        try:
            return await _receive(reply, url, settings, request.types)
        finally:
            await reply.aclose()
    raise problem or FetchFailed(f"{_bare(url)}: no address to try")


async def _receive(
    reply: httpx.Response, url: httpx.URL, settings: FetchSettings, types: Sequence[str]
) -> _Answer:
    size = sum(len(name) + len(value) + 4 for name, value in reply.headers.raw)
    if size > settings.max_header_bytes:
        raise FetchFailed(f"{_bare(url)}: headers of {size:,} bytes, more than max_header_bytes")
    body = b""
    if reply.status_code == 200:
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if types and kind not in types:
            raise FetchFailed(f"{_bare(url)}: {kind or 'of no media type'}, and no web page")
        body = await _body(reply, url, settings.max_bytes)
    else:
        await _discard(reply)
    return _Answer(
        status=reply.status_code,
        headers={name: reply.headers[name] for name in _KEPT if name in reply.headers},
        location=reply.headers.get("location", ""),
        body=body,
    )


async def _discard(reply: httpx.Response) -> None:
    """Read a small body to its end, so that the connection can be used again; leave a large one."""
    size = 0
    async for chunk in reply.aiter_raw():
        size += len(chunk)
        if size > _STEP:
            return


async def _body(reply: httpx.Response, url: httpx.URL, limit: int) -> bytes:
    codings = [part.strip().lower() for part in reply.headers.get("content-encoding", "").split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    too_large = FetchFailed(f"{_bare(url)}: larger than {limit:,} bytes (max_bytes)")
    declared = reply.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise too_large
    if not codings:
        chunks = reply.aiter_raw()
    elif codings in (["gzip"], ["x-gzip"]):
        chunks = _inflate(_at_most(reply.aiter_raw(), limit, too_large), url)
    else:
        raise FetchFailed(f"{_bare(url)}: sent in coding {', '.join(codings)!r}, though we accept gzip only")
    return b"".join([chunk async for chunk in _at_most(chunks, limit, too_large)])


async def _at_most(chunks: AsyncIterator[bytes], limit: int, too_large: FetchFailed) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise too_large
        yield chunk


async def _inflate(chunks: AsyncIterator[bytes], url: httpx.URL) -> AsyncIterator[bytes]:
    """Gunzip in steps of 64 kB, so that a bomb meets the cap before it meets the memory."""
    inflater = zlib.decompressobj(47)
    is_started = False
    try:
        async for chunk in chunks:
            is_started = is_started or bool(chunk)
            rest = chunk
            while not inflater.eof:
                step = inflater.decompress(rest, _STEP)
                rest = inflater.unconsumed_tail
                yield step
                if not rest and len(step) < _STEP:
                    break
    except zlib.error as problem:
        raise FetchFailed(f"{_bare(url)}: broken gzip ({problem})") from problem
    # To keep half a feed with the validators of the whole one would hide the other half behind a 304.
    if is_started and not inflater.eof:
        raise FetchFailed(f"{_bare(url)}: the gzip body ends before its end")


def read_local(path: Path, settings: FetchSettings, etag: str = "") -> Response:
    """Read a feed from a file under the same bounds; blocks.

    The validator is modification time and size: given back as `etag`, an untouched file answers 304.
    Raises `FetchFailed` where there is no readable file of at most `max_bytes`.
    """
    started = time.monotonic()
    url = path.absolute().as_uri()
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # reading a pipe or a device might never end
            raise FetchFailed(f"{path}: not a file")
        if found.st_size > settings.max_bytes:
            raise FetchFailed(f"{path}: larger than {settings.max_bytes:,} bytes (max_bytes)")
        validator = f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
        is_same = etag == validator
        body = b""
        if not is_same:
            with path.open("rb") as file:
                body = file.read(settings.max_bytes + 1)
    except (OSError, ValueError) as problem:  # ValueError: a name that no file can have
        raise FetchFailed(f"{path}: {getattr(problem, 'strerror', None) or problem}") from problem
    if len(body) > settings.max_bytes:
        raise FetchFailed(f"{path}: larger than {settings.max_bytes:,} bytes (max_bytes)")
    return Response(
        status=304 if is_same else 200,
        url=url,
        headers={"etag": validator},
        body=body,
        elapsed=time.monotonic() - started,
    )


def _parsed(text: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        url = base.join(text) if base is not None else httpx.URL(text)
        host, port = url.host, url.port  # a host that is no name raises only when it is asked for
    except (httpx.InvalidURL, ValueError, UnicodeError) as problem:
        raise FetchFailed(f"{_shown(text)!r} is no address ({problem})") from problem
    if base is not None and not text:
        raise FetchFailed(f"{_bare(base)}: redirects without saying where to")
    if url.scheme not in _DEFAULT_PORTS or not host or (port is not None and not 0 < port < 65536):
        raise FetchFailed(f"{_shown(str(url))!r} is no http or https address")
    return url


def _credentials(request: Request, url: httpx.URL) -> dict[str, str]:
    pair = request.auth or unquote(url.userinfo.decode("ascii"))
    if not pair:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode("ascii")}


def _origin(url: httpx.URL) -> _Origin:
    return url.scheme, url.host, url.port or _DEFAULT_PORTS[url.scheme]


def _bare(url: httpx.URL) -> str:
    """The address without credentials and fragment."""
    if not (url.userinfo or url.fragment):  # to spell it anew is dear
        return str(url)
    return str(url.copy_with(username=None, password=None, fragment=None))


def _shown(text: str) -> str:
    """An address as a message may show it: no credentials, no line breaks, not endless."""
    head, mark, rest = text.partition("://")
    host, slash, path = rest.partition("/")
    return " ".join(f"{head}{mark}{host.rpartition('@')[2]}{slash}{path}".split())[:200]
