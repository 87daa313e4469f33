"""What loading a dossier appends to the log, once, twice, after edits and after retractions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tracker.commitments.events import (
    Accepted,
    ClarityRated,
    DeadlineMoved,
    Event,
    Fact,
    Proposed,
    Retracted,
    Reworded,
    WatchChanged,
)
from tracker.commitments.fold import timeline
from tracker.commitments.standing import Standing
from tracker.commitments.terms import Window
from tracker.dossier.diff import Change, diff, fixed
from tracker.dossier.dossier import Dossier
from tracker.dossier.parse import parse
from tracker.evidence.when import Occurred, midnight, occurrence

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
ID = "plant-trees"
HEAD = """\
format = 1
name = "green-city"
title = "The green pledges"
zone = "Europe/Paris"

[[party]]
id = "city"
name = "the city"

[[citation]]
id = "manifesto"
publisher = "The Greens"
title = "Manifesto"

[[concept]]
name = "trees"
variants = ["tree"]

"""
PLEDGE = """\
[[commitment]]
id = "plant-trees"
title = "Plant trees"
debtor = ["city"]
kind = "achieve"
consequent = "The city plants 1,000 trees."
voice = "own"
made = "2024-01-10"
cites = "manifesto"
until = "2025-12-31"
"""
WATCH = """
[[watch]]
for = ["plant-trees"]
object = ["trees"]
"""


def fact(type: str, occurred: str, *lines: str) -> str:  # noqa: A002
    """A fact with a reason."""
    rows = (f'type = "{type}"', f'occurred = "{occurred}"', 'because = "so it was"', *lines)
    return "\n[[commitment.fact]]\n" + "\n".join(rows) + "\n"


ACCEPTED = fact("accepted", "2024-03-01")
MOVED = fact("deadline-moved", "2025-05-01", 'until = "2026-12-31"')
REWORDED = fact("reworded", "2024-06-01", 'consequent = "The city plants 900 trees."')


class Recorder:
    """A stream kept the way the log keeps it: facts get ids and positions, time goes on."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.now = NOW

    def append(self, event: Event, occurred: Occurred) -> Fact:
        position = len(self.facts) + 1
        fact = Fact(f"e{position}", f"commitment/{ID}", position, position, event, occurred, self.now)
        self.facts.append(fact)
        return fact

    def retract(self, fact: Fact) -> Fact:
        return self.append(Retracted(event=fact.id), Occurred.at(self.now))

    def load(self, text: str, now: datetime | None = None) -> list[Change]:
        """Load a dossier an hour later, or at `now`, and return what it appended."""
        self.now = now or self.now + timedelta(hours=1)
        changes = diff(parse(text, "green.toml"), self.now, {ID: self.facts})
        for change in changes:
            self.append(change.event, change.occurred)
        return list(changes)

    def of(self, kind: type) -> Fact:
        """The latest recorded fact of a type."""
        return [fact for fact in self.facts if type(fact.event) is kind][-1]

    @property
    def standing(self) -> Standing:
        last = timeline(self.facts).last
        assert last is not None
        return last


def loaded(*texts: str) -> Recorder:
    """A stream into which each of the texts was loaded, in order."""
    recorder = Recorder()
    for text in texts:
        recorder.load(text)
    return recorder


def end_of(day: str) -> datetime:
    """The end of a day in Paris."""
    return occurrence(day, "Europe/Paris").end


def actions(changes: list[Change]) -> list[tuple[str, str]]:
    """What was done with which event."""
    return [(change.action, type(change.event).__name__) for change in changes]


def test_a_new_commitment_is_added_with_its_watch_and_its_facts_in_order() -> None:
    """Proposed comes first, at the time it was made; then how to watch for it, then the facts of the file."""
    changes = Recorder().load(HEAD + PLEDGE + ACCEPTED + REWORDED + MOVED + WATCH)
    assert actions(changes) == [
        ("add", "Proposed"),
        ("watch", "WatchChanged"),
        ("fact", "Accepted"),
        ("fact", "Reworded"),
        ("fact", "DeadlineMoved"),
    ]
    assert [str(change.occurred) for change in changes if change.action != "watch"] == [
        "2024-01-10",
        "2024-03-01",
        "2024-06-01",
        "2025-05-01",
    ]
    assert all(change.commitment == ID and change.summary for change in changes)


