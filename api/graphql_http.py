"""GraphQL over HTTP, as its draft says: https://graphql.github.io/graphql-over-http/draft/.

POST with `application/json`; GET for queries. Order: media types → JSON → who asks, and whether
with this document → limits → parse → validate → access → execute, each refusing before the next
costs anything.

Cross-site requests: there are no cookies, the only credential is a bearer token in a header, so a
foreign page has nothing to ride on. POST moreover takes `application/json` alone, which a browser
sends across sites only after a preflight that we never answer. GET changes nothing, so it needs no
header of its own.

A client that takes `text/event-stream` is served by graphql-sse, and is the only one for whom a
subscription is begun here (`api.live.event_stream`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from api.challenges import challenge_headers
from api.exchange import exchange_of
from api.graphql_ask import GraphQLAsk, ask_of_body, ask_of_query_string
from api.header_fields import joined_lines
from api.live.event_stream import EventStreaming, event_response
from api.live.results import encoded
from api.media_types import MediaType, is_json, negotiated, takes_events
from api.refusals import HTTP_LEVEL, STATUS
from schema.failures import RequestError, RequestErrorCode
from schema.gate import OperationNotes, operation_notes
from schema.gateway_schema import GatewaySchema

Execute = Callable[[GraphQLAsk, Request, Any], Awaitable[ExecutionResult]]
ContextFor = Callable[[Request, str], Awaitable[Any]]

VARY = "Accept, Accept-Language, Authorization"
METHODS = "GET, POST"

_OVER_GET = frozenset({OperationType.QUERY})
_OVER_POST = frozenset({OperationType.QUERY, OperationType.MUTATION})


def schema_executor(schema: GatewaySchema) -> Execute:
    """Runs an ask on the schema, in the context of who asks."""

    async def execute(ask: GraphQLAsk, request: Request, context: Any) -> ExecutionResult:
        notes = OperationNotes()
        reset = operation_notes.set(notes)
        try:
            return await schema.execute(
                ask.query,
                variable_values=ask.variables,
                context_value=context,
                operation_name=ask.operation_name,
                allowed_operation_types=_OVER_GET if ask.is_over_get else _OVER_POST,
            )
        finally:
            operation_notes.reset(reset)
            exchange_of(request.scope).operation = notes.kind

    return execute


@dataclass(frozen=True)
class GraphQLEndpoint:
    """An ASGI application for one route, given all methods.

    `context_for` says who asks, by request and document; it may raise `RequestError`.
    """

    execute: Execute
    context_for: ContextFor
    streaming: EventStreaming | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        if response is not None:
            await response(scope, receive, send)

    async def _answer(self, request: Request) -> ASGIApp | None:
        """None when a stream has begun and is left behind in the exchange."""
        accept = joined_lines(request.scope, b"accept")
        media_type, events = negotiated(accept), takes_events(accept)
        if media_type is None and not events:
            return self._response(request, _refused(_NOT_ACCEPTABLE), MediaType.JSON)
        try:
            ask = await _ask_of(request)
            context = await self.context_for(request, ask.query)
            if events and self.streaming is not None and self.streaming.is_asked_for(ask):
                refused = await self.streaming.begin(ask, request, context)
                if refused is None:
                    return None
                result = refused
            else:
                result = await self.execute(ask, request, context)
        except RequestError as error:
            result = _refused(error)
        if media_type is None and code_of_request(result) is None:
            return event_response(result)
        return self._response(request, result, media_type or MediaType.GRAPHQL_RESPONSE)

    def _response(
        self, request: Request, result: ExecutionResult, media_type: MediaType
    ) -> ASGIApp:
        errors = result.errors or []
        if not errors:
            return PlainAnswer(encoded(result), media_type)
        code = code_of_request(result)
        exchange = exchange_of(request.scope)
        for error in errors:
            exchange.note_code(str((error.extensions or {}).get("code", "UNKNOWN")))
        headers = {"Cache-Control": "no-store", "Vary": VARY}
        status = 200
        if code is not None:
            headers.update(self._headers(request, code, errors))
            if media_type is MediaType.GRAPHQL_RESPONSE or code in HTTP_LEVEL:
                status = STATUS[code]
        return Response(
            encoded(result, is_request_error=code is not None),
            status_code=status,
            media_type=f"{media_type.value}; charset=utf-8",
            headers=headers,
        )

    def _headers(
        self, request: Request, code: RequestErrorCode, errors: list[GraphQLError]
    ) -> dict[str, str]:
        if code is RequestErrorCode.METHOD_NOT_ALLOWED:
            return {"Allow": "POST" if request.method == "GET" else METHODS}
        challenge = challenge_headers(request, code, errors[0].extensions or {})
        if challenge:
            return challenge
        waits = [(error.extensions or {}).get("retryAfterSeconds") for error in errors]
        seconds = max((wait for wait in waits if isinstance(wait, int)), default=None)
        return {} if seconds is None else {"Retry-After": str(seconds)}


@dataclass(frozen=True)
class PlainAnswer:
    """An answer without errors: what its head says but for the length is known beforehand."""

    body: bytes
    media_type: MediaType

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        length = (b"content-length", str(len(self.body)).encode("ascii"))
        headers = [length, *_PLAIN_HEADERS[self.media_type]]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


_PLAIN_HEADERS: Mapping[MediaType, Sequence[tuple[bytes, bytes]]] = {
    media_type: (
        (b"cache-control", b"no-store"),
        (b"vary", VARY.encode("ascii")),
        (b"content-type", f"{media_type.value}; charset=utf-8".encode("ascii")),
    )
    for media_type in MediaType
}


def code_of_request(result: ExecutionResult) -> RequestErrorCode | None:
    """The code of a request that was not executed; None when execution began.

    Executed requests are 200 even where data is null: the draft ties other statuses to answers
    without `data`.
    """
    errors = result.errors or []
    if result.data is not None or not errors:
        return None
    if not isinstance(result, PreExecutionError) and all(error.path for error in errors):
        return None
    codes = [error.code for error in errors if isinstance(error, RequestError)]
    return codes[0] if codes else RequestErrorCode.INTERNAL


_NOT_ACCEPTABLE = RequestError(
    RequestErrorCode.NOT_ACCEPTABLE,
    f"Accept {MediaType.GRAPHQL_RESPONSE.value} or {MediaType.JSON.value}.",
)


def _refused(error: RequestError) -> ExecutionResult:
    return PreExecutionError(data=None, errors=[error])


async def _ask_of(request: Request) -> GraphQLAsk:
    if request.method == "GET":
        return ask_of_query_string(request.scope["query_string"])
    if request.method != "POST":
        raise RequestError(RequestErrorCode.METHOD_NOT_ALLOWED, "Send GraphQL by POST or GET.")
    if not is_json(joined_lines(request.scope, b"content-type")):
        raise RequestError(
            RequestErrorCode.UNSUPPORTED_MEDIA_TYPE, "Send application/json in UTF-8."
        )
    return ask_of_body(await _body(request.receive))


async def _body(receive: Receive) -> bytes:
    """`RequestSize` hands it on in one piece; Starlette would look for many."""
    message = await receive()
    body: bytes = message.get("body", b"")
    return body
