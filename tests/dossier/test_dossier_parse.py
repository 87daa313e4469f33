"""What a dossier means, and what is said of one that is wrong."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.commitments.events import (
    Accepted,
    Cancelled,
    ClarityRated,
    ConditionFailed,
    ConditionMet,
    DeadlineMoved,
    Ended,
    Event,
    Fulfilled,
    Manner,
    PositionStated,
    Proposed,
    Reinstated,
    Released,
    Resumed,
    Reworded,
    Superseded,
    Suspended,
    Violated,
    Withdrawn,
)
from tracker.commitments.terms import Kind, Voice, Window
from tracker.dossier.events import KEYS_OF
from tracker.dossier.parse import parse
from tracker.errors import DossierError
from tracker.evidence.grade import Basis
from tracker.evidence.source import Citation
from tracker.evidence.when import Precision

HEAD = """\
format = 1
name = "clean-steel"
title = "What Northsteel promised the climate"
zone = "Europe/Oslo"

[[party]]
id = "northsteel"
name = "Northsteel AS"

[[party]]
id = "investors"
name = "the investors' alliance"

[[citation]]
id = "annual-report"
publisher = "Northsteel"
title = "Annual report 2020"
date = "2021-03-01"

"""
PLEDGE = """\
[[commitment]]
id = "halve-emissions"
title = "Halve emissions"
debtor = ["northsteel"]
creditor = ["investors"]
kind = "achieve"
consequent = "Northsteel emits half of what it did in 2015."
voice = "own"
made = "2021-03-01"
cites = "annual-report"
"""
PLAIN = HEAD + PLEDGE
COAL = """
[[commitment]]
id = "no-coal"
title = "No new coal"
debtor = ["northsteel"]
kind = "refrain"
consequent = "Northsteel opens no coal-fired furnace."
voice = "own"
made = "2021-03-01"
cites = "annual-report"
"""


def fact(type: str, *lines: str) -> str:  # noqa: A002
    """A fact of 2022 with a reason."""
    rows = (f'type = "{type}"', 'occurred = "2022-05-01"', 'because = "so it was"', *lines)
    return "\n[[commitment.fact]]\n" + "\n".join(rows) + "\n"


def events(text: str) -> list[Event]:
    """The events of the first commitment after its proposal."""
    return [dated.event for dated in parse(text, "steel.toml").entries[0].facts[1:]]


def complaint(text: str) -> str:
    """The one line with which a text is refused."""
    with pytest.raises(DossierError) as refused:
        parse(text, "steel.toml")
    line = str(refused.value)
    assert "\n" not in line
    return line


def line_of(text: str, words: str, nth: int = 1) -> int:
    """The number of the `nth` line that begins with `words`."""
    return [n for n, line in enumerate(text.split("\n"), 1) if line.startswith(words)][nth - 1]


def test_the_header_parties_and_terms_are_read() -> None:
    """A plain pledge becomes terms with party ids, kind and the resolved citation."""
    dossier = parse(PLAIN, "steel.toml")
    assert (dossier.name, dossier.zone, dossier.language) == ("clean-steel", "Europe/Oslo", "en")
    assert [party.id for party in dossier.parties] == ["northsteel", "investors"]
    terms = dossier.entries[0].terms
    assert (terms.debtor, terms.creditor, terms.kind) == (("northsteel",), ("investors",), Kind.ACHIEVE)
    assert terms.cites == Citation("Northsteel", "Annual report 2020", "2021-03-01")
    assert (terms.zone, terms.language, terms.window) == ("Europe/Oslo", "en", Window())


def test_the_first_fact_is_the_proposal_with_its_voice() -> None:
    """A commitment begins with Proposed, in the voice that told it, at the time it was made."""
    text = PLAIN.replace('voice = "own"', 'voice = "relayed"\ntold_by = "a trade paper"')
    entry = parse(text, "steel.toml").entries[0]
    first = entry.facts[0]
    assert isinstance(first.event, Proposed)
    assert (first.event.voice, first.event.by) == (Voice.RELAYED, "a trade paper")
    assert (str(first.occurred), first.occurred.precision) == ("2021-03-01", Precision.DAY)
    assert entry.known == first.known == datetime(2021, 3, 1, 23, tzinfo=UTC)


def test_unrateable_follows_the_proposal_at_the_same_moment() -> None:
    """A commitment that cannot be rated says so from the moment it was made."""
    first, second = parse(PLAIN + 'unrateable = "no baseline"\n', "steel.toml").entries[0].facts
    assert isinstance(second.event, ClarityRated) and second.event.unrateable == "no baseline"
    assert (second.occurred, second.known) == (first.occurred, first.known)


def test_a_window_begins_with_its_first_day_and_ends_with_its_last() -> None:
    """`from` and `review_on` begin with their day and `until` ends with it, in the zone."""
    text = PLAIN + 'from = "2022-01-01"\nuntil = "2030-12-31"\nreview_on = "2025-01"\n'
    assert parse(text, "s").entries[0].terms.window == Window(
        datetime(2021, 12, 31, 23, tzinfo=UTC),
        datetime(2030, 12, 31, 23, tzinfo=UTC),
        datetime(2024, 12, 31, 23, tzinfo=UTC),
    )


def test_a_commitment_may_have_a_zone_and_a_language_of_its_own() -> None:
    """The commitment's zone and language go before the dossier's, for its facts too."""
    text = PLAIN + 'zone = "Asia/Tokyo"\nlanguage = "ja"\n' + fact("accepted")
    entry = parse(text, "steel.toml").entries[0]
    assert (entry.terms.zone, entry.terms.language) == ("Asia/Tokyo", "ja")
    assert entry.facts[1].occurred.start == datetime(2022, 4, 30, 15, tzinfo=UTC)


def test_dates_may_be_toml_dates_months_or_moments() -> None:
    """A date may be quoted or not, a month, or a date-time with its offset."""
    for written, read, precision in (
        ("2021-03-01", "2021-03-01", Precision.DAY),
        ('"2021-03"', "2021-03", Precision.MONTH),
        ('"2021-03-01T10:00+02:00"', "2021-03-01T09:00+01:00", Precision.INSTANT),
        ("2021-03-01T10:00:00", "2021-03-01T10:00+01:00", Precision.INSTANT),
    ):
        occurred = (
            parse(PLAIN.replace('made = "2021-03-01"', f"made = {written}"), "s").entries[0].facts[0].occurred
        )
        assert (str(occurred), occurred.precision) == (read, precision)


def test_all_optional_keys_reach_the_terms() -> None:
    """Scope, instrument, clause, note, tags, revocable, links and interpretations are kept."""
    text = (
        PLAIN
        + 'scope = "scopes 1 and 2"\nrevocable = true\ninstrument = "Report"\nclause = "p. 7"\nnote = "n"\n'
        + 'tags = ["climate"]\nin_return_for = ["no-coal"]\npart_of = "no-coal"\n'
        + '[[commitment.interpretation]]\nparty = "investors"\nreading = "scope 3 too"\n'
        + 'cites = "annual-report"\n'
        + COAL
        + 'roll_up = "all"\n'
    )
    first, second = (entry.terms for entry in parse(text, "steel.toml").entries)
    assert (first.scope, first.revocable, first.instrument, first.clause) == (
        "scopes 1 and 2",
        True,
        "Report",
        "p. 7",
    )
    assert (first.note, first.tags, first.in_return_for, first.part_of) == (
        "n",
        ("climate",),
        ("no-coal",),
        "no-coal",
    )
    assert (first.interpretations[0].party, first.interpretations[0].reading) == ("investors", "scope 3 too")
    assert (second.roll_up, second.creditor) == ("all", ())


BECAUSE = "so it was"
FACTS: list[tuple[str, tuple[str, ...], Event]] = [
    ("accepted", ('by = "northsteel"',), Accepted(by="northsteel", because=BECAUSE)),
    (
        "accepted",
        ('effective = "2023-01-01"',),
        Accepted(effective=datetime(2022, 12, 31, 23, tzinfo=UTC), because=BECAUSE),
    ),
    ("withdrawn", ('by = "northsteel"',), Withdrawn(by="northsteel", because=BECAUSE)),
    ("suspended", ('by = "investors"',), Suspended(by="investors", because=BECAUSE)),
    ("resumed", (), Resumed(because=BECAUSE)),
    ("released", ('by = "investors"',), Released(by="investors", because=BECAUSE)),
    ("cancelled", (), Cancelled(because=BECAUSE)),
    ("reinstated", ('by = "northsteel"',), Reinstated(by="northsteel", because=BECAUSE)),
    ("ended", ('by = ["northsteel", "investors"]',), Ended(by=("northsteel", "investors"), because=BECAUSE)),
    ("superseded", ('superseded_by = "no-coal"',), Superseded(superseded_by="no-coal", because=BECAUSE)),
    (
        "fulfilled",
        ('extent = "2/3"', 'shortfall = "one mill is late"', 'basis = "verified"'),
        Fulfilled(extent=(2, 3), shortfall="one mill is late", basis=Basis.VERIFIED, because=BECAUSE),
    ),
    (
        "violated",
        ('by = "northsteel"', 'manner = "repudiated"', 'clause = "p. 7"', 'cites = "annual-report"'),
        Violated(
            by=("northsteel",),
            manner=Manner.REPUDIATED,
            clause="p. 7",
            because=BECAUSE,
            cites=Citation("Northsteel", "Annual report 2020", "2021-03-01"),
        ),
    ),
    ("violated", (), Violated(manner=Manner.LAPSE, because=BECAUSE)),
    (
        "position-stated",
        ('party = "investors"', 'position = "Half is not enough."'),
        PositionStated(party="investors", position="Half is not enough.", because=BECAUSE),
    ),
    ("clarity-rated", ('unrateable = ""',), ClarityRated(because=BECAUSE)),
    (
        "condition-met",
        ('condition = "power is cheap"',),
        ConditionMet(condition="power is cheap", because=BECAUSE),
    ),
    (
        "condition-failed",
        ('condition = "power is cheap"',),
        ConditionFailed(condition="power is cheap", because=BECAUSE),
    ),
    (
        "deadline-moved",
        ('until = "2031-12-31"', 'by = "northsteel"'),
        DeadlineMoved(
            window=Window(until=datetime(2031, 12, 31, 23, tzinfo=UTC)), by="northsteel", because=BECAUSE
        ),
    ),
]


@pytest.mark.parametrize(("kind", "lines", "event"), FACTS)
def test_each_type_of_fact_becomes_its_event(kind: str, lines: tuple[str, ...], event: Event) -> None:
    """Every fact is exactly one event, with reason, citation and the keys of its type."""
    text = PLAIN + "condition = 'while: \"power is cheap\"'\n" + fact(kind, *lines) + COAL
    assert events(text) == [event]


def test_every_type_of_fact_is_tried_above() -> None:
    """The table above leaves no type out; rewordings have tests of their own."""
    assert {kind for kind, _, _ in FACTS} | {"reworded"} == set(KEYS_OF)


def test_rewordings_add_up() -> None:
    """A rewording names only what changed; the event carries the whole text, earlier rewordings included."""
    text = (
        PLAIN
        + fact("reworded", 'title = "Cut emissions"')
        + fact("reworded", 'scope = "scope 1"').replace("2022", "2023")
    )
    first, second = events(text)
    assert isinstance(first, Reworded) and isinstance(second, Reworded)
    assert (first.terms.title, first.terms.scope) == ("Cut emissions", "")
    assert (second.terms.title, second.terms.scope) == ("Cut emissions", "scope 1")
    assert parse(text, "s").entries[0].terms.title == "Halve emissions"


def test_moved_deadlines_add_up_and_can_be_lifted() -> None:
    """A moved deadline keeps what it does not name, and an empty `until` takes the deadline away."""
    text = (
        PLAIN
        + 'from = "2022-01-01"\nuntil = "2030-12-31"\n'
        + fact("deadline-moved", 'review_on = "2026-01-01"')
        + fact("deadline-moved", 'until = ""').replace("2022", "2023")
    )
    first, second = events(text)
    assert isinstance(first, DeadlineMoved) and isinstance(second, DeadlineMoved)
    start, review = datetime(2021, 12, 31, 23, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert first.window == Window(start, datetime(2030, 12, 31, 23, tzinfo=UTC), review)
    assert second.window == Window(start, None, review)


def test_a_fact_is_known_from_its_end_unless_it_says_otherwise() -> None:
    """`known` defaults to the end of `occurred`, and a later one is kept."""
    text = PLAIN + fact("accepted") + fact("resumed", 'known = "2022-06-30"')
    facts = parse(text, "s").entries[0].facts
    assert facts[1].known == facts[1].occurred.end == datetime(2022, 5, 1, 22, tzinfo=UTC)
    assert facts[2].known == datetime(2022, 6, 30, 22, tzinfo=UTC)


def test_a_watch_serves_each_of_its_commitments() -> None:
    """One [[watch]] gives each commitment in `for` a profile of its own; the others have none."""
    text = (
        PLAIN
        + COAL
        + COAL.replace("no-coal", "no-oil")
        + '[[concept]]\nname = "steel"\nvariants = ["northsteel"]\nparty = "northsteel"\n'
        + '[[watch]]\nfor = ["halve-emissions", "no-coal"]\nobject = ["steel"]\nactors = ["steel"]\n'
        + 'fulfils = ["steel cuts emissions"]\n'
    )
    dossier = parse(text, "steel.toml")
    first, second, third = dossier.entries
    assert first.watch and second.watch and third.watch is None
    assert (first.watch.commitment, second.watch.commitment) == ("halve-emissions", "no-coal")
    assert (second.watch.object, second.watch.fulfils) == (("steel",), ("steel cuts emissions",))
    assert [(c.name, c.variants, c.party) for c in dossier.concepts] == [
        ("steel", ("northsteel",), "northsteel")
    ]


def test_until_shows_the_dossier_of_an_earlier_day() -> None:
    """`until` leaves out what was not yet made or known; `moments` are when that changes."""
    text = PLAIN + fact("accepted", 'known = "2022-07-01"') + COAL.replace("2021", "2023")
    dossier = parse(text, "steel.toml")
    moments = dossier.moments()
    assert [[len(e.facts) for e in dossier.until(moment).entries] for moment in moments] == [[1], [2], [2, 1]]
    assert dossier.until(datetime(2021, 3, 1, 22, 59, tzinfo=UTC)).entries == ()


def test_a_text_over_several_lines_is_read_as_one() -> None:
    """White space and line breaks inside a text are one space; a byte-order mark and CRLF do no harm."""
    text = PLAIN.replace('"Halve emissions"', '"""Halve\n   emissions"""')
    assert parse("\ufeff" + text.replace("\n", "\r\n"), "s").entries[0].terms.title == "Halve emissions"


MISTAKES: list[tuple[str, str, str, str]] = [
    # what is replaced, by what, the beginning of the line that is named, what is said
    (
        "debtor =",
        "debtr =",
        "debtr",
        "[[commitment]] 'halve-emissions': unknown key 'debtr' (did you mean 'debtor'?)",
    ),
    ("[[party]]", "[[pary]]", "[[pary]]", "unknown key 'pary' (did you mean 'party'?)"),
    ("publisher =", "publsher =", "publsher", "[[citation]] 'annual-report'"),
    ('["northsteel"]', '["northstel"]', "debtor", "unknown party 'northstel' (did you mean 'northsteel'?)"),
    ('["northsteel"]', '["northsteel", "northsteel"]', "debtor", "debtor names 'northsteel' twice"),
    ('["northsteel"]', "[]", "debtor", "'debtor' is empty"),
    ('["northsteel"]', '"northsteel"', "debtor", "'debtor' must be a list of texts"),
    (
        'cites = "annual-report"',
        'cites = "anual-report"',
        "cites",
        "unknown citation 'anual-report' (did you mean",
    ),
    (
        'kind = "achieve"',
        'kind = "achive"',
        "kind",
        "not one of achieve, maintain, refrain (did you mean 'achieve'?)",
    ),
    ('voice = "own"', 'voice = "owned"', "voice", "not one of own, relayed, demanded (did you mean 'own'?)"),
    ('voice = "own"', 'voice = "relayed"', "voice", "'told_by' is missing"),
    ('voice = "own"', 'voice = "own"\ntold_by = "x"', "told_by", "'told_by' is for a voice that is relayed"),
    ('made = "2021-03-01"', 'made = "1 March"', "made", "made: '1 March' is no date; write 2018-05-09"),
    ('made = "2021-03-01"', "made = 2021", "made", "'made' must be a date, not a number"),
    ('title = "Halve emissions"', "title = 3", "title = 3", "'title' must be a text in quotes, not a number"),
    ('title = "Halve emissions"', 'title = " "', 'title = " "', "'title' is empty"),
    ('title = "Halve emissions"', 'title = "\\u001b[31m"', 'title = "\\u', "holds a control character"),
    (
        'title = "Halve emissions"\n',
        "",
        "[[commitment]]",
        "[[commitment]] 'halve-emissions': 'title' is missing",
    ),
    ('id = "halve-emissions"', 'id = "Halve it"', 'id = "Halve', "id 'Halve it' is no name"),
    ('id = "halve-emissions"\n', "", "[[commitment]]", "[[commitment]]: 'id' is missing"),
    ("Europe/Oslo", "Europe/Olso", "zone", "'Europe/Olso' is no time zone"),
    ('zone = "Europe/Oslo"', "", "", "'zone' is missing"),
    ("format = 1", "format = 2", "format", "format 2 is not known here; this reads 1"),
    ("format = 1", "", "", "'format' is missing; write format = 1"),
    ("[[commitment]]", "[commitment]", "[commitment]", "each under a [[commitment]] of its own"),
    ('date = "2021-03-01"', 'date = "spring"', "date", "date: 'spring' is no date"),
    ('date = "2021-03-01"', 'url = "northsteel.example"', "url", "is no web address; write https://"),
    ("kind =", "kind", "kind", "is no TOML: Expected '=' after a key"),
    ('voice = "own"', 'kind = "achieve"', "kind", "is no TOML: Cannot overwrite a value"),
]


@pytest.mark.parametrize(("old", "new", "where", "said"), MISTAKES)
def test_a_mistake_is_named_with_line_table_and_mend(old: str, new: str, where: str, said: str) -> None:
    """Each mistake is one line: file, line number, table, key, and what to do about it."""
    text = PLAIN.replace(old, new, 1) if old in HEAD else HEAD + PLEDGE.replace(old, new, 1)
    line = complaint(text)
    assert said in line
    number = r"steel.toml:"
    if where == "kind" and "overwrite" in said:
        assert line.startswith(f"{number}{line_of(text, 'kind', 2)}: ")
    elif where:
        assert line.startswith(f"{number}{line_of(text, where)}: ")
    else:
        assert line.startswith("steel.toml: ")


ADDITIONS: list[tuple[str, str, str]] = [
    # what is added to the pledge, the beginning of the line that is named (its last), what is said
    ('part_of = "no-cole"', "part_of", "part_of: unknown commitment 'no-cole' (did you mean 'no-coal'?)"),
    ('part_of = "halve-emissions"', "part_of", "is a part of itself: halve-emissions -> halve-emissions"),
    ('roll_up = "all"', "roll_up", "no commitment is part_of 'halve-emissions'"),
    ('roll_up = "any"', "roll_up", "nothing to roll up"),
    (
        'in_return_for = ["no-cole"]',
        "in_return_for",
        "unknown commitment 'no-cole' (did you mean 'no-coal'?)",
    ),
    ('in_return_for = ["halve-emissions"]', "in_return_for", "not in return for itself"),
    ('until = "31.12.2030"', "until", "until: '31.12.2030' is no date"),
    ('from = "2031-01-01"\nuntil = "2030-12-31"', "until", "the window ends before it begins"),
    ('zone = "Nowhere"', "zone", "'Nowhere' is no time zone"),
    ("revocable = 'yes'", "revocable", "'revocable' must be true or false, not a text"),
    ("condition = '\"x\" holds'", "condition", "a condition starts with 'once:' or 'while:'"),
    (
        "condition = 'while: no-cole is active'",
        "condition",
        "unknown commitment 'no-cole' (did you mean 'no-coal'?)",
    ),
    ("condition = 'while: no-coal is actve'", "condition", "(did you mean 'active'?)"),
    ('[[commitment.interpretation]]\nparty = "investors"', "[[commitment.inter", "'reading' is missing"),
    (
        '[[commitment.interpretation]]\nreading = "x"',
        "[[commitment.inter",
        "of 'halve-emissions': 'party' is missing",
    ),
    (fact("fulfiled"), "type", "is not one of accepted, withdrawn"),
    (fact("fulfiled"), "type", "(did you mean 'fulfilled'?)"),
    (fact("accepted", 'becuase = "x"'), "becuase", "unknown key 'becuase' (did you mean 'because'?)"),
    (
        fact("accepted", 'until = "2030"'),
        "until",
        "key 'until' belongs to deadline-moved; accepted takes by, effective",
    ),
    (
        fact("accepted", 'by = "nortsteel"'),
        "by",
        "[[commitment.fact]] 'accepted' of 'halve-emissions': by: unknown",
    ),
    (fact("accepted", 'by = ["northsteel"]'), "by", "'by' must be a text in quotes, not a list"),
    (
        fact("accepted", 'known = "2022-04-30"'),
        "known",
        "known 2022-04-30 is before it occurred (2022-05-01)",
    ),
    (fact("accepted").replace("2022", "2020"), "occurred", "before the commitment was made (2021-03-01)"),
    (fact("accepted").replace("because", "# because"), "[[commitment.fact]]", "nothing supports it"),
    (fact("condition-met", 'condition = "x"'), "condition", "the commitment has no quoted condition"),
    (fact("deadline-moved"), "[[commitment.fact]]", "says no new date"),
    (fact("reworded"), "[[commitment.fact]]", "says no new words"),
    (fact("reworded", 'title = ""'), "title", "'title' is empty"),
    (fact("reworded", "condition = 'while: x'"), "condition", "'is' is missing after 'x'"),
    (fact("superseded"), "[[commitment.fact]]", "'superseded_by' is missing"),
    (
        fact("superseded", 'superseded_by = "no-cole"'),
        "superseded_by",
        "unknown commitment 'no-cole' (did you mean",
    ),
    (fact("superseded", 'superseded_by = "halve-emissions"'), "superseded_by", "cannot supersede itself"),
    (fact("position-stated", 'party = "investors"'), "[[commitment.fact]]", "'position' is missing"),
    (fact("clarity-rated"), "[[commitment.fact]]", "'unrateable' is missing"),
    (fact("fulfilled", 'extent = "3/2"'), "extent", "extent '3/2' is no part of a whole"),
    (fact("fulfilled", 'extent = "most"'), "extent", "extent 'most' is no part of a whole"),
    (fact("fulfilled", 'basis = "reportd"'), "basis", "(did you mean 'reported'?)"),
    (fact("violated", 'manner = "breech"'), "manner", "breach, lapse, repudiated (did you mean 'breach'?)"),
    (fact("violated", 'by = ["investers"]'), "by", "unknown party 'investers' (did you mean 'investors'?)"),
    (
        fact("reworded", 'note = "a"') + fact("reworded", 'note = "b"'),
        "occurred",
        "is not after the one above it (line",
    ),
    (
        fact("reworded", 'note = "a"', 'known = "2024"') + fact("accepted"),
        "known",
        "known: '2024' is no date",
    ),
    (
        fact("clarity-rated", 'unrateable = "a"', 'known = "2024-01"')
        + fact("clarity-rated", 'unrateable = "b"').replace("2022", "2023"),
        "occurred",
        "became known before the one above it",
    ),
    (
        '[[watch]]\nfor = ["no-cole"]\nobject = ["steel"]',
        "for",
        "for: unknown commitment 'no-cole' (did you mean",
    ),
    (
        '[[watch]]\nfor = ["no-coal"]\nobject = ["steal"]',
        "object",
        "unknown concept 'steal' (did you mean 'steel'?)",
    ),
    (
        '[[watch]]\nfor = ["no-coal"]\nobject = ["steel"]\nactors = ["stel"]',
        "actors",
        "unknown concept 'stel'",
    ),
    (
        '[[watch]]\nfor = ["no-coal"]\nobject = ["steel"]\nnot_actors = ["stel"]',
        "not_actors",
        "unknown concept",
    ),
    ('[[watch]]\nfor = ["no-coal"]', "[[watch]]", "[[watch]] for 'no-coal': 'object' is missing"),
    (
        '[[watch]]\nfor = ["no-coal"]\nobject = ["steel"]\nfullfils = []',
        "fullfils",
        "(did you mean 'fulfils'?)",
    ),
    (
        2 * '[[watch]]\nfor = ["no-coal"]\nobject = ["steel"]\n',
        "for",
        "'no-coal' has a watch already on line ",
    ),
    ('[[concept]]\nname = "x"\nvariants = []', "variants", "'variants' is empty"),
    ('[[concept]]\nname = "x"\nvariants = ["y"]\nparty = "investor"', "party", "unknown party 'investor'"),
]


@pytest.mark.parametrize(("added", "where", "said"), ADDITIONS)
def test_what_does_not_fit_is_named_where_it_stands(added: str, where: str, said: str) -> None:
    """References, facts, conditions and watches that do not fit are refused at their own line."""
    text = (
        HEAD
        + COAL.lstrip()
        + '\n[[concept]]\nname = "steel"\nvariants = ["steel"]\n\n'
        + PLEDGE
        + added
        + "\n"
    )
    line = complaint(text)
    assert said in line
    rows = [n for n, row in enumerate(text.split("\n"), 1) if row.startswith(where)]
    assert line.startswith(f"steel.toml:{rows[-1]}: "), (line, rows)


@pytest.mark.parametrize(
    ("again", "label", "key"),
    [
        ('[[party]]\nid = "northsteel"\nname = "x"\n', "[[party]] 'northsteel'", "id"),
        ('[[citation]]\nid = "annual-report"\n', "[[citation]] 'annual-report'", "id"),
        (PLEDGE, "[[commitment]] 'halve-emissions'", "id"),
        (2 * '[[concept]]\nname = "steel"\nvariants = ["x"]\n', "[[concept]] 'steel'", "name"),
    ],
)
def test_an_id_used_twice_names_both_lines(again: str, label: str, key: str) -> None:
    """The line of the second use begins the message, and the line of the first ends it."""
    text = PLAIN + again
    name = label.split("'")[1]
    first, second = (line_of(text, f'{key} = "{name}"', nth) for nth in (1, 2))
    assert complaint(text) == f"steel.toml:{second}: {label}: this {key} is taken already on line {first}"


def test_a_condition_fact_must_quote_the_condition() -> None:
    """The text of a condition fact is exactly one of those quoted in the condition."""
    text = (
        PLAIN
        + "condition = 'once: \"power is cheap\"'\n"
        + fact("condition-met", 'condition = "cheap power"')
    )
    assert """condition 'cheap power' is not the quoted text "power is cheap\"""" in complaint(text)


