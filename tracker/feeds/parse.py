"""From the bytes of a feed to its entries: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1 and 1.1.

feedparser reads the XML kinds, because it alone loses nothing on the feeds of the wild (the fast ones drop
entries, titles and dates); it is given characters that are already right, and only ever as a stream: from
a text it would open files and addresses. Broken markup is read as far as it goes, and said to be so.

Knows nothing of where the bytes came from. May take long on hostile input: `worker` is what stops it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import feedparser
from attrs import evolve, field, frozen

from tracker.errors import ParseFailed
from tracker.evidence.document import Entry
from tracker.feeds import jsonfeed
from tracker.feeds.cadence import Hints
from tracker.feeds.dates import instant
from tracker.feeds.decode import Decoded, decode
from tracker.feeds.entries import bounded, cleaned, plain_text
from tracker.feeds.html import one_line, tidy_text, to_text
from tracker.feeds.urls import absolute, tidy

_ENTRY_END = re.compile(r"</\s*(?:[A-Za-z_][\w.-]*:)?(?:item|entry)\s*>", re.IGNORECASE)
_SKIPPED = re.compile(r"<(skipHours|skipDays)\b[^>]*>(.{0,4000}?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(r"<hour\b[^>]*>\s*(\d{1,2})\s*</hour", re.IGNORECASE)
_DAY = re.compile(r"<day\b[^>]*>\s*([a-z]+)\s*</day", re.IGNORECASE)
_HTML_PAGE = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}


@frozen(kw_only=True)
class ParsedFeed:
    """What a feed holds, entries in its own order.

    `salvaged`: the bytes were broken, and this is what could be read of them. `dropped` counts entries
    over the limit. `kind` is feedparser's name of the format ("rss20", "atom10"), or "json1", "json11".
    """

    title: str = ""
    url: str = ""
    language: str = ""
    kind: str = ""
    encoding: str = ""
    entries: tuple[Entry, ...] = ()
    salvaged: bool = False
    dropped: int = 0
    hints: Hints = field(factory=Hints)


def parse(
    body: bytes,
    *,
    content_type: str = "",
    base_url: str = "",
    max_entries: int = 500,
    zone: str = "UTC",
) -> ParsedFeed:
    """Read a feed. `base_url` is where it was found, `zone` what its dates mean where they name none.

    Raises `ParseFailed`, one line, where the bytes hold no feed.
    """
    decoded = decode(body, content_type)
    if not decoded.text:
        raise ParseFailed("empty: no feed in it")
    if decoded.text.startswith(("{", "[")):
        parsed = _from_json(decoded, base_url, max_entries, zone)
    else:
        parsed = _from_xml(decoded, base_url, max_entries, zone)
    return evolve(parsed, encoding=decoded.encoding, salvaged=parsed.salvaged or decoded.repaired)


def _from_xml(decoded: Decoded, base_url: str, max_entries: int, zone: str) -> ParsedFeed:
    text, dropped = _capped(decoded.text, max_entries)
    try:
        found = feedparser.parse(
            io.BytesIO(text.encode()),
            # Not told where the feed was found: it would resolve guids against it, and a feed that moves
            # would be full of new entries. `tidy` resolves the links.
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as problem:  # other people's bytes in other people's parser: it may be anything
        raise ParseFailed(
            f"the parser gave up: {one_line(str(problem)) or type(problem).__name__}"
        ) from problem
    if not found.version and not found.entries:
        what = "an HTML page" if _HTML_PAGE.search(text[:4096]) else "neither RSS, Atom nor JSON Feed"
        raise ParseFailed(f"no feed in it: {what}")
    head: Mapping[str, Any] = found.feed
    entries = [_xml_entry(entry, base_url, zone) for entry in found.entries[:max_entries]]
    return ParsedFeed(
        title=_title(head.get("title_detail")),
        url=absolute(str(head.get("link", "")), base_url),
        language=str(head.get("language", "")),
        kind=found.version,
        entries=tuple(entries),
        salvaged=bool(found.bozo),
        dropped=dropped + max(0, len(found.entries) - max_entries),
        hints=_hints(head, text),
    )


def _capped(text: str, max_entries: int) -> tuple[str, int]:
    """The text without the entries over the limit: feedparser takes 15 s for 200,000.

    What follows the last entry is kept, so that the tags still match.
    """
    ends = [found.end() for found in _ENTRY_END.finditer(text)]
    if len(ends) <= max_entries:
        return text, 0
    return text[: ends[max_entries - 1]] + text[ends[-1] :], len(ends) - max_entries


def _xml_entry(entry: Any, base_url: str, zone: str) -> Entry:
    # Past feedparser's own lookup, which answers "updated" with "published".
    given: dict[str, Any] = dict(entry.items())
    title = _title(given.get("title_detail"))
    url = _link(given, base_url)
    published_given = one_line(
        str(given.get("published") or given.get("updated") or given.get("created") or "")
    )
    published = instant(
        published_given,
        given.get("published_parsed") if given.get("published") else _first_parsed(given),
        zone,
    )
    updated = instant(one_line(str(given.get("updated", ""))), given.get("updated_parsed"), zone)
    return bounded(
        guid=str(given.get("id", "")),
        url=url,
        title=title,
        body=_xml_body(given),
        author=str(given.get("author", "")),
        published=published,
        published_given=published_given,
        updated=updated if given.get("updated") else None,
        language=_xml_language(given),
    )


def _first_parsed(given: Mapping[str, Any]) -> Any:
    return given.get("updated_parsed") if given.get("updated") else given.get("created_parsed")


def _link(given: Mapping[str, Any], base_url: str) -> str:
    candidates = [given.get("link"), *(link.get("href") for link in given.get("links") or ())]
    tidied = (tidy(str(candidate), base_url) for candidate in candidates if candidate)
    if url := next(filter(None, tidied), ""):
        return url
    guid = str(given.get("id", ""))
    return tidy(guid) if guid.lower().startswith(("http://", "https://")) else ""


def _xml_body(given: Mapping[str, Any]) -> str:
    """The fullest text the entry has: its content, else its summary."""
    parts = [*(given.get("content") or ()), given.get("summary_detail") or {}]
    texts = (_text(part) for part in parts)
    return max(texts, key=len, default="")


def _xml_language(given: Mapping[str, Any]) -> str:
    details = [
        *(given.get("content") or ()),
        given.get("summary_detail") or {},
        given.get("title_detail") or {},
    ]
    found = given.get("language") or next((d["language"] for d in details if d.get("language")), "")
    return str(found)


def _text(detail: Mapping[str, Any] | None) -> str:
    """The text of a construct that says which type it is of."""
    if not detail:
        return ""
    value = str(detail.get("value") or "")
    kind = str(detail.get("type") or "")
    return to_text(value) if "html" in kind else plain_text(value)


def _title(detail: Mapping[str, Any] | None) -> str:
    return one_line(_text(detail))


def _hints(head: Mapping[str, Any], text: str) -> Hints:
    ttl = _ttl(str(head.get("ttl", "")))
    period = _period(str(head.get("sy_updateperiod", "")), str(head.get("sy_updatefrequency", "")))
    skipped = {found[1].lower(): found[2] for found in _SKIPPED.finditer(text)}
    hours = {int(hour) % 24 for hour in _HOUR.findall(skipped.get("skiphours", "")) if int(hour) <= 24}
    days = {day.lower() for day in _DAY.findall(skipped.get("skipdays", ""))}
    bounds = [bound for bound in (ttl, period) if bound is not None]
    return Hints(
        ttl=max(bounds, default=None), skip_hours=tuple(sorted(hours)), skip_days=tuple(sorted(days))
    )


def _ttl(text: str) -> timedelta | None:
    minutes = text.strip()
    return timedelta(minutes=int(minutes)) if re.fullmatch(r"[0-9]{1,7}", minutes) and int(minutes) else None


def _period(period: str, frequency: str) -> timedelta | None:
    hours = _PERIODS.get(period.strip().lower())
    times = frequency.strip() or "1"
    if hours is None or not re.fullmatch(r"[0-9]{1,6}", times) or not int(times):
        return None
    return timedelta(hours=hours) / int(times)


def _from_json(decoded: Decoded, base_url: str, max_entries: int, zone: str) -> ParsedFeed:
    feed = jsonfeed.read(decoded.text)
    head = feed.head
    is_newer = str(head.get("version", "")).rstrip("/").endswith("1.1")
    default = _author(head)
    entries = [_json_entry(item, base_url, zone, default) for item in feed.items[:max_entries]]
    return ParsedFeed(
        title=one_line(_string(head, "title")),
        url=absolute(_string(head, "home_page_url"), base_url),
        language=_string(head, "language"),
        kind="json11" if is_newer else "json1",
        entries=tuple(entries),
        salvaged=feed.is_salvaged,
        dropped=max(0, len(feed.items) - max_entries),
    )


def _json_entry(item: Mapping[str, Any], base_url: str, zone: str, default_author: str) -> Entry:
    plain = _string(item, "content_text")
    body = max(tidy_text(plain), to_text(_string(item, "content_html")), key=len)
    published, updated = _string(item, "date_published"), _string(item, "date_modified")
    given = published or updated
    return bounded(
        guid=_string(item, "id"),
        url=tidy(_string(item, "url"), base_url) or tidy(_string(item, "external_url"), base_url),
        title=_string(item, "title"),
        body=body or tidy_text(_string(item, "summary")),
        author=_author(item) or default_author,
        published=instant(given, None, zone),
        published_given=given,
        updated=instant(updated, None, zone),
        language=_string(item, "language"),
    )


def _string(given: Mapping[str, Any], key: str) -> str:
    """A text; also a number, which version 1 asks readers to take as one (ids)."""
    value = given.get(key)
    is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
    return cleaned(str(value)) if is_text else ""


def _author(given: Mapping[str, Any]) -> str:
    authors = given.get("authors")
    several = authors if isinstance(authors, list) else [given.get("author")]
    return ", ".join(
        name for author in several if isinstance(author, dict) and (name := _string(author, "name"))
    )
