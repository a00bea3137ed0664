"""Turns what nobody expected into a JSON answer with an id that finds the log line."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.exchange import exchange_of, route_of
from api.refusals import refusal
from schema.failures import log_unexpected, new_error_id
from schema.masking import Classify, code_of


class UnexpectedFailure:
    """`classify` tells the driver's exceptions apart, as in `schema.masking`."""

    def __init__(self, app: ASGIApp, *, classify: Classify | None = None) -> None:
        self._app = app
        self._classify = classify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as error:
            error_id, code = new_error_id(), code_of(error, self._classify)
            log_unexpected(error, error_id=error_id, code=code, path=route_of(scope))
            exchange_of(scope).note_code(code.value)
            if has_begun:
                raise  # half an answer is out: the server cuts the connection
            response = refusal(code, details={"errorId": error_id})
            await response(scope, receive, send)
