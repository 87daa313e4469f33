"""The released schemas on PostgreSQL, which is upgraded only when somebody says so; and forgetting there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

import tracker
from tests.database.test_released import (
    SNAPSHOTS,
    TOLD,
    assert_intact,
    desk,
    each_release,
    rows,
    scripts,
    thawed,
)
from tests.databases import Postgres, opened
from tracker.database.engine import Database
from tracker.database.schema import REVISION
from tracker.errors import SchemaMismatch
from tracker.upkeep import upgrade_database


@each_release
def test_a_postgresql_database_of_a_release_is_upgraded_with_its_data(
    snapshot: Path, tmp_path: Path, postgres: Postgres
) -> None:
    """The same rows over the same migration; an older schema is refused until `tracker db upgrade` ran."""
    with closing(thawed(snapshot)) as old, postgres.empty() as url:
        config = desk(tmp_path, url)
        with opened(url) as database:
            migrate_to(database, snapshot.stem)
            before = {table: fill(database, table, rows(old, table)) for table in TOLD}
            for table in ("digests", "digest_subscribers"):
                fill(database, table, rows(old, table))
        if snapshot.stem != REVISION:
            with pytest.raises(SchemaMismatch, match=r"older schema .*; run `tracker db upgrade`"):
                tracker.open(config)
        assert upgrade_database(config) == REVISION
        assert_intact(config, before)


def migrate_to(database: Database, revision: str) -> None:
    """Make the tables as they were at a revision."""
    config = scripts()
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def fill(database: Database, name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Insert rows as SQLite had them; returns them as PostgreSQL has them, with true and false."""
    if not rows:
        return []
    with database.writing() as connection:
        table = sa.Table(name, sa.MetaData(), autoload_with=connection)
        truths = {column.name for column in table.columns if isinstance(column.type, sa.Boolean)}
        made = [{key: bool(v) if key in truths else v for key, v in row.items()} for row in rows]
        connection.execute(table.insert(), made)
    return made


def test_forgotten_words_leave_the_table(tmp_path: Path, postgres_url: str) -> None:
    """The table is rewritten: no dead row is left in it."""
    with closing(thawed(SNAPSHOTS[0])) as old, opened(postgres_url) as database:
        for table in ("events", "documents"):
            fill(database, table, rows(old, table))
    with tracker.open(desk(tmp_path, postgres_url)) as t:
        number = next(document.number for document in t.documents() if not document.forgotten)
        t.forget([number], "it names a private person")
        assert t.scrub()
        assert (t.document(number).title, t.document(number).body) == ("", "")
        with t.database.reading() as connection:
            places = connection.execute(sa.text("SELECT ctid::text FROM documents")).scalars().all()
        assert sorted(places) == ["(0,1)", "(0,2)", "(0,3)", "(0,4)"]


@each_release
def test_streams_are_compared_by_their_bytes(snapshot: Path, postgres: Postgres) -> None:
    """Whatever language the database was made for, and however old the schema it began with."""
    asked = (
        "SELECT collation_name FROM information_schema.columns WHERE (table_name, column_name) = (:it, :its)"
    )
    with postgres.empty() as url, opened(url) as database:
        migrate_to(database, snapshot.stem)
        migrate_to(database, REVISION)
        with database.reading() as connection:
            assert connection.execute(sa.text(asked), {"it": "events", "its": "stream"}).scalar() == "C"
