"""What a verifier of credentials fetches, and anybody may: status lists, the metadata of the issuer
and of the type of credential. Nothing here is anybody's (docs/credentials.md)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.exchange import exchange_of
from api.refusals import refusal
from resolvers.credential_services import STATUS_LISTS_PATH, TYPE_PATH
from resolvers.credentials.statuses import KEPT, StatusLists
from resolvers.gateway import Gateway
from resolvers.policy.credential_texts import CLAIM_TEXTS, CREDENTIAL_NAME
from schema.failures import RequestErrorCode

ISSUER_PATH: Final = "/.well-known/jwt-vc-issuer"
STATUS_LIST_TYPE: Final = "application/statuslist+jwt"
METADATA_SECONDS: Final = 3_600
_LIST_ID: Final = re.compile("stl_[0-9a-z]{26}")


def credential_routes(gateway_of: Callable[[], Gateway], issuer: str) -> list[Route]:
    lists = StatusLists()

    async def status_list(request: Request) -> Response:
        list_id: str = request.path_params["id"]
        known = _LIST_ID.fullmatch(list_id) is not None
        served = await lists.find(gateway_of(), list_id) if known else None
        if served is None:
            exchange_of(request.scope).note_code(RequestErrorCode.NOT_FOUND.value)
            return refusal(RequestErrorCode.NOT_FOUND, "There is nothing at this address.")
        # What lies between us and the verifier keeps it no longer than we do.
        seconds = max(0, int((served.made_at + KEPT - gateway_of().now()).total_seconds()))
        return Response(served.token, headers=_public(seconds), media_type=STATUS_LIST_TYPE)

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
