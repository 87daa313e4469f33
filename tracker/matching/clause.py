"""Clauses: which words belong to one statement, and which word leads it in.

A clause is what a pattern may match within and what a negation or a plan may reach. Segmentation is by marks
and leading words alone, so it survives headlines, quotations and abbreviations; a relative clause between
commas is lifted out, and the clause around it goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from tracker.matching.lexicon import Tokens, is_gerund, word_set

_STOPS = frozenset(".?!…")
_MARKS = frozenset(";:|—")
# Longer statements are cut: nothing that far apart belongs together, and the cost of a clause stays bounded.
_LONGEST = 60
_LONGEST_SENTENCE = 240

_LEADING = word_set(
    """
    after before while when whenever because although though unless until till if amid despite following
    whereas lest whether but ahead
    """
)
_LEADING_AFTER_COMMA = word_set("and or so yet nor where once since for as")
_RELATIVE = frozenset({"who", "which", "whose", "whom"})
_SPEECH = word_set(
    """
    says said say saying tells told telling claims claimed denies denied deny confirms confirmed
    announces announced believes believed believe thinks thinks thought hopes hoped hope fears feared
    expects expected predicts predicted reports reported report warns warned insists insisted adds added
    suggests suggested means shows showed vows vowed pledges pledged promises promised agrees agreed
    demands demanded signals signalled hints hinted doubts doubted doubt rumours rumors evidence sign
    indication proof assurance assurances fact news idea possibility likely unlikely clear hopeful
    signs indications claim claiming allegation allegations rumour rumor suspicion suspicions reveals
    revealed finds found admits admitted acknowledges acknowledged concedes conceded argues argued hopes
    confident sure certain convinced concerned afraid worried true false
    """
)
_FINITE = word_set(
    """
    he she it they we i you will would has have had is are was were can could may might must should says
    said then also there this
    """
)
# Sentences open with these after an abbreviation that carries its own stop ("with the U.S. The drills …").
_OPENERS = word_set(
    """
    The A An He She It They We In On At But And This That These Those There If When While After Before
    For As His Her Their Its Both Neither No Not However Meanwhile
    """
)
_NOT_A_CLAUSE_AFTER_AS = word_set(
    "a an one part of well its their his her if long soon many much early late far"
)
_NOT_A_CLAUSE_BEFORE_AS = word_set("such same well known as much soon long seen regarded described serve act")


@frozen
class Clause:
    """Words of one statement, as positions in the tokens; `lead` is the word that leads it in, or empty.

    `sentence` numbers the sentences of the text; `first` tells the clause of a sentence that nothing led in.
    """

    words: tuple[int, ...]
    lead: str
    sentence: int
    relative: bool = False


@frozen
class Sentence:
    """Tokens `[start, end)`; `title`: of the headline's line; `question`: it ends with a question mark."""

    start: int
    end: int
    title: bool
    question: bool


def sentences(tokens: Tokens) -> list[Sentence]:
    """The sentences of a text: the first line is the title where there is more than one."""
    found: list[Sentence] = []
    raws, start, title = tokens.raws, 0, True
    count = len(raws)

    def close(end: int, question: bool) -> None:
        nonlocal start
        if end > start:
            found.append(Sentence(start, end, title, question))
        start = end

    for index, raw in enumerate(raws):
        if raw == "\n":
            blank = index + 1 < count and raws[index + 1] == "\n"
            if title or blank:
                close(index, False)
                start = index + 1
                title = False
            continue
        if raw in _STOPS:
            following = tokens.ends[index]
            if following < len(tokens.text) and tokens.text[following].isalnum():
                continue
            close(index + 1, raw == "?")
        elif index - start >= _LONGEST_SENTENCE:
            close(index, False)
        elif raw.endswith(".") and index + 1 < count and raws[index + 1] in _OPENERS:
            close(index + 1, False)
    close(count, False)
    return found


def clauses(tokens: Tokens, sentence: Sentence, number: int) -> list[Clause]:
    """The clauses of one sentence, in the order of their first words; every word is in exactly one."""
    found: list[tuple[list[int], str, bool]] = [([], "", False)]
    outer: list[int] = []  # clauses to go back to after the comma that closes an inserted one
    raws = tokens.raws
    lowers = tokens.lows[sentence.start : sentence.end]

    def open_clause(lead: str, relative: bool = False, inserted: bool = False) -> None:
        if inserted:
            outer.append(len(found) - 1)
        found.append(([], lead, relative))

    current = 0
    for offset, word in enumerate(lowers):
        index = sentence.start + offset
        before = lowers[offset - 1] if offset else ""
        after = lowers[offset + 1] if offset + 1 < len(lowers) else ""
        if word == "\n":
            continue
        if word in _MARKS or (word[0] in "-–" and len(word) <= 3 and not word.isalnum()):
            open_clause("")
            outer.clear()
            current = len(found) - 1
            continue
        if word == ",":
            words, lead, _ = found[current]
            if outer:
                current = outer.pop()
            elif (
                lead
                and current == len(found) - 1
                and (current == 0 or not any(w for w, _, _ in found[:current]))
            ):
                open_clause("")
                current = len(found) - 1
            else:
                words.append(index)
            continue
        if _leads(word, before, after, lowers, offset):
            relative = word in _RELATIVE
            if not found[current][0] and len(found) - 1 == current and not found[current][1]:
                found[current] = (found[current][0], word, relative)
            else:
                words = found[current][0]
                if words and raws[words[-1]] == ",":
                    words.pop()
                open_clause(
                    word, relative, inserted=relative or (before == "," and word in ("as", "after", "when"))
                )
                current = len(found) - 1
        if len(found[current][0]) >= _LONGEST:
            open_clause(found[current][1])
            current = len(found) - 1
        found[current][0].append(index)
    return [Clause(tuple(words), lead, number, relative) for words, lead, relative in found if words]


def _leads(word: str, before: str, after: str, lowers: Sequence[str], offset: int) -> bool:
    """Whether `word` leads in a clause of its own here."""
    if word == "but" and "not" in (recent := lowers[max(offset - 8, 0) : offset]) and _is_merely(recent):
        return False  # "freed not just the engineers but all prisoners" is one statement
    if word in _LEADING:
        return not (word == "following" and after in ("day", "week", "month", "year")) and not (
            word == "ahead" and after != "of"
        )
    if word in _RELATIVE:
        return before == ","
    if word == "that":
        return before in _SPEECH
    if word == "as":
        return before not in _NOT_A_CLAUSE_BEFORE_AS and after not in _NOT_A_CLAUSE_AFTER_AS
    if before == "," and word in _LEADING_AFTER_COMMA:
        return _has_verb_soon(lowers, offset) if word in ("and", "or", "nor") else True
    if word == "and":
        return after in _FINITE
    if word == "once":
        return offset == 0
    return word == "in" and after == "case"


def _has_verb_soon(lowers: Sequence[str], offset: int) -> bool:
    """Whether what follows a comma and "and" is a statement rather than the last item of a list."""
    for word in lowers[offset + 1 : offset + 7]:
        if word == ",":
            return False
        if word in _FINITE or (word.endswith("ed") and len(word) > 4) or is_gerund(word):
            return True
    return False


def _is_merely(words: Sequence[str]) -> bool:
    """Whether a "not" is one of "not only", "not just"."""
    at = words.index("not") + 1
    return at < len(words) and words[at] in ("only", "just", "merely", "simply")