def test_unrateable_is_recorded_with_the_proposal() -> None:
    """A commitment that cannot be rated is recorded so from the first."""
    recorder = loaded(HEAD + PLEDGE + 'unrateable = "no count"\n')
    assert recorder.of(ClarityRated).occurred == recorder.of(Proposed).occurred
    assert recorder.standing.unrateable == "no count"


def test_loading_twice_records_once() -> None:
    """The same file over what it recorded gives nothing, its own rewordings and moved deadlines included."""
    text = HEAD + PLEDGE + 'unrateable = "no count"\n' + ACCEPTED + REWORDED + MOVED + WATCH
    recorder = loaded(text)
    assert recorder.load(text) == []
    assert recorder.standing.window.until == end_of("2026-12-31")
    assert recorder.standing.terms.consequent == "The city plants 900 trees."


def test_what_is_not_known_yet_waits() -> None:
    """Commitments and facts appear from the moment on at which they were known, and not before."""
    text = (
        HEAD + PLEDGE + ACCEPTED + fact("position-stated", "2024-02-01", 'party = "city"', 'position = "p"')
    )
    recorder = Recorder()
    made = end_of("2024-01-10")
    assert recorder.load(text, made - timedelta(seconds=1)) == []
    assert actions(recorder.load(text, made)) == [("add", "Proposed")]
    assert actions(recorder.load(text, end_of("2024-02-01"))) == [("fact", "PositionStated")]
    assert actions(recorder.load(text, end_of("2024-03-01"))) == [("fact", "Accepted")]


def test_a_fact_is_recorded_again_by_nobody() -> None:
    """The same event with the same occurrence is known, whoever recorded it and whenever."""
    recorder = loaded(HEAD + PLEDGE)
    recorder.append(Accepted(because="so it was"), occurrence("2024-03-01", "Europe/Paris"))
    assert recorder.load(HEAD + PLEDGE + ACCEPTED) == []


def test_a_fact_in_other_words_is_new_and_names_the_old_one() -> None:
    """An edited fact is added beside the recorded one, with the id to retract if it replaces it."""
    recorder = loaded(HEAD + PLEDGE + ACCEPTED)
    (change,) = recorder.load(HEAD + PLEDGE + ACCEPTED.replace("so it was", "as she said"))
    assert change.action == "fact"
    assert f"like {recorder.facts[1].id}, " in change.summary


def test_nothing_is_removed() -> None:
    """What is deleted from the file, a fact, a rewording, the watch, the whole commitment, stays as it is."""
    full = HEAD + PLEDGE + 'unrateable = "no count"\n' + ACCEPTED + REWORDED + MOVED + WATCH
    recorder = loaded(full)
    before = recorder.standing
    assert recorder.load(HEAD + PLEDGE) == []
    assert recorder.load(HEAD) == []
    assert recorder.standing == before


def test_an_edited_text_is_a_rewording_of_today() -> None:
    """The words of the file hold from the load on, and the earlier ones remain what held before."""
    recorder = loaded(HEAD + PLEDGE + ACCEPTED)
    edited = HEAD + PLEDGE.replace("1,000", "1,200") + ACCEPTED
    (change,) = recorder.load(edited)
    assert (change.action, change.summary, change.occurred.end) == (
        "reword",
        "words edited: consequent",
        recorder.now,
    )
    assert recorder.standing.terms.consequent == "The city plants 1,200 trees."
    earlier = timeline(recorder.facts).at(NOW)
    assert earlier and earlier.terms.consequent == "The city plants 1,000 trees."
    assert recorder.load(edited) == []


def test_an_edited_condition_is_a_rewording() -> None:
    """The condition belongs to the words: it can be added and taken away."""
    recorder = loaded(HEAD + PLEDGE)
    recorder.load(HEAD + PLEDGE + "condition = 'once: \"it rains\"'\n")
    assert recorder.standing.terms.condition == 'once: "it rains"'
    recorder.load(HEAD + PLEDGE)
    assert recorder.standing.terms.condition == ""


def test_an_edited_window_moves_the_deadline() -> None:
    """A date corrected in the file becomes a moved deadline, and no rewording."""
    recorder = loaded(HEAD + PLEDGE)
    edited = HEAD + PLEDGE.replace("2025-12-31", "2025-10-31")
    assert actions(recorder.load(edited)) == [("re-time", "DeadlineMoved")]
    assert recorder.standing.window.until == end_of("2025-10-31")
    assert recorder.load(edited) == []


