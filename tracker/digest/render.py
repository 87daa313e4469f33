"""An issue as text, as HTML and as a picture, each good alone; titles of feeds are hostile until escaped.

Knows nothing of recipients: what it makes is the same for all of them, and the same bytes each time.
"""

from __future__ import annotations

import base64
import re
import textwrap
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import css_inline
from attrs import evolve, frozen
from jinja2 import Environment, PackageLoader, StrictUndefined

from tracker.digest.compose import Issue, Tally
from tracker.digest.picture import draw, shares
from tracker.digest.settings import DigestSettings
from tracker.evidence.when import Occurred, Precision, zone_of
from tracker.projections.answers import Change, Commitment, Quote

# What the HTML calls its picture: the Content-ID of the part that has it, without the angle brackets.
PICTURE_CID = "timeline@tracker"

# Gmail cuts a message off at 102 kB of HTML. Measured in bytes, as it is sent.
_MOST_BYTES = 100_000
# How many rows a section of the HTML has, fewer where they do not fit; the text always tells every change.
_ROWS = 120
# What waits for review: the first of it; the facts behind a change: the latest; reports of a fact: the best.
_WAITING, _REASONS, _QUOTES = 20, 5, 3

_WIDTH = 78  # of the text: what no mail program wraps, quoted once
_BAR = 28  # of it, the marks of a day of the timeline
_MARKS = {"violated": "V", "fulfilled": "F", "pending": ".", "closed": "-"}

# Controls, halves of surrogates, and the overrides of the writing direction, which turn the words around
# them. A line break is white space, and becomes a blank.
_HIDDEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@frozen
class Rendered:
    """One issue, ready to be put into mails; `picture` is a PNG, empty where no timeline is wanted."""

    subject: str
    text: str
    html: str
    picture: bytes = b""


def render(issue: Issue, settings: DigestSettings) -> Rendered:
    """The subject, the text, the HTML and the picture of an issue."""
    zone = zone_of(issue.zone)

    def day(moment: datetime) -> str:
        # A deadline is the end of its day, which is midnight of the next.
        return f"{(moment - timedelta(microseconds=1)).astimezone(zone).date()}"

    def at(moment: datetime) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"

    def when(occurred: Occurred) -> str:
        return at(occurred.start) if occurred.precision is Precision.INSTANT else f"{occurred}"

    def moved(change: Change) -> str:
        return f"{_moved(change)} since {when(change.after.since)}"

    def steps(change: Change) -> list[str]:
        return steps_of(change, day)

    def reasons(change: Change) -> list[_Why]:
        return _reasons(change, when)

    subject = _line(settings.subject or f"Commitments: {issue.headline}")
    picture = draw(issue.timeline)
    values = {
        "issue": issue,
        "name": settings.name,
        "subject": subject,
        "day": day,
        "at": at,
        "when": when,
        "moved": moved,
        "steps": steps,
        "reasons": reasons,
        "has_picture": bool(picture),
        "bar": _bars(issue.timeline),
        "longest": _longest(issue.timeline),
    }
    return Rendered(subject, _text(values), _page(values), picture)


def standalone(rendered: Rendered) -> str:
    """The HTML as a page of its own, with its picture inside."""
    picture = base64.b64encode(rendered.picture).decode()
    return rendered.html.replace(f'src="cid:{PICTURE_CID}"', f'src="data:image/png;base64,{picture}"')


def steps_of(change: Change, day: Callable[[datetime], str]) -> list[str]:
    """What is different after a change, besides the state: parts done, deadline, basis, flags, wording.

    `day` writes an end of a window as its last local day.
    """
    before, after = change.before, change.after
    told = []
    if after.extent[1] and (before is None or before.extent != after.extent):
        told.append(f"{after.extent[0]} of {after.extent[1]} done")
    if after.shortfall and (before is None or before.shortfall != after.shortfall):
        told.append(f"short of it: {after.shortfall}")
    if before is None:
        return told
    if before.until != after.until:
        told.append(f"due {_until(after, day)}, before: {_until(before, day)}")
    if after.basis and before.basis != after.basis:
        told.append(f"known as {after.basis}")
    told += [f"now {flag}" for flag in after.flags if flag not in before.flags]
    told += [f"no longer {flag}" for flag in before.flags if flag not in after.flags]
    if before.consequent != after.consequent:
        told.append(f"now owed: {after.consequent}")
    return told


def _until(row: Commitment, day: Callable[[datetime], str]) -> str:
    return f"by {day(row.until)}" if row.until else "without a date"


