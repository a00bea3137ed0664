"""Every edge of the graph, as reads compile it: an index serves it, and it reads what it answers.

The demo's people stand beside each other, so an edge that read those of others would be seen.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from api.clock import utc_now
from api.demo import load_demo
from resolvers.graph import RELATIONS, Relation
from resolvers.pipeline import compile_read
from resolvers.selection import Edge, Page, Selection
from resolvers.store.registry import SPECS
from tests.serving import Serving

EDGES = [(collection, name) for collection, own in RELATIONS.items() for name in own]
ALLOWED = 6
"""Rows that a filter of what still counts may read and leave out: those of the same person."""


def asked_with(relation: Relation, name: str) -> Mapping[str, str]:
    """What the graph asks with: one by its id, an officer's lists of a holder by the holder's."""
    if name.endswith("_of_holder"):
        return {"holder_id": "hld_nobody"}
    return {} if relation.order or relation.foreign == "_id" else {"_id": "nothing"}


async def root_of(serving: Serving, collection: str, local: str) -> str:
    """Of the demo where there is one with that field, else one that leads nowhere."""
    documents = serving.database[collection]
    found = await documents.find_one({local: {"$nin": [None, []]}}, {"_id": 1})
    if found is not None:
        return str(found["_id"])
    made = {"holder_id": "hld_nobody"} | ({} if local == "_id" else {local: "nothing"})
    await documents.update_one(
        {"_id": "made-for-its-plan"}, {"$set": made}, upsert=True, bypass_document_validation=True
    )
    return "made-for-its-plan"


async def test_every_edge_of_the_graph_is_served_by_an_index(serving: Serving) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    scanned, wasteful, found_rows = {}, {}, 0
    for collection, name in EDGES:
        relation = RELATIONS[collection][name]
        root = await root_of(serving, collection, relation.local)
        page = None if relation.order is None else Page(20)
        edge = Edge(name, Selection(frozenset({"state"})), page, asked_with(relation, name))
        selection = Selection(frozenset(), edges={"rows": edge})
        pipeline = compile_read(collection, {"_id": root}, selection, utc_now())
        told = await serving.database.command(
            "explain",
            {"aggregate": collection, "pipeline": pipeline, "cursor": {}},
            verbosity="executionStats",
        )
        [stage] = [stage for stage in told["stages"] if "$lookup" in stage]
        [read] = await serving.database[collection].aggregate(pipeline).to_list(1)
        rows = len(read["edges"]["rows"])
        found_rows += rows
        if stage["collectionScans"] or not stage["indexesUsed"]:
            scanned[collection, name] = stage["indexesUsed"]
        if stage["totalDocsExamined"] > rows + ALLOWED:
            wasteful[collection, name] = (stage["totalDocsExamined"], rows)
    assert len(EDGES) > 80
    assert found_rows > 25
    assert scanned == {}
    assert wasteful == {}


@pytest.mark.parametrize("collection", sorted(RELATIONS))
def test_an_edge_is_ordered_by_what_an_index_has(collection: str) -> None:
    """An order that no index of its collection ends in would sort in memory."""
    indexes = {spec.name: spec.indexes for spec in SPECS}
    for name, relation in RELATIONS[collection].items():
        if relation.order is not None:
            fields = {field for one in indexes[relation.collection] for field, _ in one.keys}
            assert relation.order in fields, name
