"""One phenomenon a sentence: which relation, how far a fact, and which words."""

# ruff: noqa: E501 -- a table reads best with one case a line

from __future__ import annotations

import pytest

from tests.matching.profiles import said, words

# commitment, text, relation, factuality, words (empty: the relation and factuality are the point)
ACTIVE = [
    ("release", "Sylvania frees three engineers", "fulfils", "actual", "frees three engineers"),
    ("release", "Sylvania has freed three engineers", "fulfils", "actual", "freed three engineers"),
    ("release", "Sylvania freed the three engineers", "fulfils", "actual", "freed … three engineers"),
    ("release", "Sylvania on Tuesday released all detainees", "fulfils", "actual", "released … detainees"),
    ("release", "Sylvania hands over prisoners to envoys", "fulfils", "actual", "hands over prisoners"),
    ("release", "North sets free three engineers", "fulfils", "actual", "sets free three engineers"),
    ("release", "Three engineers leave Sylvania", "fulfils", "actual", "Three engineers leave Sylvania"),
    ("release", "Sylvania has now quietly released its captives", "fulfils", "actual", "released … captives"),
    ("no-launch", "Sylvania fires missile into the sea", "violates", "actual", "fires missile"),
    ("no-launch", "Sylvania launched two rockets at dawn", "violates", "actual", "launched … rockets"),
    ("no-launch", "Sylvanian missile lands in the sea", "violates", "actual", "missile lands"),
    ("reactor", "Sylvania shuts down its reactor", "fulfils", "actual", "shuts down … reactor"),
    ("reactor", "Sylvania restarts ageing reactor", "violates", "actual", "restarts … reactor"),
    ("coal", "Ruritania closes last coal plant", "fulfils", "actual", "closes … coal plant"),
    ("coal", "Government approves new coal-fired power station", "violates", "actual",
     "approves … coal-fired power station"),
    ("tax", "Chancellor cuts income tax", "fulfils", "actual", "cuts income tax"),
    ("tax", "Ministers raised the fuel tax on Monday", "violates", "actual", "raised … fuel tax"),
    ("budget", "Parliament passes budget after long night", "fulfils", "actual", "passes budget"),
    ("budget", "Parliament voted down the budget", "violates", "actual", "voted down … budget"),
    ("budget", "Government submits budget", "meets condition", "actual", "submits budget"),
    ("election", "Ruritania holds first free election", "fulfils", "actual", "holds … election"),
    ("election", "Government called off the election", "violates", "actual", "called off … election"),
    ("ceasefire", "Rebels break ceasefire in the east", "violates", "actual", "break ceasefire"),
    ("ceasefire", "Army and rebels sign cease-fire", "fulfils", "actual", "sign cease-fire"),
    ("ceasefire", "The army breached the truce", "violates", "actual", "breached … truce"),
]  # fmt: skip

PASSIVE = [
    ("release", "Three engineers freed by Sylvania", "fulfils", "actual", "Three engineers freed"),
    ("release", "Three engineers have been freed, Sylvania confirms", "fulfils", "actual", ""),
    ("release", "Prisoners held in Sylvania were released", "fulfils", "actual", "Prisoners … released"),
    ("release", "The detainees were quietly handed over in Sylvania", "fulfils", "actual",
     "detainees … handed over"),
    ("no-launch", "Missile fired from Sylvania", "violates", "actual", "Missile fired"),
    ("no-launch", "A rocket was launched by Sylvania", "violates", "actual", "rocket … launched"),
    ("reactor", "Sylvanian reactor dismantled", "fulfils", "actual", "reactor dismantled"),
    ("coal", "Two coal plants were retired, the ministry said", "fulfils", "actual", "coal plants … retired"),
    ("tax", "Income tax cut at last", "fulfils", "actual", "Income tax cut"),
    ("tax", "The fuel tax was increased", "violates", "actual", "fuel tax … increased"),
    ("budget", "Budget approved by parliament", "fulfils", "actual", "Budget approved"),
    ("election", "Election postponed, government says", "violates", "actual", "Election postponed"),
    ("ceasefire", "Truce broken by rebels", "violates", "actual", "Truce broken"),
]  # fmt: skip

