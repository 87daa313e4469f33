"""`tracker review`: on a terminal by a key each, from other tools by a file; all can be taken back."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.api.harbour import OPENED, Harbour
from tests.cli.terminal import on_terminal
from tests.cli.test_cli import run
from tracker.commitments.events import Fulfilled, Retracted
from tracker.log.events import FindingAccepted, FindingRejected

SHUT = ("Port authority: harbour bridge stays shut", "The port authority has not opened the harbour bridge.")
AGAIN = ("The harbour master has opened the harbour bridge", "It was a fine day for it.")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk that each test gets a copy of."""
    folder = tmp_path_factory.mktemp("review")
    harbour = Harbour(folder, "tracker.sqlite3")
    config = (folder / "config.toml").read_text().replace("enabled = true", "enabled = false")
    (folder / "config.toml").write_text(config.replace("sqlite:///", ""))
    with harbour.opened() as t:
        harbour.poll(t, gazette=OPENED, courier=AGAIN)
        assert len(t.inbox()) == 2
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Path:
    """Two reports of one opening wait, from two papers; no rule decides."""
    return Path(shutil.copytree(made, tmp_path / "desk"))


def waiting(desk: Path) -> list[str]:
    """The ids of the findings that wait."""
    rows = json.loads(run("review", "list", "--format", "json", cwd=desk).stdout)
    return [row["finding"] for row in rows]


def status(desk: Path) -> str:
    """Where the promise stands."""
    (row,) = json.loads(run("status", "open-bridge", "--format", "json", cwd=desk).stdout)
    return str(row["status"])


def types(desk: Path, *wanted: str) -> list[str]:
    """The types of the recorded events that are among `wanted`, in order."""
    rows = json.loads(run("log", "show", "--format", "json", cwd=desk).stdout)
    return [row["type"] for row in rows if row["type"] in wanted]


def test_a_key_accepts_and_another_takes_it_back(desk: Path) -> None:
    """The words are shown in their sentence and in colour; the log keeps the decision and its retraction."""
    with on_terminal("review", cwd=desk) as terminal:
        shown = terminal.expect("[a]ccept")
        assert "open-bridge" in shown and "pending (active)" in shown
        assert "\x1b[33m\x1b[1mopened\x1b[0m" in shown
        assert "On the same occasion:" in shown and "+ [" in shown
        terminal.press("a")
        terminal.expect("Fulfilled recorded")
        # The other report agrees with what stands now, and asks nothing more.
        terminal.expect("1 decided, nothing waits")
        assert terminal.end() == 0
    assert status(desk) == "fulfilled"
    with on_terminal("review", cwd=desk) as terminal:
        terminal.expect("0 decided, nothing waits")
        assert terminal.end() == 0
    done = run("review", "undo", cwd=desk)
    assert done.returncode == 0 and "took back Fulfilled" in done.stdout
    assert status(desk) == "pending"
    assert len(waiting(desk)) == 2
    wanted = ("Fulfilled", "FindingAccepted", "Retracted")
    assert types(desk, *wanted) == ["Fulfilled", "FindingAccepted", "Retracted", "Retracted"]


def test_undo_on_the_walk_brings_the_item_back_at_once(desk: Path) -> None:
    """The wrong key at two in the morning costs one more key."""
    with on_terminal("review", cwd=desk) as terminal:
        first = re.findall(r"Gazette|Courier", terminal.expect("[a]ccept"))[0]
        terminal.press("c")
        terminal.expect("FindingAccepted recorded")
        terminal.expect("[a]ccept")
        terminal.press("u")
        terminal.expect("it waits again")
        assert re.findall(r"Gazette|Courier", terminal.expect("[a]ccept"))[0] == first
        terminal.press("u")
        terminal.expect("nothing was decided on this walk")
        terminal.press("q")
        assert terminal.end() == 0
    assert len(waiting(desk)) == 2


