"""A checkpoint: where the log ended, when, and its hash. Published, it lets anybody tell later that nothing
up to there was changed or cut off."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from attrs import frozen

from tracker.database.schema import to_micros
from tracker.errors import UserError
from tracker.log.chain import GENESIS

_TEXT = re.compile(r"(\d{1,18}) (\S+) ([0-9a-f]{64})")


@frozen
class Checkpoint:
    """The end of the log: its last position (0 where it is empty), when that was recorded (UTC), its hash.

    The text form is `position time hash`, the time `-` where the log is empty.
    """

    position: int = 0
    recorded_at: datetime | None = None
    hash: bytes = GENESIS

    def __str__(self) -> str:
        return f"{self.position} {self._time} {self.hash.hex()}"

    @property
    def _time(self) -> str:
        return "-" if self.recorded_at is None else self.recorded_at.isoformat().replace("+00:00", "Z")

    def differs(self, recorded_at: object, digest: object) -> str:
        """How it differs from the time (microseconds) and the hash at its position; empty where it agrees."""
        if digest != self.hash:
            return f"position {self.position} is not what the checkpoint was made of"
        if recorded_at != (None if self.recorded_at is None else to_micros(self.recorded_at)):
            return f"position {self.position} has the hash of the checkpoint, but not its time {self._time}"
        return ""

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text form; raises `UserError`."""
        found = _TEXT.fullmatch(" ".join(text.split()))
        try:
            if found is None:
                raise ValueError
            at = None if found[2] == "-" else datetime.fromisoformat(found[2]).astimezone(UTC)
        except ValueError:
            raise UserError(
                f"{text[:100]!r} is no checkpoint; give the line that `tracker log checkpoint` printed"
            ) from None
        return cls(int(found[1]), at, bytes.fromhex(found[3]))
