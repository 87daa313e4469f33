"""The linter: everything that is wrong with one dossier, each fault with its line and its mend.

What keeps a dossier from being loaded is told as `parse` tells it, only all of it; then what can be loaded
and makes a commitment useless all the same: one that no act could break or no news could show, a condition
that nothing could meet, two that one act would decide. A dossier stands alone, so nothing is asked about
other files, the log or the date. `docs/dossiers.md` explains each rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from attrs import evolve, frozen

from tracker.commitments.prospects import Contradiction, Deadlock, prospects
from tracker.commitments.terms import Kind
from tracker.dossier.case import Case, cases
from tracker.dossier.complaints import Complaint, Misread, Rule
from tracker.dossier.dossier import DatedEvent
from tracker.dossier.grammar import Grammar
from tracker.dossier.halves import keeps, undone_by
from tracker.dossier.parse import Reading, read
from tracker.dossier.siblings import deciding, shared_act
from tracker.dossier.tables import Table

# Facts that bind a party, quote it or judge it: the author's own words are no source for these.
WANT_CITATION = ("accepted", "position-stated", "fulfilled", "violated")
_SEE_GUIDE = "docs/dossiers.md says what may stand here"


@frozen
class Fault:
    """One thing wrong. `line` counts from 1, 0 where the file as a whole is meant.

    `where` is the id of the commitment, or the header of another table, or empty.
    """

    file: str
    line: int
    where: str
    rule: Rule
    problem: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f"{self.where}: " if self.where.startswith("[") else f"{self.where!r}: " if self.where else ""
        return f"{place}: [{self.rule}] {where}{self.problem}; {self.mend}"


def check(text: str, name: str, grammar: Grammar | None = None) -> tuple[Fault, ...]:
    """All faults of the dossier in `text`, in order of their lines; `name` is what they call the file.

    Those of its patterns only with a `grammar`.
    """
    try:
        reading = read(text, name, grammar)
    except Misread as refused:
        return (_refused(refused.complaint, {}),)
    ids = {table.path: commitment for commitment, table in reading.commitments.items()}
    found = [_refused(complaint.complaint, ids) for complaint in reading.complaints]
    misread = {complaint.complaint.path[:2] for complaint in reading.complaints}
    everything = cases(reading)
    for case in everything:
        found += [*_uncited(case), *_not_violable(case), *_not_observable(case)]
        if case.table.path not in misread:  # what could not be read may be why
            found += _without_effect(case)
        found += _without_half(case, everything)
    found += _impossible(reading, {case.id: case for case in everything})
    found += _overlapping(reading, everything)
    return tuple(sorted(found, key=lambda fault: fault.line))


def _refused(complaint: Complaint, ids: dict[tuple[str | int, ...], str]) -> Fault:
    where = ids.get(complaint.path[:2], complaint.label)
    mend = complaint.mend or _SEE_GUIDE
    return Fault(complaint.file, complaint.line, where, complaint.rule, complaint.problem, mend)


def _fault(
    case: Case, rule: Rule, problem: str, mend: str, table: Table | None = None, key: str | None = None
) -> Fault:
    """A fault of a commitment, at the line of its header or of a key or table of its own."""
    place = table or case.table
    return Fault(place.page.name, place.line(key) or 0, case.id, rule, problem, mend)


def _uncited(case: Case) -> Iterator[Fault]:
    for fact in case.table.tables("fact"):
        kind = fact.raw.get("type")
        if kind in WANT_CITATION and fact.has("because") and not fact.has("cites"):
            yield _fault(
                case,
                Rule.NO_SOURCE,
                f"{kind} rests on the author's word alone",
                "give 'cites', the id of the [[citation]] that says so",
                fact,
            )


def _without_effect(case: Case) -> Iterator[Fault]:
    for dated, inert in case.inert:
        name = type(dated.event).__name__
        yield _fault(
            case,
            Rule.NO_EFFECT,
            f"{name} of {dated.occurred} has no effect: {inert.reason}",
            f"docs/commitments.md says what to do about '{inert.rule}'",
            _table_of(dated, case),
        )


def _table_of(dated: DatedEvent, case: Case) -> Table | None:
    """Where a fact of the file is written; what the commitment's own table says has none of its own."""
    for table in case.table.tables("fact"):
        if table.has("type") and table.has("occurred"):
            same_type = str(table.raw["type"]).replace("-", "") == type(dated.event).__name__.lower()
            if same_type and str(table.raw["occurred"]) == str(dated.occurred):
                return table
    return None


