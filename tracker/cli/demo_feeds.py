"""A loopback server that shows saved feeds as they looked on a given day.

A saved feed holds every version of every entry, oldest first. On a day it shows what had been published by
then, newest first, of each entry the latest version; an entry without a date appears with the one before it.
Answers conditional requests like any good server.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from attrs import frozen

_ATOM = "{http://www.w3.org/2005/Atom}"
_PREFIXES = {
    "": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@frozen
class Version:
    """One version of one entry: from when on it was there, whose version it is, and its place in the file."""

    since: datetime
    entry: str
    index: int


class SavedFeed:
    """One saved feed: RSS 2.0, Atom or JSON Feed, told apart by its content."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._json: dict[str, Any] | None = None
        self._root: ElementTree.Element | None = None
        body = path.read_bytes()
        if body.lstrip().startswith(b"{"):
            self._json = json.loads(body)
        else:
            self._root = ElementTree.fromstring(body)
        self.versions = tuple(self._read())

    @property
    def content_type(self) -> str:
        """What a server calls it."""
        if self._root is None:
            return "application/feed+json"
        return "application/atom+xml" if self._root.tag.startswith(_ATOM) else "application/rss+xml"

    def moments(self) -> set[datetime]:
        """When it changed."""
        return {version.since for version in self.versions}

    def on(self, now: datetime) -> bytes:
        """What it showed at `now`."""
        latest: dict[str, Version] = {}
        for version in self.versions:
            if version.since <= now:
                latest[version.entry] = version
        shown = [version.index for version in sorted(latest.values(), key=lambda v: (v.since, v.index))][::-1]
        if self._root is None:
            assert self._json is not None
            items = [self._json["items"][index] for index in shown]
            return json.dumps({**self._json, "items": items}, ensure_ascii=False).encode()
        root = ElementTree.fromstring(ElementTree.tostring(self._root))
        holder, tag = self._holder(root)
        entries = holder.findall(tag)
        for entry in entries:
            holder.remove(entry)
        holder.extend(entries[index] for index in shown)
        for prefix, uri in _PREFIXES.items():
            if prefix or root.tag.startswith(_ATOM):
                ElementTree.register_namespace(prefix, uri)
        shown_as: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
        return shown_as

    def _holder(self, root: ElementTree.Element) -> tuple[ElementTree.Element, str]:
        if root.tag.startswith(_ATOM):
            return root, f"{_ATOM}entry"
        channel = root.find("channel")
        assert channel is not None, f"{self.path} is no RSS 2.0"
        return channel, "item"

    def _read(self) -> Iterator[Version]:
        since = _BEGINNING
        for index, (entry, text) in enumerate(self._dated()):
            if text:
                moment = _moment(text)
                since = max(since, moment)
            yield Version(since, entry or f"#{index}", index)

    def _dated(self) -> Iterator[tuple[str, str]]:
        """(guid, date) of each entry; the date of an edit is the edit's."""
        if self._root is None:
            assert self._json is not None
            for item in self._json["items"]:
                yield str(item.get("id", "")), item.get("date_modified") or item.get("date_published") or ""
            return
        holder, tag = self._holder(self._root)
        for entry in holder.findall(tag):
            if tag == "item":
                yield entry.findtext("guid", ""), entry.findtext("pubDate", "")
            else:
                updated = entry.findtext(f"{_ATOM}updated") or entry.findtext(f"{_ATOM}published") or ""
                yield entry.findtext(f"{_ATOM}id", ""), updated


def _moment(text: str) -> datetime:
    text = text.strip()
    moment = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
    return moment.astimezone(UTC)


@contextmanager
def serve(feeds: Mapping[str, SavedFeed], now: Callable[[], datetime]) -> Iterator[str]:
    """Serve the feeds under their names on a free loopback port; yields the URL before the name."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one packet: in two, the second waits 40 ms for the first to be acknowledged.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            feed = feeds.get(self.path.lstrip("/"))
            if feed is None:
                self._answer(404, b"", {})
                return
            body = feed.on(now())
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if self.headers.get("If-None-Match") == etag:
                self._answer(304, b"", {"ETag": etag})
            else:
                self._answer(200, body, {"ETag": etag, "Content-Type": feed.content_type})

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet: the demo tells its own story."""

    class Server(ThreadingHTTPServer):
        # With the default of 5, the sixth connection at once is dropped and tried again after a second.
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Quiet about a visitor who left in the middle, as the poller does on Ctrl-C."""
            if not isinstance(sys.exception(), ConnectionError):
                super().handle_error(request, client_address)

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
