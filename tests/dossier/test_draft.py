"""Drafting a commitment into a dossier: appended, nothing lost, and what is missing is named."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.test_cli import run
from tracker.dossier.draft import Draft, draft, header
from tracker.errors import DossierError

OLD = """# kept by Ada; do not reformat
format = 1
name = "harbour"   # the harbour, not the town
title = "A harbour's pledges"
zone = "UTC"

[[party]]
id = "port"
name = "The Port Authority"
# the last line, without an end"""

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=120).filter(str.strip)


@settings(max_examples=30, deadline=None)
@given(consequent=TEXTS, debtor=TEXTS, source=TEXTS, title=TEXTS)
def test_whatever_is_said_becomes_toml_behind_what_stands_there(
    consequent: str, debtor: str, source: str, title: str
) -> None:
    """Quotes, line ends, other scripts and control characters come back as they were given."""
    wanted = Draft(
        consequent=consequent,
        debtor=(debtor,),
        kind="achieve",
        made=date(2024, 1, 1),
        source=source,
        title=title,
    )
    tables = tomllib.loads(OLD + draft(OLD, "harbour.toml", wanted).text)
    (made,) = tables["commitment"]
    assert (made["consequent"], made["title"]) == (consequent, title)
    party = next(party for party in tables["party"] if party["id"] == made["debtor"][0])
    assert debtor in (party["name"], party["id"]) or debtor.casefold() == party["name"].casefold()
    assert made["cites"] in [citation["id"] for citation in tables["citation"]]


def test_parties_and_sources_of_the_file_are_found_again() -> None:
    """By id, by name in any case, by address; a second draft of the same text gets an id of its own."""
    url = "https://port.example/plan"
    wanted = Draft(
        consequent="Open the harbour bridge", debtor=("port",), creditor=("the port authority", "The town"),
        kind="achieve", made=date(2024, 1, 1), source=url,
    )  # fmt: skip
    first = OLD + draft(OLD, "x", wanted).text
    tables = tomllib.loads(first + draft(first, "x", wanted).text)
    assert [party["id"] for party in tables["party"]] == ["port", "the-town"]
    assert [citation["url"] for citation in tables["citation"]] == [url]
    assert [c["id"] for c in tables["commitment"]] == [
        "port-open-harbour-bridge",
        "port-open-harbour-bridge-2",
    ]
    assert tables["commitment"][0]["creditor"] == ["port", "the-town"]


def test_a_file_that_is_no_dossier_is_not_written_to() -> None:
    """No TOML, or tables in a form that nothing can be appended to."""
    wanted = Draft(consequent="Open it", debtor=("port",), kind="achieve", made=date(2024, 1, 1))
    for text in ("format = ", 'commitment = [{id = "x"}]'):
        with pytest.raises(DossierError, match=r"x\.toml: "):
            draft(text, "x.toml", wanted)
    assert tomllib.loads(header("my drafts", "Asia/Seoul"))["name"] == "my-drafts"


def test_the_command_appends_says_what_is_missing_and_the_rest_can_be_loaded(tmp_path: Path) -> None:
    """Comments and line ends stay byte for byte; a date that is none writes nothing."""
    (tmp_path / "config.toml").write_text('[tracker]\ndossiers = ["harbour.toml"]\n')
    old = OLD.replace("\n", "\r\n").encode()
    (tmp_path / "harbour.toml").write_bytes(old)
    words = [
        "add",
        "Open the harbour bridge.",
        "--debtor",
        "port",
        "--creditor",
        "The town",
        "--kind",
        "achieve",
    ]
    done = run(*words, "--until", "2026-13-01", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "harbour.toml").read_bytes()) == (2, old)
    done = run(*words, "--made", "2024-01-01", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "still missing" in done.stdout and "no-source" in done.stdout
    assert (tmp_path / "harbour.toml").read_bytes().startswith(old)
    more = ["--made", "2024-01-01", "--until", "2026-12-31", "--source", "https://port.example/plan"]
    done = run(*words, *more, "--into", "new.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "no-source" not in done.stdout
    loaded = run("load", "new.toml", cwd=tmp_path)
    assert loaded.returncode == 0, loaded.stderr
    assert "port-open-harbour-bridge" in run("status", cwd=tmp_path).stdout
