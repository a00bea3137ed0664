"""A TCP proxy on loopback that can stop forwarding without hanging up, as a broken network does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit


class FreezingProxy:
    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def uri(self) -> str:
        """Without discovery, which would lead round the proxy."""
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true"

    def freeze(self) -> None:
        self._flows.clear()

    def thaw(self) -> None:
        self._flows.set()

    async def stop(self) -> None:
        """Hang up on everybody and refuse the next, as a host without the service does."""
        assert self._server is not None
        self._server.close()
        self._flows.set()
        connections = dict(self._connections)
        for writer in connections.values():
            writer.transport.abort()
        if connections:
            await asyncio.wait(connections)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: asyncio's complains when it is cancelled.
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections[task] = writer
        task.add_done_callback(self._connections.pop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            onward_reader, onward_writer = await asyncio.open_connection(*self._target)
            await asyncio.gather(
                self._pump(reader, onward_writer), self._pump(onward_reader, writer)
            )

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        finally:
            # Whichever side ends, the other ends with it.
            writer.transport.abort()


@contextlib.asynccontextmanager
async def proxy_to(uri: str) -> AsyncIterator[FreezingProxy]:
    target = urlsplit(uri)
    assert target.hostname is not None
    assert target.port is not None
    proxy = FreezingProxy(target.hostname, target.port)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
