"""What waits for a person, the most pressing first: open findings, and what follows from the standings."""

from __future__ import annotations

from datetime import datetime
from itertools import chain

from tracker.commitments.standing import Flag
from tracker.projections.answers import Commitment, InboxItem, Unread
from tracker.projections.reads import Reader
from tracker.projections.unread import open_ones

_RANK = ("dispute", "unsupported", "fact", "finding", "deadline", "unobserved", "language")


def waiting(reader: Reader, seen_by: datetime | None = None) -> list[InboxItem]:
    """What waits for a person: contrary and unsettled reports first, then facts, deadlines, windows.

    Last what the matcher could not read; of that, the documents first seen by `seen_by` are counted.
    """
    items = []
    reader.shelf.documents(chain.from_iterable(reader.unsettled.values()))  # at once, for the quotes
    inert_of = reader.history.inert(reader.connection, reader.as_of, reader.known)
    for view in reader.board():
        standing = view.standing
        for finding in reader.unsettled.get(view.id, ()):
            if not reader.concerns(standing, finding, reader.moment):
                continue
            quote = reader.quotes([finding])[0]
            disputed = Flag.DISPUTED.value in view.flags
            said = f"{quote.publisher} ({quote.grade}) reports that it {quote.relation} this"
            items.append(
                InboxItem(
                    commitment=view.id,
                    title=view.title,
                    kind="dispute" if disputed else "finding",
                    reason=said,
                    quote=quote,
                    since=quote.published or reader.now,
                )
            )
        if Flag.UNSUPPORTED.value in view.flags:
            words = "what its verdict rests on was taken back; a person decides"
            items.append(_item(view, "unsupported", words, standing.since.end))
        for inert in inert_of.get(view.id, ()):
            if inert.waits and (fact := reader.shelf.fact(inert.fact)) is not None:
                words = f"{type(fact.event).__name__} of {fact.occurred}: {inert.reason}"
                items.append(_item(view, "fact", words, fact.recorded_at))
        until = standing.window.until
        if Flag.OVERDUE.value in view.flags and until is not None:
            items.append(_item(view, "deadline", "the deadline passed; nobody has judged it", until))
        elif standing.unobserved and standing.is_live and until is not None:
            words = "its window closed and nobody was looking; a person decides"
            items.append(_item(view, "unobserved", words, until))
    items += map(_language, open_ones(reader.connection, reader.known, seen_by))
    return sorted(items, key=lambda item: (_RANK.index(item.kind), item.since))


def _language(unread: Unread) -> InboxItem:
    many = "1 document" if unread.count == 1 else f"{unread.count} documents"
    words = f"{many} of the feed {unread.feed} in {unread.language!r}, which the matcher cannot read"
    return InboxItem(
        commitment="", title=unread.title, kind="language", reason=words, quote=None, since=unread.since
    )


def _item(view: Commitment, kind: str, reason: str, since: datetime) -> InboxItem:
    return InboxItem(commitment=view.id, title=view.title, kind=kind, reason=reason, quote=None, since=since)
