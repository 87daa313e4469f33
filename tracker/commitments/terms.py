"""The terms of a commitment: who owes whom what, of which kind, when, and under which condition.

After Singh and Chopra's C(debtor, creditor, antecedent, consequent). Terms are text and dates; nothing here
knows whether they were kept.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from tracker.evidence.source import Citation


class Kind(StrEnum):
    """Achieve: bring it about. Maintain: keep a state. Refrain: keep from an act.

    The last two can only be kept so far or breached; only the end of their window fulfils them.
    """

    ACHIEVE = "achieve"
    MAINTAIN = "maintain"
    REFRAIN = "refrain"


class Voice(StrEnum):
    """Whose words a proposed commitment is."""

    OWN = "own"
    RELAYED = "relayed"  # another party told it
    DEMANDED = "demanded"  # asked for, never given


@frozen
class Window:
    """When the obligation runs: `[start, until)` in UTC, either side open; `review_on` for open ends."""

    start: datetime | None = None
    until: datetime | None = None
    review_on: datetime | None = None


@frozen
class Interpretation:
    """How one party reads the words, where parties read them differently."""

    party: str
    reading: str
    cites: Citation | None = None


@frozen(kw_only=True)
class Terms:
    """The text of a commitment.

    `condition` is the antecedent in its text form (`commitments.conditions`), empty where there is none.
    `roll_up` is "all" where the parts (`part_of` of others) decide, else empty. `in_return_for` names
    commitments of the other side.
    """

    id: str
    title: str
    debtor: tuple[str, ...]
    creditor: tuple[str, ...]
    kind: Kind
    consequent: str
    condition: str = ""
    window: Window = Window()
    zone: str = "UTC"
    scope: str = ""
    interpretations: tuple[Interpretation, ...] = ()
    revocable: bool = False
    part_of: str = ""
    roll_up: str = ""
    in_return_for: tuple[str, ...] = ()
    instrument: str = ""
    clause: str = ""
    language: str = "en"
    cites: Citation | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
