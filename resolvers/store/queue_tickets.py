"""The next ticket number of each office and day, taken inside the transaction of the order."""

from __future__ import annotations

from datetime import datetime, timedelta

from pymongo import ReturnDocument

from auth.bson_schema import INSTANT, INTEGER, document, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction

NAME = "queue_tickets"
KEPT_LIFETIME = timedelta(days=30)

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="nobody; numbers are shown on orders",
    validator=document({"_id": text(80), "last": INTEGER, "expires_at": INSTANT}),
    indexes=(
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting the numbers of days gone by",
            expire_after=timedelta(0),
        ),
    ),
)


class QueueTicketStore:
    def __init__(self, database: Database) -> None:
        self._tickets: Collection = database[NAME]

    async def take(self, authority: str, day: str, now: datetime, transaction: Transaction) -> int:
        """The next number, from 1. An order that is not placed after all leaves no gap."""
        taken: Document = await self._tickets.find_one_and_update(
            {"_id": f"{authority}/{day}"},
            {"$inc": {"last": 1}, "$setOnInsert": {"expires_at": now + KEPT_LIFETIME}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=transaction,
        )
        number: int = taken["last"]
        return number
