"""The databases a test can ask for; see `tests/databases.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Postgres, Sqlite, opened, running_postgres
from tracker.database.engine import Database


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL server."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """A PostgreSQL database with our tables."""
    with postgres.migrated() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite() -> Iterator[Sqlite]:
    """What SQLite databases with our tables are copied from."""
    template = Sqlite()
    yield template
    template.close()


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite: Sqlite) -> str:
    """An SQLite file with our tables."""
    url = f"sqlite:///{tmp_path / 'tracker.sqlite3'}"
    with opened(url) as database:
        sqlite.fill(database)
    return url


@pytest.fixture(params=["sqlite file", "postgresql"])
def shared_url(request: pytest.FixtureRequest) -> str:
    """A database that many processes can open, once for each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite file" else "postgres_url")
    return url


@pytest.fixture(params=["sqlite memory", "sqlite file", "postgresql"])
def database(request: pytest.FixtureRequest, sqlite: Sqlite) -> Iterator[Database]:
    """A database with our tables, once for each kind."""
    fixtures = {"sqlite file": "sqlite_url", "postgresql": "postgres_url"}
    name = fixtures.get(request.param)
    with opened(request.getfixturevalue(name) if name else "sqlite://") as database:
        if name is None:
            sqlite.fill(database)
        yield database
