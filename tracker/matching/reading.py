"""A text being read: tokens, sentences, clauses and times, each worked out once and only when asked for."""

from __future__ import annotations

import re
from datetime import date

from tracker.evidence.finding import Cue
from tracker.matching.clause import Clause, Sentence, clauses, sentences
from tracker.matching.lexicon import Tokens, tokenise
from tracker.matching.pattern import Encoded, encode
from tracker.matching.surroundings import commentary
from tracker.matching.when import Time, times

# An actor who is first named later than this is not whom the text is about.
_SENTENCES_ASKED = 200


class Reading:
    """One text and its publication day; everything else follows from these two."""

    def __init__(self, text: str, published: date | None) -> None:
        self.text = text
        self.published = published
        self.tokens: Tokens = tokenise(text)
        self.sentences: list[Sentence] = sentences(self.tokens)
        self.comment: Cue | None = None
        if self.sentences and self.sentences[0].title:
            last = next(one for one in reversed(self.sentences) if one.title)
            self.comment = commentary(self.tokens, self.sentences[0], last)
        self._clauses: dict[int, tuple[Clause, ...]] = {}
        self._lines: dict[int, tuple[Encoded, ...]] = {}
        self._named: dict[re.Pattern[str], bool] = {}
        self._times: dict[int, list[Time]] = {}

    def clauses(self, number: int) -> tuple[Clause, ...]:
        """The clauses of a sentence."""
        if number not in self._clauses:
            self._clauses[number] = tuple(clauses(self.tokens, self.sentences[number], number))
        return self._clauses[number]

    def lines(self, number: int) -> tuple[Encoded, ...]:
        """The clauses of a sentence in the form that patterns search."""
        if number not in self._lines:
            self._lines[number] = tuple(encode(self.tokens, clause.words) for clause in self.clauses(number))
        return self._lines[number]

    def names(self, expression: re.Pattern[str] | None) -> bool:
        """Whether the text names one of the actors anywhere; where no actor is asked for, it does."""
        if expression is None:
            return True
        if expression not in self._named:
            self._named[expression] = any(
                expression.search(line.line)
                for number in range(min(len(self.sentences), _SENTENCES_ASKED))
                for line in self.lines(number)
            )
        return self._named[expression]

    def times(self, number: int) -> list[Time]:
        """The expressions of time in a sentence."""
        if number not in self._times:
            sentence = self.sentences[number]
            start, end = self.tokens.starts[sentence.start], self.tokens.ends[sentence.end - 1]
            self._times[number] = times(self.text, start, end, self.published)
        return self._times[number]