NOUNS = [
    ("release", "Washington hails release of prisoners by Sylvania", "fulfils", "actual", "release of prisoners"),
    ("release", "After the release of three engineers, Sylvania wants talks", "fulfils", "actual", ""),
    ("release", "Washington welcomes prisoners' release by Sylvania", "fulfils", "actual", "prisoners' release"),
    ("no-launch", "Neighbours condemn Sylvanian missile launch", "violates", "actual", "missile launch"),
    ("no-launch", "Markets fall after Sylvania missile test", "violates", "actual", "missile test"),
    ("release", "Talks on the release of prisoners drag on in Sylvania", "fulfils", "planned", ""),
    ("release", "Sylvania plans release of prisoners", "fulfils", "planned", "release of prisoners"),
    ("release", "Envoy calls for release of prisoners in Sylvania", "fulfils", "planned", ""),
    ("release", "Envoy demands prisoners' release from Sylvania", "fulfils", "planned", ""),
    ("reactor", "Sylvania rules out closure of reactor", "fulfils", "negated", "closure of reactor"),
    ("release", "No release of prisoners by Sylvania", "fulfils", "negated", ""),
    ("no-launch", "Sylvania halts missile launches", "violates", "negated", "missile launches"),
    ("no-launch", "Possible missile launch worries Sylvania's neighbours", "violates", "planned", ""),
    ("tax", "Reports of a cut to income tax", "context", "hedged", "income tax"),
]  # fmt: skip

NEGATED = [
    ("release", "Sylvania has not freed the prisoners", "fulfils", "negated", "freed … prisoners"),
    ("release", "Sylvania did not release prisoners", "fulfils", "negated", ""),
    ("release", "Sylvania hasn't freed the three engineers", "fulfils", "negated", ""),
    ("release", "Talks end with no high-level Sylvanian prisoners released", "fulfils", "negated", ""),
    (
        "no-launch",
        "Sylvania will stop rocket and missile launches",
        "violates",
        "negated",
        "missile launches",
    ),
    ("release", "Sylvania never released the captives", "fulfils", "negated", ""),
    ("release", "Sylvania refuses to free prisoners", "fulfils", "negated", ""),
    ("release", "Sylvania failed to release the prisoners", "fulfils", "negated", ""),
    ("release", "Sylvania denies it has freed prisoners", "fulfils", "negated", ""),
    ("release", "Sylvania denies that it released prisoners", "fulfils", "negated", ""),
    ("release", "None of the prisoners was freed by Sylvania", "fulfils", "negated", ""),
    ("no-launch", "No missile was launched by Sylvania", "violates", "negated", "missile … launched"),
    ("no-launch", "Sylvania has not launched a missile since March", "violates", "negated", ""),
    ("no-launch", "Sylvania refrains from testing missiles", "violates", "negated", ""),
    ("no-launch", "Sylvania ends the year without launching a missile", "violates", "negated", ""),
    ("no-launch", "Sylvania fired no missiles this year", "violates", "negated", ""),
    ("tax", "Government has not raised income tax", "violates", "negated", ""),
    ("budget", "Parliament did not pass the budget", "fulfils", "negated", ""),
    ("ceasefire", "Rebels deny breaking ceasefire", "violates", "negated", ""),
    ("coal", "Ruritania declines to close coal plant", "fulfils", "negated", ""),
    ("election", "The government won't cancel the election", "violates", "negated", ""),
    ("reactor", "Sylvania cannot shut down the reactor", "fulfils", "negated", ""),
]

