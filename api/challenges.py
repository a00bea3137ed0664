"""WWW-Authenticate of a 401: which proof is wanted (RFC 6750, RFC 9449, RFC 9470); and the whole
answer to a request that failed, where it is no GraphQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.dpop import SCHEME, challenge
from api.exchange import exchange_of
from api.refusals import refusal
from schema.failures import ACR, RequestError, RequestErrorCode

REALM: Final = "onecard"
STEP_UP_MAX_AGE_SECONDS: Final = 300
WANTED_SCHEME: Final = "scheme"
"""In the extensions of an error: how the token is to be sent, where it came otherwise."""


def challenge_headers(
    request: Request, code: RequestErrorCode, extensions: Mapping[str, Any]
) -> dict[str, str]:
    """Empty for a code that is no 401."""
    told = _challenge(request, code, extensions)
    return {} if told is None else {"WWW-Authenticate": told}


def refused_request(
    request: Request, error: RequestError, headers: Mapping[str, str] | None = None
) -> Response:
    """`headers` join what the error itself asks for."""
    exchange_of(request.scope).note_code(error.code.value)
    told = challenge_headers(request, error.code, error.extensions or {}) | dict(headers or {})
    if error.retry_after_seconds is not None:
        told["Retry-After"] = str(error.retry_after_seconds)
    return refusal(error.code, error.message, headers=told, details=error.extensions)


def _challenge(
    request: Request, code: RequestErrorCode, extensions: Mapping[str, Any]
) -> str | None:
    bearer = f'Bearer realm="{REALM}"'
    match code:
        case RequestErrorCode.INVALID_DPOP_PROOF:
            return challenge(REALM, "invalid_dpop_proof")
        case RequestErrorCode.UNAUTHENTICATED:
            given = request.headers.get("authorization")
            if given is None:
                return bearer
            came_by = given.partition(" ")[0].lower()
            if came_by == SCHEME.lower() or extensions.get(WANTED_SCHEME) == SCHEME:
                return challenge(REALM, "invalid_token")
            return f'{bearer}, error="invalid_token"'
        case RequestErrorCode.STEP_UP_REQUIRED:
            return (
                f'{bearer}, error="insufficient_user_authentication", '
                'error_description="A fresh real-person proof is required", '
                f'max_age="{STEP_UP_MAX_AGE_SECONDS}"'
            )
        case RequestErrorCode.STRONGER_PROOF_REQUIRED:
            return (
                f'{bearer}, error="insufficient_user_authentication", '
                'error_description="A real-person proof of a higher level is required", '
                f'acr_values="{extensions.get(ACR)}", max_age="{STEP_UP_MAX_AGE_SECONDS}"'
            )
        case _:
            return None
