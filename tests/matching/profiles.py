"""Small profiles of five fields of news, used by the tests of the matching room."""

from __future__ import annotations

from datetime import UTC, datetime

from tracker.evidence.finding import Match
from tracker.evidence.profile import Concept, WatchProfile
from tracker.matching import Matcher

PUBLISHED = datetime(2018, 5, 16, 9, tzinfo=UTC)  # a Wednesday

CONCEPTS = (
    Concept("freedonia", ("freedonia", "freedonian", "fredville"), "fre"),
    Concept("sylvania", ("sylvania", "sylvanian", "=North"), "syl"),
    Concept("us", ("US", "united states", "washington"), "us"),
    Concept("prisoners", ("prisoner", "detainee", "three engineers", "captive")),
    Concept("missile", ("missile", "rocket")),
    Concept("reactor", ("reactor", "nuclear plant")),
    Concept(
        "government", ("government", "ministry", "chancellor", "cabinet", "=Ruritania", "parliament"), "rur"
    ),
    Concept("coal-plant", ("coal plant", "coal fired power station", "coal power plant")),
    Concept("emissions", ("emission", "carbon", "greenhouse gas")),
    Concept("tax", ("income tax", "fuel tax", "VAT")),
    Concept("budget", ("budget", "spending bill")),
    Concept("election", ("election", "ballot", "poll")),
    Concept("ceasefire", ("ceasefire", "cease fire", "truce")),
    Concept("rebels", ("rebel", "insurgent"), "reb"),
    Concept("army", ("army", "government forces", "military"), "arm"),
    Concept("elsewhere", ("borduria", "bordurian")),
)

PROFILES = (
    WatchProfile(
        "release",
        object=("prisoners",),
        actors=("sylvania",),
        not_actors=("elsewhere",),
        fulfils=(
            "(free | release | hand over | set free) -> <prisoners>",
            "<prisoners> ..4 *(leave | depart) ..3 <sylvania>",
        ),
        ignore=("political prisoner",),
        based_on=("promise of freedom",),
    ),
    WatchProfile(
        "no-launch",
        object=("missile",),
        actors=("sylvania",),
        not_actors=("elsewhere", "us"),
        violates=("(launch | fire | test) -> <missile>", "<missile> *(land | fly)"),
        ignore=("missile (site | shield)",),
    ),
    WatchProfile(
        "reactor",
        object=("reactor",),
        actors=("sylvania",),
        fulfils=("(dismantle | shut down | destroy | close) -> <reactor>",),
        partly=("(remove | seal) ..3 (core | valve) ..4 <reactor>",),
        violates=("(restart | reopen) -> <reactor>",),
    ),
    WatchProfile(
        "coal",
        object=("coal-plant",),
        actors=("government",),
        not_actors=("elsewhere",),
        fulfils=("(close | shut | shut down | retire) -> <coal-plant>",),
        violates=("(approve | build | open) -> <coal-plant>",),
    ),
    WatchProfile(
        "tax",
        object=("tax",),
        fulfils=("(cut | lower | reduce) -> <tax>",),
        violates=("(raise | increase) -> <tax>",),
    ),
    WatchProfile(
        "budget",
        object=("budget",),
        actors=("government",),
        fulfils=("(pass | adopt | approve) -> <budget>",),
        violates=("(reject | vote down) -> <budget>",),
        meets=("(present | submit) -> <budget>",),
    ),
    WatchProfile(
        "election",
        object=("election",),
        actors=("government",),
        fulfils=("(hold | stage) -> <election>",),
        violates=("(cancel | call off | postpone) -> <election>",),
    ),
    WatchProfile(
        "ceasefire",
        object=("ceasefire",),
        actors=("rebels", "army"),
        fulfils=("(sign | begin) -> <ceasefire>",),
        violates=("(break | violate | breach) -> <ceasefire>",),
    ),
)

MATCHER = Matcher(CONCEPTS, PROFILES)


def said(text: str, commitment: str) -> Match | None:
    """What the small profiles find in a text for one commitment."""
    found = MATCHER.match(text, published=PUBLISHED, zone="UTC")
    return next((match for match in found if match.commitment == commitment), None)


def words(text: str, match: Match) -> str:
    """The words of a match's spans, joined by an ellipsis."""
    return " … ".join(text[span.start : span.end] for span in match.spans)
