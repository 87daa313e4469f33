"""What to look for: concepts and the watch profile of a commitment, as text.

Only the words a person wrote live here, so that the log can keep them; `tracker.matching` compiles and runs
them.
"""

from __future__ import annotations

from attrs import frozen


@frozen
class Concept:
    """A name for a set of phrases that mean the same to a profile ("north-korea": Pyongyang, DPRK …).

    `party` is the id of the party these phrases stand for, where they stand for one.
    """

    name: str
    variants: tuple[str, ...]
    party: str | None = None


@frozen
class WatchProfile:
    """How to recognise news about one commitment.

    `object` is mandatory: a text that names none of these concepts never matches. `actors` are concepts one
    of which must act; `not_actors` make a clause somebody else's. `fulfils`, `partly`, `violates` and
    `meets` are patterns for the four relations; `ignore` are phrases that look like the object and are not.
    `based_on` are words of the facts the commitment itself came from, which are no news about it. `about` are
    patterns of texts that concern the commitment and tell no act; where it is empty, the object alone does.
    """

    commitment: str
    object: tuple[str, ...]
    actors: tuple[str, ...] = ()
    not_actors: tuple[str, ...] = ()
    fulfils: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    violates: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    based_on: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