def _not_violable(case: Case) -> Iterator[Fault]:
    """An achieve is broken by a day that passes, the others by an act: so these may do with a `scope`."""
    window = case.standing.window
    if not case.awaits_verdict or case.is_only_demanded or window.until or window.review_on:
        return
    if case.terms.kind is Kind.ACHIEVE:
        yield _fault(
            case,
            Rule.NOT_VIOLABLE,
            "has no day by which it is due or looked at again, so it can never be late",
            "give 'until', or 'review_on' where no deadline was named",
        )
    elif not case.terms.scope:
        yield _fault(
            case,
            Rule.NOT_VIOLABLE,
            "says neither how long it holds nor which act would break it",
            "give 'until' or 'review_on', or a 'scope' that tells a breach from what is allowed",
        )


def _not_observable(case: Case) -> Iterator[Fault]:
    if not case.awaits_verdict:
        return
    if case.watch is None or case.watched is None:
        yield _fault(
            case,
            Rule.NOT_OBSERVABLE,
            "no news could tell of it: it has no [[watch]]",
            f"write a [[watch]] for = [\"{case.id}\"], or say under 'unrateable' why nothing can tell",
        )
    elif not case.is_only_demanded and not deciding(case.watch, case.terms.kind):
        wanted = "fulfils" if case.terms.kind is Kind.ACHIEVE else "violates"
        yield _fault(
            case,
            Rule.NOT_OBSERVABLE,
            f"its watch knows no act that {wanted} it, which alone decides a promise to {case.terms.kind}",
            f"give the watch a {wanted!r} pattern",
            case.watched,
        )


def _without_half(case: Case, everything: tuple[Case, ...]) -> Iterator[Fault]:
    word = undone_by(case)
    if word and not any(keeps(other, case) for other in everything):
        sign = "'afterwards' says" if word == "afterwards" else f"{word!r} says"
        yield _fault(
            case,
            Rule.NO_MAINTAIN_HALF,
            f"{sign} that its result can be undone, and no commitment keeps it",
            f"add a maintain with condition = 'once: {case.id} is fulfilled', or say afterwards = "
            '"final" (it cannot be undone) or "unpromised" (nobody promised that it lasts)',
        )


def _impossible(reading: Reading, known: dict[str, Case]) -> Iterator[Fault]:
    """Conditions that can never hold. What hangs on a commitment that could not be read, or on a whole of
    which a part could not be, may hold all the same.
    """
    found = prospects({name: evolve(case.terms, window=case.standing.window) for name, case in known.items()})
    for ring in found.deadlocks:
        yield _deadlock(ring, known)
    unread = [table for name, table in reading.commitments.items() if name not in known]
    sure = known.keys() - {str(table.raw.get("part_of")) for table in unread}
    for never in found.contradictions:
        if all(sure.issuperset(reason.path) for reason in never.reasons):
            yield _never_holds(never, known[never.commitment])


def _deadlock(ring: Deadlock, known: dict[str, Case]) -> Fault:
    first = next(known[name] for name in ring.path if known[name].terms.condition)
    problem = (
        "its condition waits for itself" if len(ring.path) == 2 else f"its condition waits for itself: {ring}"
    )
    mend = 'take one condition out of the ring, or give it another way to hold: … or "quoted text"'
    return _fault(first, Rule.DEADLOCK, problem, mend, first.condition, "condition")


def _never_holds(never: Contradiction, case: Case) -> Fault:
    problem = "its condition can never hold: " + "; ".join(map(str, never.reasons))
    # A path of two is the condition and what its own words speak of.
    roots = dict.fromkeys(" -> ".join(reason.path) for reason in never.reasons if len(reason.path) > 2)
    mend = f"mend what it hangs on ({', '.join(roots)})" if roots else "reword the condition"
    return _fault(case, Rule.NEVER_HOLDS, problem, mend, case.condition, "condition")


def _overlapping(reading: Reading, everything: tuple[Case, ...]) -> Iterator[Fault]:
    concepts = {concept.name: concept for concept in reading.dossier.concepts}
    for one, two in combinations(everything, 2):
        if act := shared_act(one, two, concepts):
            verb = "keep" if two.terms.kind is Kind.ACHIEVE else "break"
            yield _fault(
                two,
                Rule.OVERLAPPING,
                f"one act ({act}) would {verb} both it and {one.id!r} (line {one.table.line()})",
                "tell them apart by a 'scope' on both, or join them by 'part_of' or 'in_return_for'",
            )
