"""What is drawn: rows of the board as nodes, edges and groups.

Pure: the same rows give the same drawing. Knows nothing of Mermaid and DOT, nor of how they escape a text.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from tracker.commitments.conditions import Condition, Either, Every, Said, Stands, Term, parse

if TYPE_CHECKING:
    from tracker.projections.answers import Commitment


@frozen
class Node:
    """One box. `look` is proposed or a status for a commitment, else party, condition, junction or absent."""

    id: str
    look: str
    lines: tuple[str, ...]


@frozen
class Edge:
    """One arrow; `both` puts a head at each end. `kind` is owes, condition, return, part or successor."""

    tail: str
    head: str
    kind: str
    label: str = ""
    both: bool = False


@frozen
class Group:
    """One direction: what some parties owe to others, those parties, and the conditions of it."""

    id: str
    title: str
    nodes: tuple[Node, ...]


@frozen
class Drawing:
    """The sheet, in the order in which it is written down."""

    title: str
    groups: tuple[Group, ...]
    edges: tuple[Edge, ...]


def choose(board: Sequence[Commitment], chosen: Collection[str]) -> tuple[Commitment, ...]:
    """The chosen rows, every row linked to one of them, and what any of these hangs on, up to the sources.

    A commitment hangs on those that its condition names and, where its parts decide, on its parts. So no
    arrow at a chosen commitment is missing, and no shown one hangs on something hidden.
    """
    decided_by_parts = {row.id for row in board if row.standing.terms.roll_up}
    hangs_on = {row.id: set(_condition(row).upstream() if row.condition else ()) for row in board}
    links = {row.id: {*_other_ends(row), *hangs_on[row.id]} for row in board}
    for row in board:
        if row.standing.terms.part_of in decided_by_parts:
            hangs_on[row.standing.terms.part_of].add(row.id)
    shown = set(chosen).union(*(links.get(name, ()) for name in chosen))
    shown |= {name for name, others in links.items() if others & set(chosen)}
    waiting = sorted(shown)
    while waiting:
        new = hangs_on.get(waiting.pop(), set()) - shown
        shown |= new
        waiting.extend(new)
    return tuple(row for row in board if row.id in shown)


def draw(rows: Sequence[Commitment], names: Mapping[str, str], title: str = "") -> Drawing:
    """The rows as a drawing, in their order.

    `names` are what parties are called. A party stands once on each side of each direction, not once on the
    sheet: with three parties and thirty commitments the single boxes became hubs and nobody could follow an
    arrow.
    """
    pen = _Pen(rows)
    directions: dict[tuple[frozenset[str], frozenset[str]], list[Commitment]] = {}
    for row in rows:
        directions.setdefault((frozenset(row.debtor), frozenset(row.creditor)), []).append(row)
    groups = tuple(pen.group(f"g{n}", members, names) for n, members in enumerate(directions.values(), 1))
    for row in rows:
        pen.link(row)
    return Drawing(_clean(title), groups, tuple(pen.edges))


class _Pen:
    """Draws one sheet; remembers which ids it has given away."""

    def __init__(self, rows: Iterable[Commitment]) -> None:
        self.edges: list[Edge] = []
        self.taken: set[str] = set()
        self.reciprocal: set[frozenset[str]] = set()
        self.rows = {row.id: row for row in rows}
        self.ids = {name: self.id("c", name) for name in self.rows}

    def id(self, *parts: str) -> str:
        """A name of ASCII letters, digits and _ that no other node has, and that is no keyword."""
        wanted = name = re.sub(r"[^a-z0-9]+", "_", "_".join(parts).lower())
        count = 1
        while name in self.taken:
            count += 1
            name = f"{wanted}_{count}"
        self.taken.add(name)
        return name

    def group(self, group: str, members: Sequence[Commitment], names: Mapping[str, str]) -> Group:
        """One direction with its parties and commitments, and the arrows between these."""
        debtors, creditors = members[0].debtor, members[0].creditor
        mutual = len(debtors) > 1 and set(debtors) == set(creditors)
        # Where all owe each other, one stands left and the rest right, so that arrows do not cross.
        left, right = (debtors[:1], debtors[1:]) if mutual else (debtors, creditors)
        called = {party: names.get(party, party) for party in (*left, *right)}
        nodes = []
        sides: list[dict[str, str]] = []
        for side, parties in (("from", left), ("to", right)):
            sides.append({party: self.id(group, side, party) for party in parties})
            nodes += [Node(sides[-1][party], "party", _wrapped(called[party])) for party in parties]
        for row in members:
            own = self.ids[row.id]
            look = "proposed" if row.state == "proposed" else row.status
            nodes.append(Node(own, look, (*_wrapped(row.title), _standing(row))))
            self.edges += [Edge(node, own, "owes", both=mutual) for node in sides[0].values()]
            self.edges += [Edge(own, node, "owes", both=mutual) for node in sides[1].values()]
            if row.condition:
                condition = _condition(row)
                word = "while" if condition.lasting else "once"
                nodes += self.hang(condition.term, own, word)
        owing = ", ".join(called[party] for party in debtors)
        owed = ", ".join(called[party] for party in creditors) or "nobody in particular"
        title = f"{owing} ↔ each other" if mutual else f"{owing} → {owed}"
        return Group(group, " ".join(_wrapped(title, 70)), tuple(nodes))

    def hang(self, term: Term, head: str, word: str) -> list[Node]:
        """Hang `head` on a term; returns the nodes this takes besides those of other commitments."""
        match term:
            case Stands(name, state):
                nodes = []
                if name not in self.ids:
                    self.ids[name] = self.id("c", name)
                    nodes.append(Node(self.ids[name], "absent", (*_wrapped(name), "not on the board")))
                label = f"{word}: is {state}" if word else f"is {state}"
                self.edges.append(Edge(self.ids[name], head, "condition", label))
                return nodes
            case Said(text):
                node = Node(self.id("w", head.removeprefix("w_")), "condition", _wrapped(text))
                self.edges.append(Edge(node.id, head, "condition", word))
                return [node]
            case Every(terms) if word:  # several arrows into one commitment read as "and" by themselves
                return [node for inner in terms for node in self.hang(inner, head, word)]
            case Every(terms) | Either(terms):
                told = "any of" if isinstance(term, Either) else "all of"
                junction = Node(self.id("w", head.removeprefix("w_")), "junction", (told,))
                self.edges.append(Edge(junction.id, head, "condition", word))
                return [junction, *(node for inner in terms for node in self.hang(inner, junction.id, ""))]

    def link(self, row: Commitment) -> None:
        """The arrows from a commitment to others on the sheet."""
        terms = row.standing.terms
        own = self.ids[row.id]
        for name in terms.in_return_for:
            if name not in self.rows or frozenset((row.id, name)) in self.reciprocal:
                continue
            both = row.id in self.rows[name].standing.terms.in_return_for
            if both:
                self.reciprocal.add(frozenset((row.id, name)))
            self.edges.append(Edge(own, self.ids[name], "return", "in return for", both))
        if terms.part_of in self.rows:
            self.edges.append(Edge(own, self.ids[terms.part_of], "part", "part of"))
        if row.standing.superseded_by in self.rows:
            heir = self.ids[row.standing.superseded_by]
            self.edges.append(Edge(own, heir, "successor", "superseded by"))


def _condition(row: Commitment) -> Condition:
    return parse(row.condition)


def _other_ends(row: Commitment) -> set[str]:
    terms = row.standing.terms
    return {*terms.in_return_for, terms.part_of, row.standing.superseded_by}


def _standing(row: Commitment) -> str:
    """Status, state, extent and flags in words: what the colour says, and more."""
    words = [row.status if row.status == row.state else f"{row.status}: {row.state}"]
    done, whole = row.extent
    if whole:
        words.append(f"{done} of {whole}")
    return ", ".join((*words, *row.flags))


def _wrapped(text: str, width: int = 24) -> tuple[str, ...]:
    """A text as a few lines; never none, since no format has a box without text."""
    return tuple(textwrap.wrap(_clean(text), width, max_lines=6, placeholder=" …")) or ("…",)


def _clean(text: str) -> str:
    """One line without what a page cannot hold: controls, halves of surrogates, and no-characters.

    Overrides of the writing direction go too: they could turn the words around them.
    """
    return "".join(c for c in " ".join(text.split()) if not _unprintable(c))


def _unprintable(character: str) -> bool:
    code = ord(character)
    turns = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
    none = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return turns or none or unicodedata.category(character) in ("Cc", "Cs")
