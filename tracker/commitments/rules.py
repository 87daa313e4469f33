"""The rules that stop a fact: one name for each, whether the fact is refused or listed as inert.

A rule has one meaning. `docs/commitments.md` explains every one of them to the person who meets it.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class Rule(StrEnum):
    """Why a fact has no effect, or may not be recorded."""

    # Its place in the stream
    BEFORE_PROPOSED = "before-proposed"
    PROPOSED_ONCE = "proposed-once"
    ANOTHER_COMMITMENT = "another-commitment"
    CONFLICT = "conflict"
    NO_SUCH_EFFECT = "no-such-effect"
    # Who did it
    NOT_A_DEBTOR = "not-a-debtor"
    NOT_A_CREDITOR = "not-a-creditor"
    WHO_ENDED = "who-ended"
    # Where the commitment stood
    ACCEPTED_ALREADY = "accepted-already"
    NOT_ACCEPTED = "not-accepted"
    ONLY_PROPOSALS = "only-proposals"
    NOT_RUNNING = "not-running"
    NOT_OWED = "not-owed"
    NOT_ON_HOLD = "not-on-hold"
    ENDED_ALREADY = "ended-already"
    VIOLATED_STAYS = "violated-stays"
    NOT_CLOSED = "not-closed"
    PARTS_DECIDE = "parts-decide"
    # What kind of commitment it is
    KEPT_SO_FAR = "kept-so-far"
    ACHIEVE_NOT_BREACHED = "achieve-not-breached"
    ONLY_ACHIEVE_LAPSES = "only-achieve-lapses"
    NOT_A_CONDITION = "not-a-condition"
    NOTHING_TO_END = "nothing-to-end"
    # When it happened
    BEFORE_OBLIGATION = "before-obligation"
    AFTER_WINDOW = "after-window"
    TOO_LATE = "too-late"
    NOT_DUE = "not-due"
    STRADDLES_START = "straddles-start"
    STRADDLES_DEADLINE = "straddles-deadline"
    STRADDLES_CHANGE = "straddles-change"
    WINDOW_MOVED = "window-moved"
    OVERTAKEN = "overtaken"
    # Commands only: what is refused before it becomes a fact
    NOT_YET = "not-yet"
    COVERS_BREACH = "covers-breach"
    UNKNOWN_EVENT = "unknown-event"
    FIRST_EVENT = "first-event"
    ANOTHER_STREAM = "another-stream"


@frozen
class Inert:
    """A recorded fact without effect: its id, the rule that stopped it, and why in words.

    `waits` says that a person has to decide; the others are only shown.
    """

    fact: str
    rule: Rule
    reason: str
    waits: bool = False