def test_a_rejection_asks_why_and_an_empty_answer_rejects_nothing(desk: Path) -> None:
    """The reason is in the log; skipped items wait on."""
    with on_terminal("review", cwd=desk) as terminal:
        terminal.expect("[a]ccept")
        terminal.press("r")
        terminal.expect("why")
        terminal.answer("\n")
        terminal.expect("nothing was decided")
        terminal.press("r")
        terminal.expect("why")
        terminal.answer("a drill\n")
        terminal.expect("FindingRejected recorded")
        terminal.expect("[a]ccept")
        terminal.press("s")
        terminal.expect("1 decided, 1 waits")
        assert terminal.end() == 0
    rows = json.loads(run("log", "show", "--format", "json", cwd=desk).stdout)
    assert [row["data"]["because"] for row in rows if row["type"] == "FindingRejected"] == ["a drill"]


def test_a_capital_decides_on_all_that_report_the_same(desk: Path) -> None:
    """One verdict that rests on both, corroborated by two origins; one undo takes all of it back."""
    with on_terminal("review", cwd=desk) as terminal:
        terminal.expect("capitals: all 2")
        terminal.press("F")
        terminal.expect("Fulfilled recorded with 1 more")
        terminal.expect("1 decided, nothing waits")
        assert terminal.end() == 0
    (row,) = json.loads(run("status", "open-bridge", "--format", "json", cwd=desk).stdout)
    assert (row["status"], row["basis"]) == ("fulfilled", "corroborated")
    assert run("review", "undo", cwd=desk).stdout.count("it waits again") == 2
    assert len(waiting(desk)) == 2


def test_help_whole_text_and_source_lead_nowhere_else(desk: Path) -> None:
    """They show, and the same item waits for its key; a browser gets the address as it is."""
    browser = desk / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {desk}/visited\n')
    browser.chmod(0o755)
    with on_terminal("review", cwd=desk, BROWSER=str(browser)) as terminal:
        terminal.expect("[a]ccept")
        # What a key shows ends with the prompt for the next one.
        for key, shown in (
            ("?", "skip; it waits on"),
            ("t", "bridge"),
            ("o", "opened http://news.example/"),
            ("\x1b[A", "skip; it waits on"),  # an arrow
        ):
            terminal.press(key)
            terminal.expect(shown)
            terminal.expect("[a]ccept")
        terminal.press("q")
        assert terminal.end() == 0
    assert (desk / "visited").read_text().startswith("http://news.example/")
    assert types(desk, "FindingAccepted", "FindingRejected") == []


def test_ctrl_c_leaves_what_was_decided_and_nothing_else(desk: Path) -> None:
    """Status 130 without a traceback, also in the middle of the question why."""
    with on_terminal("review", cwd=desk) as terminal:
        terminal.expect("[a]ccept")
        terminal.press("c")
        terminal.expect("recorded")
        terminal.expect("[a]ccept")
        terminal.press("r")
        terminal.expect("why")
        terminal.answer("half a rea")
        assert terminal.interrupt() == 130
        assert "Traceback" not in terminal.shown
    assert types(desk, "FindingAccepted", "FindingRejected") == ["FindingAccepted"]
    assert len(waiting(desk)) == 1


def test_what_somebody_else_decided_meanwhile_is_told_and_not_doubled(desk: Path) -> None:
    """The walk goes on with what is left."""
    with on_terminal("review", cwd=desk) as terminal:
        terminal.expect("[a]ccept")
        first, second = waiting(desk)
        for finding in (first, second):
            assert run("review", "reject", finding, "--because", "a drill", cwd=desk).returncode == 0
        terminal.press("a")
        terminal.expect("refused: finding")
        terminal.expect("was rejected by")
        terminal.expect("0 decided, nothing waits")
        assert terminal.end() == 0
    assert types(desk, "FindingAccepted", "FindingRejected", "Fulfilled") == ["FindingRejected"] * 2
    again = run("review", "accept", first, cwd=desk)
    assert again.returncode == 2
    assert "was rejected by" in again.stderr and "tracker review undo" in again.stderr


