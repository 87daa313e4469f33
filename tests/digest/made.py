"""Issues for tests of rendering, made of values without a tracker behind them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from attrs import evolve

from tracker.commitments.standing import Standing, State
from tracker.commitments.terms import Kind, Terms, Window
from tracker.digest.compose import Issue, Tally
from tracker.digest.settings import SECTIONS
from tracker.evidence.source import Citation
from tracker.evidence.when import Occurred
from tracker.projections.answers import Change, Commitment, FeedHealth, InboxItem, Quote, Reason

NOW = datetime(2018, 6, 15, 22, 0, tzinfo=UTC)  # 07:00 of the next day in Seoul
SINCE = NOW - timedelta(days=7)
ZONE = "Asia/Seoul"
ADDRESS = "https://wire.example/2018/06/story"

# Titles that would do harm where they are believed.
FORGED = (
    "A pledge\n\nCORRECTIONS (9)\n\n* All is well\n  violated -> fulfilled since 2018-01-01 (all)",
    "A pledge\r\n\r\nTHE BOARD (1)\r\nfulfilled  Everything",
    "A pledge\u2028WHAT CHANGED (7)\u2029* Nothing\x0b\x0cTIMELINE\x85done",
    "\u202eegdelp A\u202c of \u2066bidi\u2069 overrides \u202a\u202b\u202d\u2067\u2068",
    "A pledge\x00 with \x1b[31mcontrols\x1b[0m and \x07a bell, \x9b31m, half a \ud83d pair",
    "<script>alert(1)</script><h2>Corrections</h2><img src=x onerror=alert(1)>",
    "</p></div></body><style>body{display:none}</style><!-- & &amp; {{ 7*7 }} {% raw %}",
    '" onmouseover="alert(1)" style="position:fixed;inset:0',
    "See https://evil.example/login now, or [B2] Wire: all is well",
    "x" * 5000,
    "wordy " * 2000,
    "平壌は核実験場の閉鎖を約束した" * 40,
    "تعهد بإغلاق موقع التجارب النووية " * 12,
    "A̶̛̠͔̰͚͇ ̷̧p̵̢l̶e̵d̷g̸e̵ " * 30,
)
ADDRESSES = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://wire.example/\n\nCORRECTIONS (9)",
    'https://wire.example/"><script>alert(1)</script>',
    "https://wire.example/\u202egpj.exe",
    "https://wire.example/" + "long/" * 400,
    "vbscript:x",
    "",
)


def row(name: str, title: str = "", state: str = "active", **values: Any) -> Commitment:
    """A commitment in a state, as the board has it."""
    title = title or f"Keep the pledge {name}"
    since = values.pop("since", Occurred.on(date(2018, 4, 27), ZONE))
    until = values.pop("until", None)
    standing = Standing(
        terms=Terms(
            id=name,
            title=title,
            debtor=("north",),
            creditor=("south",),
            kind=Kind.ACHIEVE,
            consequent="it is done",
        ),
        state=State(state),
        since=since,
        window=Window(until=until),
    )
    plain = Commitment(
        id=name,
        title=title,
        debtor=("north",),
        creditor=("south",),
        kind="achieve",
        status=standing.status.value,
        state=state,
        since=since,
        until=until,
        flags=(),
        basis=None,
        to_review=0,
        extent=(0, 0),
        shortfall="",
        by=(),
        manner=None,
        breaches=0,
        voice="own",
        told_by="",
        consequent="it is done",
        condition="",
        tags=(),
        note="",
        standing=standing,
    )
    return evolve(plain, **values)


def quote(title: str = "Tunnels blown up before reporters", url: str = ADDRESS, **values: Any) -> Quote:
    """A report, B2 unless told."""
    plain = Quote(
        id="f1",
        publisher="Example Wire",
        title=title,
        url=url,
        published=SINCE,
        reliability="B",
        credibility="2",
        origin="Example Wire",
        relation="fulfils",
        factuality="actual",
        occurred=None,
        words=(),
        text="",
        spans=(),
        number=1,
        because="",
        matcher="1",
        revises="",
        counted=True,
        rejected=False,
    )
    return evolve(plain, **values)


def reason(
    kind: str = "Fulfilled", because: str = "2 independent origins report it", **values: Any
) -> Reason:
    """A fact of 24 May 2018."""
    plain = Reason(
        id="e1",
        type=kind,
        occurred=Occurred.on(date(2018, 5, 24), ZONE),
        recorded_at=NOW,
        recorded_by="policy",
        because=because,
        cites=None,
        rule="",
        commitment="a",
        findings=(),
    )
    return evolve(plain, **values)


def change(before: Commitment | None, after: Commitment, *because: Reason) -> Change:
    """A step from one standing to another."""
    return Change(
        position=7,
        commitment=after.id,
        title=after.title,
        before=before,
        after=after,
        recorded_at=NOW,
        because=because,
    )


def item(kind: str, name: str, title: str, why: str, report: Quote | None = None) -> InboxItem:
    """Something that waits for a person."""
    return InboxItem(commitment=name, title=title, kind=kind, reason=why, quote=report, since=SINCE)


def feed(name: str, error: str, failures: int = 3, last: datetime | None = SINCE) -> FeedHealth:
    """A feed that fails."""
    return FeedHealth(
        name=name,
        url=f"https://{name}.example/rss",
        publisher=name,
        last_success=last,
        next_at=NOW,
        failures=failures,
        error=error,
        paused=False,
        paused_because="",
        documents=12,
        per_day=2.5,
        asked_at=f"https://{name}.example/rss",
    )


def tally(day: date, violated: int, fulfilled: int, pending: int, closed: int) -> Tally:
    """One day of a timeline."""
    return Tally(day=day, violated=violated, fulfilled=fulfilled, pending=pending, closed=closed)


def timeline() -> tuple[Tally, ...]:
    """Eleven Fridays of the spring of 2018."""
    figures = (
        (0, 1, 6, 0), (0, 1, 6, 0), (0, 1, 7, 0), (0, 2, 7, 0), (0, 2, 9, 0), (0, 2, 9, 1),
        (0, 3, 16, 1), (0, 6, 15, 1), (0, 6, 15, 1), (1, 7, 14, 1), (1, 9, 16, 2),
    )  # fmt: skip
    first = date(2018, 4, 6)
    return tuple(tally(first + timedelta(days=7 * week), *counts) for week, counts in enumerate(figures))


def issue(**values: Any) -> Issue:
    """An issue without content but for what is given."""
    plain = Issue(
        headline="nothing changed since 9 June 2018",
        since=SINCE,
        changes=(),
        corrections=(),
        disputes=(),
        passed=(),
        upcoming=(),
        overdue=(),
        waiting=(),
        failing=(),
        board=(),
        timeline=(),
        sections=SECTIONS,
        zone=ZONE,
        made_at=NOW,
    )
    return evolve(plain, **values)


def ordinary() -> Issue:
    """A bit of everything, as a week brings it."""
    test_site = row("shut-test-site", "Close the northern nuclear test site at Punggye-ri")
    may, june = (Occurred.on(date(2018, *day), ZONE) for day in ((5, 24), (6, 11)))
    shut = evolve(test_site, state="fulfilled", status="fulfilled", basis="corroborated", since=may)
    reports = (quote(reliability="C"), quote("Five blasts, then dust", ADDRESS + "/2"))
    summit = row("meet-in-singapore", "A meeting in Singapore", until=datetime(2018, 6, 12, 15, tzinfo=UTC))
    moved = evolve(summit, until=datetime(2018, 6, 29, 15, tzinfo=UTC))
    released = row("free-detainees", "Free three detained Americans", "fulfilled", extent=(3, 3))
    active = evolve(released, state="active", status="pending", extent=(2, 3), flags=("disputed",))
    speakers = row(
        "stop-loudspeakers", "Stop the loudspeakers along the line and take them down",
        until=datetime(2018, 5, 31, 15, tzinfo=UTC), flags=("overdue",),
    )  # fmt: skip
    office = row(
        "open-office", "Open a liaison office in Kaesong", until=datetime(2018, 7, 1, 15, tzinfo=UTC)
    )
    games = row("hold-no-games", "Hold no war games while the talks go on", "violated", since=june)
    old = row("old-declaration", "Declaration of October 2007", "superseded")
    cited = Citation("The two Koreas", "Panmunjom Declaration", "2018-04-27", ADDRESS + "/declaration")
    said = "Example Wire (B2) reports that it {} this"
    broken = reason("Violated", "an exercise began", occurred=june, cites=cited)
    return issue(
        headline="1 violated, 1 fulfilled, 1 new or moved, 1 corrected, 1 disputed, 1 deadline passed "
        "since 9 June 2018",
        changes=(
            change(test_site, shut, reason(findings=reports)),
            change(None, games, broken),
            change(summit, moved, reason("DeadlineMoved", "the leaders agreed on another day")),
        ),
        corrections=(
            change(released, active, reason("Retracted", "one of them was only moved to another prison")),
        ),
        disputes=(
            item("dispute", shut.id, shut.title, said.format("violates"), quote("Tunnels may be used again")),
        ),
        passed=(speakers,),
        overdue=(speakers,),
        upcoming=(moved, office),
        waiting=(
            item("finding", office.id, office.title, said.format("fulfils"), quote("Office to open")),
            item("deadline", speakers.id, speakers.title, "the deadline passed; nobody has judged it"),
            item(
                "language", "", "北朝鮮、核実験場を爆破",
                "3 documents of the feed tokyo in 'ja', which the matcher cannot read",
            ),
        ),
        failing=(feed("harbour-news", "the server answered 503"), feed("old-wire", "no such host", 1, None)),
        board=(shut, games, moved, active, speakers, office, old),
        timeline=timeline(),
    )  # fmt: skip


def introduction() -> Issue:
    """The first issue: where all stands, nothing about how it came there."""
    return evolve(
        ordinary(),
        headline="7 commitments: 1 violated, 1 fulfilled, 1 closed, 4 pending; 1 overdue",
        since=None,
        changes=(),
        corrections=(),
        disputes=(),
        passed=(),
    )


def hostile() -> Issue:
    """Everything that comes from outside is forged, marked up, controlling or endless."""
    rows = [row(f"pledge-{place}", title) for place, title in enumerate(FORGED)]
    reports = [
        quote(title, ADDRESSES[place % len(ADDRESSES)], publisher=title, id=f"f{place}")
        for place, title in enumerate(FORGED)
    ]
    until = datetime(2018, 6, 29, 15, tzinfo=UTC)
    steps = tuple(
        change(
            one if place % 2 else None,
            evolve(one, state="violated", status="violated", consequent=one.title),
            reason("Violated", one.title, findings=tuple(reports[place:] + reports[:place])),
            reason(because=one.title, cites=Citation(one.title, one.title, "2018-04-27", report.url)),
        )
        for place, (one, report) in enumerate(zip(rows, reports, strict=True))
    )
    dated = tuple(evolve(one, until=until, flags=("overdue",)) for one in rows)
    items = tuple(
        item("dispute", one.id, one.title, one.title, report)
        for one, report in zip(rows, reports, strict=True)
    )
    unread = tuple(item("language", "", one.title, one.title) for one in rows)
    return issue(
        headline="14 violated, 2 corrected, 2 disputed since 9 June 2018; 14 overdue",
        changes=steps,
        corrections=steps[:2],
        disputes=items[:2],
        passed=dated[:3],
        overdue=dated,
        upcoming=dated,
        waiting=items + unread,
        failing=tuple(feed(f"feed-{place}", title) for place, title in enumerate(FORGED)),
        board=tuple(rows),
        timeline=timeline(),
    )


def huge(many: int = 300) -> Issue:
    """More than any mail may hold, with words that take the most room when escaped."""
    long = "'&' \"<>\" " * 40
    until = datetime(2018, 6, 29, 15, tzinfo=UTC)
    rows = tuple(row(f"pledge-{n}", f"{n} {long}", until=until, flags=("overdue",)) for n in range(many))
    reports = tuple(quote(long, f"{ADDRESS}/{n}?{'&' * 440}", publisher=long) for n in range(9))
    facts = tuple(reason("Violated", long, cites=Citation(long, long), findings=reports) for _ in range(9))
    steps = tuple(change(one, evolve(one, state="violated", status="violated"), *facts) for one in rows)
    items = tuple(item("dispute", one.id, one.title, long, reports[0]) for one in rows)
    unread = tuple(item("language", "", long, long) for _ in rows)
    return issue(
        headline=f"{many} violated, {many} corrected, {many} disputed since 9 June 2018; {many} overdue",
        changes=steps,
        corrections=steps,
        disputes=items,
        passed=rows,
        overdue=rows,
        upcoming=rows,
        waiting=items + unread,
        failing=tuple(feed(f"feed-{n}", long) for n in range(many)),
        board=rows,
        timeline=tuple(tally(date(2018, 6, 1) + timedelta(days=n), n, many - n, 12345, 7) for n in range(12)),
    )
