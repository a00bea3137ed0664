"""`graphql-transport-ws` and graphql-sse to the letter, and whatever else a stranger may send."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.asyncio.client import connect

import api.live.registry
import api.live.websocket
from tests.access_callers import logged_in
from tests.live_clients import SUBSCRIPTION, event_stream, tell_directly, web_socket
from tests.serving import Serving

INIT = {"type": "connection_init"}


async def test_a_connection_without_a_token_or_with_one_that_does_not_hold_is_forbidden(
    serving: Serving,
) -> None:
    app = await logged_in(serving, await serving.person())
    for payload in ({}, None, {"Authorization": "Bearer nonsense"}, {"Authorization": app.token}):
        async with web_socket(serving.base_url, initialise=False) as client:
            await client.say(INIT | ({} if payload is None else {"payload": payload}))
            assert await client.ended() == 4403


async def test_the_token_may_stand_in_the_header_of_the_upgrade_but_not_in_both(
    serving: Serving,
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    await tell_directly(serving, person.holder_id, "a")
    header = {"Authorization": f"Bearer {app.token}"}
    url = serving.base_url
    async with web_socket(url, initialise=False, additional_headers=header) as client:
        assert await client.initialise(None) == {"type": "connection_ack"}
        await client.subscribe("")
        assert (await client.arrival())["notice"]["about"]["id"] == "pmt_a"
    async with web_socket(url, initialise=False, additional_headers=header) as client:
        await client.say(INIT | {"payload": header})
        assert await client.ended() == 4400


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", 4400),
        ("{", 4400),
        ("[]", 4400),
        (b"\x00\xff", 4400),
        ('{"type": "start"}', 4400),
        ('{"type": "connection_init", "type": "ping"}', 4400),
        ('{"type": "connection_init", "payload": 7}', 4400),
        ('{"type": "subscribe", "id": 1, "payload": {"query": "{a}"}}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": []}', 4400),
        ('{"type": "complete"}', 4400),
        ("[" * 60_000, 4400),
        ('{"type": "ping", "payload": "' + "x" * 70_000 + '"}', 1009),
        ('{"type": "subscribe", "id": "1", "payload": {"query": "{a}"}}', 4401),
    ],
    ids=range(13),
)
async def test_what_is_no_message_closes_the_connection(
    serving: Serving, message: str | bytes, code: int
) -> None:
    async with web_socket(serving.base_url, initialise=False) as client:
        await client.say(message)
        assert await client.ended() == code


async def test_each_breach_of_the_protocol_has_its_code(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await logged_in(serving, await serving.person())
    async with web_socket(serving.base_url, app.token) as client:
        await client.say(INIT)
        assert await client.ended() == 4429
    async with web_socket(serving.base_url, app.token) as client:
        await client.subscribe()
        await client.subscribe()
        assert await client.ended() == 4409
    for subprotocols in (None, ["graphql-ws"]):
        url = serving.base_url.replace("http", "ws") + "/graphql"
        async with connect(url, proxy=None, subprotocols=subprotocols) as socket:  # type: ignore[arg-type]
            await socket.wait_closed()
            assert socket.close_code == 4406
    monkeypatch.setattr(api.live.websocket, "INIT_SECONDS", 0.05)
    async with web_socket(serving.base_url, initialise=False) as client:
        assert await client.ended() == 4408


async def test_what_is_refused_is_told_for_its_operation_and_the_others_go_on(
    serving: Serving,
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    async with web_socket(serving.base_url, app.token) as client:
        await client.subscribe(operation_id="kept")
        for query, code in (
            ("{ me { id } }", "BAD_REQUEST"),
            ("mutation { logout { count } }", "BAD_REQUEST"),
            ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription {", "GRAPHQL_PARSE_FAILED"),
            ('subscription { noticeArrived(after: "x") { cursor } }', "BAD_USER_INPUT"),
            (
                "subscription { a: noticeArrived { cursor } b: noticeArrived { cursor } }",
                "GRAPHQL_VALIDATION_FAILED",
            ),
        ):
            await client.subscribe(operation_id="bad", query=query)
            refused = await client.next()
            assert (refused["type"], refused["id"]) == ("error", "bad")
            assert refused["payload"][0]["extensions"]["code"] == code, query
        await client.say({"type": "subscribe", "id": "bad", "payload": {"query": 7}})
        assert (await client.next())["payload"][0]["extensions"]["code"] == "BAD_REQUEST"
        await tell_directly(serving, person.holder_id, "a")
        assert (await client.arrival())["notice"]["about"]["id"] == "pmt_a"


async def test_thousands_of_subscribes_are_a_few_streams_and_refusals(serving: Serving) -> None:
    app = await logged_in(serving, await serving.person())
    async with web_socket(serving.base_url, app.token) as client:
        for number in range(2_000):
            await client.subscribe(operation_id=str(number))
        most = api.live.websocket.MAX_OPERATIONS
        for number in range(most, 2_000):
            refused = await client.next()
            assert (refused["type"], refused["id"]) == ("error", str(number))
            assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_a_session_has_a_few_streams_and_a_full_process_says_so(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.live.registry, "MAX_OF_SESSION", 2)
    app = await logged_in(serving, await serving.person())
    async with web_socket(serving.base_url, app.token), event_stream(serving, app.token) as stream:
        assert stream.response.status_code == 200
        async with web_socket(serving.base_url, initialise=False) as client:
            await client.say(INIT | {"payload": {"Authorization": f"Bearer {app.token}"}})
            assert await client.ended() == 4602
        async with event_stream(serving, app.token) as refused:
            assert refused.response.status_code == 429
            assert refused.response.headers["retry-after"] == "5"
        monkeypatch.setattr(api.live.registry, "MAX_CONNECTIONS", 2)
        async with web_socket(serving.base_url, initialise=False) as client:
            assert await client.ended() == 1013
        async with event_stream(serving, app.token) as refused:
            assert refused.response.status_code == 503
    monkeypatch.undo()
    async with web_socket(serving.base_url, app.token):
        pass


async def test_before_it_begins_a_stream_is_refused_like_any_request(serving: Serving) -> None:
    app = await logged_in(serving, await serving.person())
    for query, token, status, code in (
        (SUBSCRIPTION, None, 401, "UNAUTHENTICATED"),
        (SUBSCRIPTION, "nonsense", 401, "UNAUTHENTICATED"),
        ("subscription { nothing }", app.token, 400, "GRAPHQL_VALIDATION_FAILED"),
        ('subscription { noticeArrived(after: "x") { cursor } }', app.token, 400, "BAD_USER_INPUT"),
    ):
        async with event_stream(serving, token, query=query) as stream:
            assert stream.response.status_code == status
            await stream.response.aread()
            [error] = stream.response.json()["errors"]
            assert error["extensions"]["code"] == code
    plain = await app.post(SUBSCRIPTION)
    assert plain.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_get_opens_streams_too_and_whoever_takes_only_events_gets_answers_as_events(
    serving: Serving,
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    await tell_directly(serving, person.holder_id, "a")
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {app.token}"}
    given = {"query": SUBSCRIPTION, "variables": json.dumps({"after": ""})}
    async with serving.http.stream("GET", "/graphql", params=given, headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        async with asyncio.timeout(10):
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    assert "pmt_a" in line
                    break
    query = {"query": "{ __typename }"}
    answer = await serving.http.post("/graphql", json=query, headers=headers)
    assert answer.text == (
        'event: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata:\n\n'
    )
    both = headers | {"Accept": "text/event-stream, application/json"}
    answer = await serving.http.post("/graphql", json=query, headers=both)
    assert answer.json() == {"data": {"__typename": "Query"}}
    mutation = {"query": "mutation { logout { count } }"}
    refused = await serving.http.get("/graphql", params=mutation, headers=headers)
    assert refused.status_code == 405
