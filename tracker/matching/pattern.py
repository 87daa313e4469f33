"""The pattern language: how a journalist writes down what an act looks like in words.

| written | matches |
|---|---|
| `free` | any form of the word: free, frees, freed, freeing |
| `=freed` | exactly this form; with a capital (`=North`) only this spelling |
| `<detainees>` | any variant of the concept |
| `(free \\| release \\| hand over)` | one of these |
| `official?`, `(the two)?` | this or nothing |
| `..` or `..4` | up to 6, or up to that many, words in between, within the clause |
| `!site` | what comes next is not this |
| `-(defector \\| rehearsal)` | the clause does not have this anywhere |
| `+<south-korea>` | the sentence or the headline has this somewhere |
| `*launch` | this word carries the act: its tense decides whether it happened |
| `free -> <detainees>` | the act done to the object: frees them, they were freed, their release |

Without a `*` the first plain word carries the act. Compiled patterns run over the encoded words of a clause
(`encode`), every gap is bounded, so a search is linear in the length of the clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import islice

import attrs
from attrs import frozen

from tracker.errors import BadPattern, did_you_mean
from tracker.evidence.profile import Concept
from tracker.matching.lexicon import Tokens, noun_stems, stem_of, stem_set, tokenise

_GAP = 6
_WIDEST_GAP = 12
# A clause that says a thing more often than this is no sentence.
_MOST_HITS = 4
# Verbs that only say that an event takes place: the noun behind them is the act itself.
_LIGHT = stem_set("hold conduct stage host convene perform undertake carry")
# "cut in income tax", "rise in fuel tax"; of other acts "in" tells a place.
_AMOUNTS = stem_set("cut raise increase reduce lower drop slash")
_END = "(?= )"
_ANY = " [^ ]+"


class Voice(StrEnum):
    """In which form the act was found."""

    ACTIVE = "active"
    PASSIVE = "passive"
    NOUN = "noun"
    PLAIN = "plain"  # a pattern without an arrow says itself what it is


@frozen
class Hit:
    """Where a pattern matched, as places in the clause: the word of the act, and all words it used."""

    act: int
    words: tuple[int, ...]
    voice: Voice
    pattern: str
    event: bool = False  # the object alone names the act: "after the summit" for "hold -> <summit>"


@frozen
class Encoded:
    """The words of a clause as patterns search them: ` Raw/stem Raw/stem `, and where each begins."""

    line: str
    starts: tuple[int, ...]
    stems: frozenset[str]

    def position(self, character: int) -> int:
        """Which word begins at or before `character` of the line."""
        low, high = 0, len(self.starts)
        while low < high:
            middle = (low + high) // 2
            if self.starts[middle] <= character:
                low = middle + 1
            else:
                high = middle
        return max(low - 1, 0)


def encode(tokens: Tokens, which: Sequence[int]) -> Encoded:
    """The words `which` of a text, in their order."""
    parts = []
    starts = []
    place = 0
    for index in which:
        part = f" {tokens.raws[index]}/{tokens.stems[index]}"
        starts.append(place)
        place += len(part)
        parts.append(part)
    return Encoded("".join(parts) + " ", tuple(starts), frozenset(tokens.stems[index] for index in which))


def phrase(text: str) -> str:
    """The expression of a plain phrase over encoded words; a leading `=` asks for the very spelling."""
    exact = text.startswith("=")
    tokens = tokenise(text.removeprefix("="))
    if exact:
        return "".join(_exactly(raw) for raw in tokens.raws)
    return "".join(f" [^ /]*/{re.escape(stem)}{_END}" for stem in tokens.stems)


def _exactly(raw: str) -> str:
    inner = re.escape(raw) if raw != raw.lower() else f"(?i:{re.escape(raw)})"
    return f" {inner}/[^ ]*"


@lru_cache(maxsize=65_536)  # a concept stands in many patterns
def one_of(phrases: tuple[str, ...]) -> str:
    """The regular expression of any of several phrases, the longest first."""
    ordered = sorted(set(phrases), key=lambda text: (-len(tokenise(text)), text))
    return "(?:" + "|".join(phrase(text) for text in ordered) + ")"


@lru_cache(maxsize=65_536)
def first_stems(phrases: tuple[str, ...]) -> frozenset[str]:
    """The stems with which any of the phrases begins."""
    return frozenset(tokenise(text.removeprefix("=")).stems[0] for text in phrases)


@frozen
class _Node:
    """A part of a parsed pattern: its expression, and whether it holds a plain word or bears the `*`.

    `acts` are the stems it can begin with, where it is an act; of `needs` one must be among the clause's
    stems (empty: nothing is known).
    """

    source: str
    plain: bool = False
    starred: bool = False
    captures: bool = True
    acts: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    nowhere: str = ""
    somewhere: str = ""

    @property
    def is_aside(self) -> bool:
        """Whether it asks something of the surroundings and takes no part in the sequence."""
        return bool(self.nowhere or self.somewhere)


@frozen
class _Form:
    """One compiled way to find the act; `act` is the number of its group."""

    voice: Voice
    source: str
    act: int
    event: bool = False


# Compiled when first searched for: most patterns of a dossier meet no text that has their words, and one that
# names large concepts takes milliseconds.
_expression = lru_cache(maxsize=65_536)(re.compile)


@frozen
class Pattern:
    """A compiled pattern. `text` is what was written."""

    text: str
    forms: tuple[_Form, ...]
    nowhere: str = ""
    somewhere: tuple[str, ...] = ()
    needs: tuple[frozenset[str], ...] = ()
    told_by: frozenset[str] = frozenset()  # without one of these only an event's own name can match

    def suits(self, lines: Iterable[Encoded]) -> bool:
        """Whether the clauses of a sentence and its headline hold what the pattern wants somewhere."""
        return not self.somewhere or all(
            any(_expression(source).search(line.line) for line in lines) for source in self.somewhere
        )

    def may(self, encoded: Encoded) -> bool:
        """Whether the clause has the words that the pattern needs: sets of stems say no far more cheaply than
        expressions do."""
        return not any(encoded.stems.isdisjoint(needed) for needed in self.needs)

    def search(self, encoded: Encoded) -> Iterator[Hit]:
        """Every place in the clause, form by form, from left to right."""
        if not self.may(encoded):
            return
        if self.nowhere and _expression(self.nowhere).search(encoded.line):
            return
        named = bool(self.told_by) and encoded.stems.isdisjoint(self.told_by)
        for form in self.forms:
            if named and not form.event:
                continue
            for match in islice(_expression(form.source).finditer(encoded.line), _MOST_HITS):
                words: list[int] = []
                for start, end in match.regs[1:]:
                    if end > start >= 0:
                        words.extend(range(encoded.position(start), encoded.position(end - 1) + 1))
                act = encoded.position(match.start(form.act))
                yield Hit(act, tuple(sorted(set(words))), form.voice, self.text, form.event)


def compile_pattern(text: str, concepts: Mapping[str, Concept], profile: str) -> Pattern:
    """Compile one pattern; raises `BadPattern` that names the profile, the pattern and the column."""
    return _Parser(text, concepts, profile).pattern()


_LEXEME = re.compile(
    r"\s*(?:(?P<arrow>->)|(?P<gap>\.\.(?P<wide>\d+)?)|<(?P<concept>[^<>]*)>|(?P<mark>[()|?!*+-])"
    r"|(?P<exact>=)?(?P<word>['’]?[^\W_]+(?:\.[^\W_]+)*(?:['’]\w+)?\.?))"
)


class _Parser:
    """Recursive descent over one line of pattern text."""

    def __init__(self, text: str, concepts: Mapping[str, Concept], profile: str) -> None:
        self.text = text
        self.concepts = concepts
        self.profile = profile
        self.at = 0
        self.lexemes: list[tuple[str, str, int]] = []
        place = 0
        while text[place:].strip():
            found = _LEXEME.match(text, place)
            if found is None:
                column = place + len(text[place:]) - len(text[place:].lstrip())
                raise self.wrong(f"unexpected {text[column]!r}", column)
            kind = next(k for k in ("arrow", "gap", "concept", "mark", "word") if found[k] is not None)
            column = found.start("exact") if kind == "word" and found["exact"] else found.start(kind)
            column -= kind == "concept"  # its angle bracket
            value = found["exact"] + found["word"] if kind == "word" and found["exact"] else found[kind]
            if kind == "gap":
                value = found["wide"] or str(_GAP)
            self.lexemes.append((kind, value, column))
            place = found.end()

    def wrong(self, what: str, column: int) -> BadPattern:
        """The error for a fault at `column` (from 0) of the text."""
        return BadPattern(f"watch {self.profile!r}: pattern {self.text!r}, column {column + 1}: {what}")

    def peek(self) -> tuple[str, str, int]:
        """The next lexeme, or an end with the column after the text."""
        return self.lexemes[self.at] if self.at < len(self.lexemes) else ("end", "", len(self.text))

    def take(self) -> tuple[str, str, int]:
        """The next lexeme, consumed."""
        lexeme = self.peek()
        self.at += 1
        return lexeme

    def pattern(self) -> Pattern:
        """The whole line."""
        if not self.lexemes:
            raise self.wrong("the pattern is empty", 0)
        left = self.sequence()
        kind, value, column = self.peek()
        if kind == "arrow":
            self.take()
            if not any(node.plain for node in left):
                raise self.wrong("what stands before '->' needs a plain word, the act", 0)
            right = self.sequence()
            if not any(node.captures for node in right):
                raise self.wrong("nothing stands after '->'", column)
            kind, value, column = self.peek()
            if kind != "end":
                raise self.wrong(f"unexpected {value!r}", column)
            return self.finish(self.arrow(left, right), [*left, *right], [n for n in left if n.acts])
        if kind != "end":
            raise self.wrong(f"unexpected {value!r}", column)
        if not any(node.captures for node in left):
            raise self.wrong("the pattern matches nothing: it needs a word or a concept", 0)
        return self.finish([self.form(Voice.PLAIN, left)], left)

    def finish(self, forms: list[_Form], nodes: list[_Node], arrow: Sequence[_Node] = ()) -> Pattern:
        """Put the forms together with the words that must be nowhere in the clause."""
        nowhere = [node.nowhere for node in nodes if node.nowhere]
        somewhere = tuple(node.somewhere for node in nodes if node.somewhere)
        verbs = [node for node in nodes if node in arrow]
        told_by: frozenset[str] = frozenset()
        needs = [node.needs for node in nodes if node.needs and not node.is_aside and node not in arrow]
        if verbs:
            acts = {noun for node in verbs for stem in node.acts for noun in noun_stems(stem)}
            if any(form.event for form in forms):
                told_by = frozenset(acts)
            else:
                needs.append(frozenset(acts))
        return Pattern(
            self.text,
            tuple(forms),
            "|".join(nowhere),
            somewhere,
            tuple(needs),
            told_by,
        )

    def form(self, voice: Voice, nodes: list[_Node], act: _Node | None = None) -> _Form:
        """One expression with a group per part that captures."""
        shown = [node for node in nodes if not node.is_aside]
        captured = [node for node in shown if node.captures]
        if act is None:
            act = next((n for n in captured if n.starred), None) or next(
                (n for n in captured if n.plain), captured[0]
            )
        source = "".join(f"({node.source})" if node.captures else node.source for node in shown)
        group = next(i for i, node in enumerate(captured, 1) if node is act)
        return _Form(voice, source + _END, group)

    def arrow(self, left: list[_Node], right: list[_Node]) -> list[_Form]:
        """The act done to the object: active, passive, and named as a noun."""
        verb = _Node("".join(node.source for node in left if not node.is_aside), plain=True)
        nouns = {noun for node in left for stem in node.acts for noun in noun_stems(stem)}
        noun = _Node(
            " [^ /]*/(?:" + "|".join(re.escape(stem) for stem in sorted(nouns)) + ")" + _END, plain=True
        )
        # "blown up at the site": what follows the place is not what the act was done to.
        # Nor what comes after another preposition: "cancels talks over drills" cancels no drills.
        gap = _Node(
            "(?! (?i:at|by|in|near|inside|from|on|and|or|of|to|,)/)"
            f"(?:(?! (?i:with|over|against|after|before|amid|about|despite)/){_ANY}){{0,4}}?",
            captures=False,
        )
        wide = _Node(f"(?:{_ANY}){{0,14}}?", captures=False)
        short = _Node(f"(?:{_ANY}){{0,3}}?", captures=False)
        stems = {stem for node in left for stem in node.acts}
        amounts = "|in" if stems & _AMOUNTS else ""
        of = _Node(f" (?i:of|for{amounts})/[^ ]*", captures=True)
        near = _Node(f"(?: [^ /]*/'s{_END})?", captures=False)
        forms = [
            self.form(Voice.ACTIVE, [verb, gap, *right], verb),
            self.form(Voice.PASSIVE, [*right, wide, verb], verb),
            self.form(Voice.NOUN, [noun, of, short, *right], noun),
            self.form(Voice.NOUN, [*right, near, noun], noun),
        ]
        if stems & _LIGHT:
            last = [node for node in right if node.captures and not node.is_aside][-1]
            forms.append(attrs.evolve(self.form(Voice.NOUN, right, last), event=True))
        return forms

    def sequence(self) -> list[_Node]:
        """Parts up to a bar, a closing parenthesis, an arrow or the end."""
        nodes: list[_Node] = []
        while True:
            kind, value, _ = self.peek()
            if kind in ("end", "arrow") or (kind == "mark" and value in ("|", ")")):
                return nodes
            nodes.append(self.part())

    def part(self) -> _Node:
        """One part with what stands before and after it."""
        kind, value, column = self.take()
        if kind == "gap":
            wide = int(value)
            if wide > _WIDEST_GAP:
                raise self.wrong(
                    f"a gap of more than {_WIDEST_GAP} words joins what does not belong together", column
                )
            return _Node(f"(?:{_ANY}){{0,{wide}}}?", captures=False)
        if kind == "mark" and value in "!-*+":
            return self.prefixed(value, column)
        if kind == "mark" and value == "?":
            raise self.wrong("'?' stands after what may be missing", column)
        node = self.atom(kind, value, column)
        if self.peek()[:2] == ("mark", "?"):
            self.take()
            return _Node(f"(?:{node.source})?", captures=node.captures)
        return node

    def prefixed(self, mark: str, column: int) -> _Node:
        """A part with `!`, `-`, `+` or `*` before it."""
        if self.peek()[0] not in ("word", "concept") and self.peek()[:2] != ("mark", "("):
            raise self.wrong(f"{mark!r} needs a word, a concept or a group after it", column)
        node = self.atom(*self.take())
        match mark:
            case "!":
                return _Node(f"(?!{node.source})", captures=False)
            case "-":
                return _Node("", captures=False, nowhere=node.source + _END)
            case "+":
                return _Node("", captures=False, somewhere=node.source + _END)
            case _:
                return _Node(node.source, plain=node.plain, starred=True, acts=node.acts, needs=node.needs)

    def atom(self, kind: str, value: str, column: int) -> _Node:
        """A word, a concept or a group."""
        if kind == "word":
            stem = stem_of(value.removeprefix("="))
            return _Node(phrase(value), plain=True, acts=(stem,), needs=frozenset({stem}))
        if kind == "concept":
            concept = self.concepts.get(value)
            if concept is None:
                raise self.wrong(
                    f"no concept is called {value!r}{did_you_mean(value, self.concepts)}", column
                )
            return _Node(one_of(concept.variants), needs=first_stems(concept.variants))
        if (kind, value) == ("mark", "("):
            return self.group(column)
        raise self.wrong(f"unexpected {value or 'end'!r}", column)

    def group(self, column: int) -> _Node:
        """Alternatives in parentheses."""
        branches: list[list[_Node]] = []
        while True:
            branch = self.sequence()
            if not branch:
                raise self.wrong("an alternative is empty", self.peek()[2])
            if any(node.is_aside for node in branch):
                raise self.wrong("'-' and '+' belong outside of parentheses", column)
            branches.append(branch)
            kind, value, _ = self.take()
            if (kind, value) == ("mark", ")"):
                break
            if (kind, value) != ("mark", "|"):
                raise self.wrong("'(' is never closed", column)
        source = "|".join("".join(node.source for node in branch) for branch in branches)
        nodes = [node for branch in branches for node in branch]
        asked = [next((node.needs for node in branch if node.needs), frozenset()) for branch in branches]
        return _Node(
            f"(?:{source})",
            plain=any(node.plain for node in nodes),
            starred=any(node.starred for node in nodes),
            acts=tuple(act for branch in branches for act in branch[0].acts),
            needs=frozenset().union(*asked) if all(asked) else frozenset(),
        )
