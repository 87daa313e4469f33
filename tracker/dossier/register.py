"""What the tables of a dossier refer to by id: parties, citations, concepts and the commitments themselves.

Read before the commitments, so that every reference can be checked where it stands, with the nearest id that
exists. Of what cannot be read the id is kept, so that those who refer to it are not blamed as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from attrs import frozen

from tracker.dossier.dossier import Party
from tracker.dossier.tables import Table
from tracker.evidence.profile import Concept
from tracker.evidence.source import Citation

Entry = TypeVar("Entry", Party, Citation, Concept)


@frozen
class Register:
    """Everything with an id, in the order of the file."""

    parties: Mapping[str, Party]
    citations: Mapping[str, Citation]
    concepts: Mapping[str, Concept]
    commitments: Mapping[str, Table]

    def party(self, table: Table, key: str) -> str:
        """The id of a declared party under `key`; empty where missing."""
        return table.reference(key, self.parties, "party")

    def parties_of(self, table: Table, key: str, *, required: bool = False) -> tuple[str, ...]:
        """The ids of declared parties in the list under `key`."""
        return table.references(key, self.parties, "party", required=required)

    def cited(self, table: Table) -> Citation | None:
        """The publication under `cites`; None where missing or unknown."""
        found = table.reference("cites", self.citations, "citation")
        return self.citations.get(found)


def read_register(top: Table) -> Register:
    """The register of a file, as far as it can be read; of an id that is used twice, the first use."""
    parties = _entries(top, "party", "id", _party, lambda name: Party(name, name))
    citations = _entries(top, "citation", "id", _citation, lambda name: Citation(name, name))
    concepts = _entries(
        top, "concept", "name", lambda table: _concept(table, parties), lambda name: Concept(name, ())
    )
    return Register(parties, citations, concepts, _by_id(top, "commitment", "id"))


def _entries(
    top: Table, kind: str, key: str, read: Callable[[Table], Entry], bare: Callable[[str], Entry]
) -> dict[str, Entry]:
    """The tables of one kind by their id; `bare` gives what stands for one that cannot be read."""
    found: dict[str, Entry] = {}
    for name, table in _by_id(top, kind, key).items():
        found[name] = bare(name)
        with table.page.margin.noting():
            found[name] = read(table)
    return found


def _by_id(top: Table, kind: str, key: str) -> dict[str, Table]:
    """The tables of one kind by their id, each labelled with it."""
    found: dict[str, Table] = {}

    def enter(table: Table) -> None:
        name = table.slug(key)
        named = table.called(f"{table.label} {name!r}")
        if name in found:
            earlier = found[name].line(key)
            raise named.error(f"this {key} is taken already{f' on line {earlier}' if earlier else ''}", key)
        found[name] = named

    with top.page.margin.noting():
        top.page.margin.each(top.tables(kind), enter)
    return found


def _party(table: Table) -> Party:
    table.allow(("id", "name", "adjective"))
    return Party(table.text("id"), table.text("name"), table.maybe("adjective"))


def _citation(table: Table) -> Citation:
    table.allow(("id", "publisher", "title", "date", "url"))
    date = str(table.when("date", "UTC")) if table.has("date") else ""
    url = table.maybe("url")
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
        raise table.error(f"url {url!r} is no web address", "url", mend="write https://…")
    return Citation(table.text("publisher"), table.text("title"), date, url)


def _concept(table: Table, parties: Mapping[str, Party]) -> Concept:
    table.allow(("name", "variants", "party"))
    return Concept(
        table.text("name"),
        table.words("variants", required=True),
        table.reference("party", parties, "party") or None,
    )