def test_a_refused_decision_is_told_and_the_item_stays(desk: Path) -> None:
    """The rule that stops it is named; another key still decides."""
    with on_terminal("review", cwd=desk) as terminal:
        terminal.expect("[a]ccept")
        run(
            "record",
            "open-bridge",
            "cancelled",
            "--occurred",
            "2024-01-05",
            "--because",
            "no money",
            cwd=desk,
        )
        terminal.press("a")
        terminal.expect("refused: ")
        terminal.press("c")
        terminal.expect("FindingAccepted recorded")
        # Of what was called off the other report asks nothing.
        terminal.expect("1 decided, nothing waits")
        assert terminal.end() == 0


def test_without_a_terminal_it_says_how(desk: Path) -> None:
    """Status 2 and one line, as for any mistake."""
    done = run("review", cwd=desk)
    assert (done.returncode, done.stdout) == (2, "")
    assert "tracker review list" in done.stderr and len(done.stderr.splitlines()) == 1


def lines(path: Path, *decisions: object) -> str:
    """A file of decisions."""
    file = path / "decisions.jsonl"
    file.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in decisions))
    return str(file)


def test_decisions_of_another_tool_are_applied_once(desk: Path) -> None:
    """All of them; and again, nothing."""
    first, second = waiting(desk)
    file = lines(
        desk,
        {"finding": first, "decision": "reject", "because": "a drill"},
        "",
        {"finding": second, "decision": "fulfils", "because": "I was there"},
    )
    done = run("review", "apply", file, cwd=desk)
    assert (done.returncode, done.stdout) == (0, "2 decisions recorded\n"), done.stderr
    assert status(desk) == "fulfilled"
    before = types(desk, "Fulfilled", "FindingAccepted", "FindingRejected")
    done = run("review", "apply", file, cwd=desk)
    assert done.stdout == "0 decisions recorded; 2 had been decided so before\n"
    assert types(desk, "Fulfilled", "FindingAccepted", "FindingRejected") == before


def test_a_file_with_one_bad_decision_records_none(desk: Path) -> None:
    """Each line that is refused is told, by its number."""
    first, second = waiting(desk)
    file = lines(
        desk,
        {"finding": first, "decision": "context"},
        {"finding": "nothing", "decision": "accept"},
        {"finding": first, "decision": "reject", "because": "a drill"},
        {"finding": second, "decision": "context"},
    )
    done = run("review", "apply", file, cwd=desk)
    assert (done.returncode, done.stdout) == (2, "")
    second_line, third = done.stderr.splitlines()
    assert f"{file}:2: no finding 'nothing'" in second_line
    assert f"{file}:3: finding {first} was accepted as context" in third
    assert types(desk, "FindingAccepted", "FindingRejected") == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[]", "no JSON object"),
        ("{", "no JSON: "),
        ("[" * 100_000, "no"),
        ('{"finding": "x"}', "'decision' is missing"),
        ('{"finding": 7, "decision": "accept"}', "'finding' must be a text"),
        ('{"finding": "x", "decision": "violate"}', "(did you mean 'violates'?)"),
        ('{"finding": "x", "decision": "reject"}', "'because' is missing: a rejection says why"),
        ('{"finding": "x", "decision": "accept", "becuase": "y"}', "(did you mean 'because'?)"),
    ],
)
def test_a_line_that_is_no_decision_is_told_with_its_place(desk: Path, line: str, message: str) -> None:
    """One line each; nothing is recorded."""
    done = run("review", "apply", lines(desk, "", line), cwd=desk)
    assert (done.returncode, done.stdout) == (2, "")
    assert "decisions.jsonl:2: " in done.stderr and message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_undo_names_what_it_cannot_take_back(desk: Path) -> None:
    """Nothing decided, no such event, and what was taken back already."""
    assert "has decided nothing that stands" in run("review", "undo", cwd=desk).stderr
    assert "no event 'nothing'" in run("review", "undo", "nothing", cwd=desk).stderr
    first, _ = waiting(desk)
    assert "no decision on a finding that stands" in run("review", "undo", first, cwd=desk).stderr
    assert run("review", "reject", first, "--because", "x", cwd=desk).returncode == 0
    assert run("review", "undo", first, "--because", "it was no drill", cwd=desk).returncode == 0
    done = run("review", "undo", first, cwd=desk)
    assert done.returncode == 2 and "no decision on a finding that stands" in done.stderr