PLANNED = [
    ("release", "Sylvania to free three engineers", "fulfils", "planned", "free three engineers"),
    ("release", "Sylvania will free three engineers", "fulfils", "planned", ""),
    ("release", "Sylvania'll free the prisoners", "fulfils", "planned", ""),
    ("release", "Three engineers to be freed by Sylvania", "fulfils", "planned", ""),
    ("release", "Prisoners will be released today, Sylvania says", "fulfils", "planned", ""),
    ("release", "Sylvania agrees to free prisoners", "fulfils", "planned", ""),
    ("release", "Sylvania is going to release the prisoners", "fulfils", "planned", ""),
    ("release", "Sylvania expected to release detainees", "fulfils", "planned", ""),
    ("release", "Washington urges Sylvania to free prisoners", "fulfils", "planned", ""),
    ("release", "Sylvania must free the prisoners, envoy says", "fulfils", "planned", ""),
    ("release", "Sylvania said it would release the captives", "fulfils", "planned", ""),
    ("release", "Sylvania considers freeing prisoners", "fulfils", "planned", ""),
    ("release", "Envoy hopes Sylvania frees the prisoners", "fulfils", "planned", ""),
    ("release", "Free the three engineers, envoy tells Sylvania", "fulfils", "planned", ""),
    ("release", "Envoys want to talk and have prisoners freed in Sylvania", "fulfils", "planned", ""),
    ("release", "A lawyer said that Sylvania was releasing prisoners today", "fulfils", "planned", ""),
    (
        "release",
        "Sylvania will stop its drills in the northern hills on Sunday and free the prisoners",
        "fulfils",
        "planned",
        "",
    ),
    ("release", "Sylvania is ready to hand over prisoners", "fulfils", "planned", ""),
    ("release", "Talks resume before Sylvania frees prisoners", "fulfils", "planned", ""),
    ("coal", "Ruritania will tax imports, close coal plants", "fulfils", "planned", "close coal plants"),
    ("coal", "Ruritania to shut coal plants by 2030", "fulfils", "planned", ""),
    ("coal", "Ministry promises to close coal plants", "fulfils", "planned", ""),
    ("tax", "Chancellor plans to cut income tax", "fulfils", "planned", ""),
    ("tax", "Income tax to be lowered", "fulfils", "planned", ""),
    ("budget", "Parliament will pass the budget and adopt reforms", "fulfils", "planned", ""),
    ("election", "Government to hold election on 3 June", "fulfils", "planned", ""),
    ("election", "Ruritania holds election on 3 June", "fulfils", "planned", "holds election"),
    ("election", "Ruritania holds election next month", "fulfils", "planned", ""),
    ("ceasefire", "Rebels and army set to sign ceasefire", "fulfils", "planned", ""),
    ("reactor", "Sylvania will meet inspectors and dismantle its reactor", "fulfils", "planned", ""),
]

THREATENED = [
    ("no-launch", "Sylvania threatens to launch missile", "violates", "threatened", "launch missile"),
    ("no-launch", "Sylvania vows to test rockets", "violates", "threatened", ""),
    ("election", "Government threatens to cancel election", "violates", "threatened", ""),
    ("ceasefire", "Rebels warn army of threat to break ceasefire", "violates", "threatened", ""),
    ("reactor", "Sylvania repeats its threat to restart the reactor", "violates", "threatened", ""),
]

CONDITIONAL = [
    ("no-launch", "If Sylvania launches a missile, talks are over", "violates", "conditional", ""),
    ("release", "Sylvania would free prisoners if sanctions ended", "fulfils", "conditional", ""),
    ("release", "Sylvania will free prisoners unless talks fail", "fulfils", "conditional", ""),
    ("release", "No talks until Sylvania frees the prisoners", "fulfils", "conditional", ""),
    ("tax", "Unless income tax is cut, growth will stall", "fulfils", "conditional", ""),
]

