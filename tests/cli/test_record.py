"""`tracker record` and `tracker retract`: every transition by hand, with its arguments, and back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.test_cli import CONFIG, run
from tracker.cli.facts import TYPES
from tracker.dossier.events import KEYS_OF

DOSSIER = """
format = 1
name = "climate"
title = "Targets of an invented company"
zone = "America/New_York"

[[party]]
id = "acme"
name = "Acme"

[[party]]
id = "subsidiary"
name = "Acme Shipping"

[[party]]
id = "investors"
name = "The investors"

[[citation]]
id = "report"
publisher = "Acme"
title = "Annual report"

[[commitment]]
id = "halve-emissions"
title = "Halve emissions"
debtor = ["acme", "subsidiary"]
creditor = ["investors"]
kind = "achieve"
consequent = "Emissions are half of those of 2019."
voice = "own"
made = "2024-01-10"
until = "2024-12-31"
cites = "report"

[[commitment]]
id = "no-coal"
title = "Burn no coal"
debtor = ["acme"]
creditor = ["investors"]
kind = "refrain"
consequent = "No coal is burnt."
condition = 'while: "gas is cheap"'
voice = "own"
made = "2024-01-10"
cites = "report"
"""

Steps = list[tuple[str, ...]]
ACCEPTED: Steps = [("halve-emissions", "accepted", "--occurred", "2024-02-01", "--by", "acme")]
RUNNING: Steps = [
    ("no-coal", "accepted", "--occurred", "2024-02-01"),
    ("no-coal", "condition-met", "--occurred", "2024-02-01", "--condition", "gas is cheap"),
]
BECAUSE = ("--because", "the annual report says so")

RECORDED: list[tuple[str, Steps, tuple[str, ...], str]] = [
    ("accepted", [], ("halve-emissions", "--by", "acme", "--effective", "2024-01-15"), "active"),
    ("withdrawn", [], ("halve-emissions", "--by", "acme"), "withdrawn"),
    ("suspended", ACCEPTED, ("halve-emissions", "--by", "investors"), "suspended"),
    (
        "resumed",
        [*ACCEPTED, ("halve-emissions", "suspended", "--occurred", "2024-02-02")],
        ("halve-emissions",),
        "active",
    ),
    (
        "fulfilled",
        ACCEPTED,
        ("halve-emissions", "--extent", "2/3", "--shortfall", "one site", "--basis", "verified"),
        "fulfilled",
    ),
    ("violated", RUNNING, ("no-coal", "--by", "acme", "--clause", "p. 7", "--basis", "reported"), "violated"),
    ("released", ACCEPTED, ("halve-emissions", "--by", "investors"), "released"),
    ("cancelled", ACCEPTED, ("halve-emissions",), "cancelled"),
    ("ended", RUNNING, ("no-coal", "--by", "acme", "--by", "investors"), "cancelled"),
    ("superseded", ACCEPTED, ("halve-emissions", "--superseded-by", "no-coal"), "superseded"),
    (
        "reinstated",
        [*ACCEPTED, ("halve-emissions", "cancelled", "--occurred", "2024-02-02")],
        ("halve-emissions",),
        "active",
    ),
    ("condition-met", RUNNING[:1], ("no-coal", "--condition", "gas is cheap"), "active"),
    ("condition-failed", RUNNING, ("no-coal", "--condition", "gas is cheap"), "suspended"),
    (
        "deadline-moved",
        ACCEPTED,
        ("halve-emissions", "--until", "2025-06-30", "--review-on", "2025-01-01"),
        "active",
    ),
    (
        "reworded",
        ACCEPTED,
        ("halve-emissions", "--title", "Halve them", "--tag", "scope 1", "--tag", "scope 2"),
        "active",
    ),
    (
        "position-stated",
        ACCEPTED,
        ("halve-emissions", "--party", "investors", "--position", "too late"),
        "active",
    ),
    ("clarity-rated", ACCEPTED, ("halve-emissions", "--unrateable", "no base year"), "active"),
]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the dossier loaded; the config's zone is another than the dossier's."""
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "pledges.toml").write_text(DOSSIER)
    assert run("load", cwd=tmp_path).returncode == 0
    return tmp_path


def record(desk: Path, *arguments: str) -> str:
    """Record a fact that is taken, and return its id."""
    done = run("record", *arguments, *BECAUSE, cwd=desk)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[2]


def state(desk: Path, name: str, *when: str) -> str:
    """Where a commitment stands."""
    (row,) = json.loads(run("status", name, "--format", "json", *when, cwd=desk).stdout)
    return str(row["state"])


@pytest.mark.parametrize(("kind", "before", "arguments", "after"), RECORDED)
def test_every_type_of_fact_is_recorded_with_its_arguments(
    desk: Path, kind: str, before: Steps, arguments: tuple[str, ...], after: str
) -> None:
    """From the words of the command line to the state, and into the timeline."""
    for step in before:
        record(desk, *step)
    name, *options = arguments
    event = record(desk, name, kind, "--occurred", "2024-03-05", *options)
    assert state(desk, name) == after
    shown = run("show", name, cwd=desk).stdout
    assert event in shown
    assert "the annual report says so" in shown


