"""The routes of `/check`: a field for the address, a form for what is printed, and the verdict.

A token leads to what it is for by its `typ`: letters now. Another kind of code that is shown for
checking joins in `_Checks.paper`, with a form of its own.

What is typed travels in the body of a POST alone and stands in no log, no address and no answer
that anything may keep. Refusals of a request are pages, too: a person reads them.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.check import pages
from api.check.form import read_form
from api.check.pages import Frame
from api.exchange import exchange_of
from api.graphql_context import UNKNOWN_ADDRESS
from api.language import preferred_language
from api.middleware.admission import Admission
from api.refusals import STATUS
from auth.principal import ANONYMOUS
from resolvers.gateway import Ask, Gateway
from resolvers.letters.addresses import CHECK_PATH, MAX_ADDRESS_LENGTH, token_in
from resolvers.letters.checking import (
    CheckRefusal,
    Genuine,
    NotProved,
    SignedLetter,
    check_letter,
    signed_letter,
)
from resolvers.letters.printed import FIELDS_OF, MAX_VALUE_LENGTH
from resolvers.vocabulary import Language
from schema.failures import RequestError, RequestErrorCode

SERVED_AT_ONCE: Final = 4
"""Beside the sixteen of the graph: a crowd at the check page must not slow the holders down."""
STYLE_PATH: Final = f"{CHECK_PATH}/style.css"
CODE_FIELD: Final = "code"
ADDRESS_FIELD: Final = "address"
CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_STYLE_SECONDS: Final = 31_536_000
_METHODS: Final = ("GET", "HEAD", "POST")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.-]{1,400}")


def check_routes(gateway_of: Callable[[], Gateway], issuer: str) -> list[Route]:
    checks = _Checks(gateway_of)
    address = f"{issuer.rstrip('/')}{CHECK_PATH}"
    turns = {"served_at_once": SERVED_AT_ONCE}
    return [
        Route(CHECK_PATH, Admission(_Page(checks.start, address), **turns)),
        Route(STYLE_PATH, _style, methods=["GET"]),
        Route(f"{CHECK_PATH}/{{token}}", Admission(_Page(checks.paper, address), **turns)),
    ]


_Answer = Callable[[Request, Frame], Awaitable[Response]]


class _Page:
    """An ASGI application around a function that answers with a page or raises RequestError."""

    def __init__(self, answer: _Answer, address: str) -> None:
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
            response = _page(pages.refused(frame), STATUS[error.code])
            if error.code is RequestErrorCode.METHOD_NOT_ALLOWED:
                response.headers["Allow"] = ", ".join(_METHODS)
        await response(scope, receive, send)


def _refuse_other_methods(request: Request) -> None:
    if request.method not in _METHODS:
        raise RequestError(RequestErrorCode.METHOD_NOT_ALLOWED, "Use GET, HEAD or POST.")


class _Checks:
    def __init__(self, gateway_of: Callable[[], Gateway]) -> None:
        self._gateway_of = gateway_of

    async def start(self, request: Request, frame: Frame) -> Response:
        """Where no token is given: it may be typed."""
        if request.method != "POST":
            return _page(pages.start(frame, is_wrong=False), 200)
        form = await read_form(request, [ADDRESS_FIELD], MAX_ADDRESS_LENGTH)
        token = token_in(form[ADDRESS_FIELD])
        if token is None or not _TOKEN.fullmatch(token):
            return _page(pages.start(frame, is_wrong=True), 400)
        return Response(status_code=303, headers={"Location": frame.link(token)})

    async def paper(self, request: Request, frame: Frame) -> Response:
        gateway = self._gateway_of()
        letter = signed_letter(gateway, request.path_params["token"])
        if letter is None:
            return _page(pages.not_ours(frame), 404)
        if request.method != "POST":
            return _page(pages.letter_form(frame, letter), 200)
        return await _check(gateway, request, frame, letter)


async def _check(
    gateway: Gateway, request: Request, frame: Frame, letter: SignedLetter
) -> Response:
    fields = FIELDS_OF[letter.kind]
    asked = [*(field.value for field in fields), CODE_FIELD]
    form = await read_form(request, asked, MAX_VALUE_LENGTH)
    exchange = exchange_of(request.scope)
    ask = Ask(ANONYMOUS, exchange.client or UNKNOWN_ADDRESS, exchange.request_id)
    typed = {field: form[field.value] for field in fields}
    outcome = await check_letter(gateway, ask, letter, typed, form[CODE_FIELD])
    match outcome:
        case Genuine():
            return _page(pages.genuine(frame, outcome), 200)
        case NotProved(CheckRefusal.TOO_MANY_ATTEMPTS, waits):
            exchange.note_code(RequestErrorCode.RATE_LIMITED.value)
            seconds = 1 if waits is None else math.ceil(waits.total_seconds())
            response = _page(pages.letter_form(frame, letter, form, outcome, seconds), 429)
            response.headers["Retry-After"] = str(seconds)
            return response
        case NotProved():
            return _page(pages.letter_form(frame, letter, form, outcome), 200)


def _frame(request: Request, address: str) -> Frame:
    """In the language that the address asks for, else the browser."""
    asked = request.query_params.get("lang")
    chosen = next((one for one in Language if one.value == asked), None)
    language = chosen or preferred_language(request.headers.get("accept-language"))
    token: str = request.path_params.get("token", "")
    return Frame(language, chosen is not None, token, address, style()[1])


def _page(html: str, status: int) -> Response:
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": "en, zh",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Vary": "Accept-Language",
        "X-Robots-Tag": "noindex",
    }
    return Response(html, status, headers, "text/html; charset=utf-8")


async def _style(_request: Request) -> Response:
    headers = {"Cache-Control": f"public, max-age={_STYLE_SECONDS}, immutable"}
    return Response(style()[0], headers=headers, media_type="text/css; charset=utf-8")


@cache
def style() -> tuple[bytes, str]:
    """The style sheet, and what its address carries so that a browser may keep it for ever."""
    content = files("api.check").joinpath("check.css").read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:16]
