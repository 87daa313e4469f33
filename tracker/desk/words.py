"""The words that documents are matched with, as the log has them, and the matcher compiled from them.

A commitment whose words are new or have changed is matched against the stored documents too: it gets a
cursor of its own over them, which `consider` moves up to the others in bounded batches.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import sqlalchemy as sa
from attrs import field, frozen
from sqlalchemy.engine import Connection

from tracker.commitments.events import Fact, WatchChanged
from tracker.database.engine import upsert
from tracker.desk.tables import cursors
from tracker.evidence.profile import Concept, WatchProfile
from tracker.log import log
from tracker.log.events import DossierLoaded

if TYPE_CHECKING:
    from tracker.matching.matcher import Matcher

WORDS = ("WatchChanged", "DossierLoaded")
CONSIDERED = "considered"
_PLANNED = "words/"  # and the version of the matcher: what another one made is read anew
_STORED = "stored/"
_NAMED = re.compile(r"<([^<>]+)>")


@frozen
class Words:
    """The latest concepts of every dossier and the latest profile of every commitment."""

    dossiers: dict[str, tuple[Concept, ...]] = field(factory=dict)
    profiles: dict[str, WatchProfile] = field(factory=dict)

    @classmethod
    def read(cls, connection: Connection) -> Words:
        """Those in the log."""
        return cls().after(log.read_all(connection, types=WORDS))

    def after(self, facts: Iterable[Fact]) -> Words:
        """The words once `facts` are recorded, too."""
        dossiers, profiles = dict(self.dossiers), dict(self.profiles)
        for fact in facts:
            if isinstance(fact.event, WatchChanged):
                profiles[fact.event.profile.commitment] = fact.event.profile
            elif isinstance(fact.event, DossierLoaded):
                dossiers[fact.stream] = fact.event.concepts
        return Words(dossiers, profiles)

    @property
    def concepts(self) -> dict[str, Concept]:
        """All concepts by their name."""
        return {concept.name: concept for group in self.dossiers.values() for concept in group}

    def versions(self) -> dict[str, str]:
        """What tells the words of each commitment from any others: its profile and the concepts in it.

        Concepts that only say for which party a speaker speaks are not among them.
        """
        concepts = self.concepts
        return {name: _version(profile, concepts) for name, profile in self.profiles.items()}


def _version(profile: WatchProfile, concepts: dict[str, Concept]) -> str:
    patterns = (*profile.fulfils, *profile.partly, *profile.violates, *profile.meets)
    looser = (*profile.ignore, *profile.based_on, *profile.about)
    named = {name for pattern in (*patterns, *looser) for name in _NAMED.findall(pattern)}
    named |= {*profile.object, *profile.actors, *profile.not_actors}
    used = sorted((concepts[name] for name in named if name in concepts), key=lambda each: each.name)
    return hashlib.sha256(repr((profile, used)).encode()).hexdigest()[:12]


class Watch:
    """The words of the log and the matcher for them, kept while they stay, brought up to date where not."""

    def __init__(self) -> None:
        self._position = 0
        self._words = Words()
        self._versions: dict[str, str] = {}
        self._matcher: Matcher | None = None
        self._some: tuple[frozenset[str], int, Matcher] | None = None

    def matcher(self, connection: Connection) -> Matcher:
        """The matcher for the words now in the log; a profile that is new or changed is added to it.

        Only other concepts make it be compiled anew: any profile may name any of them.
        """
        position = log.last_of(connection, WORDS)
        if self._matcher is not None and position == self._position:
            return self._matcher
        before = self._words if self._matcher else Words()
        facts = list(log.read_all(connection, self._position if self._matcher else 0, WORDS))
        words = before.after(facts)
        # Where some words cannot be compiled, nothing half-built is left behind.
        matcher, self._matcher = self._matcher, None
        if matcher is None or words.concepts != before.concepts:
            matcher = _compiled(words, words.profiles)
        else:
            for name, profile in words.profiles.items():
                if profile != before.profiles.get(name):
                    matcher.add(profile)
        self._words, self._position, self._matcher = words, position, matcher
        self._versions = words.versions()
        return matcher

    def version(self, commitment: str) -> str:
        """The matcher's version and that of the words it now has for a commitment."""
        from tracker.matching.matcher import Matcher

        return f"{Matcher.version}:{self._versions[commitment]}"

    def only(self, connection: Connection, commitments: Collection[str]) -> Matcher:
        """A matcher for some commitments alone: an archive is not to be read for all, because of one."""
        self.matcher(connection)
        wanted = frozenset(commitments)
        if self._some is None or self._some[:2] != (wanted, self._position):
            self._some = (wanted, self._position, _compiled(self._words, wanted))
        return self._some[2]


def _compiled(words: Words, commitments: Iterable[str]) -> Matcher:
    from tracker.matching.matcher import Matcher  # whoever only asks needs no grammar

    profiles = (profile for name, profile in words.profiles.items() if name in commitments)
    return Matcher(words.concepts.values(), profiles)


def cursor(connection: Connection, name: str = CONSIDERED) -> int:
    """How far somebody has got, 0 at the beginning."""
    query = sa.select(cursors.c.number).where(cursors.c.name == name)
    return connection.execute(query).scalar() or 0


def move(connection: Connection, number: int, name: str = CONSIDERED) -> None:
    """Move a cursor to `number`."""
    upsert(cursors, connection, {"name": name, "number": number}, ("name",))


def plan(connection: Connection) -> None:
    """Send every commitment whose words are others than at the last plan back to the first document.

    All of them, where the matcher is of another version than the one that planned last.
    """
    from tracker.matching.matcher import Matcher

    name = _PLANNED + Matcher.version
    planned, position = cursor(connection, name), log.last_of(connection, WORDS)
    if position == planned:
        return
    facts = list(log.read_all(connection, types=WORDS))
    before = Words().after(fact for fact in facts if fact.position <= planned)
    old, new = before.versions(), before.after(facts).versions()
    if cursor(connection):
        for commitment in new:
            if new[commitment] != old.get(commitment):
                move(connection, 0, _STORED + commitment)
    connection.execute(cursors.delete().where(cursors.c.name.startswith(_PLANNED)))
    move(connection, position, name)


def behind(connection: Connection) -> dict[str, int]:
    """The commitments that have stored documents to catch up with, each with the last it was matched with."""
    query = sa.select(cursors.c.name, cursors.c.number).where(cursors.c.name.startswith(_STORED))
    return {row.name.removeprefix(_STORED): row.number for row in connection.execute(query)}


def catch_up(connection: Connection, commitment: str, number: int, target: int) -> None:
    """Move a commitment's own cursor; at `target` it needs none any more."""
    if number < target:
        move(connection, number, _STORED + commitment)
    else:
        connection.execute(cursors.delete().where(cursors.c.name == _STORED + commitment))
