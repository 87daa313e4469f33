"""Who does an act: one whom the profile asks for, somebody it excludes, or nobody the sentence names.

Knows names and places in clauses, not what was done or whether it was.
"""

from __future__ import annotations

import re

from tracker.matching.pattern import Encoded, Hit, Voice
from tracker.matching.profile import Compiled


def doer(compiled: Compiled, lines: list[Encoded], place: int, hit: Hit) -> str:
    """Who does it: "allowed", "other" (somebody the profile excludes), or "" where the sentence names nobody.

    The agent of a "by" decides a passive; otherwise the nearest name before the act, then any in the clause,
    then the clauses before it.
    """
    line = lines[place]
    own = _places(compiled.actors, line)
    foreign = _places(compiled.not_actors, line)
    everybody = sorted([(at, "allowed") for at in own] + [(at, "other") for at in foreign])
    if hit.voice in (Voice.PASSIVE, Voice.NOUN):
        by = [at for at in everybody if _after_by(line, at[0], hit.words[0])]
        if by:
            return by[0][1]
        if foreign and hit.voice is Voice.NOUN and (named := _whose(compiled, line, hit.words)):
            return named
        if own:
            return "allowed"
        # "Sylvania: missile lands near Borduria": a place or a victim does nothing where an actor is named.
        if foreign and not any(_places(compiled.actors, earlier) for earlier in lines[:place]):
            return "other"
    else:
        if hit.voice is Voice.PLAIN and any(at in hit.words for at in own):
            return "allowed"
        before = [one for one in everybody if one[0] <= hit.act]
        if before:
            return before[-1][1]
        if own:
            return "allowed"
        if foreign and any(at in hit.words for at in foreign):
            return "other"
    for earlier in range(place - 1, -1, -1):
        own = _places(compiled.actors, lines[earlier])
        foreign = _places(compiled.not_actors, lines[earlier])
        if own or foreign:
            return "allowed" if max(own, default=-1) > max(foreign, default=-1) else "other"
    if any(_places(compiled.actors, other) for other in lines[place + 1 :]):
        return "allowed"
    return "" if compiled.actors is not None else ("other" if foreign else "allowed")


def _whose(compiled: Compiled, line: Encoded, words: tuple[int, ...]) -> str:
    """Whose act a noun names: the name right before it, as in "condemns Bordurian missile launch"."""
    nearest, whose = -1, ""
    for expression, what in ((compiled.actors, "allowed"), (compiled.not_actors, "other")):
        for match in expression.finditer(line.line) if expression else ():
            first, last = line.position(match.start()), line.position(match.end() - 1)
            after = line.line[line.starts[last + 1] :][:3] if last + 1 < len(line.starts) else ""
            if words[0] - (3 if after in (" 's", " ’s") else 1) <= last <= words[-1] and first > nearest:
                nearest, whose = first, what
    return whose


def _after_by(line: Encoded, at: int, first: int) -> bool:
    """Whether "by" stands within three words before a place, after the words of the act began."""
    end = line.starts[at]
    start = line.starts[max(at - 3, 0)]
    return at > first and " by/by" in line.line[start:end]


def _places(expression: re.Pattern[str] | None, line: Encoded) -> list[int]:
    """The words of a clause at which an expression begins."""
    if expression is None:
        return []
    return [line.position(match.start()) for match in expression.finditer(line.line)]
