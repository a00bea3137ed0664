"""E-mail by SMTP (RFC 5321), one connection for each message.

With `starttls` a server that does not offer it gets nothing: whoever stands in between could leave
the offer out. Certificates are checked.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Final

import aiosmtplib

from api.delivery_settings import SmtpSecurity
from resolvers.push_channel import (
    PushMessage,
    PushOutcome,
    PushTarget,
    Rejected,
    Sent,
    TryLater,
)

MAIL_SECONDS: Final = 8
_ADDRESS = re.compile(
    r"(?=.{3,254}\Z)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


def is_mail_address(text: str) -> bool:
    """As browsers judge `<input type=email>`, with a dot in the domain; ASCII only."""
    return _ADDRESS.fullmatch(text) is not None


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    security: SmtpSecurity
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls_context: ssl.SSLContext | None = None
    """Without one the system's roots are trusted."""


class SmtpMail:
    is_sandbox = False

    def __init__(self, server: MailServer) -> None:
        self._server = server

    def accepts(self, target: PushTarget) -> bool:
        return is_mail_address(target.address)

    async def send(self, target: PushTarget, message: PushMessage, now: datetime) -> PushOutcome:
        server = self._server
        try:
            await aiosmtplib.send(
                _mail(server.sender, target.address, message, now),
                hostname=server.host,
                port=server.port,
                use_tls=server.security is SmtpSecurity.TLS,
                start_tls=server.security is SmtpSecurity.STARTTLS,
                username=server.username,
                password=server.password,
                timeout=MAIL_SECONDS,
                tls_context=server.tls_context,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _by_code(refused.recipients[0].code if refused.recipients else 0)
        except aiosmtplib.SMTPAuthenticationError:
            # Ours to put right; the mail waits for it.
            return TryLater()
        except aiosmtplib.SMTPResponseException as refused:
            return _by_code(refused.code)
        except (aiosmtplib.SMTPException, OSError, ValueError):
            return TryLater()
        return Sent()

    async def close(self) -> None:
        pass


def _by_code(code: int) -> PushOutcome:
    """5yz is for good (RFC 5321, 4.2.1). A mailbox that refuses again and again is dropped."""
    return Rejected() if 500 <= code < 600 else TryLater()


def _mail(sender: str, recipient: str, message: PushMessage, now: datetime) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = message.title
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].partition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail
