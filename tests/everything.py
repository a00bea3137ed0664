"""One query that reads everything of a holder, made from the schema itself."""

from __future__ import annotations

from graphql import GraphQLObjectType, get_named_type

from schema.build import build_gateway_schema

_REVEAL = "revealed"


def _selection(graphql_type: GraphQLObjectType, *, reveal: bool) -> str:
    parts = []
    for name, field in graphql_type.fields.items():
        if name == _REVEAL and not reveal:
            continue
        below = get_named_type(field.type)
        arguments = "(first: 100)" if "first" in field.args else ""
        if isinstance(below, GraphQLObjectType):
            parts.append(f"{name}{arguments} {_selection(below, reveal=reveal)}")
        else:
            parts.append(name + arguments)
    return "{ " + " ".join(parts) + " }"


def _query(*, reveal: bool) -> str:
    holder = build_gateway_schema()._schema.type_map["Holder"]
    assert isinstance(holder, GraphQLObjectType)
    return f"query Everything {{ me {_selection(holder, reveal=reveal)} }}"


EVERYTHING = _query(reveal=False)
"""Every field of the holder's graph but the reveals."""


def revealing_everything() -> str:
    return _query(reveal=True)
