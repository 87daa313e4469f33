"""The text of an article on its web page, without menus, comments and notices: trafilatura's reading of it.

It is an extra, and takes half a second to import: both are the parsing process's business, and none of those
who never ask for full texts.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec

from tracker.errors import ParseFailed
from tracker.feeds.decode import decode_page
from tracker.feeds.entries import BODY_LIMIT
from tracker.feeds.html import one_line, tidy_text

LARGEST = (
    2 * 1024 * 1024
)  # bytes of a page; with 8 MB of tags the process grew to 830 MB before its time was up
_MOST_TAGS = 50_000  # ten times what pages have; so many keep trafilatura busy for 6 s

_MISSING = 'full_text needs trafilatura, which is not installed: pip install "commitment-tracker[fulltext]"'


def require() -> None:
    """Raise `ParseFailed`, with what to do, where no page could be read."""
    if find_spec("trafilatura") is None:
        raise ParseFailed(_MISSING)


def article(body: bytes, *, content_type: str = "") -> str:
    """The article's paragraphs, one on a line, at most `BODY_LIMIT` characters; empty where it has none.

    Raises `ParseFailed` where the page cannot be read at all.
    """
    require()
    import trafilatura

    # It tells of pages that are none on standard error, which belongs to the user.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL + 1)
    text = decode_page(body, content_type).text
    if (tags := text.count("<")) > _MOST_TAGS:
        raise ParseFailed(f"no article: {tags:,} tags")
    try:
        found = trafilatura.extract(text, include_comments=False)
    except Exception as problem:  # other people's bytes in other people's parser: it may be anything
        raise ParseFailed(f"no page: {one_line(str(problem)) or type(problem).__name__}") from problem
    return tidy_text(found or "")[:BODY_LIMIT].rstrip()
