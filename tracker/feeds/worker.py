"""Parsing in a process of its own, under a time limit that really stops it.

A thread that parses cannot be stopped, and hostile bytes can keep a parser busy for minutes. So one process
parses feed after feed, and the pages they link to; when it overruns it is killed, and the next feed gets a
new one. Feeds that are no trouble pay a pipe, not a start. Where feeds wait for each other a second process
helps: parsing is nine tenths of what a new feed costs.

The child is a plain `python -c`, not `multiprocessing`: that would import the user's own script a second
time in the child, and run whatever it does outside of `if __name__ == "__main__"`.
"""

from __future__ import annotations

import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from tracker.errors import ParseFailed

if TYPE_CHECKING:  # feedparser is for the child alone
    from tracker.feeds.parse import ParsedFeed

PROCESSES = 2

_FRAME = struct.Struct("!Q")
_CHILD = "from tracker.feeds.worker import serve; serve()"


class Parser(ABC):
    """Whatever parses in another process. Close it, or use it as a context manager.

    `seconds` is what one feed or page may take.
    """

    seconds: float

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def parse(
        self,
        body: bytes,
        *,
        content_type: str = "",
        base_url: str = "",
        max_entries: int = 500,
        zone: str = "UTC",
    ) -> ParsedFeed:
        """As `parse.parse`; blocks. Raises `ParseFailed` also when the time is up or the child died."""
        arguments = {
            "content_type": content_type,
            "base_url": base_url,
            "max_entries": max_entries,
            "zone": zone,
        }
        parsed: ParsedFeed = self._made("parse", body, arguments)
        return parsed

    def article(self, body: bytes, *, content_type: str = "") -> str:
        """As `article.article`; blocks, and fails as `parse` does."""
        text: str = self._made("article", body, {"content_type": content_type})
        return text

    @abstractmethod
    def close(self) -> None:
        """End the processes; it may be used again."""

    @abstractmethod
    def _made(self, function: str, body: bytes, arguments: dict[str, Any]) -> Any:
        """What a function of the child makes of `body`; raises `ParseFailed`."""


class ParseWorker(Parser):
    """Parses one feed at a time, in a child process that is started when first needed.

    May be shared by threads, which then wait for each other.
    """

    def __init__(self, seconds: float = 10.0) -> None:
        self.seconds = seconds
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._reads_articles = False

    def close(self) -> None:
        """End the child; the worker may be used again."""
        with self._turn:
            self._end()

    def _made(self, function: str, body: bytes, arguments: dict[str, Any]) -> Any:
        with self._turn:
            if function == "article" and not self._reads_articles:
                # Its imports are not the page's fault, and on a busy machine they take seconds.
                self._reads_articles, _ = self._ask((function, b"", {}), 6 * self.seconds)
            is_good, answer = self._ask((function, body, arguments), self.seconds)
        if not is_good:
            raise ParseFailed(answer)
        return answer

    def _ask(self, task: tuple[str, bytes, dict[str, Any]], seconds: float) -> tuple[bool, Any]:
        child = self._running()
        assert child.stdin is not None and child.stdout is not None
        overrun = threading.Event()

        def stop() -> None:
            overrun.set()
            child.kill()

        timer = threading.Timer(seconds, stop)
        timer.start()
        try:
            _send(child.stdin, task)
            answer: tuple[bool, Any] = _receive(child.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            self._end()
            if overrun.is_set():
                return False, f"parsing took more than {seconds:g} s and was stopped"
            return False, "the parsing process died over it"
        finally:
            timer.cancel()
            timer.join()  # a timer that fires now must not hit the next feed
        if overrun.is_set():
            self._end()
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is not None:
            self._end()
        if self._child is None:
            # The child imports this package, however we came by it.
            path = os.pathsep.join(part for part in sys.path if part)
            self._child = subprocess.Popen(
                [sys.executable, "-c", _CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
                # Ctrl-C goes to the whole terminal. It is for us, who then close the pipe; the child, which
                # may still be importing, would answer it with a traceback.
                start_new_session=True,
            )
            assert self._child.stdout is not None
            try:
                # The clock starts when the child is ready: on a busy machine its imports take seconds.
                _receive(self._child.stdout)
            except EOFError as problem:
                self._end()
                raise ParseFailed("the parsing process does not start") from problem
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        self._reads_articles = False
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:  # what it still held was for the dead
                    continue


class ParseWorkers(Parser):
    """Several workers that are asked as one; one more is started only when all others are busy."""

    def __init__(self, seconds: float = 10.0, count: int = PROCESSES) -> None:
        self.seconds = seconds
        self._all = [ParseWorker(seconds) for _ in range(count)]
        self._idle: queue.LifoQueue[ParseWorker] = queue.LifoQueue()  # the last one used is a running one
        for worker in reversed(self._all):
            self._idle.put(worker)

    def close(self) -> None:
        """End the children; the workers may be used again."""
        for worker in self._all:
            worker.close()

    def _made(self, function: str, body: bytes, arguments: dict[str, Any]) -> Any:
        worker = self._idle.get()
        try:
            return worker._made(function, body, arguments)
        finally:
            self._idle.put(worker)


def serve() -> None:
    """The child: parse what comes in on standard input until it ends."""
    try:
        _serve()
    except BrokenPipeError:
        # Whoever asked was killed. Python would flush the answer once more on its way out, and complain.
        os._exit(0)


def _serve() -> None:
    from tracker.feeds.article import article
    from tracker.feeds.parse import parse

    functions: dict[str, Callable[..., Any]] = {"parse": parse, "article": article}
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing that prints may end up among the answers
    _send(sink, "ready")
    while True:
        try:
            function, body, arguments = _receive(source)
        except EOFError:
            return
        try:
            answer = True, functions[function](body, **arguments)
        except ParseFailed as problem:
            answer = False, str(problem)
        except (MemoryError, RecursionError) as problem:
            answer = False, f"too much for the parser ({type(problem).__name__})"
        _send(sink, answer)


def _send(pipe: IO[bytes], value: object) -> None:
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(_FRAME.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    head = pipe.read(_FRAME.size)
    if len(head) < _FRAME.size:
        raise EOFError
    (size,) = _FRAME.unpack(head)
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)
