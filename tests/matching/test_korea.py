"""The watch profiles of the Korea dossier, on headlines of our own."""

# ruff: noqa: E501 -- a table reads best with one case a line

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tracker.evidence.finding import Match
from tracker.evidence.profile import Concept, WatchProfile
from tracker.matching import Matcher

_SEEDS = Path(__file__).parents[2] / "seeds"


@cache
def matcher() -> Matcher:
    """The profiles as they stand in the seeds, wherever they live there."""
    for path in (_SEEDS / "korea-2018.watch.toml", _SEEDS / "korea-2018.toml"):
        tables = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if "watch" in tables:
            break
    concepts = [Concept(c["name"], tuple(c["variants"]), c.get("party")) for c in tables["concept"]]
    profiles = [
        WatchProfile(name, **{key: tuple(value) for key, value in watch.items() if key != "for"})
        for watch in tables["watch"]
        for name in watch["for"]
    ]
    return Matcher(concepts, profiles)


def findings(text: str, on: str) -> dict[str, Match]:
    """Commitment -> match."""
    published = datetime.fromisoformat(on).replace(hour=3, tzinfo=UTC)
    return {m.commitment: m for m in matcher().match(text, published=published, zone="Asia/Seoul")}


DONE = [
    ("2018-05-09", "North Korea frees three Americans ahead of summit", "dprk-release-detainees-kim-dong-chul", "fulfils"),
    ("2018-05-09", "Three Americans held in North Korea are on their way home with Pompeo", "dprk-release-detainees-kim-hak-song", "fulfils"),
    ("2018-05-10", "Trump greets freed Americans after night flight from Pyongyang", "dprk-release-detainees-kim-sang-duk", "fulfils"),
    ("2018-05-09", "US detainees released by Pyongyang", "dprk-release-detainees-kim-dong-chul", "fulfils"),
    ("2018-05-09", "Pompeo leaves North Korea\nThe secretary of state departed Pyongyang with the three Americans on Wednesday.", "dprk-release-detainees-kim-dong-chul", "fulfils"),
    ("2018-05-09", "Kim Jong Un grants amnesty\nKim Dong-chul, Kim Hak-song and Tony Kim were handed over to Mike Pompeo.", "dprk-release-detainees-kim-dong-chul", "fulfils"),
    ("2018-05-24", "North Korea demolishes Punggye-ri nuclear test site", "dprk-shut-test-site", "fulfils"),
    ("2018-05-25", "Pyongyang says nuclear test site was dismantled as reporters watched", "dprk-shut-test-site", "fulfils"),
    ("2018-05-24", "North Korea has blown up its nuclear test site, journalists at the scene report", "dprk-shut-test-site", "fulfils"),
    ("2018-05-15", "North Korea begins dismantling nuclear test site, images show", "dprk-shut-test-site", "partly fulfils"),
    ("2018-05-24", "Three tunnels blown up at North Korean nuclear test site", "dprk-shut-test-site", "partly fulfils"),
    ("2018-04-01", "South Korea and US begin joint military drills", "us-rok-resume-exercises", "fulfils"),
    ("2018-04-01", "Foal Eagle kicks off: US and South Korean troops start delayed exercise", "us-rok-resume-exercises", "fulfils"),
    ("2018-04-02", "Postponed Seoul-Washington war games get under way", "us-rok-resume-exercises", "fulfils"),
    ("2018-04-20", "Two Koreas open hotline between their leaders", "koreas-hotline", "fulfils"),
    ("2018-04-20", "Direct phone line between Moon and Kim installed and tested", "koreas-hotline", "fulfils"),
    ("2018-04-20", "Leaders' hotline connected, Blue House says", "koreas-hotline", "fulfils"),
    ("2018-04-27", "Kim and Moon meet at Panmunjom", "koreas-april-summit", "fulfils"),
    ("2018-04-27", "North Korean leader crosses border to meet Moon", "koreas-april-summit", "fulfils"),
    ("2018-04-27", "Leaders of the two Koreas shake hands at the border", "koreas-april-summit", "fulfils"),
    ("2018-04-27", "Inter-Korean summit opens in the Peace House", "koreas-april-summit", "fulfils"),
    ("2018-02-09", "Athletes of both Koreas march together at Olympic opening ceremony", "koreas-olympic-march", "fulfils"),
    ("2018-02-09", "Koreas enter Olympic stadium under one flag", "koreas-olympic-march", "fulfils"),
    ("2018-02-10", "Joint Korean women's hockey team loses 8-0 to Switzerland", "koreas-joint-hockey-team", "fulfils"),
    ("2018-02-10", "Unified Korean ice hockey team makes debut at Games", "koreas-joint-hockey-team", "fulfils"),
    ("2018-02-09", "North Korean athletes compete at Winter Olympics", "dprk-olympic-participation", "fulfils"),
    ("2018-02-07", "North Korean delegation arrives in South for Olympics", "dprk-olympic-participation", "fulfils"),
    ("2018-06-14", "Koreas hold general-level military talks at Panmunjom", "koreas-military-talks", "fulfils"),
    ("2018-06-14", "Generals from North and South Korea meet for first time in a decade", "koreas-military-talks", "fulfils"),
    ("2018-06-12", "Trump and Kim meet in Singapore", "us-dprk-summit", "fulfils"),
    ("2018-06-12", "Trump shakes hands with Kim Jong Un at historic summit", "us-dprk-summit", "fulfils"),
    ("2018-05-24", "Trump calls off Singapore summit with Kim", "us-dprk-summit", "violates"),
    ("2018-05-24", "US president scraps June meeting with Kim Jong Un", "us-dprk-summit", "violates"),
    ("2017-12-29", "North Korea fires ballistic missile over Japan", "dprk-pause-tests", "violates"),
    ("2018-05-01", "Pyongyang carries out nuclear test", "dprk-moratorium-icbm", "violates"),
    ("2018-05-01", "North Korea test-fires intercontinental ballistic missile", "dprk-moratorium-icbm", "violates"),
    ("2018-05-01", "A North Korean missile was launched early on Tuesday, Seoul's military says", "dprk-pause-tests", "violates"),
    ("2018-12-01", "Koreas declare an end to the Korean War", "koreas-end-war-declaration", "fulfils"),
    ("2018-12-01", "Koreas sign peace treaty", "koreas-peace-treaty", "fulfils"),
    ("2018-06-01", "US lifts sanctions on North Korea", "us-keep-sanctions", "violates"),
    ("2018-06-01", "US withdraws troops from South Korea", "us-keep-forces", "violates"),
    ("2018-06-01", "North Korea gives up its nuclear weapons", "dprk-denuclearize", "fulfils"),
    ("2018-06-01", "Pompeo and Kim discuss denuclearisation in Pyongyang", "dprk-discuss-denuclearization", "fulfils"),
    ("2018-06-01", "Washington seeks regime change in North Korea, Bolton says", "us-no-regime-change", "violates"),
]  # fmt: skip

