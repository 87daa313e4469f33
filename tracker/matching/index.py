"""Prospective search: which profiles a text could concern at all, without reading it once per profile.

Every profile is anchored on the rarest of the things it requires: the concepts of its object, or of its
actors where fewer other profiles ask for those. The n-grams of stems of the anchors are one dictionary, so a
text costs the same for ten profiles and for ten thousand. Anchors only choose candidates and the matcher
verifies them, so neither the order of adding nor what else is there can change a result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

from tracker.evidence.profile import Concept, WatchProfile
from tracker.matching.lexicon import tokenise


class Index:
    """Stem n-grams -> profiles, by their commitment's id; profiles come and go without a rebuild."""

    def __init__(self) -> None:
        # By one of its words: the n-gram, its other words, and whose it is.
        self._grams: dict[str, dict[tuple[str, ...], tuple[tuple[str, ...], Counter[str]]]] = {}
        self._anchors: dict[str, tuple[WatchProfile, tuple[tuple[str, ...], ...]]] = {}
        self._asked: Counter[str] = Counter()
        self._variants: dict[str, tuple[tuple[str, ...], ...]] = {}

    def add(self, profile: WatchProfile, concepts: dict[str, Concept]) -> None:
        """Anchor `profile`; its concepts must be known. One of the same commitment is replaced."""
        self.remove(profile.commitment)
        groups = [group for group in (profile.object, profile.actors) if group]
        rarest = min(
            groups, key=lambda group: (sum(self._asked[name] for name in group), group is profile.actors)
        )
        for name in (*profile.object, *profile.actors):
            self._asked[name] += 1
            self._variants[name] = tuple(
                sorted({tokenise(variant.removeprefix("=")).stems for variant in concepts[name].variants})
            )
        grams = {gram for name in rarest for gram in self._variants[name]}
        self._anchors[profile.commitment] = (profile, tuple(sorted(grams)))
        for gram in grams:
            key = _key(gram)
            rest = tuple(stem for stem in gram if stem != key and stem[:1].isalnum())
            self._grams.setdefault(key, {}).setdefault(gram, (rest, Counter()))[1][profile.commitment] += 1

    def remove(self, commitment: str) -> None:
        """Forget the profile of a commitment, if there is one."""
        if commitment not in self._anchors:
            return
        profile, anchored = self._anchors.pop(commitment)
        self._asked.subtract((*profile.object, *profile.actors))
        for gram in anchored:
            key = _key(gram)
            there = self._grams[key]
            del there[gram][1][commitment]
            if not there[gram][1]:
                del there[gram]
            if not there:
                del self._grams[key]

    def candidates(self, vocabulary: set[str], stems: Callable[[], Sequence[str]]) -> set[str]:
        """The commitments whose object, and one of whose actors, is named in a text.

        `vocabulary` holds the stems of its words at least; `stems` gives them all in order, and is asked only
        where that may say yes.
        """
        line = cache(stems)
        hit: set[str] = set()
        for key in self._grams.keys() & vocabulary:
            for gram, (rest, owners) in self._grams[key].items():
                if vocabulary.issuperset(rest) and (len(gram) == 1 or _stands(gram, line())):
                    hit.update(owners)

        @cache
        def is_named(concept: str) -> bool:
            return any(
                all(stem in vocabulary or not stem[:1].isalnum() for stem in gram) and _stands(gram, line())
                for gram in self._variants[concept]
            )

        return {
            commitment
            for commitment in hit
            if all(
                not group or any(is_named(concept) for concept in group)
                for group in (self._anchors[commitment][0].object, self._anchors[commitment][0].actors)
            )
        }


def _key(gram: tuple[str, ...]) -> str:
    """The word of an n-gram by which it is found: the longest, which is seldom the most frequent."""
    return max((stem for stem in gram if stem[:1].isalnum()), key=len, default=gram[0])


def _stands(gram: tuple[str, ...], stems: Sequence[str]) -> bool:
    """Whether the n-gram stands in the text."""
    at = -1
    while True:
        try:
            at = stems.index(gram[0], at + 1)
        except ValueError:
            return False
        if tuple(stems[at : at + len(gram)]) == gram:
            return True
