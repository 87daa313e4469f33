"""From HTML to the text a reader would see: paragraphs as lines, everything else gone.

The tokens are those of the HTML standard (13.2.5), and no tree is built of them: which words are text and
where lines break hangs on the tags alone. A browser's parser asks its stack of open elements at every tag,
and needed 3.3 s for 200 kB of `<div>` without an end, four times that for twice as much: one page could
silence its feed for good. This is one pass that never turns back. Knows nothing of feeds.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_BLOCKS = (
    "address article aside blockquote br caption center dd details dialog div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol option p pre section summary "
    "table tbody tfoot thead tr ul"
)
_BREAKS = {**dict.fromkeys(_BLOCKS.split(), "\n"), "td": " ", "th": " "}
# Until the end tag of the same name nothing is a tag; only the second kind is for the reader.
_SILENT = frozenset({"script", "style", "iframe", "noscript", "textarea", "title"})
_LITERAL = frozenset({"xmp", "noembed", "noframes"})
# What is between these is no text of the article, and they may be nested.
_HIDDEN = frozenset({"template", "object", "svg", "math"})
_END_TAGS = {
    name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE) for name in _SILENT | _LITERAL | _HIDDEN
}

_START = re.compile(r"<(?=[a-zA-Z!?/])")
_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\t\n\f\r />]*+)
        (?: [^>=]++ | =[\t\n\f\r ]*+ (?: "[^"]*+" | '[^']*+' | (?!["'])[^\t\n\f\r >]*+ ) )*+>""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"<!--(?:-?>|.*?--!?>)", re.DOTALL)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n\s*")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")


def to_text(markup: str) -> str:
    """The text of an HTML fragment: one line per block, single spaces, no empty lines, no markup.

    Links, images and comments leave their words or nothing. Never fails, whatever the markup, and takes time
    in proportion to its length.
    """
    if "<" not in markup:
        return tidy_text(html.unescape(markup))
    # Line breaks of the source mean nothing, except inside `<pre>`.
    is_flowing = "<pre" not in markup.lower()
    return tidy_text("".join(_pieces(markup, is_flowing)))


def tidy_text(text: str) -> str:
    """`text` with runs of blanks as one space, no empty lines and no invisible characters."""
    return _LINES.sub("\n", _SPACES.sub(" ", _INVISIBLE.sub("", text))).strip()


def one_line(text: str) -> str:
    """`text` on one line."""
    return " ".join(_INVISIBLE.sub("", text).split())


def _pieces(markup: str, is_flowing: bool) -> Iterator[str]:
    """The words, and the breaks that tags make between them.

    A tag or a comment without an end takes the rest with it, as in a browser: summaries are cut anywhere.
    """
    hidden, depth = "", 0
    endless: set[str] = set()
    at = 0
    while start := _START.search(markup, at):
        if not hidden:
            yield _words(markup[at : start.start()], is_flowing)
        tag = _TAG.match(markup, start.start())
        if tag is None:
            at = _past(markup, start.start())
            continue
        at, name, is_start = tag.end(), tag[2].lower(), not tag[1]
        if name in _SILENT or name in _LITERAL:
            # Within a drawing, a tag may close itself.
            if is_start and not (hidden and tag[0].endswith("/>")):
                end = _END_TAGS[name].search(markup, at)
                inside = slice(at, end.start() if end else len(markup))
                if name in _LITERAL and not hidden:
                    yield _flowing(markup[inside], is_flowing)
                at = inside.stop
        elif hidden:
            depth += (1 if is_start else -1) * (name == hidden)
            hidden = hidden if depth else ""
        elif name in _HIDDEN:
            if is_start and name not in endless and not tag[0].endswith("/>"):
                if _END_TAGS[name].search(markup, at):
                    hidden, depth = name, 1
                else:
                    endless.add(name)
        else:
            yield _BREAKS.get(name, "")
    if not hidden:
        yield _words(markup[at:], is_flowing)


def _past(markup: str, start: int) -> int:
    """Where what begins at `start`, and is no tag with an end, is over: comments, declarations, `</3>`."""
    if markup.startswith("<!--", start):
        comment = _COMMENT.match(markup, start)
        return comment.end() if comment else len(markup)
    if markup[start + 1 : start + 3].lstrip("/")[:1].isalpha():
        return len(markup)
    return markup.find(">", start) + 1 or len(markup)


def _words(text: str, is_flowing: bool) -> str:
    return _flowing(html.unescape(text), is_flowing)


def _flowing(text: str, is_flowing: bool) -> str:
    return text.replace("\n", " ").replace("\r", " ") if is_flowing else text
