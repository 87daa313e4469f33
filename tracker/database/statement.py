"""SQL that runs on the driver itself, below SQLAlchemy, where the log is hot.

Through Core constructs an append spent two thirds of its own time on cache keys, compilation and result
proxies, and every row read paid for a `Row`. The text is written once, with `?` for the parameters; what
each driver wants instead is known here and nowhere else. Runs inside `writing()` or `reading()`, which
translate the driver's errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

# What a binary COPY has to be told of the columns.
_BINARY: dict[type, str] = {
    sa.BigInteger: "int8",
    sa.Integer: "int4",
    sa.Text: "text",
    sa.LargeBinary: "bytea",
}


class Statement:
    """One SQL text, `?` for each parameter; holds no other `?` and no `%`.

    `COLLATE BINARY` compares texts by their bytes on PostgreSQL too, whatever language the database has.
    """

    def __init__(self, text: str) -> None:
        self._sqlite = text
        self._postgres = text.replace("?", "%s").replace("COLLATE BINARY", 'COLLATE "C"')

    def run(self, connection: Connection, *parameters: object) -> Any:
        """Execute it; returns the driver's cursor, whose rows are plain tuples."""
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            return driver.execute(self._sqlite, parameters)
        # Binary, because a `bytea` as text is twice its size in hex, and every integer has to be parsed.
        return driver.execute(self._postgres, parameters, binary=True)

    def rows(self, connection: Connection, *parameters: object) -> Iterable[Any]:
        """Execute it; returns the rows, to be gone through once."""
        cursor: Any = self.run(connection, *parameters)
        # Row by row is the cheaper way out of SQLite, where nothing keeps the rows; psycopg has them all by
        # then, and makes tuples of them in C when asked for all, in Python when asked for each.
        rows: Iterable[Any] = cursor if connection.dialect.name == "sqlite" else cursor.fetchall()
        return rows


class Insert:
    """Rows into a table, as tuples in the order of `columns`."""

    def __init__(self, table: sa.Table, columns: Sequence[str]) -> None:
        names = ", ".join(table.c[name].name for name in columns)
        self._values = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(columns))})"
        self._one = Statement(self._values)
        self._copy = f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)"
        self._types = [_BINARY[type(table.c[name].type)] for name in columns]

    def run(self, connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
        """Insert them, in as few round trips as the driver can."""
        if len(rows) == 1:
            self._one.run(connection, *rows[0])
            return
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            driver.executemany(self._values, rows)
            return
        # For 100 rows, executemany took 25 µs a row, 16 of them our own; this 16, and 4 of our own.
        with driver.cursor().copy(self._copy) as copy:
            copy.set_types(self._types)
            for row in rows:
                copy.write_row(row)
