"""What watch profiles would find in the stored documents, beside what the log says. Writes nothing.

The profiles are those of the log, or those of a dossier that is not loaded yet: a change is tried before it
counts. Documents come in batches, whoever asks keeps of them what it wants.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy.engine import Connection

from tracker.desk.findings import matches_in
from tracker.desk.words import Words
from tracker.dossier.dossier import Dossier
from tracker.errors import UnknownCommitment, did_you_mean
from tracker.evidence.document import Document
from tracker.evidence.finding import Cue, Finding, Match
from tracker.evidence.profile import Concept, WatchProfile
from tracker.log.streams import DOSSIER
from tracker.projections.reads import Reader

if TYPE_CHECKING:
    from tracker.matching.matcher import Matcher

NEW, GONE, OTHERWISE = "new", "gone", "decided otherwise"


@frozen
class Trial:
    """What one document would say about one commitment, and what the log says of it.

    `match` is None where a finding would be gone, `finding` None where one would be new; `change` is new,
    gone, decided otherwise, or empty where both agree. `rejected`: a reviewer rejected the finding.
    """

    commitment: str
    document: Document
    match: Match | None
    finding: Finding | None
    rejected: bool = False

    @property
    def change(self) -> str:
        """What would be another matter than in the log."""
        if self.match is None or self.finding is None:
            return GONE if self.match is None else NEW
        return "" if _said(self.match) == _said(self.finding.match) else OTHERWISE

    @property
    def told(self) -> Match:
        """What would be found, or else what was."""
        if self.match is not None:
            return self.match
        assert self.finding is not None
        return self.finding.match

    @property
    def cue(self) -> str:
        """What decided: the pattern, and the cue by which the act was judged."""
        return "; ".join(
            f"{cue.rule} (“{self._words(cue)}”)" if cue.stage == "factuality" else cue.rule
            for cue in self.told.cues
            if cue.stage in ("pattern", "concept", "factuality")
        )

    def _words(self, cue: Cue) -> str:
        return self.document.text[cue.span.start : cue.span.end]


def words_to_try(connection: Connection, name: str, dossier: Dossier | None) -> Words:
    """The concepts and profiles in force, or as they stand in a dossier; of one commitment where `name` is.

    Raises `UnknownCommitment` for one that has no watch there.
    """
    words = Words.read(connection)
    if dossier is not None:
        # The other dossiers' concepts stay: they tell speakers apart.
        concepts = words.dossiers | {DOSSIER + dossier.name: dossier.concepts}
        profiles = {entry.id: entry.watch for entry in dossier.entries if entry.watch is not None}
        words = Words(concepts, profiles)
    if not name:
        return words
    known = words.profiles
    if name not in known:
        where = f"in {dossier.name!r}" if dossier is not None else "in the log"
        raise UnknownCommitment(f"no [[watch]] {where} is for {name!r}{did_you_mean(name, known)}")
    return Words(words.dossiers, {name: known[name]})


def compiled(words: Words) -> Matcher:
    """The matcher for some words."""
    from tracker.matching.matcher import Matcher  # whoever only asks needs no grammar

    return Matcher(words.concepts.values(), words.profiles.values())


def trials(
    reader: Reader, matcher: Matcher, watched: Iterable[str], documents: Sequence[Document], zone: str
) -> Iterator[Trial]:
    """What `matcher` finds in `documents`, in their order, beside the findings on the `watched`."""
    watched = set(watched)
    held = reader.inbox.on_documents(reader.connection, [each.hash for each in documents], reader.known)
    for document in documents:
        if document.forgotten:
            continue
        now = {match.commitment: match for match in matches_in(matcher, document, zone)}
        before = {each.commitment: each for each in held.get(document.hash, ()) if each.commitment in watched}
        for name in sorted(now.keys() | before.keys()):
            finding = before.get(name)
            rejected = finding is not None and reader.is_rejected(finding.id)
            yield Trial(name, document, now.get(name), finding, rejected)


def explained(words: Words, told: Mapping[str, Any]) -> dict[str, Any]:
    """What `Matcher.explain` tells of the one profile in `words`, each concept with its name and variant."""
    (profile,) = words.profiles.values()
    found = [
        each | _variant(profile, words.concepts, each["role"], each["text"]) for each in told["concepts"]
    ]
    return {"commitment": profile.commitment, **told, "concepts": found}


def _variant(profile: WatchProfile, concepts: Mapping[str, Concept], role: str, text: str) -> dict[str, str]:
    """By which phrase of which concept some words play a role."""
    from tracker.matching.lexicon import tokenise
    from tracker.matching.pattern import encode, phrase

    tokens = tokenise(text)
    line = encode(tokens, range(len(tokens))).line
    for name in getattr(profile, role):
        for variant in concepts[name].variants:
            if re.fullmatch(phrase(variant) + " ", line):
                return {"concept": name, "variant": variant}
    return {"concept": "", "variant": ""}


def _said(match: Match) -> tuple[object, ...]:
    """What a match decides; how sure it is and how its reasons are called may change without a change."""
    return match.relation, match.factuality, match.occurred, match.spans
