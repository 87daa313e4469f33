"""The whole way on PostgreSQL: load, record, both time axes, explain and sweep, as on an SQLite file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import tracker
from tests.api.test_api import CONFIG, DOSSIER, Clock
from tests.cli.test_cli import run
from tests.databases import Postgres, opened
from tracker.commitments.events import Fulfilled
from tracker.database.migrate import revision_of
from tracker.database.schema import REVISION
from tracker.errors import SchemaMismatch


def configured(folder: Path, url: str) -> Path:
    """A config that names the database, beside the dossier it loads."""
    (folder / "pledges.toml").write_text(DOSSIER)
    config = folder / "config.toml"
    config.write_text(CONFIG.replace("[tracker]", f'[tracker]\ndatabase = "{url}"'))
    return config


def test_the_tracker_works_on_postgresql_as_on_sqlite(tmp_path: Path, shared_url: str) -> None:
    """Loaded in March, opened in May, learnt in July; the deadline of the end of the year is swept once."""
    clock = Clock()
    with tracker.open(configured(tmp_path, shared_url), clock=clock) as t:
        assert {change.commitment for change in t.load().changes} == {
            "open-bridge",
            "no-new-tax",
            "toll-free",
        }
        assert [(row.id, row.state) for row in t.board()] == [
            ("open-bridge", "active"),
            ("no-new-tax", "active"),
            ("toll-free", "conditional"),
        ]
        clock.moment = datetime(2024, 7, 1, 12, tzinfo=UTC)
        recorded = t.record("open-bridge", Fulfilled(because="opened by the mayor"), "2024-05-20")

        def states(as_of: str, known_at: str) -> list[str]:
            return [row.state for row in t.board(as_of=as_of, known_at=known_at)]

        assert states("2024-05-20", "2024-07-01") == ["fulfilled", "active", "active"]
        assert states("2024-05-19", "2024-07-01") == ["active", "active", "conditional"]
        assert states("2024-05-20", "2024-06-30") == ["active", "active", "conditional"]
        explained = t.explain("open-bridge")
        assert "opened by the mayor" in str(explained)
        t.retract(recorded.fact.id, "the ribbon was cut, but no car crossed")
        clock.moment = datetime(2025, 1, 2, tzinfo=UTC)
        assert (t.sweep(), t.sweep()) == (1, 0)
        assert [(item.commitment, item.kind) for item in t.inbox()] == [("open-bridge", "deadline")]
        assert t.verify().position == t.head()


def test_a_postgresql_database_is_upgraded_by_command_alone(tmp_path: Path, postgres: Postgres) -> None:
    """It is shared, so nobody changes it by opening it: the error names the command, and the command does."""
    with postgres.empty() as url, opened(url) as database:
        config = configured(tmp_path, url)
        with pytest.raises(SchemaMismatch, match="it has no tables of ours; run `tracker db upgrade`"):
            tracker.open(config)
        assert revision_of(database) is None
        ran = run("--config", str(config), "db", "upgrade", cwd=tmp_path)
        assert (ran.returncode, ran.stdout) == (0, f"the schema is {REVISION}\n")
        with tracker.open(config) as t:
            assert t.load().changes
        with database.writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
        with pytest.raises(SchemaMismatch, match="the older schema 0000; run `tracker db upgrade`"):
            tracker.open(config)
        with database.writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(SchemaMismatch, match="newer than this program's"):
            tracker.open(config)
