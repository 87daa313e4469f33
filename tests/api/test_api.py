"""The programmatic API over a real SQLite file: two time axes, idempotent loading, review, explanations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import tracker
from tracker.api import Tracker
from tracker.commitments.events import Fulfilled, Manner, Suspended, Violated
from tracker.config import Config
from tracker.errors import BadDate, ConfigError, LogUnavailable, Refused, UnknownCommitment, UserError

CONFIG = """
[tracker]
zone = "Europe/London"
dossiers = ["pledges.toml"]
"""

DOSSIER = """
format = 1
name = "pledges"
title = "Pledges of an invented government"
zone = "Europe/London"
language = "en"

[[party]]
id = "government"
name = "The government"

[[party]]
id = "voters"
name = "The voters"

[[citation]]
id = "manifesto"
publisher = "The governing party"
title = "Manifesto"
date = "2024-01-10"

[[commitment]]
id = "open-bridge"
title = "Open the harbour bridge"
debtor = ["government"]
creditor = ["voters"]
kind = "achieve"
consequent = "the harbour bridge is open to traffic"
voice = "own"
made = "2024-01-10"
until = "2024-12-31"
cites = "manifesto"

[[commitment.fact]]
type = "accepted"
occurred = "2024-02-01"
by = "government"
because = "it took office"

[[commitment]]
id = "no-new-tax"
title = "No new tax on bread"
debtor = ["government"]
creditor = ["voters"]
kind = "refrain"
consequent = "no tax is laid on bread"
voice = "own"
made = "2024-01-10"
review_on = "2028-01-10"
cites = "manifesto"

[[commitment.fact]]
type = "accepted"
occurred = "2024-02-01"
by = "government"
because = "it took office"

[[commitment]]
id = "toll-free"
title = "Keep the bridge free of toll"
debtor = ["government"]
creditor = ["voters"]
kind = "maintain"
consequent = "crossing the bridge costs nothing"
condition = "while: open-bridge is fulfilled"
voice = "own"
made = "2024-01-10"
review_on = "2028-01-10"
cites = "manifesto"

