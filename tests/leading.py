"""A way to MongoDB's port that loses messages, and what goes over it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from auth.direct_commands import DirectCommands


class Leading:
    """Of the messages with a command's name: `breaks_next` breaks the way before the next one
    arrives, `loses_answer` when it has arrived and nobody has heard yet, `swallows` keeps all."""

    def __init__(self, port: int, command: bytes) -> None:
        self._port = port
        self._command = command
        self.breaks_next = self.loses_answer = self.swallows = False

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        beyond, sending = await asyncio.open_connection("127.0.0.1", self._port)
        both = (writer, sending)
        await asyncio.gather(self._carry(reader, sending, both), self._carry(beyond, writer, both))

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        to: asyncio.StreamWriter,
        both: Sequence[asyncio.StreamWriter],
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                if self._command not in data:
                    to.write(data)
                    continue
                if self.breaks_next:
                    self.breaks_next = False
                    break
                if not self.swallows:
                    to.write(data)
                if self.loses_answer:
                    self.loses_answer = False
                    await to.drain()
                    both[0].close()
        for writer in both:
            writer.close()


@asynccontextmanager
async def led(
    uri: str, database: str, command: bytes
) -> AsyncIterator[tuple[DirectCommands, Leading]]:
    port = urlsplit(uri).port
    assert port is not None
    leading = Leading(port, command)
    async with await asyncio.start_server(leading.lead, "127.0.0.1", 0) as server:
        led_port = server.sockets[0].getsockname()[1]
        direct = DirectCommands(uri.replace(str(port), str(led_port)), database)
        try:
            yield direct, leading
        finally:
            await direct.close()
