"""What an operation must be before it is looked at: there, of a kind that is served here, and with
variables within bounds."""

from collections.abc import Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema, OperationDefinitionNode, get_operation_ast
from strawberry.types.graphql import OperationType

from schema.documents import Prepared
from schema.failures import RequestError, RequestErrorCode
from schema.limits import Limits, check_list_size, check_value_shape
from schema.personal import has_personal_arguments


@dataclass
class OperationNotes:
    """What the edge may know of an operation for its log and metrics: `kind` is query, mutation,
    subscription, or none when the document could not be read."""

    kind: str = "none"


operation_notes: ContextVar[OperationNotes | None] = ContextVar("operation_notes", default=None)


@dataclass(frozen=True)
class Gate:
    schema: GraphQLSchema
    limits: Limits

    def admitted(
        self,
        prepared: Prepared,
        name: str | None,
        variables: Mapping[str, Any],
        allowed: Collection[OperationType],
    ) -> OperationDefinitionNode:
        """The operation of the document. Raises RequestError. One of a document with errors is not
        looked at closer: they say more."""
        operation = _operation_of(prepared, name)
        notes = operation_notes.get()
        if notes is not None:
            notes.kind = operation.operation.value
        _check_kind(operation, allowed)
        if not prepared.errors:
            self._check_variables(prepared, variables)
            if _is_over_get(allowed) and has_personal_arguments(self.schema, prepared.document):
                raise RequestError(
                    RequestErrorCode.PERSONAL_DATA_IN_URL,
                    "An argument of this operation is personal: send it by POST.",
                )
        return operation

    def _check_variables(self, prepared: Prepared, variables: Mapping[str, Any]) -> None:
        for name in prepared.size_variables:
            check_list_size("first", variables.get(name), self.limits)
        check_value_shape(variables, self.limits)


def _operation_of(prepared: Prepared, name: str | None) -> OperationDefinitionNode:
    operation = get_operation_ast(prepared.document, name)
    if operation is not None:
        return operation
    # Validation knows better what is wrong with a document without any fitting operation.
    raise RequestError(
        RequestErrorCode.OPERATION_NOT_FOUND,
        "Name the operation to run in operationName."
        if name is None
        else "The document has no operation of that name.",
    )


def _is_over_get(allowed: Collection[OperationType]) -> bool:
    """Where queries are served and mutations are not."""
    return OperationType.QUERY in allowed and OperationType.MUTATION not in allowed


def _check_kind(operation: OperationDefinitionNode, allowed: Collection[OperationType]) -> None:
    kind = OperationType(operation.operation.value)
    if kind in allowed:
        return
    if kind is OperationType.SUBSCRIPTION:
        raise RequestError(
            RequestErrorCode.BAD_REQUEST,
            "Subscribe over WebSocket, or accept text/event-stream.",
        )
    if _is_over_get(allowed):
        raise RequestError(
            RequestErrorCode.METHOD_NOT_ALLOWED, "Only a query may be sent by GET: use POST."
        )
    raise RequestError(
        RequestErrorCode.BAD_REQUEST, "Over WebSocket only subscriptions are served: use POST."
    )