NOT_DONE = [
    ("2018-05-03", "Three Americans held in North Korea to be freed today, Giuliani says"),
    ("2018-05-03", "North Korea will release three Americans on Thursday"),
    ("2018-05-03", "Trump hints at release of Americans detained in North Korea"),
    ("2018-05-03", "Has North Korea freed the three Americans?"),
    ("2018-05-04", "State Department cannot confirm North Korea has released detainees"),
    ("2018-05-04", "Families of three Americans held in North Korea wait for news"),
    ("2018-05-04", "North Korea moves three American detainees to hotel, activist says"),
    ("2018-04-21", "North Korea to close nuclear test site"),
    ("2018-04-29", "Kim vows to shut nuclear test site in May with experts watching"),
    ("2018-05-12", "North Korea sets date for dismantling of nuclear test site"),
    ("2018-05-20", "Journalists travel to North Korea ahead of nuclear test site closure"),
    ("2018-04-30", "North Korea's nuclear test site has collapsed and is unusable, Chinese geologists believe"),
    ("2018-03-20", "US and South Korea to resume joint military drills on 1 April"),
    ("2018-03-20", "US and South Korea start joint military exercises on 1 April, Pentagon says"),
    ("2018-01-04", "US and South Korea agree to delay joint military drills until after Olympics"),
    ("2018-03-15", "China and Russia hold joint military drills"),
    ("2018-03-06", "Koreas agree to set up hotline between leaders"),
    ("2018-03-06", "Kim and Moon to meet at Panmunjom in April"),
    ("2018-04-18", "Kim and Moon will hold summit next week"),
    ("2018-02-10", "Moon meets Kim Jong Un's sister in Seoul"),
    ("2018-03-26", "Kim Jong Un meets Xi Jinping in Beijing"),
    ("2018-03-08", "Trump agrees to meet Kim by May"),
    ("2018-05-10", "Trump and Kim to meet in Singapore on 12 June"),
    ("2018-05-16", "North Korea threatens to cancel summit with Trump"),
    ("2018-05-22", "Trump says summit with Kim may be delayed"),
    ("2018-04-10", "India test-fires ballistic missile"),
    ("2018-04-10", "Iran launches missile, and Washington looks to North Korea"),
    ("2018-05-10", "Iranian missile test worries South Korea more than North"),
    ("2018-04-21", "North Korea suspends nuclear and missile tests"),
    ("2018-04-22", "North Korea has not launched a missile since November"),
    ("2018-05-01", "If North Korea fires a missile, talks are off, Bolton warns"),
    ("2018-04-20", "A year ago North Korea fired a missile on the eve of talks"),
    ("2018-02-13", "US tests missile defence system aimed at North Korea"),
    ("2018-04-27", "Koreas to declare end of Korean War this year"),
    ("2018-04-27", "Korean leaders pledge to seek peace treaty"),
    ("2018-05-04", "Trump denies plan to withdraw troops from South Korea"),
    ("2018-05-03", "Trump orders Pentagon to consider reducing US troops in South Korea"),
    ("2018-05-13", "US will lift sanctions if North Korea gives up nuclear weapons, Pompeo says"),
    ("2018-05-02", "US eases sanctions on Russia; North Korea watches"),
    ("2018-05-16", "North Korea rejects giving up its nuclear weapons"),
    ("2018-05-17", "US does not seek regime change in North Korea"),
    ("2018-01-17", "Koreas to march together at Olympics"),
    ("2018-01-20", "Koreas agree on joint women's ice hockey team"),
    ("2018-06-01", "Opinion: Kim gives up nuclear weapons, and pigs fly"),
]  # fmt: skip


