"""What docs/run.md and docs/deploy tell: the examples run, and the unit starts what there is."""

from __future__ import annotations

import configparser
import re
import shlex
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import click

from tests.docs.pages import loaded_desk, run_examples
from tracker import daemon, ticks
from tracker.cli import group
from tracker.doctor import examination

health = import_module("tracker.doctor.health")  # the package has a function of this name
ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "run.md").read_text(encoding="utf-8")
UNIT = ROOT / "docs" / "deploy" / "tracker.service"


def test_the_examples_run_as_printed(tmp_path: Path) -> None:
    """Each command, in order; the feeds are on nobody's network."""
    desk = loaded_desk(tmp_path)
    config = desk / "config.toml"
    config.write_text(config.read_text().split("# Whom we listen to")[0])
    run_examples(PAGE, desk)


def test_the_figures_on_the_page_are_those_of_the_program() -> None:
    """The grace, the intervals that may be missed, how long a mail may wait, how much of a chain is read."""
    hour = timedelta(hours=1)
    assert (8.0, hour, 48 * hour) == (daemon.GRACE, daemon.HOUSEKEEPING, ticks.DEAD)
    assert (3, hour / 4, hour / 4, 6 * hour) == (health.MISSED, health.UNDER_WAY, health.UNSENT, health.TRIED)
    assert examination.LAST == 2_000
    for words in (
        *("8 s,", "every hour", "two days", "three of its intervals", "a quarter of an hour ago"),
        *("15 minutes ago", "6 hours ago", "the last 2,000 events"),
    ):
        assert words in PAGE


def unit() -> configparser.ConfigParser:
    """The unit, as systemd reads it: names keep their case."""
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT, encoding="utf-8")
    return parser


def test_the_unit_starts_a_command_that_there_is() -> None:
    """Click takes its whole command line."""
    program, *arguments = shlex.split(unit()["Service"]["ExecStart"])
    assert program == "/opt/tracker/bin/tracker"
    with group.make_context("tracker", list(arguments)) as context:
        assert context.params["config"] == Path("/etc/tracker/config.toml")
        name, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])
        assert name == "run" and isinstance(command, click.Command)
        with command.make_context("run", rest, parent=context) as inner:
            assert inner.params == {"once": False, "form": "json"}


def test_the_unit_is_hardened_and_gives_the_daemon_time_to_end() -> None:
    """Nothing to write but its own folder, secrets from a file, and longer than its grace to stop."""
    service = unit()["Service"]
    wanted = {
        "DynamicUser": "yes",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "PrivateDevices": "yes",
        "StateDirectory": "tracker",
        "CapabilityBoundingSet": "",
        "Restart": "on-failure",
        "KillSignal": "SIGTERM",
    }
    assert {key: service[key] for key in wanted} == wanted
    assert float(service["TimeoutStopSec"]) > daemon.GRACE + 2
    assert service["EnvironmentFile"] == "-/etc/tracker/environment"
    assert unit()["Install"]["WantedBy"] == "multi-user.target"


def test_what_the_guide_to_systemd_names_is_there() -> None:
    """The folder of the program, the file of the secrets and the folder of the data, as in the unit."""
    guide = (UNIT.parent / "README.md").read_text(encoding="utf-8")
    for place in ("/opt/tracker", "/etc/tracker/environment", "/var/lib/tracker", "tracker.service"):
        assert place in guide
    assert re.search(r"systemctl enable --now tracker$", guide, re.MULTILINE)
