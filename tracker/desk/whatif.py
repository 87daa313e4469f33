"""What would have been recorded had other settings been in force from the beginning.

Pure: goes once through the recorded facts of commitments that hang on each other and of their findings, in
the order of the log. Verdicts that the policy made are left out; what persons and dossiers recorded stays.
Findings are judged in the groups in which they were taken down, as of then, by what the desk judges with.
Knows nothing of where the facts come from.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from attrs import evolve as but

from tracker.commitments.events import (
    REVIEWED,
    DeadlinePassed,
    Fact,
    Proposed,
    Retracted,
    Reworded,
    WindowClosed,
)
from tracker.commitments.fold import parts_of
from tracker.commitments.order import taken_back
from tracker.commitments.policy import PolicySettings, weighs
from tracker.commitments.standing import Standing
from tracker.desk.folder import Folder, fill_folder
from tracker.desk.judging import is_by_rule, used_in, verdict_on
from tracker.desk.sweep import brought, due
from tracker.evidence.finding import Finding
from tracker.log import log
from tracker.log.events import FindingAccepted, FindingMade, FindingRejected
from tracker.log.streams import COMMITMENT, FINDINGS

_NEVER = datetime.max.replace(tzinfo=UTC)


class Streams:
    """The facts of some commitments as far as they were read, and where that leaves each."""

    def __init__(self) -> None:
        self.facts: dict[str, list[Fact]] = {}
        self._folders: dict[str, Folder] = {}

    def add(self, name: str, fact: Fact) -> None:
        """Read on by one fact."""
        self.facts.setdefault(name, []).append(fact)
        if isinstance(fact.event, Proposed | Reworded | Retracted):
            self._folders.clear()  # what hangs on what may be another matter now
        stale = [held for held, folder in self._folders.items() if name == held or name in folder.others]
        for held in stale:
            del self._folders[held]

    def folder(self, name: str) -> Folder:
        """The folder that the desk would open at this point."""
        if name not in self._folders:
            self._folders[name] = fill_folder(
                name, lambda other: self.facts.get(other, []), lambda: parts_of(self.facts)
            )
        return self._folders[name]

    def standing(self, name: str) -> Standing:
        """Where a commitment stands at this point."""
        return self.folder(name).standing


class WhatIf:
    """Two histories side by side: the recorded one, and the one that `settings` would have made."""

    def __init__(self, settings: PolicySettings) -> None:
        self.settings = settings
        self.recorded = Streams()
        self.judged = Streams()
        self._parted = False
        self._heard: dict[str, list[Fact]] = {}
        # Most of what is found can never weigh: judged again with every finding, it took most of the time.
        self._weighing: dict[str, list[Finding]] = {}
        self._rejected: set[str] = set()
        self._reviewed: set[str] = set()
        self._revised: set[str] = set()
        self._decided: dict[str, str] = {}  # by which event a reviewer decided: about which finding
        self._disowned: dict[str, set[str]] = {}
        self._touched: dict[str, None] = {}
        self._last: Fact | None = None
        # When the next deadline passes in the other history; None after a fact that may have changed that.
        self._next_deadline: datetime | None = None

    def run(self, facts: Iterable[Fact], now: datetime) -> None:
        """Go through `facts`, those of all streams in the order of the log, up to the present."""
        for fact in facts:
            last = self._last
            if last and not (isinstance(fact.event, FindingMade) and fact.recorded_at == last.recorded_at):
                self._judge(last)
            self._let_the_clock_speak(fact, fact.recorded_at)
            self._take(fact)
            self._last = fact
        if self._last:
            self._judge(self._last)
            self._let_the_clock_speak(self._last, now)

    @property
    def changes_nothing(self) -> bool:
        """Whether the other settings make exactly what is recorded."""
        return not self._parted or _content(self.recorded) == _content(self.judged)

    def unsettled(self, name: str) -> list[Finding]:
        """The findings on a commitment that neither a reviewer nor a verdict would have dealt with."""
        # A verdict that a reviewer's word brought goes with that word.
        verdicts = (fact for fact in self.judged.facts[name] if getattr(fact.event, "rule", "") != REVIEWED)
        settled = self._reviewed | self._revised | used_in(verdicts) | self._disowned.get(name, set())
        events = (fact.event for fact in self._heard.get(name, ()))
        found = (event.finding for event in events if isinstance(event, FindingMade))
        return [finding for finding in found if finding.id not in settled]

    def _take(self, fact: Fact) -> None:
        if fact.stream.startswith(FINDINGS):
            self._hear(fact.stream.removeprefix(FINDINGS), fact)
            return
        name = fact.stream.removeprefix(COMMITMENT)
        self._next_deadline = None
        if is_by_rule(fact):
            self.recorded.add(name, fact)
            self._parted = True
            return
        match fact.event:
            case Retracted(event=target):
                self._retract(name, fact, target)
            case DeadlinePassed() | WindowClosed():
                self._pass(name, fact)
            case _:
                self.recorded.add(name, fact)
                self.judged.add(name, fact)

    def _hear(self, name: str, fact: Fact) -> None:
        match fact.event:
            case FindingMade(finding=found):
                self._heard.setdefault(name, []).append(fact)
                self._touched[name] = None
                if found.revises:
                    self._revised.add(found.revises)
                if weighs(found, self.settings.of(name)):
                    self._weighing.setdefault(name, []).append(found)
            case FindingAccepted(finding=finding):
                self._reviewed.add(finding)
                self._decided[fact.id] = finding
            case FindingRejected(finding=finding):
                self._reviewed.add(finding)
                self._rejected.add(finding)
                self._decided[fact.id] = finding
            case Retracted(event=target) if target in self._decided:
                self._reviewed.discard(self._decided[target])
                self._rejected.discard(self._decided[target])

    def _judge(self, last: Fact) -> None:
        """Judge what was found together, up to `last`, in the order of the desk."""
        for name in self._touched:
            gone = self._rejected | self._revised | self._disowned.get(name, set())
            findings = [finding for finding in self._weighing.get(name, ()) if finding.id not in gone]
            draft = verdict_on(self.judged.folder(name), findings, self.settings, last.recorded_at)
            if draft is not None:
                self._add(name, draft, last.position, last.recorded_at)
        self._touched.clear()

    def _retract(self, name: str, fact: Fact, target: str) -> None:
        """Who takes back a verdict by rule takes back what other settings make of any of its findings.

        Those findings weigh no more, as for the desk: the verdict had used them.
        """
        self.recorded.add(name, fact)
        recorded = self.recorded.facts[name]
        gone = taken_back(recorded)
        self._disowned[name] = used_in(each for each in recorded if each.id in gone and is_by_rule(each))
        for verdict in recorded:
            if verdict.id == target and is_by_rule(verdict):
                like = [f.id for f in self.judged.facts[name] if is_by_rule(f) and _is_like(f, verdict)]
                target = like[-1] if like else target
        assert isinstance(fact.event, Retracted)
        self.judged.add(name, but(fact, event=but(fact.event, event=target)))

    def _pass(self, name: str, fact: Fact) -> None:
        """A recorded word of the clock, with the verdict that the settings may add to it."""
        drafts = self._brought(name, fact.recorded_at)
        self.recorded.add(name, fact)
        if all(fact.id != known.id for known in self.judged.facts[name]):
            self.judged.add(name, fact)
        for draft in filter(is_by_rule, drafts):
            self._add(name, draft, fact.position, fact.recorded_at)

    def _let_the_clock_speak(self, at: Fact, now: datetime) -> None:
        """Take down by `now` what the recorded clock did not, because a verdict had been made.

        It is punctual: a deadline passes before whatever was recorded after it.
        """
        if not self._parted:
            return
        if self._next_deadline is None:
            self._next_deadline = min(map(_deadline, map(self.judged.standing, self.judged.facts)))
        if now < self._next_deadline:
            return
        for name in self.judged.facts:
            if due(self.judged.standing(name), now) and not due(self.recorded.standing(name), now):
                for draft in self._brought(name, now):
                    self._add(name, draft, at.position, draft.occurred.end)

    def _brought(self, name: str, now: datetime) -> list[log.Draft]:
        return brought(self.judged.standing(name), self._heard.get(name, ()), self.settings, now)

    def _add(self, name: str, draft: log.Draft, position: int, recorded_at: datetime) -> None:
        """What the settings make, at the point of the log at which they would."""
        self._parted = True
        self._next_deadline = None
        version = len(self.judged.facts[name]) + 1
        fact = Fact(
            draft.id,
            COMMITMENT + name,
            version,
            position,
            draft.event,
            draft.occurred,
            recorded_at,
            draft.recorded_by,
            draft.cause,
        )
        self.judged.add(name, fact)


def _deadline(standing: Standing) -> datetime:
    """When the clock will next have something to say about a commitment that stands so, if ever."""
    until = standing.window.until
    return until if until is not None and due(standing, until) else _NEVER


def _content(streams: Streams) -> dict[str, object]:
    return {fact.id: fact.event for facts in streams.facts.values() for fact in facts}


def _is_like(one: Fact, other: Fact) -> bool:
    """Whether two verdicts by rule hold the same: on common findings, or a lapse of the same deadline."""
    ours, theirs = used_in([one]), used_in([other])
    return bool(ours & theirs) if ours or theirs else one.occurred == other.occurred
