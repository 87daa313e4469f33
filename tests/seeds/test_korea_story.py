"""What became of it: the board of the Korean dossier on five days, as one who followed it would write it.

The dossier is loaded alone, without a feed: what it says of the months of the demo was settled since.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import tracker
from tracker.api import Tracker
from tracker.resources import resource

DAYS = ("2018-06-30", "2018-09-30", "2018-12-31", "2019-03-31", "2019-12-31")

# The state on each of these days; "" before it was promised.
STORY = {
    # Tests and test sites
    "dprk-pause-tests": ("active", "active", "active", "active", "violated"),
    "dprk-moratorium-icbm": ("active", "active", "active", "active", "active"),
    "dprk-shut-test-site": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "dprk-keep-test-site-shut": ("active", "active", "active", "active", "active"),
    "dprk-dismantle-sohae": ("proposed", "active", "active", "active", "violated"),
    "dprk-yongbyon-closure": ("", "conditional", "conditional", "conditional", "conditional"),
    "dprk-denuclearize": ("conditional", "conditional", "conditional", "conditional", "conditional"),
    "dprk-discuss-denuclearization": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    # Exercises, sanctions, security
    "us-rok-suspend-exercises": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "us-rok-resume-exercises": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "us-suspend-large-exercises": ("active", "active", "active", "active", "active"),
    "freeze-for-freeze": ("proposed", "proposed", "proposed", "proposed", "proposed"),
    "us-security-guarantee": ("active", "active", "active", "active", "active"),
    "us-no-regime-change": ("active", "active", "active", "active", "active"),
    "us-keep-forces": ("proposed", "proposed", "proposed", "proposed", "proposed"),
    "us-keep-sanctions": ("active", "active", "active", "active", "active"),
    "china-enforce-sanctions": ("active", "active", "active", "active", "active"),
    "russia-enforce-sanctions": ("active", "active", "active", "active", "active"),
    # Washington and Pyongyang
    "dprk-release-detainees": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "us-dprk-summit": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "us-dprk-new-relations": ("active", "active", "active", "active", "active"),
    "us-dprk-peace-regime": ("active", "active", "active", "active", "active"),
    "dprk-return-remains": ("active", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "us-dprk-second-summit": ("", "", "", "fulfilled", "fulfilled"),
    "us-new-calculation": ("", "", "", "", "expired"),
    "us-dprk-working-talks": ("", "", "", "", "violated"),
    # Between the Koreas
    "koreas-hotline": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "koreas-border-hotline": ("active", "active", "active", "active", "active"),
    "koreas-april-summit": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "koreas-military-talks": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "koreas-end-war-declaration": ("active", "active", "violated", "violated", "violated"),
    "koreas-peace-treaty": ("proposed", "proposed", "proposed", "proposed", "proposed"),
    "koreas-stop-loudspeakers": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "koreas-keep-loudspeakers-off": ("active", "active", "active", "active", "active"),
    "koreas-liaison-office": ("active", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "koreas-keep-liaison-office": ("", "active", "active", "active", "active"),
    "koreas-family-reunions": ("active", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "koreas-pyongyang-summit": ("active", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "dprk-kim-visits-seoul": ("", "active", "violated", "violated", "violated"),
    "koreas-rail-groundbreaking": ("", "active", "fulfilled", "fulfilled", "fulfilled"),
    # The military agreement
    "koreas-military-agreement": ("", "active", "active", "active", "violated"),
    "koreas-disarm-jsa": ("", "active", "fulfilled", "fulfilled", "fulfilled"),
    "koreas-remove-guard-posts": ("", "active", "fulfilled", "fulfilled", "fulfilled"),
    "koreas-clear-mines": ("", "active", "fulfilled", "fulfilled", "fulfilled"),
    "koreas-keep-dmz-disarmed": ("", "conditional", "active", "active", "active"),
    "koreas-refrain-hostile-acts": ("", "active", "active", "active", "violated"),
    # The Games, three men, four statements: settled before, or never to be
    "dprk-olympic-participation": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "koreas-olympic-march": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "koreas-joint-hockey-team": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "dprk-release-detainees-kim-dong-chul": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "dprk-release-detainees-kim-sang-duk": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "dprk-release-detainees-kim-hak-song": ("fulfilled", "fulfilled", "fulfilled", "fulfilled", "fulfilled"),
    "dprk-statement-1992": ("violated", "violated", "violated", "violated", "violated"),
    "koreas-statement-1972": ("active", "active", "active", "active", "active"),
    "koreas-statement-2000": ("active", "active", "active", "active", "active"),
    "koreas-statement-2007": ("active", "active", "active", "active", "active"),
}

UNRATEABLE = {
    "china-enforce-sanctions",
    "dprk-yongbyon-closure",
    "koreas-statement-1972",
    "koreas-statement-2000",
    "koreas-statement-2007",
    "russia-enforce-sanctions",
    "us-dprk-new-relations",
    "us-dprk-peace-regime",
}


@pytest.fixture(scope="module")
def t(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    """A desk that has loaded the dossier and let the clock speak, and never polled."""
    desk = tmp_path_factory.mktemp("desk")
    (desk / "config.toml").write_text(
        '[tracker]\nzone = "Asia/Seoul"\ndossiers = ["korea.toml"]\n', encoding="utf-8"
    )
    (desk / "korea.toml").write_bytes(resource("seeds/korea-2018.toml").read_bytes())
    with tracker.open(desk / "config.toml") as t:
        t.load_dossier(t.read_dossier(desk / "korea.toml"))
        t.sweep()
        yield t


@pytest.mark.parametrize("day", DAYS)
def test_the_board_says_what_history_says(t: Tracker, day: str) -> None:
    """Every commitment of the dossier, none left out and none too many."""
    at = DAYS.index(day)
    told = {name: states[at] for name, states in STORY.items() if states[at]}
    assert {row.id: row.state for row in t.board(as_of=day)} == told


def test_every_fact_of_the_dossier_has_its_effect(t: Tracker) -> None:
    """Nothing waits in the inbox, and no fact is listed as without effect."""
    assert t.inbox() == ()
    assert [(name, entry.inert) for name in STORY for entry in t.timeline(name) if entry.inert] == []


def test_what_nobody_can_judge_says_so(t: Tracker) -> None:
    """Pending is a word for what may yet be decided; these say why they cannot be."""
    flagged = {row.id for row in t.board(as_of="2019-12-31") if "unrateable" in row.flags}
    assert flagged == UNRATEABLE


def test_one_moratorium_holds_and_the_other_is_broken_at_the_end_of_2019(t: Tracker) -> None:
    """Thirteen days with launches from 4 May on are breaches of the promise as Seoul told it, and of no
    other; that one its author takes back on New Year's Day, which it may."""
    pause = t.commitment("dprk-pause-tests", as_of="2019-12-31")
    assert (str(pause.since), pause.breaches, pause.by) == ("2019-05-04", 13, ("dprk",))
    assert str(pause.standing.last_breach) == "2019-11-28"
    assert t.commitment("dprk-pause-tests", as_of="2019-05-03").state == "active"
    assert t.commitment("dprk-moratorium-icbm", as_of="2020-01-01").state == "cancelled"


