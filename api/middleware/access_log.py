"""One line for each request. No path, query string, operation name or address: those may be
anybody's data."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.exchange import exchange_of, method_of, route_of

logger = logging.getLogger("onecard.access")


class AccessLog:
    """`quiet_routes` are asked every second by probes; they are told only when they fail."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        quiet_routes: Collection[str] = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._quiet_routes = frozenset(quiet_routes)
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_at = self._clock()
        status: int | None = None

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            # Without a status the client went away, or the server stopped, before an answer.
            self._log(scope, status, round((self._clock() - began_at) * 1_000, 1))

    def _log(self, scope: Scope, status: int | None, ms: float) -> None:
        route = route_of(scope)
        if route in self._quiet_routes and status is not None and status < 400:
            return
        exchange = exchange_of(scope)
        logger.info(
            "request",
            extra={
                "method": method_of(scope),
                "route": route,
                "status": status,
                "ms": ms,
                "operation": exchange.operation,
                "codes": exchange.codes,
            },
        )
