"""Conditions: what must hold before a debtor owes anything, as one readable line.

`once: "the talks begin"` is a trigger: once it held, it holds for good. `while: …` must keep holding. After
the colon stand terms joined by `and` and `or` (`and` binds tighter, parentheses allowed); a term is a quoted
condition on the outside world, or `<commitment-id> is <word>` with a state or a status as the word.

The text form is also the stored form: `parse(str(condition)) == condition`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NoReturn

from attrs import frozen

from tracker.errors import BadCondition, did_you_mean

WORDS = frozenset(
    {
        "proposed", "conditional", "active", "suspended", "fulfilled", "violated", "expired", "released",
        "withdrawn", "cancelled", "superseded", "pending", "closed",
    }
)  # fmt: skip


@frozen
class Said:
    """Something about the outside world, settled by ConditionMet and ConditionFailed."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


@frozen
class Stands:
    """Another commitment is in a state, or has a status."""

    commitment: str
    word: str

    def __str__(self) -> str:
        return f"{self.commitment} is {self.word}"


@frozen
class Every:
    """All of the terms."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return " and ".join(f"({t})" if isinstance(t, Either) else str(t) for t in self.terms)


@frozen
class Either:
    """At least one of the terms."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return " or ".join(str(t) for t in self.terms)


Term = Said | Stands | Every | Either


@frozen
class Condition:
    """An antecedent. `lasting` is True for `while`, False for `once`."""

    lasting: bool
    term: Term

    def __str__(self) -> str:
        return f"{'while' if self.lasting else 'once'}: {self.term}"

    def holds(self, said: frozenset[str], stands: Callable[[str, str], bool]) -> bool:
        """Whether it holds, given the quoted texts that do and a judge of `(commitment, word)`."""
        return _holds(self.term, said, stands)

    def said(self) -> tuple[str, ...]:
        """The quoted texts in it, in order."""
        return tuple(t.text for t in self.leaves() if isinstance(t, Said))

    def upstream(self) -> tuple[str, ...]:
        """The ids of the commitments it hangs on, in order."""
        return tuple(t.commitment for t in self.leaves() if isinstance(t, Stands))

    def leaves(self) -> Iterator[Said | Stands]:
        """Its terms without the `and` and `or` between them, in order."""
        return _leaves(self.term)


def _holds(term: Term, said: frozenset[str], stands: Callable[[str, str], bool]) -> bool:
    match term:
        case Said(text):
            return text in said
        case Stands(commitment, word):
            return stands(commitment, word)
        case Every(terms):
            return all(_holds(t, said, stands) for t in terms)
        case Either(terms):
            return any(_holds(t, said, stands) for t in terms)


def _leaves(term: Term) -> Iterator[Said | Stands]:
    match term:
        case Said() | Stands():
            yield term
        case Every(terms) | Either(terms):
            for inner in terms:
                yield from _leaves(inner)


def parse(text: str) -> Condition:
    """Read a condition; raises `BadCondition` with the column (counted from 1) where it goes wrong."""
    return _Parser(text).condition()


@lru_cache(maxsize=4096)
def read(text: str) -> Condition | None:
    """The condition in `text`; None where there is none, and for one that nobody can read.

    For the fold, which asks after every fact and must not fail on what an old log holds: what cannot be
    read never holds. Whoever takes a condition in calls `parse`.
    """
    try:
        return parse(text) if text else None
    except BadCondition:
        return None


_DEEPEST = 20

_TOKEN = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<mark>[():])|(?P<word>[A-Za-z0-9][\w.-]*)|(?P<bad>\S))')


class _Parser:
    """Recursive descent over the tokens of one line."""

    def __init__(self, text: str) -> None:
        self.text = text
        # A quoted text begins at its quotation mark.
        self.tokens = [
            (m.lastgroup, m[m.lastgroup or 0], m.start(m.lastgroup or 0) - (m.lastgroup == "quoted"))
            for m in _TOKEN.finditer(text)
        ]
        self.at = 0
        self.depth = 0

    def condition(self) -> Condition:
        kind, word, _ = self._next("'once:' or 'while:'")
        if kind != "word" or word not in ("once", "while"):
            self._fail("a condition starts with 'once:' or 'while:'", back=True)
        if self._next("':'")[1] != ":":
            self._fail(f"':' is missing after {word!r}", back=True)
        term = self._either()
        if self.at < len(self.tokens):
            self._next("")
            self._fail("'and', 'or' or the end is expected here", back=True)
        return Condition(word == "while", term)

    def _either(self) -> Term:
        terms = [self._every()]
        while self._word("or"):
            terms.append(self._every())
        return terms[0] if len(terms) == 1 else Either(tuple(terms))

    def _every(self) -> Term:
        terms = [self._term()]
        while self._word("and"):
            terms.append(self._term())
        return terms[0] if len(terms) == 1 else Every(tuple(terms))

    def _term(self) -> Term:
        kind, value, _ = self._next('a quoted text or "<commitment> is <word>"')
        if kind == "quoted":
            if not value.strip():
                self._fail("the quoted text is empty", back=True)
            return Said(value)
        if value == "(":
            self.depth += 1
            if self.depth > _DEEPEST:
                self._fail(f"more than {_DEEPEST} parentheses in each other", back=True)
            term = self._either()
            self.depth -= 1
            if self._next("')'")[1] != ")":
                self._fail("')' is missing", back=True)
            return term
        if kind != "word" or value in ("and", "or", "is"):
            self._fail('a quoted text or "<commitment> is <word>" is expected here', back=True)
        if not self._word("is"):
            self._fail(f"'is' is missing after {value!r}")
        kind, word, _ = self._next("a state or a status")
        if kind != "word" or word not in WORDS:
            self._fail(f"{word!r} is no state and no status{did_you_mean(word, WORDS)}", back=True)
        return Stands(value, word)

    def _word(self, word: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at][:2] == ("word", word):
            self.at += 1
            return True
        return False

    def _next(self, wanted: str) -> tuple[str | None, str, int]:
        if self.at >= len(self.tokens):
            self._fail(f"{wanted} is missing")
        token = self.tokens[self.at]
        self.at += 1
        if token[0] == "bad":
            self._fail(
                "a quotation is not closed" if token[1] == '"' else f"{token[1]!r} means nothing", back=True
            )
        return token

    def _fail(self, reason: str, *, back: bool = False) -> NoReturn:
        index = self.at - 1 if back else self.at
        column = self.tokens[index][2] + 1 if index < len(self.tokens) else len(self.text) + 1
        raise BadCondition(f"condition {self.text[:200]!r}, column {column}: {reason}")
