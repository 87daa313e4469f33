"""Everything that a tracker can be told to do; each command is one write transaction."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from tracker.api.base import Base, who
from tracker.archive import documents as archive
from tracker.commitments.events import Event
from tracker.database.scrub import scrub
from tracker.desk import forget as forgetting
from tracker.desk import load as loading
from tracker.desk import record as recording
from tracker.desk import review as reviewing
from tracker.desk.forget import Forgotten
from tracker.desk.load import Loaded
from tracker.desk.record import Recorded
from tracker.desk.review import Applied, Decision, Undone
from tracker.desk.sweep import due, sweep
from tracker.dossier.dossier import Dossier
from tracker.errors import UnknownFeed, did_you_mean
from tracker.evidence.finding import Relation
from tracker.evidence.when import Occurred
from tracker.feeds import standing as feed_standing
from tracker.feeds.settings import FeedSettings
from tracker.log import log, transfer
from tracker.log.checkpoint import Checkpoint
from tracker.log.events import ReplayEnded, ReplayStarted
from tracker.log.streams import COMMITMENT, TRACKER


class Writing(Base):
    """What can be recorded with an open tracker."""

    def load(self, paths: Sequence[str | os.PathLike[str]] = (), *, dry_run: bool = False) -> Loaded:
        """Take dossier files into the log, or those of the config; loading them again changes nothing.

        All files are read and checked before the first is written. Raises `DossierError`.
        """
        dossiers = [self.read_dossier(Path(path)) for path in (paths or self.dossiers)]
        if dry_run:
            with self.database.reading() as connection:
                found = [loading.compare(connection, dossier, self.now()) for dossier in dossiers]
        else:
            found = [self.load_dossier(dossier) for dossier in dossiers]
        return Loaded(
            tuple(change for each in found for change in each.changes),
            tuple(note for each in found for note in each.notes),
        )

    def load_dossier(self, dossier: Dossier) -> Loaded:
        """Take a parsed dossier into the log as of now."""
        with self._writing() as (connection, now):
            return loading.load(connection, dossier, now, who())

    def record(
        self, name: str, event: Event, occurred: str | date | datetime | Occurred, *, by: str = ""
    ) -> Recorded:
        """Record a verdict or another fact; raises `Refused` with the rule that stops it.

        A day or a month is meant in the zone of the commitment's terms.
        """
        with self._writing() as (connection, now):
            when = self._occurrence(connection, name, occurred)
            return recording.record(connection, name, event, when, now, by or who())

    def retract(
        self,
        event_id: str,
        reason: str,
        *,
        replacement: Event | None = None,
        occurred: str | date | datetime | Occurred | None = None,
    ) -> Recorded:
        """Take back one recorded fact, from now on, whatever moment is asked about.

        `replacement` is recorded in its stead in the same append; without `occurred` it happened when the
        other did. Raises `Refused`.
        """
        with self._writing() as (connection, now):
            when = None
            if occurred is not None:
                stream = recording.recorded_fact(connection, event_id).stream
                when = self._occurrence(connection, stream.removeprefix(COMMITMENT), occurred)
            return recording.retract(connection, event_id, reason, now, who(), replacement, when)

    def describe(self, name: str, kind: str, values: Mapping[str, object], *, instead_of: str = "") -> Event:
        """The event of a type that a dossier knows (`accepted`, `violated`, …), from the keys it takes there.

        What `values` leave out is carried on from the commitment's words and window, or from the recorded
        fact with the id `instead_of`. Raises `DossierError` for a key that does not fit.
        """
        from tracker.desk.describe import describe  # as above

        with self.database.reading() as connection:
            return describe(connection, name, kind, values, instead_of)

    def review_accept(
        self, finding: str, relation: str | None = None, because: str = "", *, also: Sequence[str] = ()
    ) -> Recorded:
        """Hold a finding true, and record the verdict that follows.

        `also` are other findings on the same commitment that report the same: the verdict rests on them too.
        Raises `Refused` where somebody has decided on one of them.
        """
        read_as = Relation(relation) if relation else None
        with self._writing() as (connection, now):
            return reviewing.accept(connection, (finding, *also), read_as, because, now, who())

    def review_reject(self, finding: str, because: str = "", *, also: Sequence[str] = ()) -> Recorded:
        """Hold a finding, and those of `also`, wrong or beside the point. Raises `Refused` likewise."""
        with self._writing() as (connection, now):
            return reviewing.reject(connection, (finding, *also), because, now, who())

    def review_apply(self, decisions: Sequence[Decision]) -> Applied:
        """Record decisions on findings, all or none; what has been decided so before is left as it is.

        Raises `BadDecisions`, which names each that is refused.
        """
        with self._writing() as (connection, now):
            return reviewing.apply(connection, decisions, now, who())

    def review_undo(self, event: str = "", because: str = "undone") -> Undone:
        """Take back a decision on a finding, and the verdict that had followed from it; the log keeps both.

        `event` is the id of the decision, of the verdict or of the finding; without it, your last decision.
        What was decided in one stroke is taken back in one. Raises `Refused`.
        """
        with self._writing() as (connection, now):
            return reviewing.undo(connection, event, because, now, who())

    def forget(self, numbers: Sequence[int], because: str) -> tuple[Forgotten, ...]:
        """Remove the words of captured documents, and say so in the log; forgetting again changes nothing.

        Afterwards `scrub` makes sure that the files hold them no longer. Raises `UnknownDocument`.
        """
        with self._writing() as (connection, now):
            return forgetting.forget(connection, numbers, because, now, self.zone, who())

    def scrub(self) -> bool:
        """Rewrite the database, so that forgotten words are in none of its files.

        False where another process was reading all the while: what it read may still be there; scrub again.
        """
        return scrub(self.database, archive.documents.name)

    def consider(self) -> int:
        """Match and judge the documents captured since the last time; returns how many there were."""
        total = 0
        while True:
            with self._writing() as (connection, now):
                count = self.desk.consider(connection, now)
            total += count
            if not count:
                return total

    def sweep(self) -> int:
        """Take down deadlines that passed and windows that closed; returns how many facts that made."""
        now = self.now()
        with self._reading(None, None) as reader:
            standings = reader.history.standings(reader.connection, None, reader.known)
        total = 0
        for name in sorted(name for name, standing in standings.items() if due(standing, now)):
            with self._writing() as (connection, moment_of):
                total += sweep(connection, name, self.policy, moment_of)
        return total

    def import_log(
        self, file: BinaryIO, name: str = "export", *, expected: Checkpoint | None = None
    ) -> Checkpoint:
        """Fill the empty log from an export, all of it or nothing; returns its end, the same as the exported.

        `name` is what messages call the file, `expected` a checkpoint that it must contain. Raises
        `ChainBroken`, `BadExport`, and `UserError` where the log is not empty.
        """
        # Not `_writing`, which begins a log: this one began where the export came from.
        with self.database.writing() as connection:
            return transfer.import_log(connection, file, name, expected)

    def pause_feed(self, name: str, because: str = "") -> bool:
        """Visit a configured feed no more until it is resumed; False where it was paused before.

        Naming it in a poll still visits it. Raises `UnknownFeed`.
        """
        feed = self._feed(name)
        with self._writing() as (connection, now):
            return feed_standing.pause(connection, feed, because, now, who())

    def resume_feed(self, name: str, because: str = "") -> bool:
        """Visit a paused feed again, at its address in the config, from the next round on; False where it
        was not paused. Raises `UnknownFeed`.
        """
        feed = self._feed(name)
        with self._writing() as (connection, now):
            return feed_standing.resume(connection, feed, because, now, who())

    def _feed(self, name: str) -> FeedSettings:
        known = {feed.name: feed for feed in self.feed_settings}
        if name not in known:
            raise UnknownFeed(f"no feed {name!r} in {self.config.name}{did_you_mean(name, known)}")
        return known[name]

    def begin_replay(self, name: str) -> None:
        """Say in the log that what follows is recorded under a simulated clock."""
        self._note(ReplayStarted(name=name))

    def end_replay(self, name: str) -> None:
        """Say in the log that the clock is the real one again."""
        self._note(ReplayEnded(name=name))

    def _note(self, event: Event) -> None:
        with self._writing() as (connection, now):
            draft = log.Draft(event, Occurred.at(now, self.zone), recorded_by=who())
            log.append(connection, {TRACKER: (log.Expected.ANY, [draft])}, now)
