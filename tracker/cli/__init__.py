"""The command line: one file per noun. Importing this imports click and nothing heavy.

Exit status: 0 done, 1 our failure or the outside's, 2 the user's mistake, 130 Ctrl-C.
"""

from __future__ import annotations

import logging
import os
import sys
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

import click

from tracker import __version__
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.api import Tracker

# name: (module, what `tracker --help` says), so that help imports no command.
COMMANDS = {
    "demo": ("demo", "Replay half a year of promises and see where they stand."),
    "init": ("init", "Make a folder with a config and the default dossier."),
    "load": ("load", "Take dossiers into the log."),
    "check": ("check", "Name what is wrong with dossiers, with its mend."),
    "poll": ("poll", "Fetch the feeds that are due and match what they brought."),
    "ingest": ("ingest", "Take documents from archives: JSON lines, CSV or saved feeds."),
    "status": ("status", "Where the commitments stand: now, on a day, as known on a day."),
    "show": ("show", "One commitment with its terms and every recorded fact."),
    "explain": ("explain", "Why a commitment stands as it does, down to the words."),
    "upcoming": ("upcoming", "What is due in the next days."),
    "scorecard": ("scorecard", "How each party keeps what it owes."),
    "search": ("search", "Find words in commitments and in captured documents."),
    "rejudge": ("rejudge", "What would stand otherwise under other settings of the policy."),
    "graph": ("graph", "Draw who owes whom what, as Mermaid or DOT."),
    "review": ("review", "Decide what waits for a person, by a key each or from a file."),
    "evidence": ("evidence", "Show or add evidence by hand, with its grades; list what is unread."),
    "add": ("add", "Draft a new commitment into a dossier file."),
    "record": ("record", "Record a verdict or another fact by hand."),
    "retract": ("retract", "Take back one recorded fact."),
    "digest": ("digest", "Preview or send a digest."),
    "run": ("run", "The daemon: poll, consider, sweep and send as things fall due."),
    "health": ("health", "Whether a daemon does its work, for probes."),
    "doctor": ("doctor", "What is wrong with this installation, and the mend."),
    "feeds": ("feeds", "How the feeds are doing; check, find, import and export them."),
    "watch": ("watch", "What a watch would find in the stored documents, and why."),
    "match": ("match", "Match documents against a dossier, offline."),
    "log": ("log", "Show, verify, export or import the event log."),
    "documents": ("documents", "List, show or forget captured documents."),
    "projections": ("projections", "List or rebuild the views of the log."),
    "export": ("export", "Write board, history, evidence or changes as CSV or JSON."),
    "db": ("db", "Upgrade, back up or restore the database."),
}


class _Lazy(click.Group):
    """Knows its commands by name, and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them, in the order of a working day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"tracker.cli.{COMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click, with the nearest name for a mistyped one."""
        from tracker.errors import did_you_mean

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no command {args[0]!r}{did_you_mean(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """As click, but a reader who has seen enough (`tracker log show | head`) is no failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Here and not in `main`, because click makes it exit status 1 before it gets there; and what
            # is left goes nowhere, or Python would complain once more at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="TRACKER_CONFIG",
    default=Path("config.toml"),
    show_default=True,
    help="The config file.",
)
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.version_option(__version__, prog_name="tracker")
@click.pass_context
def group(context: click.Context, config: Path, debug: bool) -> None:
    """Who promised what to whom, was it kept, and how do we know?"""
    context.obj = {"config": config, "debug": debug}


@contextmanager
def opened(context: click.Context, *, clock: Callable[[], datetime] | None = None) -> Iterator[Tracker]:
    """The tracker that `--config` describes, by the real clock or another.

    The rooms above the API read their tables when they need them. Here they are checked at once: a
    mistyped key must not wait for the first mail of the night.
    """
    from tracker.api import Tracker
    from tracker.config import Config
    from tracker.digest.settings import DigestSettings, SmtpSettings
    from tracker.ticks import RunSettings

    config = Config.load(context.find_root().obj["config"])
    config.section("run", RunSettings)
    config.sections("digest", DigestSettings)
    config.section("smtp", SmtpSettings)
    with Tracker(config, clock=clock) as t:
        yield t


@contextmanager
def _hearing_every_interrupt() -> Iterator[None]:
    """Python drops what is raised in a finalizer or in the callback of a weak reference.

    Every other Ctrl-C in the demo fell into such a callback of SQLAlchemy's, and the demo went on. It is
    sent again, from outside of it.
    """
    before = sys.unraisablehook

    def told(what: sys.UnraisableHookArgs) -> None:
        if issubclass(what.exc_type, KeyboardInterrupt):
            Timer(0.01, interrupt_main).start()
        else:
            before(what)

    sys.unraisablehook = told
    try:
        yield
    finally:
        sys.unraisablehook = before


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    with _hearing_every_interrupt():
        _run(arguments)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether what asyncio logs is worth a line.

    Where Ctrl-C cancels a wait for a thread in the moment in which the thread ends, asyncio complains of its
    own bookkeeping (`_chain_future`); nothing is lost by it.
    """
    return "_chain_future" not in record.getMessage()


def _run(arguments: list[str] | None) -> None:
    logging.getLogger("asyncio").addFilter(_is_news)
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    try:
        status = group.main(args=given, prog_name="tracker", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.exceptions.NoArgsIsHelpError as problem:
        click.echo(problem.format_message(), err=True)  # the help; the one message of many lines
        sys.exit(problem.exit_code)
    except click.ClickException as problem:
        if debug:
            raise
        _tell(problem.format_message())
        sys.exit(problem.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except TrackerError as problem:
        if debug:
            raise
        _tell(str(problem))
        sys.exit(problem.exit_status)
    except Exception as problem:
        if debug:
            raise
        _tell(f"this is our mistake, please report it with the output of --debug: {problem!r}")
        sys.exit(1)


def _tell(message: str) -> None:
    click.echo(f"tracker: {' '.join(message.split())}", err=True)
