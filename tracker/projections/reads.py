"""Answering questions from the projections, the log and the archive, inside one read transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from attrs import evolve as but

from tracker.commitments.events import (
    Event,
    Fact,
    Fulfilled,
    Manner,
    Retracted,
    Violated,
)
from tracker.commitments.order import effective
from tracker.commitments.policy import FOR, is_supported
from tracker.commitments.rules import Inert
from tracker.commitments.standing import Flag, Standing, State, Status
from tracker.evidence.document import Document
from tracker.evidence.finding import Finding, Relation
from tracker.evidence.grade import Reliability
from tracker.log import log
from tracker.log.streams import COMMITMENT
from tracker.log.texts import is_storable
from tracker.projections.answers import Commitment, Quote, Reason, TimelineEntry
from tracker.projections.history import STATUSES, History, decode
from tracker.projections.inbox import Inbox
from tracker.projections.runner import View
from tracker.projections.shelf import Shelf

# Of one breach it is told for days; by default the policy, too, takes that for one episode.
ECHO = timedelta(days=3)


class Reader:
    """One consistent view: everything is believed as of log position `known`, true as of `as_of`.

    `as_of` None means after all recorded facts; flags are then derived at `now`.
    """

    def __init__(
        self,
        source: View,
        known: int,
        as_of: datetime | None,
        now: datetime,
        shelf: Shelf | None = None,
    ) -> None:
        self.source = source
        self.connection = source.connection
        self.history = source.of(History)
        self.inbox = source.of(Inbox)
        self.known = known
        self.as_of = as_of
        self.now = now
        self.shelf = shelf or Shelf(self.connection, self.inbox)

    @property
    def moment(self) -> datetime:
        """The moment asked about."""
        return self.as_of or self.now

    def at(self, known: int) -> Reader:
        """The same question as it was believed at another position."""
        return Reader(self.source, known, self.as_of, self.now, self.shelf)

    def board(self, party: str = "", status: str = "") -> list[Commitment]:
        """All commitments that existed, in the order in which they were first recorded.

        Only what a party owes or is owed, or what has one status, if given.
        """
        statuses = (status,) if status else STATUSES
        standings = self.history.stored_standings(
            self.connection, self.as_of, self.known, statuses=statuses, party=party
        )
        rows = (
            self._shown(_plain(stored), self.unsettled.get(name, ())) for name, stored in standings.items()
        )
        return [row for row in rows if not party or party in (*row.debtor, *row.creditor)]

    @cached_property
    def unsettled(self) -> dict[str, list[Finding]]:
        """The findings that may ask something of a person, by commitment."""
        found: dict[str, list[Finding]] = {}
        for finding in self.inbox.unsettled(self.connection, self.known):
            found.setdefault(finding.commitment, []).append(finding)
        return found

    def commitment(self, name: str) -> Commitment | None:
        """One commitment, or None where it did not exist."""
        if not is_storable(name):
            return None
        standing = self.history.standings(self.connection, self.as_of, self.known, [name]).get(name)
        if standing is None:
            return None
        return self.view(standing, self.inbox.unsettled(self.connection, self.known, name))

    def steps(self, name: str) -> list[Commitment]:
        """One view per change, oldest first."""
        views: list[Commitment] = []
        for standing in self.history.steps(self.connection, name, self.known):
            view = self.view(standing, ())
            if not views or not is_same(views[-1], view):
                views.append(view)
        return views

    def view(self, standing: Standing, unsettled: Iterable[Finding]) -> Commitment:
        """A standing as readers get it, with the flags that depend on findings."""
        return self._shown(_described(standing), unsettled)

    def _shown(self, plain: Commitment, unsettled: Iterable[Finding]) -> Commitment:
        """With what depends on the moment and on findings."""
        standing, at = plain.standing, self.moment
        open_findings = [f for f in unsettled if self.concerns(standing, f, at)]
        overdue = (Flag.OVERDUE.value,) if standing.is_overdue(at) else ()
        doubts = []
        # What is open on a breached one tells of a further breach, and disputes nothing.
        is_breached = standing.state is State.VIOLATED and not standing.is_achieve
        decided = standing.state in (State.FULFILLED, State.VIOLATED) and not is_breached
        if decided and open_findings:
            doubts.append(Flag.DISPUTED.value)
        if not self._is_supported(standing):
            doubts.append(Flag.UNSUPPORTED.value)
        if not overdue and not doubts and not open_findings:
            return plain
        return but(plain, flags=(*overdue, *plain.flags, *doubts), to_review=len(open_findings))

    def concerns(self, standing: Standing, finding: Finding, at: datetime) -> bool:
        """Whether an unsettled report still asks something of a person, as the commitment stands.

        Reports that agree with the standing are echoes; what would only confirm that an obligation was kept
        so far decides nothing.
        """
        occurred = finding.match.occurred
        if not has_begun(finding, at):
            return False
        relation = finding.match.relation
        match standing.status:
            case Status.PENDING:
                return relation is not Relation.FULFILS or standing.is_achieve
            case Status.FULFILLED:
                if relation is not Relation.VIOLATES or occurred is None:
                    return False
                # That it was called off before it came about contradicts nothing.
                begun = not standing.is_achieve or occurred.end > standing.since.start
                return begun and occurred.start < standing.since.end
            case Status.VIOLATED if standing.is_achieve:
                return relation in FOR and standing.remedied is None
            case Status.VIOLATED:
                # A breach once more, and no echo of the last one.
                last = standing.last_breach
                if relation is not Relation.VIOLATES or occurred is None or last is None:
                    return False
                return occurred.start > last.end + ECHO
            case _:
                return False

    def _is_supported(self, standing: Standing) -> bool:
        """Whether its verdict still rests on enough; one that never rested on findings does."""
        if not self.shelf.rejections:
            return True
        left = [name for name in standing.findings if not self.is_rejected(name)]
        return len(left) == len(standing.findings) or is_supported(standing.basis, self.shelf.findings(left))

    def is_rejected(self, finding: str) -> bool:
        """Whether a reviewer's rejection of a finding stands, by its id."""
        return any(start <= self.known < end for start, end in self.shelf.rejections.get(finding, ()))

    def quotes(self, findings: Sequence[Finding], counted: bool = False) -> tuple[Quote, ...]:
        """Findings with the words they rest on.

        The words are gone where the document was forgotten, and where it was never here, because the log
        was imported without its archive and no feed brought it again.
        """
        found = self.shelf.documents(findings)
        quotes = []
        for finding in findings:
            document = found.get(finding.document)
            spans = () if document is None or document.forgotten else finding.match.spans
            text = document.text if document else ""
            quotes.append(
                Quote(
                    id=finding.id,
                    publisher=finding.publisher,
                    title=_title(document),
                    url=document.url if document else "",
                    published=document.published if document else None,
                    reliability=finding.reliability.value,
                    credibility=finding.credibility.value,
                    origin=finding.origin,
                    relation=finding.match.relation.value,
                    factuality=finding.match.factuality.value,
                    occurred=finding.match.occurred,
                    words=tuple(text[span.start : span.end] for span in spans),
                    text=text,
                    spans=spans,
                    number=document.number if document else finding.number,
                    because=_grounds(finding),
                    matcher=finding.matcher,
                    revises=finding.revises,
                    counted=counted,
                    rejected=self.is_rejected(finding.id),
                )
            )
        return tuple(quotes)

    def reasons(self, standing: Standing) -> tuple[Reason, ...]:
        """The recorded facts behind a standing, with their findings; every breach, not only the first."""
        facts = [self.shelf.fact(name) for name in standing.because if name]
        found = {fact.id: fact for fact in facts if fact is not None}
        if standing.breaches > 1:
            found |= {fact.id: fact for fact in self.breaches(standing.terms.id)}
        return tuple(self.reason(fact) for fact in found.values())

    def breaches(self, name: str) -> list[Fact]:
        """The recorded breaches of a commitment that count, in order of occurrence."""
        inert = {each.fact for each in self.inert(name)}
        return [
            fact
            for fact in self.facts(name)
            if isinstance(fact.event, Violated)
            and fact.event.manner is Manner.BREACH
            and fact.id not in inert
        ]

    def facts(self, name: str) -> list[Fact]:
        """The recorded facts of a commitment that were not retracted, by `as_of`, in order of occurrence."""
        facts = effective(log.read(self.connection, COMMITMENT + name, self.known))
        return [fact for fact in facts if self.as_of is None or fact.occurred.end <= self.as_of]

    def reason(self, fact: Fact) -> Reason:
        """One fact with the findings it used; it need not be recorded."""
        event = fact.event
        assert isinstance(event, Event)
        used = event.findings if isinstance(event, Fulfilled | Violated) else ()
        return Reason(
            id=fact.id,
            type=type(event).__name__,
            occurred=fact.occurred,
            recorded_at=fact.recorded_at,
            recorded_by=fact.recorded_by,
            because=event.because,
            cites=event.cites,
            rule=event.rule if isinstance(event, Fulfilled | Violated) else "",
            commitment=fact.stream.removeprefix(COMMITMENT),
            findings=self.quotes(self.shelf.findings(used), counted=True),
        )

    def timeline(self, name: str) -> list[TimelineEntry]:
        """Every recorded fact of a commitment in order of occurrence, retracted and inert ones too."""
        facts = log.read(self.connection, COMMITMENT + name, self.known)
        alive = {fact.id for fact in effective(facts)}
        inert = {each.fact: each for each in self.inert(name)}
        facts.sort(key=lambda fact: (fact.occurred.end, fact.occurred.start, fact.position))
        return [
            _entry(fact, inert.get(fact.id), fact.id not in alive and not isinstance(fact.event, Retracted))
            for fact in facts
        ]

    def inert(self, name: str) -> tuple[Inert, ...]:
        """The facts of a commitment that had no effect."""
        return self.history.inert(self.connection, self.as_of, self.known, [name]).get(name, ())

    def look(self, name: str) -> Standing | None:
        """How a commitment stands, or None where it does not exist."""
        return self.history.standings(self.connection, self.as_of, self.known, [name]).get(name)


