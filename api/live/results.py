"""A result as JSON, the same on every transport."""

from __future__ import annotations

from typing import Any

import orjson
from strawberry.types import ExecutionResult


def result_members(result: ExecutionResult, *, is_request_error: bool = False) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if result.errors:
        members["errors"] = [error.formatted for error in result.errors]
    if not is_request_error:
        members["data"] = result.data
    if result.extensions:
        members["extensions"] = result.extensions
    return members


def encoded(result: ExecutionResult, *, is_request_error: bool = False) -> bytes:
    return orjson.dumps(result_members(result, is_request_error=is_request_error))


def as_json(value: Any) -> str:
    """On one line: no value has a line break that JSON leaves as it is."""
    return orjson.dumps(value).decode()
