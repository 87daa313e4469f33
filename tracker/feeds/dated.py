"""The records of archives in the order of their dates, however many there are.

They lie in a file of SQLite's that has no name: it is gone with the process, however that ends. What lies
there is written and read here alone.
"""

from __future__ import annotations

import hashlib
import pickle
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Self

from tracker.errors import UserError
from tracker.evidence.document import Record
from tracker.evidence.when import zone_of

_TABLE = "CREATE TABLE records (number INTEGER PRIMARY KEY, day INTEGER, moment INTEGER, record BLOB)"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DatedRecords:
    """A shelf for records, by the day on which their words were out as clocks in `zone` (IANA) had it.

    Close it, or use it as a context manager.
    """

    def __init__(self, zone: str) -> None:
        self._zone = zone_of(zone)
        self._count = 0
        self._hash = hashlib.sha256()
        self._file = sqlite3.connect("", isolation_level=None)  # no name: on disk, and deleted when closed
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute(_TABLE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def __len__(self) -> int:
        return self._count

    @property
    def fingerprint(self) -> str:
        """The same for the same records in the same order, and for no others."""
        return self._hash.hexdigest()[:32]

    def add(self, record: Record) -> None:
        """Put one that has a date there."""
        moment = record.dated
        assert moment is not None
        day = moment.astimezone(self._zone).date().toordinal()
        self._count += 1
        words = (record.feed, record.publisher, record.entry.guid, record.entry.hash, str(moment))
        self._hash.update("\0".join((*words, "\n")).encode())
        row = (day, (moment - _EPOCH) // timedelta(microseconds=1), pickle.dumps(record))
        try:
            self._file.execute("INSERT INTO records (day, moment, record) VALUES (?, ?, ?)", row)
        except sqlite3.Error as problem:
            raise _full(problem) from problem

    def days(self) -> list[date]:
        """The days that have records, in order."""
        try:
            self._file.execute("CREATE INDEX IF NOT EXISTS by_date ON records (day, moment)")
            rows = self._file.execute("SELECT DISTINCT day FROM records ORDER BY day").fetchall()
        except sqlite3.Error as problem:
            raise _full(problem) from problem
        return [date.fromordinal(day) for (day,) in rows]

    def on(self, day: date) -> Iterator[Record]:
        """The records of a day by their dates; in the order of the archive where these are the same."""
        query = "SELECT record FROM records WHERE day = ? ORDER BY moment, number"
        for (blob,) in self._file.execute(query, (day.toordinal(),)):
            yield pickle.loads(blob)


def _full(problem: sqlite3.Error) -> UserError:
    return UserError(
        f"the records cannot be sorted: {problem}; they need as much room as the archive, unpacked, in the "
        "folder that SQLITE_TMPDIR names"
    )
