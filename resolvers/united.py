"""Edges of a root document that read the same rows read them once.

A home screen lists a holder's newest permits, a rule looks at all of them, and a card names one of
them: three `$lookup`s of the same rows, and each costs MongoDB some 50 µs whatever it finds.
So edges that differ only in what they take of the rows, and of how many, become one that takes all
of it; a document that must be one of a list's is looked for there, if the list is read whole; and
what the rows of a list lead back to, as an employer's permits do to the employer, is the root
itself. Each edge is given its own rows afterwards. What is shown stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from auth.mongo import Document
from resolvers.graph import RELATIONS, Relation
from resolvers.joins import EDGES, is_joined, stepped
from resolvers.selection import Cursor, Edge, ListOrder, Page, Selection

MAX_UNPAGED_ROWS: Final = 100
_OWN: Final = ("_id", "holder_id")
"""How the rows of a holder are found."""


class NotAllRead(Exception):
    """A list has as many rows as are read at most, and what was looked for is not among them."""


_Below: TypeAlias = tuple[str, str]
"""The keys of an edge of the root and of an edge below it."""


@dataclass(frozen=True)
class Taken:
    """The rows of an edge: the first `most` of those that are read for the edge `of`."""

    of: str
    most: int


@dataclass(frozen=True)
class Among:
    """Where the one row of an edge is: among those of the list `of`, of which `most` are read.
    `steps` lead to its id."""

    of: str
    most: int
    steps: tuple[str, ...]


@dataclass(frozen=True)
class United:
    """What is read in place of a selection. `taken` says which rows each edge has that does not
    read for itself alone; `among` the same of an edge below an edge, by the keys of both; `back`
    are the keys of those that lead back to the root."""

    selection: Selection
    taken: Mapping[str, Taken] = field(default_factory=dict)
    among: Mapping[_Below, Among] = field(default_factory=dict)
    back: Sequence[_Below] = ()


def united(collection: str, selection: Selection, *, whole_lists: bool = True) -> United:
    """Of the edges of a root document. `whole_lists`: a list is taken to be read whole until
    NotAllRead says that this one is not."""
    edges: dict[str, Edge] = {}
    taken: dict[str, Taken] = {}
    for key, edge in selection.edges.items():
        relation = RELATIONS[collection][edge.relation]
        for of, other in edges.items():
            both = _both(relation, other, edge)
            if both is not None:
                edges[of] = both
                taken[of] = taken.get(of, Taken(of, row_limit(relation, other.page)))
                taken[key] = Taken(of, row_limit(relation, edge.page))
                break
        else:
            edges[key] = edge
    among = _found_among(collection, edges) if whole_lists else {}
    root = replace(selection, edges={})
    back = []
    for key, below, leading in list(_leading_back(collection, edges)):
        root = _wider(root, leading)
        edges[key] = _without(edges[key], below)
        back.append((key, below))
    return United(replace(root, edges=edges), taken, among, back)


def give_back(document: Document, read: United) -> None:
    """Changes a document that was read: each edge has its own rows. Raises NotAllRead."""
    edges = document.get(EDGES, {})
    if read.back:
        # A copy, or the root would hold rows that hold it, which only a search for garbage frees.
        itself = {name: value for name, value in document.items() if name != EDGES}
        for key, below in read.back:
            for row in edges[key]:
                row.setdefault(EDGES, {})[below] = [itself]
    for (key, below), among in read.among.items():
        rows = {row["_id"]: [row] for row in edges[among.of]}
        for row in edges[key]:
            value = stepped(row, among.steps)
            if value not in rows and value is not None and len(rows) >= among.most:
                raise NotAllRead
            row.setdefault(EDGES, {})[below] = rows.get(value, [])
    edges.update({key: edges[taken.of][: taken.most] for key, taken in read.taken.items()})


def row_limit(relation: Relation, page: Page | None) -> int:
    if relation.newest_only or relation.order is None:
        return 1
    return MAX_UNPAGED_ROWS if page is None else page.first + 1


def _both(relation: Relation, one: Edge, other: Edge) -> Edge | None:
    """None where they do not read the same rows, or where one would read more for each row."""
    if _rows_of(one) != _rows_of(other) or one.counted is not None:
        return None
    selection = _merged(relation.collection, one.selection, other.selection)
    if selection is None:
        return None
    page = one.page or other.page
    if page is not None:
        most = max(row_limit(relation, one.page), row_limit(relation, other.page))
        page = replace(page, first=most - 1)
    return replace(one, selection=selection, page=page)


def _rows_of(edge: Edge) -> tuple[Edge, Cursor | None, ListOrder | None]:
    """Which rows it reads, however many."""
    page = edge.page
    after = None if page is None else page.after
    order = None if page is None or page.order is None else page.order
    if order is not None and order.ascending is None:
        order = None
    return replace(edge, selection=Selection(), page=None), after, order


def _merged(collection: str, one: Selection, other: Selection) -> Selection | None:
    """None where a key stands for two edges, or below a list of other rows: those are looked up
    row by row, and there may be more rows than were asked for them."""
    edges = dict(one.edges)
    for key, edge in other.edges.items():
        if key in edges:
            relation = RELATIONS[collection][edge.relation]
            both = _both(relation, edges[key], edge)
            if both is None:
                return None
            edge = both
        edges[key] = edge
    if not all(is_joined(RELATIONS[collection][edge.relation], edge) for edge in edges.values()):
        return None
    return replace(_wider(one, other), edges=edges)


def _wider(one: Selection, other: Selection) -> Selection:
    """With what the other takes of the document itself."""
    return replace(
        one,
        paths=one.paths | other.paths,
        reveals=one.reveals | other.reveals,
        opens=one.opens or other.opens,
        shows=one.shows | other.shows,
    )


def _leading_back(
    collection: str, edges: Mapping[str, Edge]
) -> Iterator[tuple[str, str, Selection]]:
    """The edges below a list that lead by the value by which the list was found."""
    for key, edge in edges.items():
        listed = RELATIONS[collection][edge.relation]
        if edge.counted is not None or listed.local != "_id":
            continue
        for below, leading in edge.selection.edges.items():
            relation = RELATIONS[listed.collection][leading.relation]
            if (
                (relation.collection, relation.local) == (collection, listed.foreign)
                and is_joined(relation, leading)
                and not relation.same_holder
                and not _is_narrowed(relation, leading)
                and not leading.selection.edges
            ):
                yield key, below, leading.selection


def _without(edge: Edge, below: str) -> Edge:
    edges = {key: other for key, other in edge.selection.edges.items() if key != below}
    return replace(edge, selection=replace(edge.selection, edges=edges))


def _found_among(collection: str, edges: dict[str, Edge]) -> dict[_Below, Among]:
    """Widens the lists among whose rows something is found, until none gets wider: what is taken
    of an order's card may be a permit, which is found among the permits in its turn."""
    while True:
        before = dict(edges)
        among = dict(_among(collection, edges))
        if edges == before:
            return among


