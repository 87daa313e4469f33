"""Small profiles of many fields of news, used by the tests of the matching room."""

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
    Concept("summit", ("summit", "leaders meeting")),
    Concept("leaders", ("alva", "president rufus", "=Rufus", "sylvanian leader")),
    Concept("nuclear-test", ("nuclear test", "atomic test")),
    Concept("test-site", ("test site", "launch site")),
    Concept("drills", ("drill", "war game", "military exercise", "manoeuvre", "maneuver")),
    Concept("troops", ("troop", "soldier", "garrison")),
    Concept("treaty", ("treaty", "pact", "accord")),
    Concept("sanctions", ("sanction", "embargo", "penalties")),
    Concept("hostages", ("hostage", "aid worker")),
    Concept("remains", ("remains", "war dead")),
    Concept("swap", ("prisoner swap", "prisoner exchange")),
    Concept("uranium", ("uranium", "plutonium")),
    Concept("arms", ("arms", "fighter jet", "tank")),
    Concept("hospital", ("hospital", "clinic", "maternity ward")),
    Concept("homes", ("council homes", "social housing", "affordable homes", "new homes")),
    Concept("target", ("climate target", "net zero target", "net zero law")),
    Concept("norvex", ("norvex", "carmaker", "retailer"), "nor"),
    Concept("plastic", ("plastic packaging", "plastic bag", "single use plastic")),
    Concept("factory", ("factory", "assembly plant")),
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
    WatchProfile(
        "summit",
        object=("summit", "leaders"),
        actors=("sylvania", "freedonia"),
        not_actors=("elsewhere",),
        fulfils=(
            "(hold | host | open | convene) -> <summit>",
            "<leaders> and <leaders> *meet",
            "<leaders> ..3 *(meet | greet | shake hands with) ..3 <leaders>",
        ),
        violates=("(cancel | call off | scrap | axe | shelve | postpone) -> <summit>",),
    ),
    WatchProfile(
        "no-nuclear-test",
        object=("nuclear-test",),
        actors=("sylvania",),
        not_actors=("elsewhere", "us"),
        violates=("(conduct | carry out | stage | hold) -> <nuclear-test>",),
        ignore=("<nuclear-test> (site | ban)",),
    ),
    WatchProfile(
        "site",
        object=("test-site",),
        actors=("sylvania",),
        not_actors=("elsewhere",),
        fulfils=("(close | shut | dismantle | demolish | blow up) -> <test-site>",),
        violates=("(rebuild | restore | reopen) -> <test-site>",),
    ),
    WatchProfile(
        "drills",
        object=("drills",),
        actors=("freedonia", "us"),
        not_actors=("elsewhere",),
        fulfils=("(suspend | halt | cancel | call off | scrap | shelve | axe) -> <drills>",),
        violates=("(hold | conduct | stage | carry out | begin | start | resume) -> <drills>",),
    ),
    WatchProfile(
        "troops",
        object=("troops",),
        actors=("freedonia", "us"),
        not_actors=("elsewhere",),
        fulfils=(
            "(withdraw | pull out | pull) -> <troops>",
            "(bring ..2 <troops> home | <troops> ..1 *=brought home)",
            "<troops> ..2 *(leave | come home)",
        ),
        violates=("(send | deploy) -> <troops>",),
    ),
    WatchProfile(
        "treaty",
        object=("treaty",),
        actors=("freedonia", "government", "us"),
        not_actors=("elsewhere",),
        fulfils=("(sign | ratify) -> <treaty>",),
        violates=("(withdraw from | quit | pull out of | leave | tear up | breach) -> <treaty>",),
    ),
    WatchProfile(
        "sanctions",
        object=("sanctions",),
        actors=("us", "freedonia"),
        not_actors=("elsewhere",),
        fulfils=("(lift | ease | waive | remove) -> <sanctions>",),
        violates=("(impose | tighten | extend) -> <sanctions>",),
    ),
    WatchProfile(
        "hostages",
        object=("hostages",),
        actors=("rebels",),
        not_actors=("elsewhere",),
        fulfils=("(free | release | hand over) -> <hostages>", "=freed <hostages>"),
        violates=("(kill | execute | seize) -> <hostages>",),
    ),
    WatchProfile(
        "remains",
        object=("remains",),
        actors=("sylvania",),
        fulfils=("(return | hand over | repatriate) -> <remains>", "<remains> ..4 *(arrive | come home)"),
    ),
    WatchProfile(
        "swap",
        object=("swap",),
        actors=("rebels", "army", "sylvania", "freedonia"),
        fulfils=("(carry out | conduct | hold | complete) -> <swap>",),
        violates=("(cancel | call off | suspend) -> <swap>",),
    ),
    WatchProfile(
        "enrichment",
        object=("uranium",),
        actors=("sylvania",),
        not_actors=("elsewhere",),
        violates=("(enrich | produce) -> <uranium>",),
    ),
    WatchProfile(
        "no-arms",
        object=("arms",),
        actors=("freedonia", "us"),
        not_actors=("elsewhere",),
        violates=("(sell | ship | deliver | transfer | supply) -> <arms>",),
    ),
    WatchProfile(
        "hospital",
        object=("hospital",),
        actors=("government",),
        fulfils=("(build | open | complete) -> <hospital>",),
        violates=("(close | shut | scrap | downgrade) -> <hospital>",),
    ),
    WatchProfile(
        "homes",
        object=("homes",),
        actors=("government",),
        fulfils=("(build | complete | deliver) -> <homes>",),
    ),
    WatchProfile(
        "target",
        object=("target",),
        actors=("government",),
        fulfils=("(adopt | enshrine | set) -> <target>",),
        violates=("(abandon | drop | scrap | ditch | water down | miss) -> <target>",),
    ),
    WatchProfile(
        "plastic",
        object=("plastic",),
        actors=("norvex",),
        fulfils=("(ban | phase out | remove | stop selling) -> <plastic>",),
        violates=("(reintroduce | bring back) -> <plastic>",),
    ),
    WatchProfile(
        "factory",
        object=("factory",),
        actors=("norvex",),
        fulfils=("(build | open) -> <factory>",),
        violates=("(close | shut | mothball) -> <factory>",),
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
