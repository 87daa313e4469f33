"""What the doctor finds: on a sound installation nothing, on a broken one each trouble with its mend."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

import tracker
from tests.cli.test_cli import run
from tests.daemon.processes import deaf
from tests.daemon.test_health import mail
from tests.databases import opened
from tests.digest.posts import Post, listening
from tests.rounds.test_rounds import DOSSIER, Pages
from tracker import rounds
from tracker.doctor import Found, examined
from tracker.feeds.tables import feeds as feeds_table
from tracker.ticks import Daemon, began, ended

ME = Daemon(name="desk/1/a", host="desk", pid=1)


def sound(folder: Path, url: str, more: str = "", port: int = 9) -> Path:
    """A tracker that was loaded, has gathered, and over which a daemon ticks."""
    (folder / "harbour.toml").write_text(DOSSIER)
    pages = Pages()
    pages.feed("gazette", ("g1", "Rain expected", "Bring a coat."))
    (folder / "gazette.xml").write_bytes(pages.bodies["gazette"])
    config = folder / "config.toml"
    config.write_text(
        f'[tracker]\ndossiers = ["harbour.toml"]\ndatabase = {json.dumps(url)}\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {port}\ntimeout = 1.0\n'
        '[[feed]]\nname = "gazette"\nurl = "gazette.xml"\n' + more
    )
    with tracker.open(config) as t:
        t.load()
        rounds.gather(t)
        with t.database.writing() as connection:
            for tick in ("gather", "digests", "housekeeping"):
                began(connection, ME, tick, timedelta(minutes=5), t.now())
                ended(connection, ME, tick, t.now(), "")
    return config


def troubles(config: Path, *, offline: bool = True, now: Callable[[], datetime] | None = None) -> list[Found]:
    """What is found that is not as it should be."""
    return [each for each in examined(config, offline=offline, now=now) if each.grade != "ok"]


def one(config: Path, *, offline: bool = True, now: Callable[[], datetime] | None = None) -> tuple[str, ...]:
    """The one trouble that is found: its grade, what, told and mend."""
    (found,) = troubles(config, offline=offline, now=now)
    return (found.grade.value, found.what, found.told, found.mend)


DIGEST = """
[[digest]]
name = "news"
[[digest.recipients]]
address = "reader@example.org"
parties = ["prt"]
commitments = ["open-bridge"]
tags = ["x"]
"""
PLAIN = '[[digest]]\nname = "news"\nrecipients = ["reader@example.org"]\n'


def test_nothing_is_wrong_with_a_sound_installation(shared_url: str, tmp_path: Path) -> None:
    """Each thing is looked at, and well; nothing is recorded by looking."""
    with listening(Post()) as port:
        config = sound(tmp_path, shared_url, PLAIN, port)
        with tracker.open(config) as t:
            head = t.head()
        found = list(examined(config))
    assert [each for each in found if each.grade != "ok"] == []
    assert {each.what for each in found} == {
        *("config", "smtp", "database", "schema", "disk", "log", "clock", "dossiers", "projections", "feeds"),
        *("leases", "filters", "outbox", "tick gather", "tick digests", "tick housekeeping"),
    }
    with tracker.open(config) as t:
        assert t.head() == head


def test_every_mistake_in_the_config_has_a_line(tmp_path: Path, sqlite_url: str) -> None:
    """One table's mistake does not hide the next one's; the database is looked at all the same."""
    config = sound(tmp_path, sqlite_url)
    text = config.read_text().replace('url = "gazette.xml"', 'url = "gazette.xml"\nintervall = "1h"')
    config.write_text(text + '[run]\nevery = "often"\n[runn]\nx = 1\n')
    found = troubles(config)
    assert [(each.grade.value, each.what) for each in found] == [("fail", "config")] * 3
    told = " ".join(each.told for each in found)
    assert "unknown key 'intervall'" in told and "'often' is no duration" in told and "[runn]" in told
    config.write_text("[tracker\n")
    assert one(config)[:2] == ("fail", "config")
    config.unlink()
    assert one(config)[2] == f"{config}: no such file; `tracker init` makes one"


def test_a_missing_or_foreign_database_is_told_and_left_alone(tmp_path: Path) -> None:
    """And the disk beside it is looked at."""
    config = tmp_path / "config.toml"
    config.write_text("")
    assert one(config) == (
        "fail",
        "database",
        f"{tmp_path / 'tracker.sqlite3'}: there is none yet",
        "run `tracker load`",
    )
    (tmp_path / "tracker.sqlite3").write_text("years of work " * 100)
    assert "no SQLite database" in one(config)[2]
    config.write_text('[tracker]\ndatabase = "no/where/t.sqlite3"\n')
    assert [each.what for each in troubles(config)] == ["database", "disk"]
    config.write_text(f'[tracker]\ndatabase = "{"x" * 300}"\n')
    assert [each.told.rpartition(": ")[2] for each in troubles(config)] == ["File name too long"] * 2


def test_an_older_schema_is_told_with_the_command(shared_url: str, tmp_path: Path) -> None:
    """And not upgraded by looking."""
    config = sound(tmp_path, shared_url)
    for _ in range(2):
        with opened(shared_url) as database, database.writing() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0005'"))
        assert one(config)[1::2] == ("schema", "run `tracker db upgrade`")


def test_a_log_that_was_changed_is_a_failure(shared_url: str, tmp_path: Path) -> None:
    """At its end, which is what is looked at."""
    config = sound(tmp_path, shared_url)
    with opened(shared_url) as database, database.writing() as connection:
        connection.execute(
            sa.text(
                "UPDATE events SET recorded_by = 'nobody' WHERE position = (SELECT max(position) FROM events)"
            )
        )
    found = troubles(config)[0]
    assert (found.grade, found.what, "was changed after" in found.told) == ("fail", "log", True)


def test_a_clock_that_is_behind_the_log_is_a_failure(shared_url: str, tmp_path: Path) -> None:
    """An hour behind what was recorded last; on PostgreSQL also one that is ahead of the server's."""
    config = sound(tmp_path, shared_url)
    past = datetime.now(UTC) - timedelta(hours=1)
    assert troubles(config, now=lambda: past)[0].told.startswith("the log was last written at")
    ahead = datetime.now(UTC) + timedelta(hours=1)
    found = [each.told for each in troubles(config, now=lambda: ahead) if each.what == "clock"]
    is_postgres = shared_url.startswith("postgresql")
    assert [("the database server's clock" in told) for told in found] == [True] * is_postgres


