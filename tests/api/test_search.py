"""`search` and `evidence`: words in commitments and documents, and what became of each finding."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

import tracker
from tests.api.harbour import JUNE, OPENED, Harbour
from tracker.errors import UnknownCommitment, UnknownFinding, UserError

KOREAN = ("항만 당국, 다리 개통", "비핵화를 약속했다. Ｐｉｅｒ 7 — STRASSE")


@pytest.fixture
def harbour(tmp_path: Path, shared_url: str) -> Harbour:
    """The harbour on either database."""
    return Harbour(tmp_path, shared_url)


def test_all_words_must_occur_whatever_their_case_accents_and_form(harbour: Harbour) -> None:
    """In a document: accents, ligatures, full width, Korean with its particle or in parts."""
    with harbour.opened() as t:
        harbour.poll(t, OPENED, KOREAN)
        for text, words in [
            ("ribbon ZOE", ("ribbon", "Zoë")),
            ("brûlé", ("Brûlé",)),
            ("brule zoé", ("Zoë", "Brûlé")),
            ("비핵화", ("비핵화",)),
            ("\u1107\u1175\u1112\u1162\u11a8\u1112\u116a 개통", ("개통", "비핵화")),
            ("pier", ("Ｐｉｅｒ",)),
            ("straße", ("STRASSE",)),
        ]:
            (hit,) = t.search(text)
            assert (hit.kind, hit.id, hit.words) == ("document", "", words)
            document = t.document(hit.number)
            assert (hit.title, hit.text) == (document.title, document.text)
        assert t.search("ribbon 비핵화") == ()
        for text in ("", " \n", "\u0301"):
            with pytest.raises(UserError, match="at least one word"):
                t.search(text)


def test_commitments_come_first_and_documents_tell_their_findings(harbour: Harbour) -> None:
    """Title before text, newest before older; the evidence in a document can be opened from the hit."""
    with harbour.opened() as t:
        harbour.poll(t, OPENED, ("Weather", "Fog over the harbour bridge."))
        hits = t.search("harbour bridge")
        assert [(hit.kind, hit.id or hit.title) for hit in hits] == [
            ("commitment", "open-bridge"),
            ("document", OPENED[0]),
            ("document", "Weather"),
        ]
        assert hits[1].commitments == ("open-bridge",)
        (finding,) = hits[1].findings
        assert t.evidence(finding)[0].quote.number == hits[1].number
        assert hits[2].findings == hits[2].commitments == ()
        assert t.search("harbour bridge", limit=2) == hits[:2]
        by_party = t.search("port authority open-bridge")
        assert [(hit.id, hit.commitments) for hit in by_party] == [("open-bridge", ("open-bridge",))]


def test_documents_are_there_once_seen_and_once_published_and_never_when_forgotten(harbour: Harbour) -> None:
    """`known_at` asks when we had it, `as_of` when it was out; forgetting takes it from every moment."""
    with harbour.opened() as t:
        harbour.now = JUNE + timedelta(days=5)  # five days after it was published
        harbour.poll(t, OPENED)
        assert len(t.search("ribbon")) == 1
        assert len(t.search("ribbon", as_of="2024-06-03")) == 1
        assert t.search("ribbon", as_of="2024-06-02") == ()
        assert t.search("ribbon", known_at="2024-06-07") == ()
        assert len(t.search("ribbon", as_of="2024-06-03", known_at="2024-06-08")) == 1
        assert t.search("bridge", as_of="2023-01-01") == t.search("bridge", known_at="2023-01-01") == ()
        (hit,) = t.search("ribbon")
        t.forget([hit.number], "it names a private person")
        assert t.search("ribbon") == t.search("ribbon", known_at="2024-06-08") == ()
        (evidence,) = t.evidence("open-bridge")
        assert (evidence.quote.words, evidence.quote.title) == ((), "(forgotten)")


def test_evidence_tells_counted_waiting_accepted_and_rejected(harbour: Harbour) -> None:
    """From the first report to a verdict, its retraction, and a reviewer's word; and each as it was known."""
    with harbour.opened() as t:
        harbour.poll(t, OPENED)
        (alone,) = t.evidence("open-bridge")
        assert (alone.waiting, alone.quote.counted, alone.quote.grade[0]) == (True, False, "B")
        assert alone.quote.words
        harbour.now += timedelta(days=1)
        harbour.poll(t, OPENED, OPENED)
        both = t.evidence("open-bridge")
        assert [(each.waiting, each.quote.counted) for each in both] == [(False, True)] * 2
        assert t.evidence("open-bridge", known_at=JUNE) == (alone,)
        assert t.evidence("open-bridge", as_of="2024-06-02") == ()
        assert t.evidence(both[1].quote.id) == both[1:]
        with pytest.raises(UnknownFinding, match="was not made by then"):
            t.evidence(both[1].quote.id, known_at=JUNE)
        (verdict,) = (entry for entry in t.timeline("open-bridge") if entry.type == "Fulfilled")
        t.retract(verdict.id, "both had it from one reader")
        t.review_reject(both[0].quote.id, "no witness")
        first, second = t.evidence("open-bridge")
        assert (first.quote.rejected, first.quote.counted, first.because) == (True, False, "no witness")
        assert (first.accepted, first.reviewed_by != "") == (False, True)
        assert (second.quote.rejected, second.quote.counted, second.reviewed_by) == (False, False, "")
        t.review_accept(second.quote.id, because="I was there")
        accepted = t.evidence("open-bridge")[1]
        assert (accepted.accepted, accepted.quote.counted, accepted.because) == (True, True, "I was there")


def test_what_does_not_exist_is_told_and_what_is_empty_is_empty(harbour: Harbour) -> None:
    """An unknown id, one that did not exist then, and a log without an event."""
    with tracker.open(harbour.path / "config.toml", clock=lambda: harbour.now) as t:
        assert (t.search("bridge"), t.scorecard(), t.upcoming()) == ((), (), ())
        with pytest.raises(UnknownCommitment):
            t.evidence("open-bridge")
        t.load()
        assert t.evidence("open-bridge") == ()
        with pytest.raises(UnknownCommitment, match="did you mean 'open-bridge'"):
            t.evidence("open-brigde")
        for as_of, known_at in (("1999-01-01", None), (None, "1999-01-01")):
            with pytest.raises(UnknownCommitment, match="did not exist then"):
                t.evidence("open-bridge", as_of=as_of, known_at=known_at)
            assert t.scorecard(as_of=as_of, known_at=known_at) == ()
            assert t.upcoming(as_of=as_of, known_at=known_at) == ()
            assert t.search("bridge", as_of=as_of, known_at=known_at) == ()