[[commitment.fact]]
type = "accepted"
occurred = "2024-02-01"
by = "government"
because = "it took office"
"""


class Clock:
    """A present that the test moves."""

    def __init__(self) -> None:
        self.moment = datetime(2024, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    """1 March 2024, until the test moves it."""
    return Clock()


@pytest.fixture
def t(tmp_path: Path, clock: Clock) -> Iterator[Tracker]:
    """A tracker with the dossier loaded on 1 March 2024."""
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "pledges.toml").write_text(DOSSIER)
    with tracker.open(tmp_path / "config.toml", clock=clock) as opened:
        opened.load()
        yield opened


def test_board_lists_commitments_in_the_order_of_the_dossier(t: Tracker) -> None:
    """The board has a row per commitment, as the dossier orders them."""
    assert [(row.id, row.status, row.state) for row in t.board()] == [
        ("open-bridge", "pending", "active"),
        ("no-new-tax", "pending", "active"),
        ("toll-free", "pending", "conditional"),
    ]


def test_loading_twice_appends_nothing(t: Tracker) -> None:
    """A dossier is declarative: the same file over the same log is no news."""
    head = t.head()
    assert t.load().changes == ()
    assert t.head() == head


def test_a_late_verdict_is_true_then_and_known_now(t: Tracker, clock: Clock) -> None:
    """What happened in May and was learnt in July counts for May, but was not known in June."""
    clock.moment = datetime(2024, 7, 1, 12, tzinfo=UTC)
    t.record("open-bridge", Fulfilled(because="opened by the mayor"), "2024-05-20")
    assert t.commitment("open-bridge").status == "fulfilled"
    assert t.commitment("open-bridge", as_of="2024-05-20").status == "fulfilled"
    assert t.commitment("open-bridge", as_of="2024-05-19").status == "pending"
    assert t.commitment("open-bridge", as_of="2024-05-20", known_at="2024-06-30").status == "pending"


def test_a_condition_follows_the_other_commitment(t: Tracker, clock: Clock) -> None:
    """What hangs on another commitment turns with it, in one step of knowledge, and back again."""
    clock.moment = datetime(2024, 7, 1, tzinfo=UTC)
    recorded = t.record("open-bridge", Fulfilled(because="opened"), "2024-05-20")
    assert t.commitment("toll-free").state == "active"
    assert t.commitment("toll-free", as_of="2024-05-19").state == "conditional"
    clock.moment = datetime(2024, 7, 2, tzinfo=UTC)
    t.retract(recorded.fact.id, "the ribbon was cut, but no car crossed")
    assert t.commitment("toll-free").state == "conditional"
    assert t.commitment("toll-free", known_at=datetime(2024, 7, 1, 12, tzinfo=UTC)).state == "active"


def test_a_retracted_violation_leaves_both_events_in_the_timeline(t: Tracker, clock: Clock) -> None:
    """Nothing is ever deleted: the timeline shows the verdict as retracted, and what retracted it."""
    clock.moment = datetime(2024, 9, 1, tzinfo=UTC)
    recorded = t.record("no-new-tax", Violated(because="a levy on flour"), "2024-08-15")
    assert t.commitment("no-new-tax", as_of="2024-08-15").status == "violated"
    t.retract(recorded.fact.id, "flour is not bread")
    assert t.commitment("no-new-tax", as_of="2024-08-15").status == "pending"
    shown = {entry.type: entry for entry in t.timeline("no-new-tax")}
    assert shown["Violated"].retracted
    assert shown["Retracted"].because == "flour is not bread"


@pytest.mark.parametrize(
    ("name", "event", "occurred", "rule"),
    [
        ("open-bridge", Violated(manner=Manner.BREACH), "2024-02-20", "achieve-not-breached"),
        ("no-new-tax", Fulfilled(), "2024-02-20", "kept-so-far"),
        ("no-new-tax", Violated(by=("voters",)), "2024-02-20", "not-a-debtor"),
        ("toll-free", Suspended(), "2024-02-20", "not-running"),
        ("open-bridge", Fulfilled(), "2024-04-01", "not-yet"),
    ],
)
def test_what_the_rules_forbid_is_refused_by_name(
    t: Tracker, name: str, event: Fulfilled | Violated | Suspended, occurred: str, rule: str
) -> None:
    """A refusal names its rule and writes nothing."""
    head = t.head()
    with pytest.raises(Refused) as refusal:
        t.record(name, event, occurred)
    assert refusal.value.rule == rule
    assert t.head() == head


@pytest.mark.parametrize(("lapse", "state"), [("violate", "violated"), ("review", "active")])
def test_the_policy_says_what_a_passed_deadline_does(
    tmp_path: Path, clock: Clock, lapse: str, state: str
) -> None:
    """A lapse dated to the deadline, or a person's matter; of a whole too, with the extent of its parts."""
    whole = DOSSIER.replace('until = "2024-12-31"', 'until = "2024-12-31"\nroll_up = "all"')
    start = DOSSIER.index("[[commitment]]")
    part = DOSSIER[start : DOSSIER.index("[[commitment]]", start + 1)]
    part = part.replace('id = "open-bridge"', 'id = "north-half"\npart_of = "open-bridge"')
    (tmp_path / "config.toml").write_text(CONFIG + f'[policy]\nlapse = "{lapse}"\n')
    (tmp_path / "pledges.toml").write_text(whole + part.replace('until = "2024-12-31"\n', ""))
    with tracker.open(tmp_path / "config.toml", clock=clock) as t:
        t.load()
        clock.moment = datetime(2025, 2, 1, tzinfo=UTC)
        assert t.sweep() == (2 if lapse == "violate" else 1)
        assert t.sweep() == 0
        row = t.commitment("open-bridge", as_of="2025-01-02")
        assert (row.state, row.extent) == (state, (0, 1))
        assert "overdue" in row.flags or (row.manner, row.by) == ("lapse", ("government",))


def test_a_bargain_is_shown_from_both_sides_with_how_the_other_stands(tmp_path: Path, clock: Clock) -> None:
    """One side states it, both show it."""
    bargain = DOSSIER.replace('id = "toll-free"', 'id = "toll-free"\nin_return_for = ["no-new-tax"]')
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "pledges.toml").write_text(bargain)
    with tracker.open(tmp_path / "config.toml", clock=clock) as t:
        t.load()
        (mine,) = t.explain("toll-free").links
        (theirs,) = t.explain("no-new-tax").links
        assert (mine.commitment, mine.stated_here, mine.state) == ("no-new-tax", True, "active")
        assert (theirs.commitment, theirs.stated_here, theirs.state) == ("toll-free", False, "conditional")


def test_changes_tell_each_step_once(t: Tracker, clock: Clock) -> None:
    """From a position to the head: what stood before, what stands now, and why."""
    head = t.head()
    clock.moment = datetime(2024, 7, 1, tzinfo=UTC)
    t.record("open-bridge", Fulfilled(because="opened by the mayor"), "2024-05-20")
    changes = list(t.changes(head))
    assert [(c.commitment, c.before and c.before.state, c.after.state) for c in changes] == [
        ("open-bridge", "active", "fulfilled"),
        ("toll-free", "conditional", "active"),
    ]
    assert changes[0].because[0].because == "opened by the mayor"
    assert list(t.changes(t.head())) == []


def test_a_deadline_is_swept_once_and_waits_for_a_person(t: Tracker, clock: Clock) -> None:
    """The clock takes a passed deadline down once; it is no verdict, it is in the inbox."""
    clock.moment = datetime(2025, 1, 2, tzinfo=UTC)
    assert "overdue" in t.commitment("open-bridge").flags  # right before the sweep ran, too
    assert t.sweep() == 1
    assert t.sweep() == 0
    assert t.commitment("open-bridge").status == "pending"
    assert [(item.commitment, item.kind) for item in t.inbox()] == [("open-bridge", "deadline")]


