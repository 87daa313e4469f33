"""Who actually witnessed or said it: origins, by which independence is counted.

The named speaker, else the wire whose credit the text carries, else the publisher. Speakers and publishers
of one party are one origin: two ministers of one government do not corroborate each other. The same story
in nearly the same words is the origin of whoever had it first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from tracker.evidence.document import Document
from tracker.evidence.finding import Match
from tracker.evidence.source import Source, SourceKind, Sources

# token_set_ratio told copies from independent reports of one event with F1 0.70 at its best; above this
# threshold nearly everything is a copy, and a missed copy is caught by its wire credit more often than not.
SAME_STORY = 88.0
COPIED_WITHIN = timedelta(days=5)


def speaking_party(match: Match, source: Source) -> str:
    """The party whose word a match is: the speaker's, or the publisher's own where nobody is quoted."""
    if match.speaker:
        return match.speaker_party
    return source.party or ""


def origin_of(match: Match, document: Document, sources: Sources) -> str:
    """The origin of one match: a party id, a speaker, a wire or a publisher."""
    source = sources.get(document.publisher)
    party = speaking_party(match, source)
    if party:
        return f"party:{party}"
    if match.speaker:
        return f"speaker:{match.speaker.casefold()}"
    wire = credited(document, sources)
    return wire.name if wire else source.name


def credited(document: Document, sources: Sources) -> Source | None:
    """The wire agency that a document credits, in brackets, in its dateline or as its author."""
    text, author = document.text.casefold(), document.author.casefold()
    for source in sources.known:
        if source.kind is not SourceKind.WIRE:
            continue
        for credit in (source.name, *source.credits):
            mark = credit.casefold()
            if f"({mark})" in text or f"[{mark}]" in text or author == mark or text.endswith(f"— {mark}"):
                return source
    return None


def copied_from(document: Document, earlier: Iterable[tuple[Document, str]]) -> str | None:
    """The origin of the first of `earlier` (documents with their origins) that tells it in the same words.

    A copy follows within days; what is alike over years is the house's way of writing such news. A forgotten
    document has no words left to compare.
    """
    for other, origin in earlier:
        if other.publisher != document.publisher and _soon(document, other) and _same(document, other):
            return origin
    return None


def _soon(one: Document, other: Document) -> bool:
    apart = (one.published or one.first_seen) - (other.published or other.first_seen)
    return abs(apart) <= COPIED_WITHIN


def _same(one: Document, other: Document) -> bool:
    # A set ratio calls any text a copy of its own subset, so a bare headline proves nothing.
    if min(len(one.body), len(other.body)) < 60:
        return False
    from rapidfuzz.fuzz import token_set_ratio  # whoever only asks compares nothing

    return token_set_ratio(one.body, other.body) >= SAME_STORY
