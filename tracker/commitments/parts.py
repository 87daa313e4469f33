"""What the parts of a commitment make of the whole: three detainees, two of three free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve as but

from tracker.commitments.standing import Standing, State
from tracker.evidence.grade import Basis
from tracker.evidence.when import Occurred

_STRENGTH = (Basis.STATED, Basis.REPORTED, Basis.CORROBORATED, Basis.VERIFIED)


def roll_up(own: Standing, parts: Sequence[Standing | None]) -> Standing:
    """The whole as its parts have it: fulfilled with all of them, violated with any; else as `own`.

    `parts` are how the parts stand at the same moment, None for one that does not exist yet. A whole that
    does not roll up, has no parts or ended by a fact of its own stays as it is. One whose own deadline was
    judged stays violated, and its extent goes on counting: late, and with the last of them remedied.
    """
    if not own.terms.roll_up or not parts or not (own.is_live or own.is_lapsed):
        return own
    there = [part for part in parts if part is not None]
    broken = [part for part in there if part.state is State.VIOLATED]
    came = [part for part in there if part.state is State.FULFILLED or part.remedied is not None]
    whole = own if own.extent == (len(came), len(parts)) else but(own, extent=(len(came), len(parts)))
    all_came = len(came) == len(parts)
    if own.state is not State.VIOLATED:
        deciding = broken or (came if all_came else [])
        if not deciding:
            return whole
        latest = max(deciding, key=_since)
        whole = but(
            whole,
            state=State.VIOLATED if broken else State.FULFILLED,
            since=latest.since,
            manner=latest.manner,
            by=tuple(dict.fromkeys(name for part in broken for name in part.by)),
            basis=min((part.basis or Basis.STATED for part in deciding), key=_STRENGTH.index),
            shortfall="; ".join(dict.fromkeys(part.shortfall for part in deciding if part.shortfall)),
            because=tuple(dict.fromkeys(fact for part in deciding for fact in part.because)),
            findings=tuple(dict.fromkeys(name for part in deciding for name in part.findings)),
            owed_since=None,
        )
    if whole.state is State.VIOLATED and all_came:
        return but(whole, remedied=max((part.remedied or part.since for part in came), key=_end))
    return whole


def _since(part: Standing) -> tuple[datetime, datetime]:
    return _end(part.since)


def _end(occurred: Occurred) -> tuple[datetime, datetime]:
    return (occurred.end, occurred.start)
