"""A log to export, exports of it, and exports that no tracker would write but whose hashes fit."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tracker.commitments.events import ConditionMet, PositionStated
from tracker.database import migrate
from tracker.database.engine import Database
from tracker.evidence.source import Citation
from tracker.evidence.when import Occurred
from tracker.log.chain import HEADER
from tracker.log.eventlog import EventLog
from tracker.log.log import Draft, Expected
from tracker.log.transfer import export_log

START = datetime(2018, 4, 27, 0, 30, 15, 250_000, tzinfo=UTC)

# Whatever JSON has to escape, and what it need not but some writers do.
WORDS = 'a "quoted" \\ word,\n a tab\t, \x7f, \x01, “판문점”, \u2028, 🕊'


def database(url: str = "sqlite://") -> Database:
    """A database with the tables, and nothing in its log."""
    made = Database(url)
    migrate.ensure(made)
    return made


def fill(base: Database, count: int = 12) -> EventLog:
    """Append `count` events to three streams, an hour apart."""
    moments = iter(START + timedelta(hours=hour) for hour in range(count))
    log = EventLog(base, lambda: next(moments))
    for number in range(count):
        cites = Citation(publisher="Yonhap", title=WORDS, date="2018-04-27", url="https://example.org/1")
        event = PositionStated(party="dprk", position=f"{number} {WORDS}", because=WORDS, cites=cites)
        occurred = Occurred.on(START.date(), "Asia/Seoul") if number % 2 else Occurred.at(START, "Asia/Seoul")
        draft = Draft(event, occurred, id=f"event-{number}", recorded_by=f"Kím {WORDS}", cause="wire")
        log.append({f"commitment/{'abc'[number % 3]}": (Expected.ANY, [draft])})
    return log


def exported(base: Database) -> bytes:
    """The export of a log."""
    out = io.BytesIO()
    export_log(base, out)
    return out.getvalue()


def forged(events: Sequence[Mapping[str, Any]]) -> bytes:
    """An export whose chain fits, of events of which each names the columns that matter to the test."""
    previous, lines = bytes(32), []
    for number, given in enumerate(events, 1):
        event: dict[str, Any] = {
            "position": number,
            "id": f"event-{number}",
            "stream": "commitment/a",
            "version": number,
            "type": ConditionMet.__name__,
            "schema": 1,
            "occurred_from": 0,
            "occurred_to": 0,
            "zone": "UTC",
            "precision": "instant",
            "recorded_at": number,
            "recorded_by": "",
            "cause": "",
            "data": '{"condition":"x"}',
            **given,
        }
        header = json.dumps([event[name] for name in HEADER], ensure_ascii=False, separators=(",", ":"))
        previous = hashlib.sha256(previous + header.encode() + event["data"].encode()).digest()
        event["hash"] = previous.hex()
        if number == len(events):
            event["last"] = True
        lines.append(json.dumps(event, ensure_ascii=False))
    return "\n".join(lines).encode() + b"\n"
