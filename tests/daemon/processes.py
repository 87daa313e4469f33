"""A real `tracker run` for tests: its log by lines, its end, and servers that never answer."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define, field


@define
class Running:
    """A daemon under way; `lines` are what it logged."""

    process: subprocess.Popen[str]
    lines: list[dict[str, Any]] = field(factory=list)
    other: list[str] = field(factory=list)

    def read(self) -> None:
        """Take in its output until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.other.append(line)

    def logged(self, words: str) -> bool:
        """Whether a message has these words."""
        return any(words in line["message"] for line in self.lines)

    def begun(self) -> None:
        """Wait until it runs; fails with what it said where it does not."""
        until(lambda: self.logged("running") or self.process.poll() is not None)
        assert self.process.poll() is None, (self.lines, self.other)

    def end(self, number: int = signal.SIGTERM, seconds: float = 15) -> float:
        """Send a signal and wait; returns how many seconds it took. Status 0 is asserted."""
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(timeout=seconds) == 0, (self.lines, self.other)
        return time.monotonic() - began


@contextmanager
def running(config: Path, *arguments: str) -> Iterator[Running]:
    """`tracker run` over a config, killed at the end where it still runs."""
    command = [
        sys.executable,
        "-m",
        "tracker.cli",
        "--config",
        str(config),
        "run",
        "--log",
        "json",
        *arguments,
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    daemon = Running(process)
    reader = threading.Thread(target=daemon.read, daemon=True)
    reader.start()
    try:
        yield daemon
    finally:
        process.kill()
        process.wait()
        reader.join(5)
        assert process.stdout is not None
        process.stdout.close()


def until(what: Callable[[], object], seconds: float = 30) -> None:
    """Wait for something to come true; fails where it does not."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.05)


@contextmanager
def deaf(greeting: bytes = b"") -> Iterator[tuple[int, list[socket.socket]]]:
    """A port that takes connections, says its greeting and then nothing; and the connections it has."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:

        def take() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.sendall(greeting)
                held.append(connection)

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], held
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for connection in held:
                connection.close()
    thread.join(5)