def _moved(change: Change) -> str:
    before, after = change.before, change.after
    if before is None:
        return f"new, {after.state}"
    return f"still {after.state}" if before.state == after.state else f"{before.state} -> {after.state}"


@frozen
class _Why:
    """One fact behind a change: what was recorded, and the best reports of it that were not told before.

    `left` counts the reports that are not told at all.
    """

    said: str
    because: str
    cites: str
    url: str
    quotes: list[Quote]
    left: int


def _reasons(change: Change, when: Callable[[Occurred], str]) -> list[_Why]:
    """The latest facts behind a change. The parts of one commitment often rest on the same few reports."""
    told: set[tuple[str, str]] = set()
    found = []
    for reason in change.because[-_REASONS:]:
        fresh = [quote for quote in reason.findings if (quote.url, quote.title) not in told]
        best = sorted(fresh, key=lambda quote: quote.grade)[:_QUOTES]
        told |= {(quote.url, quote.title) for quote in fresh}
        found.append(
            _Why(
                said=f"{_spaced(reason.type)} on {when(reason.occurred)}",
                because=reason.because,
                cites=str(evolve(reason.cites, url="")) if reason.cites else "",
                url=reason.cites.url if reason.cites else "",
                quotes=best,
                left=len(fresh) - len(best),
            )
        )
    return found


def _text(values: dict[str, object]) -> str:
    text = _environment().get_template("digest.txt").render(values)
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _page(values: dict[str, object]) -> str:
    # Media queries cannot be inlined and have to stay; sheets from elsewhere are never fetched.
    inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
    template = _environment().get_template("digest.html")

    def told(most: int) -> tuple[str, int]:
        plain = template.render(values, most=most)
        # Inlined it only grows: what is too long before is not worth the work.
        page = inliner.inline(plain) if most == 0 or len(plain.encode()) < _MOST_BYTES else plain
        return page, len(page.encode())

    page, size = told(_ROWS)
    if size < _MOST_BYTES:
        return page
    few, many = 0, _ROWS
    page, size = told(few)
    while many - few > 1 and size < _MOST_BYTES * 0.8:  # near enough
        most = (few + many) // 2
        larger, its_size = told(most)
        if its_size < _MOST_BYTES:
            few, page, size = most, larger, its_size
        else:
            many = most
    return page


def _longest(timeline: tuple[Tally, ...]) -> int:
    return max((sum(getattr(tally, status) for status in _MARKS) for tally in timeline), default=0)


def _bars(timeline: tuple[Tally, ...]) -> Callable[[Tally], str]:
    """Writes the bar of a day: a mark for each commitment where that fits, else in proportion."""
    most = max(1, _longest(timeline))

    def bar(tally: Tally) -> str:
        counts = [getattr(tally, status) for status in _MARKS]
        parts = shares(counts, most, min(most, _BAR))
        return "".join(mark * part for mark, part in zip(_MARKS.values(), parts, strict=True))

    return bar


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tracker.digest"),
        autoescape=lambda name: bool(name and name.endswith(".html")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "line": _line,
        "clip": _clip,
        "theirs": _theirs,
        "fold": _fold,
        "link": _link,
        "begin": lambda words: words[:1].upper() + words[1:],
    }
    environment.globals |= {
        "WAITING": _WAITING,
        "REASONS": _REASONS,
        "BAR": _BAR,
        "PICTURE_CID": PICTURE_CID,
    }
    return environment


def _line(words: object) -> str:
    """On one line, without what a reader cannot see: a line break inside a title would let a feed write
    headings of its own into the text."""
    return " ".join(_HIDDEN.sub("", str(words)).split())


def _clip(words: object, most: int = 240) -> str:
    """What strangers wrote, cut short; mail programs make a link of all that looks like an address."""
    line = _line(words)
    short = line if len(line) <= most else line[: most - 1].rstrip() + "…"
    return short.replace("://", ":// ")


def _theirs(words: object) -> str:
    """The same for the text, which has more room."""
    return _clip(words, 500)


def _fold(words: object, first: str = "", rest: str | None = None) -> str:
    """Wrapped to the width of the text; a long word, such as an address, stays whole."""
    return textwrap.fill(
        _line(words),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first) if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _link(url: str) -> str:
    """An address that may be followed, or nothing."""
    url = _line(url).replace(" ", "%20")
    return url if url.startswith(("http://", "https://")) else ""


def _spaced(name: str) -> str:
    """`DeadlineMoved` as "Deadline moved"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()
