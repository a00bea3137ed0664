"""The server's HTTP/1.1 with bounds that uvicorn has not: how long the head of a request may take
and how large it may be, and how long a client may leave its answer lying.

Without them a client that opens connections and says nothing, or a byte a minute, or reads nothing,
holds them for ever, and the server takes a bounded number of connections.

httptools parses (llhttp, which refuses what could be read in two ways); it bounds no head and asks
for no Host, so both are done here.
"""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_SECONDS: Final = 10.0
"""From the connection, or from the first byte of a further request, to the end of its head."""

MAX_HEAD_BYTES: Final = 16_384
STALL_SECONDS: Final = 20.0
"""How long a client may take nothing of the answer that waits for it."""
GO_AWAY: Final = "go_away"
"""The key of the application's state whose value is called when the server begins to stop."""
_SEPARATORS: Final = len(": \r\n")


class HeadRefused(Exception):
    """A head that is too large, or without exactly one Host: answered with 400."""


class PromptHttp(HttpToolsProtocol):
    """Closes a connection whose next request does not arrive in time. Between two requests the
    server's own keep-alive bound holds, bodies are bounded by `RequestSize`."""

    head_seconds = HEAD_SECONDS
    stall_seconds = STALL_SECONDS
    cycle: RequestResponseCycle | None  # type: ignore[assignment]
    _head_deadline: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None
    _in_head = False
    """Whether a head has begun and is not whole."""
    _head_bytes = 0
    """Of its address and fields that are whole."""
    _waiting_bytes = 0
    """What came while no part of it became whole."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        # Or a request inherits what an earlier one of its connection set: asyncio reads on in the
        # context of whoever let it read on after a large body, with that one's deadline of the
        # database in it (https://github.com/python/cpython/issues/140947).
        self.config.reset_contextvars = True
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        was_in_head = self._in_head
        super().data_received(data)
        self._waiting_bytes = self._waiting_bytes + len(data) if was_in_head else 0
        too_large = self._in_head and self._waiting_bytes > MAX_HEAD_BYTES
        if too_large and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")
        self._watch_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Also of a field that comes after a body."""
        self._count(len(name) + len(value) + _SEPARATORS)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            raise HeadRefused
        super().on_headers_complete()
        self._in_head = False

    def on_response_complete(self) -> None:
        super().on_response_complete()
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

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            raise HeadRefused

    def _watch_head(self) -> None:
        """A further head that came while an answer is made has its time from the answer on."""
        is_awaited = self.cycle is None or (self._in_head and self.cycle.response_complete)
        if not is_awaited or self._is_handed_over():
            self._forget_head()
        elif self._head_deadline is None:
            self._head_deadline = self.loop.call_later(self.head_seconds, self._close)

    def _is_handed_over(self) -> bool:
        """To a WebSocket."""
        return self.transport.get_protocol() is not self

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
