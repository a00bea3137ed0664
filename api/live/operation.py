"""One subscription that runs: from its document to what is sent of it, on either transport."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import aclosing
from contextvars import Context
from typing import Protocol

from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from api.graphql_ask import GraphQLAsk
from api.live.connection import LiveConnection
from api.logs import request_id_of_line
from auth.revocation import RevocationFeed, Verdict
from resolvers.live.ending import StreamEnd
from schema.context import RequestContext
from schema.failures import RequestErrorCode, log_unexpected, new_error_id
from schema.gateway_schema import GatewaySchema

_FOR_A_MOMENT = frozenset({RequestErrorCode.UNAVAILABLE.value, RequestErrorCode.TIMEOUT.value})
OVER_WEBSOCKET = frozenset({OperationType.SUBSCRIPTION})
OVER_POST = frozenset(OperationType)
OVER_GET = frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION})


class Subscriber(Protocol):
    """Who hears of an operation. Of `begun` and `refused` exactly one is called, once."""

    def begun(self) -> None:
        """From now on nothing is missed."""

    async def refused(self, result: ExecutionResult) -> None:
        """It does not begin, and this is why."""

    async def deliver(self, result: ExecutionResult) -> None:
        """May wait as long as the client does not read."""

    async def finished(self) -> None:
        """There are no more results, and nobody has closed the connection."""


class Operation:
    """What the use case knows as its `OpenStream`."""

    def __init__(
        self,
        schema: GatewaySchema,
        feed: RevocationFeed,
        connection: LiveConnection,
        subscriber: Subscriber,
    ) -> None:
        self._schema = schema
        self._feed = feed
        self._connection = connection
        self._subscriber = subscriber
        self._releases: list[Callable[[], None]] = []
        self._has_begun = False

    def begin(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._subscriber.begun()

    def end(self, end: StreamEnd) -> None:
        self._connection.end(end)

    def at_close(self, release: Callable[[], None]) -> None:
        self._releases.append(release)

    def started(
        self, ask: GraphQLAsk, context: RequestContext, allowed: Collection[OperationType]
    ) -> asyncio.Task[None]:
        """In a context of variables of its own: a request's deadline must not end a stream."""
        return asyncio.create_task(self._run(ask, context, allowed), context=Context())

    async def _run(
        self, ask: GraphQLAsk, context: RequestContext, allowed: Collection[OperationType]
    ) -> None:
        request_id_of_line.set(context.ask.request_id)
        context.stream = self
        try:
            await self._deliver_all(ask, context, allowed)
        except Exception as fault:  # noqa: BLE001 - logged; the client goes on from where it was
            log_unexpected(fault, error_id=new_error_id(), path="live/operation")
            self.end(StreamEnd.RESUME)
        finally:
            for release in self._releases:
                release()

    async def _deliver_all(
        self, ask: GraphQLAsk, context: RequestContext, allowed: Collection[OperationType]
    ) -> None:
        results = self._schema.follow(
            ask.query,
            variable_values=ask.variables,
            context_value=context,
            operation_name=ask.operation_name,
            allowed_operation_types=allowed,
        )
        async with aclosing(results):
            async for result in results:
                if not self._has_begun:
                    self._has_begun = True
                    await self._subscriber.refused(result)
                    return
                if not await self._may_deliver(result):
                    return
                await self._subscriber.deliver(result)
                self._connection.delivered += 1
        await self._subscriber.finished()

    async def _may_deliver(self, result: ExecutionResult) -> bool:
        """As with every request: not to a session that has ended, and not while nobody can tell."""
        codes = {str((error.extensions or {}).get("code")) for error in result.errors or ()}
        if codes & _FOR_A_MOMENT:
            self.end(StreamEnd.RESUME)
            return False
        match await self._feed.check(self._connection.owner[1]):
            case Verdict.LIVE:
                return True
            case Verdict.REVOKED:
                self.end(StreamEnd.SESSION_ENDED)
            case Verdict.UNKNOWN:
                self.end(StreamEnd.RESUME)
        return False
