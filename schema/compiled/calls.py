"""How a field's resolver is called without Strawberry's and graphql-core's wrapping.

The resolver is the very same function: what a field means is said in one place. Compiled are
fields whose resolver is a plain function of its object, `info` and arguments. `uncompiled_fields`
tells which are not, so that a test and the docs can list what is left to the ordinary executor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    Node,
    VariableNode,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from schema.context import RequestContext


class NotCompiled(Exception):
    """The operation is left to the ordinary executor; the text says why, in names of ours."""


@dataclass(frozen=True, slots=True)
class Place:
    """The response key under which a field stands, as `info.path` shows it."""

    key: str


@dataclass(slots=True, eq=False)
class FieldInfo:
    """What resolvers use of `strawberry.Info`, and no more. Made for each field of each request, so
    not frozen: that takes three times as long."""

    context: RequestContext
    schema: Any
    field_name: str
    path: Place


@dataclass(frozen=True)
class Call:
    """A field's resolver: a function of (self, info and arguments), or none for an attribute.

    `takes_info` says how it wants `info`: not, in the second place, or by name.
    """

    attribute: str
    function: Callable[..., Any] | None = None
    is_async: bool = False
    takes_info: InfoBy | None = None


@dataclass(frozen=True)
class InfoBy:
    """By this name; None: in the second place."""

    name: str | None = None


@dataclass(frozen=True)
class Arguments:
    """The arguments of a field as one operation gives them; they hang on its variables."""

    definition: GraphQLField
    node: FieldNode
    field: StrawberryField
    converting: Converting

    def given(self, variables: VariableValues) -> dict[str, Any]:
        """Raises what the ordinary executor would, for a null where none may be."""
        values = get_argument_values(self.definition, self.node, variables, hide_suggestions=True)
        return convert_arguments(
            values,
            self.field.arguments,
            scalar_registry=self.converting.scalar_registry,
            config=self.converting.config,
        )

    def are_constant(self) -> bool:
        return not any(_holds_variable(argument.value) for argument in self.node.arguments or ())


@dataclass(frozen=True)
class Converting:
    """What Strawberry needs to know of its schema to make Python values of arguments."""

    scalar_registry: Mapping[object, Any]
    config: StrawberryConfig


def own_field(definition: GraphQLField) -> StrawberryField:
    """Raises NotCompiled for a field that is not ours."""
    field = definition.extensions.get("strawberry-definition")
    if not isinstance(field, StrawberryField):
        raise NotCompiled("it has no resolver of ours")
    return field


def call_of(definition: GraphQLField, *, is_root: bool) -> Call:
    """Raises NotCompiled. Below the root nothing may await."""
    field = own_field(definition)
    if field.extensions:
        raise NotCompiled("a field extension stands around its resolver")
    resolver = field.base_resolver
    if resolver is None:
        return Call(field.python_name)
    if not resolver.self_parameter or resolver.parent_parameter or resolver.root_parameter:
        raise NotCompiled("its resolver asks for its object otherwise than as `self`")
    if field.is_async and not is_root:
        raise NotCompiled("its resolver awaits")
    info = resolver.info_parameter
    takes_info = None
    if info is not None:
        in_second_place = list(resolver.signature.parameters)[1:2] == [info.name]
        takes_info = InfoBy(None if in_second_place else info.name)
    function = cast("Callable[..., Any]", resolver.wrapped_func)
    return Call(field.python_name, function, field.is_async, takes_info)


def uncompiled_fields(
    types: Mapping[str, Any], root: GraphQLObjectType
) -> Iterator[tuple[str, str]]:
    """(`Type.field`, why) of every field of a read that is left to the ordinary executor."""
    for name, graphql_type in types.items():
        if not isinstance(graphql_type, GraphQLObjectType) or name.startswith("__"):
            continue
        for field_name, definition in graphql_type.fields.items():
            try:
                call_of(definition, is_root=graphql_type is root)
            except NotCompiled as reason:
                yield f"{name}.{field_name}", str(reason)


def _holds_variable(value: Node) -> bool:
    stack: list[Node] = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, VariableNode):
            return True
        stack.extend(getattr(node, "values", None) or ())
        stack.extend(field.value for field in getattr(node, "fields", None) or ())
    return False
