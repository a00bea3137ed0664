"""One request's context: who asks, in which language, from where; and whether it may ask this."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request

from api.authentication import TokenFault
from api.challenges import WANTED_SCHEME
from api.dpop import SCHEME, TOLD, presented
from api.exchange import exchange_of
from api.graphql_http import ContextFor
from api.header_fields import field_lines, first_line
from api.language import preferred_language
from api.runtime import Runtime
from auth.dpop import ProofFault
from auth.principal import Principal
from resolvers.gateway import Ask
from schema.context import RequestContext
from schema.failures import RequestError, RequestErrorCode

UNKNOWN_ADDRESS = "unknown"


def context_maker(runtime_of: Callable[[], Runtime]) -> ContextFor:
    """`runtime_of` gives the open runtime.

    Each call is one operation with this document. It raises RequestError: BAD_REQUEST for two
    Authorization headers, UNAUTHENTICATED for a token that does not hold, INVALID_DPOP_PROOF for a
    bound one whose proof does not, UNAVAILABLE when nobody can tell whether its session has ended,
    RATE_LIMITED for a client that asks too often, DOCUMENT_NOT_ALLOWED for a document that is not
    on its list.
    """

    async def context_for(request: Request, document: str) -> RequestContext:
        runtime = runtime_of()
        now = runtime.gateway.now()
        ask = await ask_of(runtime, request, now)
        _check_document(ask.principal, document)
        language = preferred_language(first_line(request.scope, b"accept-language"))
        return RequestContext(runtime.gateway, ask, language, now)

    return context_for


async def ask_of(runtime: Runtime, request: Request, now: datetime) -> Ask:
    """Who asks. Each call counts for a client. Raises RequestError as above, but for documents."""
    given = field_lines(request.scope, b"authorization")
    if len(given) > 1:
        # Whoever stands in front of us may have judged another one than we would.
        raise RequestError(RequestErrorCode.BAD_REQUEST, "Send one Authorization header.")
    principal = await runtime.authenticator.principal(
        given[0] if given else None, now, lambda: presented(request, runtime.settings.issuer)
    )
    match principal:
        case ProofFault():
            raise RequestError(
                RequestErrorCode.INVALID_DPOP_PROOF,
                TOLD[principal],
                details={"reason": principal.value},
            )
        case TokenFault.BOUND:
            raise RequestError(
                RequestErrorCode.UNAUTHENTICATED,
                "This token is bound to a key: send it as DPoP, with a proof.",
                details={WANTED_SCHEME: SCHEME},
            )
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
    _count(runtime, principal, now)
    exchange = exchange_of(request.scope)
    return Ask(principal, exchange.client or UNKNOWN_ADDRESS, exchange.request_id)


def _count(runtime: Runtime, principal: Principal, now: datetime) -> None:
    if principal.terms is None or principal.client_id is None:
        return
    allowed = principal.terms.limits.operations_per_minute
    waits = runtime.client_rates.take(principal.client_id, allowed, now)
    if waits is not None:
        raise RequestError(
            RequestErrorCode.RATE_LIMITED,
            f"This client may ask {allowed} times a minute: wait.",
            retry_after_seconds=math.ceil(waits.total_seconds()),
        )


def _check_document(principal: Principal, document: str) -> None:
    if principal.terms is not None and not principal.terms.allows(document):
        raise RequestError(
            RequestErrorCode.DOCUMENT_NOT_ALLOWED,
            "This client may send registered documents only, and this is none of them.",
        )