def test_a_condition_may_come_with_a_rewording() -> None:
    """A condition that a rewording brings can be settled by facts, and counts from then on."""
    text = (
        PLAIN
        + fact("reworded", "condition = 'once: \"it pays\"'")
        + fact("condition-met", 'condition = "it pays"')
    )
    reworded, met = events(text)
    assert isinstance(reworded, Reworded) and reworded.terms.condition == 'once: "it pays"'
    assert met == ConditionMet(condition="it pays", because=BECAUSE)


def test_a_ring_of_parts_is_named_with_its_path() -> None:
    """Parts that contain each other are refused with the way round."""
    text = PLAIN + 'part_of = "no-coal"\n' + COAL + 'part_of = "halve-emissions"\n'
    assert "is a part of itself: halve-emissions -> no-coal -> halve-emissions" in complaint(text)


def test_lines_are_found_past_strings_comments_and_lists() -> None:
    """Headers and keys inside strings, comments and long lists do not mislead the line number."""
    before = (
        PLEDGE.replace('"Halve emissions"', '"""\n[[commitment]]\nid = "no"\n# "x \\""""')
        + "note = '''\n[[x]]\nquoted'''  # [[commitment]] '\"\n"
        + "tags = [\n  \"a]\", # ]\n  'b',\n]\n"
    )
    text = HEAD + before + '"scoop" = "x"\n'
    assert complaint(text).startswith(f"steel.toml:{line_of(text, chr(34) + 'scoop')}: ")