def test_edits_back_and_forth_follow_the_file() -> None:
    """The log says what the file said last, though it said the same once before."""
    first, second = (
        HEAD + PLEDGE,
        HEAD + PLEDGE.replace("Plant trees", "Trees!").replace("2025-12", "2025-10"),
    )
    recorder = loaded(first)
    for text in (second, first, second, first):
        assert actions(recorder.load(text)) == [("reword", "Reworded"), ("re-time", "DeadlineMoved")]
        assert recorder.standing.terms.title == ("Plant trees" if text is first else "Trees!")
        assert recorder.load(text) == []


def test_two_edits_at_one_moment_do_not_tie() -> None:
    """Edits loaded at the same instant still follow each other: the fold never has to choose."""
    recorder = loaded(HEAD + PLEDGE)
    recorder.load(HEAD + PLEDGE.replace("1,000", "1,100"), recorder.now)
    recorder.load(HEAD + PLEDGE.replace("1,000", "1,200"), recorder.now)
    assert recorder.standing.terms.consequent == "The city plants 1,200 trees."
    assert timeline(recorder.facts).inert() == ()


def test_an_edit_leaves_what_the_facts_changed() -> None:
    """Editing the base keeps the file's own rewording on top, and a moved deadline where it is."""
    recorder = loaded(HEAD + PLEDGE + REWORDED + MOVED)
    edited = HEAD + PLEDGE.replace("Plant trees", "Trees!").replace("1,000", "1,200") + REWORDED + MOVED
    assert actions(recorder.load(edited)) == [("reword", "Reworded")]
    terms = recorder.standing.terms
    assert (terms.title, terms.consequent) == ("Trees!", "The city plants 900 trees.")
    moved_base = edited.replace("2025-12-31", "2025-10-31")
    assert recorder.load(moved_base) == []
    assert recorder.standing.window.until == end_of("2026-12-31")


def test_an_edited_rewording_is_an_edit() -> None:
    """A rewording or a moved deadline that is edited keeps its date, and holds as edited from now."""
    recorder = loaded(HEAD + PLEDGE + REWORDED + MOVED)
    edited = HEAD + PLEDGE + REWORDED.replace("900", "800") + MOVED.replace("2026-12-31", "2027-12-31")
    assert actions(recorder.load(edited)) == [("reword", "Reworded"), ("re-time", "DeadlineMoved")]
    assert recorder.standing.terms.consequent == "The city plants 800 trees."
    assert recorder.standing.window.until == end_of("2027-12-31")
    assert recorder.load(edited) == []


def test_a_rewording_entered_late_still_counts() -> None:
    """A rewording put into the file before one that is recorded adds its change to what holds now."""
    late = fact("reworded", "2024-04-01", 'scope = "native trees"')
    recorder = loaded(HEAD + PLEDGE + REWORDED)
    text = HEAD + PLEDGE + late + REWORDED
    recorder.load(text)
    terms = recorder.standing.terms
    assert (terms.scope, terms.consequent) == ("native trees", "The city plants 900 trees.")
    assert recorder.load(text) == []


def test_a_rewording_dated_before_an_edit_still_counts() -> None:
    """A fact that happened before the file was last edited is not lost behind that edit."""
    recorder = loaded(HEAD + PLEDGE, HEAD + PLEDGE.replace("Plant trees", "Trees!"))
    text = HEAD + PLEDGE.replace("Plant trees", "Trees!") + REWORDED
    recorder.load(text)
    terms = recorder.standing.terms
    assert (terms.title, terms.consequent) == ("Trees!", "The city plants 900 trees.")
    assert recorder.load(text) == []


def test_what_others_recorded_is_not_undone() -> None:
    """A deadline moved by hand stays, as long as the file's own dates are not edited."""
    recorder = loaded(HEAD + PLEDGE)
    window = Window(until=midnight(datetime(2030, 1, 1, tzinfo=UTC).date(), "Europe/Paris"))
    recorder.append(DeadlineMoved(window=window), occurrence("2025-06-01", "Europe/Paris"))
    assert recorder.load(HEAD + PLEDGE) == []
    assert actions(recorder.load(HEAD + PLEDGE.replace("Plant trees", "Trees!"))) == [("reword", "Reworded")]
    assert recorder.standing.window == window


