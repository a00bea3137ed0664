"""The schema as it is served: every document bounded, every answer masked, without exception.

Strawberry's own logging of errors, which prints messages, is replaced.
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

import strawberry
from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_operation_ast,
)
from graphql import OperationType as OperationKind
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from schema.compiled.plans import Planner
from schema.documents import Documents, Prepared
from schema.failures import RequestError, RequestErrorCode
from schema.limits import Limits, check_list_size, check_value_shape
from schema.masking import Classify, masked
from schema.personal import has_personal_arguments

Extensions = Iterable[type[SchemaExtension] | Callable[[], SchemaExtension]]


@dataclass
class OperationNotes:
    """What the edge may know of an operation for its log and metrics: `kind` is query, mutation,
    subscription, or none when the document could not be read."""

    kind: str = "none"


operation_notes: ContextVar[OperationNotes | None] = ContextVar("operation_notes", default=None)


class GatewaySchema(strawberry.Schema):
    """`strawberry.Schema` with limits before validation and masking after everything.

    `classify` says which exceptions of the driver mean UNAVAILABLE or TIMEOUT; the schema floor
    does not know the driver. `introspection` and `suggestions` are off in production, together.
    """

    def __init__(
        self,
        query: type,
        mutation: type | None = None,
        subscription: type | None = None,
        *,
        classify: Classify | None = None,
        limits: Limits | None = None,
        introspection: bool = True,
        extensions: Extensions = (),
        **options: Any,
    ) -> None:
        config = options.pop("config", None) or StrawberryConfig()
        config.disable_field_suggestions = not introspection
        super().__init__(
            query,
            mutation,
            subscription,
            extensions=(DocumentGate, *extensions),
            config=config,
            **options,
        )
        _mark_one_of(self._schema)
        self._classify = classify
        self.limits = limits or Limits()
        self.planner: Planner | None = None
        """Makes plans of operations that come again; without one, each is looked at anew."""
        self.documents = Documents(
            self._schema,
            self.limits,
            introspection=introspection,
            suggestions=introspection,
        )

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Masks in place. Every list of errors passes here, those of streams too."""
        errors[:] = masked(errors, execution_context, self._classify)

    def is_subscription(self, text: str, operation_name: str | None) -> bool:
        """Whether the operation is one. Raises RequestError for a document that is none."""
        operation = get_operation_ast(self.documents.prepare(text).document, operation_name)
        return operation is not None and operation.operation is OperationKind.SUBSCRIPTION

    async def execute(self, *arguments: Any, **options: Any) -> ExecutionResult:
        """As Strawberry's. An extension may set a result without `process_errors`: mask again."""
        result = await super().execute(*arguments, **options)
        if result.errors:
            result.errors = masked(result.errors, None, self._classify)
        return result

    async def follow(
        self, *arguments: Any, **options: Any
    ) -> AsyncGenerator[ExecutionResult, None]:
        """As Strawberry's `stream`, which lets out what an extension raises."""
        results = await super().stream(*arguments, **options)
        try:
            async with aclosing(results):
                async for result in results:
                    # Incremental delivery, whose results are others, is not switched on.
                    yield cast(ExecutionResult, result)
        except Exception as fault:  # noqa: BLE001 - masked, as `execute` does
            error = fault if isinstance(fault, GraphQLError) else _unexpected(fault)
            yield PreExecutionError(data=None, errors=masked([error], None, self._classify))


def _unexpected(fault: Exception) -> GraphQLError:
    return GraphQLError("unexpected", original_error=fault)


def _mark_one_of(schema: GraphQLSchema) -> None:
    """Strawberry checks @oneOf by itself and does not tell graphql-core, whose checks are better:
    they hold in fragments and for variables, and say where."""
    for graphql_type in schema.type_map.values():
        definition = graphql_type.extensions.get("strawberry-definition")
        if isinstance(graphql_type, GraphQLInputObjectType) and definition is not None:
            graphql_type.is_one_of = definition.is_one_of


class DocumentGate(SchemaExtension):
    """Takes the place of parsing and validating; see `schema.documents`."""

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        schema = execution.schema
        if not isinstance(schema, GatewaySchema) or execution.query is None:
            raise TypeError("this extension belongs to GatewaySchema")
        prepared = schema.documents.prepare(execution.query)
        operation = _operation_of(prepared, execution)
        notes = operation_notes.get()
        if notes is not None:
            notes.kind = operation.operation.value
        _check_kind(operation, execution)
        if not prepared.errors:
            _check_variables(prepared, execution.variables or {}, schema.limits)
            if _is_over_get(execution) and has_personal_arguments(
                schema._schema,  # noqa: SLF001 - Strawberry has no public way
                prepared.document,
            ):
                raise RequestError(
                    RequestErrorCode.PERSONAL_DATA_IN_URL,
                    "An argument of this operation is personal: send it by POST.",
                )
        execution.graphql_document = prepared.document
        # A new list: whoever handles the errors of a request may change it.
        execution.pre_execution_errors = list(prepared.errors)
        yield


def _operation_of(prepared: Prepared, execution: ExecutionContext) -> OperationDefinitionNode:
    name = execution._provided_operation_name  # noqa: SLF001 - the property guesses when absent
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


def _is_over_get(execution: ExecutionContext) -> bool:
    """Where queries are served and mutations are not."""
    allowed = set(execution.allowed_operations)
    return OperationType.QUERY in allowed and OperationType.MUTATION not in allowed


def _check_kind(operation: OperationDefinitionNode, execution: ExecutionContext) -> None:
    kind = OperationType(operation.operation.value)
    if kind in execution.allowed_operations:
        return
    if kind is OperationType.SUBSCRIPTION:
        raise RequestError(
            RequestErrorCode.BAD_REQUEST,
            "Subscribe over WebSocket, or accept text/event-stream.",
        )
    if _is_over_get(execution):
        raise RequestError(
            RequestErrorCode.METHOD_NOT_ALLOWED, "Only a query may be sent by GET: use POST."
        )
    raise RequestError(
        RequestErrorCode.BAD_REQUEST, "Over WebSocket only subscriptions are served: use POST."
    )


def _check_variables(prepared: Prepared, variables: Mapping[str, Any], limits: Limits) -> None:
    for name in prepared.size_variables:
        check_list_size("first", variables.get(name), limits)
    check_value_shape(variables, limits)
