"""The ticks of a daemon: what they take down of themselves and log, and that several share the work."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from attrs import evolve
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.api.harbour import OPENED, Harbour
from tests.daemon.processes import running, until
from tests.daemon.test_stopping import configured
from tests.databases import Postgres, opened
from tests.feeds.scripted_server import Asked, ScriptedServer, answer
from tests.rounds.test_rounds import Pages, serving
from tracker import rounds
from tracker.api import Tracker
from tracker.cli.run import Json, Plain
from tracker.config import Config
from tracker.daemon import Tick, all_ticks, beat, heed_clock
from tracker.errors import ConfigError, LogUnavailable
from tracker.rounds import Round, Stop
from tracker.ticks import DEAD, Daemon, RunSettings, read, ticks

ME = Daemon(name="desk/1/a", host="desk", pid=1)


def never() -> bool:
    """Goes on."""
    return False


def ticking(work: Callable[[Tracker, Stop], Round]) -> Tick:
    """A tick that does this."""
    return Tick("gather", work, timedelta(seconds=30))


@contextmanager
def logged(formatter: logging.Formatter) -> Iterator[io.StringIO]:
    """What the daemon logs, as it is printed."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    logger = logging.getLogger("tracker.daemon")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield out
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


@pytest.fixture
def harbour(tmp_path: Path, shared_url: str) -> Harbour:
    """A tracker on either database."""
    return Harbour(tmp_path, shared_url)


def rows(t: Tracker) -> dict[str, Any]:
    """What is taken down of each tick."""
    with t.database.reading() as connection:
        return {row.tick: row for row in read(connection)}


def test_a_tick_takes_down_when_it_began_and_how_it_ended(harbour: Harbour) -> None:
    """While it is under way the end is that of the time before."""
    with harbour.opened() as t:
        seen = []

        def work(t: Tracker, _: Stop) -> Round:
            seen.append(rows(t)["gather"])
            harbour.now += timedelta(minutes=1)
            return Round(t.now())

        start = harbour.now
        beat(t, ME, ticking(work), never)
        beat(t, ME, ticking(work), never)
        first, second = seen
        assert (first.began_at, first.ended_at, first.error) == (start, None, "")
        assert (second.began_at, second.ended_at) == (start + timedelta(minutes=1), second.began_at)
        row = rows(t)["gather"]
        assert (row.ended_at, row.seconds, row.host, row.pid) == (harbour.now, 30, "desk", 1)


def test_a_tick_that_fails_is_told_in_a_line_and_does_not_end_the_daemon(harbour: Harbour) -> None:
    """A failure of the outside, and a mistake of ours, which comes with its traceback; then all is well."""

    def outage(_: Tracker, __: Stop) -> Round:
        raise LogUnavailable("the disk is full;\n make room")

    def mistake(_: Tracker, __: Stop) -> Round:
        raise KeyError("spanner")

    with harbour.opened() as t, logged(Json()) as out:
        assert beat(t, ME, ticking(outage), never) is None
        assert rows(t)["gather"].error == "the disk is full;\n make room"
        assert beat(t, ME, ticking(mistake), never) is None
        assert "this is our mistake" in rows(t)["gather"].error
        assert beat(t, ME, ticking(lambda t, _: Round(t.now())), never) is not None
        assert rows(t)["gather"].error == ""
    first, second = map(json.loads, out.getvalue().splitlines())
    assert (first["level"], first["tick"]) == ("error", "gather")
    assert first["message"] == "the disk is full; make room"
    assert "KeyError: 'spanner'" in second["traceback"]