def test_blame_manner_and_extent_are_those_of_the_record(t: Tracker) -> None:
    """Who broke what and how, and how much came about."""
    board = {row.id: row for row in t.board(as_of="2019-12-31")}
    found = {name: (row.manner, row.by, row.flags) for name, row in board.items() if row.status == "violated"}
    assert found == {
        "dprk-pause-tests": ("breach", ("dprk",), ()),
        "dprk-dismantle-sohae": ("repudiated", ("dprk",), ()),
        "dprk-statement-1992": ("breach", ("dprk",), ()),
        "koreas-end-war-declaration": ("lapse", ("dprk", "rok"), ()),
        "dprk-kim-visits-seoul": ("lapse", ("dprk",), ()),
        "koreas-military-agreement": ("breach", ("dprk",), ()),
        "koreas-refrain-hostile-acts": ("breach", ("dprk",), ()),
        "us-dprk-working-talks": ("lapse", ("us", "dprk"), ("remedied",)),
    }
    assert board["koreas-military-agreement"].extent == (3, 5)
    assert board["koreas-remove-guard-posts"].extent == (22, 22)
    assert {name for name, row in board.items() if row.shortfall} == {
        "dprk-return-remains",
        "dprk-shut-test-site",
        "koreas-rail-groundbreaking",
    }
    assert "expert" in board["dprk-shut-test-site"].shortfall
    assert board["dprk-return-remains"].shortfall.startswith("55 boxes")


