"""One table of a dossier, read key by key with errors that teach.

Every complaint is a single line, `korea.toml:41: [[commitment]] 'dprk-x': unknown key 'debtr' (did you mean
'debtor'?)`. Knows TOML's types and what a key may hold, nothing of commitments.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from attrs import evolve, field, frozen

from tracker.dossier.complaints import Complaint, Margin, Misread, Rule
from tracker.dossier.places import Path, Places
from tracker.errors import BadDate, did_you_mean
from tracker.evidence.when import Occurred, occurrence, zone_of

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")
Choice = TypeVar("Choice", bound=StrEnum)


@frozen
class Page:
    """The file being read: its name as messages show it, where things stand in it, and what is wrong."""

    name: str
    places: Places = field(eq=False)
    margin: Margin = field(factory=Margin, eq=False)


@frozen
class Table:
    """A table and where it stands; `label` is what messages call it, empty for the top of the file."""

    page: Page
    raw: Mapping[str, object]
    path: Path = ()
    label: str = ""

    def called(self, label: str) -> Table:
        """The same table under another name."""
        return evolve(self, label=label)

    def error(
        self,
        problem: str,
        key: str | None = None,
        *,
        item: int | None = None,
        mend: str = "",
        rule: Rule = Rule.UNREADABLE,
    ) -> Misread:
        """The exception that says `problem` of `key`, of an `item` of the list there, or of the table as a
        whole; for the caller to raise."""
        return Misread(
            Complaint(
                file=self.page.name,
                line=self.line(key, item) or 0,
                path=self._path(key, item),
                label=self.label,
                rule=rule,
                problem=problem,
                mend=mend,
            )
        )

    def complain(
        self,
        problem: str,
        key: str | None = None,
        *,
        item: int | None = None,
        mend: str = "",
        rule: Rule = Rule.UNREADABLE,
    ) -> None:
        """Note in the margin what does not keep the rest of the table from being read."""
        self.page.margin.note(self.error(problem, key, item=item, mend=mend, rule=rule))

    def line(self, key: str | None = None, item: int | None = None) -> int | None:
        """The line of `key`, of an `item` of the list there, or of the table's header."""
        return self.page.places.line(self._path(key, item))

    def _path(self, key: str | None, item: int | None) -> Path:
        if key is None:
            return self.path
        return (*self.path, key) if item is None else (*self.path, key, item)

    def allow(self, known: Collection[str]) -> None:
        """Complain of any key that is not in `known`, with the nearest one that is."""
        for key in self.raw:
            if key not in known:
                self.complain(f"unknown key {key!r}{did_you_mean(key, known)}", key)

    def has(self, key: str) -> bool:
        """Whether the key was written at all."""
        return key in self.raw

    def text(self, key: str, *, empty: bool = False) -> str:
        """A required text on one line, however many it was written on; `empty` allows `""`."""
        if key not in self.raw:
            raise self.error(f"{key!r} is missing")
        words = self._line(key, self.raw[key])
        if not words and not empty:
            raise self.error(f"{key!r} is empty", key)
        return words

    def maybe(self, key: str) -> str:
        """A text that may be missing, which is the same as empty."""
        return self.text(key, empty=True) if key in self.raw else ""

    def slug(self, key: str) -> str:
        """A required name in small letters, digits and hyphens."""
        name = self.text(key)
        if not _SLUG.fullmatch(name):
            raise self.error(
                f"{key} {name!r} is no name",
                key,
                mend="use small letters, digits and hyphens, as in 'carbon-2030'",
            )
        return name

    def words(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts, none of them empty; `required` wants at least one."""
        if key not in self.raw:
            if required:
                raise self.error(f"{key!r} is missing")
            return ()
        value = self.raw[key]
        if not isinstance(value, list):
            raise self.error(
                f'{key!r} must be a list of texts, as in ["one", "two"], not {_named(value)}', key
            )
        found = tuple(self._line(key, item) for item in value)
        if "" in found or (required and not found):
            raise self.error(f"{key!r} {'holds an empty text' if found else 'is empty'}", key)
        return found

    def flag(self, key: str) -> bool:
        """`true` or `false`; false where missing."""
        value = self.raw.get(key, False)
        if not isinstance(value, bool):
            raise self.error(f"{key!r} must be true or false, not {_named(value)}", key)
        return value

    def one_of(self, key: str, known: Iterable[str]) -> str:
        """A required text that is one of `known`."""
        known = tuple(known)
        word = self.text(key)
        if word not in known:
            raise self.error(
                f"{key} {word!r} is not one of {', '.join(known)}{did_you_mean(word, known)}", key
            )
        return word

    def choice(self, key: str, members: type[Choice], default: Choice | None = None) -> Choice:
        """A member of an enumeration by its value; required where there is no `default`."""
        if default is not None and key not in self.raw:
            return default
        return members(self.one_of(key, [member.value for member in members]))

    def zone(self, key: str, default: str | None = None) -> str:
        """The IANA name of a time zone; required where there is no `default`."""
        if default is not None and key not in self.raw:
            return default
        name = self.text(key)
        try:
            zone_of(name)
        except BadDate as problem:
            raise self.error(f"{key}: {problem}", key) from None
        return name

    def when(self, key: str, zone: str) -> Occurred:
        """A required day, month or date-time, quoted or not; without an offset it is meant in `zone`."""
        if key not in self.raw:
            raise self.error(f"{key!r} is missing")
        value = self.raw[key]
        if not isinstance(value, str | date | datetime):
            raise self.error(f"{key!r} must be a date, not {_named(value)}", key)
        try:
            return occurrence(value, zone)
        except BadDate as problem:
            raise self.error(f"{key}: {problem}", key) from None

    def start_of(self, key: str, zone: str) -> datetime | None:
        """The instant (UTC) at which the day or month begins; None where missing."""
        return self.when(key, zone).start if key in self.raw else None

    def end_of(self, key: str, zone: str) -> datetime | None:
        """The instant (UTC) at which the day or month is over; None where missing."""
        return self.when(key, zone).end if key in self.raw else None

    def reference(self, key: str, known: Collection[str], what: str) -> str:
        """A text that should be in `known`; empty where missing. `what` names the things, as in "party"."""
        return self._known(key, self.text(key), known, what) if key in self.raw else ""

    def references(
        self, key: str, known: Collection[str], what: str, *, required: bool = False
    ) -> tuple[str, ...]:
        """A list of texts that should be in `known`, none of them twice."""
        found = self.words(key, required=required)
        for name in dict.fromkeys(found):
            self._known(key, name, known, what)
            if found.count(name) > 1:
                self.complain(f"{key} names {name!r} twice", key)
        return found

    def tables(self, key: str) -> tuple[Table, ...]:
        """The tables written `[[key]]` inside this one, in order."""
        value = self.raw.get(key, [])
        header = ".".join((*(part for part in self.path if isinstance(part, str)), key))
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(f"{key!r} must be written as tables, each under a [[{header}]] of its own", key)
        return tuple(
            Table(self.page, item, (*self.path, key, number), f"[[{header}]]")
            for number, item in enumerate(value)
        )

    def _known(self, key: str, name: str, known: Collection[str], what: str) -> str:
        if name not in known:
            self.complain(
                f"{key}: unknown {what} {name!r}{did_you_mean(name, known)}",
                key,
                mend=f"name one that is declared, or add a [[{what}]] for it",
                rule=Rule.UNKNOWN_PARTY if what == "party" else Rule.UNKNOWN_REFERENCE,
            )
        return name

    def _line(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.error(f"{key!r} must be a text in quotes, not {_named(value)}", key)
        words = " ".join(value.split())
        # A dossier's words end up on terminals and in e-mail headers.
        if any(unicodedata.category(character) == "Cc" for character in words):
            raise self.error(f"{key!r} holds a control character", key)
        return words


def loose(name: str, raw: Mapping[str, object]) -> Table:
    """A table that stands in no file; `name` is what messages call it. Its first complaint is raised."""
    return Table(Page(name, Places(""), Margin(strict=True)), raw)


def top(text: str, name: str) -> Table:
    """The top of the file; raises `Misread` with the line where it is no TOML."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        raw = tomllib.loads(text)
    except RecursionError:
        raise Misread(Complaint(file=name, problem="is no dossier: nested too deeply")) from None
    except ValueError as problem:
        message, line = str(problem), 0
        if found := _AT_LINE.search(message):
            message, line = f"{message[: found.start()]} (column {found[2]})", int(found[1])
        raise Misread(Complaint(file=name, line=line, problem=f"is no TOML: {message}")) from None
    return Table(Page(name, Places(text)), raw)


def _named(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or a time"
