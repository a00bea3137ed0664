"""The rows of an export: an employer's employments or permits in the order of the list, with what
their duty shows of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth.mongo import Collection, Database, Document, Transaction
from resolvers.rules.exports import ExportList
from resolvers.store import employments, holder_keys, holders, permits

_ORDER: Final = {ExportList.EMPLOYEES: "started_at", ExportList.PERMITS: "shown.listed_from"}


@dataclass(frozen=True)
class Place:
    """Of the last row that was read."""

    at: datetime
    row_id: str


class ExportRowStore:
    def __init__(self, database: Database) -> None:
        self._collections: Mapping[ExportList, Collection] = {
            ExportList.EMPLOYEES: database[employments.NAME],
            ExportList.PERMITS: database[permits.NAME],
        }

    async def count(
        self, wanted: ExportList, match: Mapping[str, Any], limit: int, transaction: Transaction
    ) -> int:
        """No further than `limit`."""
        count: int = await self._collections[wanted].count_documents(
            dict(match), limit=limit, session=transaction
        )
        return count

    async def load(
        self, wanted: ExportList, match: Mapping[str, Any], behind: Place | None, limit: int
    ) -> list[Document]:
        """`{at, permit, holder, key, employment}` with `_id` and `holder_id` of the row, newest
        first, from behind a place on."""
        order = _ORDER[wanted]
        clauses = [dict(match)]
        if behind is not None:
            same = {order: behind.at, "_id": {"$gt": behind.row_id}}
            clauses += [{order: {"$lte": behind.at}}, {"$or": [{order: {"$lt": behind.at}}, same]}]
        pipeline: list[Document] = [
            {"$match": {"$and": clauses}},
            {"$sort": {order: -1, "_id": 1}},
            {"$limit": limit},
            {"$project": {"name_prefixes": 0, "name_parts": 0}},
            {"$project": {"at": f"${order}", "holder_id": 1, "row": "$$ROOT"}},
            *_JOINED[wanted],
            *_looked_up(holders.NAME, "holder_id", "holder", "full_name.sealed"),
            *_looked_up(holder_keys.NAME, "holder_id", "key", "key_version", "wrapped"),
        ]
        cursor = self._collections[wanted].aggregate(pipeline, batchSize=limit + 1)
        found: list[Document] = await cursor.to_list(limit)
        return found


def _looked_up(collection: str, local: str, name: str, *fields: str) -> list[Document]:
    return [
        {
            "$lookup": {
                "from": collection,
                "localField": local,
                "foreignField": "_id",
                "pipeline": [{"$project": dict.fromkeys(fields, 1)}],
                "as": name,
            }
        },
        {"$set": {name: {"$first": f"${name}"}}},
    ]


_PERMIT = ("holder_id", "number.sealed", "category", "state", "post", "city", "valid_from")
_JOINED: Final[Mapping[ExportList, list[Document]]] = {
    ExportList.EMPLOYEES: [
        {"$set": {"employment": "$row"}},
        *_looked_up(
            *(permits.NAME, "row.permit.id", "permit", *_PERMIT),
            *("valid_until", "shown"),
        ),
        {"$unset": "row"},
    ],
    ExportList.PERMITS: [
        {"$set": {"permit": "$row"}},
        *_looked_up(
            *(employments.NAME, "row.employment_id", "employment"),
            *("holder_id", "started_at", "ends_at", "name.sealed"),
        ),
        {"$unset": "row"},
    ],
}
