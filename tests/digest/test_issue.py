"""What an issue tells: every step once, passed deadlines, and never more than a mail program shows."""

from __future__ import annotations

from datetime import timedelta

from tests.api.test_api import DOSSIER
from tests.digest.posts import Opened, Post, advance, free_port, opened, post
from tracker.api import Tracker
from tracker.commitments.events import DeadlineMoved, Fulfilled
from tracker.commitments.terms import Window
from tracker.digest.compose import Issue, collect, compose
from tracker.digest.sending import Sent
from tracker.digest.service import preview, send_due
from tracker.digest.settings import SECTIONS, Filter

__all__ = ["opened", "post"]


ALL = Filter()


def issue(t: Tracker, after: int, to: int, wanted: Filter = ALL) -> Issue:
    """What an issue tells of a range of the log to somebody who had one before."""
    since = t.now() - timedelta(days=1)
    return compose(collect(t, after, to, t.now(), SECTIONS), wanted, SECTIONS, "Europe/London", since)


def test_a_passed_deadline_is_news_once(opened: Opened, post: tuple[Post, int]) -> None:
    """No status moved, yet a reader is told; the next day there is nothing to tell."""
    keeper, port = post
    t = opened(port, readers="a")
    send_due(t, t.now())
    advance(t, days=310)
    t.sweep()
    assert send_due(t, t.now()) == Sent(1)
    assert keeper.mails[-1]["Subject"] == "Commitments: 1 deadline passed since 1 March 2024"
    body = keeper.mails[-1].get_body(("plain",))
    assert body is not None
    assert "2024-12-31  Open the harbour bridge (open-bridge), new" in body.get_content()
    assert send_due(t, advance(t, days=1)) == Sent(0)


def test_no_change_is_in_two_issues_or_in_none(opened: Opened) -> None:
    """Cut at any position, two issues together tell each commitment's way from first to last."""
    t = opened(free_port())
    advance(t, days=90)
    t.record("open-bridge", Fulfilled(because="it opened"), "2024-05-01")
    head = t.catch_up()
    whole = issue(t, 0, head)
    last = {change.commitment: change.after.state for change in whole.changes}
    for cut in range(head + 1):
        told: dict[str, str] = {}
        for told_in in (issue(t, 0, cut), issue(t, cut, head)):
            for change in told_in.changes:
                before = change.before.state if change.before else None
                assert told.get(change.commitment) == before
                told[change.commitment] = change.after.state
        assert told == last
    assert issue(t, head, head).is_empty


def test_a_moved_deadline_is_told_with_both_dates(opened: Opened) -> None:
    """The state stays, the date does not."""
    t = opened(free_port())
    since = t.catch_up()
    advance(t, days=30)
    moved = t.commitment("open-bridge").until
    assert moved is not None
    later = moved.replace(year=2026)
    t.record(
        "open-bridge", DeadlineMoved(window=Window(until=later), because="the steel is late"), "2024-03-20"
    )
    made, _ = preview(t, "daily", since=since)
    subject, text, html = made.subject, made.text, made.html
    assert subject == "Commitments: 1 new or moved since 1 March 2024"
    for told in (text, html):
        assert "still" in told
        assert "due by 2025-12-31, before: by 2024-12-31" in told
        assert "the steel is late" in told


def test_a_verdict_taken_back_is_a_correction(opened: Opened) -> None:
    """It stands first, under its own heading, and only for who was told the verdict."""
    t = opened(free_port())
    unaware = t.catch_up()
    advance(t, days=90)
    recorded = t.record("open-bridge", Fulfilled(because="it opened"), "2024-05-01")
    told = t.catch_up()
    t.retract(recorded.fact.id, "it was a rehearsal")
    made, _ = preview(t, "daily", since=told)
    subject, text = made.subject, made.text
    assert "1 corrected" in subject
    assert text.index("CORRECTIONS") < text.index("Open the harbour bridge")
    assert "fulfilled -> active" in text
    assert issue(t, unaware, t.catch_up()).corrections == ()


def test_the_html_stays_below_what_mail_programs_cut_off(opened: Opened) -> None:
    """However much there is to tell: the HTML says how much it left out, the text leaves out no change."""
    start = DOSSIER.index("[[commitment]]")
    one = DOSSIER[start : DOSSIER.index("[[commitment]]", start + 1)]
    many = "".join(
        one.replace("open-bridge", f"open-bridge-{i}").replace(
            "harbour bridge", f"ü<b>ridge {i} " + "x" * 300
        )
        for i in range(150)
    )
    t = opened(free_port(), DOSSIER + many)
    made, mail = preview(t, "daily", since=1)
    text, html = made.text, made.html
    assert len(html.encode()) < 100_000
    assert "more: <code" in html
    assert all(f"(open-bridge-{i})" in text for i in range(150))
    assert mail.isascii()


def test_a_line_break_cannot_forge_a_heading(opened: Opened) -> None:
    """What a person or a feed wrote stays on its own line of the text."""
    t = opened(free_port())
    advance(t, days=90)
    t.record("open-bridge", Fulfilled(because="done\n\nCORRECTIONS\n\n* all"), "2024-05-01")
    assert "\nCORRECTIONS" not in preview(t, "daily", since=1)[0].text
