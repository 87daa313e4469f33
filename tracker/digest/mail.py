"""One mail to one recipient, and the server that takes it.

The Message-ID follows from digest, slot and recipient, so a repeat can be told by whoever gets it twice:
SMTP cannot promise to deliver once.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from tracker.digest.render import Rendered
from tracker.digest.settings import SmtpSettings
from tracker.errors import MailFailed

# The standard library folds a long List-Unsubscribe into encoded words, which mail programs ignore.
POLICY = SMTP.clone(max_line_length=998)


def message_id(digest: str, slot: str, recipient: str, domain: str) -> str:
    """`<…@domain>`, the same for the same mail."""
    name = hashlib.sha256("\0".join((digest, slot, recipient)).encode()).hexdigest()[:32]
    return f"<{name}@{domain}>"


def message(
    rendered: Rendered, digest: str, slot: str, recipient: str, smtp: SmtpSettings, made_at: datetime
) -> EmailMessage:
    """The mail; made twice from the same arguments it is the same."""
    domain = smtp.sender.rpartition("@")[2]
    mail = EmailMessage(policy=POLICY)
    mail["From"] = f"tracker <{smtp.sender}>"
    mail["To"] = recipient
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(made_at)
    mail["Message-ID"] = message_id(digest, slot, recipient, domain)
    # A root that was never sent keeps all issues of one subscription in one thread.
    mail["References"] = message_id(digest, "root", recipient, domain)
    mail["List-Id"] = f"{digest} <{digest}.{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Unsubscribe"] = f"<mailto:{smtp.unsubscribe or smtp.sender}?subject=unsubscribe%20{digest}>"
    mail.set_content(rendered.text)
    mail.add_alternative(rendered.html, subtype="html")
    # A boundary at random would make the same mail differ from itself.
    seal = hashlib.sha256((digest + slot + recipient).encode()).hexdigest()[:24]
    mail.set_boundary(f"=={seal}==")
    return mail


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
        raise MailFailed(f"{place} cannot be reached: {problem}; check [smtp]") from problem
    try:
        try:
            if smtp.security == "starttls":
                server.starttls(context=context)
            if smtp.username:
                server.login(smtp.username, smtp.password)
        except (OSError, smtplib.SMTPException) as problem:
            raise MailFailed(f"{place} refused us: {problem}; check [smtp]") from problem
        yield server
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()
