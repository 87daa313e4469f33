"""A log that was imported without its archive: everything is known but the words, and never other words."""

from __future__ import annotations

import io
from pathlib import Path

from attrs import evolve as but

import tracker
from tests.rounds.test_rounds import Pages, pages, t
from tracker import rounds
from tracker.api import Tracker
from tracker.projections.answers import Quote

__all__ = ["pages", "t"]  # the fixtures


def test_an_imported_log_knows_all_but_the_words(t: Tracker, pages: Pages, tmp_path: Path) -> None:
    """Head, statuses and grades are the same; no document of the new archive is taken for an old one."""
    pages.feed("/gazette", ("g2", "Harbour bridge opened by port authority", "The mayor cut a ribbon."))
    rounds.gather(t, ["herald", "gazette"])
    out = io.BytesIO()
    end = t.export_log(out)
    text = (tmp_path / "config.toml").read_text()
    (tmp_path / "config.toml").write_text(text.replace("[tracker]", '[tracker]\ndatabase = "new.sqlite3"'))
    with tracker.open(tmp_path / "config.toml") as new:
        assert new.board() == ()  # asked before the import: an answer begins no log
        assert new.import_log(io.BytesIO(out.getvalue()), expected=end) == end
        assert new.checkpoint() == t.checkpoint() == new.verify(end)
        assert new.board() == t.board()
        before, after = (each.explain("open-bridge").reasons[0].findings for each in (t, new))
        assert [quote.grade for quote in after] == [quote.grade for quote in before]
        assert [(quote.words, quote.text, quote.title) for quote in after] == [((), "", "")] * 2

        pages.feed("/herald", ("h3", "Weather", "It rains."))
        pages.feed("/gazette", ("g3", "Sports", "It was won."))
        rounds.gather(new, ["herald", "gazette"])  # and now numbers 1 and 2 are other documents
        assert new.explain("open-bridge").reasons[0].findings == after
        assert new.verify(end).position == new.head() == end.position


def test_a_text_that_comes_again_is_no_second_finding(t: Tracker, pages: Pages, tmp_path: Path) -> None:
    """Feeds still hold what was considered before the export; considering it again adds nothing."""
    rounds.gather(t, ["herald"])
    out = io.BytesIO()
    end = t.export_log(out)
    text = (tmp_path / "config.toml").read_text()
    (tmp_path / "config.toml").write_text(text.replace("[tracker]", '[tracker]\ndatabase = "new.sqlite3"'))
    with tracker.open(tmp_path / "config.toml") as new:
        new.import_log(io.BytesIO(out.getvalue()))
        assert [visit.new for visit in rounds.gather(new, ["herald"]).visits] == [1]
        assert new.checkpoint() == end
        assert new.load().changes == ()


def moved(t: Tracker, tmp_path: Path) -> Tracker:
    """A tracker over a new database, with the log of `t` and none of its documents."""
    out = io.BytesIO()
    t.export_log(out)
    text = (tmp_path / "config.toml").read_text()
    (tmp_path / "config.toml").write_text(text.replace("[tracker]", '[tracker]\ndatabase = "new.sqlite3"'))
    new = tracker.open(tmp_path / "config.toml")
    new.import_log(io.BytesIO(out.getvalue()))
    return new


def findings(t: Tracker) -> dict[str, Quote]:
    """What the verdict on the bridge rests on, by publisher."""
    return {quote.publisher: quote for quote in t.explain("open-bridge").reasons[0].findings}


def test_a_text_that_comes_again_is_quoted_under_its_new_number(
    t: Tracker, pages: Pages, tmp_path: Path
) -> None:
    """A document is known by its hash; its number is the archive's, and here it is another's."""
    pages.feed("/gazette", ("g2", "Harbour bridge opened by port authority", "The mayor cut a ribbon."))
    rounds.gather(t, ["herald"])
    rounds.gather(t, ["gazette"])
    before = findings(t)
    assert [before[name].number for name in ("herald", "gazette")] == [1, 2]
    with moved(t, tmp_path) as new:
        rounds.gather(new, ["gazette"])
        now = findings(new)
        assert now["gazette"] == but(before["gazette"], number=1)
        assert (now["herald"].words, now["herald"].title) == ((), "")
        rounds.gather(new, ["herald"])
        assert findings(new)["herald"] == but(before["herald"], number=2)
        new.forget([2], "it names a private person")
        assert (findings(new)["herald"].words, findings(new)["herald"].title) == ((), "(forgotten)")


def test_a_copy_of_a_text_that_came_again_is_still_a_copy(t: Tracker, pages: Pages, tmp_path: Path) -> None:
    """Origins are told by comparing texts, under whatever number this archive has them."""
    words = "Cars crossed the harbour bridge for the first time on Monday, the port authority said at noon."
    pages.feed("/herald", ("h1", "Port authority opens harbour bridge", words))
    rounds.gather(t, ["herald"])
    with moved(t, tmp_path) as new:
        pages.feed("/gazette", ("g0", "Rain expected all week", "Bring a coat."))
        rounds.gather(new, ["gazette"])
        rounds.gather(new, ["herald"])
        pages.feed("/gazette", ("g2", "Harbour bridge opened by port authority", words))
        rounds.gather(new, ["gazette"])
        told = new.explain("open-bridge")
        assert len({quote.origin for quote in told.waiting}) == 1
        assert len(told.waiting) == 2


def test_what_was_forgotten_before_the_export_does_not_come_back(
    t: Tracker, pages: Pages, tmp_path: Path
) -> None:
    """The log has the hash of what was forgotten, so the new archive keeps it out, too; an edit is news."""
    pages.feed("/gazette", ("g2", "Harbour bridge opened by port authority", "The mayor cut a ribbon."))
    rounds.gather(t, ["herald"])
    rounds.gather(t, ["gazette"])
    t.forget([1], "it names a private person")
    with moved(t, tmp_path) as new:
        assert {v.feed: v.new for v in rounds.gather(new, ["herald", "gazette"]).visits} == {
            "herald": 0,
            "gazette": 1,
        }
        assert (findings(new)["herald"].words, findings(new)["herald"].text) == ((), "")
        assert findings(new)["gazette"].words
        pages.feed("/herald", ("h1", "Port authority opens harbour bridge", "Cars crossed."))
        assert [visit.new for visit in rounds.gather(new, ["herald"]).visits] == [1]
