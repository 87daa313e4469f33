"""The databases of the tests: a missing PostgreSQL fails where nobody would read of a skip."""

from __future__ import annotations

import pytest

from tests.databases import VARIABLE, running_postgres, without_postgres


def test_a_missing_server_fails_in_ci() -> None:
    """With CI set it is a failure, with the reason and the way out."""
    with pytest.raises(pytest.fail.Exception, match=f"it is down; set {VARIABLE} to the URL of a database"):
        without_postgres("it is down", {"CI": "true"})


def test_a_server_that_was_named_and_does_not_serve_fails() -> None:
    """Whoever named it wants to know that nothing was tested on it."""
    with pytest.raises(pytest.fail.Exception, match="it is down; set"):
        without_postgres("it is down", {VARIABLE: "postgresql://tester@db.example/postgres"})


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "Could not parse"),
        ("tester@db.example", "Could not parse"),
        ("postgresql://tester@127.0.0.1:1/postgres", "Connection refused"),
    ],
)
def test_what_is_no_server_is_told_in_one_failure(
    monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    """A mistyped URL, and a port where nothing listens."""
    monkeypatch.setenv(VARIABLE, url)
    with pytest.raises(pytest.fail.Exception, match=f"{VARIABLE}: .*{told}"), running_postgres():
        pass


def test_a_missing_server_is_skipped_elsewhere_with_the_reason() -> None:
    """On a machine for which there is no wheel, the other databases are still tested."""
    with pytest.raises(pytest.skip.Exception, match="no PostgreSQL to test with: it is down"):
        without_postgres("it is down", {})