def test_a_reason_is_always_there(desk: Path) -> None:
    """Who and why are in each event, whatever key was pressed."""
    first, second = waiting(desk)
    assert run("review", "accept", first, "--as", "context", cwd=desk).returncode == 0
    assert run("review", "accept", second, cwd=desk).returncode == 0
    rows = json.loads(run("log", "show", "--format", "json", cwd=desk).stdout)
    words = [row["data"]["because"] for row in rows if row["type"] in ("FindingAccepted", "Fulfilled")]
    assert len(words) == 3 and all(words)


def test_what_was_known_between_stays_known(shared_url: str, tmp_path: Path) -> None:
    """Rejected, taken back, accepted: each moment is still answered as it was believed then."""
    from datetime import timedelta

    harbour = Harbour(tmp_path, shared_url)
    with harbour.opened() as t:
        harbour.poll(t, gazette=OPENED)
        made = harbour.now
        (item,) = t.inbox()
        assert item.quote is not None
        name = item.quote.id
        moments = []
        for step in (
            lambda: t.review_reject(name, "a drill"),
            lambda: t.review_undo(name),
            lambda: t.review_accept(name),
            lambda: t.review_undo(),
        ):
            harbour.now += timedelta(hours=1)
            step()
            moments.append(harbour.now)
        seen = [len(t.inbox(known_at=moment)) for moment in (made, *moments)]
        assert seen == [1, 0, 1, 0, 1]
        states = [t.commitment("open-bridge", known_at=moment).status for moment in (made, *moments)]
        assert states == ["pending", "pending", "pending", "fulfilled", "pending"]
        told = [t.evidence("open-bridge", known_at=moment)[0] for moment in (made, *moments)]
        assert [each.quote.rejected for each in told] == [False, True, False, False, False]
        assert [each.accepted for each in told] == [False, False, False, True, False]
        kinds = (FindingAccepted, FindingRejected, Fulfilled, Retracted)
        assert sum(isinstance(fact.event, kinds) for fact in t.log()) == 6
        before = t.inbox()
        t.rebuild("inbox")
        assert t.inbox() == before


def test_a_verdict_by_rule_keeps_its_finding_when_a_rejection_is_taken_back(tmp_path: Path) -> None:
    """It rests on it again, and the finding asks nothing of anybody."""
    harbour = Harbour(tmp_path, f"sqlite:///{tmp_path / 'tracker.sqlite3'}")
    with harbour.opened() as t:
        harbour.poll(t, gazette=OPENED, courier=AGAIN)
        row = t.commitment("open-bridge")
        assert (row.status, t.inbox()) == ("fulfilled", ())
        name = row.standing.findings[0]
        t.review_reject(name, "no witness")
        assert t.commitment("open-bridge").flags == ("unsupported",)
        t.review_undo(name)
        assert (t.commitment("open-bridge").flags, t.inbox()) == ((), ())


def test_nothing_of_strangers_reaches_the_terminal(tmp_path: Path) -> None:
    """An escape sequence in a headline is shown without its teeth."""
    harbour = Harbour(tmp_path, f"sqlite:///{tmp_path / 'tracker.sqlite3'}")
    with harbour.opened() as t:
        harbour.poll(t, gazette=("Port authority opens harbour bridge \u009b2J \u202eevil", "x"))
        assert len(t.inbox()) == 1
    with on_terminal("review", cwd=tmp_path) as terminal:
        shown = terminal.expect("[a]ccept")
        assert "\u009b" not in shown and "\u202e" not in shown
        terminal.press("q")
        assert terminal.end() == 0
