"""`/feeds/{authority}`: records of another authority, signed by it (docs/import.md).

The body is NDJSON. It is read only once the signature names a key that we know.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.exchange import exchange_of
from api.graphql_context import UNKNOWN_ADDRESS
from api.import_report import told
from api.refusals import JSON, refusal
from auth.feed_signatures import FeedFault
from auth.principal import ANONYMOUS
from resolvers.feeds import (
    MAX_FEED_LINES,
    FeedDenied,
    TooManyLines,
    admit_feed,
    take_feed,
)
from resolvers.gateway import Ask, Gateway
from resolvers.imports.outcomes import Counts, LineOutcome, LineReport
from schema.failures import RequestErrorCode

PREFIX: Final = "/feeds/"
MAX_BODY_BYTES: Final = 1024 * 1024
SERVED_AT_ONCE: Final = 4
"""Each may hold a whole body in memory."""
FEED_BODIES: Final[Mapping[str, int]] = {PREFIX: MAX_BODY_BYTES}
SIGNATURE_HEADER: Final = "onecard-signature"
NDJSON: Final = "application/x-ndjson"

_TOLD = {
    FeedFault.WRONG_AUDIENCE: "aud must be the address of this feed, as ONECARD_ISSUER has it.",
    FeedFault.BAD_CLAIMS: "iat or jti is not what it should be.",
    FeedFault.EXPIRED: "The signature is 5 minutes old or older: make a new one.",
    FeedFault.NOT_YET_VALID: "iat lies in the future: set your clock.",
    FeedFault.REPLAYED: "The signature was used already: make a new one for each request.",
}
_NOT_AUTHENTICATED = "The source could not be authenticated."


class FeedEndpoint:
    """An ASGI application for one route that takes POST alone."""

    def __init__(self, gateway_of: Callable[[], Gateway]) -> None:
        self._gateway_of = gateway_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != NDJSON:
            await _drain(request)
            return _refused(request, RequestErrorCode.UNSUPPORTED_MEDIA_TYPE, f"Send {NDJSON}.")
        gateway, exchange = self._gateway_of(), exchange_of(request.scope)
        ask = Ask(ANONYMOUS, exchange.client or UNKNOWN_ADDRESS, exchange.request_id)
        signatures = request.headers.getlist(SIGNATURE_HEADER)
        signature = signatures[0] if len(signatures) == 1 else ""
        signer = await admit_feed(gateway, ask, request.path_params["authority"], signature)
        if isinstance(signer, FeedDenied):
            await _drain(request)
            return _denied(request, signer)
        try:
            outcome = await take_feed(gateway, ask, signer, await request.body())
        except TooManyLines:
            sentence = f"A feed may have {MAX_FEED_LINES} lines."
            return _refused(request, RequestErrorCode.BODY_TOO_LARGE, sentence)
        return _denied(request, outcome) if isinstance(outcome, FeedDenied) else _report(outcome)


async def _drain(request: Request) -> None:
    """Whoever is answered while still sending sees a broken connection in place of the answer."""
    async for _ in request.stream():
        pass


def _denied(request: Request, denied: FeedDenied) -> Response:
    if denied.retry_after is not None:
        seconds = math.ceil(denied.retry_after.total_seconds())
        code = RequestErrorCode.RATE_LIMITED
        headers = {"Retry-After": str(seconds)}
        return _refused(request, code, "Too many requests: wait.", headers)
    sentence = _NOT_AUTHENTICATED if denied.fault is None else _TOLD[denied.fault]
    headers = {"WWW-Authenticate": 'onecard-signature realm="onecard"'}
    return _refused(request, RequestErrorCode.UNAUTHENTICATED, sentence, headers)


def _refused(
    request: Request,
    code: RequestErrorCode,
    sentence: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    exchange_of(request.scope).note_code(code.value)
    return refusal(code, sentence, headers=headers)


def _report(reports: Sequence[LineReport]) -> Response:
    counts = Counts()
    counts.add(reports)
    body = {
        "lines": counts.lines,
        **{str(outcome): counts.outcomes[outcome] for outcome in LineOutcome},
        "report": [told(one) for one in reports],
    }
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps(body), 200, headers, JSON)