@pytest.mark.parametrize(("on", "text", "commitment", "relation"), DONE)
def test_done(on: str, text: str, commitment: str, relation: str) -> None:
    """A report of the act is an act."""
    match = findings(text, on).get(commitment)
    assert match is not None
    assert (match.relation.value, match.factuality.value) == (relation, "actual"), match.cues
    assert match.occurred is not None


@pytest.mark.parametrize(("on", "text"), NOT_DONE)
def test_not_done(on: str, text: str) -> None:
    """Plans, threats, denials, questions, look-alikes and other countries' acts decide nothing."""
    acts = {
        name: (match.relation.value, match.factuality.value, match.cues)
        for name, match in findings(text, on).items()
        if match.factuality.value == "actual" and match.relation.value != "context"
    }
    assert not acts


def test_a_border_line_is_no_line_between_leaders() -> None:
    """Two promises, and the article of one says nothing of the other."""
    found = findings("North Korea reopens border hotline with South", "2018-01-03")
    told = {name: (match.relation.value, match.factuality.value) for name, match in found.items()}
    assert told["koreas-border-hotline"] == ("fulfils", "actual")
    assert told.get("koreas-hotline", ("context", ""))[0] == "context"


def test_only_the_exact_scope_breaks_the_moratorium() -> None:
    """A short-range launch breaks the pause as Seoul told it, not Pyongyang's own moratorium."""
    found = findings("North Korea fires short-range missile", "2018-05-05")
    assert found["dprk-pause-tests"].relation.value == "violates"
    assert "dprk-moratorium-icbm" not in found
