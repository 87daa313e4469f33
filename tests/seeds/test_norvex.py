"""The second dossier: a company's climate targets, through the same pipeline and without a line of code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tracker
from tests.cli.test_cli import run
from tests.demos import copy_of_demo, told_by_demo
from tracker.api import Tracker
from tracker.resources import resource

NAME = "norvex-climate"
# id: (status, state, since when, flags that matter) on the last day of 2023
BOARD = {
    "norvex-exit-coal": ("pending", "active", "overdue"),
    "norvex-close-aldwick": ("fulfilled", "fulfilled", ""),
    "norvex-close-brenmoor": ("fulfilled", "fulfilled", ""),
    "norvex-keep-brenmoor-shut": ("violated", "violated", ""),
    "norvex-close-castle-haven": ("pending", "active", "overdue"),
    "norvex-halve-methane": ("pending", "active", ""),
    "norvex-publish-audit": ("violated", "violated", "remedied"),
    "norvex-fund-no-lobby": ("violated", "violated", ""),
    "state-training-grant": ("fulfilled", "fulfilled", ""),
    "norvex-retrain-workers": ("pending", "active", ""),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the demo leaves."""
    told = told_by_demo(NAME, tmp_path_factory)
    assert "Where the promises stood on 31 December 2023, from 30 documents" in told
    return copy_of_demo(NAME, tmp_path_factory, tmp_path_factory.mktemp("norvex") / "demo")


def opened(desk: Path) -> Tracker:
    """The tracker of that folder."""
    return tracker.open(desk / "config.toml")


def test_the_board_is_what_the_thirty_entries_say(desk: Path) -> None:
    """Two plants closed, one overdue, one fired up again; money for the lobby; an audit that came late."""
    with opened(desk) as t:
        board = {each.id: each for each in t.board(as_of="2023-12-31")}
    told = {
        name: (
            str(each.status),
            str(each.state),
            " ".join(flag for flag in ("overdue", "remedied") if flag in each.flags),
        )
        for name, each in board.items()
    }
    assert told == BOARD


def test_each_verdict_rests_on_two_origins_and_none_on_the_companys_word(desk: Path) -> None:
    """What the newsroom says of its own methane waits for a person."""
    with opened(desk) as t:
        for name in ("norvex-close-aldwick", "norvex-keep-brenmoor-shut", "norvex-fund-no-lobby"):
            reasons = [reason for reason in t.explain(name).reasons if reason.findings]
            origins = {finding.origin for reason in reasons for finding in reason.findings}
            assert len(origins) >= 2 and "party:norvex" not in origins
        waiting = {item.commitment for item in t.inbox()}
    assert "norvex-halve-methane" in waiting


def test_a_competitors_plant_a_question_a_plan_and_a_denial_decide_nothing(desk: Path) -> None:
    """Of the thirty, these say nothing that was done."""
    with opened(desk) as t:
        acts = {
            evidence.quote.title
            for name in BOARD
            for evidence in t.evidence(name)
            if evidence.quote.factuality == "actual" and evidence.quote.relation != "context"
        }
    silent = (
        "Norvex promises to close all three coal plants by autumn 2023",
        "Norvex to shut Aldwick coal plant before the winter",
        "Tarn Power shuts coal plant at Ebbing",
        "Will Norvex keep its word on Brenmoor?",
        "Norvex could restart Brenmoor this winter, union fears",
        "What halving methane would take",
        "Norvex denies that it funded the coal lobby",
        "Opinion: Norvex closes plants in the summer and opens them in the winter",
        "Norvex ready to close Castle Haven when the market allows",
    )
    assert acts.isdisjoint(silent)


def test_the_demo_feeds_have_thirty_entries() -> None:
    """Of four publishers, each with an id of its own."""
    files = sorted((resource("seeds") / NAME).glob("*.json"))
    items = [item for file in files for item in json.loads(file.read_text(encoding="utf-8"))["items"]]
    assert len(files) == 4
    assert len({item["id"] for item in items}) == len(items) == 30


def test_a_demo_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With what there is, and what may have been meant."""
    done = run("demo", "--dossier", "norvex", cwd=tmp_path)
    assert done.returncode == 2
    assert "korea-2018, norvex-climate" in done.stderr
    assert not any(tmp_path.iterdir())
