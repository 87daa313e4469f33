"""The moratorium in two scopes: the same launches break one promise in spring and leave the other whole.

The rows are made up in the columns of the public table; `benchmarks/moratorium.py` takes the table itself.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve as but

from benchmarks.moratorium import (
    ANY_RANGE,
    INTERCONTINENTAL_ONLY,
    RENOUNCED,
    Unusable,
    answer,
    main,
    read,
    report,
)
from tracker.commitments.standing import State

HEADER = "date,time,series,missile,facility,landing,apogee,distance,bearing,outcome,description"
ROWS = """\
2017-11-28,18:00 (UTC),,hwasong-15,there,sea,4475,950,76,success,before either promise
2018-04-10,unknown,,unknown,unknown,sea,unknown,unknown,90,success,nobody knows what it was
2018-05-02,01:00 (UTC),,kumsong-3,there,sea,50,240,90,success,a cruise missile
2019-05-03,23:30 (UTC),1,hwasong-11a,there,sea,unknown,200,65,success,"short, and the first"
2019-05-03,unknown,2,hwasong-11a,there,sea,unknown,unknown,90,success,the second
2021-06-01,21:00 (UTC),,unha-3,there,na,500,2600,181,success,carries a satellite
2022-02-26,22:00 (UTC),,unknown,there,sea,620,300,70,success,steep and not far
2022-03-16,00:30 (UTC),,hwasong-17,there,sea,unknown,unknown,90,failure,burst after it left the ground
2022-03-24,05:00 (UTC),,hwasong-15,there,sea,6200,1090,72,success,
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of launches of our own."""
    path = tmp_path / "launches.csv"
    path.write_text(f"{HEADER}\n{ROWS}", encoding="utf-8")
    return path


def test_any_range_breaks_with_the_first_short_launch(table: Path) -> None:
    """Not with a cruise missile, a satellite or what nobody identified; on the day that Seoul had."""
    found = answer(ANY_RANGE, read(table))
    assert (found.state, str(found.since)) == (State.VIOLATED, "2019-05-04T08:30+09:00")
    assert found.breaches == (
        "2019-05-04T08:30+09:00 hwasong-11a (success)",
        "2019-05-03 hwasong-11a (success)",
        "2022-02-27T07:00+09:00 unknown (success)",
        "2022-03-16T09:30+09:00 hwasong-17 (failure)",
        "2022-03-24T14:00+09:00 hwasong-15 (success)",
    )


def test_intercontinental_only_holds_until_such_a_missile_leaves_the_ground(table: Path) -> None:
    """By the launches alone: by its type, not by how far it came, so the failure counts."""
    found = answer(INTERCONTINENTAL_ONLY, read(table))
    assert (found.state, str(found.since)) == (State.VIOLATED, "2022-03-16T09:30+09:00")
    assert len(found.breaches) == 2


def test_once_renounced_it_is_cancelled_and_the_launches_after_it_break_nothing(table: Path) -> None:
    """It was promised to nobody. Of a promise that was owed to someone the statement is the violation."""
    found = answer(INTERCONTINENTAL_ONLY, read(table), RENOUNCED)
    assert (found.state, str(found.since), found.breaches) == (State.CANCELLED, "2020-01-01", ())
    owed = answer(but(INTERCONTINENTAL_ONLY, revocable=False), read(table), RENOUNCED)
    assert (owed.state, str(owed.since)) == (State.VIOLATED, "2020-01-01")


def test_the_report_gives_both_scopes_and_both_answers(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One title, one state and, where it broke, one launch for each."""
    assert main([str(table)]) == 0
    printed = capsys.readouterr().out
    assert printed == report(read(table)) + "\n"
    for line in (
        "violated since 2019-05-04T08:30+09:00, 5 breaches",
        "cancelled since 2020-01-01, 0 breaches",
        "violated since 2022-03-16T09:30+09:00, 2 breaches",
        "set aside, neither type nor flight known: 1, the first 2018-04-10 unknown (success)",
        "set aside, launchers of satellites: 1, the first 2021-06-02T06:00+09:00 unha-3 (success)",
    ):
        assert line in printed


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "No such file"),
        ("", "no column date, time, missile, apogee, distance, outcome"),
        (HEADER.replace("missile,", "weapon,"), "no column missile"),
        (f"{HEADER}\nsoon,unknown,,scud-b,there,sea,1,1,1,success,", "line 2: 'soon' is no date"),
        (f"{HEADER}\n2018-05-02,25:00 (UTC),,scud-b,there,sea,1,1,1,success,", "is no date"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_line_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, complaint: str
) -> None:
    """What is wrong, and where such a table comes from."""
    path = tmp_path / "launches.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(Unusable, match=complaint):
        read(path)
    assert main([str(path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert complaint in printed.err
    assert "nk-missile-tests" in printed.err


def test_without_a_table_the_script_says_where_to_get_one() -> None:
    """As a user runs it."""
    script = Path(__file__).resolve().parents[2] / "benchmarks" / "moratorium.py"
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "nk-missile-tests" in done.stderr
