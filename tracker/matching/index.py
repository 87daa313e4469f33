"""Prospective search: which profiles a text could concern at all, without reading it once per profile.

Every profile is anchored on the rarest of the things it requires: the concepts of its object, or of its
actors where fewer other profiles ask for those. The n-grams of stems of the anchors are one dictionary, so a
text costs the same for ten profiles and for ten thousand. Anchors only choose candidates and the matcher
verifies them, so neither the order of adding nor what else is there can change a result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tracker.evidence.profile import Concept, WatchProfile
from tracker.matching.lexicon import tokenise


class Index:
    """Stem n-grams -> profiles, by their commitment's id; profiles come and go without a rebuild."""

    def __init__(self) -> None:
        self._grams: dict[str, dict[tuple[str, ...], Counter[str]]] = {}
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
            self._grams.setdefault(gram[0], {}).setdefault(gram, Counter())[profile.commitment] += 1

    def remove(self, commitment: str) -> None:
        """Forget the profile of a commitment, if there is one."""
        if commitment not in self._anchors:
            return
        profile, anchored = self._anchors.pop(commitment)
        self._asked.subtract((*profile.object, *profile.actors))
        for gram in anchored:
            owners = self._grams[gram[0]]
            del owners[gram][commitment]
            if not owners[gram]:
                del owners[gram]
            if not owners:
                del self._grams[gram[0]]

    def candidates(self, stems: Sequence[str]) -> set[str]:
        """The commitments whose object, and one of whose actors, is named among `stems`."""
        words = set(stems)
        hit: set[str] = set()
        for first in self._grams.keys() & words:
            hit |= self._verified(first, stems)
        named: dict[str, bool] = {}

        def is_named(concept: str) -> bool:
            if concept not in named:
                named[concept] = any(_stands(gram, stems, words) for gram in self._variants[concept])
            return named[concept]

        return {
            commitment
            for commitment in hit
            if all(
                not group or any(is_named(concept) for concept in group)
                for group in (self._anchors[commitment][0].object, self._anchors[commitment][0].actors)
            )
        }

    def _verified(self, first: str, stems: Sequence[str]) -> set[str]:
        """The owners of n-grams that begin with `first` and stand in the text as a whole."""
        waiting = dict(self._grams[first])
        found: set[str] = set()
        at = -1
        while waiting:
            try:
                at = stems.index(first, at + 1)
            except ValueError:
                break
            for gram in [gram for gram in waiting if tuple(stems[at : at + len(gram)]) == gram]:
                found.update(waiting.pop(gram))
        return found


def _stands(gram: tuple[str, ...], stems: Sequence[str], words: set[str]) -> bool:
    """Whether the n-gram stands in the text."""
    if not words.issuperset(gram):
        return False
    if len(gram) == 1:
        return True
    at = -1
    while True:
        try:
            at = stems.index(gram[0], at + 1)
        except ValueError:
            return False
        if tuple(stems[at : at + len(gram)]) == gram:
            return True
