"""Verify an export of a tracker's log, without the tracker.

    python3 verify_log.py log.jsonl

Prints the checkpoint of the last event and ends with status 0, or names the first line that does not fit and
ends with 1. Needs the standard library only and shares no code with the tracker, so that two programs have to
be wrong in the same way before a false log passes. Written to be translated: it takes SHA-256 and a JSON
parser, nothing else. What it checks is described in log.md.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

# The columns that are hashed before the data, in this order.
HEADER = (
    "position", "id", "stream", "version", "type", "schema", "occurred_from", "occurred_to", "zone",
    "precision", "recorded_at", "recorded_by", "cause",
)  # fmt: skip
NUMBERS = ("position", "version", "schema", "occurred_from", "occurred_to", "recorded_at")


class Bad(Exception):
    """The export does not verify; the message says why."""


def canonical(values: Iterable[object]) -> bytes:
    """The JSON array of the header: UTF-8, no spaces, only what must be escaped is escaped."""
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, refused where a key comes twice: two programs may take different ones."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Bad("a key comes twice")
    return found


def columns(line: bytes) -> dict[str, Any]:
    """The columns of one line, each of the type it must have, and `last`."""
    try:
        event = json.loads(line.decode("utf-8"), object_pairs_hook=unique)
        json.dumps(event, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    except (ValueError, RecursionError) as problem:
        raise Bad(f"no JSON: {problem}") from None
    if not isinstance(event, dict):
        raise Bad("no JSON object")
    last = event.pop("last", False)
    if type(last) is not bool or set(event) != {*HEADER, "data", "hash"}:
        raise Bad("a column is missing, or there is one too many")
    for name, value in event.items():
        if type(value) is not (int if name in NUMBERS else str):
            raise Bad(f"{name} is of the wrong type")
    return event | {"last": last}


def instant(micros: int) -> str:
    """Microseconds since 1970 as a checkpoint has them: the fraction only where there is one."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    except OverflowError:
        raise Bad("recorded_at is no time of ours") from None
    return moment.isoformat().replace("+00:00", "Z")


def verify(lines: Iterable[bytes]) -> str:
    """The checkpoint of the last event; raises `Bad` with the line."""
    previous, recorded_at = bytes(32), None
    versions: dict[str, int] = {}
    ids: set[str] = set()
    number, is_complete = 0, False
    for number, line in enumerate(lines, 1):
        try:
            if is_complete:
                raise Bad("more follows after the last event")
            event = columns(line)
            if event["position"] != number:
                raise Bad(f"position {event['position']} stands where {number} is due")
            header = canonical(event[name] for name in HEADER)
            previous = hashlib.sha256(previous + header + event["data"].encode("utf-8")).digest()
            if previous.hex() != event["hash"]:
                raise Bad("the hash does not fit: this event was changed, or the one before it")
            versions[event["stream"]] = versions.get(event["stream"], 0) + 1
            if event["version"] != versions[event["stream"]]:
                raise Bad(f"version {event['version']} is not the next of its stream")
            if event["id"] in ids:
                raise Bad("the id stands there a second time")
            if recorded_at is not None and event["recorded_at"] < recorded_at:
                raise Bad("recorded before the event before it")
        except Bad as problem:
            raise Bad(f"line {number}: {problem}") from None
        ids.add(event["id"])
        recorded_at, is_complete = event["recorded_at"], event["last"]
    if recorded_at is None or not is_complete:
        raise Bad(f"the file is cut off after {number} events")
    return f"{number} {instant(recorded_at)} {previous.hex()}"


def main() -> int:
    """Verify the file named on the command line; returns the exit status."""
    if len(sys.argv) != 2:
        print("usage: python3 verify_log.py FILE", file=sys.stderr)
        return 2
    try:
        with Path(sys.argv[1]).open("rb") as file:
            print(verify(file))
    except Bad as problem:
        print(f"{sys.argv[1]}: {problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"{sys.argv[1]}: cannot be read: {problem.strerror}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