def test_the_liaison_office_rested_for_a_weekend_and_ended_in_a_cloud_of_dust(t: Tracker) -> None:
    """Left on a Friday, taken up on the Monday, blown up fifteen months later; the lines were cut before."""

    def state(name: str, day: str) -> str:
        return t.commitment(name, as_of=day).state

    office = [(str(step.since), step.state) for step in t.history("koreas-keep-liaison-office")]
    assert ("2019-03-22", "suspended") in office
    assert state("koreas-keep-liaison-office", "2019-03-23") == "suspended"
    assert state("koreas-keep-liaison-office", "2019-03-25") == "active"
    assert state("koreas-border-hotline", "2020-06-09T11:59+09:00") == "active"
    assert state("koreas-border-hotline", "2020-06-09T12:00+09:00") == "violated"
    assert state("koreas-keep-liaison-office", "2020-06-16T14:48+09:00") == "active"
    assert state("koreas-keep-liaison-office", "2020-06-16") == "violated"


def test_the_artillery_on_changrin_is_dated_to_the_firing_not_to_the_news(t: Tracker) -> None:
    """Fired on 23 November 2019, told on the 25th; the whole agreement is broken with its part."""
    for name in ("koreas-refrain-hostile-acts", "koreas-military-agreement"):
        assert t.commitment(name, as_of="2019-11-22").state == "active"
        assert t.commitment(name, as_of="2019-11-23").state == "violated"


def test_the_exercises_stay_undecided_and_show_who_says_what(t: Tracker) -> None:
    """Three readings of one word and no verdict; in 2022 both allies took it back, which its terms allow."""
    told = t.explain("us-suspend-large-exercises", as_of="2019-12-31")
    assert {position.party for position in told.positions} == {"us", "rok", "dprk"}
    terms = told.commitment.standing.terms
    assert [reading.party for reading in terms.interpretations] == ["us", "rok", "dprk"]
    assert [link.commitment for link in told.links] == ["dprk-moratorium-icbm"]
    later = t.commitment("us-suspend-large-exercises", as_of="2022-05-21")
    assert (later.status, later.state) == ("closed", "cancelled")


def test_later_years_are_told_only_where_history_settled_them(t: Tracker) -> None:
    """What held at the end of 2019 and does no longer, each since its day."""
    now = {row.id: row for row in t.board(as_of="2024-12-31")}
    turned = {
        name: (str(now[name].since)[:10], now[name].state)
        for name, states in STORY.items()
        if now[name].state != states[-1]
    }
    assert turned == {
        "dprk-moratorium-icbm": ("2020-01-01", "cancelled"),
        "dprk-keep-test-site-shut": ("2022-03", "violated"),
        "us-suspend-large-exercises": ("2022-05-21", "cancelled"),
        "koreas-border-hotline": ("2020-06-09", "violated"),
        "koreas-keep-liaison-office": ("2020-06-16", "violated"),
        "koreas-keep-loudspeakers-off": ("2024-06-09", "violated"),
        "koreas-keep-dmz-disarmed": ("2023-11-24", "violated"),
    }
