"""SQL that runs on the driver itself, below SQLAlchemy, where the log is hot.

Through Core constructs an append spent two thirds of its own time on cache keys, compilation and result
proxies, and every row read paid for a `Row`. The text is written once, with `?` for the parameters; what
each driver wants instead is known here and nowhere else. Runs inside `writing()` or `reading()`, which
translate the driver's errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Connection


class Statement:
    """One SQL text, `?` for each parameter; holds no other `?` and no `%`."""

    def __init__(self, text: str) -> None:
        self._sqlite = text
        self._postgres = text.replace("?", "%s")

    def run(self, connection: Connection, *parameters: object) -> Any:
        """Execute it; returns the driver's cursor, whose rows are plain tuples."""
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            return driver.execute(self._sqlite, parameters)
        # Binary, because a `bytea` as text is twice its size in hex, and every integer has to be parsed.
        return driver.execute(self._postgres, parameters, binary=True)

    def run_many(self, connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
        """Execute it once for each row of parameters, in as few round trips as the driver can."""
        if len(rows) == 1:
            self.run(connection, *rows[0])
            return
        driver: Any = connection.connection.driver_connection
        is_sqlite = connection.dialect.name == "sqlite"
        driver.cursor().executemany(self._sqlite if is_sqlite else self._postgres, rows)
