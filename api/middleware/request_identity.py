"""Gives every request an id of ours. What a client calls its request is the client's text."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.exchange import Exchange, attach
from api.logs import request_id_of_line

HEADER = "X-Request-Id"


class RequestIdentity:
    """Outermost. `new_request_id` draws the id, which stands in every log line and the answer."""

    def __init__(self, app: ASGIApp, *, new_request_id: Callable[[], str]) -> None:
        self._app = app
        self._new_request_id = new_request_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = self._new_request_id()
        attach(scope, Exchange(request_id))

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        reset = request_id_of_line.set(request_id)
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            request_id_of_line.reset(reset)
