"""Answering questions from the projections, the log and the archive, inside one read transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import evolve as but
from sqlalchemy.engine import Connection

from tracker.archive import documents as archive
from tracker.commitments.events import Event, Fact, Fulfilled, Retracted, Violated
from tracker.commitments.fold import effective
from tracker.commitments.policy import FOR
from tracker.commitments.standing import Flag, Standing, State, Status
from tracker.evidence.finding import Finding, Relation
from tracker.log import log
from tracker.projections import history, inbox
from tracker.projections.answers import (
    Change,
    Commitment,
    Explanation,
    InboxItem,
    Quote,
    Reason,
    TimelineEntry,
)


class Reader:
    """One consistent view: everything is believed as of log position `known`, true as of `as_of`.

    `as_of` None means after all recorded facts; flags are then derived at `now`.
    """

    def __init__(self, connection: Connection, known: int, as_of: datetime | None, now: datetime) -> None:
        self.connection = connection
        self.known = known
        self.as_of = as_of
        self.now = now

    def board(self) -> list[Commitment]:
        """All commitments that existed, in the order in which they were first recorded."""
        standings = history.standings(self.connection, self.as_of, self.known)
        waiting = inbox.unsettled(self.connection, self.known)
        order = {name: index for index, name in enumerate(log.in_order(self.connection, history.PREFIX))}
        return [
            self.view(standing, [f for f, _ in waiting if f.commitment == name])
            for name, standing in sorted(standings.items(), key=lambda pair: order.get(pair[0], 0))
        ]

    def commitment(self, name: str) -> Commitment | None:
        """One commitment, or None where it did not exist."""
        standing = history.standings(self.connection, self.as_of, self.known, [name]).get(name)
        if standing is None:
            return None
        return self.view(standing, [f for f, _ in inbox.unsettled(self.connection, self.known, name)])

    def steps(self, name: str) -> list[Commitment]:
        """One view per change, oldest first."""
        views: list[Commitment] = []
        for standing in history.steps(self.connection, name, self.known):
            view = self.view(standing, ())
            if not views or not _same(views[-1], view):
                views.append(view)
        return views

    def view(self, standing: Standing, unsettled: Iterable[Finding]) -> Commitment:
        """A standing as readers get it, with the flags that depend on findings."""
        at = self.as_of or self.now
        open_findings = [f for f in unsettled if self._concerns(standing, f, at)]
        flags = [flag.value for flag in standing.flags(at)]
        if standing.state in (State.FULFILLED, State.VIOLATED) and open_findings:
            flags.append(Flag.DISPUTED.value)
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
            flags=tuple(flags),
            basis=standing.basis.value if standing.basis else None,
            to_review=len(open_findings),
            extent=standing.extent,
            shortfall=standing.shortfall,
            by=standing.by,
            manner=standing.manner.value if standing.manner else None,
            voice=standing.voice.value,
            told_by=standing.told_by,
            consequent=terms.consequent,
            condition=terms.condition,
            tags=terms.tags,
            note=terms.note,
            standing=standing,
        )

    def _concerns(self, standing: Standing, finding: Finding, at: datetime) -> bool:
        """Whether an unsettled report still asks something of a person, as the commitment stands.

        Reports that agree with the standing are echoes; what would only confirm that an obligation was kept
        so far decides nothing.
        """
        occurred = finding.match.occurred
        if occurred is not None and occurred.start > at:
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
            case Status.VIOLATED:
                return relation in FOR and standing.is_achieve and standing.remedied is None
            case _:
                return False

    def quotes(self, findings: Sequence[Finding], counted: bool = False) -> tuple[Quote, ...]:
        """Findings with the words they rest on; the words are gone where the document was forgotten."""
        found = archive.numbered(self.connection, [finding.number for finding in findings])
        quotes = []
        for finding in findings:
            document = found[finding.number]
            spans = () if document.forgotten else finding.match.spans
            quotes.append(
                Quote(
                    id=finding.id,
                    publisher=finding.publisher,
                    title=document.title,
                    url=document.url,
                    published=document.published,
                    reliability=finding.reliability.value,
                    credibility=finding.credibility.value,
                    origin=finding.origin,
                    relation=finding.match.relation.value,
                    factuality=finding.match.factuality.value,
                    occurred=finding.match.occurred,
                    words=tuple(document.text[span.start : span.end] for span in spans),
                    text=document.text,
                    spans=spans,
                    number=finding.number,
                    counted=counted,
                )
            )
        return tuple(quotes)

    def reasons(self, standing: Standing) -> tuple[Reason, ...]:
        """The recorded facts behind a standing, with their findings."""
        facts = [log.fact_of(self.connection, name) for name in standing.because if name]
        return tuple(self._reason(fact) for fact in facts if fact is not None)

    def _reason(self, fact: Fact) -> Reason:
        event = fact.event
        assert isinstance(event, Event)
        used = event.findings if isinstance(event, Fulfilled | Violated) else ()
        findings = [found for name in used if (found := inbox.by_id(self.connection, name)) is not None]
        return Reason(
            id=fact.id,
            type=type(event).__name__,
            occurred=fact.occurred,
            recorded_at=fact.recorded_at,
            recorded_by=fact.recorded_by,
            because=event.because,
            cites=event.cites,
            rule=event.rule if isinstance(event, Fulfilled | Violated) else "",
            commitment=fact.stream.removeprefix(history.PREFIX),
            findings=self.quotes(findings, counted=True),
        )

    def changes(self, after: int) -> list[Change]:
        """Every step of belief after a position, as the latest standing went from one to another."""
        changes = []
        for position, name in history.turning_points(self.connection, after, self.known):
            fact_before = Reader(self.connection, position - 1, self.as_of, self.now).commitment(name)
            reader = Reader(self.connection, position, self.as_of, self.now)
            now_so = reader.commitment(name)
            if now_so is None or (fact_before is not None and _same(fact_before, now_so)):
                continue
            recorded_at = next(log.read_all(self.connection, after=position - 1, batch=1)).recorded_at
            changes.append(
                Change(
                    position=position,
                    commitment=name,
                    title=now_so.title,
                    before=fact_before,
                    after=now_so,
                    recorded_at=recorded_at,
                    because=reader.reasons(now_so.standing),
                )
            )
        return changes

    def timeline(self, name: str) -> list[TimelineEntry]:
        """Every recorded fact of a commitment in order of occurrence, retracted and inert ones too."""
        facts = log.read(self.connection, history.PREFIX + name, self.known)
        alive = {fact.id for fact in effective(facts)}
        standings = history.standings(self.connection, None, self.known, [name])
        inert = {i.fact: i.reason for s in standings.values() for i in s.inert}
        facts.sort(key=lambda fact: (fact.occurred.end, fact.occurred.start, fact.position))
        return [
            TimelineEntry(
                position=fact.position,
                id=fact.id,
                type=type(fact.event).__name__,
                occurred=fact.occurred,
                recorded_at=fact.recorded_at,
                recorded_by=fact.recorded_by,
                because=fact.event.because if isinstance(fact.event, Event) else "",
                cites=fact.event.cites if isinstance(fact.event, Event) else None,
                text=_told(fact.event),
                retracted=fact.id not in alive and not isinstance(fact.event, Retracted),
                inert=inert.get(fact.id, ""),
            )
            for fact in facts
        ]

    def explain(self, commitment: Commitment) -> Explanation:
        """Verdict, rule, findings and words, what speaks against it, and what would change it."""
        standing = commitment.standing
        reasons = self.reasons(standing)
        used = {quote.id for reason in reasons for quote in reason.findings}
        findings = [
            f for f, gone in inbox.of_commitment(self.connection, commitment.id, self.known) if not gone
        ]
        others = self.quotes([f for f in findings if f.id not in used and f.is_report])
        waits = {f.id for f, _ in inbox.unsettled(self.connection, self.known, commitment.id)}
        contrary = (
            {Relation.VIOLATES.value} if standing.status is not Status.VIOLATED else {r.value for r in FOR}
        )
        return Explanation(
            commitment=commitment,
            reasons=reasons,
            positions=standing.positions,
            against=tuple(q for q in others if q.relation in contrary),
            waiting=tuple(q for q in others if q.id in waits and q.relation not in contrary),
            would_change=would_change(standing),
        )

    def inbox(self) -> list[InboxItem]:
        """What waits for a person: contrary and unsettled reports first, then facts, deadlines, windows."""
        items = []
        by_name: dict[str, list[tuple[Finding, int]]] = {}
        for finding, position in inbox.unsettled(self.connection, self.known):
            by_name.setdefault(finding.commitment, []).append((finding, position))
        for view in self.board():
            standing = view.standing
            for finding, _ in by_name.get(view.id, ()):
                if not self._concerns(standing, finding, self.as_of or self.now):
                    continue
                quote = self.quotes([finding])[0]
                disputed = Flag.DISPUTED.value in view.flags
                said = f"{quote.publisher} ({quote.grade}) reports that it {quote.relation} this"
                items.append(
                    InboxItem(
                        commitment=view.id,
                        title=view.title,
                        kind="dispute" if disputed else "finding",
                        reason=said,
                        quote=quote,
                        since=quote.published or self.now,
                    )
                )
            for inert in standing.inert:
                if inert.waits and (fact := log.fact_of(self.connection, inert.fact)) is not None:
                    words = f"{type(fact.event).__name__} of {fact.occurred}: {inert.reason}"
                    items.append(self._item(view, "fact", words, fact.recorded_at))
            until = standing.window.until
            if Flag.OVERDUE.value in view.flags and until is not None:
                items.append(self._item(view, "deadline", "the deadline passed; nobody has judged it", until))
            elif standing.unobserved and standing.is_live and until is not None:
                words = "its window closed and nobody was looking; a person decides"
                items.append(self._item(view, "unobserved", words, until))
        rank = {"dispute": 0, "fact": 1, "finding": 2, "deadline": 3, "unobserved": 4}
        return sorted(items, key=lambda item: (rank[item.kind], item.since))

    def _item(self, view: Commitment, kind: str, reason: str, since: datetime) -> InboxItem:
        return InboxItem(
            commitment=view.id, title=view.title, kind=kind, reason=reason, quote=None, since=since
        )


def _same(one: Commitment, other: Commitment) -> bool:
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


def would_change(standing: Standing) -> tuple[str, ...]:
    """In words, what would move a commitment on from where it stands."""
    until = standing.window.until
    match standing.state:
        case State.PROPOSED:
            ways = ["its acceptance by the debtor", "its withdrawal"]
            if standing.is_achieve:
                ways.append("the act itself")
        case State.CONDITIONAL:
            ways = [f"its condition coming to hold ({standing.terms.condition})"]
        case State.ACTIVE if standing.is_achieve:
            ways = ["enough independent reports of the act", "the debtor saying that it will not"]
            if until is not None:
                ways.append("a judgement that the deadline passed without the act")
        case State.ACTIVE:
            ways = ["enough independent reports of a breach"]
            ways.append("the end of its window" if until is not None else "the end of what it hangs on")
        case State.SUSPENDED:
            ways = ["its resumption"]
        case State.FULFILLED:
            ways = ["a retraction of the verdict", "a report that it had been broken before"]
        case State.VIOLATED:
            ways = ["a retraction of the verdict"]
            if standing.is_lapsed and standing.remedied is None:
                ways.append("the late act, which would be marked as a remedy")
        case _:
            ways = ["its reinstatement"]
    return tuple(ways)
