"""Random operations over the real schema: fragments, aliases, directives, variables, pages.

They are made from a seed and nothing else, so that an operation that shows a difference can be made
again. Texts and ids stand in variables, since a document with texts of its own is never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

from resolvers.selection import Cursor
from schema.field import EDGE
from schema.selection import CONNECTION_ORDER

MOST_FIELDS = 40
_DAYS = 4_000
_NO_DEFAULT = object()


@dataclass(frozen=True)
class Operation:
    """`name` is what is sent as operationName."""

    text: str
    variables: dict[str, Any]
    name: str | None


@dataclass
class OperationMaker:
    """`may` says which fields of which types are asked for, `ids` what is given where an id is."""

    random: Random
    schema: GraphQLSchema
    may: Callable[[str, str], bool]
    ids: Sequence[str]
    roots: Sequence[str]
    _left: int = 0
    _variables: list[str] = field(default_factory=list)
    _values: dict[str, Any] = field(default_factory=dict)
    _fragments: dict[str, tuple[str, str, frozenset[str]]] = field(default_factory=dict)

    def make(self) -> Operation:
        self._left = self.random.randint(4, MOST_FIELDS)
        self._variables, self._values, self._fragments = [], {}, {}
        query = self.schema.query_type
        assert query is not None
        taken: dict[str, _Taken] = {}
        parts = [
            self._field(query, self.random.choice(self.roots), 9, taken)
            for _ in range(1 if self._rarely(0.85) else 2)
        ]
        if self._rarely(0.05):
            parts.append("__typename")
        name = self.random.choice(["", "Asked"])
        head = f"({', '.join(self._variables)})" if self._variables else ""
        operation = f"query {name}{head} {{ {' '.join(parts)} }}" if name or head else None
        text = " ".join([operation or f"{{ {' '.join(parts)} }}", *self._definitions()])
        if name and self._rarely(0.1):
            text += " query Other { __typename }"
            return Operation(text, self._values, name)
        return Operation(text, self._values, name or None if self._rarely(0.5) else None)

    def _definitions(self) -> list[str]:
        return [
            f"fragment {name} on {type_name} {body}"
            for name, (type_name, body, _) in self._fragments.items()
        ]

    def _rarely(self, odds: float) -> bool:
        return self.random.random() < odds

    def _selection(
        self, graphql_type: GraphQLObjectType, depth: int, taken: dict[str, _Taken]
    ) -> str:
        """What is selected of one object, which never conflicts with what is `taken` already."""
        fields = [name for name in graphql_type.fields if self.may(graphql_type.name, name)]
        if depth == 0:
            fields = [name for name in fields if not self._is_composite(graphql_type.fields[name])]
        parts = []
        for _ in range(self.random.randint(1, 6)):
            if not fields or self._left <= 0:
                break
            one = self._field(graphql_type, self.random.choice(fields), depth, taken)
            parts.append(self._wrapped(graphql_type, one))
        parts += self._spread_again(graphql_type, taken)
        if not parts or self._rarely(0.07):
            parts.append("__typename")
        return f"{{ {' '.join(parts)} }}"

    def _spread_again(self, graphql_type: GraphQLObjectType, taken: Mapping[str, Any]) -> list[str]:
        """A fragment that stands elsewhere too, where its keys are free."""
        for name, (type_name, _, keys) in self._fragments.items():
            if type_name == graphql_type.name and not keys & set(taken) and self._rarely(0.3):
                return [f"...{name}{self._directive()}"]
        return []

    def _wrapped(self, graphql_type: GraphQLObjectType, one: str) -> str:
        if self._rarely(0.08):
            return f"... on {graphql_type.name}{self._directive()} {{ {one} }}"
        if self._rarely(0.04):
            return f"...{self._directive()} {{ {one} }}"
        if self._rarely(0.05) and not one.startswith("..."):
            name = f"F{len(self._fragments)}"
            key = one.split(":")[0].split("(")[0].split()[0]
            self._fragments[name] = (graphql_type.name, f"{{ {one} }}", frozenset({key}))
            return f"...{name}{self._directive()}"
        return one

    def _field(
        self, parent: GraphQLObjectType, name: str, depth: int, taken: dict[str, _Taken]
    ) -> str:
        self._left -= 1
        definition = parent.fields[name]
        arguments = self._arguments(definition)
        key = f"{name}{self.random.randint(0, 9)}" if self._rarely(0.12) else name
        known = taken.get(key)
        if known is not None and known.asked != f"{name}{arguments}":
            key = f"{name}x{len(taken)}"
            known = None
        if known is None:
            known = taken[key] = _Taken(f"{name}{arguments}")
        alias = "" if key == name else f"{key}: "
        below = self._below(definition, depth, known.below)
        return f"{alias}{name}{arguments}{self._directive()}{below}"

    def _below(self, definition: GraphQLField, depth: int, taken: dict[str, _Taken]) -> str:
        named = get_named_type(definition.type)
        if isinstance(named, GraphQLObjectType):
            return " " + self._selection(named, depth - 1, taken)
        if isinstance(named, GraphQLUnionType):
            members = [
                f"... on {member.name} {self._selection(member, 0, {})}" for member in named.types
            ]
            return f" {{ __typename {self.random.choice(members)} }}"
        return ""

    def _is_composite(self, definition: GraphQLField) -> bool:
        return isinstance(get_named_type(definition.type), GraphQLObjectType | GraphQLUnionType)

    def _directive(self) -> str:
        if not self._rarely(0.08):
            return ""
        value = self.random.choice([True, False])
        given = str(value).lower()
        if self._rarely(0.6):
            given = self._variable("Boolean!", value, self._default(value))
        return f" @{self.random.choice(['skip', 'include'])}(if: {given})"

    def _default(self, value: Any) -> Any:
        """Now and then what is not given has a default."""
        return value if self._rarely(0.2) else _NO_DEFAULT

    def _variable(self, type_name: str, value: Any, default: Any = _NO_DEFAULT) -> str:
        name = f"v{len(self._variables)}"
        if default is _NO_DEFAULT:
            self._variables.append(f"${name}: {type_name}")
            self._values[name] = value
        else:
            self._variables.append(f"${name}: {type_name} = {str(default).lower()}")
            if self._rarely(0.5):
                self._values[name] = value
        return f"${name}"

    def _arguments(self, definition: GraphQLField) -> str:
        given = []
        for name, argument in definition.args.items():
            if is_required_argument(argument) or self._rarely(0.45):
                given.append(f"{name}: {self._argument(definition, name, argument.type)}")
        return f"({', '.join(given)})" if given else ""

    def _argument(self, definition: GraphQLField, name: str, graphql_type: Any) -> str:
        value = self._value(graphql_type, name, definition)
        named = get_named_type(graphql_type)
        if named.name == "Int" and self._rarely(0.5) and isinstance(value, int):
            return str(value)
        if isinstance(named, GraphQLEnumType) and self._rarely(0.5):
            plain = ", ".join(value) if isinstance(value, list) else str(value)
            return f"[{plain}]" if isinstance(value, list) else plain.replace("None", "null")
        # Null where none may be is no fault of the document while the argument has a default.
        declared = str(graphql_type)
        if name == "first" and self._rarely(0.06):
            return self._variable("Int", self.random.choice([None, 3]))
        if self._rarely(0.01):
            value = {"no": "such value"}
        return self._variable(declared, value)

    def _value(self, graphql_type: Any, name: str, definition: GraphQLField | None) -> Any:
        if not is_non_null_type(graphql_type) and self._rarely(0.15):
            return None
        inner = graphql_type.of_type if is_non_null_type(graphql_type) else graphql_type
        if is_list_type(inner):
            some = range(self.random.randint(1, 3))
            return [self._value(inner.of_type, name, None) for _ in some]
        if isinstance(inner, GraphQLEnumType):
            return self.random.choice(list(inner.values))
        if isinstance(inner, GraphQLInputObjectType):
            return {
                key: self._value(one.type, key, None)
                for key, one in inner.fields.items()
                if is_required_input_field(one) or self._rarely(0.4)
            }
        return self._scalar(inner.name, name, definition)

    def _scalar(self, type_name: str, name: str, definition: GraphQLField | None) -> Any:
        match type_name:
            case "Int":
                odd = [0, 101, 3.0] if self._rarely(0.03) else [1, 2, 3, 5, 20]
                return self.random.choice(odd)
            case "Boolean":
                return self.random.choice([True, False])
            case "Float":
                return self.random.uniform(0, 100)
            case "Date":
                return f"20{self.random.randint(20, 29)}-0{self.random.randint(1, 9)}-15"
            case "ID":
                return self.random.choice([*self.ids, "nobody"])
        if name == "after" and definition is not None:
            return self._cursor(definition)
        return self.random.choice(["Nora", "ho", "440100", "GD4400000001", "x"])

    def _cursor(self, definition: GraphQLField) -> str:
        relation = definition.extensions["strawberry-definition"].metadata[EDGE]
        order = CONNECTION_ORDER.get(relation)
        if order is None or self._rarely(0.05):
            return "no cursor"
        at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=self.random.randint(0, _DAYS))
        return Cursor(order.mark, at, self.random.choice([*self.ids, "hld_x"])).encode()


@dataclass
class _Taken:
    """What stands under a response key, and what is taken below it."""

    asked: str
    below: dict[str, _Taken] = field(default_factory=dict)
