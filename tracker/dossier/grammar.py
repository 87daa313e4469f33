"""What a dossier's patterns are written in, as the reader of dossiers knows it: something that finds faults.

Patterns are the matching room's, which this one does not know; whoever knows both brings its grammar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from tracker.evidence.profile import Concept, WatchProfile


class Grammar(Protocol):
    """Finds what cannot be compiled."""

    def misphrased(self, concept: Concept) -> str:
        """What is wrong with a concept, or nothing."""

    def misspelt(
        self, profile: WatchProfile, concepts: Mapping[str, Concept]
    ) -> Iterator[tuple[str, int, str]]:
        """The faulty patterns of a profile: the key, the place in its list from 0, and what is wrong."""
