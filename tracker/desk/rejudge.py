"""What the board would be under other settings of the policy: a question, which writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import evolve as but
from sqlalchemy.engine import Connection

from tracker.commitments.events import Fact, Proposed, Reworded
from tracker.commitments.fold import fold_all, upstream_of
from tracker.commitments.policy import PolicySettings
from tracker.commitments.rings import rings
from tracker.commitments.standing import Standing
from tracker.desk.whatif import WhatIf
from tracker.log import log
from tracker.log.streams import COMMITMENT, FINDINGS
from tracker.projections.answers import Commitment, Difference, Rejudged
from tracker.projections.reads import Reader


def rejudge(reader: Reader, settings: PolicySettings) -> Rejudged:
    """Judge the recorded findings under `settings`, and compare with the board as recorded.

    Reads the streams of commitments and of findings once each, and holds those of one group of commitments
    that hang on each other at a time: memory goes by the largest group, not by the log. A finding costs what
    judging it had cost the desk, about 0.1 ms, so that a million take minutes; what ends in the same facts
    is folded no further.
    """
    standings = reader.history.standings(reader.connection, reader.as_of, reader.known)
    differences: dict[str, Difference] = {}
    for group in _groups(reader.connection):
        differences |= {each.commitment: each for each in _compare(reader, settings, group)}
    same = Counter(each.status.value for name, each in standings.items() if name not in differences)
    order = log.in_order(reader.connection, COMMITMENT)
    return Rejudged(
        settings=settings.hash,
        differences=tuple(differences[name] for name in order if name in differences),
        same=dict(sorted(same.items())),
    )


def _groups(connection: Connection) -> list[tuple[str, ...]]:
    """The commitments in groups without a condition or a part between them, by all words they ever had."""
    tied: dict[str, set[str]] = {name: set() for name in log.in_order(connection, COMMITMENT)}
    for fact in log.read_all(connection, types=("Proposed", "Reworded")):
        assert isinstance(fact.event, Proposed | Reworded)
        name = fact.stream.removeprefix(COMMITMENT)
        for other in {*upstream_of([fact]), fact.event.terms.part_of} & tied.keys():
            tied[name].add(other)
            tied[other].add(name)
    return rings(tied)


def _compare(reader: Reader, settings: PolicySettings, group: Sequence[str]) -> Iterator[Difference]:
    """What would stand otherwise in one group."""
    whatif = WhatIf(settings)
    whatif.run(_facts(reader, group), reader.now)
    if whatif.changes_nothing:
        return
    facts = {fact.id: fact for stream in whatif.judged.facts.values() for fact in stream}
    lines = fold_all(whatif.judged.facts)
    for name in group:
        line = lines[name]
        standing = line.last if reader.as_of is None else line.at(reader.as_of)
        before = reader.commitment(name)
        if standing is None or before is None:
            continue  # it was not there yet
        after = _view(reader, standing, whatif)
        if but(before, standing=after.standing) != after:
            yield Difference(
                commitment=name,
                title=after.title,
                before=before,
                after=after,
                because=tuple(reader.reason(facts[key]) for key in standing.because if key in facts),
            )


def _facts(reader: Reader, group: Sequence[str]) -> list[Fact]:
    """All that is recorded of a group and of what was found about it, in the order of the log."""
    streams = [prefix + name for name in group for prefix in (COMMITMENT, FINDINGS)]
    facts = [fact for stream in streams for fact in log.read(reader.connection, stream, reader.known)]
    return sorted(facts, key=lambda fact: fact.position)


def _view(reader: Reader, standing: Standing, whatif: WhatIf) -> Commitment:
    return reader.view(standing, [f for f in whatif.unsettled(standing.terms.id) if f.asks])
