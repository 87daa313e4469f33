"""Publishers we listen to: who they are, how far to trust them, and whose side they are on."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from tracker.evidence.grade import Reliability


class SourceKind(StrEnum):
    """What sort of publisher a source is."""

    WIRE = "wire"
    BROADCASTER = "broadcaster"
    NEWSPAPER = "newspaper"
    ONLINE = "online"
    MINISTRY = "ministry"
    AGENCY = "agency"  # an inspecting or monitoring body
    INSTITUTE = "institute"
    PARTY_ORGAN = "party-organ"
    OTHER = "other"


@frozen
class Source:
    """One publisher.

    `party` is the party of the dossier it speaks for, if any; `credits` are the texts by which other
    publishers credit it ("(Yonhap)"), so that a copied wire story is counted once, as the wire's.
    """

    name: str
    reliability: Reliability = Reliability.F
    kind: SourceKind = SourceKind.OTHER
    party: str | None = None
    language: str = "en"
    credits: tuple[str, ...] = ()


@frozen
class Citation:
    """Where a fact of a dossier comes from."""

    publisher: str
    title: str
    date: str = ""
    url: str = ""

    def __str__(self) -> str:
        """`Publisher, "Title", 2018-05-09 <url>`, without what is missing."""
        parts = [self.publisher, f"“{self.title}”", self.date]
        text = ", ".join(part for part in parts if part)
        return f"{text} <{self.url}>" if self.url else text


@frozen
class Sources:
    """The list of graded publishers; a publisher that is not on it cannot be judged (F)."""

    known: tuple[Source, ...] = ()

    def get(self, name: str) -> Source:
        """The source called `name`, compared without regard to case; reliability F where unknown."""
        wanted = name.casefold()
        return next((s for s in self.known if s.name.casefold() == wanted), Source(name))
