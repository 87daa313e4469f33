"""Digests in a real browser: in light and dark, on a desk and on a phone, nothing overflows or vanishes.

Chromium is driven through its own pipe (`--remote-debugging-pipe`): commands and answers are JSON, each ended
by a NUL. It keeps everything in a folder of the test and asks nothing of the network.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from attrs import evolve

from tests.digest import made
from tests.digest.test_render import contrast
from tracker.digest.render import render, standalone
from tracker.digest.settings import DigestSettings

pytestmark = pytest.mark.torture

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
PATIENCE = 60.0  # seconds for one answer

ISSUES = {
    "introduction": made.introduction(),
    "ordinary": made.ordinary(),
    "hostile": made.hostile(),
    "huge": made.huge(),
}
WIDTHS = {"desk": 1000, "phone": 360, "small phone": 320}

# What a reader sees: for each text that takes up room, its colour and that of what lies behind it.
LOOK = r"""
(() => {
  const parse = colour => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return {r, g, b, a};
  };
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.a === 1) return [colour.r, colour.g, colour.b];
      if (colour.a !== 0) throw new Error('half transparent: ' + at.outerHTML.slice(0, 200));
    }
    return null;
  };
  const texts = [], hidden = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.data.trim()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const style = getComputedStyle(node.parentElement);
    if (!box.width || !box.height || style.visibility !== 'visible' || Number(style.opacity) < 1) {
      hidden.push(node.data.trim());
      continue;
    }
    const ink = parse(style.color);
    texts.push({
      words: node.data.trim().slice(0, 80), size: parseFloat(style.fontSize),
      left: box.left, right: box.right,
      ink: [ink.r, ink.g, ink.b], behind: behind(node.parentElement),
    });
  }
  const headings = [...document.querySelectorAll('h1, h2, h3')].map(heading => {
    const box = heading.getBoundingClientRect();
    return {words: heading.textContent.trim().slice(0, 80), width: box.width, height: box.height};
  });
  const pictures = [...document.images].map(image => ({
    complete: image.complete, natural: [image.naturalWidth, image.naturalHeight],
    shown: [image.getBoundingClientRect().width, image.getBoundingClientRect().height], alt: image.alt,
  }));
  return {
    texts, hidden, headings, pictures,
    wide: document.scrollingElement.scrollWidth, inner: window.innerWidth,
    ground: getComputedStyle(document.body).backgroundColor,
    links: [...document.links].map(link => link.protocol),
    scripts: document.scripts.length, frames: window.frames.length,
  };
})()
"""


class Browser:
    """A headless Chromium with one page."""

    def __init__(self, program: str, folder: Path) -> None:
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        # Above 9, so that none of them is in the way of the two numbers that Chromium wants.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (commands, answers)]
        for end in (commands, answers):
            os.close(end)
        log = os.open(folder / "chromium.log", os.O_WRONLY | os.O_CREAT)
        actions = [
            (os.POSIX_SPAWN_DUP2, log, 1),
            (os.POSIX_SPAWN_DUP2, log, 2),
            (os.POSIX_SPAWN_DUP2, ends[0], 3),
            (os.POSIX_SPAWN_DUP2, ends[1], 4),
        ]
        line = [program, *FLAGS, f"--user-data-dir={folder / 'profile'}", "about:blank"]
        self._pid = os.posix_spawn(program, line, dict(os.environ), file_actions=actions)
        for end in (*ends, log):
            os.close(end)
        self._number = 0
        self._read = b""
        self._session = ""
        page = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        self.ask("Page.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self._number += 1
        command: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        answer = self._await(lambda message: message.get("id") == self._number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        result: dict[str, Any] = answer["result"]
        return result

    def show(self, page: Path, width: int, scheme: str) -> None:
        """Open a page at a width in CSS pixels, with what the reader's system prefers (light or dark)."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=800, deviceScaleFactor=2, mobile=width < 500,
        )  # fmt: skip
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask("Page.navigate", url=page.as_uri())
        self._await(lambda message: message.get("method") == "Page.loadEventFired")

    def evaluate(self, script: str) -> Any:
        """What a script makes in the page."""
        made = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in made, made["exceptionDetails"]
        return made["result"]["value"]

    def close(self) -> None:
        """End Chromium and wait until it is gone."""
        try:
            self._session = ""
            self.ask("Browser.close")
        finally:
            os.close(self._commands)
            os.close(self._answers)
            deadline = time.monotonic() + PATIENCE
            while os.waitpid(self._pid, os.WNOHANG) == (0, 0):
                if time.monotonic() > deadline:
                    os.kill(self._pid, signal.SIGKILL)
                    os.waitpid(self._pid, 0)
                    break
                time.sleep(0.05)

    def _await(self, wanted: Any) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while True:
            while b"\0" in self._read:
                text, _, self._read = self._read.partition(b"\0")
                message: dict[str, Any] = json.loads(text)
                if wanted(message):
                    return message
            ready, _, _ = select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"Chromium said nothing for {PATIENCE:g} s"
            chunk = os.read(self._answers, 1 << 20)
            assert chunk, "Chromium is gone; its folder has chromium.log"
            self._read += chunk