HEDGED = [
    ("release", "Sylvania may free prisoners", "fulfils", "hedged", ""),
    ("release", "Sylvania could release the three engineers", "fulfils", "hedged", ""),
    ("release", "Sylvania reportedly freed prisoners", "fulfils", "hedged", ""),
    ("release", "Sylvania is believed to have freed the prisoners", "fulfils", "hedged", ""),
    ("release", "Sylvania appears to have released the captives", "fulfils", "hedged", ""),
    ("no-launch", "Sylvania allegedly launched a missile", "violates", "hedged", ""),
    ("no-launch", "Analysts believe Sylvania fired a missile", "violates", "hedged", ""),
    ("no-launch", "Washington accuses Sylvania of testing missiles", "violates", "hedged", ""),
    ("no-launch", "Sylvania fires missile within weeks, analysts predict", "violates", "hedged", ""),
    ("ceasefire", "Rebels might sign ceasefire", "fulfils", "hedged", ""),
    ("coal", "Ruritania might close coal plants early", "fulfils", "hedged", ""),
]

QUESTIONS = [
    ("release", "Has Sylvania freed the prisoners?", "fulfils", "question", ""),
    ("release", "Will Sylvania free the prisoners", "fulfils", "question", ""),
    ("release", "Sylvania freed prisoners?", "fulfils", "question", ""),
    ("tax", "Did the chancellor cut income tax?", "fulfils", "question", ""),
    ("coal", "Should Ruritania close its coal plants?", "fulfils", "question", ""),
]

PAST = [
    ("no-launch", "In 2006 Sylvania launched a missile", "violates", "past", ""),
    ("no-launch", "Sylvania launched a missile last year", "violates", "past", ""),
    ("no-launch", "Sylvania fired a missile on 28 November 2017", "violates", "past", ""),
    ("no-launch", "Sylvania tested a missile ten years ago", "violates", "past", ""),
    ("no-launch", "Town marks anniversary of day Sylvania launched missile", "violates", "past", ""),
    ("no-launch", "Talks go on\nSylvania has launched six missiles in all.", "violates", "past", ""),
    ("release", "Sylvania used to free prisoners", "fulfils", "past", ""),
    ("election", "Ruritania held election in 1990", "fulfils", "past", ""),
]

COMMENTARY = [
    ("release", "Opinion: Sylvania frees prisoners and wins", "fulfils", "commentary", ""),
    ("release", "Why Sylvania freed the prisoners", "fulfils", "commentary", ""),
    ("release", "How Sylvania freed the prisoners", "fulfils", "commentary", ""),
    ("tax", "Analysis: Chancellor cuts income tax", "fulfils", "commentary", ""),
    ("no-launch", "Editorial: Sylvania fires missile\nSylvania fired a missile.", "violates", "commentary", ""),
    ("election", "Cancelled election: what to know\nRuritania cancelled the election.", "violates",
     "commentary", ""),
]  # fmt: skip

PARTLY = [
    ("reactor", "Sylvania begins dismantling reactor", "partly fulfils", "actual", "dismantling reactor"),
    ("reactor", "Sylvania has begun to dismantle the reactor", "partly fulfils", "actual", ""),
    ("reactor", "Sylvania starts shutting down reactor", "partly fulfils", "actual", ""),
    ("reactor", "Sylvania removed the core of its reactor", "partly fulfils", "actual",
     "removed … core … reactor"),
    ("reactor", "Sylvania has not begun to dismantle the reactor", "partly fulfils", "negated", ""),
    ("reactor", "Sylvania will begin to dismantle the reactor", "partly fulfils", "planned", ""),
    ("reactor", "Dismantling of Sylvanian reactor has begun", "partly fulfils", "actual", ""),
    ("coal", "Ruritania has started closing coal plants", "partly fulfils", "actual", ""),
]  # fmt: skip

IMPLIED = [
    ("release", "Sylvania managed to free the prisoners", "fulfils", "actual", ""),
    ("release", "Sylvania proceeds to release prisoners", "fulfils", "actual", ""),
    ("tax", "By cutting income tax, ministers won votes", "fulfils", "actual", ""),
    ("release", "After freeing three engineers, Sylvania asked for talks", "fulfils", "actual", ""),
    ("release", "Sylvania, which freed three engineers on Monday, wants talks", "fulfils", "actual", ""),
    ("tax", "The government won praise for cutting income tax", "fulfils", "actual", ""),
]

