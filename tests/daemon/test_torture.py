"""A daemon that is told to stop at any moment: no lease stays, and nothing is lost or doubled."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

import tracker
from tests.daemon.processes import running
from tests.daemon.test_stopping import configured
from tests.databases import opened
from tests.digest.posts import Post, listening
from tests.feeds.scripted_server import Asked, ScriptedServer, answer
from tests.rounds.test_rounds import Pages
from tracker import rounds
from tracker.archive import documents as archive
from tracker.digest.tables import outbox
from tracker.feeds.tables import feeds as feeds_table

FEEDS = 12


@pytest.mark.torture
def test_thirty_stops_at_any_moment_lose_and_double_nothing(shared_url: str, tmp_path: Path) -> None:
    """SIGTERM from before the first tick to after the last, while feeds answer slowly and mails go out."""
    chance, keeper = Random(), Post()
    turn = 0

    def slowly(asked: Asked) -> Iterator[bytes | float]:
        yield chance.uniform(0, 0.4)
        pages = Pages()
        words = [(f"{asked.path}-{n}", f"Report {n} of {asked.path}", "Rain.") for n in range(turn + 1)]
        pages.feed("x", *words)
        yield answer(pages.bodies["x"])

    with ScriptedServer() as server, listening(keeper) as smtp, opened(shared_url) as database:
        feeds = {f"f{n}": server.play(f"/{n}", slowly) for n in range(FEEDS)}
        config = configured(tmp_path, shared_url, feeds, smtp)
        text = config.read_text().replace("[fetch]", '[fetch]\ndomain_burst = 100\ndomain_interval = "0.01s"')
        config.write_text(text.replace("daily 00:00", "on change, at most every 1s"))
        interrupted = 0
        for _ in range(30):
            turn += 1
            with database.writing() as connection:
                connection.execute(feeds_table.update().values(next_at=datetime.now(UTC)))
            with running(config) as daemon:
                daemon.begun()
                time.sleep(chance.uniform(0, 1.5))
                assert daemon.end() < 9
            with database.reading() as connection:
                rows = connection.execute(sa.select(feeds_table)).all()
                mails = connection.execute(sa.select(outbox)).all()
            assert [row.name for row in rows if row.lease_until is not None] == []
            assert [row.failures for row in rows] == [0] * len(rows)
            assert [mail for mail in mails if mail.state in ("sending", "unknown")] == []
            interrupted += any(row.next_at <= datetime.now(UTC) for row in rows)
        assert interrupted > 5
        with database.writing() as connection:
            connection.execute(feeds_table.update().values(next_at=datetime.now(UTC)))
        with tracker.open(config) as t:
            assert rounds.gather(t).failed == ()
            assert t.verify().position == t.head()
        with database.reading() as connection:
            held = Counter((each.feed, each.guid) for each in archive.captured(connection, limit=100_000))
    assert set(held.values()) == {1}
    assert len(held) == FEEDS * (turn + 1)
    ids = [mail["Message-ID"] for mail in keeper.mails]
    assert len(ids) == len(set(ids))