def _among(collection: str, edges: dict[str, Edge]) -> Iterator[tuple[_Below, Among]]:
    for key, edge in list(edges.items()):
        relation = RELATIONS[collection][edge.relation]
        if (relation.local, relation.foreign) != _OWN or edge.counted is not None:
            continue
        for below, leading in edges[key].selection.edges.items():
            of = _whole_list(collection, edges, relation.collection, leading)
            if of is None or of == key:
                continue
            whole = edges[of]
            listed = RELATIONS[collection][whole.relation]
            wider = _merged(listed.collection, whole.selection, leading.selection)
            if wider is not None:
                edges[of] = replace(whole, selection=wider)
                steps = tuple(RELATIONS[relation.collection][leading.relation].local.split("."))
                yield (key, below), Among(of, row_limit(listed, whole.page), steps)


def _whole_list(
    collection: str, edges: Mapping[str, Edge], below: str, leading: Edge
) -> str | None:
    """The edge that lists all of what this one below a row of the same holder may lead to."""
    relation = RELATIONS[below][leading.relation]
    if (
        not relation.same_holder
        or not is_joined(relation, leading)
        or _is_narrowed(relation, leading)
    ):
        return None
    for key, edge in edges.items():
        listed = RELATIONS[collection][edge.relation]
        if (
            listed.collection == relation.collection
            and (listed.local, listed.foreign) == _OWN
            and not _is_narrowed(listed, edge)
            and edge.counted is None
            and row_limit(listed, edge.page) >= MAX_UNPAGED_ROWS
            and (edge.page is None or edge.page.after is None)
        ):
            return key
    return None


def _is_narrowed(relation: Relation, edge: Edge) -> bool:
    return relation.live_at is not None or bool(edge.where) or edge.of_root is not None
