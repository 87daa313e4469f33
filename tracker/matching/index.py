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
        # By one of its words, and by another (or the same where there is none): the n-gram, and whose it is.
        self._grams: dict[str, dict[str, dict[tuple[str, ...], Counter[str]]]] = {}
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
            key, other = _keys(gram)
            owners = self._grams.setdefault(key, {}).setdefault(other, {}).setdefault(gram, Counter())
            owners[profile.commitment] += 1

    def remove(self, commitment: str) -> None:
        """Forget the profile of a commitment, if there is one."""
        if commitment not in self._anchors:
            return
        profile, anchored = self._anchors.pop(commitment)
        self._asked.subtract((*profile.object, *profile.actors))
        for gram in anchored:
            key, other = _keys(gram)
            by_other = self._grams[key]
            owners = by_other[other][gram]
            del owners[commitment]
            if not owners:
                del by_other[other][gram]
            if not by_other[other]:
                del by_other[other]
            if not by_other:
                del self._grams[key]

    def candidates(self, vocabulary: set[str], stems: Callable[[], Sequence[str]]) -> set[str]:
        """The commitments whose object, and one of whose actors, is named in a text.

        `vocabulary` holds the stems of its words at least; `stems` gives them all in order, and is asked only
        where that may say yes.
        """
        hit: set[str] = set()
        line: Sequence[str] = ()
        for key in self._grams.keys() & vocabulary:
            by_other = self._grams[key]
            if by_other.keys().isdisjoint(vocabulary):
                continue
            for other in by_other.keys() & vocabulary:
                for gram, owners in by_other[other].items():
                    if len(gram) > 1:
                        line = line or stems()
                    if len(gram) == 1 or _stands(gram, line):
                        hit.update(owners)
        if not hit:
            return hit
        line = line or stems()

        @cache
        def is_named(concept: str) -> bool:
            return any(
                all(stem in vocabulary or not stem[:1].isalnum() for stem in gram) and _stands(gram, line)
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


def _keys(gram: tuple[str, ...]) -> tuple[str, str]:
    """Two words of an n-gram by which it is found: the longest, for they are seldom the most frequent."""
    words = sorted((stem for stem in gram if stem[:1].isalnum()), key=len) or [gram[0]]
    return words[-1], words[-2 if len(words) > 1 else -1]


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
