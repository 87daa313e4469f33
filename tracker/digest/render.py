"""An issue as text and as HTML, both good to be read alone; titles of feeds are hostile until escaped.

Knows nothing of recipients: what it makes is the same for all of them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import css_inline
from attrs import frozen
from jinja2 import Environment, PackageLoader, StrictUndefined

from tracker.digest.compose import Issue
from tracker.digest.settings import DigestSettings
from tracker.evidence.when import zone_of
from tracker.projections.answers import Change, Commitment

# Gmail cuts a message off at 102 kB of HTML. Measured in bytes, as it is sent.
_MOST_BYTES = 100_000
# How many rows a section of the HTML may have, the largest that fits; the text always tells every change.
_ROWS = (120, 40, 15, 5, 1)


PICTURE_CID = "timeline@tracker"


@frozen
class Rendered:
    """One issue, ready to be put into mails."""

    subject: str
    text: str
    html: str
    picture: bytes = b""


def standalone(rendered: Rendered) -> str:
    """The HTML as a page of its own, with its picture inside."""
    picture = base64.b64encode(rendered.picture).decode()
    return rendered.html.replace(f"cid:{PICTURE_CID}", f"data:image/png;base64,{picture}")


def render(issue: Issue, settings: DigestSettings) -> Rendered:
    """The subject, the text and the HTML of an issue."""
    zone = zone_of(issue.zone)

    def day(moment: datetime) -> str:
        # A deadline is the end of its day, which is midnight of the next.
        return f"{(moment - timedelta(microseconds=1)).astimezone(zone).date()}"

    def steps(change: Change) -> list[str]:
        return steps_of(change, day)

    subject = " ".join((settings.subject or f"Commitments: {issue.headline}").split())
    values = {"issue": issue, "subject": subject, "day": day, "steps": steps}
    text = _environment().get_template("digest.txt").render(values)
    return Rendered(subject, text.strip() + "\n", _page(values))


def _page(values: dict[str, object]) -> str:
    # Media queries cannot be inlined and have to stay; sheets from elsewhere are never fetched.
    inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
    template = _environment().get_template("digest.html")
    page = ""
    for most in _ROWS:
        page = inliner.inline(template.render(values, most=most))
        if len(page.encode()) < _MOST_BYTES:
            break
    return page


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


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tracker.digest"),
        autoescape=lambda name: bool(name and name.endswith(".html")),
        undefined=StrictUndefined,
    )
    # A line break inside a title would let a feed write headings of its own into the text.
    environment.filters["line"] = lambda words: " ".join(str(words).split())
    return environment
