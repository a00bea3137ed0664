"""The server's HTTP/1.1 with a bound that uvicorn has not: how long the head of a request may take.

Without it a client that opens connections and says nothing, or a byte a minute, holds them for
ever, and the server takes a bounded number of connections.
"""

from __future__ import annotations

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10.0
"""From the connection, or from the first byte of a further request, to the end of its head."""


class PromptH11(H11Protocol):
    """Closes a connection whose next request does not arrive in time. Between two requests the
    server's own keep-alive bound holds, bodies are bounded by `RequestSize`."""

    head_seconds = HEAD_SECONDS
    _head_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forget_head()

    def _watch_head(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._forget_head()
        elif self._head_deadline is None:
            self._head_deadline = self.loop.call_later(self.head_seconds, self._close)

    def _forget_head(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _close(self) -> None:
        self._head_deadline = None
        self.transport.close()
