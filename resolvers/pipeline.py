"""Selection + relations + the viewer's scope → one aggregation pipeline.

Made in two steps: the stages of a selection, which are kept with it, and what hangs on the clock
and on whose read it is.
Whatever the depth, a read is one command. Rows of an edge stand in the parent document under
`edges.<key>`; a list has one row more than asked for when there are others. What is joined by ids
(`resolvers.joins`) or read with the rows of another edge (`resolvers.united`) stands there once
`arranged` has put it there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from auth.mongo import Document
from resolvers.graph import RELATIONS, Relation
from resolvers.joins import (
    EDGES,
    JOINED,
    Join,
    Node,
    give_each_its_own,
    is_joined,
    joins_of,
    kept_for_joins,
)
from resolvers.selection import Edge, Page, Selection
from resolvers.united import United, give_back, row_limit, united

COUNT = "count"


@dataclass(frozen=True)
class _Moment:
    """Of one read: its instant, and the id of its root document."""

    now: datetime
    root_id: str | None = None


_Stage: TypeAlias = Document | Callable[[_Moment], Document]
"""A stage, or how it is made for one read."""
_FOUND_FIRST: Document = {"$limit": 2**31 - 1}
"""Conditions behind it are asked of what was found by the ids: MongoDB moves none before a limit.
Else it may find by a condition what it compares with the ids: all of an employer's people."""
_OF_SAME_HOLDER: Document = {"$match": {"$expr": {"$eq": ["$holder_id", "$$holder_id"]}}}


@dataclass(frozen=True)
class _Plan:
    """What is made of a selection once: what is read for it, and how."""

    read: United
    node: Node
    stages: Sequence[_Stage]


def compile_read(
    collection: str,
    scope: Mapping[str, Any],
    selection: Selection,
    now: datetime,
    *,
    whole_lists: bool = True,
) -> list[Document]:
    """The pipeline of one root document. `scope` says which the viewer may see; an owner that is
    missing must never come here, since MongoDB matches null against every absent field."""
    if not scope or any(value is None for value in scope.values()):
        raise ValueError("a read needs a scope")
    plan, moment = _plan(collection, selection, whole_lists), _Moment(now, scope.get("_id"))
    return [{"$match": dict(scope)}, {"$limit": 1}, *_at(plan.stages, moment)]


def compile_read_of_many(
    collection: str,
    ids: Sequence[str],
    selection: Selection,
    now: datetime,
    *,
    whole_lists: bool = True,
) -> list[Document]:
    """The same of several root documents, in no order."""
    of_these = {"$match": {"_id": {"$in": list(ids)}}}
    plan = _plan(collection, selection, whole_lists)
    return [of_these, *_at(plan.stages, _Moment(now))]


def arranged(
    collection: str, found: list[Document], selection: Selection, *, whole_lists: bool = True
) -> list[Document]:
    """What the pipeline of this selection has found, each row with the rows of all its edges.
    Raises NotAllRead; the same read without `whole_lists` never does."""
    plan = _plan(collection, selection, whole_lists)
    for document in found:
        give_each_its_own(document, plan.node)
        give_back(document, plan.read)
    return found


def _plan(collection: str, selection: Selection, whole_lists: bool) -> _Plan:
    def made(one: Selection) -> _Plan:
        read = united(collection, one, whole_lists=whole_lists)
        node = joins_of(collection, read.selection, read.among)
        rest = _rest(collection, read.selection, is_root=True)
        return _Plan(read, node, [*rest, *map(_joined, node.every())])

    return selection.once(f"read of {collection}{' with whole lists' * whole_lists}", made)


def _at(stages: Sequence[_Stage], moment: _Moment) -> list[Document]:
    return [stage(moment) if callable(stage) else stage for stage in stages]


def _joined(join: Join) -> _Stage:
    relation = join.relation
    conditions = _narrowing(relation, replace(join.edge, of_root=None))
    stages = [
        *([_FOUND_FIRST, *conditions] if conditions else []),
        *_rest(relation.collection, join.edge.selection, kept=join.checked),
    ]
    compared = {"localField": join.path, "foreignField": relation.foreign}
    return _looked_up(relation.collection, compared, stages, f"{JOINED}.{join.name}")


