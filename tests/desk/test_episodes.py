"""One verdict for each episode, not for each article; and other settings for some commitments."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve as but
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.test_cli import run
from tests.desk.press import press
from tests.desk.whatif_logs import BREAD, BRIDGE, Life, Report, life
from tracker.commitments.events import Manner, Violated
from tracker.commitments.policy import Lapse, Override, PolicySettings
from tracker.config import Config
from tracker.errors import ConfigError
from tracker.evidence.finding import Relation
from tracker.evidence.grade import Reliability

PAIR = PolicySettings(enabled=True)
ORIGINS = ("ap", "tass", "yonhap", "dpa", "efe", "ansa", "lusa", "anadolu", "kyodo", "xinhua")
ENDLESS = ("bread", "refrain", "")


def breach(origin: str, day: int) -> Report:
    """A report of a breach on a day of January."""
    return Report("bread", origin, on=f"2024-01-{day:02}", relation=Relation.VIOLATES)


def first(log: Life) -> None:
    """Ten articles of one breach over two days, as they come in."""
    for number, origin in enumerate(ORIGINS):
        log.find(breach(origin, 10 + number % 2))


def breaches(log: Life) -> list[str]:
    """When each breach that was recorded happened."""
    facts = log.t.log(types=("Violated",), stream="commitment/bread")
    return [str(fact.occurred) for fact in facts]


def test_ten_articles_of_one_breach_are_one_verdict() -> None:
    """The other eight say what is known."""
    with life(PAIR, (ENDLESS,)) as log:
        first(log)
        row = log.t.commitment("bread")
        assert (row.status, row.breaches, breaches(log)) == ("violated", 1, ["2024-01-10"])


def test_a_breach_two_weeks_later_is_a_second_one_and_a_late_article_no_third(shared_url: str) -> None:
    """It is kept beside the first, with its own findings; `since` stays that of the first."""
    with life(PAIR, (ENDLESS,), shared_url) as log:
        first(log)
        log.wait(14)
        log.find(breach("ap", 25))
        assert log.t.commitment("bread").breaches == 1
        log.find(breach("tass", 24), breach("dpa", 25))
        row = log.t.commitment("bread")
        assert (row.breaches, str(row.since), breaches(log)) == (
            2,
            "2024-01-10",
            ["2024-01-10", "2024-01-25"],
        )
        log.find(breach("efe", 11), breach("lusa", 12), breach("kyodo", 26))
        assert len(breaches(log)) == 2
        assert log.t.rejudge(PAIR).differences == ()
        reasons = log.t.explain("bread").reasons
        assert [len(reason.findings) for reason in reasons] == [2, 3]


def test_a_breach_that_a_person_recorded_is_an_episode_too() -> None:
    """What the papers then tell of it decides nothing more; once it is taken back, they do."""
    with life(PAIR, (ENDLESS,)) as log:
        log.wait(1)
        by_hand = Violated(because="seen", manner=Manner.BREACH)
        fact = log.t.record("bread", by_hand, "2024-01-11").fact
        log.find(breach("ap", 10), breach("tass", 11))
        assert breaches(log) == ["2024-01-11"]
        log.wait(0)
        log.t.retract(fact.id, "another bread was meant")
        log.find(breach("dpa", 11))
        assert breaches(log) == ["2024-01-11", "2024-01-11"]
        assert log.t.commitment("bread").breaches == 1


@settings(max_examples=15, deadline=None)
@given(st.permutations([breach(origin, day) for day in (10, 25) for origin in ORIGINS[:4]]))
def test_two_episodes_are_two_breaches_in_whatever_order_they_are_told(order: list[Report]) -> None:
    """Article by article, mixed, late ones first."""
    with life(PAIR, (ENDLESS,)) as log:
        log.wait(30)
        for report in order:
            log.find(report)
        assert sorted(breaches(log)) == ["2024-01-10", "2024-01-25"]
        assert log.t.commitment("bread").breaches == 2


def test_a_commitment_can_have_settings_of_its_own() -> None:
    """On for one, stricter for another, as in `[policy]` for the rest; the verdict carries theirs."""
    own = but(
        PolicySettings(),
        override=(
            Override(commitments=("bread",), enabled=True),
            Override(commitments=("bridge",), origins=3),
        ),
    )
    with life(own, (BRIDGE, BREAD)) as log:
        log.find(breach("ap", 10), breach("tass", 10), Report("bridge", "ap"), Report("bridge", "tass"))
        assert {row.id: row.state for row in log.t.board()} == {"bridge": "active", "bread": "violated"}
        (fact,) = log.t.log(types=("Violated",))
        assert isinstance(fact.event, Violated)
        assert fact.event.settings == PAIR.hash == own.of("bread").hash
        assert log.t.rejudge(own).differences == ()
        on = but(own, enabled=True)
        assert [each.commitment for each in log.t.rejudge(PAIR).differences] == ["bridge"]
        assert log.t.rejudge(on).differences == ()  # three origins for the bridge
        assert [each.commitment for each in log.t.rejudge(PolicySettings()).differences] == ["bread"]


def test_settings_without_overrides_are_the_ones_they_were() -> None:
    """Their hash stands in verdicts and in the log; of nobody else's commitments anything changes."""
    assert PolicySettings().hash == "3e122aeb621616f7"
    assert PAIR.of("anything") is PAIR
    own = but(PAIR, override=(Override(commitments=("x",), lapse=Lapse.VIOLATE, reliability=Reliability.A),))
    assert own.of("y") == PAIR and own.hash != PAIR.hash
    assert own.of("x") == but(PAIR, lapse=Lapse.VIOLATE, reliability=Reliability.A)
    assert own.decides and not PolicySettings().decides


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            {"commitments": ["x"], "origin": 3},
            "override, item 1: unknown key 'origin' (did you mean 'origins'",
        ),
        ({"commitments": []}, "override, item 1: commitments: must name at least one"),
        ({"origins": 3}, "override, item 1: 'commitments' is missing"),
        ({"commitments": ["x"], "origins": 0}, "origins: 0 must be at least 1"),
        ({"commitments": ["x"], "reliability": "F"}, "F means 'cannot be judged'"),
        ({"commitments": ["x", "x"]}, "x must be in one [[policy.override]] only"),
    ],
)
def test_a_wrong_override_is_told_with_its_place(table: dict[str, object], told: str) -> None:
    """As every other key of the config."""
    config = Config("config.toml", Path(), {"policy": {"override": [table]}}, {})
    with pytest.raises(ConfigError) as caught:
        config.section("policy", PolicySettings)
    assert "config.toml: [policy]" in str(caught.value) and told in str(caught.value)


