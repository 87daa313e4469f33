"""`scorecard` and `upcoming`: who owes what, who broke it, and what is due; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import asdict

from tests.api.harbour import Harbour
from tests.rounds.test_rounds import DOSSIER
from tracker.api import Tracker
from tracker.commitments.events import Accepted, Fulfilled, Manner, Released, Violated
from tracker.errors import UserError

HEAD = (
    DOSSIER[: DOSSIER.index("[[commitment]]")]
    + """
[[party]]
id = "city"
name = "The city"

[[party]]
id = "fishers"
name = "The fishers"
"""
)


def promise(name: str, kind: str, debtor: str, more: str = "", accepted: bool = True) -> str:
    """A commitment of a dossier, accepted by all its debtors on 2 January 2024."""
    told = (
        f'[[commitment]]\nid = "{name}"\ntitle = "{name}"\ndebtor = [{debtor}]\ncreditor = ["fishers"]\n'
        f'kind = "{kind}"\nconsequent = "it is so"\nvoice = "own"\nmade = "2024-01-01"\n'
        f'cites = "plan"\n{more}\n'
    )
    fact = '[[commitment.fact]]\ntype = "accepted"\noccurred = "2024-01-02"\nbecause = "agreed"\n'
    return told + (fact if accepted else "")


LATE = 'until = "2024-03-31"'
OPEN = 'review_on = "2030-01-01"'
CARD = HEAD + "".join(
    [
        promise("dredge", "achieve", '"port"', LATE),
        promise("no-dumping", "refrain", '"port", "city"', OPEN),
        promise("quiet-nights", "refrain", '"port"', OPEN),
        promise("lights", "achieve", '"port"', 'until = "2024-12-31"\nroll_up = "all"'),
        promise("north-light", "achieve", '"port"', 'part_of = "lights"'),
        promise("south-light", "achieve", '"port"', 'part_of = "lights"'),
        promise("museum", "achieve", '"city"', accepted=False),
        promise("ferry", "achieve", '"city"', 'until = "2024-07-15"'),
    ]
)


@pytest.fixture
def harbour(tmp_path: Path, shared_url: str) -> Harbour:
    """The harbour with those promises, on either database."""
    return Harbour(tmp_path, shared_url, CARD)


@pytest.fixture
def t(harbour: Harbour) -> Iterator[Tracker]:
    """On 3 June 2024, all promises loaded."""
    with harbour.opened() as t:
        yield t


def card(t: Tracker, **moments: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """By party what is not empty of its score."""
    return {
        score.party: {name: ids for name, ids in asdict(score).items() if ids and name != "party"}
        for score in t.scorecard(**moments)
    }


def test_only_what_was_accepted_counts_and_only_for_those_who_owe_it(t: Tracker) -> None:
    """A proposal is on no card, whatever becomes of it; a creditor has none; before acceptance nobody has."""
    assert card(t) == {
        "port": {
            "pending": ("dredge", "no-dumping", "quiet-nights", "lights"),
            "overdue": ("dredge",),
            "parts": ("north-light", "south-light"),
        },
        "city": {"pending": ("no-dumping", "ferry")},
    }
    t.record("museum", Fulfilled(because="it opened"), "2024-05-01")
    assert "museum" not in str(card(t))
    assert card(t, as_of="2024-01-01") == card(t, known_at="2024-01-01") == {}
    assert "overdue" not in card(t, as_of="2024-03-01")["port"]
    (city, _) = t.scorecard()
    assert (city.party, city.counts["pending"], city.counts["violated"]) == ("city", 2, 0)


def test_every_breach_is_blamed_on_who_committed_it(t: Tracker) -> None:
    """Joint debtors share the violation, not the blame; where nobody says who it was, nobody is blamed."""
    t.record("no-dumping", Violated(because="a barge"), "2024-02-01")
    assert card(t)["port"]["violated"] == card(t)["city"]["violated"] == ("no-dumping",)
    assert "breaches" not in card(t)["port"]
    t.record("no-dumping", Violated(by=("city",), because="a lorry"), "2024-02-02")
    t.record("no-dumping", Violated(by=("city", "port"), because="both"), "2024-02-03")
    for day in ("2024-02-01", "2024-02-05", "2024-02-09"):
        t.record("quiet-nights", Violated(because="a siren"), day)
    assert card(t)["city"]["breaches"] == ("no-dumping", "no-dumping")
    assert card(t)["port"]["breaches"] == ("no-dumping", *["quiet-nights"] * 3)
    assert card(t, as_of="2024-02-05")["port"]["breaches"] == ("no-dumping", *["quiet-nights"] * 2)


def test_a_retracted_verdict_is_off_the_card_and_stays_on_what_was_known(
    t: Tracker, harbour: Harbour
) -> None:
    """A retraction counts from when it was recorded."""
    done = t.record("quiet-nights", Violated(because="a siren"), "2024-02-01")
    harbour.now = datetime(2024, 6, 10, tzinfo=UTC)
    t.retract(done.fact.id, "it was the ferry's")
    assert "breaches" not in card(t)["port"]
    assert card(t, known_at="2024-06-05")["port"]["breaches"] == ("quiet-nights",)


def test_a_late_act_is_remedied_and_still_blamed(t: Tracker) -> None:
    """The lapse stays; what was done late stands beside it."""
    t.record("dredge", Fulfilled(because="done at last"), "2024-05-01")
    told = card(t)["port"]
    assert told["violated"] == told["remedied"] == told["breaches"] == ("dredge",)
    assert "overdue" not in told


def test_parts_count_in_their_whole_and_by_themselves_where_it_does_not_count(t: Tracker) -> None:
    """Two lights are one promise; once the whole is waived, each light is one."""
    t.record("north-light", Fulfilled(because="lit"), "2024-05-01")
    assert "fulfilled" not in card(t)["port"]
    t.record("south-light", Violated(manner=Manner.REPUDIATED, because="never"), "2024-05-02")
    told = card(t)["port"]
    assert (told["violated"], told["breaches"]) == (("lights",), ("lights",))
    assert told["parts"] == ("north-light", "south-light")
    t.record("lights", Released(by="fishers", because="let it be"), "2024-04-01")
    told = card(t)["port"]
    assert (told["closed"], told["fulfilled"]) == (("lights",), ("north-light",))
    assert (told["violated"], "parts" in told) == (("south-light",), False)


def test_acceptance_puts_a_promise_on_the_card_from_then_on(t: Tracker) -> None:
    """Not before, for an earlier day."""
    t.record("museum", Accepted(by="city", because="the council voted"), "2024-05-01")
    assert "museum" in card(t)["city"]["pending"]
    assert "museum" not in card(t, as_of="2024-04-30")["city"]["pending"]


def test_upcoming_are_the_deadlines_within_days_of_the_moment(t: Tracker, harbour: Harbour) -> None:
    """The next first, on either axis; a number of days that leads nowhere is told."""
    assert [row.id for row in t.upcoming(60)] == ["ferry"]
    assert [row.id for row in t.upcoming(365)] == ["ferry", "lights"]
    assert [row.id for row in t.upcoming(30, as_of="2024-03-10")] == ["dredge"]
    assert t.upcoming(365, known_at="2024-01-01") == ()
    before = harbour.now
    harbour.now = datetime(2024, 6, 10, tzinfo=UTC)
    t.record("ferry", Fulfilled(because="it sails"), "2024-06-05")
    assert t.upcoming(60) == ()
    assert [row.id for row in t.upcoming(60, known_at=before)] == ["ferry"]
    with pytest.raises(UserError, match="is no date"):
        t.upcoming(10**9)
