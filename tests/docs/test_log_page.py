"""What docs/log.md tells an operator and a stranger: the examples run, and the script and the page agree."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs import verify_log
from tests.docs.pages import loaded_desk, run_examples
from tests.log.exports import database, exported, fill, forged
from tracker.log import chain
from tracker.log.eventlog import EventLog

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "log.md").read_text(encoding="utf-8")
SCRIPT = ROOT / "docs" / "verify_log.py"


def test_the_examples_run_as_printed(tmp_path: Path) -> None:
    """Over a desk with the dossier, and the script beside it."""
    desk = loaded_desk(tmp_path)
    shutil.copy(SCRIPT, desk)
    run_examples(PAGE, desk)


def test_the_event_on_the_page_has_the_hash_on_the_page() -> None:
    """By SHA-256 alone, and by our chain."""
    (block,) = re.findall(r"```\n(\[.*?)```", PAGE, re.DOTALL)
    header, data, digest = block.splitlines()
    assert hashlib.sha256(bytes(32) + header.encode() + data.encode()).hexdigest() == digest
    assert chain.link(chain.GENESIS, tuple(json.loads(header)), data.encode()).hex() == digest


def test_the_page_names_the_columns_in_the_order_of_the_chain() -> None:
    """The sentence a translator works from."""
    (sentence,) = re.findall(r"thirteen values: (.*?)\.", PAGE, re.DOTALL)
    assert tuple(sentence.replace("\n", " ").replace(",", " ").split()) == chain.HEADER
    assert verify_log.HEADER == chain.HEADER


@given(st.lists(st.text() | st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_the_script_writes_a_header_as_the_chain_does(values: list[str | int]) -> None:
    """Two JSON writers, the same bytes, whatever the texts hold."""
    digest = hashlib.sha256(bytes(32) + verify_log.canonical(values) + b"{}").digest()
    assert chain.link(chain.GENESIS, tuple(values), b"{}") == digest


def test_the_script_needs_nothing_of_ours() -> None:
    """It imports the standard library only."""
    names = re.findall(r"^\s*(?:from|import) (\w+)", SCRIPT.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(names) <= {*sys.stdlib_module_names}


def script(path: Path) -> subprocess.CompletedProcess[str]:
    """The script as a stranger runs it: without our packages, in a folder of its own."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), path.name]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True)


@pytest.fixture(scope="module")
def export() -> bytes:
    """The export of twelve events in three streams."""
    base = database()
    fill(base)
    told = exported(base)
    base.close()
    return told


def test_the_script_prints_the_checkpoint_of_a_good_export(tmp_path: Path) -> None:
    """The very line that `tracker log checkpoint` prints."""
    base = database()
    fill(base)
    (tmp_path / "log.jsonl").write_bytes(exported(base))
    done = script(tmp_path / "log.jsonl")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{EventLog(base).checkpoint()}\n", "")
    base.close()


def test_the_script_ends_with_1_for_a_bad_file_and_2_for_none(tmp_path: Path, export: bytes) -> None:
    """One line on standard error, that names the line."""
    (tmp_path / "cut.jsonl").write_bytes(b"".join(export.splitlines(keepends=True)[:-1]))
    for name, status, told in [
        ("cut.jsonl", 1, "cut.jsonl: the file is cut off after 11 events\n"),
        ("missing.jsonl", 2, "missing.jsonl: cannot be read: No such file or directory\n"),
    ]:
        done = script(tmp_path / name)
        assert (done.returncode, done.stdout, done.stderr) == (status, "", told)


@pytest.mark.parametrize("column", [*chain.HEADER, "data", "hash"])
def test_the_script_finds_a_change_of_any_column(export: bytes, column: str) -> None:
    """To another value, to none, to one of another type, or the column gone."""
    for change in (lambda old: old + old, lambda _: None, lambda old: [old], lambda _: 1.0, lambda _: True):
        lines = [json.loads(line) for line in export.splitlines()]
        lines[6][column] = change(lines[6][column])
        with pytest.raises(verify_log.Bad, match="line 7: "):
            verify_log.verify(json.dumps(line).encode() for line in lines)
    lines = [json.loads(line) for line in export.splitlines()]
    del lines[6][column]
    with pytest.raises(verify_log.Bad, match="line 7: a column is missing"):
        verify_log.verify(json.dumps(line).encode() for line in lines)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: [], "cut off after 0 events"),
        (lambda lines: lines[:7], "cut off after 7 events"),
        (lambda lines: [*lines[:11], lines[11][:-60]], "line 12: no JSON"),
        (lambda lines: lines[1:], "line 1: position 2 stands where 1 is due"),
        (lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]], "line 5: position 6 stands where 5"),
        (lambda lines: [*lines[:4], *lines[5:]], "line 5: position 6 stands where 5 is due"),
        (lambda lines: [*lines[:4], lines[3], *lines[4:]], "line 5: position 4 stands where 5 is due"),
        (lambda lines: [*lines, lines[11]], "line 13: more follows"),
        (lambda lines: [b"\xff", *lines], "line 1: no JSON"),
        (lambda lines: [b"[]", *lines], "line 1: no JSON object"),
        (lambda lines: [b"[" * 100_000, *lines], "line 1: no JSON"),
        (lambda lines: [b'{"id":"\\ud800"}', *lines], "line 1: no JSON"),
        (lambda lines: [lines[0].replace(b"{", b'{"id":"x",', 1), *lines[1:]], "line 1: a key comes twice"),
    ],
)
def test_the_script_finds_what_was_cut_moved_or_put_in(
    export: bytes, change: Callable[[list[bytes]], list[bytes]], told: str
) -> None:
    """The first line that does not fit is named, and nothing but `Bad` is raised."""
    with pytest.raises(verify_log.Bad, match=told):
        verify_log.verify(change(export.splitlines()))


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({"id": "event-1"}, "the id stands there a second time"),
        ({"version": 3}, "version 3 is not the next of its stream"),
        ({"recorded_at": 0}, "recorded before the event before it"),
    ],
)
def test_the_script_finds_what_breaks_a_promise_though_the_hashes_fit(
    second: dict[str, Any], told: str
) -> None:
    """Whoever can write can chain; the other promises are checked as well."""
    with pytest.raises(verify_log.Bad, match=f"line 2: {told}"):
        verify_log.verify(forged([{}, second]).splitlines())
    with pytest.raises(verify_log.Bad, match="recorded_at is no time of ours"):
        verify_log.verify(forged([{"recorded_at": 10**18}]).splitlines())
