"""Other people's test feeds through our parser: what escapes it, how long it takes, what it reads otherwise.

Takes archives of feeds (tar, in any compression). Every file in them goes through the parsing process as a
feed from the network would. What is expected of it comes from two places: a comment in the file (`Expect:
entries[0]['title'] == 'x'`, as in feedparser's own tests), or `name.serde.json` beside `name.xml` (feed-rs's
reading of it: how many entries, their titles, links and dates). Only what concerns a field we keep counts.
Texts are compared by the words a reader sees, blanks left aside, because we keep no markup: the expected
markup is reduced by the HTML parser of the standard library, not by ours.

Run it as `make bench FEEDS="path/to/one.tar.xz path/to/another.tar.xz"`.
"""

from __future__ import annotations

import ast
import calendar
import json
import lzma
import re
import sys
import tarfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from attrs import field, frozen

from tracker.errors import ParseFailed
from tracker.evidence.document import Entry
from tracker.feeds.parse import ParsedFeed
from tracker.feeds.worker import ParseWorker

SECONDS = 5.0  # what one file may take
WANTED = 0.97  # of the assertions
SHOWN = 40  # differences that are printed
LARGEST = 8 * 1024 * 1024
PLACE = "http://127.0.0.1:8097/"  # where feedparser's own tests serve their feeds

_FEEDS = (".xml", ".json", ".rss", ".atom", ".rdf")
_SERDE = ".serde.json"
_EXPECT = re.compile(r"\bExpect:\s*(.*?)\s*-->", re.DOTALL)
_TYPE = re.compile(r"^Header:\s*Content-type:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_SPACES = re.compile(r"[\s\u00ad\u200b\u2060\ufeff]+")
_BODY = frozenset({"summary", "description", "content.0.value", "summary_detail.value"})
_WHEN = frozenset({"published_parsed", "updated_parsed", "created_parsed"})
_GIVEN = frozenset({"published", "updated", "created"})


class Unusable(Exception):
    """An archive cannot be read; the message is one line for the user."""


@frozen
class Claim:
    """That one field, of the feed or of the entry with the number `entry`, is `wanted`."""

    entry: int | None
    name: str
    wanted: object


@frozen
class Sample:
    """One file: its name, its bytes, the media type it is served as, and what is claimed of it.

    `left_out` counts what else is claimed, of fields that we do not keep.
    """

    name: str
    body: bytes = field(repr=False)
    content_type: str = ""
    claims: tuple[Claim, ...] = ()
    left_out: int = 0


@frozen
class Difference:
    """A claim that does not hold: which file, and what we have instead."""

    file: str
    claim: Claim
    found: object

    def __str__(self) -> str:
        where = "feed" if self.claim.entry is None else f"entries[{self.claim.entry}]"
        return f"{self.file}: {where}.{self.claim.name}: {self.claim.wanted!r:.90}, ours {self.found!r:.90}"


@frozen
class Result:
    """What became of all files; `held` and `all` count claims by the name of the field."""

    files: int
    feeds: int
    refused: tuple[str, ...]
    escaped: tuple[str, ...]
    slowest: float
    held: Counter[str]
    all: Counter[str]
    differences: tuple[Difference, ...]
    left_out: int

    @property
    def counts(self) -> tuple[int, int]:
        """The claims that hold, and all. Whether a feed is broken is left aside: most say so, and are not."""
        marked = "salvaged"
        return self.held.total() - self.held[marked], self.all.total() - self.all[marked]

    @property
    def share(self) -> float:
        """Of the claims, those that hold."""
        held, asked = self.counts
        return held / max(1, asked)


def samples(path: Path) -> Iterator[Sample]:
    """The feeds in an archive, in its order. Raises `Unusable` with one line that says what is wrong."""
    bodies: dict[str, bytes] = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() else None
                if file is not None and member.name.endswith(_FEEDS) and member.size <= LARGEST:
                    bodies[member.name] = file.read()
    except (OSError, tarfile.TarError, EOFError, lzma.LZMAError, zlib.error) as problem:
        reason = getattr(problem, "strerror", None) or str(problem).partition("\n")[0]
        raise Unusable(f"{path}: {reason}") from problem
    for name, body in bodies.items():
        if not name.endswith(_SERDE):
            yield sample(name, body, bodies.get(f"{name.rpartition('.')[0]}{_SERDE}", b""))


def sample(name: str, body: bytes, beside: bytes = b"") -> Sample:
    """A file with what its first comment, or else feed-rs's reading `beside` it, says of it."""
    text = (
        body[:8192].replace(b"\0", b"").decode("utf-8", "replace")
    )  # a comment in UTF-16 or 32 is ASCII too
    expected = _EXPECT.search(text)
    kind = _TYPE.search(text)
    held, left_out = claims(expected[1]) if expected else ([], 0)
    held += claims_of_feed_rs(beside) if beside else []
    return Sample(name, body, kind[1] if kind else "", tuple(held), left_out)


def claims(expected: str) -> tuple[list[Claim], int]:
    """What is claimed of fields we keep, and how many parts of `expected` say anything else."""
    try:
        tree = ast.parse(f"({expected})", mode="eval").body  # it may be of several lines
    except (SyntaxError, ValueError, RecursionError):
        return [], 1
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    found = [_claim(part) for part in parts]
    kept = [claim for claim in found if claim is not None]
    return kept, len(found) - len(kept)


def claims_of_feed_rs(beside: bytes) -> list[Claim]:
    """How many entries it read, and of each the title, the link and the date of publication, if any."""
    entries = json.loads(beside)["entries"]
    found = [Claim(None, "entries", len(entries))]
    for number, entry in enumerate(entries):
        if entry["title"]:
            found.append(Claim(number, "title", entry["title"]["content"]))
        links = [link["href"] for link in entry["links"] if link["rel"] in (None, "alternate")]
        if links:
            found.append(Claim(number, "link", links[0]))
        if entry["published"]:
            moment = datetime.fromisoformat(entry["published"]).astimezone(UTC)
            found.append(Claim(number, "published_parsed", moment.timetuple()[:6]))
    return found


def _claim(part: ast.expr) -> Claim | None:
    """A comparison by == with a plain value, or `bozo`; None for all else, and for fields we do not keep."""
    match part:
        case ast.Name(id="bozo"):
            return Claim(None, "salvaged", True)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id="bozo")):
            return Claim(None, "salvaged", False)
    if not (isinstance(part, ast.Compare) and len(part.ops) == 1 and isinstance(part.ops[0], ast.Eq)):
        return None
    try:
        wanted = ast.literal_eval(part.comparators[0])
    except (ValueError, SyntaxError):
        return None
    match _steps(part.left):
        case ["len", "entries"]:
            return Claim(None, "entries", wanted)
        case ["version"]:
            return Claim(None, "version", wanted)
        case ["feed", *rest] if (name := ".".join(map(str, rest))) in _OF_FEEDS:
            return Claim(None, name, wanted)
        case ["entries", int(number), *rest] if (name := ".".join(map(str, rest))) in _OF_ENTRIES:
            return Claim(number, name, wanted)
    return None


