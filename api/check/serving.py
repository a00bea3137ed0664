"""How a page of `/check` is served: its language, its headers, and how a request is refused.

What is typed travels in the body of a POST alone and stands in no log, no address and no answer
that anything may keep. Refusals of a request are pages, too: a person reads them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.check.frame import Frame, refused
from api.exchange import exchange_of
from api.graphql_context import UNKNOWN_ADDRESS
from api.language import preferred_language
from api.refusals import STATUS
from auth.principal import ANONYMOUS
from resolvers.gateway import Ask, Gateway
from resolvers.vocabulary import Language
from schema.failures import RequestError, RequestErrorCode

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_METHODS: Final = ("GET", "HEAD", "POST")

Answer = Callable[[Request, Frame], Awaitable[Response]]
Owner = Callable[[Gateway, Request, Frame], Awaitable[Response]]
"""Who answers for one kind of code. GET shows what can be done and uses nothing up; POST does."""


class ServedPage:
    """An ASGI application around a function that answers with a page or raises RequestError."""

    def __init__(self, answer: Answer, address: str) -> None:
        self._answer = answer
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        frame = _frame(request, self._address)
        try:
            _refuse_other_methods(request)
            response = await self._answer(request, frame)
        except RequestError as error:
            exchange_of(scope).note_code(error.code.value)
            response = page(refused(frame), STATUS[error.code])
            if error.code is RequestErrorCode.METHOD_NOT_ALLOWED:
                response.headers["Allow"] = ", ".join(_METHODS)
        await response(scope, receive, send)


def _refuse_other_methods(request: Request) -> None:
    if request.method not in _METHODS:
        raise RequestError(RequestErrorCode.METHOD_NOT_ALLOWED, "Use GET, HEAD or POST.")


def _frame(request: Request, address: str) -> Frame:
    """In the language that the address asks for, else the browser."""
    asked = request.query_params.get("lang")
    chosen = next((one for one in Language if one.value == asked), None)
    language = chosen or preferred_language(request.headers.get("accept-language"))
    token: str = request.path_params.get("token", "")
    return Frame(language, chosen is not None, token, address, style()[1])


def asked_by_anyone(request: Request) -> Ask:
    """Whoever stands at the page: nobody that we know."""
    exchange = exchange_of(request.scope)
    return Ask(ANONYMOUS, exchange.client or UNKNOWN_ADDRESS, exchange.request_id)


def page(html: str, status: int) -> Response:
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": "en, zh",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Vary": "Accept-Language",
        "X-Robots-Tag": "noindex",
    }
    return Response(html, status, headers, "text/html; charset=utf-8")


def seconds_of(waits: timedelta | None) -> int:
    """The whole seconds that somebody is told to wait."""
    return 1 if waits is None else math.ceil(waits.total_seconds())


def too_many(request: Request, html: str, seconds: int) -> Response:
    exchange_of(request.scope).note_code(RequestErrorCode.RATE_LIMITED.value)
    response = page(html, 429)
    response.headers["Retry-After"] = str(seconds)
    return response


@cache
def style() -> tuple[bytes, str]:
    """The style sheet, and what its address carries so that a browser may keep it for ever."""
    content = files("api.check").joinpath("check.css").read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:16]
