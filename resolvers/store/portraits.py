"""Portraits: the picture of a holder that faces are compared with, one for each holder, sealed.

It is one sealed piece under the holder's own key, bound to the holder and to its length: with the
key gone nobody opens it again. No numbers of a face are stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from auth.bson_schema import INSTANT, INTEGER, SOURCE, binary, document, identifier
from auth.collections import CollectionSpec
from auth.mongo import Collection, Database, Document, Transaction
from auth.sealing import PIECE_BYTES, HolderVault, PiecePlace
from resolvers.store.sealed import source_document

NAME = "portraits"
MAX_PORTRAIT_BYTES: Final = PIECE_BYTES

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="nobody; the engine that looks at faces, for a check of that holder",
    validator=document(
        {
            "_id": identifier("hld"),
            "picture": binary(),
            "size": INTEGER,
            "source": SOURCE,
            "stored_at": INSTANT,
        }
    ),
)


@dataclass(frozen=True)
class PortraitRecord:
    """`picture` is a JPEG of up to `MAX_PORTRAIT_BYTES` that says nothing but its pixels."""

    holder_id: str
    picture: bytes = field(repr=False)
    authority: str
    updated_at: datetime
    stored_at: datetime


def encode_portrait(record: PortraitRecord, vault: HolderVault) -> Document:
    size = len(record.picture)
    return {
        "_id": record.holder_id,
        "picture": vault.seal_piece(_place(record.holder_id, size), record.picture),
        "size": size,
        "source": source_document(record.authority, record.updated_at),
        "stored_at": record.stored_at,
    }


def open_portrait(stored: Document, vault: HolderVault) -> bytes:
    """Raises SealBroken."""
    return vault.open_piece(_place(stored["_id"], stored["size"]), stored["picture"])


class PortraitStore:
    def __init__(self, database: Database) -> None:
        self._portraits: Collection = database[NAME]

    async def exists(self, holder_id: str) -> bool:
        return await self._portraits.find_one({"_id": holder_id}, {"_id": 1}) is not None

    async def find(self, holder_id: str) -> Document | None:
        found: Document | None = await self._portraits.find_one({"_id": holder_id})
        return found

    async def load_stated(
        self, holder_ids: Sequence[str], transaction: Transaction
    ) -> dict[str, datetime]:
        """Holder → when its authority last stated the portrait, of those that have one."""
        cursor = self._portraits.find(
            {"_id": {"$in": list(holder_ids)}},
            {"source.updated_at": 1},
            batch_size=len(holder_ids) + 1,
            session=transaction,
        )
        return {one["_id"]: one["source"]["updated_at"] async for one in cursor}

    async def put(self, portrait: Document, transaction: Transaction) -> None:
        """In place of the one before."""
        await self._portraits.replace_one(
            {"_id": portrait["_id"]}, portrait, upsert=True, session=transaction
        )

    async def remove(self, holder_id: str, transaction: Transaction) -> None:
        await self._portraits.delete_one({"_id": holder_id}, session=transaction)


def _place(holder_id: str, size: int) -> PiecePlace:
    return PiecePlace(NAME, holder_id, 0, size)
