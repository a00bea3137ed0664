"""What every request is surrounded by: an id, who asks from where, headers, a line, its figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.exchange import Exchange, attach, method_of, route_of
from api.logs import request_id_of_line
from api.metrics import Metrics
from api.middleware.access_log import AccessLog
from api.middleware.security_headers import Header, security_headers
from api.middleware.unexpected_failure import failure_response
from schema.masking import Classify

_REQUEST_ID = b"x-request-id"

ClientOf = Callable[[Scope], str | None]


class Surroundings:
    """Outermost, and one frame for what were six: each costs every request some microseconds.

    `new_request_id` draws the id, which stands in every line and in the answer: what a client calls
    its request is the client's text. `client_of` says from which address it came. `https_only` and
    `classify` are as in `security_headers` and `failure_response`.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        new_request_id: Callable[[], str],
        client_of: ClientOf,
        metrics: Metrics,
        access_log: AccessLog,
        https_only: bool,
        classify: Classify | None = None,
    ) -> None:
        self._app = app
        self._new_request_id = new_request_id
        self._client_of = client_of
        self._metrics = metrics
        self._access_log = access_log
        self._headers = security_headers(https_only=https_only)
        self._classify = classify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        exchange = Exchange(self._new_request_id(), self._client_of(scope))
        attach(scope, exchange)
        reset = request_id_of_line.set(exchange.request_id)
        try:
            if scope["type"] == "http":
                await self._serve(exchange, scope, receive, send)
            else:
                await self._app(scope, receive, send)
        finally:
            request_id_of_line.reset(reset)

    async def _serve(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                message["headers"] = self._completed(
                    message.get("headers", ()), exchange.request_id
                )
            await send(message)

        began_at = time.perf_counter()
        self._metrics.request_begun()
        try:
            try:
                await self._app(scope, receive, send_and_note)
            except Exception as error:
                response = failure_response(error, scope, self._classify)
                if exchange.status is not None:
                    raise  # half an answer is out: the server cuts the connection
                await response(scope, receive, send_and_note)
        finally:
            # Without a status the client went away, or the server stopped, before an answer.
            seconds = time.perf_counter() - began_at
            method, route = method_of(scope), route_of(scope)
            self._metrics.request_over()
            self._metrics.note_request(
                method=method,
                route=route,
                status=exchange.status,
                operation=exchange.operation,
                codes=exchange.codes,
                seconds=None if exchange.stream is not None else seconds,
            )
            self._access_log.note(exchange, method, route, seconds)

    def _completed(self, given: Iterable[Header], request_id: str) -> list[Header]:
        """With our headers behind those that the route set, and without an id of the route's."""
        headers = [header for header in given if header[0] != _REQUEST_ID]
        names = {name for name, _ in headers}
        headers += [header for header in self._headers if header[0] not in names]
        headers.append((_REQUEST_ID, request_id.encode("ascii")))
        return headers
