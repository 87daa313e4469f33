"""From HTML to the text a reader would see: paragraphs as lines, everything else gone.

nh3 (a browser's parser) makes sense of the markup and drops scripts; what is left is a handful of block
tags, which become line breaks. Knows nothing of feeds.
"""

from __future__ import annotations

import html
import re

import nh3

_BLOCK_NAMES = (
    "address article aside blockquote br caption center dd details dialog div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol option p pre section summary "
    "table tbody tfoot thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_CELLS = frozenset({"td", "th"})
# What is between these tags is no text of the article.
_SILENT = frozenset(
    {
        "script",
        "style",
        "template",
        "iframe",
        "object",
        "svg",
        "math",
        "head",
        "title",
        "noscript",
        "textarea",
    }
)
_TAG = re.compile(r"</?([a-z0-9]+)[^>]*>")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n\s*")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")


def to_text(markup: str) -> str:
    """The text of an HTML fragment: one line per block, single spaces, no empty lines, no markup.

    Links, images and comments leave their words or nothing. Never fails, whatever the markup.
    """
    if "<" in markup:
        cleaned = nh3.clean(
            markup,
            tags=set(_BLOCKS | _CELLS),
            clean_content_tags=set(_SILENT),
            attributes={},
            link_rel=None,
        )
        markup = _TAG.sub(lambda found: " " if found[1] in _CELLS else "\n", _flowing(cleaned, markup))
    return tidy_text(html.unescape(markup))


def tidy_text(text: str) -> str:
    """`text` with runs of blanks as one space, no empty lines and no invisible characters."""
    return _LINES.sub("\n", _SPACES.sub(" ", _INVISIBLE.sub("", text))).strip()


def one_line(text: str) -> str:
    """`text` on one line."""
    return " ".join(_INVISIBLE.sub("", text).split())


def _flowing(cleaned: str, markup: str) -> str:
    """Line breaks of the source mean nothing, except inside `<pre>`."""
    if "<pre" in markup.lower():
        return cleaned
    return cleaned.replace("\n", " ").replace("\r", " ")