def test_the_command_line_and_the_dossier_know_the_same_types_and_keys() -> None:
    """Each type is recorded by a test above; each key of each type is an option."""
    assert set(TYPES) == set(KEYS_OF) == {kind for kind, *_ in RECORDED}
    told = run("record", "--help", cwd=Path.cwd()).stdout
    options = {name.replace("-", "_") for name in re.findall(r"--([a-z-]+)", told)}
    assert {key for keys in KEYS_OF.values() for key in keys} - {"tags"} <= options


def test_a_day_is_meant_where_the_commitment_is_at_home(desk: Path) -> None:
    """9 May in New York begins at four in the morning of UTC, whatever the zone of the config."""
    for step in ACCEPTED:
        record(desk, *step)
    record(desk, "halve-emissions", "fulfilled", "--occurred", "2024-05-09")
    assert state(desk, "halve-emissions", "--as-of", "2024-05-10T03:59Z") == "active"
    assert state(desk, "halve-emissions", "--as-of", "2024-05-10T04:00Z") == "fulfilled"


def test_a_lapse_judged_late_stands_since_the_deadline(desk: Path) -> None:
    """Violated on the first day of the year, though somebody looked in March."""
    for step in ACCEPTED:
        record(desk, *step)
    record(desk, "halve-emissions", "violated", "--occurred", "2025-03-01")
    assert state(desk, "halve-emissions", "--as-of", "2024-12-30") == "active"
    told = run("explain", "halve-emissions", "--as-of", "2025-01-02", cwd=desk).stdout
    assert "violated (violated) since 2025-01-01T00:00-05:00; lapse by acme, subsidiary" in told
    assert "the late act, which would be marked as a remedy" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("halve-emissions", "withdrawn", "--extent", "1/2"),
            "key 'extent' belongs to fulfilled and violated; withdrawn takes by",
        ),
        (("halve-emissions", "accepted", "--by", "acmee"), "unknown party 'acmee' (did you mean 'acme'?)"),
        (("halve-emissions", "superseded"), "'superseded_by' is missing"),
        (("halve-emissions", "superseded", "--superseded-by", "no-cole"), "did you mean 'no-coal'?"),
        (("no-coal", "condition-met", "--condition", "gas is dear"), 'is not the quoted text "gas is cheap"'),
        (("halve-emissions", "fulfilled", "--extent", "4/3"), 'write "2/3"'),
        (("halve-emissions", "violated", "--manner", "laps"), "did you mean 'lapse'?"),
        (("halve-emissions", "violated"), "nothing had been accepted"),
        (("halve-emission", "accepted"), "did you mean 'halve-emissions'?"),
        (("halve-emissions", "deadline-moved"), "says no new date"),
        (("halve-emissions", "reworded"), "says no new words"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(desk: Path, arguments: tuple[str, ...], message: str) -> None:
    """Exit status 2, and nothing written; what waits for a person is recorded with a note."""
    before = run("log", "verify", cwd=desk).stdout
    done = run("record", *arguments, "--occurred", "2024-03-05", *BECAUSE, cwd=desk)
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    if done.returncode:
        assert done.returncode == 2
        assert run("log", "verify", cwd=desk).stdout == before
    else:
        assert "waits for review" in done.stderr


def test_a_fact_is_replaced_in_one_step(desk: Path) -> None:
    """Both events in one append: the date was wrong, all else is carried on; --all shows the old one."""
    for step in ACCEPTED:
        record(desk, *step)
    old = record(desk, "halve-emissions", "fulfilled", "--occurred", "2024-05-09", "--shortfall", "one site")
    done = run(
        "retract",
        old,
        "--reason",
        "a day too early",
        "--replace",
        "fulfilled",
        "--occurred",
        "2024-05-10",
        cwd=desk,
    )
    assert done.returncode == 0, done.stderr
    retraction, replacement = (int(n) for n in re.findall(r"at position (\d+)", done.stdout))
    assert replacement == retraction + 1
    new = re.findall(r"replaced by (\w+)", done.stdout)[0]
    log = {row["id"]: row for row in json.loads(run("log", "show", "--format", "json", cwd=desk).stdout)}
    by = next(row for row in log.values() if row["position"] == retraction)
    assert by["data"]["replaced_by"] == new
    assert by["recorded_at"] == log[new]["recorded_at"]
    assert log[new]["data"]["shortfall"] == "one site"
    assert state(desk, "halve-emissions", "--as-of", "2024-05-11T03:59Z") == "active"
    assert state(desk, "halve-emissions", "--as-of", "2024-05-11T04:00Z") == "fulfilled"
    assert "RETRACTED" not in run("show", "halve-emissions", cwd=desk).stdout
    (line,) = [
        line
        for line in run("show", "halve-emissions", "--all", cwd=desk).stdout.splitlines()
        if "RETRACTED" in line
    ]
    assert line.endswith(old)


def test_a_reason_is_words(desk: Path) -> None:
    """An empty one is none."""
    done = run("record", "no-coal", "accepted", "--occurred", "2024-03-05", "--because", " ", cwd=desk)
    assert (done.returncode, done.stderr) == (
        2,
        "tracker: --because: say why, in words or with the URL of the source\n",
    )


def test_the_facts_are_rows_in_every_format(desk: Path) -> None:
    """The table has the terms above them; the others are for programs and hold the facts alone."""
    record(desk, *ACCEPTED[0])
    rows = json.loads(run("show", "halve-emissions", "--format", "json", cwd=desk).stdout)
    assert [row["type"] for row in rows] == ["Proposed", "Accepted"]
    told = run("show", "halve-emissions", "--format", "csv", cwd=desk).stdout
    assert told.startswith("position,occurred,recorded,type,by,what,id\n")
    assert len(told.splitlines()) == 3


def test_a_replacement_tells_what_it_leaves_without_ground(desk: Path) -> None:
    """Accepted in June after all, the breach of March was of nothing; accepted in February, it stands."""
    record(desk, *RUNNING[0])
    record(desk, *RUNNING[1])
    accepted = json.loads(run("show", "no-coal", "--format", "json", cwd=desk).stdout)[1]["id"]
    breach = record(desk, "no-coal", "violated", "--occurred", "2024-03-05")
    again = ("--reason", "another day", "--replace", "accepted", "--occurred")
    done = run("retract", accepted, *again, "2024-02-03", cwd=desk)
    assert (done.returncode, done.stderr) == (0, "")
    replacement = re.findall(r"replaced by (\w+)", done.stdout)[0]
    done = run("retract", replacement, *again, "2024-06-01", cwd=desk)
    assert done.returncode == 0
    assert f"note: this makes Violated {breach} of 2024-03-05 void: nothing had been accepted" in done.stderr


def test_a_replacement_that_is_refused_takes_nothing_back(desk: Path) -> None:
    """Both or neither."""
    for step in ACCEPTED:
        record(desk, *step)
    old = record(desk, "halve-emissions", "fulfilled", "--occurred", "2024-05-09")
    before = run("log", "verify", cwd=desk).stdout
    done = run(
        "retract", old, "--reason", "it was a breach", "--replace", "violated", "--manner", "breach", cwd=desk
    )
    assert done.returncode == 2
    assert "never breached" in done.stderr
    assert run("log", "verify", cwd=desk).stdout == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing", "--reason", "x"), "no event 'nothing'"),
        (("{dossier}", "--reason", "x"), "is no fact about a commitment but of 'dossier/climate'"),
        (("{first}", "--reason", "x"), "the first event of a stream cannot be retracted"),
        (("{first}", "--reason", "x", "--occurred", "2024-05-09"), "name its type with --replace"),
    ],
)
def test_what_cannot_be_taken_back_is_one_clear_line(
    desk: Path, arguments: tuple[str, ...], message: str
) -> None:
    """Exit status 2, and nothing written."""
    rows = json.loads(run("log", "show", "--format", "json", cwd=desk).stdout)
    ids = {row["stream"].partition("/")[0]: row["id"] for row in reversed(rows)}
    given = [text.format(dossier=ids["dossier"], first=ids["commitment"]) for text in arguments]
    done = run("retract", *given, cwd=desk)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert message in done.stderr


