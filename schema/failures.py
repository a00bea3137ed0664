"""How a request fails: stable codes, the error that carries one, and one log line for our faults.

Three layers: a request error (`RequestError`, here), an expected ending (a member of a payload
union), and an unexpected fault, which is masked and told as INTERNAL, TIMEOUT or UNAVAILABLE.
"""

import logging
import secrets
from collections.abc import Collection
from enum import StrEnum
from typing import Any

from graphql import GraphQLError, Node, Source

from schema.frames import ErrorTrace, trace_of

logger = logging.getLogger("onecard.failures")


class RequestErrorCode(StrEnum):
    """`extensions.code` of an error. Codes are API, messages are not."""

    BAD_REQUEST = "BAD_REQUEST"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    BODY_TOO_SLOW = "BODY_TOO_SLOW"
    URL_TOO_LONG = "URL_TOO_LONG"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    NOT_FOUND = "NOT_FOUND"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    PERSONAL_DATA_IN_URL = "PERSONAL_DATA_IN_URL"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_NOT_FOUND = "OPERATION_NOT_FOUND"
    OPERATION_TOO_LARGE = "OPERATION_TOO_LARGE"
    LIST_TOO_LONG = "LIST_TOO_LONG"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    INVALID_DPOP_PROOF = "INVALID_DPOP_PROOF"
    STEP_UP_REQUIRED = "STEP_UP_REQUIRED"
    STRONGER_PROOF_REQUIRED = "STRONGER_PROOF_REQUIRED"
    FORBIDDEN = "FORBIDDEN"
    DOCUMENT_NOT_ALLOWED = "DOCUMENT_NOT_ALLOWED"
    RATE_LIMITED = "RATE_LIMITED"
    TOO_FAR_BEHIND = "TOO_FAR_BEHIND"
    INTERNAL = "INTERNAL"
    UNAVAILABLE = "UNAVAILABLE"
    TIMEOUT = "TIMEOUT"


LEVEL = "level"
ACR = "acr"
"""In the extensions of STRONGER_PROOF_REQUIRED: the level that is needed, and the `acr` of tokens
that have it."""


UNEXPECTED_MESSAGES = {
    RequestErrorCode.INTERNAL: "Something went wrong on our side.",
    RequestErrorCode.UNAVAILABLE: "This service is not available just now. Try again later.",
    RequestErrorCode.TIMEOUT: "This took too long and was stopped.",
}


class RequestError(GraphQLError):
    """A failure that the caller may read as it stands.

    `message` must be ours from beginning to end: never a part of what the client sent.
    `details` join `extensions` beside the code and obey the same rule. `retry_after_seconds`
    becomes `extensions.retryAfterSeconds` and the header Retry-After.
    """

    def __init__(
        self,
        code: RequestErrorCode,
        message: str,
        *,
        path: Collection[str | int] | None = None,
        nodes: Collection[Node] | Node | None = None,
        source: Source | None = None,
        positions: Collection[int] | None = None,
        retry_after_seconds: int | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        extensions = {**(details or {}), "code": code.value}
        if retry_after_seconds is not None:
            extensions["retryAfterSeconds"] = retry_after_seconds
        super().__init__(
            message,
            nodes=nodes,
            source=source,
            positions=positions,
            path=path,
            extensions=extensions,
        )
        self.code = code
        self.retry_after_seconds = retry_after_seconds


def request_error_of(error: BaseException) -> RequestError | None:
    """The `RequestError` that `error` is or wraps, or None."""
    if isinstance(error, RequestError):
        return error
    if isinstance(error, GraphQLError) and isinstance(error.original_error, RequestError):
        return error.original_error
    return None


def new_error_id() -> str:
    """Names one log line; told to the caller. Random, so it says nothing."""
    return f"err_{secrets.token_hex(10)}"


def log_unexpected(
    error: BaseException,
    *,
    error_id: str,
    code: RequestErrorCode = RequestErrorCode.INTERNAL,
    path: str | None = None,
) -> None:
    """One line with the id, the exception's type and frames, and `path`.

    `path` must be made of our own names (schema fields, route templates). The text of the
    exception is left out, since it may hold data.
    """
    trace: ErrorTrace = trace_of(error)
    logger.error(
        "unexpected failure",
        extra={
            "error_id": error_id,
            "code": code.value,
            "error_type": trace.error_type,
            "caused_by": trace.caused_by,
            "frames": trace.frames,
            "path": path,
        },
    )
