"""From the text of a dossier (TOML, format 1) to its values.

Everything that keeps a dossier from being loaded is found here, before anything is recorded: mistyped keys,
ids that do not exist, dates that are none, facts that do not fit their type. What can be loaded and is wrong
all the same is for `check`. Reads text, never a file or a clock. The format is described in
`docs/dossiers.md`.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import fields, frozen

from tracker.commitments.events import ClarityRated, Proposed
from tracker.commitments.terms import Interpretation, Kind, Terms, Voice, Window
from tracker.dossier.complaints import Misread, Rule
from tracker.dossier.dossier import Afterwards, DatedEvent, Dossier, Undertaking
from tracker.dossier.events import read_window
from tracker.dossier.facts import read_facts
from tracker.dossier.grammar import Grammar
from tracker.dossier.register import Register, read_register
from tracker.dossier.tables import Table, top
from tracker.evidence.profile import WatchProfile

FORMAT = 1
"""The version of the format that this program reads, the dossier's `format` key."""

DOSSIER_KEYS = (
    "format",
    "name",
    "title",
    "summary",
    "zone",
    "language",
    "party",
    "citation",
    "commitment",
    "concept",
    "watch",
)
COMMITMENT_KEYS = (
    "id",
    "title",
    "debtor",
    "creditor",
    "kind",
    "consequent",
    "voice",
    "told_by",
    "made",
    "cites",
    "condition",
    "from",
    "until",
    "review_on",
    "scope",
    "revocable",
    "part_of",
    "roll_up",
    "in_return_for",
    "afterwards",
    "unrateable",
    "instrument",
    "clause",
    "language",
    "zone",
    "note",
    "tags",
    "interpretation",
    "fact",
)
# Whatever the matching room adds to a profile is a list of texts, and a key of [[watch]] from then on.
_PROFILE_KEYS = tuple(field.name for field in fields(WatchProfile) if field.name != "commitment")
WATCH_KEYS = ("for", *_PROFILE_KEYS)
_CONCEPT_KEYS = ("object", "actors", "not_actors")


@frozen
class Reading:
    """A file read as far as it can be: what it says, what is wrong with it in the order of reading, and the
    tables of the commitments and of their watches by the commitment's id. What cannot be read is left out.
    """

    dossier: Dossier
    complaints: tuple[Misread, ...]
    commitments: Mapping[str, Table]
    watches: Mapping[str, Table]


def parse(text: str, name: str, grammar: Grammar | None = None) -> Dossier:
    """The dossier in `text`; `name` is what error messages call the file.

    Without a `grammar` its patterns are taken as they are. Raises `DossierError` for the first thing that is
    wrong: one line with file, line, table and key, and the nearest known word for a mistyped one.
    """
    reading = read(text, name, grammar)
    for complaint in reading.complaints:
        raise complaint
    return reading.dossier


def read(text: str, name: str, grammar: Grammar | None = None) -> Reading:
    """As `parse`, but reads on past what is wrong; raises `Misread` only where there is no reading on: a text
    that is no TOML, or of another format.
    """
    table = top(text, name)
    margin = table.page.margin
    _check_format(table)
    table.allow(DOSSIER_KEYS)
    slug, zone, language, title, summary = "", "UTC", "en", "", ""
    with margin.noting():
        slug = table.slug("name")
    with margin.noting():
        zone = table.zone("zone")
    with margin.noting():
        language = table.maybe("language") or "en"
    register = read_register(table)
    _check_parts(register.commitments)
    watches = _watches(table, register)
    if grammar is not None:
        _check_patterns(grammar, table, register, watches)
    with margin.noting():
        title = table.text("title")
    with margin.noting():
        summary = table.maybe("summary")
    entries = margin.each(
        register.commitments.items(),
        lambda named: _undertaking(
            named[1], zone, language, register, watches[named[0]][1] if named[0] in watches else None
        ),
    )
    dossier = Dossier(
        name=slug,
        title=title,
        summary=summary,
        zone=zone,
        language=language,
        parties=tuple(register.parties.values()),
        concepts=tuple(register.concepts.values()),
        entries=entries,
    )
    places = {name: place for name, (place, _) in watches.items()}
    return Reading(dossier, tuple(margin.complaints), register.commitments, places)


def _check_format(table: Table) -> None:
    """Before all else, so that a file of a later format is told from a mistyped one."""
    if not table.has("format"):
        raise table.error("'format' is missing", mend=f"write format = {FORMAT} at the top")
    if table.raw["format"] is True or table.raw["format"] != FORMAT:
        raise table.error(
            f"format {table.raw['format']!r} is not known here", "format", mend=f"this reads {FORMAT}"
        )


