"""SIGKILL anywhere from composing to sending, two senders at once: nothing lost, doubled or untold."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.digest.posts import Opened, Post, listening, opened
from tracker.api import Tracker
from tracker.digest.shown import attempts, mails
from tracker.digest.tables import issues, outbox

__all__ = ["opened"]

READERS = "abcdefgh"


@pytest.mark.parametrize(
    "kills", [pytest.param(4, id="short"), pytest.param(200, id="long", marks=pytest.mark.torture)]
)
def test_a_killed_sender_loses_nothing_and_doubles_nothing(
    opened: Opened, tmp_path: Path, shared_url: str, kills: int
) -> None:
    """Each issue reaches each reader once, or the outbox says that nobody knows; no change is told twice."""
    keeper, chance = Post(), random.Random(20180505)
    with listening(keeper) as port:
        t = opened(
            port, readers=READERS, database=shared_url, digest='schedule = "on change, at most every 0.01s"\n'
        )
        config = tmp_path / "config.toml"
        left = kills
        while left > 0:
            senders = [_sender(config, 10_000, 0) for _ in range(2)]
            for sender in senders:
                _line(sender, "ready")
            for sender in senders:
                time.sleep(chance.uniform(0.0, 0.25))
                sender.kill()
                sender.communicate()
                left -= 1
        # What a sender was killed over waits for its lease, and nothing may be left after that.
        last = _sender(config, 2, 1)
        told, _ = last.communicate(timeout=120)
        assert last.returncode == 0, told
    _check(t, keeper, kills)


def _sender(config: Path, times: int, later: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.digest.sender", str(config), str(times), str(later)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _line(sender: subprocess.Popen[str], wanted: str) -> None:
    assert sender.stdout is not None
    assert sender.stdout.readline().strip() == wanted


def _check(t: Tracker, keeper: Post, kills: int) -> None:
    every = mails(t)
    assert {"sent"} <= {mail.state for mail in every} <= {"sent", "unknown"}
    assert len([mail for mail in every if mail.state == "unknown"]) <= kills
    # Under one Message-ID nothing arrived twice, and what arrived is what the outbox says.
    arrived = Counter(str(mail["Message-ID"]) for mail in keeper.mails)
    assert set(arrived.values()) == {1}
    readers = Counter(str(mail["To"])[0] for mail in keeper.mails)
    sent = Counter(mail.recipient[0] for mail in every if mail.state == "sent")
    maybe = Counter(mail.recipient[0] for mail in every if mail.state == "unknown")
    for reader in READERS:
        assert sent[reader] <= readers[reader] <= sent[reader] + maybe[reader]
    # What became of each is written down, and no mail was tried twice.
    tried = Counter((each.slot, each.recipient) for each in attempts(t))
    assert set(tried) == {(mail.slot, mail.recipient) for mail in every}
    assert set(tried.values()) == {1}
    # From a position to a position: no change is in two issues or in none.
    ranges = defaultdict(list)
    query = sa.select(outbox.c.recipient, issues.c.after, issues.c.up_to)
    with t.database.reading() as connection:
        for recipient, after, up_to in connection.execute(query.join(issues, issues.c.id == outbox.c.issue)):
            ranges[recipient].append((after, up_to))
    assert len(ranges) == len(READERS)
    for told in ranges.values():
        assert min(told)[0] == 0
        assert all(earlier[1] == later[0] for earlier, later in pairwise(sorted(told)))
