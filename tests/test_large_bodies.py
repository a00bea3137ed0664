"""Where larger bodies are taken they are counted and timed as they come; where a large answer is
given, it has time of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.exchange import Exchange, attach, exchange_of
from api.middleware.deadline import Deadline
from api.middleware.request_size import RequestSize

ALLOWED = 100_000


async def counting(scope: Scope, receive: Receive, send: Send) -> None:
    size = 0
    async for part in Request(scope, receive).stream():
        size += len(part)
    await PlainTextResponse(str(size))(scope, receive, send)


async def answered(
    app: ASGIApp, parts: Sequence[bytes | float] = (), path: str = "/large/1", **headers: str
) -> list[Message]:
    """To a request whose body comes in these parts, with waits of so many seconds between."""
    waiting = list(parts)
    sent: list[Message] = []

    async def receive() -> Message:
        while waiting:
            part = waiting.pop(0)
            if isinstance(part, bytes):
                return {"type": "http.request", "body": part, "more_body": bool(waiting)}
            await asyncio.sleep(part)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "method": "PATCH",
        "path": path,
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), v.encode()) for name, v in headers.items()],
    }
    attach(scope, Exchange("req_1"))
    await app(scope, receive, send)
    return sent


def limited(seconds: float = 10.0) -> RequestSize:
    return RequestSize(counting, streamed={"/large/": ALLOWED}, body_lifetime_seconds=seconds)


async def test_a_body_under_the_path_may_be_as_large_as_said_there() -> None:
    halves = [bytes(ALLOWED // 2)] * 2
    _, body = await answered(limited(), halves)
    assert body["body"] == str(ALLOWED).encode()
    refused, told = await answered(limited(), [*halves, b"x"])
    assert refused["status"] == 413
    assert b"A body may have 100000 bytes." in told["body"]


async def test_elsewhere_a_body_is_as_small_as_ever() -> None:
    refused, _ = await answered(limited(), [bytes(65_537)], path="/small")
    assert refused["status"] == 413


@pytest.mark.parametrize("length", [str(ALLOWED + 1), "-1", "9" * 5_000])
async def test_a_declared_length_is_judged_before_anything_is_read(length: str) -> None:
    unread: list[bytes | float] = [3_600.0]
    refused, _ = await answered(limited(), unread, content_length=length)
    assert refused["status"] == 413


async def test_a_body_that_does_not_come_in_time_is_refused() -> None:
    refused, told = await answered(limited(seconds=0.05), [b"x", 3_600.0, b"y"])
    assert refused["status"] == 408
    assert b"BODY_TOO_SLOW" in told["body"]


async def test_a_client_that_leaves_while_sending_is_not_answered() -> None:
    async def leaving(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()
        raise AssertionError("the body did not end")

    app = RequestSize(leaving, streamed={"/large/": ALLOWED})
    assert await answered(app, []) == []


async def test_a_large_answer_may_be_taken_for_longer_than_it_may_be_worked_on() -> None:
    async def downloading(scope: Scope, _receive: Receive, send: Send) -> None:
        exchange_of(scope).sending_seconds = 3_600.0
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.2)
        await send({"type": "http.response.body", "body": b"all of it"})

    _, body = await answered(Deadline(downloading, seconds=0.05))
    assert body["body"] == b"all of it"


async def test_a_large_answer_that_is_not_taken_is_cut_off() -> None:
    async def downloading(scope: Scope, _receive: Receive, send: Send) -> None:
        exchange_of(scope).sending_seconds = 0.05
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(3_600)

    with pytest.raises(TimeoutError):
        await answered(Deadline(downloading, seconds=3_600.0))
