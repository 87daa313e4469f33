"""The mail server that the pages speak of, on loopback: it wants STARTTLS and a password."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.digest.posts import Post, listening

CERTIFICATE = Path(__file__).with_name("localhost.pem")


@contextmanager
def reached_by_environment(keeper: Post, password: str) -> Iterator[dict[str, str]]:
    """Gives mails to `keeper`, for the user `tracker`; yields the environment that leads to it."""

    def knows(_: Any, __: Any, ___: Any, mechanism: str, told: Any) -> AuthResult:
        assert isinstance(told, LoginPassword)
        return AuthResult(success=told == LoginPassword(b"tracker", password.encode()), handled=False)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    options: dict[str, Any] = {"require_starttls": True, "authenticator": knows, "auth_required": True}
    with listening(keeper, tls_context=context, **options) as port:
        yield {
            "TRACKER_SMTP_HOST": "localhost",
            "TRACKER_SMTP_PORT": str(port),
            "SSL_CERT_FILE": str(CERTIFICATE),
        }
