"""The schema as it is served: every document bounded, every answer masked, without exception.

Strawberry's own logging of errors, which prints messages, is replaced.
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from typing import Any, cast

import strawberry
from graphql import (
    ExecutionResult as GraphQLExecutionResult,
)
from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    get_operation_ast,
)
from graphql import OperationType as OperationKind
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from schema.compiled.shortcut import Shortcut
from schema.documents import Documents
from schema.gate import Gate
from schema.limits import Limits
from schema.masking import Classify, masked

Extensions = Iterable[type[SchemaExtension] | Callable[[], SchemaExtension]]


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
        self.gate = Gate(self._schema, self.limits)
        self.shortcut: Shortcut | None = None
        """Answers operations that come again; without one all are left to Strawberry."""
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

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """As Strawberry's, which a compiled operation goes round."""
        allowed = frozenset(allowed_operation_types or OperationType)
        if self.shortcut is not None and query is not None:
            known = await self.shortcut.answer(
                query, variable_values or {}, context_value, operation_name, allowed, self
            )
            if known is not None:
                return self._told(known, query, variable_values, operation_name)
        result = await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            allowed,
            operation_extensions,
        )
        # An extension may set a result without `process_errors`: mask again.
        if result.errors:
            result.errors = masked(result.errors, None, self._classify)
        return result

    def _told(
        self,
        result: GraphQLExecutionResult,
        query: str,
        variables: dict[str, Any] | None,
        operation_name: str | None,
    ) -> ExecutionResult:
        errors = result.errors
        if errors:
            execution = self._create_execution_context(
                query=query,
                allowed_operation_types=OperationType,
                variable_values=variables,
                operation_name=operation_name,
            )
            execution.graphql_document = self.documents.prepare(query).document
            errors = masked(errors, execution, self._classify)
        return ExecutionResult(data=result.data, errors=errors)

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
        schema.gate.admitted(
            prepared,
            execution._provided_operation_name,  # noqa: SLF001 - the property guesses when absent
            execution.variables or {},
            set(execution.allowed_operations),
        )
        execution.graphql_document = prepared.document
        # A new list: whoever handles the errors of a request may change it.
        execution.pre_execution_errors = list(prepared.errors)
        yield
