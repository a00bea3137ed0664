"""`/letters/{id}`: a letter comes down by its signed, short-lived address (docs/letters.md).

Whoever may not have it is told one thing, whatever the reason.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.byte_ranges import ByteRange, Unsatisfiable, asked_range
from api.challenges import refused_request
from api.exchange import exchange_of
from api.graphql_context import UNKNOWN_ADDRESS, ask_of
from api.language import preferred_language
from api.refusals import refusal
from api.runtime import Runtime
from api.turns import Turns
from auth.letter_links import LETTERS_PATH, LinkClaim
from auth.principal import ANONYMOUS
from resolvers.gateway import Ask
from resolvers.letters.handing_out import LetterFile, read_letter
from resolvers.policy.letter_texts import LETTER_FILE_NAMES, TITLES
from resolvers.vocabulary import Language
from schema.failures import RequestError, RequestErrorCode

SERVED_AT_ONCE: Final = 24
SERVED_AT_ONCE_PER_CALLER: Final = 6
SENDING_SECONDS: Final = 60.0
_PIECE_BYTES: Final = 64 * 1024
_METHODS: Final = ("GET", "HEAD")
_MAX_ID: Final = 40
_MISSING: Final = "There is no letter for you at this address: ask the graph for a new one."


def letter_routes(runtime_of: Callable[[], Runtime]) -> list[Route]:
    return [Route(f"{LETTERS_PATH}/{{id}}", LettersEndpoint(runtime_of))]


class LettersEndpoint:
    """An ASGI application."""

    def __init__(self, runtime_of: Callable[[], Runtime]) -> None:
        self._runtime_of = runtime_of
        self._turns = Turns("letters", SERVED_AT_ONCE, SERVED_AT_ONCE_PER_CALLER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            await self._answer(request, send)
        except RequestError as error:
            is_method = error.code is RequestErrorCode.METHOD_NOT_ALLOWED
            headers = {"Allow": ", ".join(_METHODS)} if is_method else {}
            await refused_request(request, error, headers)(scope, receive, send)

    async def _answer(self, request: Request, send: Send) -> None:
        if request.method not in _METHODS:
            raise RequestError(
                RequestErrorCode.METHOD_NOT_ALLOWED, "This address does not take this method."
            )
        runtime = self._runtime_of()
        ask = await _ask(runtime, request)
        async with self._turns.of(ask.principal):
            response = await _answer(runtime, ask, request)
            await response(request.scope, request.receive, send)


async def _ask(runtime: Runtime, request: Request) -> Ask:
    """A token that does not hold is nobody's here: its bearer is told no more than anybody."""
    try:
        return await ask_of(runtime, request, runtime.gateway.now())
    except RequestError as error:
        if error.code is not RequestErrorCode.UNAUTHENTICATED:
            raise
        exchange = exchange_of(request.scope)
        return Ask(ANONYMOUS, exchange.client or UNKNOWN_ADDRESS, exchange.request_id)


async def _answer(runtime: Runtime, ask: Ask, request: Request) -> Response:
    letter_id = str(request.path_params["id"])[:_MAX_ID]
    claim = LinkClaim(*(_once(request, name) for name in ("until", "key", "proof")))
    found = await read_letter(
        runtime.gateway, ask, letter_id, claim, is_download=request.method == "GET"
    )
    if isinstance(found, LetterFile):
        return _file(request, found)
    exchange_of(request.scope).note_code(RequestErrorCode.NOT_FOUND.value)
    return refusal(RequestErrorCode.NOT_FOUND, _MISSING)


def _once(request: Request, name: str) -> str | None:
    given = request.query_params.getlist(name)
    return given[0] if len(given) == 1 else None


def _file(request: Request, letter: LetterFile) -> Response:
    exchange_of(request.scope).sending_seconds = SENDING_SECONDS
    size, etag = len(letter.content), f'"{letter.sha256}"'
    headers = {
        "Content-Disposition": _disposition(request, letter),
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Vary": "Accept-Language, Authorization",
    }
    asked = None
    if request.method == "GET":  # for HEAD a range means nothing
        try:
            given = request.headers.get("range"), request.headers.get("if-range")
            asked = asked_range(*given, etag, size)
        except Unsatisfiable:
            return Response(
                status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"}
            )
    part = asked or ByteRange(0, size - 1)
    headers["Content-Length"] = str(part.last - part.first + 1)
    if asked is not None:
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    status = 200 if asked is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type="application/pdf")

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(part.first, part.last + 1, _PIECE_BYTES):
            yield letter.content[start : min(start + _PIECE_BYTES, part.last + 1)]

    return StreamingResponse(pieces(), status, headers, media_type="application/pdf")


def _disposition(request: Request, letter: LetterFile) -> str:
    """RFC 6266: a file to keep; its name is in English for everybody, and in the language of the
    request for whoever knows `filename*`. It names the paper, never the person."""
    plain = f"{LETTER_FILE_NAMES[letter.kind]}-{letter.file_number}.pdf"
    title = TITLES[letter.kind]
    language = preferred_language(request.headers.get("accept-language"))
    named = title.zh if language is Language.ZH else title.en.replace(":", "")
    encoded = quote(f"{named} {letter.file_number}.pdf", safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