def without_chromium(reason: str) -> NoReturn:
    """Fail where CI is set and nobody would read of a skip; skip elsewhere."""
    told = f"no browser to look at digests with: {reason}; install chromium"
    if os.environ.get("CI"):
        pytest.fail(told, pytrace=False)
    pytest.skip(told)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all pages of this file."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    program = next(filter(None, map(shutil.which, names)), "")
    if not program:
        without_chromium(f"none of {', '.join(names)} is there")
    started = Browser(program, tmp_path_factory.mktemp("chromium"))
    try:
        yield started
    finally:
        started.close()


@pytest.fixture(scope="module", params=ISSUES)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The HTML of an issue with its picture inside, as a mail program would show it."""
    rendered = render(ISSUES[request.param], DigestSettings(name="weekly"))
    assert rendered.picture
    file = tmp_path_factory.mktemp("page") / "digest.html"
    file.write_text(standalone(rendered), encoding="utf-8")
    return file


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overflows_or_vanishes(browser: Browser, page: Path, width: str, scheme: str) -> None:
    """Every word is within the window, large enough, and stands out from what lies behind it (4.5 : 1)."""
    browser.show(page, WIDTHS[width], scheme)
    seen = browser.evaluate(LOOK)
    # A phone's window grows with what does not fit, so it is held against what was asked for.
    assert seen["inner"] == WIDTHS[width]
    assert seen["wide"] <= WIDTHS[width]
    # The rule for the dark is at work, or this whole test looks at the light twice.
    assert seen["ground"] == {"light": "rgb(255, 255, 255)", "dark": "rgb(28, 28, 30)"}[scheme]
    assert len(seen["texts"]) > 60
    for text in seen["texts"]:
        assert 0 <= text["left"] <= text["right"] <= WIDTHS[width], text
        assert text["size"] >= 12, text
        assert contrast(text["ink"], text["behind"]) >= 4.5, text
    assert len(seen["hidden"]) == 1  # the line that inboxes show beside the subject
    assert all(heading["width"] > 0 and heading["height"] > 0 for heading in seen["headings"])
    (picture,) = seen["pictures"]
    assert picture["complete"]
    assert picture["natural"] == [1200, 480]
    assert picture["shown"][0] == {"desk": 600, "phone": 328, "small phone": 304}[width]
    assert picture["shown"][0] / picture["shown"][1] == pytest.approx(2.5, rel=0.01)
    assert (seen["scripts"], seen["frames"]) == (0, 0)
    assert set(seen["links"]) <= {"http:", "https:"}


@pytest.mark.parametrize("name", ISSUES)
def test_every_section_has_its_heading(browser: Browser, name: str, tmp_path: Path) -> None:
    """The headings that are seen are those of what there is to tell, in the order of the sections."""
    issue = evolve(ISSUES[name], sections=tuple(reversed(ISSUES[name].sections)))
    file = tmp_path / "digest.html"
    file.write_text(standalone(render(issue, DigestSettings(name="weekly"))), encoding="utf-8")
    browser.show(file, 360, "light")
    shown = browser.evaluate("[...document.querySelectorAll('h2')].map(h => h.innerText.split(' (')[0])")
    news = [] if issue.since is None else ["What changed", "Corrections"]
    rest = ["Feeds that fail", "Waiting for review", "Deadlines that passed", "Deadlines ahead"]
    assert shown == ["Timeline", "The board", *rest, *news]


def test_with_pictures_blocked_the_figures_are_there(browser: Browser, tmp_path: Path) -> None:
    """A picture that does not load leaves its words and the table, and breaks nothing."""
    file = tmp_path / "digest.html"
    file.write_text(render(made.ordinary(), DigestSettings(name="weekly")).html, encoding="utf-8")
    browser.show(file, 360, "dark")
    seen = browser.evaluate(LOOK)
    assert seen["pictures"][0]["natural"] == [0, 0]
    assert "1 violated, 9 fulfilled, 16 pending, 2 closed" in seen["pictures"][0]["alt"]
    assert seen["wide"] <= 360
    cells = browser.evaluate("document.querySelector('table.figures').rows[11].innerText.split(/\\s+/)")
    assert cells == ["2018-06-15", "1", "9", "16", "2"]


def test_the_look_sees_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    """A page that overflows, hides and blurs its words is seen to do so: the tests above can fail."""
    file = tmp_path / "bad.html"
    file.write_text(
        '<meta name="viewport" content="width=device-width"><body style="margin:0;background:#fff">'
        '<p style="color:#999">pale</p><p style="visibility:hidden">gone</p>'
        '<h2 style="height:0;font-size:0">h</h2>'
        '<div style="width:700px">wide</div>',
        encoding="utf-8",
    )
    browser.show(file, 360, "light")
    seen = browser.evaluate(LOOK)
    assert seen["wide"] == 700
    assert "gone" in seen["hidden"]
    pale = next(text for text in seen["texts"] if text["words"] == "pale")
    assert contrast(pale["ink"], pale["behind"]) == pytest.approx(2.85, abs=0.01)
    assert seen["headings"][0]["height"] == 0
