"""Which texts an event may have beside its data: those that every database takes.

PostgreSQL has no room for NUL in a text, where SQLite has; and half of a surrogate pair is no UTF-8, which
the chain hashes and both store. Data are JSON, which writes NUL as an escape, so they may hold it.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracker.errors import UnstorableText


def is_storable(text: str) -> bool:
    """Whether every database takes a text."""
    return "\0" not in text and (text.isascii() or _is_utf_8(text))


def check(stream: str, texts: Iterable[tuple[str, str]]) -> None:
    """Refuse the first of a stream's texts, each with what it is, that cannot be stored: `UnstorableText`."""
    for what, text in texts:
        if not is_storable(text):
            raise UnstorableText(f"stream {stream!r}: the {what} {text!r} holds {_fault(text)}; leave it out")


def check_name(stream: str) -> None:
    """Refuse a name that no stream can have: `UnstorableText`."""
    check(stream, [("name", stream)])


def unstorable(stream: str, type_name: str, problem: UnicodeEncodeError) -> UnstorableText:
    """The refusal of an event whose data cannot be encoded."""
    fault = _fault(problem.object[problem.start : problem.end])
    return UnstorableText(f"stream {stream!r}: a text of the {type_name} holds {fault}; leave it out")


def _is_utf_8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _fault(text: str) -> str:
    return "a NUL character" if "\0" in text else "half of a surrogate pair, which is no character"