def test_dossiers_that_are_wrong_or_not_loaded_are_told(tmp_path: Path, sqlite_url: str) -> None:
    """A mistake is a failure, a change that is not loaded a warning."""
    config = sound(tmp_path, sqlite_url)
    path = tmp_path / "harbour.toml"
    path.write_text(DOSSIER.replace("Open the harbour bridge", "Open the bridge of the harbour"))
    assert one(config) == (
        "warn",
        "dossiers",
        "harbour.toml: 1 change is not loaded",
        f"run `tracker load {path}`",
    )
    path.write_text(DOSSIER.replace('kind = "achieve"', 'kind = "achive"'))
    assert one(config)[:2] == ("fail", "dossiers")
    path.unlink()
    assert "cannot be read" in one(config)[2]


def test_feeds_of_a_new_installation_are_no_failure_until_they_were_tried(tmp_path: Path) -> None:
    """Never visited is a warning; tried in vain, all of them, a failure."""
    (tmp_path / "harbour.toml").write_text(DOSSIER)
    config = tmp_path / "config.toml"
    feed = '[[feed]]\nname = "away"\nurl = "missing.xml"\n'
    config.write_text(f'[tracker]\ndossiers = ["harbour.toml"]\n{feed}')
    with tracker.open(config) as t:
        t.load()
        fresh = [each.grade.value for each in troubles(config) if each.what == "feeds"]
        rounds.gather(t)
        tried = [each.grade.value for each in troubles(config) if each.what == "feeds"]
    assert (fresh, tried) == (["warn"], ["warn", "fail"])


