"""The server's WebSocket with bounds that uvicorn's has not, and without its log of addresses.

A message is bounded by the server's `ws_max_size`; frames are not compressed, so nothing grows when
it is unpacked and no window is kept for each connection.
"""

from __future__ import annotations

import asyncio
import http
import logging
import socket
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Response
from websockets.server import ServerProtocol

MAX_MESSAGE_BYTES: Final = 64 * 1024
PING_SECONDS: Final = 25.0
"""Proxies take a connection for dead after 30 to 60 silent seconds."""
PONG_SECONDS: Final = 20.0
STALL_SECONDS: Final = 20.0
"""How long a client may take nothing of what waits for it."""
CLOSE_SECONDS: Final = 5.0
"""From our close to its answer."""
SEND_BUFFER_BYTES: Final = 64 * 1024
"""Asked of the operating system, which would take megabytes for a client that does not read."""

_QUIET: Final = logging.getLogger("websockets.served")
"""Of what uvicorn and websockets say here (addresses, frames) nothing may reach a log. Beside
uvicorn's loggers, not below them: configuring those would give it back its level."""
_QUIET.setLevel(logging.CRITICAL)


class _Discreet(ServerProtocol):
    """Refuses a handshake by its status alone: the library's words repeat what was sent."""

    def reject(self, status: http.HTTPStatus | int, _text: str) -> Response:
        known = http.HTTPStatus(status)
        return super().reject(known, f"{known.phrase}.\n")


class BoundedWebSocket(WebSocketsSansIOProtocol):
    stall_seconds = STALL_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger = _QUIET
        self.conn = _Discreet(max_size=self.config.ws_max_size, logger=_QUIET)
        self.close_timeout = CLOSE_SECONDS
        self._stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        limit_send_buffer(transport)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall = self.loop.call_later(self.stall_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._forget_stall()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_stall()
        super().connection_lost(exc)

    async def send(self, message: Any) -> None:
        """A close goes out behind what waits, also to a client that does not read."""
        if message["type"] != "websocket.close":
            await super().send(message)
            return
        self.writable.set()
        await super().send(message)
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def _forget_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None


def limit_send_buffer(transport: asyncio.BaseTransport) -> None:
    """Of a connection that is to carry a stream."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