def _rest(
    collection: str,
    selection: Selection,
    *,
    is_root: bool = False,
    kept: frozenset[str] = frozenset(),
) -> list[_Stage]:
    """`kept` is what a document keeps beside what is asked of it."""
    stages: list[_Stage] = []
    for key, edge in selection.edges.items():
        if edge.wanted is not None or edge.tally is not None or edge.numbers is not None:
            raise ValueError("a filter needs its clock and keys before it is compiled")
        relation = RELATIONS[collection][edge.relation]
        if is_root or not is_joined(relation, edge):
            stages.append(_lookup(relation, key, edge))
    if not is_root:
        kept |= kept_for_joins(collection, selection)
    return [*stages, {"$project": _projection(selection, kept)}]


def _lookup(relation: Relation, key: str, edge: Edge) -> _Stage:
    stages: list[_Stage] = [
        *([_OF_SAME_HOLDER] if relation.same_holder else []),
        *([_lower(relation.lower)] if relation.lower else []),
        *([_while_in(relation.only_in)] if relation.only_in else []),
        *_narrowing(relation, edge),
        *(
            [{"$group": {"_id": dict(edge.counted) or None, COUNT: {"$sum": 1}}}]
            if edge.counted is not None
            else [*_ordered(relation, edge.page), *_rest(relation.collection, edge.selection)]
        ),
    ]
    compared = {
        "localField": relation.local,
        "foreignField": relation.foreign,
        **_own_values(relation),
    }
    return _looked_up(relation.collection, compared, stages, f"{EDGES}.{key}")


def _looked_up(collection: str, compared: Document, stages: list[_Stage], under: str) -> _Stage:
    lookup = {"from": collection, **compared, "pipeline": stages, "as": under}
    if not any(map(callable, stages)):
        return {"$lookup": lookup}
    return lambda moment: {"$lookup": {**lookup, "pipeline": _at(stages, moment)}}


def _narrowing(relation: Relation, edge: Edge) -> list[_Stage]:
    """Which rows of the relation count, and which of them are wanted."""
    stages: list[_Stage] = []
    if relation.live_at is not None:
        stages.append(_live(relation.live_at))
    if edge.where:
        stages.append({"$match": dict(edge.where)})
    if edge.of_root is not None:
        stages.append(_of_root(edge.of_root))
    return stages


def _live(live_at: Callable[[datetime], Mapping[str, Any]]) -> _Stage:
    return lambda moment: {"$match": dict(live_at(moment.now))}


def _of_root(field: str) -> _Stage:
    """Raises ValueError in a read of many roots: null would match every absent field."""

    def stage(moment: _Moment) -> Document:
        if moment.root_id is None:
            raise ValueError("no one root document to compare with")
        return {"$match": {field: moment.root_id}}

    return stage


def _own_values(relation: Relation) -> Document:
    """What the rows are compared with."""
    own = {}
    if relation.same_holder:
        own["holder_id"] = "$holder_id"
    if relation.lower is not None:
        own["ours"] = f"${relation.lower}"
    if relation.only_in:
        own["state"] = "$state"
    return {"let": own} if own else {}


def _lower(field: str) -> Document:
    return {"$match": {"$expr": {"$lt": [f"${field}", "$$ours"]}}}


def _while_in(states: Sequence[str]) -> Document:
    return {"$match": {"$expr": {"$in": ["$$state", [str(state) for state in states]]}}}


def _ordered(relation: Relation, page: Page | None) -> list[Document]:
    if relation.order is None:
        return [{"$limit": 1}]
    path, direction, ties = relation.order, 1 if relation.ascending else -1, 1
    order = None if page is None else page.order
    if order is not None and order.ascending is not None:
        path, direction = order.path, 1 if order.ascending else -1
        ties = -direction
    stages: list[Document] = []
    if page is not None and page.after is not None:
        at, document_id = page.after.at, page.after.document_id
        beyond, up_to = ("$gt", "$gte") if direction == 1 else ("$lt", "$lte")
        same_instant = {path: at, "_id": {"$gt" if ties == 1 else "$lt": document_id}}
        # Said twice: the first bounds any index that ends in the order, the second is exact.
        stages.append({"$match": {path: {up_to: at}, "$or": [{path: {beyond: at}}, same_instant]}})
    stages.append({"$sort": {path: direction, "_id": ties}})
    stages.append({"$limit": row_limit(relation, page)})
    return stages


def _projection(selection: Selection, kept: frozenset[str]) -> Document:
    """Only what was asked for. A path below another one is dropped: MongoDB refuses both."""
    wanted = {*selection.paths, *kept, *(f"{path}.sealed" for path in selection.reveals)}
    paths = [
        path for path in sorted(wanted) if not any(path.startswith(f"{other}.") for other in wanted)
    ]
    projection: Document = {"_id": 1} | dict.fromkeys(paths, 1)
    return projection | ({EDGES: 1} if selection.edges else {})