def test_a_retracted_fact_does_not_come_back() -> None:
    """Facts of every sort that were retracted stay so, though the file still says them."""
    text = HEAD + PLEDGE + 'unrateable = "no count"\n' + ACCEPTED + REWORDED + MOVED + WATCH
    recorder = loaded(text)
    for fact in recorder.facts[1:]:
        recorder.retract(fact)
    assert recorder.load(text) == []
    standing = recorder.standing
    assert (standing.state, standing.unrateable, standing.watch) == ("proposed", "", None)
    assert standing.window.until == end_of("2025-12-31")
    assert standing.terms.consequent == "The city plants 1,000 trees."


def test_a_retracted_retraction_is_none() -> None:
    """When the retraction is itself retracted the fact holds again, and is not recorded twice."""
    recorder = loaded(HEAD + PLEDGE + ACCEPTED)
    retraction = recorder.retract(recorder.of(Accepted))
    recorder.retract(retraction)
    assert recorder.load(HEAD + PLEDGE + ACCEPTED) == []
    assert recorder.standing.state == "active"


def test_a_retracted_change_is_not_carried_on_by_the_next() -> None:
    """A rewording after a retracted one brings only its own change."""
    recorder = loaded(HEAD + PLEDGE + REWORDED)
    recorder.retract(recorder.of(Reworded))
    text = HEAD + PLEDGE + REWORDED + fact("reworded", "2024-08-01", 'scope = "native trees"')
    (change,) = recorder.load(text)
    assert change.action == "fact"
    terms = recorder.standing.terms
    assert (terms.scope, terms.consequent) == ("native trees", "The city plants 1,000 trees.")
    assert recorder.load(text) == []


def test_a_retraction_reaches_through_a_later_edit() -> None:
    """A change that an edit had carried along is gone from the words once it is retracted."""
    edited = HEAD + PLEDGE.replace("Plant trees", "Trees!") + REWORDED
    recorder = loaded(HEAD + PLEDGE + REWORDED, edited)
    recorder.retract(recorder.facts[1])
    assert actions(recorder.load(edited)) == [("reword", "Reworded")]
    terms = recorder.standing.terms
    assert (terms.title, terms.consequent) == ("Trees!", "The city plants 1,000 trees.")
    assert recorder.load(edited) == []


def test_a_retracted_edit_does_not_come_back() -> None:
    """An edit of the file that somebody took back stays back, until the file says something else."""
    edited = HEAD + PLEDGE.replace("1,000", "1,200")
    recorder = loaded(HEAD + PLEDGE, edited)
    recorder.retract(recorder.of(Reworded))
    assert recorder.load(edited) == []
    assert recorder.standing.terms.consequent == "The city plants 1,000 trees."
    assert actions(recorder.load(HEAD + PLEDGE.replace("1,000", "1,300"))) == [("reword", "Reworded")]


def test_a_changed_watch_replaces_the_latest() -> None:
    """A profile is recorded when it differs from the latest, and when the file returns to an older one."""
    other = WATCH + 'ignore = ["family tree"]\n'
    recorder = loaded(HEAD + PLEDGE + WATCH)
    for text in (other, WATCH):
        (change,) = recorder.load(HEAD + PLEDGE + text)
        assert change.action == "watch" and isinstance(change.event, WatchChanged)
        assert recorder.standing.watch == change.event.profile
        assert recorder.load(HEAD + PLEDGE + text) == []


def test_a_watch_that_comes_later_is_recorded_then() -> None:
    """A commitment recorded without a watch gets it when the file does."""
    recorder = loaded(HEAD + PLEDGE)
    assert actions(recorder.load(HEAD + PLEDGE + WATCH)) == [("watch", "WatchChanged")]


def test_an_edited_reason_for_no_verdict_holds_from_now() -> None:
    """The reason in `unrateable` can be edited, and a clarity-rated fact lifts it."""
    recorder = loaded(HEAD + PLEDGE + 'unrateable = "no count"\n')
    edited = HEAD + PLEDGE + 'unrateable = "nobody counts"\n'
    assert actions(recorder.load(edited)) == [("reword", "ClarityRated")]
    assert recorder.standing.unrateable == "nobody counts"
    assert recorder.load(edited) == []


