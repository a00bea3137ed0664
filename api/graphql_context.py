"""One request's context: who asks, in which language, from where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request

from api.authentication import TokenFault
from api.exchange import exchange_of
from api.graphql_http import ContextFor
from api.language import preferred_language
from api.runtime import Runtime
from resolvers.gateway import Ask
from schema.context import RequestContext
from schema.failures import RequestError, RequestErrorCode

UNKNOWN_ADDRESS = "unknown"


def context_maker(runtime_of: Callable[[], Runtime]) -> ContextFor:
    """`runtime_of` gives the open runtime.

    Each call raises RequestError: BAD_REQUEST for two Authorization headers, UNAUTHENTICATED for a
    token that does not hold, UNAVAILABLE when nobody can tell whether its session has ended.
    """

    async def context_for(request: Request) -> RequestContext:
        runtime = runtime_of()
        now = runtime.gateway.now()
        ask = await ask_of(runtime, request, now)
        language = preferred_language(request.headers.get("accept-language"))
        return RequestContext(runtime.gateway, ask, language, now)

    return context_for


async def ask_of(runtime: Runtime, request: Request, now: datetime) -> Ask:
    """Who asks. Raises RequestError as above."""
    given = request.headers.getlist("authorization")
    if len(given) > 1:
        # Whoever stands in front of us may have judged another one than we would.
        raise RequestError(RequestErrorCode.BAD_REQUEST, "Send one Authorization header.")
    principal = await runtime.authenticator.principal(given[0] if given else None, now)
    match principal:
        case TokenFault.INVALID:
            raise RequestError(
                RequestErrorCode.UNAUTHENTICATED,
                "The token does not hold: it is over, ended or not ours. Log in or refresh.",
            )
        case TokenFault.UNDECIDED:
            raise RequestError(
                RequestErrorCode.UNAVAILABLE,
                "Whether the session has ended cannot be told just now. Try again.",
                retry_after_seconds=1,
            )
    exchange = exchange_of(request.scope)
    return Ask(principal, exchange.client or UNKNOWN_ADDRESS, exchange.request_id)