@lru_cache(maxsize=4096)
def _plain(stored: bytes) -> Commitment:
    """A stored standing as `_described`. Whoever asks for boards again and again meets the same ones."""
    return _described(decode(stored))


def _described(standing: Standing) -> Commitment:
    """A standing as readers get it, but for what depends on the moment and on findings."""
    terms = standing.terms
    return Commitment(
        id=terms.id,
        title=terms.title,
        debtor=terms.debtor,
        creditor=terms.creditor,
        kind=terms.kind.value,
        status=standing.status.value,
        state=standing.state.value,
        since=standing.since,
        until=standing.window.until,
        flags=tuple(flag.value for flag in standing.lasting_flags),
        basis=standing.basis.value if standing.basis else None,
        to_review=0,
        extent=standing.extent,
        shortfall=standing.shortfall,
        by=standing.by,
        manner=standing.manner.value if standing.manner else None,
        breaches=standing.breaches,
        voice=standing.voice.value,
        told_by=standing.told_by,
        consequent=terms.consequent,
        condition=terms.condition,
        tags=terms.tags,
        note=terms.note,
        standing=standing,
    )


def _grounds(finding: Finding) -> str:
    """`B: 'Example Wire' in the source list; 2: told by one origin, nothing against it`."""
    unjudged = finding.reliability is Reliability.F
    place = "is not graded in the source list" if unjudged else "in the source list"
    first = f"{finding.reliability}: {finding.publisher!r} {place}"
    return f"{first}; {finding.credibility}: {finding.because}" if finding.because else first


