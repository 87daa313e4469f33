"""A new commitment as text to be appended to a dossier, from the little that is known when one comes up.

Pure: takes the text of the file as it is and gives the text to append; nothing that stands there changes.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from tracker.errors import DossierError

_TITLE = 72  # longer ones are cut at a word
_WORD = re.compile(r"[a-z0-9]+")
# What says nothing in an id.
_SMALL = frozenset({"a", "an", "and", "at", "by", "for", "in", "of", "on", "or", "that", "the", "to", "with"})


@frozen(kw_only=True)
class Draft:
    """What somebody said of a commitment. Parties and source are ids of the file, or names that are new."""

    consequent: str
    debtor: tuple[str, ...]
    kind: str
    made: date
    creditor: tuple[str, ...] = ()
    until: str = ""
    source: str = ""
    title: str = ""
    id: str = ""


@frozen
class Drafted:
    """The id of the new commitment, and the text to append for it."""

    id: str
    text: str


def header(name: str, zone: str) -> str:
    """The beginning of a dossier that holds nothing yet."""
    title = name.replace("-", " ").capitalize()
    return _table("", format=1, name=slug(name) or "drafts", title=title, zone=zone, language="en").lstrip()


def draft(text: str, name: str, wanted: Draft) -> Drafted:
    """What to append to the dossier `text`, the file `name`; raises `DossierError` where it is no TOML."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise DossierError(f"{name}: no valid TOML: {problem}; nothing was written") from problem
    added: list[str] = []
    debtor, creditor = (
        [_party(tables, each, added) for each in group] for group in (wanted.debtor, wanted.creditor)
    )
    cites = _citation(tables, wanted, added) if wanted.source else ""
    taken = _ids(tables, "commitment")
    chosen = wanted.id or _free("-".join([debtor[0], *_telling(wanted.consequent)][:6]), taken)
    if chosen in taken:
        raise DossierError(f"{name}: there is a commitment {chosen!r} already; nothing was written")
    added.append(
        _table(
            "commitment",
            id=chosen,
            title=wanted.title or _short(wanted.consequent),
            debtor=debtor,
            creditor=creditor,
            kind=wanted.kind,
            consequent=wanted.consequent,
            voice="own",
            made=wanted.made.isoformat(),
            until=wanted.until,
            cites=cites,
        )
    )
    appended = ("" if not text or text.endswith("\n") else "\n") + "".join(added)
    try:
        tomllib.loads(text + appended)
    except tomllib.TOMLDecodeError as problem:
        raise DossierError(
            f"{name}: nothing can be appended to it ({problem}); its tables are written in another way"
        ) from problem
    return Drafted(chosen, appended)


def slug(text: str) -> str:
    """Small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(_WORD.findall(plain))


def _party(tables: dict[str, Any], wanted: str, added: list[str]) -> str:
    """The id of a party of the file, by its id or its name; a new one is declared."""
    for party in _tables(tables, "party"):
        if wanted == party.get("id") or wanted.casefold() == str(party.get("name", "")).casefold():
            return str(party.get("id"))
    new = _free(slug(wanted) or "party", _ids(tables, "party"))
    tables.setdefault("party", []).append({"id": new, "name": wanted})
    added.append(_table("party", id=new, name=wanted))
    return new


def _citation(tables: dict[str, Any], wanted: Draft, added: list[str]) -> str:
    """The id of a citation of the file, by its id or address; a new one is written down."""
    source = wanted.source
    for known in _tables(tables, "citation"):
        if source in (known.get("id"), known.get("url")):
            return str(known.get("id"))
    host = urlsplit(source).hostname if source.startswith(("http://", "https://")) else ""
    new = _free(slug(f"{host or source} {wanted.made}")[:60].strip("-"), _ids(tables, "citation"))
    url = source if host else ""
    publisher, title = host or source, _short(wanted.consequent)
    added.append(
        _table("citation", id=new, publisher=publisher, title=title, date=wanted.made.isoformat(), url=url)
    )
    return new


def _tables(tables: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = tables.get(name, [])
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _ids(tables: dict[str, Any], name: str) -> set[str]:
    return {str(each.get("id")) for each in _tables(tables, name)}


def _free(wanted: str, taken: Collection[str]) -> str:
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _telling(text: str) -> Sequence[str]:
    return [word for word in slug(text).split("-") if word and word not in _SMALL]


def _short(text: str) -> str:
    """The first words, on one line."""
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _TITLE else line[:_TITLE].rsplit(" ", 1)[0] + " …"


def _table(head: str, /, **values: object) -> str:
    """A table in TOML; what is empty is left out. Of text and lists of text JSON's form is TOML's, too."""
    lines = [f"{key} = {_value(value)}" for key, value in values.items() if value not in ("", [])]
    return "\n".join(["", *([f"[[{head}]]"] if head else []), *lines, ""])


def _value(value: object) -> str:
    # JSON leaves DEL as it is, TOML does not.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