def test_feeds_that_fail_are_paused_or_were_never_visited_are_told(tmp_path: Path, sqlite_url: str) -> None:
    """Each with its command."""
    more = "".join(f'[[feed]]\nname = "{name}"\nurl = "{name}.xml"\n' for name in ("away", "resting", "new"))
    config = sound(tmp_path, sqlite_url, more)
    with tracker.open(config) as t:
        t.pause_feed("resting", "on leave")
        with t.database.writing() as connection:
            fresh = feeds_table.c.name == "new"
            connection.execute(feeds_table.update().where(fresh).values(error="", failures=0))
    told = {each.told: each.mend for each in troubles(config)}
    assert told["resting is paused: on leave"] == "`tracker feeds resume resting`"
    assert told["never visited: new"] == "run `tracker poll`, or start `tracker run`"
    (never,) = [words for words in told if words.startswith("away never succeeded: ")]
    assert told[never] == "`tracker feeds check away` shows how it answers"
    assert len(told) == 3


def test_a_view_that_is_parked_or_far_behind_is_told(tmp_path: Path, sqlite_url: str) -> None:
    """Parked is a failure, far behind a warning; a few positions are nothing."""
    config = sound(tmp_path, sqlite_url)

    def put(values: str) -> None:
        with opened(sqlite_url) as database, database.writing() as connection:
            connection.execute(sa.text(f"UPDATE projections SET {values} WHERE name = 'inbox'"))

    put("position = position - 3")
    assert troubles(config) == []
    put("position = position - 1001")
    assert one(config)[:2] == ("warn", "projections")
    put("error = 'it stumbled'")
    assert ("fail", "projections") in [(each.grade.value, each.what) for each in troubles(config)]


def test_leases_that_ran_out_and_daemons_that_died_are_told(shared_url: str, tmp_path: Path) -> None:
    """What a killed daemon leaves behind."""
    config = sound(tmp_path, shared_url)
    with opened(shared_url) as database, database.writing() as connection:
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        connection.execute(feeds_table.update().values(lease_owner="desk/2", lease_until=long_ago))
        dead = Daemon(name="desk/2/b", host="desk", pid=2)
        began(connection, dead, "gather", timedelta(seconds=30), long_ago)
    mail(shared_url, state="sending", lease_until=long_ago, made_at=long_ago)
    assert [(each.grade.value, each.what) for each in troubles(config)] == [
        ("warn", "daemons"),
        ("warn", "leases"),
        ("warn", "leases"),
    ]


def test_filters_that_ask_for_what_there_is_not_are_told(tmp_path: Path, sqlite_url: str) -> None:
    """With the nearest name; what exists is no trouble."""
    config = sound(tmp_path, sqlite_url, DIGEST)
    assert [each.told for each in troubles(config)] == [
        "digest 'news', reader@example.org: no commitment has parties 'prt' (did you mean 'port'?)",
        "digest 'news', reader@example.org: no commitment has tags 'x'",
    ]


def test_a_mail_server_that_is_away_or_hangs_is_a_failure(tmp_path: Path, sqlite_url: str) -> None:
    """Tried as for a mail; not with --offline, nor where no digest needs it."""
    config = sound(tmp_path, sqlite_url, PLAIN)
    assert troubles(config) == []
    grade, what, told, _ = one(config, offline=False)
    assert (grade, what, "127.0.0.1:9 cannot be reached" in told) == ("fail", "smtp", True)
    with deaf() as (port, _):
        config.write_text(config.read_text().replace("port = 9", f"port = {port}"))
        assert one(config, offline=False)[:2] == ("fail", "smtp")
    config.write_text(config.read_text().replace(PLAIN, ""))
    assert troubles(config, offline=False) == []


def test_the_command_prints_a_line_each_and_ends_with_its_status(tmp_path: Path, sqlite_url: str) -> None:
    """0 with warnings, 1 with a failure."""
    config = sound(tmp_path, sqlite_url, DIGEST)
    done = run("doctor", "--offline", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "ok   config: config.toml is understood"
    assert any(line.startswith("warn filters: ") and line.endswith("run `tracker load`") for line in lines)
    assert run("doctor", cwd=tmp_path).returncode == 1
    config.unlink()
    assert run("doctor", cwd=tmp_path).stdout.startswith("fail config: ")
