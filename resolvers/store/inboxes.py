"""Inboxes: for each holder who was ever told something, how far the notices have come.

Every posting of a notice writes this document first, in the same transaction, so the postings to
one holder stand in line: `last_at` only grows, and whoever has seen a notice has seen all before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from pymongo import UpdateOne

from auth.bson_schema import INSTANT, INTEGER, document, identifier
from auth.collections import CollectionSpec
from auth.mongo import Collection, Database, Document, Transaction

NAME = "inboxes"
STEP: Final = timedelta(milliseconds=1)
"""Between two notices of one holder: what MongoDB's dates and our cursors can tell apart."""

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder",
    validator=document(
        {"_id": identifier("hld"), "revision": INTEGER, "last_at": INSTANT, "unread": INTEGER}
    ),
)


class InboxStore:
    def __init__(self, database: Database) -> None:
        self._inboxes: Collection = database[NAME]

    async def take_places(
        self, counts: Mapping[str, int], now: datetime, transaction: Transaction
    ) -> Mapping[str, datetime]:
        """By holder, the instant of the last of so many new notices; those before it are `STEP`
        apart. All of them are later than every notice that the holder has, by whatever clock."""
        if not counts:
            return {}
        await self._inboxes.bulk_write(
            [
                UpdateOne({"_id": holder_id}, _moved_on(count, now), upsert=True)
                for holder_id, count in counts.items()
            ],
            ordered=False,
            session=transaction,
        )
        found = self._inboxes.find(
            {"_id": {"$in": list(counts)}},
            {"last_at": 1},
            batch_size=len(counts) + 1,
            session=transaction,
        )
        return {inbox["_id"]: inbox["last_at"] async for inbox in found}


def _moved_on(count: int, now: datetime) -> list[Document]:
    span_ms = int(STEP.total_seconds() * 1000) * count
    first_free = {"$max": [now - STEP, {"$ifNull": ["$last_at", now - STEP]}]}
    return [
        {
            "$set": {
                "last_at": {"$add": [first_free, span_ms]},
                "unread": {"$add": [{"$ifNull": ["$unread", 0]}, count]},
                "revision": {"$add": [{"$ifNull": ["$revision", 0]}, 1]},
            }
        }
    ]
