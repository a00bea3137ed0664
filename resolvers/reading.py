"""Root documents read with the rows of all their edges: compiled, asked of MongoDB and arranged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from auth.mongo import Document
from resolvers.pipeline import arranged, compile_read, compile_read_of_many
from resolvers.selection import Selection
from resolvers.united import NotAllRead

Aggregate: TypeAlias = Callable[[list[Document]], Awaitable[list[Document]]]
"""A store's one aggregation of its collection."""


async def read_one(
    aggregate: Aggregate,
    collection: str,
    scope: Mapping[str, Any],
    selection: Selection,
    now: datetime,
) -> Document | None:
    """The document of `resolvers.pipeline.compile_read`. One command; a second one for a holder
    with more rows in a list than are read at most, if one of the others is needed."""
    found = await aggregate(compile_read(collection, scope, selection, now))
    try:
        found = arranged(collection, found, selection)
    except NotAllRead:
        pipeline = compile_read(collection, scope, selection, now, whole_lists=False)
        found = arranged(collection, await aggregate(pipeline), selection, whole_lists=False)
    return found[0] if found else None


async def read_many(
    aggregate: Aggregate, collection: str, ids: Sequence[str], selection: Selection, now: datetime
) -> list[Document]:
    """The same of several, in no order."""
    found = await aggregate(compile_read_of_many(collection, ids, selection, now))
    try:
        return arranged(collection, found, selection)
    except NotAllRead:
        pipeline = compile_read_of_many(collection, ids, selection, now, whole_lists=False)
        return arranged(collection, await aggregate(pipeline), selection, whole_lists=False)