def test_a_lapse_then_a_late_act_is_remedied_not_mended(t: Tracker, clock: Clock) -> None:
    """A lapse occurred at the deadline whenever it is judged, and the late act marks it remedied."""
    clock.moment = datetime(2025, 6, 1, tzinfo=UTC)
    lapse = Violated(manner=Manner.LAPSE, because="nothing was opened")
    t.record("open-bridge", lapse, datetime(2025, 1, 1, tzinfo=UTC))
    t.record("open-bridge", Fulfilled(because="opened at last"), "2025-05-01")
    late = t.commitment("open-bridge")
    assert (late.status, late.flags) == ("violated", ("remedied",))
    assert t.commitment("open-bridge", as_of="2025-03-01").flags == ()


def test_unknown_ids_and_dates_are_told_in_one_line(t: Tracker) -> None:
    """A near miss is named; a text that is no date says how to write one."""
    with pytest.raises(UnknownCommitment, match="did you mean 'open-bridge'"):
        t.commitment("open-brigde")
    with pytest.raises(BadDate, match="is no date"):
        t.board(as_of="yesterdayish")
    with pytest.raises(UserError, match="no status and no state"):
        t.board(only="fulfiled")
    with pytest.raises(UnknownCommitment, match="did not exist then"):
        t.commitment("open-bridge", as_of="2023-01-01")


def test_board_filters_by_party_and_status(t: Tracker) -> None:
    """`party` looks at both sides, `only` at status or state."""
    assert len(t.board(party="voters")) == 3
    assert [row.id for row in t.board(only="conditional")] == ["toll-free"]


def test_the_chain_verifies(t: Tracker) -> None:
    """Every hash follows from the one before it."""
    assert t.verify().position == t.head()


def test_a_mistyped_table_or_key_is_named(tmp_path: Path) -> None:
    """Unknown keys and wrong types say where they are and what may be meant."""
    path = tmp_path / "config.toml"
    for text, message in [
        ("[polcy]\n", r"unknown table \[polcy\] \(did you mean 'policy'\?\)"),
        ("[policy]\norigin = 2\n", r"\[policy\]: unknown key 'origin' \(did you mean 'origins'\?\)"),
        ('[policy]\norigins = "2"\n', r"\[policy\]: origins: must be a whole number, not '2'"),
        ('[tracker]\ndurable = "true"\n', r"\[tracker\]: durable: must be true or false, not 'true'"),
        ('[[feed]]\nname = ["x"]\nurl = "x.xml"\n', r"\[\[feed\]\] 'no. 1': name: must be a text in quotes"),
        ('[[source]]\nname = "X"\nreliability = "G"\n', r"\[\[source\]\] 'X': reliability: 'G' is none of"),
        ('[tracker]\nzone = "Asia/Soul"\n', r"\[tracker\]: zone: 'Asia/Soul' is no time zone"),
        ("[tracker\n", "no valid TOML"),
    ]:
        path.write_text(text)
        with pytest.raises(ConfigError, match=message):
            tracker.open(path)


def test_the_environment_overrides_and_its_mistakes_are_its_own(tmp_path: Path) -> None:
    """`TRACKER_<TABLE>_<KEY>` is read as the type of the key; a wrong one names the variable."""
    path = tmp_path / "config.toml"
    path.write_text('[fetch]\ntimeout = 5\n[tracker]\nzone = "UTC"\n')
    good = {"TRACKER_FETCH_TIMEOUT": "2.5", "TRACKER_TRACKER_DURABLE": "false"}
    with Tracker(Config.load(path, good)) as t:
        assert (t.fetch_settings.timeout, t.database.durable, t.zone) == (2.5, False, "UTC")
    for name, text, message in [
        ("TRACKER_FETCH_TIMEOUT", "soon", "must be a number, not 'soon'"),
        ("TRACKER_POLICY_ORIGINS", "2.5", "must be a whole number, not '2.5'"),
        ("TRACKER_TRACKER_DURABLE", "maybe", "must be true or false, not 'maybe'"),
        ("TRACKER_TRACKER_DOSSIERS", "x.toml", "must be a list, which only the file can hold"),
    ]:
        with pytest.raises(ConfigError, match=f"environment variable {name}: {message}"):
            Tracker(Config.load(path, {name: text}))


def test_an_unwritable_database_folder_is_named(tmp_path: Path) -> None:
    """The folder and the mend are in the line, and nothing is made."""
    path = tmp_path / "config.toml"
    path.write_text('[tracker]\ndatabase = "missing/tracker.sqlite3"\n')
    with pytest.raises(LogUnavailable, match=r"make the folder: .*missing"):
        tracker.open(path)
    assert not (tmp_path / "missing").exists()
