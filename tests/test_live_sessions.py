"""A stream lives as long as its session is refreshed, wherever that is done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests.access_callers import logged_in
from tests.app_client import LOGOUT, AppClient
from tests.commands import CommandLog
from tests.live_clients import event_stream, name_of, tell_directly, web_socket
from tests.serving import Serving, serving_gateway

PROMISE_SECONDS = 1.0


@pytest.fixture
async def elsewhere(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet, serving: Serving
) -> AsyncIterator[Serving]:
    """Another gateway on the same database."""
    async with serving_gateway(settings, mongod_uri, database, key_set) as running:
        yield running


def same_device(app: AppClient, other: Serving) -> AppClient:
    return AppClient(other.http, app.token, app.refresh_token)


async def test_a_logout_on_another_process_closes_every_stream_within_a_second(
    serving: Serving, elsewhere: Serving
) -> None:
    person = await serving.person()
    app, kept = await logged_in(serving, person), await logged_in(serving, person)
    async with (
        web_socket(serving.base_url, app.token) as socket,
        event_stream(serving, app.token) as stream,
        web_socket(serving.base_url, kept.token) as other,
    ):
        await socket.subscribe()
        await other.subscribe()
        await same_device(app, elsewhere).execute(LOGOUT)
        began = time.monotonic()
        assert list(await asyncio.gather(socket.ended(), stream.ended())) == [
            4401,
            "STREAM_SESSION_ENDED",
        ]
        assert time.monotonic() - began < PROMISE_SECONDS
        await tell_directly(serving, person.holder_id, "a")
        assert name_of(await other.arrival()) == "a"


async def test_without_a_refresh_a_stream_ends_with_its_token_and_goes_on_after_one(
    serving: Serving,
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    async with (
        web_socket(serving.base_url, app.token) as socket,
        event_stream(serving, app.token, "") as stream,
    ):
        await socket.subscribe("")
        await tell_directly(serving, person.holder_id, "a")
        cursor = (await socket.arrival())["cursor"]
        serving.clock.advance(minutes=5)
        began = time.monotonic()
        assert list(await asyncio.gather(socket.ended(), stream.ended())) == [
            4601,
            "STREAM_TOKEN_OVER",
        ]
        assert time.monotonic() - began < PROMISE_SECONDS
    await tell_directly(serving, person.holder_id, "b")
    app.token = None  # it is over
    await app.refresh()
    async with web_socket(serving.base_url, app.token) as socket:
        await socket.subscribe(cursor)
        assert name_of(await socket.arrival()) == "b"


async def test_a_refresh_on_another_process_lets_streams_live_on_and_one_read_tells_of_all(
    serving: Serving, elsewhere: Serving, command_log: CommandLog
) -> None:
    people = [await serving.person() for _ in range(3)]
    apps = [await logged_in(serving, person) for person in people]
    async with (
        web_socket(serving.base_url, apps[0].token) as one,
        web_socket(serving.base_url, apps[1].token) as two,
        event_stream(serving, apps[2].token) as three,
    ):
        await one.subscribe()
        await two.subscribe()
        for moved in (serving, elsewhere):
            moved.clock.advance(minutes=4)
        for app in apps:
            await same_device(app, elsewhere).refresh()
        command_log.clear()
        for moved in (serving, elsewhere):
            moved.clock.advance(minutes=2)
        await asyncio.sleep(0.6)
        for person in people:
            await tell_directly(serving, person.holder_id, "later")
        arrived = [await one.arrival(), await two.arrival(), await three.arrival()]
        assert [name_of(each) for each in arrived] == ["later"] * 3
        looked = [sent for sent in command_log.sent if sent == ("find", "sessions")]
        assert len(looked) == 1
