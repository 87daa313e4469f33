"""`tracker run`: the daemon in the foreground, until SIGTERM or Ctrl-C; or one round of everything."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import click


@click.command("run")
@click.option("--once", is_flag=True, help="One round of everything, then end; for cron.")
@click.option("--log", "form", type=click.Choice(("auto", "plain", "json")),
              help="How to tell, instead of [run] log; auto: plain on a terminal.")  # fmt: skip
@click.pass_context
def command(context: click.Context, once: bool, form: str | None) -> None:
    """Poll, consider, sweep and send digests as they fall due.

    Ends with 0 when it was told to stop; --once ends with 1 where mails could not go out.
    """
    from tracker import daemon, rounds
    from tracker.cli import opened
    from tracker.ticks import RunSettings

    with opened(context) as t:
        _log_as(form or t.config.section("run", RunSettings).log)
        if not once:
            daemon.run(t)
            return
        done = rounds.full(t)
        if not daemon.tell("once", done):
            logging.getLogger("tracker.daemon").info("nothing was due", extra={"fields": {"tick": "once"}})
        context.exit(1 if done.mail_error else 0)


class Plain(logging.Formatter):
    """One line for a person, in local time."""

    def format(self, record: logging.LogRecord) -> str:
        """The time, which tick, and what there is to tell."""
        tick = getattr(record, "fields", {}).get("tick", "")
        at = datetime.fromtimestamp(record.created).astimezone()
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        words = f"{at:%Y-%m-%d %H:%M:%S} {f'{tick}: ' if tick else ''}{level}{record.getMessage()}"
        return f"{words}\n{self.formatException(record.exc_info)}" if record.exc_info else words


class Json(logging.Formatter):
    """One JSON object a line, in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """`time`, `level`, `message`, and the fields of whoever logged it, such as `tick` and `feed`."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **{name: value for name, value in getattr(record, "fields", {}).items() if value != ""},
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _log_as(form: str) -> None:
    """Everything that is logged goes to standard output; of other libraries, warnings and worse."""
    is_plain = form == "plain" or (form == "auto" and sys.stdout.isatty())
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Plain() if is_plain else Json())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("tracker").setLevel(logging.INFO)
    # That a tick is still under way when it comes again is how it should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
