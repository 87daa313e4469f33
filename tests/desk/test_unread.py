"""What the matcher cannot read: one item for each feed and language, never a flood, and never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_cli import run
from tests.desk.press import Press, Story, press
from tracker.errors import UserError


def korean(number: int, feed: str = "ministry", language: str = "ko") -> Story:
    """A story that nobody here can read."""
    return Story(f"항만청, 다리 {number} 개통", feed=feed, by="Port Ministry", language=language)


def items(desk: Press) -> list[tuple[str, str]]:
    """The items of the inbox about languages: title and reason."""
    return [(item.title, item.reason) for item in desk.t.inbox() if item.kind == "language"]


def test_a_flood_is_one_item_with_its_count_and_a_sample(shared_url: str) -> None:
    """For each feed and language; what can be read, and what says no language, is in none."""
    with press(shared_url) as desk:
        desk.load()
        desk.print(*(korean(n) for n in range(120)), Story("Gulls return"), Story("Rain", language=""))
        desk.print(korean(200), korean(0, "other"), korean(300, language="ja"))
        assert [(u.feed, u.language, u.count) for u in desk.t.unread()] == [
            ("ministry", "ko", 121),
            ("other", "ko", 1),
            ("ministry", "ja", 1),
        ]
        assert items(desk)[0] == (
            "항만청, 다리 0 개통",
            "121 documents of the feed ministry in 'ko', which the matcher cannot read",
        )
        assert len(list(desk.t.log(types=("LanguageUnread",)))) == 3


def test_a_person_deals_with_what_came_so_far_or_with_all_for_good(shared_url: str) -> None:
    """Later ones come back as one item, unless it was for good; `known_at` has the item of its day."""
    with press(shared_url) as desk:
        desk.load()
        desk.print(korean(1), korean(2))
        then = desk.moment
        desk.wait()
        desk.t.read_by_hand("ministry", "ko", "nothing about the bridge")
        assert desk.t.unread() == () and items(desk) == []
        assert len([item for item in desk.t.inbox(known_at=then) if item.kind == "language"]) == 1
        desk.print(korean(3))
        assert [(u.count, u.title) for u in desk.t.unread()] == [(1, "항만청, 다리 3 개통")]
        desk.t.read_by_hand("ministry", "ko", "never about us", for_good=True)
        desk.print(korean(4))
        assert desk.t.unread() == ()
        with pytest.raises(UserError, match="nothing of feed 'ministry' in 'ko' waits"):
            desk.t.read_by_hand("ministry", "ko", "again")


def test_the_item_is_listed_and_dealt_with_on_the_command_line(tmp_path: Path) -> None:
    """In the inbox with everything else, and by itself."""
    (tmp_path / "config.toml").write_text('[tracker]\ndatabase = "t.sqlite3"\n')
    with press(f"sqlite:///{tmp_path / 't.sqlite3'}") as desk:
        desk.load()
        desk.print(korean(1))
    assert "'ko', which the matcher cannot read" in run("review", "list", cwd=tmp_path).stdout
    assert "항만청" in run("evidence", "unread", cwd=tmp_path).stdout
    wrong = run("evidence", "read", "minstry", "ko", "--because", "read", cwd=tmp_path)
    assert (wrong.returncode, "did you mean 'ministry ko'" in wrong.stderr) == (2, True)
    assert run("evidence", "read", "ministry", "ko", "--because", "read", cwd=tmp_path).returncode == 0
    assert run("evidence", "unread", cwd=tmp_path).stdout.endswith("nothing is unread\n")
