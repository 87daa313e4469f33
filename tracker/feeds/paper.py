"""What a person hands in: a page, a PDF or a note, from a file or an address, as one entry.

Fetched, bounded and cleaned like whatever a feed brings. Knows nothing of commitments or databases.
"""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from attrs import frozen

from tracker.errors import FetchFailed, ParseFailed, UserError
from tracker.evidence.document import Entry
from tracker.feeds.decode import FORBIDDEN, decode
from tracker.feeds.fetch import Request, Response, fetch, open_client, read_local
from tracker.feeds.html import one_line, tidy_text, to_text
from tracker.feeds.pdf import read_pdf
from tracker.feeds.settings import FetchSettings, path_of

MAX_TEXT = 500_000  # characters; a longer one is no piece of evidence but a library
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"#+\s+")


@frozen
class Paper:
    """The entry, without guid and date, and whose it seems to be: the host of its address, or nobody."""

    entry: Entry
    host: str


def read_paper(place: str, settings: FetchSettings, published: datetime | None, language: str) -> Paper:
    """Read the file or the address `place`; blocks.

    The identity is that of the words: the same file under another name is the same entry. Raises `UserError`
    with what is wrong with it.
    """
    path = path_of(place)
    try:
        response = read_local(path, settings) if path else asyncio.run(_fetched(place, settings))
        title, text = _words(response, path)
    except (FetchFailed, ParseFailed) as problem:
        raise UserError(f"{place}: {str(problem).removeprefix(f'{place}: ')}") from problem
    url = "" if path else response.url
    title = one_line(title) or next((line for line in text.splitlines() if line.strip()), "")[:200]
    body = text.removeprefix(title).strip()
    if not title:
        raise UserError(f"{place}: holds no words")
    if len(body) > MAX_TEXT:
        raise UserError(f"{place}: more than {MAX_TEXT:,} characters; cut out the part that matters")
    entry = Entry("", url, title, body, published=published, language=language)
    return Paper(entry, urlsplit(url).hostname or "")


async def _fetched(url: str, settings: FetchSettings) -> Response:
    async with open_client(settings) as client:
        response = await fetch(client, Request(url=url), settings)
    if response.status != 200:
        raise FetchFailed(f"{url}: the server answers {response.status}")
    return response


def _words(response: Response, path: Path | None) -> tuple[str, str]:
    """Title and text, by what the bytes are rather than by what they are called."""
    body = response.body
    if body[:1024].lstrip().startswith(b"%PDF-"):
        title, text = read_pdf(body)
        return _clean(title), _clean(text)
    decoded = decode(body, response.content_type)
    if decoded.repaired and b"\0" in body:
        raise ParseFailed("is no text, no page and no PDF")
    is_page = path.suffix.lower() in (".html", ".htm", ".xhtml") if path else "html" in response.content_type
    if is_page:
        found = _TITLE.search(decoded.text)
        return (to_text(found[1]) if found else ""), to_text(decoded.text)
    text = _clean(decoded.text)
    first, _, rest = text.partition("\n")
    return _HEADING.sub("", first, count=1), rest


def _clean(text: str) -> str:
    return tidy_text(FORBIDDEN.sub(" ", text.replace("\r\n", "\n")))
