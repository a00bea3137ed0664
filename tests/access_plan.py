"""Which operations prove the access table for one caller: as few as tell everything.

- A root that the caller is denied: one selection deep below it, refused at the root. Up to five
  roots with one outcome go in one operation, and each is told by its path.
- Below a root that is open: for each type, one operation with all its fields that are open, and
  operations of up to ten denied ones by outcome, each told by its path. The way to the type goes
  over open fields; a type without such a way stands behind denied fields only, and those are sent.
- Below a mutation: the members of its payload and their own fields for each mutation. The deeper
  types are those of the record; they are covered below the query root of the caller, and one that
  is not, below the first mutation that leads there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from graphql import GraphQLSchema

from schema.operation import MAX_TOLD_DENIALS
from tests.access_rows import Caller, Expected, Row
from tests.selecting import (
    Given,
    Way,
    call_of,
    fields_of,
    members,
    object_type,
    operation_of,
    path_of,
    roots,
    ways,
)

T = TypeVar("T")
Field = tuple[str, str]
"""Type and name."""
ROOTS_TOGETHER = 5
"""No more mutations fit into one operation."""
ENDING = ("logout", "logoutEverywhere", "officerLogout")
"""Roots after which the caller is somebody else: each is sent by a caller of its own."""


@dataclass(frozen=True)
class Operation:
    """`denied` are the paths that are told, `selects` the fields that it proves; `shows` is the
    type of which an allowed query selects everything, over the fields of `way`."""

    text: str
    roots: tuple[str, ...]
    selects: tuple[Field, ...]
    expected: Expected = Expected.ALLOWED
    denied: frozenset[tuple[str, ...]] = frozenset()
    shows: str | None = None
    way: tuple[str, ...] = ()

    @property
    def is_ending(self) -> bool:
        return self.expected is Expected.ALLOWED and self.roots[0] in ENDING


@dataclass(frozen=True)
class Plan:
    schema: GraphQLSchema
    table: Mapping[Field, Row]
    caller: Caller
    given: Given

    def operations(self) -> Iterator[Operation]:
        yield from self._denied_roots()
        covered: set[str] = set()
        for root in roots(self.schema):
            if self._met(root) is not Expected.ALLOWED:
                continue
            found = ways(self.schema, root, self._is_open)
            payload = {one.name for one in members(self.schema, root)}
            if root[0] == "Mutation":
                yield self._payload(root)
            for type_name, way in found.items():
                if type_name in payload and root[0] == "Mutation":
                    yield from self._denied_fields(root, type_name, way)
                elif root[0] == "Query" or type_name not in covered:
                    yield self._open_fields(root, type_name, way)
                    yield from self._denied_fields(root, type_name, way)
                    covered.add(type_name)

    def _met(self, field: Field) -> Expected:
        return self.table[field].met_by(self.caller)

    def _is_open(self, type_name: str, field: str) -> bool:
        return self._met((type_name, field)) is Expected.ALLOWED

    def _open(self, type_name: str) -> list[str]:
        return [
            name
            for name in object_type(self.schema, type_name).fields
            if self._is_open(type_name, name)
        ]

    def _denied_roots(self) -> Iterator[Operation]:
        denied: dict[tuple[str, Expected], list[Field]] = defaultdict(list)
        for root in roots(self.schema):
            if self._met(root) is not Expected.ALLOWED:
                denied[root[0], self._met(root)].append(root)
        for (root_type, expected), found in denied.items():
            for some in _batched(found, ROOTS_TOGETHER):
                calls = [self._deep_call(root) for root in some]
                yield Operation(
                    operation_of(root_type, *calls),
                    tuple(name for _, name in some),
                    some,
                    expected,
                    frozenset((name,) for _, name in some),
                )

    def _deep_call(self, root: Field) -> str:
        """With one field as far below the root as one can get."""
        type_name, way = max(ways(self.schema, root).items(), key=lambda one: len(one[1]))
        some = list(object_type(self.schema, type_name).fields)[:1]
        selection = fields_of(self.schema, type_name, some, self.given)
        return call_of(self.schema, root, way, selection, self.given)

    def _payload(self, root: Field) -> Operation:
        parts = [
            fields_of(self.schema, one.name, self._open(one.name), self.given)
            for one in members(self.schema, root)
        ]
        call = call_of(self.schema, root, (), " ".join(parts), self.given)
        selects = [
            (one.name, name) for one in members(self.schema, root) for name in self._open(one.name)
        ]
        return Operation(operation_of(root[0], call), (root[1],), (root, *selects))

    def _open_fields(self, root: Field, type_name: str, way: Way) -> Operation:
        names = self._open(type_name)
        call = self._call(root, type_name, way, names)
        selects = tuple((type_name, name) for name in names)
        return Operation(
            operation_of(root[0], call),
            (root[1],),
            (root, *selects),
            shows=type_name if root[0] == "Query" else None,
            way=path_of(root, way),
        )

    def _denied_fields(self, root: Field, type_name: str, way: Way) -> Iterator[Operation]:
        denied: dict[Expected, list[str]] = defaultdict(list)
        for name in object_type(self.schema, type_name).fields:
            if not self._is_open(type_name, name):
                denied[self._met((type_name, name))].append(name)
        for expected, names in denied.items():
            for some in _batched(names, MAX_TOLD_DENIALS):
                call = self._call(root, type_name, way, some)
                yield Operation(
                    operation_of(root[0], call),
                    (root[1],),
                    tuple((type_name, name) for name in some),
                    expected,
                    frozenset(path_of(root, way, name) for name in some),
                )

    def _call(self, root: Field, type_name: str, way: Way, names: Sequence[str]) -> str:
        selection = fields_of(self.schema, type_name, names, self.given)
        return call_of(self.schema, root, way, selection, self.given)


def _batched(items: Sequence[T], size: int) -> Iterator[tuple[T, ...]]:
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])
