"""`/papers`: papers go up in resumable parts (tus 1.0.0) and come down whole.

Everything is decided in `resolvers.papers`; here are the headers and the bounds of a request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from api import tus
from api.challenges import refused_request
from api.graphql_context import ask_of
from api.paper_answers import (
    METADATA,
    PATH,
    Outcome,
    answer_to,
    capabilities,
    refused_header,
    refused_method,
)
from api.runtime import Runtime
from api.turns import Turns
from resolvers.gateway import Ask, Gateway
from resolvers.papers.beginning import NewPaper, begin_upload
from resolvers.papers.parties import FILING, denied
from resolvers.papers.reading import read_paper
from resolvers.papers.receiving import MAX_CHUNK_BYTES, take_chunk
from resolvers.papers.removing import remove_paper
from resolvers.papers.uploads import describe_upload
from resolvers.vocabulary import PaperKind
from schema.failures import RequestError

STREAMED_BODIES: Final[Mapping[str, int]] = {f"{PATH}/": MAX_CHUNK_BYTES}
SERVED_AT_ONCE: Final = 24
"""Beside the sixteen of the graph. Each may hold a paper in memory."""
SERVED_AT_ONCE_PER_CALLER: Final = 6


def paper_routes(runtime_of: Callable[[], Runtime]) -> list[Route]:
    endpoint = PapersEndpoint(runtime_of)
    return [Route(PATH, endpoint), Route(f"{PATH}/{{id}}", endpoint)]


class PapersEndpoint:
    """An ASGI application for both routes."""

    def __init__(self, runtime_of: Callable[[], Runtime]) -> None:
        self._runtime_of = runtime_of
        self._turns = Turns("papers", SERVED_AT_ONCE, SERVED_AT_ONCE_PER_CALLER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = _Incoming(receive)
        request = Request(scope, incoming)
        try:
            method = tus.method_of(request.method, request.headers)
            if method == "OPTIONS":
                response = capabilities()
            else:
                if method != "GET":
                    tus.check_version(request.headers)
                runtime = self._runtime_of()
                ask = await ask_of(runtime, request, runtime.gateway.now())
                async with self._turns.of(ask.principal):
                    response = await _answer(runtime.gateway, ask, method, request)
                    await _deliver(response, scope, incoming, send)
                return
        except RequestError as error:
            response = refused_request(request, error)
        except tus.TusFault as fault:
            response = refused_header(request, fault)
        await _deliver(response, scope, incoming, send)


class _Incoming:
    """The body, which is read to its end even if nobody wants it: whoever is answered while still
    sending sees a broken connection in place of the answer."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_over = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._is_over = self._is_over or not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        while not self._is_over:
            await self()


async def _deliver(response: Response, scope: Scope, incoming: _Incoming, send: Send) -> None:
    await incoming.drain()
    response.headers["Tus-Resumable"] = tus.VERSION
    await response(scope, incoming, send)


async def _answer(gateway: Gateway, ask: Ask, method: str, request: Request) -> Response:
    paper_id: str | None = request.path_params.get("id")
    if paper_id is None and method == "POST":
        return answer_to(request, await _begin(gateway, ask, request))
    step = _STEPS.get(method)
    if paper_id is None or step is None:
        return refused_method(request, "OPTIONS, POST" if paper_id is None else _ALLOWED)
    return answer_to(request, await step(gateway, ask, paper_id, request))


async def _begin(gateway: Gateway, ask: Ask, request: Request) -> Outcome:
    if "upload-defer-length" in request.headers:
        raise tus.TusFault(tus.TusCode.BAD_HEADER, "Send Upload-Length with the first request.")
    length = tus.number_of(request.headers, "Upload-Length")
    given = tus.metadata_of(request.headers, METADATA)
    kind = next((kind for kind in PaperKind if kind == given["kind"]), None)
    if kind is None:
        raise tus.TusFault(tus.TusCode.BAD_HEADER, "There is no such kind of paper.")
    new = NewPaper(given["application"], kind, given["filetype"], length)
    return await begin_upload(gateway, ask, new)


async def _describe(gateway: Gateway, ask: Ask, paper_id: str, _request: Request) -> Outcome:
    return await describe_upload(gateway, ask, paper_id)


async def _take(gateway: Gateway, ask: Ask, paper_id: str, request: Request) -> Outcome:
    tus.check_chunk_type(request.headers)
    offset = tus.number_of(request.headers, "Upload-Offset")
    # Before a body is kept for somebody who may not send one.
    denial = denied(gateway, ask, FILING)
    if denial is not None:
        return denial
    chunk = await request.body()
    tus.check_checksum(request.headers, chunk)
    return await take_chunk(gateway, ask, paper_id, offset, chunk)


async def _remove(gateway: Gateway, ask: Ask, paper_id: str, _request: Request) -> Outcome:
    return await remove_paper(gateway, ask, paper_id)


async def _read(gateway: Gateway, ask: Ask, paper_id: str, _request: Request) -> Outcome:
    return await read_paper(gateway, ask, paper_id)


_Step = Callable[[Gateway, Ask, str, Request], Awaitable[Outcome]]
_STEPS: Final[Mapping[str, _Step]] = {
    "DELETE": _remove,
    "GET": _read,
    "HEAD": _describe,
    "PATCH": _take,
}
_ALLOWED: Final = ", ".join([*_STEPS, "OPTIONS"])
