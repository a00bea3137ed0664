"""Edges that lead to one document by its id: joined once for all rows that lead there.

A `$lookup` inside a `$lookup` costs MongoDB some 40 µs for each row: three of them below a list of
50 were most of the time that the list took. So what can be joined by ids is not looked up row by
row: the rows keep the id, one `$lookup` at the end of the read gets the documents of all ids, and
each row is given its own copy. What is read, and what of it each row shows, stays the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from auth.mongo import Document
from resolvers.graph import RELATIONS, Relation
from resolvers.selection import Edge, Selection

EDGES: Final = "edges"
JOINED: Final = "joined"
_OWNER: Final = frozenset({"holder_id"})


@dataclass(frozen=True)
class Join:
    """Documents whose `_id` is the value at `path` of some row; they stand at `joined.<name>`.
    `steps` lead from the row to that value."""

    name: str
    key: str
    edge: Edge
    relation: Relation
    path: str
    steps: tuple[str, ...]
    node: Node

    @property
    def checked(self) -> frozenset[str]:
        """What is compared with the row that leads there, or with the root."""
        of_root = {self.edge.of_root} if self.edge.of_root is not None else set()
        return _OWNER.union(of_root) if self.relation.same_holder else frozenset(of_root)


@dataclass(frozen=True)
class Node:
    """The joins of a row, and the edges below which others have some."""

    joins: tuple[Join, ...] = ()
    rows: Mapping[str, Node] = field(default_factory=dict)

    @property
    def leads_on(self) -> bool:
        return bool(self.joins or self.rows)

    def every(self) -> Iterator[Join]:
        """In an order in which each comes before those that hang on its documents."""
        for join in self.joins:
            yield join
            yield from join.node.every()
        for node in self.rows.values():
            yield from node.every()


def is_joined(relation: Relation, edge: Edge) -> bool:
    """Whether the row's own value is all that says which document it is."""
    by_value = relation.lower is None and not relation.only_in
    return relation.foreign == "_id" and relation.order is None and by_value and _is_read(edge)


def _is_read(edge: Edge) -> bool:
    return edge.counted is None


def kept_for_joins(collection: str, selection: Selection) -> frozenset[str]:
    """What a row must keep of itself so that its documents are found."""
    kept = set()
    for edge in selection.edges.values():
        relation = RELATIONS[collection][edge.relation]
        if is_joined(relation, edge):
            kept |= {relation.local} | (_OWNER if relation.same_holder else set())
    return frozenset(kept)


def joins_of(
    collection: str, selection: Selection, known: Collection[tuple[str, str]] = ()
) -> Node:
    """Of a root document, whose own edges are one each and stay as they are. `known` are edges
    below them that need no join, by the keys of both."""
    return _Joining(known).node(collection, selection, "", is_root=True)


class _Joining:
    def __init__(self, known: Collection[tuple[str, str]]) -> None:
        self._known = frozenset(f"{EDGES}.{key}.{below}" for key, below in known)
        self._count = 0

    def node(
        self, collection: str, selection: Selection, path: str, *, is_root: bool = False
    ) -> Node:
        joins, rows = [], {}
        for key, edge in selection.edges.items():
            relation = RELATIONS[collection][edge.relation]
            if f"{path}{key}" in self._known:
                continue
            if is_joined(relation, edge) and not is_root:
                joins.append(self._join(key, edge, relation, path))
            elif _is_read(edge):
                node = self.node(relation.collection, edge.selection, f"{path}{EDGES}.{key}.")
                if node.leads_on:
                    rows[key] = node
        return Node(tuple(joins), rows)

    def _join(self, key: str, edge: Edge, relation: Relation, path: str) -> Join:
        name = f"j{self._count}"
        self._count += 1
        node = self.node(relation.collection, edge.selection, f"{JOINED}.{name}.")
        local = relation.local
        return Join(name, key, edge, relation, f"{path}{local}", tuple(local.split(".")), node)


_Found: TypeAlias = Mapping[str, Mapping[Any, list[Document]]]
"""By the name of a join and the id of a document, the rows that an edge to it has."""


def give_each_its_own(document: Document, node: Node) -> None:
    """Changes a document that was read: what was joined stands under the edges of each row, as if
    it had been looked up there."""
    joined = document.pop(JOINED, None)
    if joined is not None:
        every = tuple(node.every())
        found = {join.name: _by_id(join, joined[join.name], document["_id"]) for join in every}
        for join in every:
            if join.node.leads_on:
                _give([row for [row] in found[join.name].values()], join.node, found)
        _give([document], node, found)


def _by_id(join: Join, rows: Sequence[Document], root_id: Any) -> Mapping[Any, list[Document]]:
    """Those that the edge leads to from below this root."""
    of_root = join.edge.of_root
    return {row["_id"]: [row] for row in rows if of_root is None or row.get(of_root) == root_id}


def _give(rows: Sequence[Document], node: Node, found: _Found) -> None:
    """To all rows of a list, join by join: what a join is need not be asked for each row."""
    for join in node.joins:
        of, key, steps = found[join.name], join.key, join.steps
        same_holder = join.relation.same_holder
        for row in rows:
            value = row.get(steps[0]) if len(steps) == 1 else stepped(row, steps)
            own = of.get(value, [])
            if same_holder and own and not _same_holder(row, own[0]):
                own = []
            edges = row.get(EDGES)
            if edges is None:
                row[EDGES] = {key: own}
            else:
                edges[key] = own
    for key, below in node.rows.items():
        for row in rows:
            _give(row[EDGES][key], below, found)


def stepped(row: Document, steps: Sequence[str]) -> Any:
    """The value at a path; None where the path ends before."""
    value: Any = row
    for step in steps:
        value = None if value is None else value.get(step)
    return value


def _same_holder(row: Document, other: Document) -> bool:
    return row.get("holder_id") is not None and row["holder_id"] == other.get("holder_id")
