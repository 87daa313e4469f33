"""Storing what visits brought, several together: one transaction for all that waited for the one before it.

A commit waits for the disk, and a hundred unchanged feeds waited for it a hundred times. In company each
visit is still all or nothing. What cannot be stored is a failure of that feed, and takes none of the others
with it.

Knows nothing of what is stored.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve as but
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from tracker.errors import LogUnavailable
from tracker.feeds.visiting import Brought, Means, Visit, store

TOGETHER = 64

_PG_LIMIT = "54"  # as of an index, which holds no text of more than 2,700 bytes


def store_together(means: Means, group: Sequence[Brought]) -> list[Visit]:
    """Store visits in one transaction; or, where that fails, each in one of its own.

    Raises `LogUnavailable` when the database cannot go on, and whatever is our own fault, after all others
    were stored.
    """
    if len(group) > 1:
        try:
            return _stored(means, group)
        except Exception as problem:  # whose fault it is shows when each is alone
            if _is_outage(problem):
                raise
    visits, fault = [], None
    for each in group:
        try:
            visits += _alone(means, each)
        except Exception as problem:  # noqa: BLE001  (raised below)
            fault = problem
    if fault is not None:
        raise fault
    return visits


def _alone(means: Means, brought: Brought) -> list[Visit]:
    try:
        return _stored(means, [brought])
    except (LogUnavailable, ValueError, OverflowError) as problem:
        if _is_outage(problem):
            raise
        # It backs off like any other that fails, instead of coming back with the same words at once.
        return _stored(means, [but(brought, parsed=None, error=f"cannot be stored: {problem}")])


def _stored(means: Means, group: Sequence[Brought]) -> list[Visit]:
    with means.database.writing() as connection:
        return store(connection, means, group)


def _is_outage(problem: Exception) -> bool:
    """Whether the database is to blame, and not what it was given: then no other visit fares better."""
    if not isinstance(problem, LogUnavailable):
        return False
    cause = problem.__cause__
    if isinstance(cause, DBAPIError):
        state = getattr(cause.orig, "sqlstate", None) or ""
        return not (isinstance(cause, DataError | IntegrityError) or state.startswith(_PG_LIMIT))
    return not isinstance(cause, StatementError)