def _undertaking(
    table: Table, zone: str, language: str, register: Register, watch: WatchProfile | None
) -> Undertaking:
    table.allow(COMMITMENT_KEYS)
    zone = table.zone("zone", zone)
    voice = table.choice("voice", Voice)
    told_by = table.maybe("told_by")
    if voice is Voice.OWN and told_by:
        table.complain("'told_by' is for a voice that is relayed or demanded, not 'own'", "told_by")
    if voice is not Voice.OWN and not told_by:
        table.complain(f"'told_by' is missing: the voice is {voice.value!r}, so say who told it", "voice")
    if not table.has("cites"):
        table.complain(
            "'cites' is missing",
            mend="give the id of the [[citation]] it was taken from",
            rule=Rule.NO_SOURCE,
        )
    made = table.when("made", zone)
    terms = _terms(table, zone, language, register)
    begun = [DatedEvent(Proposed(terms=terms, voice=voice, by=told_by, cites=terms.cites), made, made.end)]
    if unrateable := table.maybe("unrateable"):
        begun.append(DatedEvent(ClarityRated(unrateable=unrateable, cites=terms.cites), made, made.end))
    facts = read_facts(table, terms, tuple(begun), register)
    return Undertaking((*begun, *facts), watch, _afterwards(table, terms))


def _afterwards(table: Table, terms: Terms) -> Afterwards | None:
    if not table.has("afterwards"):
        return None
    if terms.kind is not Kind.ACHIEVE:
        table.complain("'afterwards' is for an achieve: the others last by themselves", "afterwards")
    return table.choice("afterwards", Afterwards)


def _terms(table: Table, zone: str, language: str, register: Register) -> Terms:
    own = table.text("id")
    returns = table.references("in_return_for", register.commitments, "commitment")
    if own in returns:
        raise table.error("a commitment is not in return for itself", "in_return_for")
    return Terms(
        id=own,
        title=table.text("title"),
        debtor=register.parties_of(table, "debtor", required=True),
        creditor=register.parties_of(table, "creditor"),
        kind=table.choice("kind", Kind),
        consequent=table.text("consequent"),
        condition=table.maybe("condition"),
        window=read_window(table, Window(), zone),
        zone=zone,
        scope=table.maybe("scope"),
        interpretations=table.page.margin.each(
            table.tables("interpretation"), lambda place: _interpretation(place, own, register)
        ),
        revocable=table.flag("revocable"),
        part_of=table.reference("part_of", register.commitments, "commitment"),
        roll_up=table.one_of("roll_up", ("all",)) if table.has("roll_up") else "",
        in_return_for=returns,
        instrument=table.maybe("instrument"),
        clause=table.maybe("clause"),
        language=table.maybe("language") or language,
        cites=register.cited(table),
        note=table.maybe("note"),
        tags=table.words("tags"),
    )


def _interpretation(table: Table, commitment: str, register: Register) -> Interpretation:
    table = table.called(f"{table.label} of {commitment!r}")
    table.allow(("party", "reading", "cites"))
    table.text("party")
    return Interpretation(register.party(table, "party"), table.text("reading"), register.cited(table))


def _check_parts(commitments: Mapping[str, Table]) -> None:
    """A whole that rolls up has parts, and nothing is a part of itself by way of others."""
    wholes = {name: str(table.raw.get("part_of", "")) for name, table in commitments.items()}
    for name, table in commitments.items():
        if table.has("roll_up") and name not in wholes.values():
            table.complain(f"'roll_up' has nothing to roll up: no commitment is part_of {name!r}", "roll_up")
        path = [name]
        while wholes.get(path[-1]):
            path.append(wholes[path[-1]])
            if path[-1] == name:
                table.complain(f"is a part of itself: {' -> '.join(path)}", "part_of")
            if path[-1] in path[:-1]:
                break  # round once, or a ring further up, told of where it is


def _watches(top: Table, register: Register) -> dict[str, tuple[Table, WatchProfile]]:
    """The profile of each commitment that has one, with the table that holds it."""
    found: dict[str, tuple[Table, WatchProfile]] = {}

    def enter(table: Table) -> None:
        table.allow(WATCH_KEYS)
        wanted = table.references("for", register.commitments, "commitment", required=True)
        table = table.called(f"{table.label} for {wanted[0]!r}")
        words = {key: table.words(key, required=key == "object") for key in _PROFILE_KEYS}
        for key in _CONCEPT_KEYS:
            table.references(key, register.concepts, "concept")
        for name in wanted:
            if name in found:
                line = found[name][0].line()
                table.complain(f"{name!r} has a watch already{f' on line {line}' if line else ''}", "for")
            else:
                found[name] = (table, WatchProfile(commitment=name, **words))

    with top.page.margin.noting():
        top.page.margin.each(top.tables("watch"), enter)
    return found


def _check_patterns(
    grammar: Grammar, top: Table, register: Register, watches: Mapping[str, tuple[Table, WatchProfile]]
) -> None:
    """Complain of each pattern, and of each concept, that the matcher could not compile, where it stands."""
    for place in top.tables("concept"):
        concept = register.concepts.get(str(place.raw.get("name")))
        # What could not be read was complained of, and has no variants.
        if concept is not None and concept.variants and (problem := grammar.misphrased(concept)):
            table = place.called(f"{place.label} {concept.name!r}")
            table.complain(problem, "variants", rule=Rule.BAD_PATTERN)
    for table, profile in {table.path: (table, profile) for table, profile in watches.values()}.values():
        for key, number, problem in grammar.misspelt(profile, register.concepts):
            table.complain(problem, key, item=number, rule=Rule.BAD_PATTERN)
