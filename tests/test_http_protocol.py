"""Connections that bring no request, on a real server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.http_protocol import PromptH11

HEAD = b"GET / HTTP/1.1\r\nHost: gateway.test\r\n\r\n"
Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def answer(_request: Request) -> Response:
    return PlainTextResponse("well")


async def answer_late(_request: Request) -> Response:
    await asyncio.sleep(3 * PromptH11.head_seconds)
    return PlainTextResponse("well")


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(PromptH11, "head_seconds", 0.1)
    app = Starlette(routes=[Route("/", answer), Route("/late", answer_late)])
    config = uvicorn.Config(
        app, http=PromptH11, log_config=None, access_log=False, lifespan="off", ws="none"
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
        while not reader.at_eof():
            writer.write(b"G")
            await asyncio.sleep(0.02)
        assert await reader.read() == b""


async def test_a_slow_answer_and_a_pause_between_requests_are_not_cut_off(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(HEAD.replace(b"/ ", b"/late ", 1))
        assert (await read_answer(reader)).endswith(b"well")
        await asyncio.sleep(3 * PromptH11.head_seconds)
        writer.write(HEAD)
        assert (await read_answer(reader)).endswith(b"well")
