"""The smallest operation that selects one field, made from the schema: for tests of every field."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
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

from tests.access_table import Case

PLAIN_VALUES = {
    "String": '"none"',
    "ID": '"none"',
    "Int": "1",
    "Boolean": "false",
    "Date": '"1990-01-01"',
}


NAMED_VALUES = {"idempotencyKey": '"one-for-all"'}
"""Input fields for which not any text will do."""


def reachable_cases(schema: GraphQLSchema) -> Iterator[Case]:
    """Every field below every root field, once for each root."""
    for root_type in (schema.query_type, schema.mutation_type):
        assert root_type is not None
        for name, field in root_type.fields.items():
            root = f"{root_type.name}.{name}"
            yield Case(root, root_type.name, name)
            for type_name in _paths(schema, get_named_type(field.type)):
                below = schema.type_map[type_name]
                assert isinstance(below, GraphQLObjectType)
                for field_name in below.fields:
                    yield Case(root, type_name, field_name)


def operation_of(schema: GraphQLSchema, case: Case) -> str:
    """By the shortest way from the case's root to its type."""
    root_name, _, field_name = case.root.partition(".")
    root_type = schema.type_map[root_name]
    assert isinstance(root_type, GraphQLObjectType)
    field = root_type.fields[field_name]
    if case.type_name == root_name:
        selection = "{ __typename }"
    else:
        start = get_named_type(field.type)
        target = schema.type_map[case.type_name]
        assert isinstance(target, GraphQLObjectType)
        selection = f"{{ {_leaf(target, case.field)} }}"
        steps = _paths(schema, start)[case.type_name]
        for parent, step in reversed(steps):
            above = schema.type_map[parent]
            assert isinstance(above, GraphQLObjectType)
            selection = f"{{ ... on {parent} {{ {step}{_given(above, step)} {selection} }} }}"
        if isinstance(start, GraphQLUnionType) and not steps:
            selection = f"{{ ... on {case.type_name} {selection} }}"
    given = _given(root_type, field_name)
    return f"{root_name.lower()} {{ {field_name}{given} {selection} }}"


def _given(parent: GraphQLObjectType, field: str) -> str:
    """The arguments that the field cannot do without."""
    arguments = [
        f"{name}: {_value(argument.type)}"
        for name, argument in parent.fields[field].args.items()
        if is_required_argument(argument)
    ]
    return f"({', '.join(arguments)})" if arguments else ""


def _paths(schema: GraphQLSchema, start: GraphQLNamedType) -> dict[str, list[tuple[str, str]]]:
    """Object types below `start`, each with the (type, field) steps that lead to it."""
    waiting = deque([(start, list[tuple[str, str]]())])
    found: dict[str, list[tuple[str, str]]] = {}
    while waiting:
        named, steps = waiting.popleft()
        members = named.types if isinstance(named, GraphQLUnionType) else (named,)
        for member in members:
            if isinstance(member, GraphQLObjectType) and member.name not in found:
                found[member.name] = steps
                for name, field in member.fields.items():
                    waiting.append((get_named_type(field.type), [*steps, (member.name, name)]))
    return found


def _leaf(parent: GraphQLObjectType, field: str) -> str:
    below = get_named_type(parent.fields[field].type)
    called = f"{field}{_given(parent, field)}"
    return f"{called} {{ __typename }}" if hasattr(below, "fields") else called


def _value(given: GraphQLInputType) -> str:
    """The smallest value of an input type, as a literal."""
    named = get_named_type(given)
    if isinstance(named, GraphQLEnumType):
        return str(next(iter(named.values)))
    if not isinstance(named, GraphQLInputObjectType):
        return PLAIN_VALUES[named.name]
    fields = {
        name: field.type for name, field in named.fields.items() if is_required_input_field(field)
    }
    if named.is_one_of:
        fields = dict([next((name, field.type) for name, field in named.fields.items())])
    members = (
        f"{name}: {NAMED_VALUES.get(name) or _value(inner)}" for name, inner in fields.items()
    )
    return f"{{{', '.join(members)}}}"