def test_tables_written_inline_are_read_and_named_by_what_is_around_them() -> None:
    """TOML's inline tables work, and an error in one names the line of the key that holds it."""
    text = PLAIN + 'fact = [{type = "accepted", occurred = "2022-05-01", because = "x"}]\n'
    assert events(text) == [Accepted(because="x")]
    assert complaint(text.replace("accepted", "acepted")).startswith(f"steel.toml:{line_of(text, 'fact')}: ")


def test_nesting_without_end_is_refused_in_one_line() -> None:
    """A file that only nests is the user's mistake, not a crash."""
    assert "nested too deeply" in complaint("a = " + "[" * sys.getrecursionlimit() * 2)
    deep = "(" * sys.getrecursionlimit() + '"x"' + ")" * sys.getrecursionlimit()
    assert "more than 20 parentheses in each other" in complaint(PLAIN + f"condition = 'while: {deep}'\n")


@given(st.text(max_size=200) | st.text("[]{}=\"'#.\n \\abc1-", max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text, the only exception is DossierError, in one line."""
    for whole in (text, PLAIN + text):
        try:
            parse(whole, "steel.toml")
        except DossierError as refused:
            assert len(str(refused).splitlines()) == 1
            assert str(refused).startswith("steel.toml")


@given(st.integers(0, len(PLAIN)), st.integers(0, 12), st.text(max_size=6))
def test_any_damage_is_read_or_refused(start: int, length: int, text: str) -> None:
    """A dossier with some characters torn out or put in is read or refused in one line."""
    try:
        parse(PLAIN[:start] + text + PLAIN[start + length :], "steel.toml")
    except DossierError as refused:
        assert len(str(refused).splitlines()) == 1
