"""Commitments that one act would keep, or break, both: siblings that nothing tells apart.

Two watch for the same act where their objects share a phrase and the patterns that decide share an act: a
word before the arrow, or under the `*`, or else the first word. Looks at the words as they are written; the
matcher, which knows their forms, is another room's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tracker.commitments.terms import Kind
from tracker.dossier.case import Case
from tracker.evidence.profile import Concept, WatchProfile


def shared_act(one: Case, two: Case, concepts: Mapping[str, Concept]) -> str:
    """An act that would count for both, in the words of their watches; empty where none would.

    None does where the two are told apart: by a different `scope` on each, by being parts of one whole or one
    a part of the other, by one being given in return for the other; nor where no verdict waits for one.
    """
    if one.watch is None or two.watch is None or not (one.awaits_verdict and two.awaits_verdict):
        return ""
    here, there = one.terms, two.terms
    if here.kind is not there.kind or not set(here.debtor) & set(there.debtor) or not _run_together(one, two):
        return ""
    told_apart = here.scope and there.scope and here.scope != there.scope
    of_one_whole = (here.part_of and here.part_of in (there.id, there.part_of)) or there.part_of == here.id
    reciprocal = here.id in there.in_return_for or there.id in here.in_return_for
    if told_apart or of_one_whole or reciprocal:
        return ""
    objects = _phrases(one.watch.object, concepts) & _phrases(two.watch.object, concepts)
    actors = [_phrases(watch.actors, concepts) for watch in (one.watch, two.watch)]
    acts = _acts(deciding(one.watch, here.kind)) & _acts(deciding(two.watch, there.kind))
    if not objects or not acts or (all(actors) and not actors[0] & actors[1]):
        return ""
    return f"{min(acts)} … {min(objects)}"


def _run_together(one: Case, two: Case) -> bool:
    ends = [until for case in (one, two) if (until := case.standing.window.until)]
    return not ends or max(one.begins, two.begins) < min(ends)


def deciding(watch: WatchProfile, kind: Kind) -> tuple[str, ...]:
    """The patterns whose act is the whole of what an achieve owes, or what the others forbid."""
    return watch.fulfils if kind is Kind.ACHIEVE else watch.violates


def _phrases(names: Iterable[str], concepts: Mapping[str, Concept]) -> set[str]:
    return {
        variant.removeprefix("=").casefold()
        for name in names
        if name in concepts
        for variant in concepts[name].variants
    }


_GROUP = r"\((?:[^()]|\([^()]*\))*\)"
_NAME = r"[^\W\d_][\w'-]*"
_ASIDE = re.compile(rf"(?<!\S)[-+!](?:{_GROUP}|[^\s()]+)")
_CONCEPT = re.compile(r"<[^>]*>")
_STARRED = re.compile(rf"\*(?:{_GROUP}|=?{_NAME})")
_FIRST = re.compile(rf"{_GROUP}|{_NAME}")
_WORD = re.compile(_NAME)


def _acts(patterns: Iterable[str]) -> set[str]:
    """The words of which one carries the act, in each of the patterns."""
    found: set[str] = set()
    for pattern in patterns:
        bare = _CONCEPT.sub(" ", _ASIDE.sub(" ", pattern.replace("->", "→")))
        act, arrow, _ = bare.partition("→")
        if not arrow:
            starred = _STARRED.findall(bare)
            act = " ".join(starred) if starred else " ".join(_FIRST.findall(bare)[:1])
        found.update(word.casefold() for word in _WORD.findall(act))
    return found