def _title(document: Document | None) -> str:
    if document is None:
        return ""
    return "(forgotten)" if document.forgotten else document.title


def has_begun(finding: Finding, at: datetime) -> bool:
    """Whether what a finding reports had begun by a moment; what says no date is taken to have."""
    occurred = finding.match.occurred
    return occurred is None or occurred.start < at or occurred.end <= at


def _entry(fact: Fact, inert: Inert | None, retracted: bool) -> TimelineEntry:
    event = fact.event
    assert isinstance(event, Event)
    return TimelineEntry(
        position=fact.position,
        id=fact.id,
        type=type(event).__name__,
        occurred=fact.occurred,
        recorded_at=fact.recorded_at,
        recorded_by=fact.recorded_by,
        because=event.because,
        cites=event.cites,
        text=_told(event),
        retracted=retracted,
        inert=inert.reason if inert else "",
        rule=inert.rule if inert else None,
        waits=inert is not None and inert.waits,
    )


def is_same(one: Commitment, other: Commitment) -> bool:
    """Whether a reader would see no difference in where it stands."""
    return but(one, to_review=0, standing=other.standing) == but(other, to_review=0)


def _told(event: object) -> str:
    """What is particular about an event, in a few words."""
    if isinstance(event, Violated):
        return event.manner.value
    for name in ("position", "condition", "superseded_by", "event", "unrateable"):
        if text := getattr(event, name, ""):
            return str(text)
    return ""
