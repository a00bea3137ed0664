"""What a verifier of credentials fetches, and anybody may: status lists, the metadata of the issuer
and of the type of credential. Nothing here is anybody's (docs/credentials.md)."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.entity_tags import is_known
from api.exchange import exchange_of
from api.graphql_context import UNKNOWN_ADDRESS
from api.refusals import refusal
from auth.client_rates import ClientRates
from resolvers.credential_services import STATUS_LISTS_PATH, TYPE_PATH
from resolvers.credentials.statuses import KEPT, StatusLists
from resolvers.gateway import Gateway
from resolvers.policy.credential_texts import CLAIM_TEXTS, CREDENTIAL_NAME
from resolvers.policy.throttling import STATUS_LISTS_PER_MINUTE, counted_address
from schema.failures import RequestErrorCode

ISSUER_PATH: Final = "/.well-known/jwt-vc-issuer"
STATUS_LIST_TYPE: Final = "application/statuslist+jwt"
METADATA_SECONDS: Final = 3_600
_LIST_ID: Final = re.compile("stl_[0-9a-z]{26}")


def credential_routes(gateway_of: Callable[[], Gateway], issuer: str) -> list[Route]:
    lists, rates = StatusLists(), ClientRates()

    async def status_list(request: Request) -> Response:
        waits = _too_often(rates, request, gateway_of().now())
        if waits is not None:
            return waits
        list_id: str = request.path_params["id"]
        known = _LIST_ID.fullmatch(list_id) is not None
        served = await lists.find(gateway_of(), list_id) if known else None
        if served is None:
            exchange_of(request.scope).note_code(RequestErrorCode.NOT_FOUND.value)
            return refusal(RequestErrorCode.NOT_FOUND, "There is nothing at this address.")
        # What lies between us and the verifier keeps it no longer than we do.
        seconds = max(0, int((served.made_at + KEPT - gateway_of().now()).total_seconds()))
        tag = f'"{hashlib.sha256(served.token.encode()).hexdigest()[:32]}"'
        headers = {**_public(seconds), "ETag": tag}
        if is_known(request, tag):
            return Response(status_code=304, headers=headers)
        return Response(served.token, headers=headers, media_type=STATUS_LIST_TYPE)

    async def issuer_metadata(_request: Request) -> Response:
        keys = f"{issuer.rstrip('/')}/.well-known/jwks.json"
        return JSONResponse({"issuer": issuer, "jwks_uri": keys}, headers=_public(METADATA_SECONDS))

    async def type_metadata(_request: Request) -> Response:
        return JSONResponse(_type_metadata(issuer), headers=_public(METADATA_SECONDS))

    # An issuer with a path has its metadata behind it (SD-JWT VC, like RFC 8414).
    paths = {ISSUER_PATH, ISSUER_PATH + urlsplit(issuer).path.rstrip("/")}
    return [
        Route(f"{STATUS_LISTS_PATH}/{{id}}", status_list, methods=["GET"]),
        Route(TYPE_PATH, type_metadata, methods=["GET"]),
        *(Route(path, issuer_metadata, methods=["GET"]) for path in sorted(paths)),
    ]


def _too_often(rates: ClientRates, request: Request, now: datetime) -> Response | None:
    """Whoever asks more often than a crowd of verifiers behind one address would."""
    exchange = exchange_of(request.scope)
    address = counted_address(exchange.client or UNKNOWN_ADDRESS)
    waits = rates.take(address, STATUS_LISTS_PER_MINUTE, now)
    if waits is None:
        return None
    exchange.note_code(RequestErrorCode.RATE_LIMITED.value)
    seconds = max(1, math.ceil(waits / timedelta(seconds=1)))
    return refusal(
        RequestErrorCode.RATE_LIMITED,
        "Too many requests: wait.",
        headers={"Retry-After": str(seconds), "Access-Control-Allow-Origin": "*"},
    )


def _public(seconds: int) -> dict[str, str]:
    """For a verifier in a browser too: nothing of this hangs on who asks."""
    return {"Cache-Control": f"public, max-age={seconds}", "Access-Control-Allow-Origin": "*"}


def _type_metadata(issuer: str) -> dict[str, Any]:
    return {
        "vct": f"{issuer.rstrip('/')}{TYPE_PATH}",
        "name": CREDENTIAL_NAME.en,
        "display": [
            {"locale": "en", "name": CREDENTIAL_NAME.en},
            {"locale": "zh-CN", "name": CREDENTIAL_NAME.zh},
        ],
        "claims": [
            {
                "path": [name],
                "sd": "always",
                "display": [
                    {"locale": "en", "label": text.en},
                    {"locale": "zh-CN", "label": text.zh},
                ],
            }
            for name, text in CLAIM_TEXTS.items()
        ],
    }
