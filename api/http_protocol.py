"""The server's HTTP/1.1 with bounds that uvicorn has not: how long the head of a request may take,
and how long a client may leave its answer lying.

Without them a client that opens connections and says nothing, or a byte a minute, or reads nothing,
holds them for ever, and the server takes a bounded number of connections.
"""

from __future__ import annotations

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10.0
"""From the connection, or from the first byte of a further request, to the end of its head."""

STALL_SECONDS: Final = 20.0
"""How long a client may take nothing of the answer that waits for it."""
GO_AWAY: Final = "go_away"
"""The key of the application's state whose value is called when the server begins to stop."""


class PromptH11(H11Protocol):
    """Closes a connection whose next request does not arrive in time. Between two requests the
    server's own keep-alive bound holds, bodies are bounded by `RequestSize`."""

    head_seconds = HEAD_SECONDS
    stall_seconds = STALL_SECONDS
    _head_deadline: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forget_head()
        self._forget_stall()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall = self.loop.call_later(self.stall_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._forget_stall()
        super().resume_writing()

    def shutdown(self) -> None:
        """The server stops: what streams is told to end, or it would be waited for."""
        go_away = self.app_state.get(GO_AWAY)
        if go_away is not None:
            go_away()
        super().shutdown()

    def _watch_head(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._forget_head()
        elif self._head_deadline is None:
            self._head_deadline = self.loop.call_later(self.head_seconds, self._close)

    def _forget_head(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _forget_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _close(self) -> None:
        self._head_deadline = None
        self.transport.close()
