"""How a scalar or an enumeration is written into an answer.

`coerce_output_value` of its GraphQL type decides. For what nearly always comes, `plain` gives the
Python expression that says the same without asking it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from graphql import GraphQLEnumType, GraphQLLeafType, Undefined

from schema.compiled.failing import Told, missing

_PLAIN = {
    "String": ("type({0}) is str", "{0}"),
    "ID": ("type({0}) is str", "{0}"),
    "Boolean": ("{0} is True or {0} is False", "{0}"),
    "Int": ("type({0}) is int and -2147483648 <= {0} <= 2147483647", "{0}"),
    "Date": ("type({0}) is date", "{0}.isoformat()"),
}
NAMES: Mapping[str, Any] = {"date": date}
"""What these conditions name."""


def plain(leaf: GraphQLLeafType, value: str) -> tuple[str, str] | None:
    """(Condition, expression) over the name `value`; None where the type must be asked. The
    condition of an enumeration names its class, as the type is called."""
    if leaf.name in _PLAIN:
        condition, expression = _PLAIN[leaf.name]
        return condition.format(value), expression.format(value)
    if enum_class(leaf) is not None:
        return f"type({value}) is {leaf.name}", f"{value}._name_"
    return None


def enum_class(leaf: GraphQLLeafType) -> type[enum.Enum] | None:
    """The class of an enumeration whose members the graph calls as Python does."""
    wrapped = getattr(leaf, "wrapped_cls", None)
    if not isinstance(leaf, GraphQLEnumType) or wrapped is None:
        return None
    members: type[enum.Enum] = wrapped
    if any(leaf.coerce_output_value(member) != member.name for member in members):
        return None
    return members


def asking(leaf: GraphQLLeafType) -> Callable[[Any, Told], Any]:
    """Completes any value of the type, null among them."""
    coerce = leaf.coerce_output_value

    def completed(value: Any, told: Told) -> Any:
        if value is None or value is Undefined:
            if told.is_non_null:
                raise missing(told)
            return None
        written = coerce(value)
        if written is None or written is Undefined:
            raise TypeError(f"{leaf.name} has no form for a value of {told.coordinate}")
        return written

    return completed
