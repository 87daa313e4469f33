"""What changed in what was believed, read by ranges of positions.

One range costs one read of the log, two of each projection and one of the archive, however many changes it
holds; only a commitment that was breached more than once is looked up by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracker.commitments import events
from tracker.commitments.events import Fact, Fulfilled, Violated
from tracker.commitments.standing import Standing
from tracker.evidence.finding import Finding
from tracker.log import log
from tracker.log.codec import registered
from tracker.projections.answers import Change
from tracker.projections.reads import Reader, is_same
from tracker.projections.shelf import Shelf

# Facts of one range. Their changes are in memory together, with the texts of the documents behind them.
BATCH = 200

_TYPES = tuple(name for name, kind in registered().items() if kind.__module__ == events.__name__)

_Life = tuple[Finding, int, int]
"""A finding, and at which positions it was made and settled."""


def changes(reader: Reader, after: int) -> tuple[list[Change], int]:
    """The changes at the next positions after one, all that each holds, and the position looked up to.

    In the order of positions, at one position by commitment. That position is `reader.known` at the end.
    """
    facts = log.read_batch(reader.connection, after, _TYPES, batch=BATCH)
    known = [fact for fact in facts if fact.position <= reader.known]
    up_to = known[-1].position if len(known) == BATCH else max(reader.known, after)
    moves = reader.history.moves(reader.connection, reader.as_of, after, up_to)
    if not moves:
        return [], up_to
    _fetch(reader.shelf, known)
    waiting: dict[str, list[_Life]] = {name: [] for _, name, *_ in moves}
    for life in reader.inbox.unsettled_between(reader.connection, after, up_to, sorted(waiting)):
        waiting[life[0].commitment].append(life)
    at = {fact.position: fact for fact in known}
    found = (
        _change(reader, at[position], before, since, waiting[name]) for position, name, before, since in moves
    )
    return [change for change in found if change is not None], up_to


def _fetch(shelf: Shelf, facts: Sequence[Fact]) -> None:
    """Read at once what the changes of a range rest on."""
    shelf.keep(facts)
    verdicts = [fact.event for fact in facts if isinstance(fact.event, Fulfilled | Violated)]
    used = shelf.findings(name for verdict in verdicts for name in verdict.findings)
    shelf.documents(used)


def _change(
    reader: Reader,
    fact: Fact,
    before: Standing | None,
    since: Standing,
    waiting: Sequence[_Life],
) -> Change | None:
    """The step that was taken at `fact`, or None where a reader would see no difference."""
    then, now = reader.at(fact.position - 1), reader.at(fact.position)
    was = None if before is None else then.view(before, _open(waiting, then.known))
    stands = now.view(since, _open(waiting, now.known))
    if was is not None and is_same(was, stands):
        return None
    return Change(
        position=fact.position,
        commitment=stands.id,
        title=stands.title,
        before=was,
        after=stands,
        recorded_at=fact.recorded_at,
        because=now.reasons(since),
    )


def _open(waiting: Sequence[_Life], known: int) -> list[Finding]:
    return [finding for finding, made_at, settled_at in waiting if made_at <= known < settled_at]
