"""Words: where they are in a text, and what they are stems of.

Texts, patterns and concepts all pass through the same tokeniser, so whatever it does to one it does to the
others. Offsets always index the text as it was given; nothing is normalised before they are taken. Knows
nothing of profiles, clauses or meaning.

Quotes, brackets and the hyphens inside words are left out of the stream ("nuclear-test site" and "nuclear
test site" are the same three words); what ends or divides a clause stays in it as a token of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

import Stemmer
from attrs import frozen


def word_set(text: str) -> frozenset[str]:
    """Words as they are written, from a text with blanks between them."""
    return frozenset(text.split())


# In order: "U.S." and "a.m.", "U.S" without its last stop, "N. Korea", titles and months cut short, words,
# what apostrophes cut off, and the punctuation that matters to clauses.
_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}"
    r"|\b[A-Z]\.[A-Z]\b"
    r"|\b[A-Z]\.(?=\s?[A-Z][a-z])"
    r"|\b(?:Mr|Mrs|Ms|Dr|Gen|Lt|Col|Sgt|Sen|Rep|Gov|Adm|Capt|Maj|Prof|St|Jr|Sr|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov"
    r"|Dec|vs|Inc|Corp|Ltd)\.(?=\s)"
    r"|[^\W_]+"
    r"|['’](?:s|t|ll|re|ve|d|m|S|T)(?![^\W_])"
    r"|[.,;:?!…|—\n]"
    r"|(?<=\s)[-–]+(?=\s)"
)

_WORD = re.compile(r"[^\W_]+")

# Snowball's English stemmer leaves these forms apart from their verb.
_FORMS = {
    "arise": "arose arisen",
    "become": "became",
    "begin": "began begun",
    "bind": "bound",
    "blow": "blew blown",
    "bend": "bent",
    "break": "broke broken",
    "bring": "brought",
    "build": "built",
    "buy": "bought",
    "catch": "caught",
    "choose": "chose chosen",
    "come": "came",
    "deal": "dealt",
    "dig": "dug",
    "do": "did done does",
    "draw": "drew drawn",
    "drive": "drove driven",
    "fall": "fell fallen",
    "feed": "fed",
    "feel": "felt",
    "fight": "fought",
    "find": "found",
    "flee": "fled",
    "fly": "flew flown",
    "foresee": "foresaw foreseen",
    "forbid": "forbade forbidden",
    "forgive": "forgave forgiven",
    "free": "freed",
    "freeze": "froze frozen",
    "fuel": "fuelled fuelling",
    "get": "got gotten",
    "give": "gave given",
    "go": "went gone goes",
    "grow": "grew grown",
    "hang": "hung",
    "hear": "heard",
    "hide": "hid hidden",
    "hold": "held",
    "keep": "kept",
    "know": "knew known",
    "lay": "laid",
    "lead": "led",
    "leave": "left",
    "lend": "lent",
    "light": "lit",
    "lose": "lost",
    "make": "made",
    "meet": "met",
    "mislead": "misled",
    "overcome": "overcame",
    "oversee": "oversaw overseen",
    "overthrow": "overthrew overthrown",
    "pay": "paid",
    "rebuild": "rebuilt",
    "ride": "rode ridden",
    "rise": "rose risen",
    "run": "ran",
    "say": "said",
    "see": "saw seen",
    "seek": "sought",
    "sell": "sold",
    "send": "sent",
    "shake": "shook shaken",
    "shoot": "shot",
    "show": "shown",
    "sign": "signed",
    "shrink": "shrank shrunk",
    "sink": "sank sunk",
    "sit": "sat",
    "speak": "spoke spoken",
    "spend": "spent",
    "spin": "spun",
    "stand": "stood",
    "stick": "stuck",
    "steal": "stole stolen",
    "strike": "struck stricken",
    "swear": "swore sworn",
    "sweep": "swept",
    "take": "took taken",
    "teach": "taught",
    "tear": "tore torn",
    "tell": "told",
    "think": "thought",
    "throw": "threw thrown",
    "undergo": "underwent undergone",
    "undertake": "undertook undertaken",
    "undo": "undid undone",
    "uphold": "upheld",
    "wake": "woke woken",
    "wear": "wore worn",
    "win": "won",
    "withdraw": "withdrew withdrawn",
    "withhold": "withheld",
    "write": "wrote written",
}
_LEMMA = {form: verb for verb, forms in _FORMS.items() for form in forms.split()}

# Simple pasts of the table that are no participles: "the tunnels blew" is not "the tunnels were blown".
_NEVER_PARTICIPLE = word_set(
    """
    arose became began blew broke came chose did drew drove fell flew forbade forgave froze gave went
    grew hid knew overthrew rode rose ran saw shook spoke stole swore took tore threw undertook wore
    withdrew wrote foresaw oversaw overcame sank shrank underwent undid woke
    """
)
_UNCHANGED = word_set("cut hit let put set shut split spread quit cast hurt beset upset")

# Words that turn into another word when they are not written in capitals: "US" and "us".
_TELLING_CAPITALS = frozenset({"us", "who", "it", "am"})

_STEMMER = Stemmer.Stemmer("english", 0)
_CACHE_LIMIT = 200_000


class _Stems(dict[str, str]):
    """Raw word -> stem, filled as words are met; emptied when a hostile text would make it grow for ever."""

    def __missing__(self, raw: str) -> str:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        plain = raw.replace(".", "") or raw
        lower = plain.lower().replace("’", "'")
        if lower in _TELLING_CAPITALS and plain.isupper():
            stem = lower.upper()
        elif lower[:1].isalnum():
            stem = _STEMMER.stemWord(_LEMMA.get(lower, lower))
        else:
            stem = lower
        self[raw] = stem
        return stem


_STEMS = _Stems()


class _Lows(dict[str, str]):
    """Raw word -> the word in lower case with a straight apostrophe, as cue lists write it."""

    def __missing__(self, raw: str) -> str:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        self[raw] = low = raw.lower().replace("’", "'")
        return low


_LOWS = _Lows()


@frozen
class Tokens:
    """The words of `text` and the marks that divide it, in order; the five tuples run in parallel."""

    text: str
    raws: tuple[str, ...]
    lows: tuple[str, ...]
    stems: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.raws)


def tokenise(text: str) -> Tokens:
    """Every token of `text` with its stem and its characters `[start, end)`. Never raises."""
    found = list(_TOKEN.finditer(text))
    raws = tuple(match.group() for match in found)
    return Tokens(
        text,
        raws,
        tuple(map(_LOWS.__getitem__, raws)),
        tuple(map(_STEMS.__getitem__, raws)),
        tuple(match.start() for match in found),
        tuple(match.end() for match in found),
    )


def stems_in(text: str) -> list[str]:
    """The stems of `text` in order, without their places."""
    return list(map(_STEMS.__getitem__, _TOKEN.findall(text)))


def vocabulary(text: str) -> set[str]:
    """The stems of the words of `text`, and perhaps a few more: what the index needs to say no quickly.

    A plain expression for words costs a third of the tokeniser's. They differ in marks, which are no words,
    and in what is cut short by stops inside ("U.S."); a text with such is read by both.
    """
    words = _WORD.findall(text)
    known = set(map(_STEMS.get, words))  # twice as fast as asking for what may be missing
    found = set(map(_STEMS.__getitem__, words)) if None in known else cast(set[str], known)
    return found.union(stems_in(text)) if _has_inner_stop(text) else found


def _has_inner_stop(text: str) -> bool:
    """Whether a stop stands between two letters."""
    at = text.find(".")
    while at >= 0:
        if text[at + 1 : at + 2].isalpha() and text[at - 1 : at].isalpha():
            return True
        at = text.find(".", at + 1)
    return False


def stem_of(word: str) -> str:
    """The stem of one word as it would come out of a text."""
    return _STEMS[word]


def stem_set(words: str | Iterable[str]) -> frozenset[str]:
    """The stems of several words, written with blanks between them."""
    return frozenset(_STEMS[word] for word in (words.split() if isinstance(words, str) else words))


def is_participle(raw: str) -> bool:
    """Whether the form can be a past participle ("freed", "blown", "shut"), so that a passive can use it."""
    lower = raw.lower()
    if lower in _UNCHANGED:
        return True
    return (lower.endswith("ed") or lower in _LEMMA) and lower not in _NEVER_PARTICIPLE


def is_past(raw: str) -> bool:
    """Whether the form is a simple past or a past participle."""
    lower = raw.lower()
    return (lower.endswith("ed") and len(lower) > 3 and lower not in ("need", "speed")) or lower in _LEMMA


def is_gerund(raw: str) -> bool:
    """Whether the form ends as gerunds do ("testing", not "king" or "bring")."""
    lower = raw.lower()
    return lower.endswith("ing") and len(lower) > 5 and lower not in ("during", "string", "spring", "beijing")


def is_base(raw: str) -> bool:
    """Whether the form can be an infinitive: neither past, gerund nor third person."""
    lower = raw.lower()
    third = lower.endswith("s") and not lower.endswith("ss")
    return not (is_past(raw) or is_gerund(raw) or third) or lower in _UNCHANGED


# Nouns of an act whose stem is not the verb's.
_NOUNS = {
    "abandon": "abandonment",
    "abolish": "abolition",
    "adopt": "adoption",
    "approve": "approval",
    "attend": "attendance",
    "cancel": "cancellation",
    "close": "closure closing",
    "demolish": "demolition",
    "depart": "departure",
    "destroy": "destruction",
    "dismantle": "dismantlement dismantling",
    "eliminate": "elimination",
    "ease": "easing",
    "explode": "explosion",
    "fire": "firing",
    "free": "freeing liberation",
    "install": "installation",
    "liberate": "liberation",
    "lift": "lifting",
    "lower": "lowering",
    "participate": "participation",
    "raise": "raise rise",
    "ratify": "ratification",
    "reduce": "reduction",
    "remove": "removal",
    "renounce": "renunciation",
    "repeal": "repeal",
    "resume": "resumption",
    "sign": "signing signature",
    "suspend": "suspension",
    "violate": "violation",
    "withdraw": "withdrawal",
}
_NOUN_STEMS = {stem_of(verb): stem_set(nouns) for verb, nouns in _NOUNS.items()}


def noun_stems(verb_stem: str) -> frozenset[str]:
    """The stems by which the act of a verb is named as a noun; its own stem is always one ("launch")."""
    return _NOUN_STEMS.get(verb_stem, frozenset()) | {verb_stem}
