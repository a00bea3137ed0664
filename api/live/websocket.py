"""Subscriptions over WebSocket: `graphql-transport-ws` on `/graphql`.

Cross-site WebSocket hijacking: a browser lets any page open a WebSocket to anybody and would send
our cookies along, if we had any. The only credential is a bearer token that the page itself must
give, in the payload of `connection_init` (or a header, which no page can set here); a foreign page
has none. So `Origin` proves nothing that the token does not, and is not looked at.

Queries and mutations are refused: they have GraphQL over HTTP, with its deadline, its admission and
its statuses. Whoever has no token has no business here: a connection is a holder's.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send
from strawberry.types import ExecutionResult

from api.authentication import TokenFault
from api.exchange import exchange_of
from api.graphql_ask import GraphQLAsk
from api.language import preferred_language
from api.live.connection import BY_CLIENT, Closing, LiveConnection, Transport
from api.live.endings import CLOSE_CODES, MESSAGES, CloseCode
from api.live.messages import (
    ACK,
    PONG,
    SUBPROTOCOL,
    BadMessage,
    Complete,
    Init,
    Ping,
    Pong,
    Subscribe,
    complete_message,
    error_message,
    next_message,
    read_message,
)
from api.live.operation import OVER_WEBSOCKET, Operation
from api.live.registry import OpenStreams
from api.live.results import result_members
from auth.dpop import ProofFault
from auth.principal import Principal, PrincipalKind
from resolvers.gateway import Ask
from resolvers.live.ending import StreamEnd
from schema.context import RequestContext
from schema.failures import RequestError, RequestErrorCode
from schema.gateway_schema import GatewaySchema

INIT_SECONDS: Final = 5.0
MAX_OPERATIONS: Final = 5
UNKNOWN_ADDRESS: Final = "unknown"


@dataclass(frozen=True)
class WebSocketEndpoint:
    """An ASGI application for one route."""

    schema: GatewaySchema
    streams: OpenStreams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await WebSocketConnection(self.schema, self.streams, scope, send).serve(receive)


class WebSocketConnection(LiveConnection):
    def __init__(
        self, schema: GatewaySchema, streams: OpenStreams, scope: Scope, send: Send
    ) -> None:
        super().__init__(Transport.WEBSOCKET)
        self._schema = schema
        self._streams = streams
        self._scope = scope
        self._send = send
        self._principal: Principal | None = None
        self._is_initialised = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._closing: Closing | None = None
        self._close_task: asyncio.Task[None] | None = None

    async def serve(self, receive: Receive) -> None:
        if (await receive())["type"] != "websocket.connect":
            return
        offered = self._scope.get("subprotocols") or []
        subprotocol = SUBPROTOCOL if SUBPROTOCOL in offered else None
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})
        if subprotocol is None:
            self._close(CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable")
        try:
            self._streams.enter(self)
        except RequestError:
            self._close(CloseCode.TRY_AGAIN_LATER, "Try again later")
        deadline = asyncio.get_running_loop().call_later(INIT_SECONDS, self._miss_init)
        try:
            await self._receive_all(receive)
        finally:
            deadline.cancel()
            await self._end_operations()
            self._streams.leave(self, self._closing or BY_CLIENT)

    def end(self, end: StreamEnd) -> None:
        self._close(CLOSE_CODES[end], MESSAGES[end], end.name)

    async def _receive_all(self, receive: Receive) -> None:
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                self._note_disconnect(event.get("code"))
                return
            if self._closing is not None:
                continue
            text = event.get("text")
            try:
                message = read_message(text or "")
            except BadMessage:
                self._close(CloseCode.BAD_MESSAGE, "Invalid message")
                continue
            await self._take(message)

    async def _take(self, message: Init | Ping | Pong | Subscribe | Complete) -> None:
        match message:
            case Init():
                await self._initialise(message)
            case Ping():
                await self.say(PONG)
            case Pong():
                pass
            case Subscribe():
                await self._subscribe(message)
            case Complete():
                task = self._operations.pop(message.operation_id, None)
                if task is not None:
                    task.cancel()

    async def _initialise(self, init: Init) -> None:
        if self._is_initialised:
            self._close(CloseCode.TOO_MANY_INITS, "Too many initialisation requests")
            return
        self._is_initialised = True
        headers = Headers(scope=self._scope).getlist("authorization")
        given = [*headers, *([] if init.authorization is None else [init.authorization])]
        if len(given) > 1:
            # Whoever stands in front of us may have judged another one than we would.
            self._close(CloseCode.BAD_MESSAGE, "Give one authorization")
            return
        runtime = self._streams.runtime
        principal = await runtime.authenticator.principal(
            given[0] if given else None, runtime.gateway.now()
        )
        match principal:
            case TokenFault.UNDECIDED:
                self._close(CloseCode.TRY_AGAIN_LATER, "Try again later")
            case TokenFault() | ProofFault():
                self._close(CloseCode.FORBIDDEN, "Forbidden")
            case Principal():
                await self._acknowledge(principal)

    async def _acknowledge(self, principal: Principal) -> None:
        if principal.kind is not PrincipalKind.HOLDER:
            self._close(CloseCode.FORBIDDEN, "Forbidden")
            return
        self.belong_to(principal)
        try:
            self._streams.admit(self)
        except RequestError:
            self._close(CloseCode.TOO_MANY_STREAMS, "Too many streams")
            return
        self._principal = principal
        await self.say(ACK)

    async def _subscribe(self, message: Subscribe) -> None:
        operation_id = message.operation_id
        if self._principal is None:
            self._close(CloseCode.UNAUTHORIZED, "Unauthorized")
        elif operation_id in self._operations:
            self._close(CloseCode.SUBSCRIBER_EXISTS, "Subscriber for this operation already exists")
        elif isinstance(message.ask, RequestError):
            await self.say(error_message(operation_id, [message.ask]))
        elif len(self._operations) >= MAX_OPERATIONS:
            await self.say(error_message(operation_id, [_TOO_MANY]))
        else:
            self._start(operation_id, message.ask, self._principal)

    def _start(self, operation_id: str, ask: GraphQLAsk, principal: Principal) -> None:
        runtime = self._streams.runtime
        exchange = exchange_of(self._scope)
        context = RequestContext(
            runtime.gateway,
            Ask(principal, exchange.client or UNKNOWN_ADDRESS, exchange.request_id),
            preferred_language(Headers(scope=self._scope).get("accept-language")),
            runtime.gateway.now(),
        )
        subscriber = _Subscriber(self, operation_id)
        operation = Operation(self._schema, runtime.feed, self, subscriber)
        task = operation.started(ask, context, OVER_WEBSOCKET)
        self._operations[operation_id] = task
        task.add_done_callback(lambda _: self._forget(operation_id, task))

    def _forget(self, operation_id: str, task: asyncio.Task[None]) -> None:
        if self._operations.get(operation_id) is task:
            del self._operations[operation_id]

    async def say(self, text: str) -> None:
        """Waits while the client does not read; the server cuts it off in time."""
        if self._closing is None:
            await self._send({"type": "websocket.send", "text": text})

    def _close(self, code: CloseCode, reason: str, name: str = "REFUSED") -> None:
        """The first reason counts. The server then tells `_receive_all` that it is over."""
        if self._closing is None:
            self._closing = Closing(name, int(code))
            for task in self._operations.values():
                task.cancel()
            message = {"type": "websocket.close", "code": int(code), "reason": reason}
            self._close_task = asyncio.create_task(self._send_close(message))

    async def _send_close(self, message: Message) -> None:
        # The client may be gone by now.
        with contextlib.suppress(Exception):
            await self._send(message)

    def _miss_init(self) -> None:
        if self._principal is None:
            self._close(CloseCode.INIT_TIMEOUT, "Connection initialisation timeout")

    def _note_disconnect(self, code: int | None) -> None:
        if self._closing is None:
            is_ours = code == CloseCode.SERVICE_RESTART
            self._closing = Closing(StreamEnd.GOING_AWAY.name if is_ours else "CLIENT", code)

    async def _end_operations(self) -> None:
        tasks = list(self._operations.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._close_task is not None:
            await self._close_task


@dataclass(frozen=True, slots=True)
class _Subscriber:
    connection: WebSocketConnection
    operation_id: str

    def begun(self) -> None:
        """The protocol has no word for it."""

    async def refused(self, result: ExecutionResult) -> None:
        await self.connection.say(error_message(self.operation_id, result.errors or []))

    async def deliver(self, result: ExecutionResult) -> None:
        await self.connection.say(next_message(self.operation_id, result_members(result)))

    async def finished(self) -> None:
        await self.connection.say(complete_message(self.operation_id))


_TOO_MANY = RequestError(
    RequestErrorCode.RATE_LIMITED,
    f"A connection may have {MAX_OPERATIONS} operations at once.",
)
