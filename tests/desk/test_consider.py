"""Considering documents: the same findings and grades whatever came first, each once, through any crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk.press import Press, Story, press, titles
from tracker.commitments.policy import PolicySettings
from tracker.desk import consider as considering
from tracker.desk import words
from tracker.matching.matcher import Matcher

OPENS = "Port authority opens harbour bridge"
OPENED = Story(OPENS)
AGAIN = Story("Harbour bridge opened by port authority", by="Courier")
INAUGURATED = Story("Port authority inaugurates harbour bridge", by="Herald")
RAISED = Story("Port authority raises mooring fees", by="Herald", on="2024-03-05")


def test_a_new_commitment_is_matched_against_the_stored_documents(shared_url: str) -> None:
    """Found now, occurred then: by `known_at` it was not known, by `as_of` it is true."""
    with press(shared_url) as desk:
        desk.load()
        desk.print(OPENED, RAISED)
        desk.load(fees=True)
        before = desk.moment
        assert desk.t.evidence("fees") == ()
        desk.wait(days=1)
        assert desk.consider() == 0  # none is new
        (found,) = desk.t.evidence("fees")
        assert (found.quote.relation, str(found.quote.occurred)) == ("violates", "2024-03-05")
        assert found.recorded_at > before
        assert desk.t.evidence("fees", known_at=before) == ()
        assert len(desk.t.evidence("fees", as_of="2024-03-05")) == 1


def test_reading_the_stored_documents_twice_finds_everything_once(shared_url: str) -> None:
    """No word changed, no fact is added; nor by a second desk that knows nothing of the first."""
    with press(shared_url) as desk:
        desk.load(fees=True)
        desk.print(OPENED, AGAIN, RAISED)
        head = desk.t.head()
        with desk.t.database.writing() as connection:
            for name in ("bridge", "fees"):
                words.move(connection, 0, f"stored/{name}")
        desk.consider()
        assert desk.t.head() == head
    with press(shared_url) as other:
        other.consider()
        assert other.t.head() == head


def test_changed_words_keep_what_was_found_and_add_what_they_find(shared_url: str) -> None:
    """The finding that the new words do not make stays, with the version of the words that made it."""
    with press(shared_url) as desk:
        desk.load()
        desk.print(OPENED, INAUGURATED)
        assert "fulfils" in {each.quote.relation for each in desk.t.evidence("bridge")}
        versions = {each.quote.matcher for each in desk.t.evidence("bridge")}
        desk.load(act="inaugurate")
        desk.consider()
        acts = [each.quote for each in desk.t.evidence("bridge") if each.quote.relation == "fulfils"]
        by_title = {quote.title: quote.matcher for quote in acts if quote.title == INAUGURATED.title}
        assert by_title and set(by_title.values()).isdisjoint(versions)
        assert versions <= {each.quote.matcher for each in desk.t.evidence("bridge")}


def test_what_reads_otherwise_takes_the_place_of_the_former_reading() -> None:
    """The former waits for nobody and weighs no more; there and back and there again is three findings."""
    with press() as desk:
        desk.load(act="inaugurate")
        desk.print(OPENED)
        (context,) = desk.t.evidence("bridge")
        assert (context.quote.relation, context.waiting) == ("context", False)
        desk.load()
        desk.consider()
        first, second = desk.t.evidence("bridge")
        assert (second.quote.relation, second.quote.revises) == ("fulfils", first.quote.id)
        assert second.waiting
        desk.load(act="inaugurate")
        desk.consider()
        desk.consider()
        *_, third = desk.t.evidence("bridge")
        assert (third.quote.relation, third.quote.revises) == ("context", second.quote.id)
        assert not any(each.waiting for each in desk.t.evidence("bridge"))
        desk.load()
        desk.consider()
        assert [each.quote.relation for each in desk.t.evidence("bridge")] == ["context", "fulfils"] * 2
        assert desk.t.commitment("bridge").to_review == 1


def test_a_changed_concept_counts_as_changed_words_of_whoever_names_it() -> None:
    """And of nobody else: the other commitment has nothing to catch up with."""
    other = Story("Port authority opens the harbor bridge")
    with press() as desk:
        desk.load(fees=True)
        desk.print(other)
        assert titles(desk) == []
        changed = '[[concept]]\nname = "crane"\nvariants = ["crane"]\n'
        desk.load(fees=True, more=changed)
        with desk.t.database.writing() as connection:
            words.plan(connection)
            assert words.behind(connection) == {}
        from tests.desk import press as texts
        from tracker.dossier.parse import parse

        text = texts.dossier(fees=True).replace('["harbour bridge"]', '["harbour bridge", "harbor bridge"]')
        desk.t.load_dossier(parse(text, "harbour.toml"))
        with desk.t.database.writing() as connection:
            words.plan(connection)
            assert words.behind(connection) == {"bridge": 0}
        desk.consider()
        assert titles(desk) == [other.title]


class Crash(Exception):
    """The process was killed."""


def test_a_crash_between_batches_leaves_nothing_half_done(
    shared_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes next goes on where the last committed batch ended, and finds the same."""
    monkeypatch.setattr(considering, "BATCH", 3)
    stories = [Story(f"{OPENS} {number}", on=f"2024-03-{number:02}") for number in range(1, 12)]
    with press(shared_url) as desk:
        desk.load(bridge=False, fees=True)
        desk.print(*stories)
        desk.load(fees=True)
        batches = 0

        def dies(judge: Callable[..., bool]) -> Callable[..., bool]:
            def judged(*given: Any) -> bool:
                nonlocal batches
                batches += 1
                if batches == 3:
                    raise Crash
                return judge(*given)

            return judged

        monkeypatch.setattr(desk.t.desk, "judge", dies(desk.t.desk.judge))
        with pytest.raises(Crash):
            desk.consider()
        assert len(desk.t.evidence("bridge")) == 6
        with desk.t.database.reading() as connection:
            assert words.behind(connection) == {"bridge": 6}
    with press(shared_url) as next_one:
        next_one.consider()
        assert titles(next_one) == sorted(story.title for story in stories)
        with next_one.t.database.reading() as connection:
            assert words.behind(connection) == {}


