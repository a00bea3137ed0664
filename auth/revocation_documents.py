"""Which token families were ended lately: what every process must know within a second.

One document per ended session, kept for as long as an access token of it could still be read.
`position` is the cluster's own time, given by the server: it never goes back, whatever the clock
of a server or of a process does, so "everything after the last position I saw" loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pymongo
from bson.timestamp import Timestamp
from pymongo import UpdateOne

from auth.bson_schema import INSTANT, Shape, document, identifier
from auth.collections import CollectionSpec, Index
from auth.mongo import LINEARIZABLE, Collection, Database, Document, Transaction
from auth.tokens import ACCESS_TOKEN_LIFETIME

NAME = "revocations"
COMMENT = "revocation-feed"
"""On every command of the feed, so that a profile or a listener can tell them from the rest."""

REVOCATION_LIFETIME = ACCESS_TOKEN_LIFETIME + timedelta(minutes=10)
"""An access token ends after its lifetime by a right clock; the rest is for a process or server
whose clock is set back, or forward, by up to ten minutes meanwhile."""

READ_LIFETIME = timedelta(milliseconds=400)
"""How long one read may take: it must end well within the second that a revocation has."""

GIVE_UP_AFTER = READ_LIFETIME * 1.25
"""When waiting ends even if the driver has not: its threads may all be taken."""

POSITION: Shape = {"bsonType": "timestamp"}
BEGINNING = Timestamp(0, 0)

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="every process of the gateway",
    validator=document({"_id": identifier("ses"), "position": POSITION, "revoked_at": INSTANT}),
    indexes=(
        # Unique and never changed: then a linearizable scan reads one consistent snapshot.
        Index("position", (("position", 1),), serves="what is new in the feed", unique=True),
        Index(
            "expiry",
            (("revoked_at", 1),),
            serves="forgetting families whose last access token has expired",
            expire_after=REVOCATION_LIFETIME,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Revocation:
    session_id: str
    position: Timestamp


class RevocationStore:
    """Reads are linearizable: a primary that was deposed cannot answer them, so an answer shows
    every revocation that was acknowledged before the read began. They raise `PyMongoError` when
    there is no such answer within `READ_LIFETIME`, and `TimeoutError` when the driver itself has no
    thread for them in time."""

    def __init__(self, database: Database) -> None:
        self._revocations: Collection = database[NAME]
        self._linearizable: Collection = self._revocations.with_options(read_concern=LINEARIZABLE)

    async def record(self, session_ids: Sequence[str], transaction: Transaction) -> None:
        """One command, in the transaction that ends the sessions. At most 1,000 at a time."""
        server_time: Document = {"position": {"$type": "timestamp"}, "revoked_at": True}
        await self._revocations.bulk_write(
            [
                UpdateOne({"_id": session_id}, {"$currentDate": server_time}, upsert=True)
                for session_id in session_ids
            ],
            session=transaction,
        )

    async def load_after(self, position: Timestamp, limit: int) -> list[Revocation]:
        """Those with a later position, in that order, at most `limit`."""
        found = await self._read({"position": {"$gt": position}}, limit)
        return [Revocation(one["_id"], one["position"]) for one in found]

    async def load_revoked(self, session_ids: Sequence[str]) -> set[str]:
        """Which of these are revoked."""
        found = await self._read({"_id": {"$in": list(session_ids)}}, len(session_ids))
        return {one["_id"] for one in found}

    async def _read(self, wanted: Document, limit: int) -> list[Document]:
        # All in one batch (the server's own choice is 101): a second one would be a second read.
        cursor = self._linearizable.find(
            wanted,
            {"position": 1},
            sort=[("position", 1)],
            limit=limit,
            batch_size=limit,
            comment=COMMENT,
        )
        async with asyncio.timeout(GIVE_UP_AFTER.total_seconds()):
            with pymongo.timeout(READ_LIFETIME.total_seconds()):
                found: list[Document] = await cursor.to_list(limit)
        return found
