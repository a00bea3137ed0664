"""The messages of `graphql-transport-ws`, read with every type checked.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLError

from api.graphql_ask import GraphQLAsk, ask_of_members, json_of
from api.live.results import as_json
from schema.failures import RequestError

SUBPROTOCOL: Final = "graphql-transport-ws"
MAX_ID_LENGTH: Final = 100
CREDENTIAL: Final = "authorization"

ACK: Final = '{"type":"connection_ack"}'
PONG: Final = '{"type":"pong"}'


class BadMessage(Exception):
    """Nothing of the protocol. Carries nothing of what was sent."""


@dataclass(frozen=True, slots=True)
class Init:
    """`authorization` is the value of the header, given in the payload since browsers can set no
    header of a WebSocket."""

    authorization: str | None


@dataclass(frozen=True, slots=True)
class Ping:
    pass


@dataclass(frozen=True, slots=True)
class Pong:
    pass


@dataclass(frozen=True, slots=True)
class Subscribe:
    """`ask` is the fault where the payload is no GraphQL request."""

    operation_id: str
    ask: GraphQLAsk | RequestError


@dataclass(frozen=True, slots=True)
class Complete:
    operation_id: str


Incoming = Init | Ping | Pong | Subscribe | Complete


def read_message(text: str) -> Incoming:
    """Raises BadMessage."""
    try:
        message = json_of(text.encode(), "A message")
    except (RequestError, UnicodeEncodeError):
        raise BadMessage from None
    if not isinstance(message, dict):
        raise BadMessage
    match message.get("type"):
        case "connection_init":
            return Init(_authorization(message.get("payload")))
        case "ping":
            return Ping()
        case "pong":
            return Pong()
        case "complete":
            return Complete(_id(message))
        case "subscribe":
            return Subscribe(_id(message), _ask(message.get("payload")))
    raise BadMessage


def _id(message: dict[str, Any]) -> str:
    value = message.get("id")
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_LENGTH:
        raise BadMessage
    return value


def _authorization(payload: object) -> str | None:
    """Its key in any case, once."""
    if payload is None:
        return None
    if not isinstance(payload, dict):
        raise BadMessage
    given = [value for key, value in payload.items() if key.lower() == CREDENTIAL]
    if not given:
        return None
    if len(given) > 1 or not isinstance(given[0], str):
        raise BadMessage
    return given[0]


def _ask(payload: object) -> GraphQLAsk | RequestError:
    if not isinstance(payload, dict):
        raise BadMessage
    try:
        return ask_of_members(payload)
    except RequestError as error:
        return error


def next_message(operation_id: str, members: dict[str, Any]) -> str:
    return as_json({"id": operation_id, "type": "next", "payload": members})


def error_message(operation_id: str, errors: Sequence[GraphQLError]) -> str:
    told = [error.formatted for error in errors]
    return as_json({"id": operation_id, "type": "error", "payload": told})


def complete_message(operation_id: str) -> str:
    return as_json({"id": operation_id, "type": "complete"})
