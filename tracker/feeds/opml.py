"""Lists of feeds as other readers write and want them: OPML 1.0 and 2.0.

Reading is bounded and resolves nothing: a document that declares entities is refused. Knows nothing of files,
of the configuration, or of what is at the addresses.

Source: opml.org/spec2.opml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from attrs import frozen

from tracker.errors import BadDocument
from tracker.feeds.decode import FORBIDDEN, decode
from tracker.feeds.html import one_line
from tracker.feeds.settings import FeedSettings
from tracker.feeds.urls import absolute, without_credentials

MOST = 2_000  # feeds in one list
_DEEPEST = 50
_TITLE_LIMIT = 200


@frozen(kw_only=True)
class Outline:
    """One feed of a list. `url` is empty where the list names no http(s) address."""

    title: str
    url: str
    given: str = ""
    language: str = ""


def read(body: bytes) -> tuple[Outline, ...]:
    """The feeds of a list, in its order, folders flattened, each address once.

    Raises `BadDocument`, one line, for what is no OPML, declares entities, or has more than `MOST` feeds.
    """
    decoded = decode(body)
    reader = _Reader()
    try:
        reader.parser.Parse(decoded.text.encode(), True)
    except expat.ExpatError as problem:
        raise BadDocument(f"no OPML: {problem}") from problem
    if not reader.is_opml:
        raise BadDocument("no OPML: its first element is not <opml>")
    return tuple(reader.found.values())


class _Reader:
    """Collects outlines; expat's own attributes are the only strings it sees."""

    def __init__(self) -> None:
        self.found: dict[str, Outline] = {}
        self.is_opml = False
        self._depth = 0
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._refuse

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self._depth:
            self.is_opml = name.lower() == "opml"
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadDocument(f"no usable OPML: nested deeper than {_DEEPEST}")
        if name.lower() == "outline":
            self._outline({key.lower(): one_line(value) for key, value in attributes.items()})

    def _end(self, _: str) -> None:
        self._depth -= 1

    def _refuse(self, name: str, *_: object) -> None:
        raise BadDocument(f"no usable OPML: it declares an entity ({name[:40]})")

    def _outline(self, given: Mapping[str, str]) -> None:
        written = given.get("xmlurl", "")
        if not written:  # a folder, or a link to a page
            return
        if len(self.found) >= MOST:
            raise BadDocument(f"no usable OPML: more than {MOST:,} feeds")
        url = absolute(written)
        title = given.get("title") or given.get("text") or ""
        outline = Outline(
            title=title[:_TITLE_LIMIT],
            url=url,
            given=written[:_TITLE_LIMIT],
            language=given.get("language", ""),
        )
        self.found.setdefault(url or written, outline)


def write(feeds: Iterable[FeedSettings], title: str) -> str:
    """OPML 2.0 of `feeds`, in their order.

    Addresses go out without user and password. Feeds that are files are the caller's to leave out: no other
    reader could fetch them.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{escape(FORBIDDEN.sub('', title))}</title></head>",
        "  <body>",
        *(f"    {_written(feed)}" for feed in feeds),
        "  </body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def _written(feed: FeedSettings) -> str:
    given = {
        "type": "rss",  # of any format, by the specification
        "text": feed.name,
        "title": feed.name,
        "description": feed.publisher,
        "language": feed.language,
        "xmlUrl": without_credentials(feed.url),
    }
    told = (f"{name}={quoteattr(FORBIDDEN.sub('', value))}" for name, value in given.items() if value)
    return f"<outline {' '.join(told)}/>"
