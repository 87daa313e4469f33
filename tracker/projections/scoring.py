"""How each party keeps what it owes. Only the debtor's side is scored, and only what was accepted.

A whole that its parts decide counts for them: they are named, not counted beside it. Where it does not count
for that party (not accepted, not owed by it, or ended by a fact of its own), the parts do. Parts of a whole
with verdicts of its own are commitments like any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from tracker.commitments.events import Violated
from tracker.commitments.standing import Flag, Standing, State, Status
from tracker.commitments.verdicts import blamed
from tracker.projections.answers import Commitment, Score
from tracker.projections.reads import Reader

_Lists = defaultdict[str, list[str]]


def scorecard(reader: Reader) -> list[Score]:
    """A score for each party that owes something it accepted, in the order of their ids."""
    rows = {row.id: row for row in reader.board()}
    lists: dict[str, _Lists] = {}
    for row in rows.values():
        for party in row.debtor if row.standing.obliged_from is not None else ():
            mine = lists.setdefault(party, defaultdict(list))
            if _is_in_its_whole(row, party, rows):
                mine["parts"].append(row.id)
            else:
                _count(mine, row, party, reader)
    return [_score(party, lists[party]) for party in sorted(lists)]


def _is_in_its_whole(row: Commitment, party: str, rows: Mapping[str, Commitment]) -> bool:
    whole = rows.get(row.standing.terms.part_of)
    return (
        whole is not None
        and bool(whole.standing.terms.roll_up)
        and whole.standing.obliged_from is not None
        and whole.status != Status.CLOSED
        and party in whole.debtor
    )


def _count(mine: _Lists, row: Commitment, party: str, reader: Reader) -> None:
    mine[row.status].append(row.id)
    for flag in (Flag.OVERDUE, Flag.REMEDIED):
        if flag in row.flags:
            mine[flag].append(row.id)
    if row.state == State.VIOLATED:
        mine["breaches"] += [row.id for by in _blame(reader, row.standing) if party in by]


def _blame(reader: Reader, standing: Standing) -> list[tuple[str, ...]]:
    """Whom each violation is blamed on: one, or of what was breached again, every breach."""
    if standing.breaches <= 1:
        return [standing.by]
    events = [fact.event for fact in reader.breaches(standing.terms.id)]
    return [blamed(event, standing.terms.debtor) for event in events if isinstance(event, Violated)]


def _score(party: str, lists: _Lists) -> Score:
    return Score(
        party=party,
        pending=tuple(lists["pending"]),
        fulfilled=tuple(lists["fulfilled"]),
        violated=tuple(lists["violated"]),
        closed=tuple(lists["closed"]),
        overdue=tuple(lists["overdue"]),
        remedied=tuple(lists["remedied"]),
        breaches=tuple(lists["breaches"]),
        parts=tuple(lists["parts"]),
    )
