"""`/oauth/token` and its metadata: client credentials with `private_key_jwt`, for employers.

RFC 6749 (form, answers, errors of section 5.2), RFC 7523 (the assertion), RFC 8414 (metadata),
RFC 9449 (tokens bound to a key). Errors name what is wrong with the request and never repeat any of
it. Where the RFC has no word, a throttled client gets 429 with `temporarily_unavailable` and
Retry-After.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.dpop import SCHEME, TOLD, presented
from api.exchange import exchange_of
from api.graphql_context import UNKNOWN_ADDRESS
from api.oauth_errors import OAuthError
from api.settings import Settings
from auth.client_assertions import AssertionFault
from auth.client_keys import ALGORITHM_NAMES
from auth.dpop import ProofFault
from auth.principal import ANONYMOUS
from auth.scopes import ClientScope
from resolvers.client_tokens import (
    TokenAsked,
    TokenIssued,
    TokenRefusal,
    TokenRefused,
    issue_client_token,
)
from resolvers.gateway import Ask, Gateway

MAX_BODY_BYTES: Final = 16_384
MAX_PARAMETERS: Final = 20
MAX_SCOPE_LENGTH: Final = 400
GRANT_TYPE: Final = "client_credentials"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FORM: Final = "application/x-www-form-urlencoded"
METADATA_CACHE_SECONDS: Final = 300
SERVED_AT_ONCE: Final = 4
"""Beside the sixteen of the graph: a crowd of portals must not slow the holders down."""


class _BadRequest(Exception):
    def __init__(self, error: OAuthError, description: str, status: int = 400) -> None:
        super().__init__(error.value)
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True)
class TokenEndpoint:
    """An ASGI application for one route that takes POST alone."""

    gateway_of: Callable[[], Gateway]
    issuer: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            asked = _asked(request, await request.body(), self.issuer)
        except _BadRequest as bad:
            return _refusal(request, bad.error, bad.description, bad.status)
        exchange = exchange_of(request.scope)
        ask = Ask(ANONYMOUS, exchange.client or UNKNOWN_ADDRESS, exchange.request_id)
        outcome = await issue_client_token(self.gateway_of(), ask, asked)
        if isinstance(outcome, TokenRefused):
            return _refused(request, outcome)
        return _json(_issued(outcome), 200)


def metadata(settings: Settings) -> dict[str, Any]:
    """RFC 8414 section 2. There is no authorization endpoint, hence no response type."""
    return {
        "issuer": settings.issuer,
        "token_endpoint": settings.token_endpoint,
        "jwks_uri": f"{settings.issuer.rstrip('/')}/.well-known/jwks.json",
        "response_types_supported": [],
        "grant_types_supported": [GRANT_TYPE],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHM_NAMES),
        "scopes_supported": [str(scope) for scope in ClientScope],
        "dpop_signing_alg_values_supported": list(ALGORITHM_NAMES),
    }


def metadata_response(settings: Settings) -> Response:
    headers = {"Cache-Control": f"public, max-age={METADATA_CACHE_SECONDS}"}
    return Response(json.dumps(metadata(settings)), media_type="application/json", headers=headers)


def _asked(request: Request, body: bytes, issuer: str) -> TokenAsked:
    given = _parameters(request, body)
    grant_type = given.get("grant_type")
    if grant_type is None:
        raise _BadRequest(OAuthError.INVALID_REQUEST, "grant_type is missing.")
    if grant_type != GRANT_TYPE:
        raise _BadRequest(OAuthError.UNSUPPORTED_GRANT_TYPE, f"grant_type must be {GRANT_TYPE}.")
    assertion, kind = given.get("client_assertion"), given.get("client_assertion_type")
    other_method = "client_secret" in given or "authorization" in request.headers
    if other_method and assertion is not None:
        raise _BadRequest(OAuthError.INVALID_REQUEST, "Authenticate in one way only.")
    if assertion is None or (kind is not None and kind != ASSERTION_TYPE):
        raise _BadRequest(OAuthError.INVALID_CLIENT, _HOW_TO_AUTHENTICATE, 401)
    if kind is None:
        raise _BadRequest(OAuthError.INVALID_REQUEST, "client_assertion_type is missing.")
    scope = given.get("scope")
    if scope is not None and len(scope) > MAX_SCOPE_LENGTH:
        raise _BadRequest(OAuthError.INVALID_SCOPE, _NOT_GRANTED)
    scopes = None if scope is None else tuple(scope.split(" "))
    return TokenAsked(assertion, presented(request, issuer), given.get("client_id"), scopes)


_HOW_TO_AUTHENTICATE = (
    f"Authenticate by client_assertion with client_assertion_type {ASSERTION_TYPE}."
)
_NOT_GRANTED = "The scope is unknown, or was not granted to this client."


def _parameters(request: Request, body: bytes) -> dict[str, str]:
    """RFC 6749 section 3.2: each at most once; one without a value counts as left out."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM or len(request.headers.getlist("content-type")) != 1:
        raise _BadRequest(OAuthError.INVALID_REQUEST, f"Send {FORM}.")
    if len(body) > MAX_BODY_BYTES:
        told = f"A body may have {MAX_BODY_BYTES} bytes."
        raise _BadRequest(OAuthError.INVALID_REQUEST, told, 413)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError:
        pairs = None
    if pairs is None:
        raise _BadRequest(OAuthError.INVALID_REQUEST, "The form cannot be read.")
    if len(dict(pairs)) != len(pairs):
        raise _BadRequest(OAuthError.INVALID_REQUEST, "A parameter occurs twice.")
    return {name: value for name, value in pairs if value}


