"""The demo's months through the daemon's own ticks: the same board, and each digest once."""

from __future__ import annotations

import shutil
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import asdict, frozen

import tracker
from tests.demos import copy_of_demo
from tests.digest.posts import Post, listening
from tracker.api import Tracker
from tracker.cli.demo import Show, _write_config, days
from tracker.cli.demo_feeds import SavedFeed, serve
from tracker.daemon import all_ticks, beat
from tracker.resources import resource
from tracker.rounds import Clock, Round, replay
from tracker.ticks import Daemon, RunSettings, read

STANDS = {
    *("id", "status", "state", "since", "until", "flags", "basis", "extent", "shortfall"),
    *("manner", "by", "debtor", "creditor", "to_review", "consequent"),
}


def board(t: Tracker) -> list[dict[str, Any]]:
    """Where all stands, without the ids of events, which are random."""
    return [{key: value for key, value in asdict(row).items() if key in STANDS} for row in t.board()]


@frozen
class Lived:
    """The board after the months of a demo, when that was, and how the last ticks ended."""

    board: list[dict[str, Any]]
    end: datetime
    ticks: list[tuple[str, str]]


def lived(name: str, folder: Path, port: int) -> Lived:
    """Go through the months of a demo by ticks."""
    seed = resource("seeds") / name
    tables = tomllib.loads((seed / "demo.toml").read_text(encoding="utf-8"))
    show = Show(**{**tables["demo"], "next": tuple(tables["demo"]["next"])})
    saved = {feed["file"]: SavedFeed(seed / feed["file"]) for feed in tables["feed"]}
    shutil.copy(seed.with_suffix(".toml"), folder / f"{name}.toml")
    clock = Clock(days(show, saved.values())[0])
    config = folder / "config.toml"
    with serve(saved, clock) as address:
        _write_config(
            config, name, show.zone, tables, lambda file: address + file, interval="1m", durable=False
        )
        config.write_text(config.read_text().replace("port = 2525", f"port = {port}"))
        with tracker.open(config, clock=clock) as t:
            me, every = Daemon.here(), all_ticks(RunSettings())
            dossier = t.read_dossier(folder / f"{name}.toml")

            def step(_: datetime) -> Round:
                done = [beat(t, me, tick, lambda: False) for tick in every]
                assert None not in done
                assert done[0] is not None
                return done[0]

            moments = days(show, saved.values(), dossier.moments())
            for done in replay(t, [dossier], moments, clock, name, step):
                assert done.failed == ()
            with t.database.reading() as connection:
                rows = [(row.tick, row.error) for row in read(connection)]
            return Lived(board(t), clock(), rows)


def same_as_the_demo(name: str, tmp_path: Path, factory: pytest.TempPathFactory) -> None:
    """By ticks as by `tracker demo`."""
    keeper = Post()
    folder = tmp_path / "lived"
    folder.mkdir()
    with listening(keeper) as port:
        found = lived(name, folder, port)
    demo = copy_of_demo(name, factory, tmp_path / "demo")
    with tracker.open(demo / "config.toml", clock=lambda: found.end) as t:
        assert found.board == board(t) != []
    assert found.ticks == [("digests", ""), ("gather", ""), ("housekeeping", "")]
    ids = [mail["Message-ID"] for mail in keeper.mails]
    assert len(ids) == len(set(ids)) > 5
    assert {mail["To"] for mail in keeper.mails} == {"analyst@example.org"}


def test_two_years_by_ticks_end_on_the_board_of_the_demo(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A company's climate targets."""
    same_as_the_demo("norvex-climate", tmp_path, tmp_path_factory)


@pytest.mark.torture
def test_half_a_year_in_korea_by_ticks_ends_on_the_board_of_the_demo(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The dossier of 2018."""
    same_as_the_demo("korea-2018", tmp_path, tmp_path_factory)
