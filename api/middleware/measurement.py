"""Counts and times every request."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.exchange import exchange_of, method_of, route_of
from api.metrics import Metrics


class Measurement:
    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_at = time.perf_counter()
        status: int | None = None

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._metrics.in_progress():
            try:
                await self._app(scope, receive, send_and_note)
            finally:
                exchange = exchange_of(scope)
                self._metrics.note_request(
                    method=method_of(scope),
                    route=route_of(scope),
                    status=status,
                    operation=exchange.operation,
                    codes=exchange.codes,
                    seconds=None if exchange.stream is not None else time.perf_counter() - began_at,
                )
