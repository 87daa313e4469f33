"""Watch profiles made ready to run: every name looked up, every pattern compiled, every fault named.

Knows nothing of texts; `matcher` runs what this compiles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import frozen

from tracker.errors import BadPattern, did_you_mean
from tracker.evidence.finding import Relation
from tracker.evidence.profile import Concept, WatchProfile
from tracker.matching.lexicon import tokenise
from tracker.matching.pattern import Pattern, compile_pattern, one_of


@frozen
class Compiled:
    """A profile that can be run over encoded clauses. `acts` are in order of their relation, as written."""

    profile: WatchProfile
    object: re.Pattern[str]
    actors: re.Pattern[str] | None
    not_actors: re.Pattern[str] | None
    acts: tuple[tuple[Relation, Pattern], ...]
    ignore: tuple[Pattern, ...]
    based_on: tuple[Pattern, ...]
    about: tuple[Pattern, ...]


def checked_concepts(concepts: Mapping[str, Concept]) -> None:
    """Raise `BadPattern` for a concept without variants or with one that holds no word."""
    for concept in concepts.values():
        if not concept.variants:
            raise BadPattern(f"concept {concept.name!r}: has no variants; write at least one phrase")
        for variant in concept.variants:
            if not any(raw[:1].isalnum() for raw in tokenise(variant.removeprefix("=")).raws):
                raise BadPattern(f"concept {concept.name!r}: variant {variant!r} holds no word")


def compile_profile(profile: WatchProfile, concepts: Mapping[str, Concept]) -> Compiled:
    """Compile a profile; raises `BadPattern` that names the profile and what is wrong in it."""
    if not profile.object:
        raise BadPattern(f"watch {profile.commitment!r}: 'object' is empty; name at least one concept")

    def concept_of(names: tuple[str, ...], key: str) -> re.Pattern[str] | None:
        variants: list[str] = []
        for name in names:
            if name not in concepts:
                hint = did_you_mean(name, concepts)
                raise BadPattern(f"watch {profile.commitment!r}: {key}: no concept is called {name!r}{hint}")
            variants.extend(concepts[name].variants)
        return re.compile(one_of(tuple(variants)) + "(?= )") if variants else None

    def patterns(texts: tuple[str, ...]) -> tuple[Pattern, ...]:
        return tuple(compile_pattern(text, concepts, profile.commitment) for text in texts)

    wanted = concept_of(profile.object, "object")
    assert wanted is not None
    return Compiled(
        profile,
        wanted,
        concept_of(profile.actors, "actors"),
        concept_of(profile.not_actors, "not_actors"),
        tuple(
            (relation, pattern)
            for relation, texts in (
                (Relation.FULFILS, profile.fulfils),
                (Relation.VIOLATES, profile.violates),
                (Relation.PARTLY_FULFILS, profile.partly),
                (Relation.MEETS_CONDITION, profile.meets),
            )
            for pattern in patterns(texts)
        ),
        patterns(profile.ignore),
        patterns(profile.based_on),
        patterns(profile.about),
    )
