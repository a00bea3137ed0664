"""Mail by SMTP: encrypted or not at all, and whatever the server does has its outcome."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

import api.providers.smtp_mail
from api.delivery_settings import SmtpSecurity
from api.providers.smtp_mail import MailServer, SmtpMail, is_mail_address
from resolvers.push_channel import (
    PushMessage,
    PushOutcome,
    PushTarget,
    Rejected,
    Sent,
    TryLater,
    Urgency,
)
from tests.mail_server import HOST, Mailbox, mail_server
from tests.tls_server import client_context

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
MESSAGE = PushMessage(
    "一卡通", "您有新的消息，请打开应用查看。", "news", Urgency.NORMAL, timedelta(days=1)
)
TO = PushTarget("ada@example.com")


def judge(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> Any:
    good = isinstance(data, LoginPassword) and data.password == b"right"
    return AuthResult(success=good, handled=False)


@pytest.mark.parametrize("security", list(SmtpSecurity))
async def test_a_mail_arrives_by_every_kind_of_connection(security: SmtpSecurity) -> None:
    mailbox = Mailbox()
    options = {"require_starttls": True} if security is SmtpSecurity.STARTTLS else {}
    async with mail_server(mailbox, security, **options) as server:
        assert await SmtpMail(server).send(TO, MESSAGE, NOW) == Sent()
    [(envelope, is_encrypted)] = mailbox.taken
    assert is_encrypted is (security is not SmtpSecurity.NONE)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("news@cards.example", ["ada@example.com"])
    mail = mailbox.newest()
    assert mail["Subject"] == MESSAGE.title
    assert mail["From"] == "OneCard <news@cards.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW
    assert mail.get_content().strip() == MESSAGE.body


async def test_without_an_offer_to_encrypt_nothing_is_sent() -> None:
    """Somebody in between may have left the offer out."""
    mailbox = Mailbox()
    async with mail_server(mailbox, SmtpSecurity.NONE) as plain:
        server = MailServer(HOST, plain.port, SmtpSecurity.STARTTLS, plain.sender)
        assert await SmtpMail(server).send(TO, MESSAGE, NOW) == TryLater()
    assert mailbox.taken == []


async def test_a_certificate_that_nobody_vouches_for_gets_nothing() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as known:
        strict = ssl.create_default_context()
        server = MailServer(HOST, known.port, known.security, known.sender, tls_context=strict)
        assert await SmtpMail(server).send(TO, MESSAGE, NOW) == TryLater()
    assert mailbox.taken == []


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"RCPT": "550 no such mailbox"}, Rejected()),
        ({"RCPT": "450 busy"}, TryLater()),
        ({"DATA": "554 no"}, Rejected()),
        ({"DATA": "452 full"}, TryLater()),
    ],
    ids=str,
)
async def test_what_the_server_answers_has_its_outcome(
    answers: dict[str, str], outcome: PushOutcome
) -> None:
    async with mail_server(Mailbox(answers)) as server:
        assert await SmtpMail(server).send(TO, MESSAGE, NOW) == outcome


@pytest.mark.parametrize(("password", "outcome"), [("right", Sent()), ("wrong", TryLater())])
async def test_we_log_in_over_the_encrypted_connection_alone(
    password: str, outcome: PushOutcome
) -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox, authenticator=judge, auth_required=True) as known:
        server = MailServer(
            HOST,
            known.port,
            known.security,
            known.sender,
            username="gateway",
            password=password,
            tls_context=client_context(),
        )
        assert await SmtpMail(server).send(TO, MESSAGE, NOW) == outcome
    assert len(mailbox.taken) == (1 if password == "right" else 0)
    assert "right" not in repr(server)


async def test_a_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.providers.smtp_mail, "MAIL_SECONDS", 0.2)
    let_go = asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await let_go.wait()
        writer.close()

    hanging = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = hanging.sockets[0].getsockname()[1]
    server = MailServer("127.0.0.1", port, SmtpSecurity.NONE, "a@cards.example")
    assert await SmtpMail(server).send(TO, MESSAGE, NOW) == TryLater()
    let_go.set()
    hanging.close()
    assert await SmtpMail(server).send(TO, MESSAGE, NOW) == TryLater()


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("ada@example.com", True),
        ("ada.b+tag@mail.example.co", True),
        ("o'neil@example.com", True),
        ("ada@localhost", False),
        ("ada@@example.com", False),
        ("ada@example.com\r\nBcc: x@example.com", False),
        ("ada@example.com\n", False),
        ("Ada <ada@example.com>", False),
        ("ada@example.com, eve@example.com", False),
        ("ada@-example.com", False),
        ("艾达@example.com", False),
        ("ada@例子.cn", False),
        ("@example.com", False),
        ("a" * 65 + "@example.com", False),
        (
            "a@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + "." + "e" * 60 + ".example.com",
            False,
        ),
        ("", False),
    ],
)
def test_a_mail_address_is_one_plain_address(text: str, good: bool) -> None:
    assert is_mail_address(text) is good
