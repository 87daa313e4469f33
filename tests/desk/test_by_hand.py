"""Evidence that a person brings: archived under the same hash, graded by the same rules, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_cli import run
from tests.desk.press import Story, dossier, press
from tests.feeds.scripted_server import ScriptedServer, answer
from tracker.errors import UserError
from tracker.feeds.pdf import read_pdf
from tracker.feeds.settings import FetchSettings

NOTE = (
    "# Port authority opens harbour bridge\n\nThe bridge was opened on\nFriday. Cars crossed; cars waited.\n"
)


def pdf(words: str) -> bytes:
    """The smallest PDF that says these words."""
    stream = f"BT /F1 12 Tf 20 100 Td ({words}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 200] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + table
    return out + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """A note in a file."""
    path = tmp_path / "note.md"
    path.write_text(NOTE)
    return path


def test_a_note_is_archived_and_waits_for_review(shared_url: str, note: Path) -> None:
    """Said once or twice, under this or another name: one document, one finding, at the quoted words."""
    with press(shared_url) as desk:
        desk.load()
        given = {"quotes": ["opened on Friday"], "relation": "fulfils", "occurred": "2024-03-01"}
        added = desk.t.add_evidence(str(note), "bridge", publisher="Gazette", **given)  # type: ignore[arg-type]
        (found,) = desk.t.evidence("bridge")
        assert found.quote.words == ("opened on\nFriday",)
        assert (found.quote.relation, str(found.quote.occurred)) == ("fulfils", "2024-03-01")
        assert (found.quote.grade, found.quote.matcher, found.waiting) == ("B2", "by hand", True)
        assert found.quote.because.startswith("B: 'Gazette' in the source list; 2: ")
        head = desk.t.head()
        other = note.with_name("other.txt")
        other.write_text(NOTE)
        again = desk.t.add_evidence(str(other), "bridge", publisher="Gazette", **given)  # type: ignore[arg-type]
        assert (again.is_new, again.finding.id) == (False, added.finding.id)
        assert (desk.t.head(), len(list(desk.t.documents()))) == (head, 1)
        desk.consider()  # the matcher, which reads it too, does not correct a person
        assert desk.t.head() == head


def test_without_a_quotation_the_matcher_says_what_it_finds(note: Path) -> None:
    """And where it finds nothing, nothing is archived; who handed it in stands for the publisher."""
    with press() as desk:
        desk.load(fees=True)
        added = desk.t.add_evidence(str(note), "bridge", published="2024-03-01")
        (found,) = desk.t.evidence(added.finding.id)
        assert (found.quote.relation, str(found.quote.occurred)) == ("fulfils", "2024-03-01")
        assert found.quote.reliability == "F"
        assert "not graded in the source list" in found.quote.because
        note.write_text("Gulls return\n")
        with pytest.raises(UserError, match="the matcher finds nothing about 'fees' in it; say --relation"):
            desk.t.add_evidence(str(note), "fees")
        assert len(list(desk.t.documents())) == 1


def test_a_person_who_says_otherwise_takes_the_place_of_the_matcher() -> None:
    """In a document that a feed had brought; the former finding waits for nobody."""
    with press() as desk:
        desk.load()
        desk.print(Story("Port authority opens harbour bridge"))
        (before,) = desk.t.evidence("bridge")
        number = before.quote.number
        document = desk.t.document(number)
        with desk.t.database.writing() as connection:
            from tracker.desk import by_hand
            from tracker.evidence.finding import Relation

            said = by_hand.Said("bridge", ("opens harbour bridge",), Relation.CONTEXT)
            by_hand.add(connection, document, said, None, desk.t.sources, desk.moment, "UTC", "ada")
        first, second = desk.t.evidence("bridge")
        assert (second.quote.revises, first.revised_by) == (first.quote.id, second.quote.id)
        assert not first.waiting
        assert desk.t.commitment("bridge").to_review == 0


@pytest.mark.parametrize(
    ("quote", "told"),
    [
        ("cars sank", "is not in the text"),
        ("ars", "is there 2 times; quote more of it: "),
        (" ", "needs words"),
    ],
)
def test_a_quotation_must_be_there_exactly_once(note: Path, quote: str, told: str) -> None:
    """The error says which, and where; nothing is archived."""
    with press() as desk:
        desk.load()
        with pytest.raises(UserError, match=told):
            desk.t.add_evidence(str(note), "bridge", quotes=[quote], relation="fulfils")
        assert list(desk.t.documents()) == []


def test_words_that_were_forgotten_are_not_kept_again(note: Path) -> None:
    """Nor are they under another publisher's name without a word."""
    with press() as desk:
        desk.load()
        number = desk.t.add_evidence(str(note), "bridge", publisher="Gazette").document.number
        with pytest.raises(UserError, match="of 'Gazette', not of 'Herald'"):
            desk.t.add_evidence(str(note), "bridge", publisher="Herald")
        desk.t.forget([number], "it names a private person")
        with pytest.raises(UserError, match="were forgotten"):
            desk.t.add_evidence(str(note), "bridge", publisher="Gazette")


def test_a_pdf_and_a_page_are_read_by_what_they_are(tmp_path: Path) -> None:
    """Whatever the file is called; a page without its markup, with its title."""
    with press() as desk:
        desk.load()
        paper = tmp_path / "report"
        paper.write_bytes(pdf("Port authority opens harbour bridge"))
        page = tmp_path / "page.html"
        page.write_text(
            "<html><head><title>News &amp; more</title><script>var x</script></head>"
            "<body><p>The port authority opened the <b>harbour bridge</b>.</p></body></html>"
        )
        for path in (paper, page):
            added = desk.t.add_evidence(str(path), "bridge")
            assert added.finding.match.relation == "fulfils"
        titles = [document.title for document in desk.t.documents()]
        assert titles == ["Port authority opens harbour bridge", "News & more"]
        bodies = [document.body for document in desk.t.documents()]
        assert bodies[1] == "The port authority opened the harbour bridge."


def test_what_cannot_be_read_is_told_in_a_line(tmp_path: Path) -> None:
    """A broken PDF, bytes, an empty file, none, one too large, a child out of time."""
    with press() as desk:
        desk.load()
        broken = {"a.pdf": b"%PDF-1.4\nnothing", "b.bin": bytes(range(256)), "c.txt": b" \n"}
        for name, body in broken.items():
            (tmp_path / name).write_bytes(body)
            with pytest.raises(UserError, match=f"{name}: "):
                desk.t.add_evidence(str(tmp_path / name), "bridge")
        with pytest.raises(UserError, match="No such file"):
            desk.t.add_evidence(str(tmp_path / "none"), "bridge")
        desk.t.fetch_settings = FetchSettings(max_bytes=1)
        with pytest.raises(UserError, match="larger than 1 bytes"):
            desk.t.add_evidence(str(tmp_path / "a.pdf"), "bridge")
        assert list(desk.t.documents()) == []
    from tracker.errors import ParseFailed

    with pytest.raises(ParseFailed, match="took more than"):
        read_pdf(pdf("late"), seconds=0.001)


def test_an_address_is_fetched_through_the_guard(tmp_path: Path) -> None:
    """A private address is refused unless `allow_hosts` names it; the host stands for the publisher."""
    (tmp_path / "harbour.toml").write_text(dossier())
    (tmp_path / "config.toml").write_text('[tracker]\ndossiers = ["harbour.toml"]\n')
    with ScriptedServer() as server:
        page = "<title>Port authority opens harbour bridge</title><p>Cars crossed.</p>"
        server.on("/page", answer(page, Content_Type="text/html; charset=utf-8"))
        assert run("load", cwd=tmp_path).returncode == 0
        words = ("evidence", "add", server.url("/page"), "--for", "bridge", "--published", "2024-03-01")
        refused = run(*words, cwd=tmp_path)
        assert refused.returncode == 2
        assert len(refused.stderr.splitlines()) == 1
        with (tmp_path / "config.toml").open("a") as config:
            config.write('[fetch]\nallow_hosts = ["127.0.0.1"]\n')
        done = run(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "is finding" in done.stdout and "'127.0.0.1' is not graded" in done.stdout
        assert "was there before" in run(*words, cwd=tmp_path).stdout
        listed = run("evidence", "list", "bridge", cwd=tmp_path)
        assert "fulfils, actual" in listed.stdout
        gone = run("evidence", "add", server.url("/none"), "--for", "bridge", cwd=tmp_path)
        assert (gone.returncode, "404" in gone.stderr) == (2, True)


def test_it_is_evidence_like_any_other_for_the_policy(note: Path) -> None:
    """Of a graded source, and one of two origins, it decides by rule where that is enabled."""
    with press(policy={"enabled": True}) as desk:
        desk.load()
        desk.print(Story("Harbour bridge opened by port authority", by="Courier"))
        desk.t.add_evidence(str(note), "bridge", publisher="Gazette", published="2024-03-01")
        assert desk.statuses() == {"bridge": "fulfilled"}