def test_what_no_event_can_change_is_told() -> None:
    """An edit of when, how and by whom it was proposed is named in a line each, and records nothing."""
    recorder = loaded(HEAD + PLEDGE)
    text = HEAD + PLEDGE.replace("2024-01-10", "2024-01-11").replace(
        '"own"', '"relayed"\ntold_by = "the press"'
    )
    dossier = parse(text, "green.toml")
    lines = fixed(dossier, {ID: recorder.facts})
    assert [line.split(": ")[2].split(" ")[0] for line in lines] == ["made", "voice", "told_by"]
    assert "'2024-01-10' and stays so; the file says '2024-01-11'" in lines[0]
    assert recorder.load(text) == []
    (kind,) = fixed(
        parse(HEAD + PLEDGE.replace('"achieve"', '"maintain"'), "green.toml"), {ID: recorder.facts}
    )
    assert "kind was recorded as 'achieve' and stays so" in kind
    assert "give what is different an id of its own" in kind
    assert fixed(parse(HEAD + PLEDGE, "green.toml"), {ID: recorder.facts}) == ()


VERSIONS = [
    HEAD + base + "".join(parts) + watch
    for base in (
        PLEDGE,
        PLEDGE.replace("1,000", "1,200"),
        PLEDGE.replace("2025-12", "2025-10"),
        PLEDGE + 'unrateable = "no count"\n',
        PLEDGE + 'unrateable = "nobody counts"\n',
    )
    for parts in (
        (),
        (ACCEPTED,),
        (REWORDED,),
        (REWORDED, MOVED),
        (ACCEPTED, REWORDED.replace("900", "800"), MOVED),
    )
    for watch in ("", WATCH)
]
DOSSIERS: list[Dossier] = [parse(text, "green.toml") for text in VERSIONS]


@given(st.lists(st.tuples(st.sampled_from(VERSIONS), st.integers(0, 12)), min_size=1, max_size=5))
def test_whatever_went_before_the_second_load_gives_nothing(steps: list[tuple[str, int]]) -> None:
    """After any series of versions and retractions, the same file loaded again records nothing."""
    recorder = Recorder()
    for text, retracted in steps:
        recorder.load(text)
        assert recorder.load(text) == []
        if 0 < retracted < len(recorder.facts):
            recorder.retract(recorder.facts[retracted])
    recorder.load(steps[-1][0])
    assert recorder.load(steps[-1][0]) == []


@given(st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=5))
def test_without_retractions_the_log_says_what_the_file_says(texts: list[str]) -> None:
    """After any series of versions, words the last one gives are the words that hold, and nothing ties."""
    recorder = loaded(*texts)
    fresh, final = loaded(texts[-1]).standing, recorder.standing
    if not any('type = "reworded"' in text for text in texts[:-1]):
        assert evolve(final.terms, window=Window()) == evolve(fresh.terms, window=Window())
    if not any("deadline-moved" in text for text in texts[:-1]):
        assert final.window == fresh.window
    assert all(inert.rule != "conflict" for inert in timeline(recorder.facts).inert())


@given(st.sampled_from(VERSIONS), st.lists(st.integers(0, 900), max_size=6))
def test_day_by_day_is_the_same_as_at_once(text: str, days: list[int]) -> None:
    """A replay that loads on any days ends where one load ends, with the same facts of the world."""
    recorder = Recorder()
    for day in sorted(days):
        recorder.load(text, datetime(2023, 12, 1, tzinfo=UTC) + timedelta(days=day))
    recorder.load(text, NOW)
    at_once = Recorder()
    at_once.load(text, NOW)
    told = [
        sorted((repr(f.event), f.occurred.start) for f in r.facts if not isinstance(f.event, WatchChanged))
        for r in (recorder, at_once)
    ]
    assert told[0] == told[1]


@given(st.sampled_from(DOSSIERS), st.randoms(use_true_random=False))
def test_the_order_of_what_is_recorded_does_not_matter(dossier: Dossier, random: object) -> None:
    """The facts of a stream may be handed over in any order."""
    recorder = loaded(VERSIONS[-1])
    shuffled = list(recorder.facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert diff(dossier, NOW, {ID: shuffled}) == diff(dossier, NOW, {ID: recorder.facts})
