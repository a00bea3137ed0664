"""`/exports/{id}`: a finished export comes down by its signed, short-lived address, piece by piece
(docs/exports.md). Whoever may not have it is told one thing, whatever the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.byte_ranges import ByteRange, Unsatisfiable, asked_range
from api.challenges import refused_request
from api.exchange import exchange_of
from api.graphql_context import ask_of
from api.refusals import refusal
from api.runtime import Runtime
from api.turns import Turns
from auth.letter_links import EXPORTS_PATH, LinkClaim
from resolvers.exports.steps import ExportFile, find_file, read_bytes
from resolvers.rules.exports import ExportFormat
from schema.failures import RequestError, RequestErrorCode

SERVED_AT_ONCE: Final = 8
SERVED_AT_ONCE_PER_CALLER: Final = 2
SENDING_SECONDS: Final = 600.0
_MAX_ID: Final = 40
_MISSING: Final = "There is no export for you at this address: ask the graph for a new one."
MEDIA_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def export_routes(runtime_of: Callable[[], Runtime]) -> list[Route]:
    return [Route(f"{EXPORTS_PATH}/{{id}}", ExportsEndpoint(runtime_of), methods=["GET", "HEAD"])]


class ExportsEndpoint:
    """An ASGI application."""

    def __init__(self, runtime_of: Callable[[], Runtime]) -> None:
        self._runtime_of = runtime_of
        self._turns = Turns("exports", SERVED_AT_ONCE, SERVED_AT_ONCE_PER_CALLER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            runtime = self._runtime_of()
            ask = await ask_of(runtime, request, runtime.gateway.now())
            async with self._turns.of(ask.principal):
                export_id = str(request.path_params["id"])[:_MAX_ID]
                claim = LinkClaim(*(_once(request, name) for name in ("until", "key", "proof")))
                found = await find_file(
                    runtime.gateway, ask, export_id, claim, is_download=request.method == "GET"
                )
                await self._response(runtime, request, found)(scope, receive, send)
        except RequestError as error:
            await refused_request(request, error)(scope, receive, send)

    def _response(self, runtime: Runtime, request: Request, file: ExportFile | None) -> Response:
        exchange = exchange_of(request.scope)
        if file is None:
            exchange.note_code(RequestErrorCode.NOT_FOUND.value)
            return refusal(RequestErrorCode.NOT_FOUND, _MISSING)
        exchange.sending_seconds = SENDING_SECONDS
        kind, size = ExportFormat(file.export["format"]), file.size
        day = file.export["as_of"].date().isoformat()
        name = f"{file.export['list'].lower()}-{day}.{kind.lower()}"
        etag = f'"{file.export["_id"]}"'
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "ETag": etag,
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, no-store",
            "Vary": "Authorization",
        }
        try:
            given = request.headers.get("range"), request.headers.get("if-range")
            asked = None if request.method == "HEAD" else asked_range(*given, etag, size)
        except Unsatisfiable:
            headers["Content-Range"] = f"bytes */{size}"
            return Response(status_code=416, headers=headers)
        part = asked or ByteRange(0, size - 1)
        headers["Content-Length"] = str(part.last - part.first + 1)
        if asked is not None:
            headers["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
        status = 200 if asked is None else 206
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers, media_type=MEDIA_TYPES[kind])
        body = read_bytes(runtime.gateway, file, part.first, part.last)
        return StreamingResponse(body, status, headers, media_type=MEDIA_TYPES[kind])


def _once(request: Request, name: str) -> str | None:
    given = request.query_params.getlist(name)
    return given[0] if len(given) == 1 else None
