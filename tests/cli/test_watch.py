"""`tracker watch`: what a watch would find, what that would change, and how it reads one text."""

from __future__ import annotations

import csv
import io
import json
import shutil
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.harbour import OPENED, Harbour
from tests.cli.terminal import on_terminal
from tests.cli.test_cli import run
from tests.rounds.test_rounds import DOSSIER
from tracker.api import Tracker, watching

RAISED = ("Port authority raises harbour bridge", "The harbour bridge was raised on Monday.")
WATCH = 'fulfils = ["open -> <harbour-bridge>"]'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk that each test gets a copy of."""
    folder = tmp_path_factory.mktemp("watch")
    harbour = Harbour(folder, "tracker.sqlite3")
    with harbour.opened() as t:
        harbour.poll(t, gazette=OPENED, courier=RAISED)
        harbour.poll(t, gazette=("Rain all week", "Bring a coat."))
        assert len(t.evidence("open-bridge")) == 2
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Path:
    """One report that is found, one that only names the bridge, one about something else."""
    return Path(shutil.copytree(made, tmp_path / "desk"))


def tried(desk: Path, watch: str, *arguments: str) -> list[dict[str, object]]:
    """What another watch in a file that is not loaded would find."""
    (desk / "draft.toml").write_text(DOSSIER.replace(WATCH, watch))
    done = run("watch", "test", "--dossier", "draft.toml", *arguments, "--format", "json", cwd=desk)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return sorted(rows, key=lambda row: str(row["title"]))  # feeds are read side by side


def test_the_watch_in_force_changes_nothing(desk: Path) -> None:
    """It finds what it found; the words are set off in their sentence, and the cue is told."""
    done = run("watch", "test", "open-bridge", cwd=desk)
    assert done.returncode == 0, done.stderr
    assert "The port authority [[opened]] the [[harbour bridge]]" in done.stdout
    assert "fulfils, actual, 2024-06-03" in done.stdout
    assert "by active: open -> <harbour-bridge>; " in done.stdout
    assert done.stdout.endswith("2 documents match; against the log: 0 new, 0 gone, 0 decided otherwise\n")


def test_a_draft_tells_what_it_would_change(desk: Path) -> None:
    """Another act decides otherwise on both; and nothing of it is written."""
    (desk / "log.before").write_text(run("log", "show", "--format", "json", cwd=desk).stdout)
    rows = tried(desk, 'fulfils = ["raise -> <harbour-bridge>"]')
    assert [(row["change"], row["relation"], row["before"]) for row in rows] == [
        ("decided otherwise", "fulfils", "context, commentary"),
        ("decided otherwise", "context", "fulfils, actual, 2024-06-03"),
    ]
    assert (rows[0]["words"], rows[0]["spans"]) == ("raises harbour bridge", [[15, 36]])
    assert run("log", "show", "--format", "json", cwd=desk).stdout == (desk / "log.before").read_text()


def test_new_and_gone_are_told(desk: Path) -> None:
    """A watch for rain finds the third document, and the first two no more."""
    rain = DOSSIER.replace('variants = ["harbour bridge", "harbor bridge"]', 'variants = ["rain"]')
    rain = rain.replace('actors = ["port-authority"]\n', "")
    (desk / "rain.toml").write_text(rain)
    done = run("watch", "test", "open-bridge", "--dossier", "rain.toml", "--format", "csv", cwd=desk)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert sorted(row["change"] for row in rows) == ["gone", "gone", "new"]
    told = run("watch", "test", "--dossier", "rain.toml", cwd=desk).stdout
    assert "1 documents match; against the log: 1 new, 2 gone, 0 decided otherwise" in told
    assert "the log has: fulfils, actual, 2024-06-03" in told


def test_changes_alone_and_some_documents_alone(desk: Path) -> None:
    """`--changes`, `--feed` and `--since` leave out what nobody asked for."""
    assert tried(desk, WATCH, "--changes") == []
    assert {row["feed"] for row in tried(desk, WATCH, "--feed", "courier")} == {"courier"}
    assert tried(desk, WATCH, "--since", "2030-01-01") == []


def test_documents_are_read_in_batches(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small, the answer is the same, and each number is told."""
    import tracker

    with tracker.open(desk / "config.toml") as t:
        whole = list(t.watch_test("open-bridge"))
        monkeypatch.setattr(watching, "BATCH", 1)
        numbers: list[int] = []
        assert list(t.watch_test("open-bridge", progress=numbers.append)) == whole
        assert numbers == [1, 2, 3]


def test_a_rejected_finding_says_so(desk: Path) -> None:
    """That a watch no longer finds what a reviewer rejected is good news."""
    (finding,) = (each for each in _evidence(desk) if each["relation"] == "fulfils")
    assert run("review", "reject", str(finding["id"]), "--because", "a drill", cwd=desk).returncode == 0
    rows = tried(desk, 'fulfils = ["raise -> <harbour-bridge>"]')
    assert [(row["before"], row["rejected"]) for row in rows] == [
        ("context, commentary", False),
        ("fulfils, actual, 2024-06-03", True),
    ]