def test_what_was_published_before_the_commitment_was_made_is_no_news_of_it() -> None:
    """Whether it came before or after the dossier."""
    old = Story(OPENS, on="2023-12-31")
    with press() as desk:
        desk.print(old)
        desk.load()
        desk.consider()
        assert titles(desk) == []
        desk.print(Story(OPENS, by="Courier", on="2023-12-31"), OPENED)
        assert titles(desk) == [OPENED.title]


STORIES = [
    OPENED,
    AGAIN,
    INAUGURATED,
    RAISED,
    Story("Port authority closes harbour bridge", by="Coast Wire", on="2024-03-02"),
    Story(OPENS, by="Port Ministry", on="2024-03-02"),
    Story("Gulls return", by="Herald"),
]


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(STORIES))
def test_grades_do_not_hang_on_whose_answer_came_first(order: list[Story]) -> None:
    """What one round brings is graded together."""
    with press() as one, press() as other:
        for desk, stories in ((one, STORIES), (other, order)):
            desk.load(fees=True)
            desk.print(*stories)
        assert one.found() == other.found()
        assert one.found("fees") == other.found("fees")


ENVOY = (
    "{0}The port authority opened the harbour bridge on Friday, {1}. Cars queued for two hours to be among "
    "the first across, and the old ferry made its last trip in the evening before a crowd on both quays."
)


@settings(max_examples=8, deadline=None)
@given(
    order=st.permutations(
        [
            Story("Bridge is open", by="Gazette", on="2024-03-01", body=ENVOY.format("", "a sunny day")),
            Story("New link", by="Herald", on="2024-03-03", body=ENVOY.format("", "a bright day")),
            Story("Ferry retires", by="Courier", on="2024-03-02", body=ENVOY.format("New: ", "a fine day")),
        ]
    )
)
def test_copies_with_edits_are_one_origin_whichever_came_first(order: list[Story]) -> None:
    """That of the one which was published first; so they confirm nobody, and decide nothing."""
    with press(policy={"enabled": True}) as desk:
        desk.load()
        desk.print(*order)
        quotes = [each.quote for each in desk.t.evidence("bridge")]
        assert [(quote.origin, quote.grade) for quote in quotes] == [("Gazette", "B2")] * 3
        assert desk.statuses() == {"bridge": "active"}


