"""What watch profiles find: tried on the stored documents, explained on one text. Records nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tracker.api.base import Base, When
from tracker.archive import documents as archive
from tracker.desk import forget, trial
from tracker.desk.trial import Trial
from tracker.desk.words import Words
from tracker.errors import UnknownFeed, UserError, did_you_mean
from tracker.evidence.when import occurrence

# Documents in memory at a time, with their texts.
BATCH = 200


class Watching(Base):
    """Questions about watch profiles, those of the log or of a dossier that is not loaded yet."""

    def watch_test(
        self,
        name: str = "",
        *,
        dossier: str | os.PathLike[str] | None = None,
        feed: str = "",
        since: When = None,
        progress: Callable[[int], None] = lambda number: None,
    ) -> Iterator[Trial]:
        """What the watch of a commitment, or all, would find in the stored documents, by their number.

        What was found and would be found no longer is among it. `dossier` is a file whose watches are tried
        in place of the log's; `progress` is told the number of each document read. Raises `UnknownCommitment`
        for one without a watch, `UnknownFeed`, and `DossierError` with the line of a faulty pattern.
        """
        with self.database.reading() as connection:
            brought = {*archive.counts(connection), *(settings.name for settings in self.feed_settings)}
        if feed and feed not in brought:
            raise UnknownFeed(
                f"no feed {feed!r}{did_you_mean(feed, brought)}; `tracker feeds list` lists them"
            )
        start = None if since is None else occurrence(since, self.zone).start
        return self._trials(self._words(name, dossier), feed, start, progress)

    def watch_explain(
        self,
        name: str,
        text: str = "",
        *,
        document: int | None = None,
        published: When = None,
        dossier: str | os.PathLike[str] | None = None,
    ) -> dict[str, Any]:
        """How the watch of a commitment reads one text, or a captured document, stage by stage.

        Keys: commitment, tokens, concepts, clauses, acts, decision (None where it finds nothing). Raises as
        `watch_test`, and `UnknownDocument`.
        """
        words = self._words(name, dossier)
        moment = None if published is None else occurrence(published, self.zone).start
        if document is not None:
            with self.database.reading() as connection:
                found = forget.one(connection, document)
            if found.forgotten:
                raise UserError(f"document {document} was forgotten, so there are no words to explain")
            text, moment = found.text, moment or found.published or found.first_seen
        if not text.strip():
            raise UserError("there is no text to explain: name one, a file or a document")
        # JSON and arguments can hold half a surrogate pair, which cannot be printed; spans stay in place.
        text = text.encode(errors="replace").decode()
        told = trial.compiled(words).explain(text, name, published=moment, zone=self.zone)
        return trial.explained(words, told)

    def _words(self, name: str, dossier: str | os.PathLike[str] | None) -> Words:
        read = None if dossier is None else self.read_dossier(Path(dossier))
        with self.database.reading() as connection:
            return trial.words_to_try(connection, name, read)

    def _trials(
        self, words: Words, feed: str, since: datetime | None, progress: Callable[[int], None]
    ) -> Iterator[Trial]:
        matcher = trial.compiled(words)
        watched = list(words.profiles)
        after = 0
        while True:
            # Nothing is open while the caller holds what it was given.
            with self._reading(None, None) as reader:
                found = archive.captured(reader.connection, feed=feed, since=since, after=after, limit=BATCH)
                batch = list(trial.trials(reader, matcher, watched, found, self.zone))
            yield from batch
            if found:
                after = found[-1].number
                progress(after)
            if len(found) < BATCH:
                return
