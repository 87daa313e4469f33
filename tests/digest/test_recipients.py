"""Who gets which part, in which zone and format, and what happens where nothing changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

import tracker
from tests.desk.press import Story, press
from tests.digest.posts import Opened, Post, advance, free_port, opened, post
from tracker.commitments.events import Fulfilled, PositionStated, Violated
from tracker.digest.compose import collect, compose
from tracker.digest.sending import Sent
from tracker.digest.service import preview, send_due, send_now
from tracker.digest.settings import SECTIONS, Filter
from tracker.digest.shown import mails
from tracker.digest.tables import issues
from tracker.errors import ConfigError, UserError

__all__ = ["opened", "post"]


def reader(name: str, **wants: str) -> str:
    """The table of a recipient, as TOML."""
    return f'[[digest.recipients]]\naddress = "{name}@example.org"\n' + "".join(
        f"{key} = {value}\n" for key, value in wants.items()
    )


def text_of(keeper: Post, name: str) -> str:
    """The text of the last mail to somebody."""
    last = [mail for mail in keeper.mails if str(mail["To"]).startswith(f"{name}@")][-1]
    part = last.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_everyone_gets_what_they_asked_for_and_nothing_else(opened: Opened, post: tuple[Post, int]) -> None:
    """By party, status, commitment and tag; who asks for nothing in particular gets all."""
    keeper, port = post
    wanted = {
        "all": {},
        "party": {"parties": '["port"]'},
        "status": {"statuses": '["violated"]'},
        "id": {"commitments": '["open-bridge"]'},
        "both": {"parties": '["port"]', "statuses": '["violated"]'},
    }
    t = opened(port, readers="", digest="".join(reader(name, **wants) for name, wants in wanted.items()))
    assert send_due(t, t.now()) == Sent(5)
    board = {row.id: {*row.debtor, *row.creditor} for row in t.board()}
    advance(t, days=90)
    t.record("no-new-tax", Violated(because="a levy on flour"), "2024-03-15")
    t.record("open-bridge", Fulfilled(because="the mayor opened it"), "2024-05-01")
    send_due(t, t.now())
    slots = {mail.recipient.partition("@")[0]: mail for mail in mails(t)[5:]}
    seen = {
        name: {
            commitment
            for commitment in ("no-new-tax", "open-bridge")
            if slots[name].state == "sent" and f"({commitment})" in text_of(keeper, name)
        }
        for name in wanted
    }
    of_port = {name for name in ("no-new-tax", "open-bridge") if "port" in board[name]}
    assert seen == {
        "all": {"no-new-tax", "open-bridge"},
        "party": of_port,
        "status": {"no-new-tax"},
        "id": {"open-bridge"},
        "both": of_port & {"no-new-tax"},
    }
    assert slots["both"].state == ("sent" if seen["both"] else "skipped")


def test_a_verdict_taken_back_reaches_who_asked_for_verdicts(opened: Opened, post: tuple[Post, int]) -> None:
    """What is no longer violated concerns whoever was told that it was."""
    keeper, port = post
    t = opened(port, readers="", digest=reader("v", statuses='["violated"]'))
    send_due(t, t.now())
    advance(t, days=60)
    recorded = t.record("no-new-tax", Violated(because="a levy on flour"), "2024-03-15")
    assert send_due(t, t.now()).mails == 1
    advance(t, days=1)
    t.retract(recorded.fact.id, "it was an old levy")
    assert send_due(t, t.now()).mails == 1
    assert "1 corrected since" in keeper.mails[-1]["Subject"]
    assert "(no-new-tax)" in text_of(keeper, "v")


def test_those_who_are_told_the_same_share_one_stored_body(opened: Opened) -> None:
    """A row for each filter and zone, however many read it; the format is chosen when it is sent."""
    many = "".join(reader(f"r{number}", format='"text"' if number % 2 else '"html"') for number in range(6))
    other = reader("far", zone='"Pacific/Auckland"') + reader("few", commitments='["open-bridge"]')
    t = opened(free_port(), readers="", digest=many + other)
    send_due(t, t.now())
    with t.database.reading() as connection:
        wanted = [row.wanted for row in connection.execute(issues.select())]
    assert len(wanted) == 3
    assert len(mails(t)) == 8


def test_text_alone_is_sent_to_who_asked_for_it(opened: Opened, post: tuple[Post, int]) -> None:
    """One part, no HTML; the other reader has both and the picture."""
    keeper, port = post
    t = opened(port, readers="", digest=reader("plain", format='"text"') + reader("rich"))
    send_due(t, t.now())
    kinds = {str(mail["To"])[:4]: mail.get_content_type() for mail in keeper.mails}
    assert kinds == {"plai": "text/plain", "rich": "multipart/alternative"}


def test_the_first_issue_introduces_and_later_ones_tell_what_changed(
    opened: Opened, post: tuple[Post, int]
) -> None:
    """A recipient who is added later gets an introduction of their own."""
    keeper, port = post
    t = opened(port, readers="a")
    send_due(t, t.now())
    assert keeper.mails[-1]["Subject"] == f"Commitments: {len(t.board())} pending"
    advance(t, days=60)
    t.record("no-new-tax", Violated(because="a levy on flour"), "2024-03-15")
    later = opened(port, readers="ab")
    later.now.moment = t.now()  # type: ignore[attr-defined]
    assert send_due(later, later.now()).mails == 2
    subjects = {str(mail["To"])[0]: str(mail["Subject"]) for mail in keeper.mails[-2:]}
    assert subjects["a"] == "Commitments: 1 violated since 1 March 2024"
    assert subjects["b"] == f"Commitments: 1 violated, {len(t.board()) - 1} pending"


@pytest.mark.parametrize(
    ("policy", "sent"),
    [("skip", [1, 0, 0, 0, 0, 0]), ("send", [1] * 6), ("send every 3rd", [1, 0, 0, 1, 0, 0])],
)
def test_nothing_changed_is_a_policy_and_each_slot_says_why(
    opened: Opened, post: tuple[Post, int], policy: str, sent: list[int]
) -> None:
    """Skipped slots are written down with their reason."""
    _, port = post
    t = opened(port, readers="a", digest=f'when_empty = "{policy}"\n')
    assert [send_due(t, advance(t, days=1)).mails for _ in range(6)] == sent
    slots = mails(t)
    assert len(slots) == 6
    for mail in slots:
        assert (mail.state == "skipped") == mail.error.startswith("nothing changed since ")


def test_on_change_tells_at_once_and_then_holds_its_breath(opened: Opened, post: tuple[Post, int]) -> None:
    """What happens in the pause is told at its end; where nothing was to tell there is no slot."""
    keeper, port = post
    t = opened(port, readers="a", digest='schedule = "on change, at most every 6h"\n')
    assert send_due(t, t.now()).mails == 1
    advance(t, days=30)
    assert send_due(t, t.now()).mails == 0
    t.record("open-bridge", PositionStated(party="port", position="soon", because="it said so"), "2024-03-20")
    assert send_due(t, advance(t, minutes=1)).mails == 0
    t.record("no-new-tax", Violated(because="a levy on flour"), "2024-03-15")
    assert send_due(t, advance(t, minutes=1)).mails == 1
    t.record("open-bridge", Fulfilled(because="the mayor opened it"), "2024-03-30")
    assert [send_due(t, advance(t, hours=1)).mails for _ in range(7)] == [0, 0, 0, 0, 0, 1, 0]
    assert "1 fulfilled, 1 new or moved since" in keeper.mails[-1]["Subject"]
    assert {mail.state for mail in mails(t)} == {"sent"}


def test_sections_are_what_is_told_and_what_counts_as_news(opened: Opened, post: tuple[Post, int]) -> None:
    """Whoever wants changes only is not woken by a deadline that passed."""
    _, port = post
    t = opened(port, readers="a", digest='sections = ["changes"]\n')
    send_due(t, t.now())
    advance(t, days=310)
    t.sweep()
    assert send_due(t, t.now()).mails == 0
    made, _ = preview(t, "daily", since=1)
    assert "THE BOARD" not in made.text.upper()


def test_a_language_nobody_reads_is_told_to_who_gets_all(sqlite_url: str) -> None:
    """It may be about anything, so who asked for a part is not told."""
    with press(sqlite_url) as desk:
        desk.load()
        desk.print(Story("항만청, 다리 개통", feed="ministry", by="Port Ministry", language="ko"))
        material = collect(desk.t, 0, desk.t.catch_up(), desk.moment, SECTIONS)
    told = {
        kind: [item.title for item in compose(material, kind, SECTIONS, "UTC", None).waiting]
        for kind in (Filter(), Filter(tags=("port",)))
    }
    assert told == {Filter(): ["항만청, 다리 개통"], Filter(tags=("port",)): []}


def test_a_preview_is_for_one_recipient(opened: Opened) -> None:
    """As they would get it; who is none is told the near one."""
    t = opened(free_port(), readers="", digest=reader("all") + reader("few", commitments='["open-bridge"]'))
    assert "(no-new-tax)" not in preview(t, "daily", recipient="few@example.org", since=1)[0].text
    assert "(no-new-tax)" in preview(t, "daily", recipient="all@example.org", since=1)[0].text
    with pytest.raises(UserError, match=r"is no recipient \(did you mean 'all@example.org'\?\)"):
        preview(t, "daily", recipient="al@example.org")


def test_sending_now_to_one_advances_that_one_alone(opened: Opened, post: tuple[Post, int]) -> None:
    """And sends also where nothing changed."""
    keeper, port = post
    t = opened(port)
    send_due(t, t.now())
    advance(t, minutes=5)
    assert send_now(t, "daily", recipient="b@example.org") == Sent(1)
    assert str(keeper.mails[-1]["Subject"]).startswith("Commitments: nothing changed since 00:00")
    assert [str(mail["To"])[0] for mail in keeper.mails] == ["a", "b", "b"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('recipients = ["you at example"]', r"recipients, item 1: 'you at example' is no mail address"),
        ('recipients = ["a@b.org", "a@b.org"]', "'a@b.org' stands there twice"),
        ('recipients = [{address = "a@b.org", status = ["x"]}]', "unknown key 'status' .did you mean"),
        ('recipients = [{address = "a@b.org", statuses = ["violatd"]}]', "did you mean 'violated'"),
        ('recipients = [{address = "a@b.org", zone = "Mars/Base"}]', "zone: "),
        ('recipients = [{address = "a@b.org", format = "pdf"}]', "'pdf' is none of html, text"),
        ('every = "week"', 'unknown key .every.; write schedule = "daily 07:00"'),
        ('only = ["port"]', "unknown key 'only'; write parties into the table of each recipient"),
        ('schedule = "hourly"', "'hourly' cannot be read; write"),
        ('when_empty = "send every now"', "is none of 'skip', 'send', 'send every 7th'"),
        ('sections = ["bord"]', "'bord' is none of .*did you mean 'board'"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(
    opened: Opened, tmp_path: Path, wrong: str, told: str
) -> None:
    """One line, the table, the key, the mend."""
    opened(free_port(), readers="a")
    config = tmp_path / "config.toml"
    text = config.read_text()
    config.write_text(text[: text.index("[[digest]]")] + f'[[digest]]\nname = "daily"\n{wrong}\n')
    with tracker.open(config) as t, pytest.raises(ConfigError, match=told) as refused:
        send_due(t, t.now() + timedelta(days=1))
    assert "[[digest]] 'daily'" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('unsubscribe_url = "http://example.org/u"', "must begin with https://"),
        ('unsubscribe_url = "https://example.org/{who}"', "no other braces"),
        ('unsubscribe_url = "https://example.org/{token}"', "unsubscribe_secret is empty"),
        ('keep = "for ever"', "'for ever' is no duration"),
        ("port = 0", "0 is no port"),
    ],
)
def test_a_wrong_mail_server_is_told_with_its_place(opened: Opened, wrong: str, told: str) -> None:
    """The same for `[smtp]`."""
    replaced = "" if wrong.startswith("port") else wrong + "\n"
    t = opened(0 if not replaced else free_port(), readers="a", smtp=replaced)
    with pytest.raises(ConfigError, match=told):
        send_due(t, t.now())
