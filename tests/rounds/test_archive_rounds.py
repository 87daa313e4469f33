"""Archives through the whole product, recorded now and replayed, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import tracker
from tests.rounds.test_rounds import DOSSIER
from tracker import rounds
from tracker.api import Tracker
from tracker.errors import UserError
from tracker.evidence.document import Document, Record
from tracker.evidence.when import Occurred
from tracker.feeds.dated import DatedRecords
from tracker.feeds.entries import bounded

OPENED = "Port authority opens harbour bridge"
PAPERS = "".join(f'[[source]]\nname = "{name}"\nreliability = "B"\n\n' for name in ("herald", "gazette"))
LATE = datetime(2024, 8, 1, tzinfo=UTC)


def record(paper: str, title: str, day: int, guid: str = "", body: str = "", hour: int = 8) -> Record:
    """What a paper printed on a day of June 2024."""
    moment = datetime(2024, 6, day, hour, tzinfo=UTC)
    entry = bounded(
        guid=guid or f"{paper}-{day}", url="", title=title, body=body, author="",
        published=moment, published_given=str(moment), updated=None, language="en",
    )  # fmt: skip
    return Record(f"archive/{paper}", paper, entry)


# Two papers on the 3rd and the 5th; each says of other things on every day.
ARCHIVE = [
    record("gazette", "Harbour bridge opened by port authority", 5),
    *(record("herald", f"Rain on the {day}th", day) for day in range(10, 15)),
    record("herald", OPENED, 3, body="Cars crossed on Monday."),
    record("gazette", "Coats are sold out", 3, hour=7),
    record("gazette", "The day's end", 3, guid="late", hour=23),
    record("herald", "Bread and its price", 4),
]


def desk(folder: Path, url: str) -> Path:
    """A folder whose config names a database, two graded papers and a dossier."""
    folder.mkdir()
    (folder / "harbour.toml").write_text(DOSSIER)
    (folder / "config.toml").write_text(
        f'[tracker]\ndatabase = "{url}"\ndossiers = ["harbour.toml"]\n[policy]\nenabled = true\n\n{PAPERS}'
    )
    return folder / "config.toml"


def shelved(records: Sequence[Record]) -> DatedRecords:
    """The records by their days."""
    shelf = DatedRecords("UTC")
    for each in records:
        shelf.add(each)
    return shelf


def replayed(config: Path, records: Sequence[Record], now: datetime = LATE) -> list[rounds.Round]:
    """The rounds of a replay to its end."""
    clock = rounds.Clock(now)
    with tracker.open(config, clock=clock) as t, shelved(records) as shelf:
        return list(rounds.replay_archive(t, shelf, clock))


def stopped(config: Path, records: Sequence[Record], days: int) -> None:
    """A replay that nobody goes on with after so many days."""
    clock = rounds.Clock(LATE)
    with tracker.open(config, clock=clock) as t, shelved(records) as shelf:
        for _, _ in zip(range(days), rounds.replay_archive(t, shelf, clock), strict=False):
            pass


def held(t: Tracker) -> tuple[list[Document], list[tuple[str, object, Occurred, datetime]]]:
    """All documents, and what the log says apart from its random ids."""
    facts = [(f.stream, f.event, f.occurred, f.recorded_at) for f in t.log() if f.stream != "tracker"]
    return list(t.documents()), facts


def test_ingested_now_a_document_keeps_its_date_and_is_first_seen_now(
    tmp_path: Path, shared_url: str
) -> None:
    """The verdict is dated to the day of the deed and known from today on; the oldest is first."""
    with tracker.open(desk(tmp_path / "desk", shared_url), clock=lambda: LATE) as t:
        t.load()
        done = rounds.ingest(t, ARCHIVE)
        assert (done.new, done.considered) == (len(ARCHIVE), len(ARCHIVE))
        documents = list(t.documents())
        assert {document.first_seen for document in documents} == {LATE}
        assert [(d.title, d.published) for d in documents[:2]] == [
            ("Coats are sold out", datetime(2024, 6, 3, 7, tzinfo=UTC)),
            (OPENED, datetime(2024, 6, 3, 8, tzinfo=UTC)),
        ]
        assert t.commitment("open-bridge", as_of="2024-06-05").status == "fulfilled"
        with pytest.raises(tracker.UserError, match="was not known"):
            t.commitment("open-bridge", known_at="2024-06-30")


def test_ingesting_again_changes_nothing(tmp_path: Path, shared_url: str) -> None:
    """Neither do earlier words that come once more; only what was added to the archive is new."""
    with tracker.open(desk(tmp_path / "desk", shared_url), clock=lambda: LATE) as t:
        t.load()
        edited = [*ARCHIVE, record("herald", "Rain, and more of it", 10), ARCHIVE[1]]
        assert rounds.ingest(t, edited).new == len(ARCHIVE) + 1
        before = held(t)
        for again in (edited, edited[:3], edited[::-1]):
            assert rounds.ingest(t, again).new == 0
        assert held(t) == before
        assert rounds.ingest(t, [*edited, record("herald", "Sun", 20)]).new == 1


def test_what_was_forgotten_stays_so(tmp_path: Path, shared_url: str) -> None:
    """The archive that brought it does not bring it back."""
    with tracker.open(desk(tmp_path / "desk", shared_url), clock=lambda: LATE) as t:
        rounds.ingest(t, ARCHIVE)
        t.forget([2], "a person asked")
        assert rounds.ingest(t, ARCHIVE).new == 0
        assert t.document(2).forgotten


def test_a_replay_knows_on_each_day_what_was_known(tmp_path: Path, shared_url: str) -> None:
    """Commitments from the day they were made, documents from the day they were published, verdicts from
    the day on which the second paper had it."""
    config = desk(tmp_path / "desk", shared_url)
    done = replayed(config, ARCHIVE)
    assert sum(each.new for each in done) == len(ARCHIVE)
    with tracker.open(config) as t:
        stood = {
            day: (one.status, one.to_review)
            for day in range(3, 7)
            for one in [t.commitment("open-bridge", known_at=date(2024, 6, day))]
        }
        assert stood == {3: ("pending", 1), 4: ("pending", 1), 5: ("fulfilled", 0), 6: ("fulfilled", 0)}
        assert [(d.title, d.first_seen.day) for d in t.documents()][:5] == [
            ("Coats are sold out", 4), (OPENED, 4), ("The day's end", 4), ("Bread and its price", 5),
            ("Harbour bridge opened by port authority", 6),
        ]  # fmt: skip
        kinds = [type(fact.event).__name__ for fact in t.log()]
        assert (kinds[2], kinds[-1]) == ("ReplayStarted", "ReplayEnded")
        t.verify()


def test_a_replay_that_was_stopped_goes_on_and_ends_as_if_it_had_not_been(
    tmp_path: Path, shared_url: str
) -> None:
    """Wherever it was stopped, also between capture and matching; and once ended it is not done again."""
    whole = desk(tmp_path / "whole", "whole.sqlite3")
    replayed(whole, ARCHIVE)
    config = desk(tmp_path / "desk", shared_url)
    for days in (0, 1, 2, 4):
        stopped(config, ARCHIVE, days)
    with tracker.open(config, clock=lambda: datetime(2024, 6, 12, tzinfo=UTC)) as t:
        t.ingest([each for each in ARCHIVE if each.dated and each.dated.day == 11])
    assert replayed(config, ARCHIVE, datetime(2024, 9, 1, tzinfo=UTC))
    with tracker.open(whole) as undisturbed, tracker.open(config) as t:
        assert held(t) == held(undisturbed)
        head = t.head()
        kinds = [type(fact.event).__name__ for fact in t.log(stream="tracker")]
        assert kinds == ["LogStarted", "PolicyChanged", "ReplayStarted", "ReplayEnded"]
    assert replayed(config, ARCHIVE) == []
    with tracker.open(config) as t:
        assert t.head() == head


def test_a_guid_of_any_length_is_captured(tmp_path: Path, shared_url: str) -> None:
    """As of feeds: PostgreSQL takes 2,704 bytes into an index, and what was longer ended the round."""
    letters = "".join(chr(0xAC00 + number * 7919 % 11_172) for number in range(5000))
    entries = [bounded(guid=letters + end, title=end, url="", body="", author="", published=None,
                       published_given="", updated=None, language="") for end in "ab"]  # fmt: skip
    with tracker.open(desk(tmp_path / "desk", shared_url)) as t:
        assert t.ingest([Record(letters[:100], "herald", entry) for entry in entries]) == 2
        assert t.ingest([Record(letters[:100], "herald", entry) for entry in entries]) == 0


def test_a_second_archive_follows_the_first(tmp_path: Path, shared_url: str) -> None:
    """Where it begins after the first has ended; one that begins earlier is refused."""
    config = desk(tmp_path / "desk", shared_url)
    replayed(config, ARCHIVE)
    assert replayed(config, [record("herald", "Sun", 20)])[0].new == 1
    with pytest.raises(UserError, match=r"name a new \[tracker\] database"):
        replayed(config, [record("herald", "Bread", 4, guid="other")])


def test_a_log_that_holds_something_later_is_refused(tmp_path: Path, shared_url: str) -> None:
    """Also where another process wrote while the replay was stopped; nothing is written then."""
    config = desk(tmp_path / "desk", shared_url)
    stopped(config, ARCHIVE, 3)
    with tracker.open(config) as t:
        t.load()
        t.ingest([record("herald", "Now", 30)])
        before = held(t)
    with pytest.raises(UserError, match="nobody else writes to; name a new"):
        replayed(config, ARCHIVE)
    with tracker.open(config) as t:
        assert held(t) == before


def test_another_archive_does_not_go_on_with_a_stopped_replay(tmp_path: Path) -> None:
    """It would leave out what the first has and it has not."""
    config = desk(tmp_path / "desk", "tracker.sqlite3")
    stopped(config, ARCHIVE, 3)
    with pytest.raises(UserError, match="in the middle of the replay 'archive/"):
        replayed(config, ARCHIVE[:-1])


def test_nothing_is_recorded_later_than_the_present(tmp_path: Path) -> None:
    """The last day of an archive of today ends now."""
    config = desk(tmp_path / "desk", "tracker.sqlite3")
    noon = datetime(2024, 6, 14, 12, tzinfo=UTC)
    assert replayed(config, ARCHIVE, noon)[-1].at == noon


def test_a_window_that_ends_between_two_documents_ends_on_its_day(tmp_path: Path) -> None:
    """The clock's facts are known from that day on, though nothing was published."""
    config = desk(tmp_path / "desk", "tracker.sqlite3")
    dossier = DOSSIER.replace('made = "2024', 'until = "2024-06-08"\nmade = "2024')
    (config.parent / "harbour.toml").write_text(dossier)
    replayed(config, [ARCHIVE[-1], *ARCHIVE[1:6]])
    with tracker.open(config) as t:
        (passed,) = t.log(types=["DeadlinePassed"])
        assert passed.recorded_at == datetime(2024, 6, 9, tzinfo=UTC)
