"""Who reads slowly, a database that changes hands, a source that is lost: nothing in silence."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from urllib.parse import urlsplit

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from api.settings import Settings
from auth.mongo import Client
from resolvers.gateway import Gateway
from resolvers.store.notice_stream import NoticeStream, SourceLost
from tests.access_callers import logged_in
from tests.live_clients import event_stream, name_of, tell, web_socket
from tests.live_phones import Phone, token_for
from tests.serving import Serving
from tests.test_live import posting

__all__ = ["posting"]

WORDY = " ".join(f"t{number}: text" for number in range(29))
HEAVY = f"subscription {{ noticeArrived {{ cursor notice {{ {WORDY} }} }} }}"


def slow_socket(serving: Serving) -> socket.socket:
    """Takes as little as the system allows, while nobody reads from it."""
    url = urlsplit(serving.base_url)
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    slow.connect((url.hostname, url.port))
    slow.setblocking(False)
    return slow


async def test_a_slow_reader_is_closed_with_the_resume_code_and_the_others_go_on(
    serving: Serving, posting: Gateway
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    names = [f"n{number}" for number in range(600)]
    async with (
        web_socket(serving.base_url, app.token, sock=slow_socket(serving), max_queue=1) as slow,
        web_socket(serving.base_url, app.token) as quick,
        event_stream(serving, app.token) as events,
    ):
        await slow.subscribe(query=HEAVY)
        await quick.subscribe()
        for start in range(0, len(names), 100):
            some = names[start : start + 100]
            await tell(posting, person.holder_id, *some)
            assert [name_of(await quick.arrival()) for _ in some] == some
            assert [name_of(await events.arrival()) for _ in some] == some
        assert await slow.ended() == 4600
        assert len(slow.received) < len(names)


async def step_down(client: Client) -> None:
    command = {"replSetStepDown": 1, "secondaryCatchUpPeriodSecs": 0, "force": True}
    with contextlib.suppress(AutoReconnect, OperationFailure):
        await client.admin.command(command)


async def told_at_last(posting: Gateway, holder_id: str, name: str) -> None:
    while True:
        try:
            await tell(posting, holder_id, name)
        except (AutoReconnect, OperationFailure):
            await asyncio.sleep(0.05)
        else:
            return


@pytest.mark.parametrize("disturbance", ["step down", "kill"])
async def test_when_the_primary_steps_down_or_the_stream_is_killed_nothing_is_lost_or_doubled(
    serving: Serving, settings: Settings, posting: Gateway, mongo_client: Client, disturbance: str
) -> None:
    person = await serving.person()
    names = [f"n{number}" for number in range(30)]
    phones = [
        Phone(serving, token_for(serving, settings, person.holder_id), is_web_socket=kind)
        for kind in (True, False)
    ]
    following = [asyncio.create_task(phone.follow_until(len(names))) for phone in phones]
    for number, name in enumerate(names):
        if number % 10 == 5:
            if disturbance == "kill":
                await mongo_client.admin.command({"killAllSessions": []})
            elif number == 5:
                await step_down(mongo_client)
        await told_at_last(posting, person.holder_id, name)
    async with asyncio.timeout(60):
        await asyncio.gather(*following)
    assert [phone.names for phone in phones] == [names, names]


async def test_when_what_is_new_cannot_be_told_streams_are_closed_to_resume(
    serving: Serving, posting: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    real = NoticeStream.next
    async with (
        web_socket(serving.base_url, app.token) as client,
        event_stream(serving, app.token, "") as stream,
    ):
        await client.subscribe("")
        await tell(posting, person.holder_id, "a")
        cursor = (await client.arrival())["cursor"]
        assert name_of(await stream.arrival()) == "a"

        async def lost(_stream: NoticeStream) -> None:
            raise SourceLost("test")

        monkeypatch.setattr(NoticeStream, "next", lost)
        await tell(posting, person.holder_id, "b")
        assert list(await asyncio.gather(client.ended(), stream.ended())) == [4600, "STREAM_RESUME"]
    monkeypatch.setattr(NoticeStream, "next", real)
    async with web_socket(serving.base_url, app.token) as client:
        await client.subscribe(cursor)
        assert name_of(await client.arrival()) == "b"


async def test_who_is_too_far_behind_is_sent_to_the_inbox(
    serving: Serving, posting: Gateway
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    await tell(posting, person.holder_id, *(f"n{number}" for number in range(1_001)))
    async with event_stream(serving, app.token, "") as stream:
        assert stream.response.status_code == 409
        await stream.response.aread()
        [error] = stream.response.json()["errors"]
        assert error["extensions"]["code"] == "TOO_FAR_BEHIND"
    async with web_socket(serving.base_url, app.token) as client:
        await client.subscribe("")
        refused = await client.next()
        assert refused["payload"][0]["extensions"]["code"] == "TOO_FAR_BEHIND"
