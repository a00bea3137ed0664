"""Operations that select fields of the schema by the shortest open way, made from the schema."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

PLAIN_VALUES = {
    "String": '"none"',
    "ID": '"none"',
    "Int": "1",
    "Boolean": "false",
    "Date": '"1990-01-01"',
}

Way = tuple[tuple[str, str], ...]
"""(type, field) steps from the type of a root field to another type."""
Given = Mapping[str, str]
"""Literals where not any value will do: the arguments of a `Type.field`; or by its name the value
of an input field, such as `cardId`, or of an input type."""


def roots(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Queries first."""
    for root_type in (schema.query_type, schema.mutation_type):
        assert root_type is not None
        for name in root_type.fields:
            yield root_type.name, name


def object_type(schema: GraphQLSchema, name: str) -> GraphQLObjectType:
    found = schema.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


def members(schema: GraphQLSchema, root: tuple[str, str]) -> Sequence[GraphQLObjectType]:
    """The object types that a root field can end in: one, or those of its union."""
    named = get_named_type(object_type(schema, root[0]).fields[root[1]].type)
    found = named.types if isinstance(named, GraphQLUnionType) else (named,)
    assert all(isinstance(one, GraphQLObjectType) for one in found)
    return [object_type(schema, one.name) for one in found]


def ways(
    schema: GraphQLSchema,
    root: tuple[str, str],
    is_open: Callable[[str, str], bool] = lambda _type, _field: True,
) -> dict[str, Way]:
    """Object types below the root, each with its shortest way over fields that are open."""
    waiting = deque[tuple[GraphQLNamedType, Way]]((one, ()) for one in members(schema, root))
    found: dict[str, Way] = {}
    while waiting:
        named, steps = waiting.popleft()
        if not isinstance(named, GraphQLObjectType) or named.name in found:
            continue
        found[named.name] = steps
        for name, field in named.fields.items():
            if is_open(named.name, name):
                waiting.append((get_named_type(field.type), (*steps, (named.name, name))))
    return found


def path_of(root: tuple[str, str], way: Way, field: str | None = None) -> tuple[str, ...]:
    """Where an error about the field is told to be."""
    return (root[1], *(step for _, step in way), *(() if field is None else (field,)))


def call_of(
    schema: GraphQLSchema, root: tuple[str, str], way: Way, selection: str, given: Given
) -> str:
    """The root field with the selection at the end of the way."""
    for parent, step in reversed(way):
        arguments = _arguments(object_type(schema, parent).fields[step], f"{parent}.{step}", given)
        selection = f"... on {parent} {{ {step}{arguments} {{ {selection} }} }}"
    field = object_type(schema, root[0]).fields[root[1]]
    return f"{root[1]}{_arguments(field, '.'.join(root), given)} {{ {selection} }}"


def fields_of(schema: GraphQLSchema, parent: str, fields: Sequence[str], given: Given) -> str:
    """A selection of these fields of a type, objects by their type's name alone."""
    type_ = object_type(schema, parent)
    parts = []
    for name in fields:
        field = type_.fields[name]
        arguments = _arguments(field, f"{parent}.{name}", given)
        below = " { __typename }" if hasattr(get_named_type(field.type), "fields") else ""
        parts.append(f"{name}{arguments}{below}")
    return f"... on {parent} {{ __typename {' '.join(parts)} }}"


def operation_of(root_type: str, *calls: str) -> str:
    return f"{root_type.lower()} {{ {' '.join(calls)} }}"


def _arguments(field: GraphQLField, name: str, given: Given) -> str:
    if name in given:
        return f"({given[name]})"
    own_key = f"matrix-{name.rpartition('.')[2]}"
    arguments = [
        f"{argument}: {given.get(argument) or _value(one.type, own_key, given)}"
        for argument, one in field.args.items()
        if is_required_argument(one)
    ]
    return f"({', '.join(arguments)})" if arguments else ""


def _value(wanted: GraphQLInputType, own_key: str, given: Given) -> str:
    """The smallest value of an input type, as a literal."""
    named = get_named_type(wanted)
    if named.name in given:
        return given[named.name]
    if isinstance(named, GraphQLEnumType):
        return str(next(iter(named.values)))
    if not isinstance(named, GraphQLInputObjectType):
        return PLAIN_VALUES[named.name]
    fields = {
        name: field.type for name, field in named.fields.items() if is_required_input_field(field)
    }
    if named.is_one_of:
        fields = dict([next((name, field.type) for name, field in named.fields.items())])
    values = {name: _value(inner, own_key, given) for name, inner in fields.items()}
    values |= {"idempotencyKey": f'"{own_key}"'} if "idempotencyKey" in values else {}
    values |= {name: given[name] for name in values if name in given}
    return f"{{{', '.join(f'{name}: {value}' for name, value in values.items())}}}"