def test_wires_that_quote_one_envoy_and_a_party_with_its_agency_are_one_origin_each() -> None:
    """As the matcher names the speaker, and the source list the party."""
    words = "Port authority opened harbour bridge, Ada Quill said"
    with press() as desk:
        desk.load()
        desk.print(
            *(Story(words, by=name) for name in ("Coast Wire", "Gazette", "Herald")),
            *(Story(OPENS, by=name) for name in ("Port Ministry", "Port News Agency")),
        )
        origins = {each.quote.publisher: each.quote.origin for each in desk.t.evidence("bridge")}
        assert origins["Coast Wire"] == origins["Gazette"] == origins["Herald"]
        assert origins["Port Ministry"] == origins["Port News Agency"] == "party:port"


def said(desk: Press, name: str) -> set[tuple[str, ...]]:
    """The findings without their grades, which say what was known when each was made."""
    return {(*found[:5], found[6]) for found in desk.found(name)}


@settings(max_examples=8, deadline=None)
@given(
    order=st.permutations([("load", "bridge"), ("load", "fees"), *(("print", s) for s in STORIES)]),
    considered=st.sets(st.integers(0, 8)),
)
def test_what_is_found_does_not_hang_on_the_order_of_words_and_documents(
    order: list[tuple[str, Any]], considered: set[int]
) -> None:
    """Dossiers first, documents first, or mixed, considered now and then: the same findings in the end."""
    with press() as one, press() as other:
        one.load(bridge=True, fees=True)
        one.print(*STORIES)
        loaded: set[str] = set()
        for number, (step, what) in enumerate(order):
            if step == "load":
                loaded.add(what)
                other.load(bridge="bridge" in loaded, fees="fees" in loaded)
            else:
                other.capture(what)
            if number in considered:
                other.consider()
        other.consider()
        for name in ("bridge", "fees"):
            assert said(one, name) == said(other, name)


def test_a_verdict_stands_when_its_finding_is_read_otherwise_and_a_new_reading_can_bring_one() -> None:
    """And the what-if under the settings in force has nothing else to say, in either case."""
    for before, after, state in (("open", "inaugurate", "fulfilled"), ("inaugurate", "open", "fulfilled")):
        with press(policy={"enabled": True, "origins": 1}) as desk:
            desk.load(act=before)
            desk.print(OPENED)
            desk.load(act=after)
            desk.consider()
            assert len(desk.t.evidence("bridge")) == 2
            assert desk.statuses() == {"bridge": state}
            assert desk.t.rejudge(desk.t.policy).differences == ()
    with press() as desk:
        desk.load(act="inaugurate")
        desk.print(OPENED)
        desk.load()
        desk.consider()
        (difference,) = desk.t.rejudge(PolicySettings(enabled=True, origins=1)).differences
        assert difference.after.state == "fulfilled"
        desk.load(act="inaugurate")
        desk.consider()
        (difference,) = desk.t.rejudge(PolicySettings(enabled=True, origins=1)).differences
        assert difference.after.state == "fulfilled"  # it would have been judged while it was read so


def test_another_version_of_the_matcher_reads_the_archive_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it finds just the same is not found twice."""
    with press() as desk:
        desk.load()
        desk.print(OPENED)
        head = desk.t.head()
        monkeypatch.setattr(Matcher, "version", "next")
        with desk.t.database.writing() as connection:
            words.plan(connection)
            assert words.behind(connection) == {"bridge": 0}
            words.plan(connection)
        desk.consider()
        assert desk.t.head() == head
        with desk.t.database.writing() as connection:
            words.plan(connection)
            assert words.behind(connection) == {}


def test_the_matcher_adds_what_changed_and_is_not_built_anew() -> None:
    """A new profile is added to the matcher that is there; only other concepts make a new one."""
    with press() as desk:
        desk.load()
        desk.print(OPENED)
        with desk.t.database.writing() as connection:
            before = desk.t.desk.matcher(connection)
        desk.load(fees=True)
        with desk.t.database.writing() as connection:
            assert desk.t.desk.matcher(connection) is before
        desk.print(RAISED)
        assert titles(desk, "fees") == [RAISED.title]