def test_a_database_that_is_away_for_a_while_does_not_end_the_daemon(tmp_path: Path) -> None:
    """Each tick tells it in a line; when it is back, they go on."""
    harbour = Harbour(tmp_path, f"sqlite:///{tmp_path / 'tracker.sqlite3'}")
    with harbour.opened() as t, logged(Plain()) as out:
        every = all_ticks(RunSettings())
        t.database.close()
        (tmp_path / "tracker.sqlite3").rename(tmp_path / "away")
        (tmp_path / "tracker.sqlite3").mkdir()
        assert [beat(t, ME, tick, never) for tick in every] == [None] * 3
        (tmp_path / "tracker.sqlite3").rmdir()
        (tmp_path / "away").rename(tmp_path / "tracker.sqlite3")
        assert None not in [beat(t, ME, tick, never) for tick in every]
        assert all(row.error == "" for row in rows(t).values())
    lines = out.getvalue().splitlines()[:3]
    assert [line.split()[2:4] for line in lines] == [[f"{tick.name}:", "error:"] for tick in every]


def test_a_server_that_is_away_for_a_while_does_not_end_the_daemon(
    tmp_path: Path, postgres: Postgres, postgres_url: str
) -> None:
    """Its connections are cut and it takes no new ones; then it does, and the ticks go on."""
    name = sql.Identifier(make_url(postgres_url).database or "")
    harbour = Harbour(tmp_path, postgres_url)
    with harbour.opened() as t:
        every = all_ticks(RunSettings())
        assert None not in [beat(t, ME, tick, never) for tick in every]
        postgres.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
        postgres.execute(sql.SQL(cut).format(sql.Literal(make_url(postgres_url).database)))
        with logged(Json()) as out:
            assert [beat(t, ME, tick, never) for tick in every] == [None] * 3
        postgres.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
        assert None not in [beat(t, ME, tick, never) for tick in every]
        assert all(row.error == "" for row in rows(t).values())
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["level"], line["tick"]) for line in told] == [("error", tick.name) for tick in every]


def test_what_a_round_did_is_logged_for_a_person_or_a_program(harbour: Harbour) -> None:
    """Plain or JSON, the same facts; a round that did nothing says nothing."""
    with harbour.opened() as t:
        gather = all_ticks(RunSettings())[0]
        harbour.says(OPENED)
        (harbour.path / "courier.xml").write_text("<html>no feed</html>")
        with logged(Json()) as out:
            beat(t, ME, gather, never)
        warning, info = map(json.loads, out.getvalue().splitlines())
        assert warning["level"] == "warning" and warning["feed"] == "courier"
        assert (info["level"], info["tick"], info["new"], info["head"]) == ("info", "gather", 1, t.head())
        assert info["time"].endswith("Z")
        with logged(Json()) as out:
            beat(t, ME, gather, never)
        assert out.getvalue() == ""
        harbour.now += timedelta(days=1)
        harbour.says(OPENED, OPENED)
        with logged(Plain()) as out:
            beat(t, ME, gather, never)
        assert "gather: 1 document;" in out.getvalue()


def test_rows_of_dead_daemons_go_after_two_days(harbour: Harbour) -> None:
    """By housekeeping; those of the living stay, also of one whose tick takes long."""
    with harbour.opened() as t:
        dead = evolve(ME, name="desk/2/b")
        quick = ticking(lambda t, _: Round(t.now()))
        beat(t, dead, quick, never)
        harbour.now += DEAD + timedelta(hours=1)
        beat(t, ME, quick, never)
        assert rounds.housekeeping(t).removed == 1
        with t.database.reading() as connection:
            assert [row.daemon for row in read(connection)] == [ME.name]


