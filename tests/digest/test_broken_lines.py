"""A mail server that breaks, defers or refuses at each step: what may have arrived is told apart from what
cannot have, and nobody else's mail suffers."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from attrs import astuple

from tests.digest.posts import Opened, Post, advance, free_port, listening, opened, states
from tracker.digest.mail import Handed, connected, hand_over
from tracker.digest.sending import Sent
from tracker.digest.service import send_due
from tracker.digest.settings import SmtpSettings
from tracker.digest.shown import mails
from tracker.digest.tables import outbox

__all__ = ["opened"]


class Moody(Post):
    """Answers `step` as told, `times` times; the answer "drop" cuts the line."""

    def __init__(self, step: str, answer: str, times: int = 1) -> None:
        super().__init__()
        self.step, self.answer, self.times = step, answer, times

    def mood(self, step: str, server: Any) -> str:
        """The answer that was told for this step, or nothing."""
        if step != self.step or not self.times:
            return ""
        self.times -= 1
        if self.answer == "drop":
            server.transport.abort()
        return self.answer

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """The sender."""
        envelope.mail_from = address
        return self.mood("MAIL", server) or "250 fine"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """The recipient."""
        if answer := self.mood("RCPT", server):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """The mail."""
        return self.mood("DATA", server) or await super().handle_DATA(server, session, envelope)


@pytest.mark.parametrize(
    ("step", "answer", "state"),
    [
        ("MAIL", "drop", "pending"),
        ("MAIL", "530 authenticate first", "pending"),
        ("RCPT", "drop", "pending"),
        ("RCPT", "450 try later", "pending"),
        ("RCPT", "550 nobody of this name", "failed"),
        ("DATA", "421 closing down", "pending"),
        ("DATA", "drop", "unknown"),
    ],
)
def test_only_the_mail_on_the_line_suffers(opened: Opened, step: str, answer: str, state: str) -> None:
    """The others go out in the same round; a mail is unknown only where the server may have it."""
    keeper = Moody(step, answer)
    with listening(keeper) as port:
        t = opened(port, readers="abcd")
        sent, error = astuple(send_due(t, t.now()))
        assert states(t) == {"a": state, "b": "sent", "c": "sent", "d": "sent"}
        assert sent == 3
        assert error
        assert "\n" not in error
        later = send_due(t, advance(t, hours=1))
    assert later == Sent(1 if state == "pending" else 0)
    arrived = sorted(str(mail["To"])[0] for mail in keeper.mails)
    assert arrived == (["a"] if state == "pending" else []) + ["b", "c", "d"]


class Cutting(SMTP):
    """A server that cuts the first line at a moment of its choice: greeting, command, content or reply."""

    moment = ""

    def cut(self, moment: str) -> bool:
        """Cut here, if this is the moment; but once."""
        if Cutting.moment != moment:
            return False
        Cutting.moment = ""
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.abort()
        return True

    def connection_made(self, transport: Any) -> None:
        """Before the greeting."""
        super().connection_made(transport)
        self.cut("greeting")

    async def smtp_DATA(self, arg: str) -> None:
        """At the command, in the middle of the content, or once all of it is here."""
        if self.cut("command"):
            return
        if Cutting.moment == "content":
            await self.push("354 go on")
            await self._reader.readline()
            self.cut("content")
            return
        if Cutting.moment == "reply":
            await self.push("354 go on")
            while await self._reader.readline() != b".\r\n":
                pass
            self.cut("reply")
            return
        await super().smtp_DATA(arg)


class CuttingController(Controller):
    """Serves with `Cutting`."""

    def factory(self) -> SMTP:
        """A server for one connection."""
        return Cutting(self.handler, **self.SMTP_kwargs)


@pytest.mark.parametrize(
    ("moment", "state"),
    [("greeting", "pending"), ("command", "pending"), ("reply", "unknown")],
)
def test_a_line_that_breaks_leaves_unknown_only_what_the_server_may_have(
    opened: Opened, moment: str, state: str
) -> None:
    """Before and after DATA; what it cannot have is sent again and arrives once."""
    keeper, port = Post(), free_port()
    t = opened(port, readers="a")
    controller = CuttingController(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    Cutting.moment = moment
    try:
        assert send_due(t, t.now()).error
        assert states(t) == {"a": state}
        assert send_due(t, advance(t, hours=1)).mails == (state == "pending")
    finally:
        controller.stop()
    assert len(keeper.mails) == (state == "pending")
    assert Cutting.moment == ""


def test_a_mail_that_was_cut_off_in_the_middle_cannot_have_arrived() -> None:
    """Without its end no server may take it, so it is sent again. It is larger than what lines buffer."""
    port = free_port()
    controller = CuttingController(Post(), hostname="127.0.0.1", port=port)
    controller.start()
    Cutting.moment = "content"
    try:
        with connected(SmtpSettings(host="127.0.0.1", port=port)) as server:
            mail = b"To: a@example.org\r\n\r\n" + b"word word\r\n" * 4_000_000
            handed = hand_over(server, mail, "s@example.org", "a@example.org")
    finally:
        controller.stop()
    assert (handed.state, handed.broken) == ("pending", True)


def test_a_line_that_begins_with_a_dot_arrives_as_it_was() -> None:
    """Dots are doubled on the way and halved by the server."""
    keeper = Post()
    text = ".\n..\n.x\r\nend\n"
    with listening(keeper) as port, connected(SmtpSettings(host="127.0.0.1", port=port)) as server:
        mail = f"To: a@example.org\r\n\r\n{text}".replace("\r\n", "\n").replace("\n", "\r\n").encode()
        assert hand_over(server, mail, "s@example.org", "a@example.org") == Handed("sent")
    assert keeper.mails[0].get_content() == ".\r\n..\r\n.x\r\nend\r\n"


def test_a_server_that_breaks_every_line_is_left_alone_after_three(opened: Opened) -> None:
    """The mails that were not tried keep all their attempts, and all arrive when it recovers."""
    keeper = Moody("MAIL", "drop", times=3)
    with listening(keeper) as port:
        t = opened(port, readers="abcde")
        assert send_due(t, t.now()).mails == 0
        with t.database.reading() as connection:
            attempts = [row.attempts for row in connection.execute(outbox.select())]
        assert sorted(attempts) == [0, 0, 1, 1, 1]
        assert send_due(t, advance(t, hours=1)) == Sent(5)


def test_a_mail_whose_sender_died_is_told_as_unknown_and_not_sent_again(opened: Opened) -> None:
    """A lease that ran out may have been delivered; a lease that runs is another sender's business."""
    t = opened(free_port(), readers="a")
    assert send_due(t, t.now()).mails == 0
    until = t.now() + timedelta(minutes=5)
    with t.database.writing() as connection:
        connection.execute(
            outbox.update().values(state="sending", fence=1, lease_until=until, data_at=t.now())
        )
    assert send_due(t, advance(t, minutes=1)) == Sent(0)
    assert states(t) == {"a": "sending"}
    assert send_due(t, advance(t, minutes=5)) == Sent(0)
    assert states(t) == {"a": "unknown"}


