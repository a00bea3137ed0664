"""What a client asks of `/graphql`, read from body or address, with every type checked.

https://graphql.github.io/graphql-over-http/draft/#sec-Request
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from schema.failures import RequestError, RequestErrorCode

MAX_URL_PARAMETERS = 20
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class GraphQLAsk:
    """One operation. `is_over_get` allows queries only."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    is_over_get: bool


def ask_of_body(body: bytes) -> GraphQLAsk:
    """Raises `RequestError` with BAD_REQUEST."""
    parameters = json_of(body, "The body")
    if isinstance(parameters, list):
        _bad("Send one operation: batches are not served.")
    if not isinstance(parameters, dict):
        _bad("The body must be a JSON object.")
    return _ask(parameters, is_over_get=False)


def ask_of_query_string(query_string: bytes) -> GraphQLAsk:
    """Raises `RequestError` with BAD_REQUEST."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_URL_PARAMETERS,
        )
    except ValueError:
        _bad("The address does not hold readable parameters.")
    parameters: dict[str, Any] = dict(pairs)
    if len(parameters) != len(pairs):
        _bad("A parameter is given twice.")
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = json_of(parameters[name].encode(), f"`{name}`")
        else:
            parameters.pop(name, None)
    return _ask(parameters, is_over_get=True)


def ask_of_members(members: Mapping[str, Any]) -> GraphQLAsk:
    """What a WebSocket message carries. Raises `RequestError` with BAD_REQUEST."""
    return _ask(members, is_over_get=False)


def _ask(parameters: Mapping[str, Any], *, is_over_get: bool) -> GraphQLAsk:
    query = parameters.get("query")
    if not isinstance(query, str) or not query.strip():
        _bad("`query` must be a document in a string.")
    name = parameters.get("operationName")
    if name is not None and not isinstance(name, str):
        _bad("`operationName` must be a string.")
    variables = parameters.get("variables")
    if variables is not None and not isinstance(variables, dict):
        _bad("`variables` must be an object.")
    extensions = parameters.get("extensions")
    if extensions is not None and not isinstance(extensions, dict):
        _bad("`extensions` must be an object.")
    return GraphQLAsk(query, variables or {}, name or None, is_over_get)


def json_of(text: bytes, what: str) -> Any:
    """Strictly JSON in UTF-8: no NaN, no name twice (readers differ in which one counts), and no
    half of a surrogate pair, which nothing can store. Raises `RequestError` with BAD_REQUEST."""
    try:
        value = _STRICTLY.decode(text.decode("utf-8"))
        # The first look is ten times as fast, which counts in megabytes of pictures.
        if b"\\u" in text and _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        _bad(f"{what} must be JSON in UTF-8.")
    return value


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name occurs twice")
    return members


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("not JSON")


_STRICTLY = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_unrepeated)


def _bad(message: str) -> NoReturn:
    # `from None`: the fault of a decoder quotes the text that it could not decode.
    raise RequestError(RequestErrorCode.BAD_REQUEST, message) from None
