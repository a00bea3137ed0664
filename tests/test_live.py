"""Notices arrive live: what was missed in order, then what comes, on both transports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from resolvers.gateway import Gateway
from tests.access_callers import logged_in
from tests.commands import CommandLog
from tests.live_clients import event_stream, name_of, tell, web_socket
from tests.serving import Serving
from tests.test_query_plans import scanned_by


@pytest.fixture
async def posting(settings: Settings, mongod_uri: str, serving: Serving) -> AsyncIterator[Gateway]:
    """Another process, as far as the one that serves can tell."""
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


async def test_over_server_sent_events_first_what_was_missed_then_what_comes(
    serving: Serving, posting: Gateway
) -> None:
    person, other = await serving.person(), await serving.person()
    app = await logged_in(serving, person)
    await tell(posting, person.holder_id, "a", "b", "c")
    async with event_stream(serving, app.token, "") as stream:
        assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.response.headers["cache-control"] == "no-store"
        assert stream.response.headers["x-accel-buffering"] == "no"
        missed = [await stream.arrival() for _ in range(3)]
        assert [name_of(one) for one in missed] == ["a", "b", "c"]
        await tell(posting, other.holder_id, "not for us")
        await tell(posting, person.holder_id, "d", "e")
        live = [await stream.arrival() for _ in range(2)]
        assert [name_of(one) for one in live] == ["d", "e"]
        assert live[-1]["unreadCount"] == 5
    async with event_stream(serving, app.token, missed[1]["cursor"]) as stream:
        again = [name_of(await stream.arrival()) for _ in range(3)]
        assert again == ["c", "d", "e"]


async def test_over_web_socket_first_what_was_missed_then_what_comes(
    serving: Serving, posting: Gateway
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    await tell(posting, person.holder_id, "a", "b")
    async with web_socket(serving.base_url, app.token) as client:
        await client.subscribe("")
        first = [await client.arrival() for _ in range(2)]
        await client.subscribe(first[0]["cursor"], "2")
        assert name_of(await client.arrival()) == "b"
        await client.say({"type": "complete", "id": "1"})
        await client.say({"type": "ping"})
        assert (await client.next())["type"] == "pong"
        await tell(posting, person.holder_id, "c")
        assert name_of(await client.arrival()) == "c"
        assert client.received[-1]["id"] == "2"
        await asyncio.sleep(0.05)
        await client.say({"type": "ping"})
        assert (await client.next())["type"] == "pong", "the completed one stays silent"


async def test_what_streams_ask_of_the_database_is_served_by_indexes(
    serving: Serving, posting: Gateway, command_log: CommandLog
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    await tell(posting, person.holder_id, "a", "b")
    command_log.clear()
    async with event_stream(serving, app.token, "") as stream:
        await stream.arrival()
        await stream.arrival()
        serving.clock.advance(minutes=6)
        assert await stream.ended() == "STREAM_TOKEN_OVER"
    queries = {
        shape: query for shape, query in command_log.queries.items() if "$changeStream" not in shape
    }
    of_live = {query.get("find") or query.get("aggregate") for query in queries.values()}
    assert {"notices", "inboxes", "sessions"} <= of_live
    scanned = {shape: await scanned_by(serving.database, queries[shape]) for shape in queries}
    assert {shape: scans for shape, scans in scanned.items() if scans} == {}
