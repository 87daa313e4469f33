"""An HTTP server on loopback that answers as a script says, to the byte, also where HTTP forbids it.

Each path has a script: a function that gets the request and yields what to send. A number is a pause in
seconds, bytes are sent as they are. So a test can stop in mid-header, lie about lengths, or never end.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType

from attrs import define, field, frozen

Script = Callable[["Asked"], Iterator[bytes | float]]


@frozen
class Asked:
    """One request as it came in; header names in lower case. `connection` numbers connections from 1."""

    path: str
    headers: Mapping[str, str]
    connection: int


def answer(body: bytes | str = b"", status: int = 200, **headers: str) -> bytes:
    """A complete answer; underscores in header names stand for hyphens."""
    data = body.encode() if isinstance(body, str) else body
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if status != 304:
        given.setdefault("Content-Length", str(len(data)))
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in given.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + data


@define
class ScriptedServer:
    """Runs in a thread of its own; use it as a context manager. `asked` lists the requests in order."""

    asked: list[Asked] = field(factory=list)
    port: int = 0
    tls: ssl.SSLContext | None = None
    _scripts: dict[str, Script] = field(factory=dict)
    _loop: asyncio.AbstractEventLoop = field(factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _connections: int = 0
    _tasks: set[asyncio.Task[None]] = field(factory=set)

    def on(self, path: str, *replies: bytes) -> str:
        """Send `replies` one after another, the last one for ever; returns the URL of `path`."""
        left = list(replies)

        def script(_: Asked) -> Iterator[bytes | float]:
            yield left.pop(0) if len(left) > 1 else left[0]

        return self.play(path, script)

    def play(self, path: str, script: Script) -> str:
        """Answer `path` with `script`; returns its URL."""
        self._scripts[path] = script
        return self.url(path)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of `path`, by any name of this machine."""
        return f"http://{host}:{self.port}{path}"

    def __enter__(self) -> ScriptedServer:
        ready = threading.Event()

        async def start() -> asyncio.Server:
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
            self.port = server.sockets[0].getsockname()[1]
            return server

        def run() -> None:
            asyncio.set_event_loop(self._loop)
            server = self._loop.run_until_complete(start())
            ready.set()
            self._loop.run_forever()
            server.close()
            # A connection that was accepted a moment ago has no task yet, and would never be closed.
            self._loop.run_until_complete(asyncio.sleep(0.01))
            for task in self._tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
            self._loop.run_until_complete(server.wait_closed())
            self._loop.close()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        assert self._thread is not None
        self._thread.join(10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._connections += 1
        number = self._connections
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                asked = _read(head, number)
                self.asked.append(asked)
                script = self._scripts.get(asked.path, _missing)
                for part in script(asked):
                    if isinstance(part, float):
                        await asyncio.sleep(part)
                        continue
                    writer.write(part)
                    await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            return  # the other side has had enough, which is what most of these scripts are for
        except asyncio.CancelledError:
            writer.transport.abort()  # what nobody will read any more must not keep the socket open
        finally:
            self._tasks.discard(task)
            writer.close()


def _missing(_: Asked) -> Iterator[bytes | float]:
    yield answer(b"", 404)


def _read(head: bytes, connection: int) -> Asked:
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    return Asked(first.split(" ")[1], headers, connection)
