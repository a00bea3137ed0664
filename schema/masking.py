"""Errors as the caller may see them. Nothing of the client's values and nothing of ours gets out.

A `RequestError` passes. A value that does not fit is told by the variable's name, its type and
where in it, never by what it was. Anything else is a fault of ours: one log line, and its id.
"""

from collections.abc import Callable, Iterator, Sequence

from graphql import (
    ArgumentNode,
    DirectiveNode,
    GraphQLError,
    GraphQLInputType,
    Node,
    ObjectFieldNode,
    ValueNode,
    VariableDefinitionNode,
    print_ast,
    type_from_ast,
)
from graphql.utilities import validate_input_value
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.types import ExecutionContext

from schema.failures import (
    UNEXPECTED_MESSAGES,
    RequestError,
    RequestErrorCode,
    log_unexpected,
    new_error_id,
    request_error_of,
)
from schema.response_paths import field_path

Classify = Callable[[BaseException], RequestErrorCode | None]
"""INTERNAL, UNAVAILABLE or TIMEOUT for an exception that is known to mean so, else None."""

MAX_PLACES = 10
_VALUE_NODES = (ArgumentNode, DirectiveNode, ObjectFieldNode, ValueNode)


def masked(
    errors: Sequence[GraphQLError],
    execution: ExecutionContext | None,
    classify: Classify | None = None,
) -> list[GraphQLError]:
    """One error for each that is told, in their order; several about one variable become one."""
    return list(_Masking(execution, classify).of_all(errors))


class _Masking:
    def __init__(self, execution: ExecutionContext | None, classify: Classify | None) -> None:
        self._execution = execution
        self._classify = classify
        self._ids: dict[tuple[str, str | None], str] = {}

    def of_all(self, errors: Sequence[GraphQLError]) -> Iterator[RequestError]:
        told: set[str] = set()
        for error in errors:
            variable = _variable_of(error)
            if variable is not None:
                name = variable.variable.name.value
                if name not in told:
                    told.add(name)
                    yield self._variable_error(variable)
            elif not (told and error.path is None and not error.nodes):
                # With a mistyped variable, what has no place is graphql-core's "and more".
                yield self._of(error)

    def _of(self, error: GraphQLError) -> RequestError:
        request_error = request_error_of(error)
        if request_error is error:
            return request_error
        if request_error is not None:
            return RequestError(
                request_error.code,
                request_error.message,
                path=error.path,
                nodes=error.nodes,
                retry_after_seconds=request_error.retry_after_seconds,
                details=request_error.extensions,
            )
        if _is_about_a_value(error):
            return RequestError(
                RequestErrorCode.BAD_USER_INPUT,
                "A value does not fit its type.",
                path=error.path,
                nodes=error.nodes,
            )
        return self._unexpected(error)

    def _unexpected(self, error: GraphQLError) -> RequestError:
        cause: BaseException = error.original_error or error
        code = code_of(cause, self._classify)
        path = field_path(self._execution, error.path)
        # A list of a hundred rows that fail alike is one line, not a hundred.
        kind = (type(cause).__qualname__, path)
        if kind not in self._ids:
            self._ids[kind] = new_error_id()
            log_unexpected(cause, error_id=self._ids[kind], code=code, path=path)
        return RequestError(
            code,
            UNEXPECTED_MESSAGES[code],
            path=error.path,
            nodes=error.nodes,
            details={"errorId": self._ids[kind]},
        )

    def _variable_error(self, variable: VariableDefinitionNode) -> RequestError:
        name, expected = variable.variable.name.value, print_ast(variable.type)
        details: dict[str, object] = {"variable": name, "expected": expected}
        places = self._places(variable)
        if places:
            details["at"] = places
        return RequestError(
            RequestErrorCode.BAD_USER_INPUT,
            f"Variable ${name} of type {expected} has a value that does not fit.",
            nodes=variable,
            details=details,
        )

    def _places(self, variable: VariableDefinitionNode) -> list[str]:
        """Where in the value: input fields of the schema and indexes, none of the client's keys."""
        if self._execution is None:
            return []
        variables = self._execution.variables or {}
        name = variable.variable.name.value
        graphql_schema = self._execution.schema._schema  # noqa: SLF001 - no public way
        input_type: GraphQLInputType | None = type_from_ast(graphql_schema, variable.type)  # type: ignore[assignment]
        if name not in variables or input_type is None:
            return []
        places: dict[str, None] = {}

        def note(_error: GraphQLError, path: list[str | int]) -> None:
            if path and len(places) < MAX_PLACES:
                places[".".join(str(step) for step in path)] = None

        validate_input_value(variables[name], input_type, note, hide_suggestions=True)
        return list(places)


def code_of(error: BaseException, classify: Classify | None = None) -> RequestErrorCode:
    """What an exception means to the caller; INTERNAL when nobody knows."""
    known = classify(error) if classify is not None else None
    if known is not None:
        return known
    if isinstance(error, TimeoutError):
        return RequestErrorCode.TIMEOUT
    if isinstance(error, ConnectionError):
        return RequestErrorCode.UNAVAILABLE
    return RequestErrorCode.INTERNAL


def _first_node(error: GraphQLError) -> Node | None:
    return error.nodes[0] if error.nodes else None


def _variable_of(error: GraphQLError) -> VariableDefinitionNode | None:
    node = _first_node(error)
    if isinstance(node, VariableDefinitionNode) and not isinstance(error, RequestError):
        return node
    return None


def _is_about_a_value(error: GraphQLError) -> bool:
    """graphql-core and Strawberry on a value that they could not coerce."""
    cause = error.original_error or error
    if isinstance(cause, StrawberryInputCoercionError):
        return True
    # Errors of a resolver have the field as their node.
    return isinstance(cause, GraphQLError) and isinstance(_first_node(cause), _VALUE_NODES)
