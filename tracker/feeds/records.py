"""What a record of an archive says, read as an entry of a feed.

Pure: knows neither files nor formats; a record is a mapping of names to values, whoever read it. A record
that cannot be taken is a `BadDocument` that says why and what to do; the caller knows the place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from attrs import field, frozen

from tracker.errors import BadDocument, UserError, did_you_mean
from tracker.evidence.document import Record
from tracker.feeds.dates import instant
from tracker.feeds.entries import bounded, cleaned, plain_text
from tracker.feeds.html import one_line
from tracker.feeds.settings import FeedSettings
from tracker.feeds.urls import tidy

FIELDS = (
    *("title", "url", "guid", "body", "author", "published", "updated", "language", "publisher", "feed"),
)
NAME_LIMIT = 100
_EARLIEST = datetime(
    1800, 1, 1, tzinfo=UTC
)  # what is dated before is no news, but a date that stands for none


def names(pairs: Iterable[str]) -> dict[str, str]:
    """What fields of theirs are called here, from pairs as in `headline=title`.

    Raises `UserError` for what is no pair, and for a name that is none of ours.
    """
    found = {}
    for pair in pairs:
        theirs, equals, ours = (part.strip().lower() for part in pair.rpartition("="))
        theirs, ours = (theirs, ours) if equals else ("", "")
        if not theirs or not ours:
            raise UserError(f"--map {pair}: write a name of theirs and one of ours, as in headline=title")
        if ours not in FIELDS:
            near = did_you_mean(ours, FIELDS)
            raise UserError(f"--map {pair}: {ours!r} is no field{near}; the fields: {', '.join(FIELDS)}")
        if theirs in found:
            raise UserError(f"--map {pair}: {theirs!r} is mapped twice")
        found[theirs] = ours
    return found


@frozen(kw_only=True)
class Reading:
    """How archives are to be read.

    `zone` is what dates mean that name none. `feed` and `publisher` are for records that name none. `names`
    says which name of theirs means which of `FIELDS`, for names that are not the same. What is called
    neither way is refused, or with `ignore_unknown` passed over. `until` is where a replay of the records
    must end, so that each needs a date that is no later; None where they are not replayed. `form` is the
    format of every file, empty where each shows its own. `max_bytes` bounds one record, and a whole feed.
    `feeds` are the configured ones: a record of one has its publisher and its language.
    """

    zone: str = "UTC"
    feed: str = ""
    publisher: str = ""
    names: Mapping[str, str] = field(factory=dict)
    ignore_unknown: bool = False
    until: datetime | None = None
    form: str = ""
    max_bytes: int = 8 * 1024 * 1024
    feeds: Mapping[str, FeedSettings] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for option, name in (("--feed", self.feed), ("--publisher", self.publisher)):
            _named(option, name)

    def fields(self, theirs: Iterable[str]) -> list[str]:
        """Which of `FIELDS` each name of theirs means, empty where none; their case and blanks mean nothing.

        Raises `BadDocument` for names that mean nothing, and for two that mean the same.
        """
        ours, unknown = [], []
        for name in theirs:
            plain = name.strip().lower()
            meant = self.names.get(plain, plain if plain in FIELDS else "")
            ours.append(meant)
            if not meant and not self.ignore_unknown:
                unknown.append(f"{_shown(name)}{did_you_mean(plain, FIELDS)}")
        if unknown:
            named = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
            raise BadDocument(
                f"unknown field {named}; say what it is, as in --map headline=title, or give --ignore-unknown"
            )
        twice = [name for name, count in Counter(filter(None, ours)).items() if count > 1]
        if twice:
            raise BadDocument(f"two fields are {twice[0]!r}; rename one or map it to something else")
        return ours

    def replayable(self, record: Record) -> Record:
        """`record` as it is; raises `BadDocument` where it is to be replayed and has no place there."""
        if self.until is None:
            return record
        dated = record.dated
        if dated is None:
            raise BadDocument("no date, so no place in a replay; give it one, or ingest it without --replay")
        if not _EARLIEST <= dated <= self.until:
            told = "before 1800" if dated < _EARLIEST else "still to come"
            raise BadDocument(f"dated {dated:%Y-%m-%d}, which is {told}; mend the date")
        return record

    def record(self, given: Mapping[str, object], default_feed: str) -> Record:
        """The record that says `given`, its names ours already; raises `BadDocument`."""
        texts = {name: _text(name, given.get(name)) for name in FIELDS}
        body = plain_text(texts["body"])
        title = one_line(plain_text(texts["title"]))
        if not title and not body:
            raise BadDocument("neither a title nor a body; give one of them")
        url = tidy(texts["url"])
        if texts["url"].strip() and not url:
            raise BadDocument(
                f"url: {_shown(texts['url'])} is no http or https address; what it is may be a guid"
            )
        published, updated = (self._date(name, texts[name]) for name in ("published", "updated"))
        feed = _named("feed", one_line(texts["feed"]) or self.feed or default_feed)
        read = Record(
            feed,
            _named("publisher", one_line(texts["publisher"]) or self.publisher_of(feed)),
            bounded(
                guid=texts["guid"],
                url=url,
                title=title,
                body=body,
                author=texts["author"],
                published=published or updated,
                published_given=one_line(texts["published"] or texts["updated"]),
                updated=updated,
                language=texts["language"] or self.language_of(feed),
            ),
        )
        return self.replayable(read)

    def publisher_of(self, feed: str) -> str:
        """Who publishes what comes by `feed` and names no publisher."""
        known = self.feeds.get(feed)
        return self.publisher or (known.source if known else feed)

    def language_of(self, feed: str) -> str:
        """The language of what comes by `feed` and names none; empty where nobody said."""
        known = self.feeds.get(feed)
        return known.language if known else ""

    def _date(self, name: str, given: str) -> datetime | None:
        if not given.strip():
            return None
        moment = instant(one_line(given), None, self.zone)
        if moment is None:
            raise BadDocument(
                f"{name}: {_shown(given)} is no date; write 2018-05-09, 2018-05-09T14:30+09:00 or "
                "Wed, 09 May 2018 14:30:00 +0900"
            )
        return moment


def _named(what: str, name: str) -> str:
    if len(name) > NAME_LIMIT:
        raise BadDocument(f"{what}: {_shown(name)} is longer than {NAME_LIMIT} characters; shorten it")
    return name


def _text(name: str, value: object) -> str:
    """A text, or a number as one: ids are numbers in many archives."""
    if value is None:
        return ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise BadDocument(f"{name!r} must be a text")
    return cleaned(str(value))


def _shown(text: str) -> str:
    """A text of strangers in a message: quoted, and not at length."""
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