SCOPE = [
    ("release", "Sylvania did not attend but freed prisoners", "fulfils", "actual", ""),
    ("release", "Sylvania will not attend; it has freed prisoners", "fulfils", "actual", ""),
    ("release", "Drills with the U.S. The North freed prisoners", "fulfils", "actual", "freed prisoners"),
    ("release", "Gen. Alva of Sylvania freed the prisoners", "fulfils", "actual", ""),
    ("release", "Sylvania will talk, while it has freed prisoners", "fulfils", "actual", ""),
    ("release", "“Sylvania frees ‘three engineers’”", "fulfils", "actual", "frees ‘three engineers"),
    ("release", "Sylvania has freed the prisoners, who will fly home", "fulfils", "actual", ""),
    ("release", "Sylvania to free prisoners\nSylvania freed three engineers on Tuesday.", "fulfils", "actual",
     "freed three engineers"),
    ("release", "Sylvania denies it freed prisoners\nReports said Sylvania freed prisoners.", "fulfils", "negated",
     ""),
    ("release", "Prisoners, who were held in Sylvania, have been freed", "fulfils", "actual", "Prisoners … freed"),
    ("release", "Sylvania, the state media said, has freed the prisoners", "fulfils", "actual", ""),
    ("election", "Government calls off planned election", "violates", "actual", "calls off … election"),
]  # fmt: skip

CONTEXT = [
    ("release", "Families of prisoners in Sylvania wait", "context", "commentary", "prisoners"),
    ("no-launch", "Sylvania shows new missile at parade", "context", "commentary", "missile"),
    ("release", "Sylvania freed prisoners in promise of freedom", "context", "commentary", ""),
    ("no-launch", "Sylvania halts tests and displays of missiles", "context", "negated", ""),
    ("election", "Government cancels talks over election", "context", "planned", "election"),
    ("budget", "Cabinet quarrels over budget", "context", "commentary", "budget"),
]

ALL = [
    *ACTIVE, *PASSIVE, *NOUNS, *NEGATED, *PLANNED, *THREATENED, *CONDITIONAL, *HEDGED, *QUESTIONS, *PAST,
    *COMMENTARY, *PARTLY, *IMPLIED, *SCOPE, *CONTEXT,
]  # fmt: skip


@pytest.mark.parametrize(("commitment", "text", "relation", "factuality", "expected"), ALL)
def test_sentence(commitment: str, text: str, relation: str, factuality: str, expected: str) -> None:
    """A sentence is read as its one phenomenon demands."""
    match = said(text, commitment)
    assert match is not None
    assert (match.relation.value, match.factuality.value) == (relation, factuality), match.cues
    if expected:
        assert words(text, match) == expected


@pytest.mark.parametrize(
    ("commitment", "text"),
    [
        ("release", "Borduria frees three engineers"),
        ("release", "Three engineers freed by Borduria, not far from Sylvania's neighbours"),
        ("no-launch", "Borduria fires missile; Sylvania protests"),
        ("no-launch", "US launches missile as Sylvania watches"),
        ("coal", "Bordurian firm closes coal plant in Ruritania's neighbour"),
    ],
)
def test_another_actor_does_it(commitment: str, text: str) -> None:
    """What an excluded actor does neither keeps nor breaks the promise."""
    match = said(text, commitment)
    assert match is None or match.relation.value == "context"


@pytest.mark.parametrize(
    ("commitment", "text"),
    [
        ("release", "Sylvania frees political prisoner"),
        ("release", "Sylvania opens its border"),
        ("no-launch", "Sylvania launches inquiry"),
        ("no-launch", "Sylvania opens missile site"),
        ("coal", "Ruritania closes coal mine"),
        ("ceasefire", "Rebels break up"),
        ("election", "Government shops online"),
        ("tax", "Voters cut grass"),
        ("no-launch", "they told us about it"),
    ],
)
def test_nothing_to_say(commitment: str, text: str) -> None:
    """Without the object, or with a look-alike of it, a text says nothing of the commitment."""
    assert said(text, commitment) is None