def test_an_override_of_nobody_is_named_when_dossiers_are_loaded(tmp_path: Path) -> None:
    """A mistyped id would otherwise leave a commitment to the general settings, unnoticed."""
    from tests.desk.press import dossier

    (tmp_path / "harbour.toml").write_text(dossier())
    override = '[[policy.override]]\ncommitments = ["brigde"]\nenabled = true\n'
    (tmp_path / "config.toml").write_text('[tracker]\ndossiers = ["harbour.toml"]\n' + override)
    done = run("load", cwd=tmp_path)
    assert done.returncode == 0
    assert "[[policy.override]] names 'brigde', which is no commitment (did you mean 'bridge'?)" in (
        done.stdout + done.stderr
    )


def test_the_policy_is_the_same_over_real_documents() -> None:
    """One article is not two, however often the same house prints it."""
    from tests.desk.press import Story

    with press(policy={"override": [{"commitments": ["fees"], "enabled": True}]}) as desk:
        desk.load(fees=True)
        raised = "Port authority raises mooring fees"
        desk.print(*(Story(f"{raised}, part {number}", on="2024-03-05") for number in range(5)))
        assert desk.statuses()["fees"] == "active"
        desk.print(Story(raised, by="Courier", on="2024-03-05"), Story(raised, by="Herald", on="2024-03-05"))
        assert desk.statuses() == {"bridge": "active", "fees": "violated"}
        assert desk.t.commitment("fees").breaches == 1


def test_a_further_breach_waits_for_a_person_where_no_rule_decides() -> None:
    """Echoes of the last one do not; and a further one disputes nothing."""
    with life(PolicySettings(), (ENDLESS,)) as log:
        log.find(breach("ap", 10))
        log.wait(0)
        log.t.review_accept(f"{1:032x}")
        log.find(breach("tass", 10), breach("dpa", 12))
        assert log.t.commitment("bread").to_review == 0
        log.wait(14)
        log.find(breach("ap", 25))
        row = log.t.commitment("bread")
        assert (row.status, row.to_review, row.flags) == ("violated", 1, ())
        assert [item.kind for item in log.t.inbox()] == ["finding"]
        log.wait(0)
        log.t.review_accept(f"{4:032x}")
        row = log.t.commitment("bread")
        assert (row.breaches, row.to_review) == (2, 0)
