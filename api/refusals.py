"""One table from stable codes to HTTP, and the JSON answer of a request that failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from schema.failures import UNEXPECTED_MESSAGES, RequestErrorCode

JSON = "application/json; charset=utf-8"

STATUS: Mapping[RequestErrorCode, int] = {
    RequestErrorCode.BAD_REQUEST: 400,
    RequestErrorCode.BODY_TOO_LARGE: 413,
    RequestErrorCode.BODY_TOO_SLOW: 408,
    RequestErrorCode.URL_TOO_LONG: 414,
    RequestErrorCode.METHOD_NOT_ALLOWED: 405,
    RequestErrorCode.NOT_ACCEPTABLE: 406,
    RequestErrorCode.NOT_FOUND: 404,
    RequestErrorCode.UNSUPPORTED_MEDIA_TYPE: 415,
    RequestErrorCode.PERSONAL_DATA_IN_URL: 400,
    RequestErrorCode.GRAPHQL_PARSE_FAILED: 400,
    RequestErrorCode.GRAPHQL_VALIDATION_FAILED: 400,
    RequestErrorCode.OPERATION_NOT_FOUND: 400,
    RequestErrorCode.OPERATION_TOO_LARGE: 400,
    RequestErrorCode.LIST_TOO_LONG: 400,
    RequestErrorCode.BAD_USER_INPUT: 400,
    RequestErrorCode.UNAUTHENTICATED: 401,
    RequestErrorCode.INVALID_DPOP_PROOF: 401,
    RequestErrorCode.STEP_UP_REQUIRED: 401,
    RequestErrorCode.STRONGER_PROOF_REQUIRED: 401,
    RequestErrorCode.FORBIDDEN: 403,
    RequestErrorCode.DOCUMENT_NOT_ALLOWED: 403,
    RequestErrorCode.RATE_LIMITED: 429,
    RequestErrorCode.TOO_FAR_BEHIND: 409,
    RequestErrorCode.INTERNAL: 500,
    RequestErrorCode.UNAVAILABLE: 503,
    RequestErrorCode.TIMEOUT: 504,
}

HTTP_LEVEL = frozenset(
    {
        RequestErrorCode.BAD_REQUEST,
        RequestErrorCode.BODY_TOO_LARGE,
        RequestErrorCode.BODY_TOO_SLOW,
        RequestErrorCode.URL_TOO_LONG,
        RequestErrorCode.METHOD_NOT_ALLOWED,
        RequestErrorCode.NOT_ACCEPTABLE,
        RequestErrorCode.NOT_FOUND,
        RequestErrorCode.UNSUPPORTED_MEDIA_TYPE,
        RequestErrorCode.PERSONAL_DATA_IN_URL,
    }
)
"""Failures before there is a well-formed GraphQL request: their status holds for both media
types, while all others are 200 under the older `application/json`."""

_OF_HTTP = {
    404: (RequestErrorCode.NOT_FOUND, "There is nothing at this address."),
    405: (RequestErrorCode.METHOD_NOT_ALLOWED, "This address does not take this method."),
}


def refusal(
    code: RequestErrorCode,
    message: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Response:
    """`{"errors": [{"message", "extensions": {"code"}}]}` with the status of the code.

    `message` must be ours; without it the one of an unexpected failure is told.
    """
    return coded_refusal(
        code.value,
        STATUS[code],
        message or UNEXPECTED_MESSAGES[code],
        headers=headers,
        details=details,
    )


def coded_refusal(
    code: str,
    status: int,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Response:
    """The same answer, for an endpoint with codes and statuses of its own."""
    error = {"message": message, "extensions": {**(details or {}), "code": code}}
    return Response(
        json.dumps({"errors": [error]}),
        status_code=status,
        media_type=JSON,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


async def refuse_http(_request: Request, error: Exception) -> Response:
    """For `Starlette(exception_handlers={HTTPException: refuse_http})`: no path is repeated."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    bad = (RequestErrorCode.BAD_REQUEST, "This request can't be answered.")
    code, message = _OF_HTTP.get(status, bad)
    return refusal(code, message, headers=headers)