def test_what_waits_for_a_person_is_shown_explained_and_in_the_inbox(desk: Path) -> None:
    """A breach of what nobody had accepted: recorded, without effect, with its rule and what would help."""
    done = run("record", "halve-emissions", "violated", "--occurred", "2024-03-05", *BECAUSE, cwd=desk)
    assert "note: it has no effect by itself and waits for review: nothing had been accepted" in done.stderr
    shown = run("show", "halve-emissions", cwd=desk).stdout
    assert "no effect: nothing had been accepted; waits for review" in shown
    told = run("explain", "halve-emissions", cwd=desk).stdout
    assert "Violated of 2024-03-05 (not-accepted): nothing had been accepted; waits for review" in told
    assert "What would change it: its acceptance by the debtor; its withdrawal; the act itself." in told
    items = json.loads(run("review", "list", "--format", "json", cwd=desk).stdout)
    assert ("halve-emissions", "fact") in [(item["commitment"], item["kind"]) for item in items]


def test_a_condition_that_does_not_hold_says_what_is_missing(desk: Path) -> None:
    """Explain walks the terms of the condition."""
    record(desk, *RUNNING[0])
    told = run("explain", "no-coal", cwd=desk).stdout
    assert "What would change it: “gas is cheap” coming to hold." in told


def test_load_tells_what_would_have_no_effect_and_what_stays(desk: Path) -> None:
    """A note for each, before and while it is loaded."""
    fact = '\n[[commitment.fact]]\ntype = "resumed"\noccurred = "2024-03-01"\ncites = "report"\n'
    (desk / "pledges.toml").write_text(DOSSIER.replace('kind = "refrain"', 'kind = "maintain"') + fact)
    for arguments in (("load", "--dry-run"), ("load",)):
        done = run(*arguments, cwd=desk)
        assert done.returncode == 0
        assert "kind was recorded as 'refrain' and stays so" in done.stderr
        assert "Resumed of 2024-03-01 has no effect (not-on-hold)" in done.stderr
