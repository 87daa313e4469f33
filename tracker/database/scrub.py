"""Making sure that what was deleted is gone from the files, not only from the tables.

SQLite leaves deleted text in free pages, in the gaps of pages it has rearranged (`secure_delete` does not
reach those), and in the write-ahead log. PostgreSQL leaves the old version of a row in the table.
"""

from __future__ import annotations

from tracker.database.engine import Database


def scrub(database: Database, table: str) -> bool:
    """Rewrite what holds `table`, so that deleted text is gone; False where a reader held that up.

    SQLite: the whole file is rewritten and the write-ahead log emptied; needs free space of its size, and
    writers wait meanwhile. PostgreSQL: the table is rewritten; its own write-ahead log and archive keep the
    old rows until the server recycles them. Then, and where it returns False, doing it again does no harm.
    """
    with database.outside() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"VACUUM FULL {table}")
            return True
        connection.exec_driver_sql("VACUUM")
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
        return not busy