def _steps(node: ast.expr) -> list[str | int]:
    """`entries[0]['title']` and `entries[0].title` as ["entries", 0, "title"]; empty for what is no path."""
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.Call(func=ast.Name(id="len"), args=[inner]):
            return ["len", *_steps(inner)]
        case ast.Attribute(value=inner, attr=name):
            return [*_steps(inner), name]
        case ast.Subscript(value=inner, slice=ast.Constant(value=str() | int() as key)):
            return [*_steps(inner), key]
    return []


class _Words(HTMLParser):
    """Collects the text of a fragment, without what is in scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def seen(markup: object) -> str:
    """What a reader sees of `markup`, without blanks."""
    words = _Words()
    words.feed(str(markup))
    words.close()
    return squeezed("".join(words.found))


def squeezed(text: str) -> str:
    """`text` without blanks and invisible characters."""
    return _SPACES.sub("", text)


_OF_FEEDS = frozenset({"title", "title_detail.value", "link", "language"})
_OF_ENTRIES = _BODY | _WHEN | _GIVEN | {"title", "title_detail.value", "link", "id", "guid", "author"}


def answer(claim: Claim, feed: ParsedFeed) -> object:
    """What we have of the field; None where there is no such entry."""
    if claim.entry is None:
        plain: dict[str, object] = {
            "entries": len(feed.entries),
            "version": feed.kind,
            "salvaged": feed.salvaged,
            "link": feed.url,
            "language": feed.language,
        }
        return plain.get(claim.name, feed.title)
    if claim.entry >= len(feed.entries):
        return None
    return _of_entry(claim.name, feed.entries[claim.entry])


def _of_entry(name: str, entry: Entry) -> object:
    if name in _BODY:
        return entry.body
    if name in _GIVEN:
        return entry.published_given
    plain: dict[str, object] = {
        "link": entry.url,
        "id": entry.guid,
        "guid": entry.guid,
        "author": entry.author,
        "updated_parsed": entry.updated,
        "published_parsed": entry.published,
        "created_parsed": entry.published,
    }
    return plain.get(name, entry.title)


def holds(claim: Claim, feed: ParsedFeed) -> bool:
    """Whether we have what is wanted; an entry without a title has the first line of its text for one."""
    found, wanted = answer(claim, feed), claim.wanted
    if isinstance(wanted, tuple) and isinstance(found, datetime):
        return found == datetime.fromtimestamp(calendar.timegm((*wanted[:6], 0, 0, 0)), UTC)
    if found is None or not isinstance(wanted, str):
        return found == wanted
    if claim.name in _BODY and claim.entry is not None:
        entry = feed.entries[claim.entry]
        return seen(wanted) in (squeezed(entry.body), squeezed(entry.text))
    if claim.name in ("link", "version", "id", "guid", *_GIVEN):
        return squeezed(str(found)) == squeezed(wanted)
    if claim.name == "language":
        return str(found).lower() == wanted.lower()
    return squeezed(str(found)) in (seen(wanted), squeezed(wanted))


def measure(files: Sequence[Sample], seconds: float = SECONDS) -> Result:
    """Read every file in a parsing process, and hold what came of it against what it expects."""
    refused: list[str] = []
    escaped: list[str] = []
    differences: list[Difference] = []
    held: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    left_out = 0
    slowest = 0.0
    with ParseWorker(seconds) as worker:
        for file in files:
            left_out += file.left_out
            started = time.monotonic()
            try:
                feed = worker.parse(file.body, content_type=file.content_type, base_url=PLACE + file.name)
            except ParseFailed as problem:
                is_ours = "process died" in str(problem) or "was stopped" in str(problem)
                (escaped if is_ours else refused).append(f"{file.name}: {problem}")
                feed = ParsedFeed()
            slowest = max(slowest, time.monotonic() - started)
            for claim in file.claims:
                asked[claim.name] += 1
                if holds(claim, feed):
                    held[claim.name] += 1
                else:
                    differences.append(Difference(file.name, claim, answer(claim, feed)))
    return Result(
        files=len(files),
        feeds=len(files) - len(refused) - len(escaped),
        refused=tuple(refused),
        escaped=tuple(escaped),
        slowest=slowest,
        held=held,
        all=asked,
        differences=tuple(differences),
        left_out=left_out,
    )


def report(result: Result) -> str:
    """The figures, field by field, and the first of what differs."""
    held, asked = result.counts
    lines = [
        f"{result.files} files: {result.feeds} read, {len(result.refused)} refused as no feed, "
        f"{len(result.escaped)} died or overran {SECONDS:g} s; the slowest took {result.slowest:.2f} s",
        *(f"    {line}" for line in result.escaped),
        f"expected of fields we keep: {held} of {asked} hold, {result.share:.1%} (wanted {WANTED:.0%}); "
        f"not counted: whether a feed is broken (salvaged), and {result.left_out} parts on other things",
    ]
    lines += [
        f"    {name:<22} {result.held[name]:>5} of {count:>5}" for name, count in sorted(result.all.items())
    ]
    lines += [f"refused: {line}" for line in result.refused[:SHOWN]]
    lines += [f"differs: {each}" for each in result.differences[:SHOWN]]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Print the report; 1 where something escaped or too much differs, 2 where an archive cannot be read."""
    try:
        if not arguments:
            raise Unusable("at least one archive of feeds is needed")
        result = measure([each for path in arguments for each in samples(Path(path))])
    except Unusable as problem:
        print(f"corpora: {problem}", file=sys.stderr)
        return 2
    print(report(result))
    return int(bool(result.escaped) or result.share < WANTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
