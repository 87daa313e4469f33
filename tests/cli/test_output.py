"""How rows are printed, whatever is in them."""

from __future__ import annotations

import pytest

from tracker.cli import output

HOSTILE = "Kept\x1b]0;owned\x07\u3000\x9b2J\u202eword\nnext"


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_a_table_holds_nothing_that_a_terminal_obeys(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No control characters, none that turn the direction of writing; every space is a plain one."""
    output.print_rows([{"title": HOSTILE}], ("title",), form)
    told = capsys.readouterr().out
    assert "Kept]0;owned 2Jword next" in told
    assert all(c.isprintable() or c == "\n" for c in told)


def test_a_csv_holds_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """It is for programs."""
    output.print_rows([{"title": HOSTILE}], ("title",), "csv")
    assert HOSTILE in capsys.readouterr().out
