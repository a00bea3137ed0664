"""A mail address is told of news once its owner has proved it."""

from __future__ import annotations

import re

from api.delivery_settings import SmtpSecurity
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.policy.delivery import MAX_CODE_ATTEMPTS, MAX_EMAILS, NEWS_BODY
from tests.access_callers import logged_in
from tests.mail_server import Mailbox, mail_server
from tests.push_client import (
    ADDRESS,
    confirmed,
    mailed,
    told,
)
from tests.serving import Serving, serving_gateway


async def test_a_mail_address_is_stored_only_once_it_is_proved(serving: Serving) -> None:
    app = await logged_in(serving, await serving.person())
    sent = await mailed(app, ADDRESS)
    assert sent["sandboxNotice"]
    assert await serving.database["push_endpoints"].count_documents({}) == 0
    done = await confirmed(app, ADDRESS.lower(), sent["sandboxCode"])
    assert done["endpoint"]["maskedAddress"] == "a***@m***.com"
    again = await confirmed(app, ADDRESS, sent["sandboxCode"])
    assert again["code"] == "EMAIL_CODE_WRONG"


async def test_a_code_is_good_for_its_holder_its_address_and_a_few_guesses(
    serving: Serving,
) -> None:
    app = await logged_in(serving, await serving.person())
    stranger = await logged_in(serving, await serving.person())
    code = (await mailed(app, ADDRESS))["sandboxCode"]
    assert (await confirmed(stranger, ADDRESS, code))["code"] == "EMAIL_CODE_WRONG"
    wrong = "000000" if code != "000000" else "000001"
    assert (await confirmed(app, "eve@example.com", code))["code"] == "EMAIL_CODE_WRONG"
    for _ in range(MAX_CODE_ATTEMPTS - 1):
        assert (await confirmed(app, ADDRESS, wrong))["code"] == "EMAIL_CODE_WRONG"
    assert (await confirmed(app, ADDRESS, code))["code"] == "EMAIL_CODE_WRONG"
    late = (await mailed(app, ADDRESS))["sandboxCode"]
    serving.clock.advance(minutes=4)
    await app.refresh()
    serving.clock.advance(minutes=4)
    await app.refresh()
    serving.clock.advance(minutes=4)
    await app.refresh()
    serving.clock.advance(minutes=4)
    await app.refresh()
    assert (await confirmed(app, ADDRESS, late))["code"] == "EMAIL_CODE_WRONG"


async def test_codes_and_addresses_are_bounded(serving: Serving) -> None:
    app = await logged_in(serving, await serving.person())
    assert (await mailed(app, "no address"))["code"] == "BAD_EMAIL"
    for number in range(MAX_EMAILS):
        done = await confirmed(app, f"ada{number}@example.com")
        assert done["__typename"] == "PushEndpointRegistered"
    assert (await confirmed(app, "more@example.com"))["code"] == "TOO_MANY_EMAILS"
    assert (await mailed(app, "more@example.com"))["code"] == "TOO_MANY_CODES"
    # Nobody's mailbox is filled by many holders either.
    for number in range(4):
        other = await logged_in(serving, await serving.person())
        assert (await mailed(other, "target@example.com"))["__typename"] == "EmailCodeSent", number
    other = await logged_in(serving, await serving.person())
    assert (await mailed(other, "TARGET@example.com"))["code"] == "TOO_MANY_CODES"


async def test_the_code_and_the_news_come_by_mail(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox, SmtpSecurity.NONE) as server:
        local = settings.model_copy(
            update={
                "smtp_host": server.host,
                "smtp_port": server.port,
                "smtp_security": server.security,
                "smtp_sender": server.sender,
            }
        )
        async with serving_gateway(local, mongod_uri, database, key_set) as serving:
            person = await serving.person()
            app = await logged_in(serving, person)
            sent = await mailed(app, ADDRESS)
            assert (sent["sandboxCode"], sent["sandboxNotice"]) == (None, None)
            [code] = re.findall(r"\b[0-9]{6}\b", mailbox.newest().get_content())
            done = await confirmed(app, ADDRESS, code)
            assert done["__typename"] == "PushEndpointRegistered"
            assert await told(serving, local, mongod_uri, person) == 1
            assert NEWS_BODY.en in mailbox.newest().get_content()
            mailbox.answers["RCPT"] = "451 later"
            assert (await mailed(app, "b@example.com"))["code"] == "MAIL_UNAVAILABLE"
