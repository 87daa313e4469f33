"""An issue as text and as HTML, both good to be read alone; titles of feeds are hostile until escaped."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

import css_inline
from attrs import frozen
from jinja2 import Environment, PackageLoader, StrictUndefined

from tracker.digest.compose import Issue
from tracker.digest.settings import DigestSettings
from tracker.evidence.when import zone_of


@frozen
class Rendered:
    """One issue, ready to be put into mails."""

    subject: str
    text: str
    html: str


def render(issue: Issue, settings: DigestSettings) -> Rendered:
    """The subject, the text and the HTML of an issue."""
    zone = zone_of(issue.zone)

    def day(moment: datetime) -> str:
        return f"{(moment - timedelta(microseconds=1)).astimezone(zone).date()}"

    subject = " ".join((settings.subject or f"Commitments: {issue.headline}").split())
    text = _environment().get_template("digest.txt").render(issue=issue, subject=subject, day=day)
    page = _environment().get_template("digest.html").render(issue=issue, subject=subject, day=day)
    # Media queries cannot be inlined and have to stay; sheets from elsewhere are never fetched.
    inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
    return Rendered(subject, text.strip() + "\n", inliner.inline(page))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("tracker.digest"),
        autoescape=lambda name: bool(name and name.endswith(".html")),
        undefined=StrictUndefined,
    )
