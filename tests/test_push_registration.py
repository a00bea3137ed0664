"""Through the graph: devices and mail addresses are registered, told of news, and forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.ids import new_id
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.policy.delivery import NEWS_BODY
from tests.access_callers import logged_in
from tests.app_client import LOGOUT
from tests.leaks import assert_nothing_left, new_person, watched
from tests.push_client import (
    ADDRESS,
    REGISTER,
    REMOVE,
    confirmed,
    listed,
    registered,
    server_key,
    told,
)
from tests.push_subscriber import Browser, signed_claims
from tests.serving import Serving, serving_gateway
from tests.tls_server import answering


@pytest.fixture
async def serving(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Serving]:
    """As the general one, but push services may be on loopback."""
    async with serving_gateway(local_of(settings), mongod_uri, database, key_set) as running:
        yield running


def local_of(settings: Settings) -> Settings:
    return settings.model_copy(update={"outbound_loopback": True})


async def test_a_device_is_told_of_news_and_only_the_browser_can_read_it(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    person, browser = await serving.person(), Browser()
    app = await logged_in(serving, person)
    async with answering() as service:
        origin = f"http://127.0.0.1:{service.port}"
        answer = await registered(app, f"{origin}/wpush/secret-token", browser)
        assert answer["endpoint"]["maskedAddress"] == "127.0.0.1"
        assert answer["endpoint"]["isOfThisSession"] is True
        assert await told(serving, local_of(settings), mongod_uri, person) == 1
    [received] = service.received
    assert browser.opened(received.body)["body"] == NEWS_BODY.en
    signed_claims(received, origin=origin, server_key=await server_key(app))
    # Nothing in the message is anybody's: a name would be found in it.
    assert not set(browser.opened(received.body)) - {"title", "body"}


async def test_the_same_key_registers_once_and_another_session_sees_it_as_another_ones(
    serving: Serving,
) -> None:
    person = await serving.person()
    app, other = await logged_in(serving, person), await logged_in(serving, person)
    url, browser = "https://push.example/a", Browser()
    given = {
        "idempotencyKey": new_id("key"),
        "target": browser.web_push(url, await server_key(app)),
    }
    first = await app.step(REGISTER, given)
    assert await app.step(REGISTER, given) == first
    [seen] = await listed(other)
    assert (seen["id"], seen["isOfThisSession"]) == (first["endpoint"]["id"], False)
    assert seen["maskedAddress"] == "push.example"
    removed = await other.step(REMOVE, {"idempotencyKey": new_id("key"), "endpointId": seen["id"]})
    assert removed["id"] == seen["id"]
    assert await listed(app) == []
    # Asked again, the first answer tells that it is gone.
    assert (await app.step(REGISTER, given))["endpoint"] is None


async def test_a_device_is_forgotten_when_its_session_is_ended_and_a_mail_address_is_not(
    serving: Serving,
) -> None:
    person = await serving.person()
    apps = [await logged_in(serving, person) for _ in range(4)]
    for number, app in enumerate(apps):
        await registered(app, f"https://push.example/{number}")
    await confirmed(apps[0], ADDRESS)
    [session_id] = [a["sessionId"] for a in apps[1].answers if "sessionId" in a]
    ends = f'mutation {{ endSession(sessionId: "{session_id}") {{ __typename }} }}'
    await apps[0].execute(LOGOUT)
    assert {one["kind"] for one in await listed(apps[3])} == {"WEB_PUSH", "EMAIL"}
    assert len(await listed(apps[3])) == 4
    await apps[3].execute(ends)
    assert len(await listed(apps[3])) == 3
    # A replayed refresh token ends its session too.
    stolen = apps[2].refresh_token
    await apps[2].refresh()
    serving.clock.advance(seconds=30)
    replaying = serving.client()
    replaying.refresh_token = stolen
    await replaying.execute(
        "mutation($t: String!) { refreshTokens(input: {refreshToken: $t}) { __typename } }",
        {"t": stolen},
    )
    assert len(await listed(apps[3])) == 2
    await apps[3].execute("mutation { logoutEverywhere { count } }")
    [left] = await serving.database["push_endpoints"].find({}).to_list(9)
    assert left["kind"] == "EMAIL"


async def test_another_holders_endpoint_is_neither_seen_nor_removed(serving: Serving) -> None:
    owner = await logged_in(serving, await serving.person())
    stranger = await logged_in(serving, await serving.person())
    endpoint = (await registered(owner, "https://push.example/a"))["endpoint"]
    given = {"idempotencyKey": new_id("key"), "endpointId": endpoint["id"]}
    assert (await stranger.step(REMOVE, given))["code"] == "NOT_FOUND"
    assert await listed(stranger) == []
    assert len(await listed(owner)) == 1


async def test_a_subscription_that_is_none_is_refused_and_leaves_its_line(
    serving: Serving,
) -> None:
    app = await logged_in(serving, await serving.person())
    key = await server_key(app)
    good = Browser().web_push("https://push.example/a", key)["webPush"]
    for change in (
        {"endpoint": "ftp://push.example/a"},
        {"endpoint": "https://user@push.example/a"},
        {"p256dh": "AAAA"},
        {"auth": "AAAA"},
        {"serverKey": Browser().p256dh},
    ):
        given = {"idempotencyKey": new_id("key"), "target": {"webPush": {**good, **change}}}
        assert (await app.step(REGISTER, given))["code"] == "BAD_PUSH_ENDPOINT", change
    vendor = {"idempotencyKey": new_id("key"), "target": {"vendorToken": "abc"}}
    assert (await app.step(REGISTER, vendor))["code"] == "CHANNEL_NOT_OFFERED"
    refused = {"action": "change.refused", "fields": ["registerPushEndpoint"]}
    assert await serving.database["audit"].count_documents(refused) == 6


async def test_no_address_and_no_key_is_in_a_log_an_error_or_an_unsealed_document(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    async with watched(serving) as watch, answering(statuses=[503, 410]) as service:
        person, browser = await new_person(serving, watch), Browser()
        app = await logged_in(serving, person)
        url = f"http://127.0.0.1:{service.port}/wpush/token-Qf8zuJd0aJ4x"
        watch.known.add("token-Qf8zuJd0aJ4x", ADDRESS, browser.p256dh, url)
        await registered(app, url, browser)
        await registered(app, "http://token-Qf8zuJd0aJ4x/\n", browser)
        await confirmed(app, ADDRESS)
        await confirmed(app, ADDRESS, "000000")
        assert await told(serving, local_of(settings), mongod_uri, person) == 1
        serving.clock.advance(minutes=1)
        assert await told(serving, local_of(settings), mongod_uri, person) == 0
        await assert_nothing_left(serving, watch)
