"""Queries that read everything of a holder, made from the schema itself.

Three, since the record, what was filed and what was shared are more than one operation may ask
for.
"""

from __future__ import annotations

import functools

from graphql import GraphQLObjectType, get_named_type, is_required_argument

from schema.build import build_gateway_schema

_REVEAL = "revealed"
_FILED = frozenset({"applications", "cardOrders"})
_SHARED = frozenset({"grants", "accesses"})


def _selection(graphql_type: GraphQLObjectType, *, reveal: bool, left_out: frozenset[str]) -> str:
    parts = []
    for name, field in graphql_type.fields.items():
        if (name == _REVEAL and not reveal) or name in left_out | _EMPLOYERS:
            continue
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue  # one row by its id: the list shows the same
        below = get_named_type(field.type)
        arguments = "(first: 100)" if "first" in field.args else ""
        if isinstance(below, GraphQLObjectType):
            inner = _selection(below, reveal=reveal, left_out=_OTHERS)
            parts.append(f"{name}{arguments} {inner}")
        else:
            parts.append(name + arguments)
    return "{ " + " ".join(parts) + " }"


_OTHERS = frozenset({"holder", "shared", "values"})
"""The person of a case and a contested record, as an officer sees them, and what an employer reads
by a grant; the holder is that person, has the record, and previews what is shared."""
_EMPLOYERS = frozenset({"numberInFull", "holderName", "totalCount"})
"""What an employer alone may ask of a permit that a holder sees too."""


@functools.cache
def _holder() -> GraphQLObjectType:
    holder = build_gateway_schema()._schema.type_map["Holder"]
    assert isinstance(holder, GraphQLObjectType)
    return holder


def _query(left_out: frozenset[str], *, reveal: bool) -> str:
    return f"query Everything {{ me {_selection(_holder(), reveal=reveal, left_out=left_out)} }}"


def _all_but(kept: frozenset[str]) -> frozenset[str]:
    return frozenset(_holder().fields) - kept


EVERYTHING = _query(_FILED | _SHARED, reveal=False)
"""Every field of the holder's record but the reveals."""
EVERYTHING_FILED = _query(_all_but(_FILED), reveal=False)
"""Every field of the holder's applications and card orders."""
EVERYTHING_SHARED = _query(_all_but(_SHARED), reveal=False)
"""Every field of the holder's grants, with a preview of each, and of the ledger."""


def revealing_everything() -> str:
    return _query(_FILED | _SHARED, reveal=True)