def test_a_deferred_mail_is_given_up_after_a_while(opened: Opened) -> None:
    """For four days, further and further apart, then the outbox says failed and why."""
    keeper = Moody("RCPT", "450 mailbox full", times=99)
    with listening(keeper) as port:
        t = opened(port, readers="a")
        tries: list[datetime] = []
        while not tries or mails(t)[0].state == "pending":
            before = keeper.times
            send_due(t, advance(t, minutes=5))
            tries += [t.now()] if keeper.times < before else []
        assert mails(t)[0].state == "failed"
        assert tries[-1] - tries[0] >= timedelta(days=4)
        pauses = [later - earlier for earlier, later in pairwise(tries)]
        assert pauses[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
        assert max(pauses) == timedelta(hours=6)
        assert "given up after 4 days: 450 mailbox full" in mails(t)[0].error


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_the_password_is_used_and_a_wrong_one_told(opened: Opened) -> None:
    """A login that is refused leaves the mails waiting."""

    def knows(_: Any, __: Any, ___: Any, mechanism: str, told: Any) -> AuthResult:
        assert isinstance(told, LoginPassword)
        return AuthResult(success=told == LoginPassword(b"tracker", b"right"), handled=False)

    keeper = Post()
    options: dict[str, Any] = {"authenticator": knows, "auth_require_tls": False, "auth_required": True}
    with listening(keeper, **options) as port:
        t = opened(port, readers="a", smtp='username = "tracker"\npassword = "wrong"\n')
        sent, error = astuple(send_due(t, t.now()))
        assert (sent, states(t)) == (0, {"a": "pending"})
        assert "refused us" in error
        assert "wrong" not in error
        again = opened(port, readers="a", smtp='username = "tracker"\npassword = "right"\n')
        assert send_due(again, again.now()) == Sent(1)


def test_a_server_without_starttls_is_not_trusted_with_mail(opened: Opened) -> None:
    """Where encryption is asked for and not to be had, nothing is sent in the clear."""
    keeper = Post()
    with listening(keeper) as port:
        t = opened(port, readers="a", smtp='security = "starttls"\n')
        sent, error = astuple(send_due(t, t.now()))
    assert (sent, keeper.mails) == (0, [])
    assert "refused us" in error