def test_two_daemons_share_the_work(shared_url: str, tmp_path: Path) -> None:
    """Real processes over one database: each of twenty feeds is visited once, and by both."""

    both = threading.Event()

    def slowly(asked: Asked) -> Iterator[bytes | float]:
        while not both.is_set():
            yield 0.02
        yield 0.1
        pages = Pages()
        pages.feed("x", (asked.path, f"News of {asked.path}", "Rain."))
        yield answer(pages.bodies["x"])

    with ScriptedServer() as server, opened(shared_url) as database:
        feeds = {f"f{n}": server.play(f"/{n}", slowly) for n in range(20)}
        config = configured(tmp_path, shared_url, feeds)
        config.write_text(config.read_text().replace("[fetch]", "[fetch]\ndomain_burst = 100"))
        with running(config) as one, running(config) as other:
            until(lambda: len({asked.path for asked in server.asked}) >= 4)  # two of a domain at once
            both.set()
            until(lambda: sum(line.get("new", 0) for line in (*one.lines, *other.lines)) >= 20)
            with database.reading() as connection:
                names = set(connection.execute(sa.select(ticks.c.daemon).distinct()).scalars())
            assert len(names) == 2
            one.end()
            other.end()
        assert Counter(Counter(asked.path for asked in server.asked).values()) == {1: 20}
        shares = [sum(line.get("new", 0) for line in each.lines) for each in (one, other)]
        assert sum(shares) == 20
        assert all(shares)


def test_once_does_everything_once(tmp_path: Path) -> None:
    """For cron: polls, mails and ends; with 1, because there is nobody to take the mail."""
    pages = Pages()
    pages.feed("/herald", ("h0", "Rain expected", "Bring a coat."))
    with serving(pages) as address:
        url = f"sqlite:///{tmp_path / 'tracker.sqlite3'}"
        config = configured(tmp_path, url, {"herald": f"{address}/herald"}, port=9)
        with running(config, "--once") as daemon:
            assert daemon.process.wait(timeout=30) == 1
        messages = [line["message"] for line in daemon.lines]
        assert any("mail server 127.0.0.1:9" in message for message in messages)
        assert any(message.startswith("1 document") for message in messages)
        assert pages.asked == ["/herald"]
        with opened(url) as database, database.reading() as connection:
            assert connection.execute(sa.select(ticks)).all() == []


def test_a_sweep_of_an_idle_tracker_reads_the_end_of_the_log_alone(harbour: Harbour) -> None:
    """Until something is recorded or a moment comes that the clock waits for."""
    with harbour.opened() as t:
        t.sweep()
        asked: list[str] = []
        sa.event.listen(t.database.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
        asked.clear()
        assert t.sweep() == 0
        assert not [each for each in asked if "history" in each]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('every = "often"', r"\[run\].*'often' is no duration"),
        ('log = "xml"', r"\[run\].*'xml' is none of auto, plain, json"),
    ],
)
def test_wrong_settings_are_told_when_any_command_begins(tmp_path: Path, line: str, told: str) -> None:
    """In one line, with the key."""
    (tmp_path / "config.toml").write_text(f"[run]\n{line}\n")
    with pytest.raises(ConfigError, match=told):
        Config.load(tmp_path / "config.toml").section("run", RunSettings)


def test_a_clock_that_is_set_back_stops_no_tick() -> None:
    """A tick that is an hour away, and should come every minute, comes now; one that is not, as it was."""
    now = datetime(2024, 6, 3, 9, tzinfo=UTC)

    async def looked() -> dict[str, datetime]:
        scheduler = AsyncIOScheduler(timezone="UTC")
        scheduler.start(paused=True)
        for name, away in (("late", 3600), ("next", 59)):
            at = now + timedelta(seconds=away)
            scheduler.add_job(print, "interval", id=name, seconds=60, next_run_time=at)
        heed_clock(scheduler, now)
        found = {job.id: job.next_run_time for job in scheduler.get_jobs()}
        scheduler.shutdown(wait=False)
        return found

    assert asyncio.run(looked()) == {"late": now, "next": now + timedelta(seconds=59)}


def test_the_ticks_are_feeds_digests_and_housekeeping() -> None:
    """The first two as often as the config says."""
    assert [(tick.name, tick.every) for tick in all_ticks(RunSettings(every="5m"))] == [
        ("gather", timedelta(minutes=5)),
        ("digests", timedelta(minutes=5)),
        ("housekeeping", timedelta(hours=1)),
    ]
