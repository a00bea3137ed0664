"""Calendar feeds: one private address for each holder, from which a calendar is read.

The address holds 256 random bits, and whoever has it may read the calendar. Only its SHA-256 is
here, so nobody can read it back; nothing of the calendar is stored.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from auth.bson_schema import INSTANT, binary, document, identifier, optional, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction

NAME: Final = "calendar_feeds"

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder; whoever has the address reads the calendar",
    validator=document(
        {
            "_id": identifier("cal"),
            "holder_id": identifier("hld"),
            "token_hash": binary(),
            "created_at": INSTANT,
            "last_read_on": optional(text(10, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
        }
    ),
    indexes=(
        Index("holder", (("holder_id", 1),), serves="one feed for each holder", unique=True),
        Index("token_hash", (("token_hash", 1),), serves="the feed of an address", unique=True),
    ),
)


def encode_feed(feed_id: str, holder_id: str, token_hash: bytes, now: datetime) -> Document:
    return {
        "_id": feed_id,
        "holder_id": holder_id,
        "token_hash": token_hash,
        "created_at": now,
        "last_read_on": None,
    }


class CalendarFeedStore:
    def __init__(self, database: Database) -> None:
        self._feeds: Collection = database[NAME]

    async def aggregate(self, pipeline: list[Document]) -> list[Document]:
        """One compiled read of one feed (`resolvers.pipeline`)."""
        found: list[Document] = await self._feeds.aggregate(pipeline).to_list(1)
        return found

    async def remove(self, holder_id: str, transaction: Transaction) -> str | None:
        """The id of the feed that the holder had."""
        removed: Document | None = await self._feeds.find_one_and_delete(
            {"holder_id": holder_id}, session=transaction
        )
        return None if removed is None else str(removed["_id"])

    async def insert(self, feed: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError when another transaction made one meanwhile."""
        await self._feeds.insert_one(feed, session=transaction)

    async def note_read(self, feed_id: str, day: str, transaction: Transaction) -> bool:
        """Whether it is the first read of that day."""
        noted = await self._feeds.update_one(
            {"_id": feed_id, "last_read_on": {"$ne": day}},
            {"$set": {"last_read_on": day}},
            session=transaction,
        )
        return bool(noted.modified_count)