def _evidence(desk: Path) -> list[dict[str, object]]:
    import tracker

    with tracker.open(desk / "config.toml") as t:
        quotes = [each.quote for each in t.evidence("open-bridge")]
    return [{"id": quote.id, "relation": quote.relation} for quote in quotes]


def test_on_a_terminal_the_words_are_in_colour(desk: Path) -> None:
    """And no marks are left in them."""
    with on_terminal("watch", "test", "open-bridge", cwd=desk) as terminal:
        shown = terminal.expect("against the log")
        assert "\x1b[33m\x1b[1mopened\x1b[0m" in shown and "[[" not in shown
        assert terminal.end() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["test"], "name a commitment, or a file with --dossier"),
        (["test", "open-brige"], "no [[watch]] in the log is for 'open-brige' (did you mean 'open-bridge'?)"),
        (["test", "open-bridge", "--feed", "gazete"], "no feed 'gazete' (did you mean 'gazette'?)"),
        (["test", "open-bridge", "--since", "soon"], "soon"),
        (["test", "--dossier", "missing.toml"], "missing.toml: cannot be read"),
        (
            ["test", "--dossier", "bad.toml"],
            "bad.toml:49: [[watch]] for 'open-bridge': pattern 'open ->', column 6: ",
        ),
        (["explain", "open-bridge"], "name one text"),
        (["explain", "open-bridge", " "], "there is no text to explain"),
        (["explain", "open-bridge", "x", "--document", "1"], "name one text"),
        (["explain", "open-bridge", "--document", "99"], "99"),
        (["explain", "open-bridge", "--file", "missing.txt"], "missing.txt: cannot be read"),
        (["explain", "open-brige", "x"], "did you mean 'open-bridge'?"),
    ],
)
def test_each_mistake_is_one_line(arguments: list[str], message: str, desk: Path) -> None:
    """With its place and, where one is near, what may have been meant; status 2."""
    (desk / "bad.toml").write_text(
        DOSSIER.replace(WATCH, 'fulfils = [\n"open -> <harbour-bridge>",\n"open ->"]')
    )
    done = run("watch", *arguments, cwd=desk)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr


def test_a_faulty_pattern_is_not_loaded(desk: Path) -> None:
    """It would stop the next round, for all commitments."""
    (desk / "harbour.toml").write_text(DOSSIER.replace(WATCH, 'fulfils = ["(open"]'))
    for command in (["load"], ["check", "harbour.toml"]):
        done = run(*command, cwd=desk)
        assert done.returncode == 2
        assert "harbour.toml:47: " in done.stderr + done.stdout
        assert "pattern '(open', column 1: '(' is never closed" in done.stderr + done.stdout
    assert run("poll", cwd=desk).returncode == 0


def test_explain_shows_every_stage(desk: Path) -> None:
    """Which variant of which concept, the clauses, the acts with their cues, and the decision."""
    done = run("watch", "explain", "open-bridge", "Harbour master opens harbor bridge", cwd=desk)
    assert done.returncode == 0, done.stderr
    assert "opens/open" in done.stdout
    assert "“harbor bridge”  <harbour-bridge> by 'harbor bridge'" in done.stdout
    assert "“Harbour master”  <port-authority> by 'harbour master'" in done.stdout
    assert "decision\n  fulfils, actual" in done.stdout
    assert "decision\n  no finding" in run("watch", "explain", "open-bridge", "Rain", cwd=desk).stdout


def test_explain_reads_a_file_and_a_document(desk: Path) -> None:
    """As it reads words; a document by its own day."""
    (desk / "text.txt").write_bytes(b"Port authority opens harbour bridge \xff\n")
    from_file = json.loads(
        run("watch", "explain", "open-bridge", "--file", "text.txt", "--format", "json", cwd=desk).stdout
    )
    assert list(from_file) == ["commitment", "tokens", "concepts", "clauses", "acts", "decision"]
    assert from_file["decision"]["relation"] == "fulfils"
    (number,) = (str(row["document"]) for row in tried(desk, WATCH) if row["relation"] == "fulfils")
    told = run("watch", "explain", "open-bridge", "--document", number, "--format", "json", cwd=desk).stdout
    assert json.loads(told)["decision"]["occurred"] == "2024-06-03"


@pytest.fixture(scope="module")
def t(tmp_path_factory: pytest.TempPathFactory) -> Tracker:
    """A tracker with the dossier loaded."""
    import tracker

    path = tmp_path_factory.mktemp("watch")
    Harbour(path, "tracker.sqlite3")
    opened = tracker.open(path / "config.toml")
    opened.load()
    return opened


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.sampled_from(string.ascii_letters + " .,'\n\x00\u2028\ud83d’“") | st.characters()))
def test_no_text_makes_explain_fall(t: Tracker, text: str) -> None:
    """Whatever is in it, there are stages that can be printed, or one clear refusal."""
    from tracker.cli.watch import _lines
    from tracker.errors import UserError

    try:
        told = t.watch_explain("open-bridge", f"{text} harbour bridge opened {text}")
    except UserError:
        raise AssertionError(text) from None
    json.dumps(told).encode()
    assert "\n".join(_lines(told)).encode()
