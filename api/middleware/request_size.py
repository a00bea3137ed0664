"""Bounds what a request may weigh and how long its body may take, before anybody reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.exchange import exchange_of
from api.refusals import refusal
from schema.failures import RequestErrorCode

MAX_BODY_BYTES = 64 * 1024
MAX_URL_BYTES = 8 * 1024
BODY_LIFETIME_SECONDS = 10.0


class _BodyRefused(Exception):
    def __init__(self, code: RequestErrorCode) -> None:
        super().__init__(code.value)
        self.code = code


class RequestSize:
    """Reads the whole body, then hands it on in one piece; it is small enough for that.

    Under the paths in `streamed` a body may be as large as said there. It is handed on as it comes,
    counted and timed, so that nobody fills memory before the route knows who he is.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_body_bytes: int = MAX_BODY_BYTES,
        max_url_bytes: int = MAX_URL_BYTES,
        body_lifetime_seconds: float = BODY_LIFETIME_SECONDS,
        streamed: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._streamed = dict(streamed or {})
        self._streamed_prefixes = tuple(self._streamed)
        self._max_body_bytes = max_body_bytes
        self._max_url_bytes = max_url_bytes
        self._body_lifetime_seconds = body_lifetime_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self._max_url_bytes:
            await self._refuse(RequestErrorCode.URL_TOO_LONG, scope, receive, send)
            return
        if scope["path"].startswith(self._streamed_prefixes):
            await self._stream(self._most_streamed(scope["path"]), scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
        except TimeoutError:
            await self._refuse(RequestErrorCode.BODY_TOO_SLOW, scope, receive, send)
        except ClientDisconnect:
            return  # nobody is left to be answered
        else:
            if body is None:
                await self._refuse(RequestErrorCode.BODY_TOO_LARGE, scope, receive, send)
            else:
                await self._app(scope, _replay(body, receive), send)

    def _most_streamed(self, path: str) -> int:
        return next(most for prefix, most in self._streamed.items() if path.startswith(prefix))

    async def _stream(self, max_bytes: int, scope: Scope, receive: Receive, send: Send) -> None:
        if _declared(scope, max_bytes) is None:
            code = RequestErrorCode.BODY_TOO_LARGE
            await self._refuse(code, scope, receive, send, max_bytes)
            return
        bounded = _bounded(receive, max_bytes, self._body_lifetime_seconds)
        try:
            await self._app(scope, bounded, send)
        except _BodyRefused as refused:
            await self._refuse(refused.code, scope, receive, send, max_bytes)
        except ClientDisconnect:
            return  # nobody is left to be answered

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """None when it is too large, which a declared length tells before anything is read."""
        if _declared(scope, self._max_body_bytes) is None:
            return None
        parts: list[bytes] = []
        size = 0
        async with asyncio.timeout(self._body_lifetime_seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                part = message.get("body", b"")
                size += len(part)
                if size > self._max_body_bytes:
                    return None
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)

    async def _refuse(
        self,
        code: RequestErrorCode,
        scope: Scope,
        receive: Receive,
        send: Send,
        max_bytes: int | None = None,
    ) -> None:
        exchange_of(scope).note_code(code.value)
        allowed = self._max_body_bytes if max_bytes is None else max_bytes
        sentences = {
            RequestErrorCode.BODY_TOO_LARGE: f"A body may have {allowed} bytes.",
            RequestErrorCode.BODY_TOO_SLOW: "The body did not arrive in time.",
            RequestErrorCode.URL_TOO_LONG: f"An address may have {self._max_url_bytes} bytes.",
        }
        # The rest of the body is not read, so the connection can't serve another request.
        response = refusal(code, sentences[code], headers={"Connection": "close"})
        await response(scope, receive, send)


def _declared(scope: Scope, max_bytes: int) -> int | None:
    """The length that the client declares, 0 without one; None when it is too large or none."""
    given = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    declared = given.decode("latin-1")
    if not declared.isdecimal() or int(declared[:12]) > max_bytes:
        return None
    return int(declared)


def _bounded(receive: Receive, max_bytes: int, seconds: float) -> Receive:
    """Raises _BodyRefused when more comes than allowed, or later."""
    deadline = asyncio.get_running_loop().time() + seconds
    size, is_over = 0, False

    async def bounded() -> Message:
        nonlocal size, is_over
        if is_over:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise _BodyRefused(RequestErrorCode.BODY_TOO_SLOW) from None
        size += len(message.get("body", b""))
        if size > max_bytes:
            raise _BodyRefused(RequestErrorCode.BODY_TOO_LARGE)
        is_over = not message.get("more_body", False)
        return message

    return bounded


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replayed() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replayed
