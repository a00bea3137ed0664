"""A mail server on loopback, which takes mail or answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from api.delivery_settings import SmtpSecurity
from api.providers.smtp_mail import MailServer
from tests.tls_server import client_context, server_context

HOST = "localhost"
"""Where the server is, and what its certificate names."""


@dataclass
class Mailbox:
    """Takes mail, or answers as told."""

    answers: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[Envelope, bool]] = field(default_factory=list)
    """Each with whether the connection was encrypted."""

    def newest(self) -> EmailMessage:
        content = self.taken[-1][0].content
        assert isinstance(content, bytes)
        return message_from_bytes(content, policy=default)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if "DATA" in self.answers:
            return self.answers["DATA"]
        assert server.transport is not None
        is_encrypted = server.transport.get_extra_info("sslcontext") is not None
        self.taken.append((envelope, is_encrypted))
        return "250 OK"


@asynccontextmanager
async def mail_server(
    mailbox: Mailbox, security: SmtpSecurity = SmtpSecurity.STARTTLS, **options: Any
) -> AsyncIterator[MailServer]:
    loop, tls = asyncio.get_running_loop(), server_context(HOST)
    if security is SmtpSecurity.STARTTLS:
        options["tls_context"] = tls
    server = await loop.create_server(
        lambda: SMTP(mailbox, hostname=HOST, loop=loop, **options),
        "127.0.0.1",
        0,
        ssl=tls if security is SmtpSecurity.TLS else None,
    )
    port = server.sockets[0].getsockname()[1]
    try:
        yield MailServer(
            "127.0.0.1" if security is SmtpSecurity.NONE else HOST,
            port,
            security,
            "OneCard <news@cards.example>",
            tls_context=client_context(),
        )
    finally:
        server.close()
