"""The databases of the tests: a missing PostgreSQL fails where nobody would read of a skip."""

from __future__ import annotations

import pytest

from tests.databases import VARIABLE, without_postgres


def test_a_missing_server_fails_in_ci() -> None:
    """With CI set it is a failure, with the reason and the way out."""
    with pytest.raises(pytest.fail.Exception, match=f"it is down; set {VARIABLE} to the URL of a server"):
        without_postgres("it is down", {"CI": "true"})


def test_a_missing_server_is_skipped_elsewhere_with_the_reason() -> None:
    """On a machine for which there is no wheel, the other databases are still tested."""
    with pytest.raises(pytest.skip.Exception, match="no PostgreSQL to test with: it is down"):
        without_postgres("it is down", {})
