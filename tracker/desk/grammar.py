"""The grammar of patterns for whoever reads dossiers: a fault is found with the file, not in the next round.

A pattern that could not be compiled was loaded once and then stopped every round, for the matcher compiles
all that the log holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tracker.errors import BadPattern
from tracker.evidence.profile import Concept, WatchProfile
from tracker.matching.pattern import compile_pattern
from tracker.matching.profile import checked_concepts

_PATTERNS = ("fulfils", "partly", "violates", "meets", "ignore", "based_on", "about")


class Patterns:
    """Compiles what it is asked about, and says why that fails."""

    def misphrased(self, concept: Concept) -> str:
        """What is wrong with a concept, or nothing."""
        try:
            checked_concepts({concept.name: concept})
        except BadPattern as problem:
            return str(problem).removeprefix(f"concept {concept.name!r}: ")
        return ""

    def misspelt(
        self, profile: WatchProfile, concepts: Mapping[str, Concept]
    ) -> Iterator[tuple[str, int, str]]:
        """The faulty patterns of a profile: the key, the place in its list from 0, and what is wrong."""
        for key in _PATTERNS:
            for place, pattern in enumerate(getattr(profile, key)):
                try:
                    compile_pattern(pattern, concepts, profile.commitment)
                except BadPattern as problem:
                    yield key, place, str(problem).removeprefix(f"watch {profile.commitment!r}: ")
