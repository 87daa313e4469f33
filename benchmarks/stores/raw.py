"""The bare driver: our table, the same commit discipline, rows made beforehand. Checks, decodes nothing."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from typing import Any

from benchmarks.stores import material
from tracker.database import migrate
from tracker.database.engine import Database
from tracker.database.schema import to_micros
from tracker.log.codec import encode
from tracker.log.log import new_id


def connect(url: str) -> Any:
    """The driver's connection, as durable as ours."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -16000")
        return connection
    import psycopg

    return psycopg.connect(url)


class Raw:
    """A driver's connection to a database of its own, which has our schema."""

    def __init__(self, url: str) -> None:
        database = Database(url)
        migrate.upgrade(database)
        database.close()
        self.begin = "BEGIN IMMEDIATE" if url.startswith("sqlite") else ""
        self.mark = "?" if self.begin else "%s"
        self.connection = connect(url)
        self.versions: Counter[str] = Counter()
        self.count = 0

    def _row(self, stream: str) -> tuple[object, ...]:
        self.count += 1
        self.versions[stream] += 1
        when = to_micros(material.occurred(self.count).start)
        name, schema, data = encode(material.event(self.count))
        return (
            self.count, new_id(), stream, self.versions[stream], name, schema, when, when,
            "Asia/Seoul", "instant", when, "policy", "", data, os.urandom(32),
        )  # fmt: skip

    def appends(self, streams: list[str], per: int) -> Callable[[], int]:
        """Work to be timed: one transaction of `per` rows for each of `streams`; returns how many rows."""
        batches = [[self._row(stream) for _ in range(per)] for stream in streams]
        insert = f"INSERT INTO events VALUES ({', '.join([self.mark] * 15)})"

        def work() -> int:
            cursor = self.connection.cursor()
            for batch in batches:
                if self.begin:
                    cursor.execute(self.begin)
                if per == 1:
                    cursor.execute(insert, batch[0])
                else:
                    cursor.executemany(insert, batch)
                self.connection.commit()
            return per * len(batches)

        return work

    def replay(self, stream: str) -> Callable[[], int]:
        """Work to be timed: fetch the rows of a stream; returns how many."""

        def work() -> int:
            cursor = self.connection.cursor()
            cursor.execute(f"SELECT * FROM events WHERE stream = {self.mark} ORDER BY version", (stream,))
            rows = cursor.fetchall()
            self.connection.rollback()
            return len(rows)

        return work

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