_TOLD = {
    AssertionFault.WRONG_AUDIENCE: "aud must be our issuer or token endpoint, and nothing else.",
    AssertionFault.BAD_CLAIMS: "A claim is missing or is not what it should be.",
    AssertionFault.EXPIRED: "The assertion has expired.",
    AssertionFault.LIVES_TOO_LONG: "exp is more than 5 minutes ahead.",
    AssertionFault.NOT_YET_VALID: "iat or nbf lies in the future: set your clock.",
    AssertionFault.BAD_SUB_USER: (
        'act must be {"sub": ...} with 1 to 64 letters, digits and ._- and nothing else.'
    ),
    AssertionFault.REPLAYED: "The assertion was used already: make a new one for each request.",
}
_NOT_AUTHENTICATED = "The client could not be authenticated."


def _refused(request: Request, refused: TokenRefused) -> Response:
    match refused.code:
        case TokenRefusal.CLIENT_NOT_AUTHENTICATED:
            told = _NOT_AUTHENTICATED if refused.fault is None else _TOLD[refused.fault]
            return _refusal(request, OAuthError.INVALID_CLIENT, told, 401)
        case TokenRefusal.CLIENT_ID_DIFFERS:
            told = "client_id is not the client of the assertion."
            return _refusal(request, OAuthError.INVALID_CLIENT, told, 401)
        case TokenRefusal.PROOF_REFUSED:
            told = TOLD[refused.proof_fault or ProofFault.MISSING]
            return _refusal(request, OAuthError.INVALID_DPOP_PROOF, told, 400)
        case TokenRefusal.SCOPE_NOT_GRANTED:
            return _refusal(request, OAuthError.INVALID_SCOPE, _NOT_GRANTED, 400)
        case TokenRefusal.TOO_MANY_ATTEMPTS:
            response = _refusal(
                request, OAuthError.TEMPORARILY_UNAVAILABLE, "Too many requests: wait.", 429
            )
            if refused.retry_after is not None:
                seconds = math.ceil(refused.retry_after.total_seconds())
                response.headers["Retry-After"] = str(seconds)
            return response


def _refusal(request: Request, error: OAuthError, description: str, status: int) -> Response:
    exchange_of(request.scope).note_code(error.name)
    response = _json({"error": error.value, "error_description": description}, status)
    if status == 401:
        # RFC 9110 wants a challenge; this scheme has no header of its own.
        response.headers["WWW-Authenticate"] = 'private_key_jwt realm="onecard"'
    return response


def _issued(issued: TokenIssued) -> dict[str, Any]:
    return {
        "access_token": issued.access_token,
        "token_type": SCHEME if issued.is_bound else "Bearer",
        "expires_in": int(issued.lifetime.total_seconds()),
        "scope": " ".join(issued.scopes),
    }


def _json(told: dict[str, Any], status: int) -> Response:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(json.dumps(told), status, headers, "application/json")
