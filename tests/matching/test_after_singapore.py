"""The watch profiles of what was promised from Singapore on, on headlines of our own."""

# ruff: noqa: E501 -- a table reads best with one case a line

from __future__ import annotations

import pytest

from tests.matching.test_korea import findings

DONE = [
    ("2018-06-20", "Seoul and Washington call off their August war games", "us-suspend-large-exercises", "fulfils"),
    ("2018-10-20", "Vigilant Ace scrapped: US and South Korea drop another joint exercise", "us-suspend-large-exercises", "fulfils"),
    ("2019-08-05", "US and South Korean troops start combined drill in spite of Kim's protest", "us-suspend-large-exercises", "violates"),
    ("2018-07-27", "Pyongyang gives back remains of Korean War soldiers", "dprk-return-remains", "fulfils"),
    ("2018-07-28", "Transport plane with 55 boxes of war dead lands at Osan after flight from Wonsan", "dprk-return-remains", "fulfils"),
    ("2018-07-24", "North Korea taking apart engine test stand at Sohae, pictures from space show", "dprk-dismantle-sohae", "partly fulfils"),
    ("2019-03-06", "North Korea rebuilds launch pad at Tongchang-ri, institute says", "dprk-dismantle-sohae", "violates"),
    ("2019-02-28", "Kim and Trump walk out of Hanoi summit without a deal", "us-dprk-second-summit", "fulfils"),
    ("2019-02-27", "Trump greets Kim at the start of second summit in Vietnam", "us-dprk-second-summit", "fulfils"),
    ("2018-09-14", "Two Koreas inaugurate liaison office at Kaesong", "koreas-liaison-office", "fulfils"),
    ("2019-03-22", "North Korea pulls its people out of the liaison office", "koreas-keep-liaison-office", "violates"),
    ("2020-06-16", "North Korea demolishes liaison office with a blast", "koreas-keep-liaison-office", "violates"),
    ("2018-05-01", "South Korean soldiers take down border loudspeakers", "koreas-stop-loudspeakers", "fulfils"),
    ("2018-10-25", "Guns and guard posts withdrawn from truce village by both Koreas", "koreas-disarm-jsa", "fulfils"),
    ("2018-11-20", "North Korea blows up ten of its guard posts in the DMZ", "koreas-remove-guard-posts", "partly fulfils"),
    ("2018-10-20", "Koreas finish clearing mines at Panmunjom", "koreas-clear-mines", "fulfils"),
    ("2019-11-25", "Seoul protests North Korean artillery firing near border islet", "koreas-refrain-hostile-acts", "violates"),
    ("2018-07-17", "Military hotline between the Koreas fully restored", "koreas-border-hotline", "fulfils"),
    ("2020-06-09", "North Korea cuts every phone line to the South", "koreas-border-hotline", "violates"),
    ("2018-06-22", "Washington extends its North Korea sanctions by a year", "us-keep-sanctions", "fulfils"),
    ("2018-11-20", "US Treasury sanctions shipping firm over North Korean oil", "us-keep-sanctions", "fulfils"),
    ("2019-03-22", "Trump's tweet cancelling North Korea sanctions surprises his aides", "us-keep-sanctions", "violates"),
    ("2017-09-29", "China orders North Korean restaurants to close", "china-enforce-sanctions", "fulfils"),
    ("2018-10-01", "Chinese tankers caught selling oil to North Korea at sea", "china-enforce-sanctions", "violates"),
    ("2018-01-26", "North Korea shipped coal through Russia in spite of the ban", "russia-enforce-sanctions", "violates"),
    ("2018-08-22", "North Korea has not halted its nuclear programme, inspectors find", "dprk-denuclearize", "violates"),
    ("2018-07-01", "North Korea still producing bomb fuel at hidden plant, officials say", "dprk-denuclearize", "violates"),
    ("2019-08-02", "Trump plays down North Korea's latest missile launch", "dprk-pause-tests", "violates"),
    ("2019-05-04", "Projectiles fired from North Korea's east coast", "dprk-pause-tests", "violates"),
]  # fmt: skip


@pytest.mark.parametrize(("on", "text", "commitment", "relation"), DONE)
def test_done(on: str, text: str, commitment: str, relation: str) -> None:
    """What the headline says was done is found, as a fact."""
    found = findings(text, on).get(commitment)
    assert found is not None
    assert (found.relation.value, found.factuality.value) == (relation, "actual")


NOT_DONE = [
    ("2018-06-12", "Trump says he will end war games with South Korea"),
    ("2018-08-28", "Mattis sees no plan to suspend more drills with Seoul"),
    ("2018-06-25", "North Korea yet to hand over remains of US soldiers"),
    ("2018-06-22", "No sign that North Korea is dismantling its launch site"),
    ("2019-02-06", "Trump to meet Kim in Vietnam at the end of the month"),
    ("2019-02-19", "US considers exchange of liaison officers with North Korea"),
    ("2018-12-01", "Moon hopes that Kim will visit Seoul before the year is out"),
    ("2018-09-19", "Koreas agree to remove guard posts along the border"),
    ("2018-06-14", "Pompeo rules out easing sanctions on North Korea before it disarms"),
    ("2018-09-18", "Washington accuses Moscow of breaking sanctions on North Korea"),
    ("2018-12-14", "North Korea warns that sanctions could end denuclearisation for good"),
    ("2019-01-30", "Spy chief doubts that North Korea will give up its nuclear weapons"),
    ("2019-03-09", "Trump would be let down if North Korea tested missiles again"),
    ("2018-11-01", "Russia asks UN to lift some sanctions on North Korea"),
]


@pytest.mark.parametrize(("on", "text"), NOT_DONE)
def test_not_done(on: str, text: str) -> None:
    """Plans, denials, demands, accusations and doubts decide nothing."""
    acts = {
        name: (match.relation.value, match.cues[-1])
        for name, match in findings(text, on).items()
        if match.factuality.value == "actual" and match.relation.value != "context"
    }
    assert not acts


def test_officers_are_no_office() -> None:
    """The two have one stem."""
    found = findings("US and North Korea discuss liaison officers", "2019-02-19")
    assert "koreas-liaison-office" not in found
