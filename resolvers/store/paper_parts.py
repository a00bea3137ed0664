"""Parts of papers that are still arriving, sealed under the holder's key as they came.

A part is at most one piece long (`auth.sealing.PIECE_BYTES`) and bound to its place in the upload.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from auth.bson_schema import INSTANT, INTEGER, binary, document, identifier, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Transaction

NAME = "paper_parts"

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="nobody; the gateway puts papers together from them",
    validator=document(
        {
            "_id": text(60, "^ppr_[0-9a-z]{26}:[0-9]+$"),
            "paper_id": identifier("ppr"),
            "offset": INTEGER,
            "sealed": binary(),
            "expires_at": INSTANT,
        }
    ),
    indexes=(
        Index(
            "paper",
            (("paper_id", 1), ("offset", 1)),
            serves="the parts of an upload, in order",
            unique=True,
        ),
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting parts of uploads that nobody finished",
            expire_after=timedelta(0),
        ),
    ),
)

Piece = tuple[int, bytes]
"""Offset of the first byte, and the sealed bytes."""


class PaperPartStore:
    def __init__(self, database: Database) -> None:
        self._parts: Collection = database[NAME]

    async def append(
        self,
        paper_id: str,
        pieces: Sequence[Piece],
        expires_at: datetime,
        transaction: Transaction,
    ) -> None:
        await self._parts.insert_many(
            [
                {
                    "_id": f"{paper_id}:{offset}",
                    "paper_id": paper_id,
                    "offset": offset,
                    "sealed": sealed,
                    "expires_at": expires_at,
                }
                for offset, sealed in pieces
            ],
            session=transaction,
        )

    async def load(self, paper_id: str, limit: int) -> list[Piece]:
        """In order; `limit` is the most there can be."""
        cursor = (
            self._parts.find({"paper_id": paper_id}, {"offset": 1, "sealed": 1}, batch_size=limit)
            .sort("offset", 1)
            .limit(limit)
        )
        return [(part["offset"], bytes(part["sealed"])) async for part in cursor]

    async def remove(self, paper_id: str, transaction: Transaction) -> None:
        await self._parts.delete_many({"paper_id": paper_id}, session=transaction)

    async def remove_lapsed(self, now: datetime) -> None:
        """Of every upload whose time is over."""
        await self._parts.delete_many({"expires_at": {"$lte": now}})
