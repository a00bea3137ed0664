"""Connections that bring no request, on a real server."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.http_protocol import PromptHttp

HEAD = b"GET / HTTP/1.1\r\nHost: gateway.test\r\n\r\n"
SEEN = contextvars.ContextVar[str]("SEEN")
Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def answer(_request: Request) -> Response:
    return PlainTextResponse("well")


async def answer_late(_request: Request) -> Response:
    await asyncio.sleep(3 * PromptHttp.head_seconds)
    return PlainTextResponse("well")


async def answer_what_was_set_before(request: Request) -> Response:
    before = SEEN.get("well")
    SEEN.set("left")
    await request.body()
    return PlainTextResponse(before)


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(PromptHttp, "head_seconds", 0.1)
    app = Starlette(routes=[Route("/", answer), Route("/late", answer_late)])
    app.routes.append(Route("/set", answer_what_was_set_before, methods=["POST"]))
    config = uvicorn.Config(
        app, http=PromptHttp, log_config=None, access_log=False, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        task = asyncio.create_task(server._serve([listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        await task


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Peer]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(20):
            yield reader, writer
    finally:
        writer.close()


async def read_answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    return head + await reader.readexactly(len("well"))


@pytest.mark.parametrize("said", [b"", HEAD[:20], HEAD[:-2]])
async def test_who_does_not_bring_a_whole_head_in_time_is_cut_off(port: int, said: bytes) -> None:
    async with connected(port) as (reader, writer):
        writer.write(said)
        assert await reader.read() == b""


async def test_a_byte_now_and_then_buys_no_more_time(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(HEAD)
        await read_answer(reader)
        for place in range(len(HEAD) - 1):
            if reader.at_eof():
                break
            writer.write(HEAD[place : place + 1])
            await asyncio.sleep(0.02)
        assert await reader.read() == b""


async def test_a_slow_answer_and_a_pause_between_requests_are_not_cut_off(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(HEAD.replace(b"/ ", b"/late ", 1))
        assert (await read_answer(reader)).endswith(b"well")
        await asyncio.sleep(3 * PromptHttp.head_seconds)
        writer.write(HEAD)
        assert (await read_answer(reader)).endswith(b"well")


@pytest.mark.parametrize(
    "head",
    [
        HEAD[:-2] + b"X-Large: " + b"a" * 100_000 + b"\r\n\r\n",
        HEAD[:-2] + b"X-Many: a\r\n" * 2_000 + b"\r\n",
        HEAD.replace(b"/ ", b"/?" + b"a" * 20_000 + b" ", 1),
        b"GET / HTTP/1.1\r\n\r\n",
        HEAD[:-2] + b"Host: another.test\r\n\r\n",
        HEAD[:-2] + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD[:-2] + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\na",
        HEAD[:-2] + b"X-Fold: a\r\n b\r\n\r\n",
        HEAD[:-2] + b"X-Space : a\r\n\r\n",
        b"CONNECT gateway.test:443 HTTP/1.1\r\nHost: gateway.test\r\n\r\n",
    ],
)
async def test_a_head_that_is_too_large_or_could_be_read_in_two_ways_is_refused(
    port: int, head: bytes
) -> None:
    async with connected(port) as (reader, writer):
        writer.write(head)
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")


async def test_a_head_that_never_ends_is_refused_before_its_time(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(HEAD[:-2] + b"X-Endless: ")
        reading = asyncio.create_task(reader.read())
        sent = 0
        while not reading.done():
            writer.write(b"a" * 4_096)
            sent += 4_096
            await asyncio.sleep(0.001)
        assert sent < 1_000_000
        # The refusal, unless the system has thrown it away with what was still to be read.
        with contextlib.suppress(ConnectionError):
            assert (await reading).startswith(b"HTTP/1.1 400 ")


async def test_requests_in_one_piece_are_answered_in_their_order(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(HEAD.replace(b"/ ", b"/late ", 1) + HEAD + HEAD[:20])
        for _ in range(2):
            assert (await read_answer(reader)).endswith(b"well")
        # Of the third only a part came.
        assert await reader.read() == b""


@pytest.mark.parametrize("in_one_piece", [True, False])
async def test_a_request_inherits_nothing_that_an_earlier_one_of_its_connection_set(
    port: int, in_one_piece: bool
) -> None:
    """Such as the deadline of the one before, which may be over."""
    size = 1_000_000
    head = HEAD.replace(b"GET / ", b"POST /set ", 1)[:-2] + b"Content-Length: %d\r\n\r\n" % size
    async with connected(port) as (reader, writer):
        if in_one_piece:
            writer.write(2 * (head + bytes(size)))
        for _ in range(2):
            if not in_one_piece:
                writer.write(head + bytes(size))
            assert (await read_answer(reader)).endswith(b"well")
