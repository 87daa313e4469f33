"""What a probe is told: which of a daemon's troubles are failures, and which are warnings."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from attrs import evolve

from tests.cli.test_cli import run
from tests.daemon.processes import running, until
from tests.daemon.test_stopping import configured
from tests.databases import opened
from tracker.database.engine import Database
from tracker.digest.tables import outbox, subscribers
from tracker.doctor import health
from tracker.errors import ConfigError
from tracker.ticks import Daemon, began, ended

NOW = datetime(2024, 6, 3, 9, tzinfo=UTC)
ME = Daemon(name="desk/1/a", host="desk", pid=1)
EVERY = timedelta(seconds=30)


@pytest.fixture
def config(shared_url: str, tmp_path: Path) -> Path:
    """A loaded tracker with a digest, over either database."""
    return configured(tmp_path, shared_url, {})


def ticked(url: str, me: Daemon = ME, *, ago: float = 10, under_way: bool = False, error: str = "") -> None:
    """All ticks of a daemon ended so many seconds before, or began then and are under way."""
    moment = NOW - timedelta(seconds=ago)
    with opened(url) as database, database.writing() as connection:
        for tick in ("gather", "digests", "housekeeping"):
            began(connection, me, tick, EVERY, moment)
            if not under_way:
                ended(connection, me, tick, moment, error)


def graded(config: Path) -> dict[str, str]:
    """What is found, by what."""
    return {each.what: each.grade.value for each in health(config, now=NOW)}


WELL = {
    "database": "ok",
    "schema": "ok",
    "tick digests": "ok",
    "tick gather": "ok",
    "tick housekeeping": "ok",
    "outbox": "ok",
}


def test_all_is_well_while_the_ticks_come(shared_url: str, config: Path) -> None:
    """Ended up to three intervals ago, by any daemon; a dead one beside it is no matter."""
    ticked(shared_url, evolve(ME, name="desk/2/b"), ago=5000)
    ticked(shared_url, ago=89)
    assert graded(config) == WELL


def test_no_daemon_is_a_failure(config: Path) -> None:
    """Nothing was ever taken down, or all was taken away at a stop."""
    assert graded(config)["daemons"] == "fail"


def test_ticks_that_no_longer_come_are_a_failure(shared_url: str, config: Path) -> None:
    """More than three intervals ago; unless it is under way, which it may be for a quarter of an hour."""
    ticked(shared_url, ago=1000)
    assert graded(config)["tick gather"] == "fail"
    ticked(shared_url, ago=901, under_way=True)
    assert graded(config)["tick gather"] == "fail"
    ticked(shared_url, ago=899, under_way=True)
    assert graded(config) == WELL
    ticked(shared_url, ago=91)
    assert graded(config)["tick gather"] == "fail"


def test_a_tick_that_fails_everywhere_is_a_failure(shared_url: str, config: Path) -> None:
    """Where another daemon does the work it is none."""
    ticked(shared_url, error="the disk is full")
    (found,) = [each for each in health(config, now=NOW) if each.what == "tick gather"]
    assert (found.grade, found.told) == ("fail", "it fails: the disk is full")
    ticked(shared_url, evolve(ME, name="desk/2/b"))
    assert graded(config) == WELL


def mail(url: str, **changes: object) -> None:
    """One mail in the outbox, like this."""
    row = {
        "digest": "news",
        "slot": "2024-06-03",
        "recipient": "reader@example.org",
        "issue": "",
        "state": "pending",
        "made_at": NOW,
        "attempts": 0,
        "next_at": NOW,
        "fence": 0,
        "error": "",
        **changes,
    }
    with opened(url) as database, database.writing() as connection:
        connection.execute(outbox.insert(), row)


LONG = timedelta(hours=7)


@pytest.mark.parametrize(
    ("changes", "grade"),
    [
        ({}, "ok"),
        ({"next_at": NOW - timedelta(minutes=16)}, "fail"),  # nobody sends
        ({"made_at": NOW - LONG, "next_at": NOW + LONG, "error": "no route"}, "fail"),  # tried in vain
        ({"made_at": NOW - LONG, "state": "sent"}, "ok"),
        ({"made_at": NOW - LONG, "state": "skipped"}, "ok"),
        ({"state": "failed", "error": "550 no such user"}, "warn"),
        ({"state": "unknown"}, "warn"),
        ({"next_at": NOW - LONG, "digest": "given-up"}, "ok"),  # of a digest that the config has no longer
    ],
)
def test_mails_that_wait_too_long_are_a_failure_lost_ones_a_warning(
    sqlite_url: str, tmp_path: Path, changes: dict[str, object], grade: str
) -> None:
    """By state, and by how long it has been due."""
    config = configured(tmp_path, sqlite_url, {})
    ticked(sqlite_url)
    mail(sqlite_url, **changes)
    assert graded(config) == WELL | {"outbox": grade}


def test_a_paused_recipient_is_a_warning_and_their_mails_wait(shared_url: str, config: Path) -> None:
    """With the command that mails them again."""
    ticked(shared_url)
    mail(shared_url, next_at=NOW - LONG)
    row = {"digest": "news", "recipient": "reader@example.org", "position": 0, "skipped": 0, "failures": 3}
    with opened(shared_url) as database, database.writing() as connection:
        values = {**row, "paused_at": NOW, "paused_because": "550 no such user"}
        connection.execute(subscribers.insert(), values)
    assert graded(config) == WELL | {"recipients": "warn"}
    found = health(config, now=NOW)[-1]
    assert found.told == "digest 'news': reader@example.org is paused: 550 no such user"
    assert found.mend == "`tracker digest resume news reader@example.org`"


def test_a_database_that_is_not_there_or_is_no_database_is_a_failure(tmp_path: Path) -> None:
    """And none is made by asking."""
    (tmp_path / "config.toml").write_text("")
    assert graded(tmp_path / "config.toml") == {"database": "fail"}
    assert not (tmp_path / "tracker.sqlite3").exists()
    (tmp_path / "tracker.sqlite3").write_text("years of work " * 100)
    (found,) = health(tmp_path / "config.toml", now=NOW)
    assert (found.grade, "no SQLite database" in found.told) == ("fail", True)
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    (tmp_path / "config.toml").write_text(f'[tracker]\ndatabase = "{url}"\n')
    assert graded(tmp_path / "config.toml") == {"database": "fail"}


def test_another_schema_is_a_failure_and_stays_as_it_is(shared_url: str, config: Path) -> None:
    """Older or newer; a probe upgrades nothing."""
    ticked(shared_url)
    for version in ("0005", "9999"):
        with opened(shared_url) as database, database.writing() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :it"), {"it": version})
        assert graded(config) == {"database": "ok", "schema": "fail"}
        with opened(shared_url) as database, database.reading() as connection:
            assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == version


def test_a_config_that_says_nothing_is_the_users_mistake(tmp_path: Path) -> None:
    """Not a sick daemon: another exit status."""
    (tmp_path / "config.toml").write_text("[tracker]\nzune = 1\n")
    with pytest.raises(ConfigError, match="unknown key 'zune'"):
        health(tmp_path / "config.toml")
    assert run("health", cwd=tmp_path).returncode == 2


def test_the_command_says_it_by_its_status(tmp_path: Path) -> None:
    """1 without a daemon, 0 with one, as a table or JSON; and quickly."""
    url = f"sqlite:///{tmp_path / 'tracker.sqlite3'}"
    config = configured(tmp_path, url, {}, every="5s")
    Database(url).close()
    done = run("health", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "fail" in done.stdout and "none is running" in done.stdout
    with running(config) as daemon:
        daemon.begun()
        until(lambda: _well(config))
        began_at = time.monotonic()
        done = run("health", "--format", "json", cwd=tmp_path)
        assert time.monotonic() - began_at < 5
        assert done.returncode == 0, done.stdout
        assert {row["grade"] for row in json.loads(done.stdout)} <= {"ok", "warn"}
        daemon.end()
    assert run("health", cwd=tmp_path).returncode == 1


def _well(config: Path) -> bool:
    return all(each.grade != "fail" for each in health(config))
