"""What the linter finds wrong with a dossier: each fault with its line, its rule and its mend."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.test_cli import CONFIG, run
from tests.examples import examples
from tracker.desk.grammar import Patterns
from tracker.dossier import check as linter
from tracker.dossier.check import WANT_CITATION, Fault
from tracker.dossier.complaints import Rule
from tracker.dossier.halves import REVERSIBLE
from tracker.errors import DossierError

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "dossiers.md").read_text(encoding="utf-8")

HEAD = """\
format = 1
name = "riverside"
title = "What the mill promised the town"
zone = "Europe/Oslo"

[[party]]
id = "mill"
name = "Riverside Mill"

[[party]]
id = "town"
name = "the town"

[[citation]]
id = "agreement"
publisher = "The town and the mill"
title = "Agreement on the river"
date = "2021-03-01"

[[concept]]
name = "filter"
variants = ["filter", "scrubber"]

[[concept]]
name = "river"
variants = ["river", "stream"]

[[concept]]
name = "works"
variants = ["scrubber", "plant"]
"""


def commitment(name: str, *lines: str, kind: str = "achieve", title: str = "Do it") -> str:
    """A commitment of the mill to the town, with whatever else it says."""
    rows = (
        f'id = "{name}"',
        f'title = "{title}"',
        'debtor = ["mill"]',
        'creditor = ["town"]',
        f'kind = "{kind}"',
        'consequent = "It is done."',
        'voice = "own"',
        'made = "2021-03-01"',
        'cites = "agreement"',
        *lines,
    )
    return "\n[[commitment]]\n" + "\n".join(rows) + "\n"


def fact(type: str, *lines: str) -> str:  # noqa: A002
    """A fact of 2022 with a source."""
    rows = (f'type = "{type}"', 'occurred = "2022-05-01"', 'cites = "agreement"', *lines)
    return "\n[[commitment.fact]]\n" + "\n".join(rows) + "\n"


def watch(name: str, pattern: str = 'fulfils = ["install -> <filter>"]', concept: str = "filter") -> str:
    """News of it is recognised by one pattern."""
    return f'\n[[watch]]\nfor = ["{name}"]\nobject = ["{concept}"]\n{pattern}\n'


DUE = 'until = "2025-12-31"'
CLEAN = HEAD + commitment("install-filter", DUE, title="Install a filter") + watch("install-filter")
REFRAIN = 'violates = ["(dump | spill) ..4 <river>"]'


def line_of(text: str, words: str, nth: int = 1) -> int:
    """The number of the `nth` line that begins with `words`; -1 is the last of them."""
    found = [number for number, line in enumerate(text.split("\n"), 1) if line.startswith(words)]
    return found[nth - 1 if nth > 0 else nth]


def check(text: str, name: str) -> tuple[Fault, ...]:
    """All faults of a file, those of its patterns too."""
    return linter.check(text, name, Patterns())


def told(text: str) -> list[str]:
    """The faults of a file, a line each."""
    return [str(fault) for fault in check(text, "mill.toml")]


def test_a_clean_dossier_has_no_fault() -> None:
    """A deadline, a source and a watch are enough."""
    assert check(CLEAN, "mill.toml") == ()


# One fault each: what is added to a clean dossier, at which line it is told (the last that begins so), the
# rule, of what, and words of the problem and of the mend.
FAULTS = [
    (
        commitment("paint-hull", DUE)
        + watch(
            "paint-hull", 'fulfils = [\n# a comment\n"varnish -> <works>", "a",\n"varnish -> <wroks>",\n]'
        ),
        '"varnish -> <wroks>"',
        "bad-pattern",
        "[[watch]] for 'paint-hull'",
        "pattern 'varnish -> <wroks>', column 12: no concept is called 'wroks' (did you mean 'works'?)",
        "docs/dossiers.md says",
    ),
    (
        '\n[[concept]]\nname = "dash"\nvariants = ["--"]\n',
        "variants",
        "bad-pattern",
        "[[concept]] 'dash'",
        "variant '--' holds no word",
        "docs/dossiers.md says",
    ),
    (
        commitment("late", 'creditr = ["town"]', DUE)
        + watch("late", 'partly = ["begin"]\nfulfils = ["end"]'),
        "creditr",
        "unreadable",
        "'late'",
        "unknown key 'creditr' (did you mean 'creditor'?)",
        "docs/dossiers.md says",
    ),
    (
        '\n[[citation]]\nid = "minutes"\npublisher = "The town"\ntitle = "Minutes"\nurl = "minutes.html"\n',
        "url",
        "unreadable",
        "[[citation]] 'minutes'",
        "url 'minutes.html' is no web address",
        "write https://",
    ),
    (
        commitment("heard", 'told_by = "mayor"', DUE).replace('"own"', '"relayed"')
        + fact("accepted", 'by = "miller"')
        + watch("heard", 'fulfils = ["paint"]'),
        "by =",
        "unknown-party",
        "'heard'",
        "by: unknown party 'miller' (did you mean 'mill'?)",
        "name one that is declared, or add a [[party]] for it",
    ),
    (
        commitment("later", DUE, "condition = 'once: instal-filter is fulfilled'")
        + watch("later", 'fulfils = ["paint"]'),
        "condition",
        "unknown-reference",
        "'later'",
        "condition: unknown commitment 'instal-filter' (did you mean 'install-filter'?)",
        "a dossier stands alone",
    ),
    (
        commitment("bare", DUE).replace('cites = "agreement"\n', "") + watch("bare", 'fulfils = ["paint"]'),
        "[[commitment]]",
        "no-source",
        "'bare'",
        "'cites' is missing",
        "give the id of the [[citation]] it was taken from",
    ),
    (
        fact("withdrawn").replace('cites = "agreement"\n', ""),
        "[[commitment.fact]]",
        "no-source",
        "'install-filter'",
        "nothing supports it",
        "give 'cites', or 'because' in your own words",
    ),
    (
        fact("position-stated", 'party = "mill"', 'position = "It works."').replace("cites", "because"),
        "[[commitment.fact]]",
        "no-source",
        "'install-filter'",
        "position-stated rests on the author's word alone",
        "give 'cites'",
    ),
    (
        commitment("one-day") + watch("one-day", 'fulfils = ["paint"]'),
        "[[commitment]]",
        "not-violable",
        "'one-day'",
        "no day by which it is due or looked at again",
        "give 'until', or 'review_on'",
    ),
    (
        commitment("be-good", kind="refrain") + watch("be-good", REFRAIN),
        "[[commitment]]",
        "not-violable",
        "'be-good'",
        "says neither how long it holds nor which act would break it",
        "or a 'scope' that tells a breach from what is allowed",
    ),
    (
        commitment("unseen", DUE),
        "[[commitment]]",
        "not-observable",
        "'unseen'",
        "it has no [[watch]]",
        'write a [[watch]] for = ["unseen"]',
    ),
    (
        commitment("half-seen", DUE, kind="refrain") + watch("half-seen"),
        "[[watch]]",
        "not-observable",
        "'half-seen'",
        "its watch knows no act that violates it",
        "give the watch a 'violates' pattern",
    ),
    (
        commitment("never", DUE, "condition = 'once: install-filter is conditional'")
        + watch("never", 'fulfils = ["paint"]'),
        "condition",
        "never-holds",
        "'never'",
        "its condition can never hold: 'install-filter is conditional' can never hold: "
        "install-filter has no condition",
        "reword the condition",
    ),
    (
        commitment("chicken", DUE, "condition = 'once: egg is active'")
        + watch("chicken", 'fulfils = ["paint"]')
        + commitment("egg", DUE, "condition = 'once: chicken is active'")
        + watch("egg", 'fulfils = ["mend"]'),
        "condition = 'once: egg",
        "deadlock",
        "'chicken'",
        "its condition waits for itself: chicken -> egg -> chicken",
        "or give it another way to hold",
    ),
    (
        commitment("shut-drain", DUE, title="Shut the old drain") + watch("shut-drain", 'fulfils = ["shut"]'),
        "[[commitment]]",
        "no-maintain-half",
        "'shut-drain'",
        "'shut' says that its result can be undone, and no commitment keeps it",
        "condition = 'once: shut-drain is fulfilled', or say afterwards = \"final\"",
    ),
    (
        commitment("fit-scrubber", DUE)
        + watch("fit-scrubber", 'fulfils = ["(=install | fit) ..2 new -> <works> -(town)"]', "works"),
        "[[commitment]]",
        "overlapping",
        "'fit-scrubber'",
        "one act (install … scrubber) would keep both it and 'install-filter' (line 32)",
        "tell them apart by a 'scope' on both",
    ),
    (
        fact("resumed", 'by = "mill"'),
        "[[commitment.fact]]",
        "no-effect",
        "'install-filter'",
        "Resumed of 2022-05-01 has no effect: no recorded suspension was in force",
        "docs/commitments.md says what to do about 'not-on-hold'",
    ),
]


@pytest.mark.parametrize(("added", "where", "rule", "whose", "problem", "mend"), FAULTS)
def test_each_fault_is_named_with_file_line_rule_and_mend(
    added: str, where: str, rule: str, whose: str, problem: str, mend: str
) -> None:
    """One fault in an otherwise clean dossier is the one line that is told."""
    text = CLEAN
    if added.startswith("\n[[commitment.fact]]"):  # a fact goes below its commitment, before the watch
        text = text.replace("\n[[watch]]", added + "\n[[watch]]", 1)
    else:
        text += added
    (line,) = told(text)
    said, _, mended = line.partition("; ")
    assert said.startswith(f"mill.toml:{line_of(text, where, -1)}: [{rule}] {whose}: ")
    assert problem in said
    assert mend in mended


def test_all_faults_of_a_file_are_told_at_once_in_order_of_lines() -> None:
    """Everything above in one file: nothing hides anything else."""
    facts = "".join(added for added, *_ in FAULTS if added.startswith("\n[[commitment.fact]]"))
    rest = "".join(added for added, *_ in FAULTS if not added.startswith("\n[[commitment.fact]]"))
    text = CLEAN.replace("\n[[watch]]", facts + "\n[[watch]]", 1) + rest
    found = check(text, "mill.toml")
    lines = [fault.line for fault in found]
    assert lines == sorted(lines)
    for _, _, rule, whose, problem, mend in FAULTS:
        if rule in ("overlapping", "no-effect"):
            continue  # the filter is withdrawn in this file, and not all of its facts can be read
        assert any(
            (fault.rule == rule and whose in str(fault) and problem in fault.problem and mend in fault.mend)
            for fault in found
        ), (rule, whose)
    assert {fault.rule for fault in found} == set(Rule) - {Rule.NO_EFFECT}


def test_every_unknown_party_is_named_and_the_commitment_is_checked_all_the_same() -> None:
    """Two in one list, one of a fact and one of a reading; and that it has no watch."""
    text = HEAD + (
        commitment("it", DUE).replace('["mill"]', '["mil", "miler"]')
        + '\n[[commitment.interpretation]]\nparty = "twon"\nreading = "Soon."\n'
        + fact("accepted", 'by = "nobody"')
    )
    assert [(fault.line, fault.rule.value) for fault in check(text, "mill.toml")] == [
        (line_of(text, "[[commitment]]"), "not-observable"),
        (line_of(text, "debtor"), "unknown-party"),
        (line_of(text, "debtor"), "unknown-party"),
        (line_of(text, "party"), "unknown-party"),
        (line_of(text, "by"), "unknown-party"),
    ]


def test_what_refers_to_a_broken_table_is_not_blamed_as_well() -> None:
    """A party, a citation, a concept and a commitment that cannot be read: a fault each, and no more."""
    text = (
        CLEAN.replace('name = "Riverside Mill"', "name = 1")
        .replace('title = "Agreement on the river"\n', "")
        .replace('variants = ["filter", "scrubber"]', "variants = 3")
        .replace('kind = "achieve"', 'kind = "acheive"')
    )
    text += commitment("next", DUE, "condition = 'once: install-filter is expired'", 'part_of = "all"')
    text += watch("next", 'fulfils = ["paint"]')
    text += commitment("all", DUE, 'roll_up = "all"').replace('made = "2021', 'made = "202l')
    faults = check(text, "mill.toml")
    assert [(fault.line, fault.where) for fault in faults] == [
        (line_of(text, "name = 1"), "[[party]] 'mill'"),
        (line_of(text, "[[citation]]"), "[[citation]] 'agreement'"),
        (line_of(text, "variants = 3"), "[[concept]] 'filter'"),
        (line_of(text, 'kind = "acheive"'), "install-filter"),
        (line_of(text, "made", 3), "all"),
    ]
    assert {fault.rule for fault in faults} == {Rule.UNREADABLE}


def test_a_whole_with_a_part_that_cannot_be_read_may_yet_be_kept() -> None:
    """Nothing is called impossible because of a mistyped date."""
    text = HEAD + (
        commitment("sites", 'roll_up = "all"')
        + commitment("north", DUE, 'part_of = "sites"').replace("2021-03-01", "2021-03-32")
        + commitment("after", DUE, "condition = 'once: sites is fulfilled'")
        + watch("after", 'fulfils = ["paint"]')
    )
    assert [fault.rule.value for fault in check(text, "mill.toml")] == ["unreadable"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("format = 1\nname = \n", "mill.toml:2: [unreadable] is no TOML: Invalid value (column 8)"),
        ('name = "x"\n', "mill.toml: [unreadable] 'format' is missing; write format = 1 at the top"),
        ("format = 2\n", "mill.toml:1: [unreadable] format 2 is not known here; this reads 1"),
    ],
)
def test_where_there_is_no_reading_on_one_fault_says_so(text: str, said: str) -> None:
    """A text that is no TOML or of another format is told with its line, and nothing is guessed."""
    (line,) = told(text)
    assert line.startswith(said)


# What makes a promise one that can be broken ----------------------------------------------------------------


def violable(*lines: str, kind: str = "achieve", facts: str = "") -> bool:
    """Whether such a commitment can be broken and judged."""
    text = HEAD + commitment("it", *lines, kind=kind) + facts
    return Rule.NOT_VIOLABLE not in {fault.rule for fault in check(text, "mill.toml")}


def test_an_achieve_needs_a_day_and_the_others_a_day_or_a_scope() -> None:
    """An act to come is never late without a day; what is forbidden is broken by an act."""
    scope, review = 'scope = "the upper river"', 'review_on = "2025-01-01"'
    assert not violable(scope)
    assert violable(review)
    for kind in ("maintain", "refrain"):
        assert violable(scope, kind=kind)
        assert violable(review, kind=kind)
        assert violable(DUE, kind=kind)


def test_what_was_lifted_or_moved_by_facts_counts_as_it_stands() -> None:
    """A deadline that was lifted leaves none; one that was set later is one."""
    assert not violable(DUE, facts=fact("deadline-moved", 'until = ""'))
    assert violable(facts=fact("deadline-moved", 'until = "2026-01-01"'))
    assert violable(kind="refrain", facts=fact("reworded", 'scope = "the upper river"'))


@pytest.mark.parametrize(
    "text",
    [
        commitment("it", 'unrateable = "no act was named"'),
        commitment("it") + fact("released", 'by = "town"'),
        commitment("it", 'told_by = "town"').replace('"own"', '"demanded"') + watch("it"),
        commitment("it", 'roll_up = "all"') + commitment("part", 'part_of = "it"', DUE) + watch("part"),
    ],
    ids=["unrateable", "settled", "demanded", "a whole"],
)
def test_nothing_is_asked_of_what_nobody_will_judge(text: str) -> None:
    """Unrateable, settled, demanded and never given, or decided by its parts: neither a day nor a watch."""
    assert told(HEAD + text) == []


def test_a_demand_that_was_accepted_is_a_promise_like_any_other() -> None:
    """From then on it can be late, and is."""
    demand = commitment("it", 'told_by = "town"').replace('"own"', '"demanded"')
    found = check(HEAD + demand + fact("accepted", 'by = "mill"') + watch("it"), "mill.toml")
    assert [fault.rule for fault in found] == [Rule.NOT_VIOLABLE]


# Conditions -------------------------------------------------------------------------------------------------


def test_a_condition_that_a_rewording_brought_is_told_at_its_own_line() -> None:
    """The condition in force is the last one."""
    text = (
        CLEAN
        + commitment("then", DUE, "condition = 'once: \"it rains\"'")
        + fact("reworded", "condition = 'once: install-filter is active and install-filter is closed'")
        + watch("then", 'fulfils = ["paint"]')
    )
    (line,) = told(text)
    assert line.startswith(f"mill.toml:{line_of(text, 'condition', 2)}: [never-holds] 'then': ")
    assert "'install-filter is active and install-filter is closed' can never hold" in line


def test_what_comes_from_upstream_is_told_with_the_way_there() -> None:
    """The mend points to where the trouble lies."""
    text = CLEAN
    for name, condition in (
        ("a", "b is active"),
        ("b", "c is violated"),
        ("c", "install-filter is conditional"),
    ):
        text += commitment(name, DUE, f"condition = 'once: {condition}'")
        text += watch(name, f'fulfils = ["paint-{name}"]')
    first, second, third = told(text)
    assert first.endswith("mend what it hangs on (a -> b -> c -> install-filter)")
    assert second.endswith("mend what it hangs on (b -> c -> install-filter)")
    assert third.endswith("reword the condition")


def test_a_way_out_of_a_ring_and_one_ring_told_once() -> None:
    """With an `or` that the world can grant there is no deadlock; a ring of one has no path to show."""
    ring = commitment("a", DUE, "condition = 'once: a is active'") + watch("a", 'fulfils = ["paint"]')
    (line,) = told(CLEAN + ring)
    assert "[deadlock] 'a': its condition waits for itself; " in line
    assert told(CLEAN + ring.replace("a is active'", 'a is active or "it rains"\'')) == []


# The second half --------------------------------------------------------------------------------------------

SHUT = commitment("shut-drain", DUE, title="Shut the old drain") + watch(
    "shut-drain", 'fulfils = ["shut -> <river>"]', "river"
)


def keeping(*lines: str, kind: str = "maintain") -> str:
    """A commitment that may be the second half."""
    return commitment("keep-shut", DUE, *lines, kind=kind) + watch("keep-shut", REFRAIN, "river")


@pytest.mark.parametrize("kind", ["maintain", "refrain"])
@pytest.mark.parametrize(
    "tie",
    ["condition = 'once: \"the town pays\" and shut-drain is fulfilled'", 'part_of = "shut-drain"'],
)
def test_a_maintain_tied_to_it_is_its_second_half(kind: str, tie: str) -> None:
    """Conditional on its fulfilment, whatever else the condition asks, or part of it."""
    assert told(HEAD + SHUT + keeping(tie, kind=kind)) == []


def test_parts_of_one_whole_are_halves_of_each_other() -> None:
    """The whole is the bargain: shut it, and keep it shut."""
    whole = commitment("bargain", 'roll_up = "all"')
    text = HEAD + whole + SHUT.replace(DUE, DUE + '\npart_of = "bargain"', 1) + keeping('part_of = "bargain"')
    assert told(text) == []


@pytest.mark.parametrize(
    "other",
    [
        keeping(),
        keeping("condition = 'once: shut-drain is fulfilled or \"the town pays\"'"),
        keeping("condition = 'once: shut-drain is active'"),
        keeping("condition = 'once: shut-drain is fulfilled'").replace('["mill"]', '["town"]'),
    ],
    ids=["untied", "may begin without", "while it is not done", "by somebody else"],
)
def test_what_is_not_tied_to_it_is_no_second_half(other: str) -> None:
    """It must not be able to begin before the first is done, and be owed by the same."""
    assert [fault.rule for fault in check(HEAD + SHUT + other, "mill.toml")] == [Rule.NO_MAINTAIN_HALF]


@pytest.mark.parametrize("afterwards", ["final", "unpromised"])
def test_the_author_may_say_that_there_is_no_second_half(afterwards: str) -> None:
    """Because it cannot be undone, or because nobody promised that it lasts."""
    text = SHUT.replace(DUE, f'{DUE}\nafterwards = "{afterwards}"')
    assert told(HEAD + text) == []


def test_the_author_may_say_that_there_should_be_one_in_any_language() -> None:
    """Verbs are looked at in English only; `afterwards = "kept"` asks whatever the words are."""
    norsk = SHUT.replace("Shut the old drain", "Steng det gamle sluket").replace(
        DUE, DUE + '\nlanguage = "no"'
    )
    assert told(HEAD + norsk) == []
    (line,) = told(HEAD + norsk.replace(DUE, DUE + '\nafterwards = "kept"'))
    assert "[no-maintain-half] 'shut-drain': 'afterwards' says that its result can be undone" in line


@pytest.mark.parametrize("verb", REVERSIBLE)
def test_the_verb_is_found_in_the_title_and_in_the_consequent(verb: str) -> None:
    """At the beginning of the one, in the third person in the other; elsewhere it means another thing."""
    first, _, rest = verb.partition(" ")
    named = commitment("it", DUE, title=f"{verb.capitalize()} it") + watch("it")
    told_so = commitment("it", DUE).replace("It is done.", f"The mill {first}s {rest} it.") + watch("it")
    meant_otherwise = commitment("it", DUE, title=f"Come to a {verb}") + watch("it")
    assert [len(check(HEAD + text, "m")) for text in (named, told_so, meant_otherwise)] == [1, 1, 0]


def test_afterwards_belongs_to_an_achieve() -> None:
    """A promise to keep something up is its own second half."""
    text = (
        HEAD + commitment("it", DUE, 'afterwards = "final"', kind="refrain") + watch("it", REFRAIN, "river")
    )
    (line,) = told(text)
    assert "'afterwards' is for an achieve: the others last by themselves" in line
    wrong = told(HEAD + commitment("it", DUE, 'afterwards = "finl"') + watch("it"))
    assert "is not one of kept, final, unpromised (did you mean 'final'?)" in wrong[0]


# Siblings ---------------------------------------------------------------------------------------------------

FIT = commitment("fit-filter", DUE) + watch("fit-filter", 'fulfils = ["(fit | install) -> <filter>"]')


def test_two_that_one_act_would_keep_are_siblings() -> None:
    """The later one is told, with the line of the first."""
    (line,) = told(CLEAN + FIT)
    assert "[overlapping] 'fit-filter': one act (install … filter) would keep both it and " in line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["mill"]', '["town"]'),
        ("(fit | install)", "fit"),
        ("(fit | install)", "fit -(install)"),
        ('object = ["filter"]', 'object = ["river"]'),
        (DUE, DUE + '\npart_of = "install-filter"'),
        (DUE, DUE + '\nin_return_for = ["install-filter"]'),
        (DUE, 'until = "2027-12-31"\nfrom = "2026-01-01"'),
        (DUE, DUE + '\nroll_up = "all"'),
    ],
    ids=["debtor", "act", "an aside", "object", "part", "return", "window", "whole"],
)
def test_siblings_that_differ_or_are_joined_are_left_in_peace(old: str, new: str) -> None:
    """By whom, by which act, on what, when; or one for the other, or one of the other."""
    text = CLEAN + FIT.replace(old, new)
    assert Rule.OVERLAPPING not in {fault.rule for fault in check(text, "mill.toml")}


def test_a_scope_on_both_tells_siblings_apart() -> None:
    """One alone does not, nor the same on both."""

    def overlapping(first: str, second: str) -> bool:
        text = CLEAN.replace(DUE, DUE + first) + FIT.replace(DUE, DUE + second)
        return bool(check(text, "mill.toml"))

    assert overlapping('\nscope = "old hall"', "")
    assert overlapping('\nscope = "old hall"', '\nscope = "old hall"')
    assert not overlapping('\nscope = "old hall"', '\nscope = "new hall"')


def test_siblings_by_other_actors_are_left_in_peace() -> None:
    """Where each watch says who must act and they share nobody."""
    actors = '\n[[concept]]\nname = "{0}"\nvariants = ["{0}"]\n'
    text = CLEAN + 'actors = ["owner"]\n' + FIT + 'actors = ["tenant"]\n'
    assert told(text + actors.format("owner") + actors.format("tenant")) == []


def test_superseded_and_settled_siblings_are_left_in_peace() -> None:
    """No act counts any more for what has ended."""
    text = CLEAN + commitment("fit-filter", DUE) + fact("superseded", 'superseded_by = "install-filter"')
    assert told(text + watch("fit-filter", 'fulfils = ["(fit | install) -> <filter>"]')) == []


# The guide and the dossiers that we ship --------------------------------------------------------------------


def test_the_dossier_we_ship_and_the_example_of_the_guide_are_clean() -> None:
    """What others will copy has no fault."""
    (example,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert told(example) == []
    seeds = sorted((ROOT / "seeds").glob("*.toml"))
    assert seeds
    for seed in seeds:
        assert [str(fault) for fault in check(seed.read_text(encoding="utf-8"), seed.name)] == []


def test_the_fault_that_the_guide_shows_is_the_one_that_is_told() -> None:
    """The example without the watch of the flats."""
    (example,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    unwatched = re.sub(r'\n\[\[watch\]\]\nfor = \["mayor-build-homes"\]\n(?:.+\n)+', "", example)
    (shown,) = re.findall(r"^pledges\.toml:.*$", GUIDE, re.MULTILINE)
    assert [str(fault) for fault in check(unwatched, "pledges.toml")] == [shown]


def test_the_guide_explains_every_rule_every_verb_and_every_fact_that_wants_a_source() -> None:
    """The table of the guide and the rules of the linter are the same, and each has a test above."""
    section = GUIDE.partition("## Checking a dossier")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE) == [rule.value for rule in Rule]
    assert {rule for _, _, rule, *_ in FAULTS} == {rule.value for rule in Rule}
    assert all(f"`{kind}`" in section for kind in WANT_CITATION)
    assert ", ".join(REVERSIBLE) in " ".join(section.split())


@examples(150)
@given(st.data())
def test_a_damaged_dossier_is_checked_and_never_crashes(data: st.DataObject) -> None:
    """Whatever is cut out of a file or put into it, there are faults with lines of the file, or none; and
    what cannot be loaded is never called clean."""
    from tracker.dossier.parse import parse

    text = HEAD + SHUT + FIT + "".join(added for added, *_ in FAULTS if added.startswith("\n[[commitment]]"))
    start = data.draw(st.integers(0, len(text)))
    text = (
        text[:start]
        + data.draw(st.text('[]"=x1{}\n', max_size=4))
        + text[start + data.draw(st.integers(0, 60)) :]
    )
    found = check(text, "mill.toml")
    assert all(0 <= fault.line <= text.count("\n") + 1 for fault in found)
    assert all("\n" not in str(fault) and fault.mend for fault in found)
    try:
        parse(text, "mill.toml", Patterns())
    except DossierError as refused:
        place = str(refused).split(": ")[0]
        assert any(str(fault).startswith(place) for fault in found)


# The command ------------------------------------------------------------------------------------------------


def test_check_says_clean_with_status_0_and_faults_with_status_2(tmp_path: Path) -> None:
    """A line for each fault, as they can be clicked on in an editor; no database is needed or made."""
    (tmp_path / "good.toml").write_text(CLEAN)
    (tmp_path / "bad.toml").write_text(CLEAN + FIT)
    done = run("check", "good.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "good.toml: clean\n", "")
    done = run("check", "good.toml", "bad.toml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "")
    clean, fault = done.stdout.splitlines()
    assert clean == "good.toml: clean"
    assert fault == str(check(CLEAN + FIT, "bad.toml")[0])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.toml", "good.toml"]


def test_check_without_a_file_takes_those_of_the_config(tmp_path: Path) -> None:
    """The config names them; without a config or without dossiers there is one line and status 2."""
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "pledges.toml").write_text(CLEAN)
    done = run("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'pledges.toml'}: clean\n")
    (tmp_path / "config.toml").write_text("[tracker]\n")
    done = run("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "[tracker] names no dossiers; name a FILE" in done.stderr
    done = run("check", "nowhere.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere.toml: cannot be read: No such file or directory" in done.stderr


def test_check_prints_rows_in_the_formats_of_all_commands(tmp_path: Path) -> None:
    """JSON and CSV hold every field; a clean file gives no row."""
    (tmp_path / "bad.toml").write_text(CLEAN + FIT)
    (tmp_path / "good.toml").write_text(CLEAN)
    done = run("check", "bad.toml", "--format", "json", cwd=tmp_path)
    assert done.returncode == 2
    (row,) = json.loads(done.stdout)
    (fault,) = check(CLEAN + FIT, "bad.toml")
    assert row == {
        "file": "bad.toml",
        "line": fault.line,
        "rule": "overlapping",
        "where": "fit-filter",
        "problem": fault.problem,
        "mend": fault.mend,
    }
    done = run("check", "bad.toml", "--format", "csv", cwd=tmp_path)
    (line,) = csv.DictReader(io.StringIO(done.stdout))
    assert line == {key: str(value) for key, value in row.items()}
    assert run("check", "good.toml", "--format", "json", cwd=tmp_path).stdout == "[]\n"
    assert "| file | line | rule |" in run("check", "bad.toml", "--format", "markdown", cwd=tmp_path).stdout
