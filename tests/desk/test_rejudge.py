"""The policy's what-if: the same settings change nothing, others do what they would have done."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import sqlalchemy as sa
from attrs import evolve as but
from hypothesis import given
from hypothesis import strategies as st

from tests.desk.whatif_logs import ALL, BREAD, BRIDGE, FOUND, TOLL, Life, Report, life
from tests.examples import examples
from tracker.commitments.events import DeadlineMoved, Event, Fulfilled, Manner, Suspended, Violated
from tracker.commitments.policy import Lapse, PolicySettings
from tracker.commitments.terms import Window
from tracker.errors import Refused
from tracker.evidence.finding import Relation
from tracker.evidence.grade import Reliability
from tracker.projections.answers import Commitment, Rejudged

SETTINGS = st.builds(
    PolicySettings,
    enabled=st.sampled_from([True, True, True, True, False]),
    origins=st.integers(1, 3),
    reliability=st.sampled_from([Reliability.B, Reliability.C]),
    window_days=st.sampled_from([0, 3, 30]),
    lapse=st.sampled_from(Lapse),
)
USUAL = {"bread": Relation.VIOLATES, "toll": Relation.VIOLATES}


def reports(names: list[str]) -> st.SearchStrategy[Report]:
    """Reports about some commitments, mostly of the act that would decide them."""
    return st.builds(
        lambda name, is_usual, **more: Report(
            name, relation=USUAL.get(name, Relation.FULFILS) if is_usual else Relation.VIOLATES, **more
        ),
        st.sampled_from(names),
        st.sampled_from([True, True, True, False]),
        origin=st.sampled_from(["ap", "yonhap", "tass"]),
        on=st.sampled_from(["2024-01-10", "2024-01-11", "2024-01-11", "2024-02-12"]),
        reliability=st.sampled_from([Reliability.B, Reliability.B, Reliability.C]),
        speaker=st.sampled_from(["", "", "", "voters", "government"]),
    )


BATCHES = st.lists(st.sampled_from(FOUND), min_size=1, max_size=2).flatmap(
    lambda names: st.lists(reports(names), min_size=1, max_size=5)
)
WAITS = st.sampled_from([1, 20, 40])
PERSONS: st.SearchStrategy[Event] = st.sampled_from(
    [
        Fulfilled(because="seen"),
        Violated(because="seen", manner=Manner.BREACH),
        Suspended(because="agreed"),
        DeadlineMoved(because="agreed", window=Window()),
    ]
)
INDEX = st.integers(0, 5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("find"), BATCHES),
        st.tuples(st.just("find"), BATCHES),
        st.tuples(st.just("wait"), WAITS),
        st.tuples(st.just("sweep"), st.none()),
        st.tuples(st.sampled_from(["reject", "accept", "retract", "undo"]), INDEX),
        st.tuples(st.just("record"), st.tuples(st.sampled_from(FOUND), PERSONS)),
    ),
    max_size=10,
)
OPEN = PolicySettings(enabled=True, origins=1)
PAIR = PolicySettings(enabled=True)


def take(step: tuple[str, object], log: Life) -> None:
    """Do what a step says; what the rules refuse is not done."""
    try:
        match step:
            case "find", list(reports):
                log.find(*reports)
            case "wait", int(days):
                log.wait(days)
            case "sweep", _:
                log.sweep()
            case "record", (str(name), Event() as event):
                log.wait(0)
                log.t.record(name, event, log.clock())
            case "retract", int(index):
                verdicts = [f.id for f in log.t.log(types=("Fulfilled", "Violated", "Retracted"))]
                log.wait(0)
                if verdicts:
                    log.t.retract(verdicts[index % len(verdicts)], "it was not so")
            case "undo", int(index):
                reviews = [f.id for f in log.t.log(types=("FindingAccepted", "FindingRejected"))]
                log.wait(0)
                if reviews:
                    log.t.review_undo(reviews[index % len(reviews)])
            case str(word), int(index) if log.made:
                log.wait(0)
                finding = f"{index % log.made + 1:032x}"
                (log.t.review_accept if word == "accept" else log.t.review_reject)(finding)
    except Refused:
        pass


def seen(rows: Iterable[Commitment]) -> list[dict[str, object]]:
    """What a reader sees of a board; standings name facts, whose ids hold the hash of the settings."""
    shown = [field.name for field in attrs.fields(Commitment) if field.name != "standing"]
    return [{name: getattr(row, name) for name in shown} for row in rows]


def then(log: Life, answer: Rejudged) -> tuple[Commitment, ...]:
    """The board as the answer has it."""
    changed = {each.commitment: each.after for each in answer.differences}
    return tuple(changed.get(row.id, row) for row in log.t.board())


@examples(15, deadline=None)
@given(policy=SETTINGS, steps=STEPS)
def test_the_settings_in_force_change_nothing(
    policy: PolicySettings, steps: list[tuple[str, object]]
) -> None:
    """Whatever was found, judged, reviewed, recorded by hand, taken back and swept, in whatever order."""
    with life(policy) as log:
        for step in steps:
            take(step, log)
        answer = log.t.rejudge(policy)
        assert answer.differences == ()
        assert sum(answer.same.values()) == len(ALL)
        assert log.t.rejudge(policy, as_of="2024-02-11").differences == ()


@examples(15, deadline=None)
@given(
    first=SETTINGS,
    second=SETTINGS,
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("find"), BATCHES),
            st.tuples(st.just("find"), BATCHES),
            st.tuples(st.just("wait"), WAITS),
            st.tuples(st.just("reject"), INDEX),
        ),
        max_size=10,
    ),
    late=st.sampled_from([0, 60, 60]),
)
def test_other_settings_do_what_they_had_done_in_force(
    first: PolicySettings, second: PolicySettings, steps: list[tuple[str, object]], late: int
) -> None:
    """The same news twice, under either settings: the what-if over the one log is the board of the other."""
    with life(first) as one, life(second) as other:
        for step in steps:
            for each in (one, other):
                each.sweep()
                take(step, each)
        for each in (one, other):
            each.wait(late)
            each.sweep()
        assert seen(then(one, one.t.rejudge(second))) == seen(other.t.board())


ONE = Report("bridge", "ap"), Report("bridge", "tass")


def states(answer: Rejudged) -> dict[str, tuple[str, str]]:
    """By commitment the state before and after."""
    return {each.commitment: (each.before.state, each.after.state) for each in answer.differences}


def test_stricter_settings_take_a_verdict_away_with_what_hangs_on_it() -> None:
    """Both are told; what decides now is not there, and its findings wait for a person again."""
    with life(PAIR, (BRIDGE, BREAD, TOLL)) as log:
        log.find(*ONE)
        head = log.t.head()
        answer = log.t.rejudge(but(PAIR, origins=3))
        assert states(answer) == {"bridge": ("fulfilled", "active"), "toll": ("active", "conditional")}
        assert [each.after.to_review for each in answer.differences] == [2, 0]
        assert answer.same == {"pending": 1}
        assert log.t.head() == head
        assert states(log.t.rejudge(but(PAIR, origins=3), as_of="2024-01-09")) == {}


def test_looser_settings_say_by_which_rule_and_on_which_findings() -> None:
    """The verdict is recorded nowhere, and told as if it were."""
    with life(PAIR, (BRIDGE, BREAD)) as log:
        log.find(ONE[0])
        (difference,) = log.t.rejudge(OPEN).differences
        assert (difference.before.status, difference.after.status) == ("pending", "fulfilled")
        (reason,) = difference.because
        assert (reason.rule, [quote.publisher for quote in reason.findings]) == ("corroborated", ["ap"])
        assert (reason.recorded_by, difference.after.to_review) == ("policy", 0)


def test_the_clock_says_what_a_left_out_verdict_had_kept_it_from() -> None:
    """Decided in time, the deadline was never taken down; undecided, it passes and lapses."""
    lapse = but(PAIR, origins=3, lapse=Lapse.VIOLATE)
    with life(PAIR, (BRIDGE, BREAD)) as log:
        log.find(*ONE)
        log.wait(60)
        log.sweep()
        answer = log.t.rejudge(lapse)
        assert states(answer) == {"bridge": ("fulfilled", "violated")}
        assert answer.differences[0].after.manner == "lapse"
        (kept,) = log.t.rejudge(but(PAIR, origins=3)).differences
        assert (kept.after.state, kept.after.flags) == ("active", ("overdue",))


def test_recorded_deadlines_lapse_or_wait_as_the_settings_say() -> None:
    """Either way, and the act that came late remedies a lapse where it decides."""
    for ours, theirs in ((Lapse.REVIEW, Lapse.VIOLATE), (Lapse.VIOLATE, Lapse.REVIEW)):
        with life(but(PAIR, lapse=ours), (BRIDGE,)) as log:
            log.wait(60)
            log.sweep()
            after = {Lapse.REVIEW: "active", Lapse.VIOLATE: "violated"}
            assert states(log.t.rejudge(but(PAIR, lapse=theirs))) == {"bridge": (after[ours], after[theirs])}


def test_who_took_a_verdict_back_takes_back_the_like_of_it() -> None:
    """It stays away under the same settings and under others that make it of the same findings; those
    findings weigh no more, and others do."""
    with life(PAIR, (BRIDGE, BREAD)) as log:
        log.find(*ONE)
        (verdict,) = log.by_rule("bridge")
        log.wait(1)
        taken = log.t.retract(verdict, "no car crossed").fact
        for other in (PAIR, OPEN, but(PAIR, window_days=9)):
            assert log.t.rejudge(other).differences == ()
        log.find(Report("bridge", "yonhap"))
        assert log.t.rejudge(PAIR).differences == ()
        assert log.t.rejudge(but(PAIR, origins=3)).differences == ()
        assert states(log.t.rejudge(OPEN)) == {"bridge": ("active", "fulfilled")}
        log.wait(1)
        log.t.retract(taken.id, "a car did cross")
        assert states(log.t.rejudge(but(PAIR, origins=3))) == {"bridge": ("fulfilled", "active")}


def test_what_persons_decided_stays() -> None:
    """A verdict by hand and a rejected finding are the same under any settings."""
    with life(PAIR, (BRIDGE, BREAD)) as log:
        log.find(Report("bread", "ap", relation=Relation.VIOLATES), ONE[0])
        log.wait(1)
        log.t.review_reject(f"{1:032x}", "about another tax")
        log.t.review_accept(f"{2:032x}")
        log.find(Report("bread", "tass", relation=Relation.VIOLATES))
        for other in (PolicySettings(), PAIR, but(PAIR, lapse=Lapse.VIOLATE)):
            assert log.t.rejudge(other).differences == ()


def test_a_verdict_before_its_finding_was_rejected_stands_unsupported() -> None:
    """As it would have: the reviewer came after the rule."""
    with life(PAIR, (BREAD,)) as log:
        log.find(Report("bread", "ap", relation=Relation.VIOLATES))
        log.wait(1)
        log.t.review_reject(f"{1:032x}", "about another tax")
        (difference,) = log.t.rejudge(OPEN).differences
        assert (difference.after.state, difference.after.flags) == ("violated", ("unsupported",))


def test_what_was_found_together_is_judged_together() -> None:
    """Two for it and one against it in the same round are a dispute; one after the other they are not."""
    against = Report("bridge", "yonhap", relation=Relation.VIOLATES)
    for together in (True, False):
        with life(PolicySettings(), (BRIDGE,)) as log:
            for batch in [(*ONE, against)] if together else [ONE, (against,)]:
                log.find(*batch)
            assert bool(log.t.rejudge(PAIR).differences) is not together


def test_a_log_of_several_settings_is_compared_as_it_was_recorded() -> None:
    """Each verdict was made by the settings of its day; the what-if applies one to all."""
    with life(OPEN, (BRIDGE, BREAD)) as log:
        log.find(ONE[0])
        log.t.policy = log.t.desk.policy = PAIR
        log.find(Report("bread", "ap", relation=Relation.VIOLATES))
        assert states(log.t.rejudge(PAIR)) == {"bridge": ("fulfilled", "active")}
        assert states(log.t.rejudge(OPEN)) == {"bread": ("active", "violated")}


def test_it_writes_nothing_on_either_database(shared_url: str) -> None:
    """Head, chain and the rows of every table are what they were."""
    with life(PAIR, url=shared_url) as log:
        log.find(*ONE)
        log.find(Report("bread", "ap", relation=Relation.VIOLATES))
        log.wait(60)
        log.sweep()
        log.t.board()
        before = rows(log)
        assert states(log.t.rejudge(but(OPEN, lapse=Lapse.VIOLATE)))["bread"] == ("fulfilled", "violated")
        assert rows(log) == before
        assert log.t.verify().position == log.t.head()


def rows(log: Life) -> dict[str, list[str]]:
    """Every row of every table."""
    with log.t.database.reading() as connection:
        return {
            name: sorted(map(repr, connection.execute(sa.text(f'SELECT * FROM "{name}"'))))
            for name in sa.inspect(connection).get_table_names()
        }
