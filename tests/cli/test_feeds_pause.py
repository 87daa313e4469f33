"""`tracker feeds pause` and `resume`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_cli import run

CONFIG = """
[tracker]
zone = "UTC"

[[feed]]
name = "wire"
url = "wire.xml"
"""


def listed(folder: Path) -> tuple[str, str]:
    """When the feed is visited next, and what is wrong with it."""
    (row,) = json.loads(run("feeds", "list", "--format", "json", cwd=folder).stdout)
    return row["next_at"], row["error"]


def test_a_feed_is_paused_and_resumed(tmp_path: Path) -> None:
    """The list shows it and says why; doing it twice says that nothing changed."""
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "wire.xml").write_text("<rss version='2.0'><channel><title>T</title></channel></rss>")
    pause = ("feeds", "pause", "wire", "--because", "it repeats itself")
    assert [run(*pause, cwd=tmp_path).stdout for _ in range(2)] == [
        "wire is paused\n",
        "wire was paused before\n",
    ]
    assert listed(tmp_path) == ("paused", "it repeats itself")
    assert "no feed is due" in run("poll", cwd=tmp_path).stdout
    assert [run("feeds", "resume", "wire", cwd=tmp_path).stdout for _ in range(2)] == [
        "wire is resumed\n",
        "wire was not paused\n",
    ]
    assert "1 feeds answered" in run("poll", cwd=tmp_path).stdout
    assert listed(tmp_path)[1] == ""


def test_an_unknown_feed_is_a_mistake(tmp_path: Path) -> None:
    """The nearest name is suggested, in one line."""
    (tmp_path / "config.toml").write_text(CONFIG)
    for word in ("pause", "resume"):
        done = run("feeds", word, "wir", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert "did you mean 'wire'" in done.stderr and len(done.stderr.splitlines()) == 1
