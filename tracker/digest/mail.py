"""One mail to one recipient, and the server that takes it.

The Message-ID follows from digest, slot and recipient, so a repeat can be told by whoever gets it twice:
SMTP cannot promise to deliver once.
"""

from __future__ import annotations

import hashlib
import hmac
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote

from attrs import frozen

from tracker.digest.render import PICTURE_CID, Rendered
from tracker.digest.settings import SmtpSettings
from tracker.errors import MailFailed

# The standard library folds a long List-Unsubscribe into encoded words, which mail programs ignore. Bodies
# are encoded to ASCII, because not every server takes eight bits and smtplib does not announce them.
POLICY = SMTP.clone(max_line_length=998, cte_type="7bit")


@frozen
class Handed:
    """What became of a mail: `state` sent, pending (later), failed (never) or unknown, and why.

    `broken` says that the connection is of no more use.
    """

    state: str
    error: str = ""
    broken: bool = False


def message_id(digest: str, slot: str, recipient: str, domain: str) -> str:
    """`<…@domain>`, the same for the same mail."""
    name = hashlib.sha256("\0".join((digest, slot, recipient)).encode()).hexdigest()[:32]
    return f"<{name}@{domain}>"


def body(
    rendered: Rendered, digest: str, form: str, smtp: SmtpSettings, seal: str, made_at: datetime
) -> bytes:
    """What all get who read an issue in the same format: most headers, and from MIME-Version on the rest.

    `form` is "text" for the text alone, else text, HTML and picture. `seal` names the parts' boundaries: one
    at random would make the same mail differ from itself.
    """
    # Headers in raw UTF-8 where the sender needs them; such a mail goes to servers only that take it.
    mail = EmailMessage(policy=POLICY.clone(utf8=not smtp.sender.isascii()))
    domain = smtp.sender.rpartition("@")[2]
    mail["From"] = f"tracker <{smtp.sender}>"
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(made_at)
    mail["List-Id"] = f"{digest} <{digest}.{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if smtp.unsubscribe_url:
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(rendered.text)
    if form != "text":
        # By base64, which C encodes; quoted-printable takes Python five times as long as all else here.
        mail.add_alternative(rendered.html, subtype="html", cte="base64")
        if rendered.picture:
            page = list(mail.iter_parts())[1]
            assert isinstance(page, EmailMessage)
            page.add_related(
                rendered.picture,
                "image",
                "png",
                cid=f"<{PICTURE_CID}>",
                disposition="inline",
                filename="timeline.png",
            )
            page.set_boundary(f"=={seal}==related==")
        mail.set_boundary(f"=={seal}==")
    return mail.as_bytes()


def message(body: bytes, digest: str, slot: str, recipient: str, smtp: SmtpSettings) -> bytes:
    """The mail; made twice from the same arguments it is the same.

    These headers are written as they are: none may be folded, because mail programs look for the whole link,
    and settings have no blanks in what they are made of.
    """
    domain = smtp.sender.rpartition("@")[2]
    mailto = f"<mailto:{smtp.unsubscribe or smtp.sender}?subject=unsubscribe%20{digest}>"
    links = f"<{unsubscribe_link(smtp, digest, recipient)}>, {mailto}" if smtp.unsubscribe_url else mailto
    own = (
        f"To: {recipient}\r\n"
        f"Message-ID: {message_id(digest, slot, recipient, domain)}\r\n"
        # A root that was never sent keeps all issues of one subscription in one thread.
        f"References: {message_id(digest, 'root', recipient, domain)}\r\n"
        f"List-Unsubscribe: {links}\r\n"
    )
    return own.encode() + body


def unsubscribe_link(smtp: SmtpSettings, digest: str, recipient: str) -> str:
    """The page that takes one recipient off one digest; its token is an HMAC-SHA256 of both."""
    said = f"{digest}\0{recipient}".encode()
    token = hmac.new(smtp.unsubscribe_secret.encode(), said, hashlib.sha256).hexdigest()
    return smtp.unsubscribe_url.format(digest=quote(digest, ""), recipient=quote(recipient, ""), token=token)


@contextmanager
def connected(smtp: SmtpSettings) -> Iterator[smtplib.SMTP]:
    """A connection that is ready to send; raises `MailFailed` in one line."""
    place = f"mail server {smtp.host}:{smtp.port}"
    try:
        context = ssl.create_default_context() if smtp.security != "none" else None
        if smtp.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                smtp.host, smtp.port, timeout=smtp.timeout, context=context
            )
        else:
            server = smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.timeout)
    except (OSError, smtplib.SMTPException) as problem:
        raise MailFailed(f"{place} cannot be reached: {_line(str(problem))}; check [smtp]") from problem
    try:
        try:
            # A mail and the dot after it are two writes: without this the second waits 40 ms for the first.
            assert server.sock is not None
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if smtp.security == "starttls":
                server.starttls(context=context)
            if smtp.username:
                server.login(smtp.username, smtp.password)
            # Before any mail is marked as on its way: who greets and says no more has none.
            server.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as problem:
            raise MailFailed(f"{place} refused us: {_line(str(problem))}; check [smtp]") from problem
        yield server
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def hand_over(server: smtplib.SMTP, mail: bytes, sender: str, recipient: str) -> Handed:
    """Give one mail to the server; what goes wrong is in the result.

    Step by step, because it matters where a line breaks: without the dot that ends it a server may not take a
    mail (RFC 5321, 4.1.1.4), and it is tried again; from the dot on nobody knows, and trying again might
    deliver it twice.
    """
    ended = False
    try:
        options: tuple[str, ...] = ()
        if not (sender + recipient).isascii():
            if not server.has_extn("smtputf8"):
                return Handed("failed", "the mail server takes no address outside ASCII (SMTPUTF8)")
            options = ("SMTPUTF8", "BODY=8BITMIME")
        code, words = server.mail(sender, options)
        if code != 250:
            # It is us whom the server will not have, a matter of [smtp]: no reason to give the reader up.
            return _refused(server, code, words, state="pending")
        code, words = server.rcpt(recipient)
        if code not in (250, 251):
            return _refused(server, code, words)
        code, words = server.docmd("DATA")
        if code != 354:
            return _refused(server, code, words)
        # A line that begins with a dot gets another one, which the server takes away (RFC 5321, 4.5.2).
        server.send(mail.replace(b"\r\n.", b"\r\n.."))
        ended = True
        code, words = server.docmd(".")
    except smtplib.SMTPResponseException as problem:
        return _refused(server, problem.smtp_code, problem.smtp_error)
    except OSError as problem:
        # smtplib's own exceptions are OSErrors too.
        why = f"the connection broke while sending: {_line(str(problem))}"
        return Handed("unknown" if ended else "pending", why, broken=True)
    return Handed("sent") if code == 250 else _refused(server, code, words)


def _refused(server: smtplib.SMTP, code: int, words: bytes | str, state: str = "") -> Handed:
    """4xx is for now, all else for good (RFC 5321, 4.2.1), unless told. 421 is the server's goodbye."""
    state = state or ("pending" if 400 <= code < 500 else "failed")
    error = f"{code} {_line(words)}"
    if code == 421:
        return Handed(state, error, broken=True)
    try:
        server.rset()
    except OSError:
        return Handed(state, error, broken=True)
    return Handed(state, error)


def _line(words: str | bytes) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())
