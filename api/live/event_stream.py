"""Server-sent events: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, distinct
connections mode. One request is one operation; `next` carries a result, `complete` ends it.

What stands in the way of beginning is answered like any other GraphQL request. A stream that we
end says why in the `errors` of a last `next`, since server-sent events have no code of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from api.exchange import exchange_of
from api.graphql_ask import GraphQLAsk
from api.live.connection import BY_CLIENT, Closing, LiveConnection, Transport
from api.live.endings import MESSAGES
from api.live.operation import OVER_GET, OVER_POST, Operation
from api.live.registry import OpenStreams
from api.live.results import as_json, encoded
from auth.principal import PrincipalKind
from resolvers.live.ending import StreamEnd
from schema.context import RequestContext
from schema.failures import UNEXPECTED_MESSAGES, RequestError, RequestErrorCode
from schema.gateway_schema import GatewaySchema

KEEP_ALIVE_SECONDS: Final = 15.0
"""A comment, so that proxies don't take the stream for dead."""
COMMENT: Final = b":\n\n"
COMPLETE: Final = b"event: complete\ndata:\n\n"
MEDIA_TYPE: Final = "text/event-stream; charset=utf-8"
HEADERS: Final[Mapping[str, str]] = {
    "Content-Type": MEDIA_TYPE,
    "Cache-Control": "no-store",
    "Vary": "Accept, Accept-Language, Authorization",
    # nginx would collect events before it passes them on.
    "X-Accel-Buffering": "no",
}


def next_event(result: ExecutionResult) -> bytes:
    return b"event: next\ndata: " + encoded(result) + b"\n\n"


def event_response(result: ExecutionResult) -> Response:
    """A query or mutation of a client that takes nothing but events."""
    return Response(next_event(result) + COMPLETE, headers=HEADERS)


@dataclass(frozen=True)
class EventStreaming:
    """What the endpoint for GraphQL over HTTP begins streams with."""

    schema: GatewaySchema
    streams: OpenStreams

    def is_asked_for(self, ask: GraphQLAsk) -> bool:
        """Raises RequestError for a document that cannot be read."""
        return self.schema.is_subscription(ask.query, ask.operation_name)

    async def begin(
        self, ask: GraphQLAsk, request: Request, context: RequestContext
    ) -> ExecutionResult | None:
        """None when the stream has begun and goes on in the exchange. Raises RequestError."""
        stream = EventStream(self.streams)
        refused = await stream.begin(self.schema, ask, context)
        if refused is None:
            exchange_of(request.scope).stream = stream
        return refused


class EventStream(LiveConnection):
    """`begin` while the request's own bounds hold; what it returns None for is then called as the
    rest of the answer, without them."""

    def __init__(self, streams: OpenStreams) -> None:
        super().__init__(Transport.EVENT_STREAM)
        self._streams = streams
        self._end: StreamEnd | None = None
        self._ended = asyncio.Event()
        self._may_send = asyncio.Event()
        self._sending = asyncio.Lock()
        self._send: Send | None = None
        self._beginning: asyncio.Future[ExecutionResult | None] = (
            asyncio.get_running_loop().create_future()
        )
        self._task: asyncio.Task[None] | None = None

    def end(self, end: StreamEnd) -> None:
        if self._end is None:
            self._end = end
            self._ended.set()
            if not self._beginning.done():
                self._beginning.set_result(_refused_for_now())

    async def begin(
        self, schema: GatewaySchema, ask: GraphQLAsk, context: RequestContext
    ) -> ExecutionResult | None:
        """None when the stream has begun; else the answer. Raises RequestError."""
        self._streams.enter(self)
        is_begun = False
        try:
            # Nobody but a holder may follow anything: the access rules refuse all others below.
            if context.ask.principal.kind is PrincipalKind.HOLDER:
                self.belong_to(context.ask.principal)
                self._streams.admit(self)
            operation = Operation(schema, self._streams.runtime.feed, self, self)
            allowed = OVER_GET if ask.is_over_get else OVER_POST
            self._task = operation.started(ask, context, allowed)
            refused = await self._beginning
            is_begun = refused is None
            return refused
        finally:
            if not is_begun:
                await self._stop_task()
                self._streams.leave(self, Closing("REFUSED"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange_of(scope).operation = "subscription"
        self._send = send
        closing = BY_CLIENT
        try:
            raw = [(key.lower().encode(), value.encode()) for key, value in HEADERS.items()]
            await send({"type": "http.response.start", "status": 200, "headers": raw})
            await self._write(COMMENT)
            self._may_send.set()
            if await self._until_over(receive):
                closing = Closing("COMPLETE" if self._end is None else self._end.name)
                await self._stop_task()
                await self._write(self._last_words(), more=False)
        finally:
            await self._stop_task()
            self._streams.leave(self, closing)

    async def _until_over(self, receive: Receive) -> bool:
        """Whether somebody is left to be told."""
        assert self._task is not None  # noqa: S101 - begun
        gone = asyncio.create_task(_disconnected(receive))
        ended = asyncio.create_task(self._ended.wait())
        try:
            while True:
                done, _ = await asyncio.wait(
                    {gone, ended, self._task},
                    timeout=KEEP_ALIVE_SECONDS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if done:
                    return gone not in done
                if not self._sending.locked():
                    await self._write(COMMENT)
        finally:
            gone.cancel()
            ended.cancel()

    def begun(self) -> None:
        if not self._beginning.done():
            self._beginning.set_result(None)

    async def refused(self, result: ExecutionResult) -> None:
        if not self._beginning.done():
            self._beginning.set_result(result)

    async def finished(self) -> None:
        """`_until_over` sees the task end."""

    async def deliver(self, result: ExecutionResult) -> None:
        await self._may_send.wait()
        await self._write(next_event(result))

    async def _write(self, data: bytes, *, more: bool = True) -> None:
        """Waits while the client does not read; the server cuts it off in time."""
        assert self._send is not None  # noqa: S101 - called
        async with self._sending:
            await self._send({"type": "http.response.body", "body": data, "more_body": more})

    def _last_words(self) -> bytes:
        if self._end is None:
            return COMPLETE
        error = {"message": MESSAGES[self._end], "extensions": {"code": self._end.value}}
        told = as_json({"errors": [error]}).encode()
        return b"event: next\ndata: " + told + b"\n\n" + COMPLETE

    async def _stop_task(self) -> None:
        task = self._task
        if task is not None:
            task.cancel()
            await asyncio.wait([task])


def _refused_for_now() -> ExecutionResult:
    code = RequestErrorCode.UNAVAILABLE
    error = RequestError(code, UNEXPECTED_MESSAGES[code], retry_after_seconds=1)
    return PreExecutionError(data=None, errors=[error])


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
