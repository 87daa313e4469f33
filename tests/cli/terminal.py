"""A command on a real pseudo-terminal: what it shows is read, and keys are pressed, as by a person."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60.0  # seconds; a loaded machine takes some to start Python


class Terminal:
    """One side of the terminal, and the process at the other."""

    def __init__(self, process: subprocess.Popen[bytes], side: int) -> None:
        self.process = process
        self.side = side
        self.shown = ""
        self._read = 0

    def expect(self, words: str) -> str:
        """Wait until `words` are shown after what was expected before; returns what came with them."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.shown[self._read :]:
            left = deadline - time.monotonic()
            assert left > 0 and self._more(left), (words, self.shown[self._read :])
        begin, self._read = self._read, self.shown.index(words, self._read) + len(words)
        return self.shown[begin : self._read]

    def press(self, keys: str) -> None:
        """Type, once a key is waited for: what was typed before is dropped."""
        self._type(keys, canonical=False)

    def answer(self, line: str) -> None:
        """Type a line, or part of one, once a line is waited for."""
        self._type(line, canonical=True)

    def _type(self, keys: str, *, canonical: bool) -> None:
        deadline = time.monotonic() + PATIENCE
        while bool(termios.tcgetattr(self.side)[3] & termios.ICANON) is not canonical:
            assert time.monotonic() < deadline, self.shown[self._read :]
            time.sleep(0.01)
        os.write(self.side, keys.encode())

    def interrupt(self) -> int:
        """Press Ctrl-C until the process ends, as a person does: one that comes between Python's look at its
        signals and its read of the line is seen at the next key. Returns the exit status."""
        for _ in range(int(PATIENCE / 5)):
            os.write(self.side, b"\x03")
            again = time.monotonic() + 5
            while self.process.poll() is None and time.monotonic() < again:
                self._more(0.1)
            if self.process.poll() is not None:
                break
        return self.process.wait(PATIENCE)

    def end(self) -> int:
        """Wait for the end of the process; returns its exit status."""
        while self._more(PATIENCE):
            pass
        return self.process.wait(PATIENCE)

    def _more(self, seconds: float) -> bool:
        if not select.select([self.side], [], [], seconds)[0]:
            return False
        try:
            told = os.read(self.side, 65536)
        except OSError:  # Linux says so where the other side is closed
            return False
        self.shown += told.decode(errors="replace").replace("\r\n", "\n")
        return bool(told)


def _take_terminal() -> None:
    """So that Ctrl-C comes from the terminal, as it does to a person."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def on_terminal(*arguments: str, cwd: Path, **environment: str) -> Iterator[Terminal]:
    """`tracker …` in the folder `cwd`, at a terminal of its own."""
    side, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker.cli", *arguments],
        cwd=cwd,
        stdin=other,
        stdout=other,
        stderr=other,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "160", **environment},
        start_new_session=True,
        preexec_fn=_take_terminal,
    )
    os.close(other)
    try:
        yield Terminal(process, side)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(side)
