"""A server that speaks clamd's INSTREAM, well or badly, on loopback or on a Unix socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.paper_contents import EICAR

COMMAND = b"zINSTREAM\0"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Clamd:
    """`address` is what the settings take; `scanned` what arrived, whole."""

    address: str
    scanned: list[bytes] = field(default_factory=list)


async def received(reader: asyncio.StreamReader) -> bytes:
    assert await reader.readexactly(len(COMMAND)) == COMMAND
    content = b""
    while length := int.from_bytes(await reader.readexactly(4), "big"):
        content += await reader.readexactly(length)
    return content


def honest(clamd: Clamd) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        content = await received(reader)
        clamd.scanned.append(content)
        found = EICAR in content
        writer.write(b"stream: Eicar-Signature FOUND\0" if found else b"stream: OK\0")

    return handle


def answering(answer: bytes) -> Callable[[Clamd], Handler]:
    def made(_clamd: Clamd) -> Handler:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await received(reader)
            writer.write(answer)

        return handle

    return made


def hasty(_clamd: Clamd) -> Handler:
    """Refuses by size in the middle and hangs up, as clamd does."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100)
        writer.write(b"INSTREAM size limit exceeded. ERROR\0")

    return handle


def silent(_clamd: Clamd) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await received(reader)
        await reader.read()  # until the client gives up

    return handle


@asynccontextmanager
async def clamd_server(
    behaviour: Callable[[Clamd], Handler], socket: Path | None = None
) -> AsyncIterator[Clamd]:
    clamd = Clamd(f"clamd://{socket}")
    handle = behaviour(clamd)

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle(reader, writer)
        finally:
            writer.close()

    if socket is None:
        server = await asyncio.start_server(served, "127.0.0.1", 0)
        clamd.address = f"clamd://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    else:
        server = await asyncio.start_unix_server(served, socket)
    async with server:
        yield clamd
