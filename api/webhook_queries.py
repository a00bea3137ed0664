"""The queries of webhooks, answered by the schema that everybody asks."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING

from strawberry.types.graphql import OperationType

from auth.principal import Principal
from resolvers.gateway import Ask, Gateway
from resolvers.vocabulary import Language
from resolvers.webhook_channel import QUERY_LIFETIME, QueryAnswer, QueryFault
from schema.context import RequestContext
from schema.failures import RequestErrorCode

if TYPE_CHECKING:
    from schema.gateway_schema import GatewaySchema

_FOR_A_MOMENT = frozenset({RequestErrorCode.UNAVAILABLE.value, RequestErrorCode.TIMEOUT.value})
ADDRESS = "webhook"
"""From where a webhook's query is asked."""
_QUERIES = frozenset({OperationType.QUERY})


class SchemaQueries:
    """The schema is made when the first query is answered: most processes answer none."""

    def __init__(self) -> None:
        self._gateway: Gateway | None = None

    def bind(self, gateway: Gateway) -> None:
        """What answers; it holds this one itself, so it comes later."""
        self._gateway = gateway

    async def answer(
        self, principal: Principal, request_id: str, query: str, object_id: str
    ) -> QueryAnswer | None:
        gateway = self._gateway
        if gateway is None:
            raise RuntimeError("no gateway was bound")
        schema = await asyncio.to_thread(_schema)
        ask = Ask(principal, ADDRESS, request_id)
        context = RequestContext(gateway, ask, Language.EN, gateway.now())
        try:
            async with asyncio.timeout(QUERY_LIFETIME.total_seconds()):
                result = await schema.execute(
                    query,
                    variable_values={"id": object_id},
                    context_value=context,
                    allowed_operation_types=_QUERIES,
                )
        except TimeoutError:
            return None
        faults = [
            QueryFault(str((error.extensions or {}).get("code", "INTERNAL")), error.path or ())
            for error in result.errors or ()
        ]
        if any(fault.code in _FOR_A_MOMENT for fault in faults):
            return None
        return QueryAnswer(result.data, faults)


@cache
def _schema() -> GatewaySchema:
    # Not at the top: whoever answers no query need not wait for the schema.
    from schema.build import build_gateway_schema

    return build_gateway_schema(is_open=False)
