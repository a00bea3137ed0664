"""Every stream that this process holds open: how many there may be, and how long each may live.

A stream lives as long as its session holds an access token that is not over. At a token's end one
read tells of all streams that are due whether their sessions were refreshed, on whichever process;
a session that was ended is known from the revocation feed, without a command.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from api.live.connection import Closing, LiveConnection
from api.metrics import Metrics
from api.runtime import Runtime
from auth.mongo import is_timeout, is_unavailable
from resolvers.live.ending import StreamEnd
from schema.failures import RequestError, RequestErrorCode, log_unexpected, new_error_id

logger = logging.getLogger("onecard.live")

MAX_CONNECTIONS: Final = 4_000
"""Of one process; docs/decisions says what one costs."""
MAX_OF_HOLDER: Final = 20
MAX_OF_SESSION: Final = 5
"""One device needs one; more are tabs, and connections that broke without a word."""
LOOK_SECONDS: Final = 0.25
BLIND_SECONDS: Final = 5.0
"""While nobody can tell which sessions have ended nothing is delivered
(`api.live.operation`); after so long streams are closed."""
RETRY_AFTER_SECONDS: Final = 5


class OpenStreams:
    """One for each process. `watch` runs while the application does."""

    def __init__(self, runtime_of: Callable[[], Runtime], metrics: Metrics) -> None:
        self._runtime_of = runtime_of
        self._metrics = metrics
        self._connections: set[LiveConnection] = set()
        self._of_holder: dict[str, int] = {}
        self._of_session: dict[str, int] = {}
        self._is_going = False

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def runtime(self) -> Runtime:
        return self._runtime_of()

    def enter(self, connection: LiveConnection) -> None:
        """Raises RequestError: UNAVAILABLE when the process is full or stops."""
        if self._is_going or len(self._connections) >= MAX_CONNECTIONS:
            raise RequestError(
                RequestErrorCode.UNAVAILABLE,
                "No more streams can be opened here just now.",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        self._connections.add(connection)
        self._metrics.stream_opened(connection.transport.value)

    def admit(self, connection: LiveConnection) -> None:
        """Once it is known who asks. Raises RequestError: RATE_LIMITED for too many of his."""
        holder, session = connection.owner
        if (
            self._of_holder.get(holder, 0) >= MAX_OF_HOLDER
            or self._of_session.get(session, 0) >= MAX_OF_SESSION
        ):
            raise RequestError(
                RequestErrorCode.RATE_LIMITED,
                f"A session may have {MAX_OF_SESSION} streams open, a holder {MAX_OF_HOLDER}.",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        connection.is_admitted = True
        self._of_holder[holder] = self._of_holder.get(holder, 0) + 1
        self._of_session[session] = self._of_session.get(session, 0) + 1

    def leave(self, connection: LiveConnection, closing: Closing) -> None:
        if connection not in self._connections:
            return
        self._connections.discard(connection)
        if connection.is_admitted:
            holder, session = connection.owner
            _uncount(self._of_holder, holder)
            _uncount(self._of_session, session)
        self._metrics.stream_closed(connection.transport.value, closing.reason)
        logger.info(
            "stream",
            extra={
                "transport": connection.transport.value,
                "operation": "subscription",
                "reason": closing.reason,
                "status": closing.status,
                "count": connection.delivered,
                "ms": round((time.monotonic() - connection.began_at) * 1_000, 1),
            },
        )

    def go_away(self) -> None:
        """The server stops: all are told to go on elsewhere, and nobody is let in."""
        self._is_going = True
        self._end_all(StreamEnd.GOING_AWAY)

    async def watch(self) -> None:
        """For ever."""
        blind_since: float | None = None
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not self._connections:
                continue
            try:
                if self.runtime.feed.is_alive():
                    blind_since = None
                    self._end_revoked()
                else:
                    blind_since = blind_since or time.monotonic()
                    if time.monotonic() - blind_since > BLIND_SECONDS:
                        self._end_all(StreamEnd.RESUME)
                await self._renew_due()
            except Exception as fault:  # noqa: BLE001 - logged; the next look tries again
                log_unexpected(fault, error_id=new_error_id(), path="live/watch")

    def _end_revoked(self) -> None:
        feed = self.runtime.feed
        for connection in [one for one in self._connections if one.is_admitted]:
            if feed.is_known_revoked(connection.owner[1]):
                connection.end(StreamEnd.SESSION_ENDED)

    async def _renew_due(self) -> None:
        """What cannot be told counts as not refreshed: whoever was goes on at once."""
        gateway = self.runtime.gateway
        now = gateway.now()
        due = [one for one in self._connections if one.is_admitted and one.token_ends_at <= now]
        if not due:
            return
        try:
            ends = await gateway.sessions.load_token_ends([one.owner[1] for one in due], now)
        except Exception as fault:
            for connection in due:
                connection.end(StreamEnd.RESUME)
            if is_timeout(fault) or is_unavailable(fault):
                return
            raise
        for connection in due:
            ends_at = ends.get(connection.owner[1])
            if ends_at is None or ends_at <= now:
                connection.end(StreamEnd.TOKEN_OVER)
            else:
                connection.token_ends_at = ends_at

    def _end_all(self, end: StreamEnd) -> None:
        for connection in list(self._connections):
            connection.end(end)


def _uncount(counts: dict[str, int], key: str) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
